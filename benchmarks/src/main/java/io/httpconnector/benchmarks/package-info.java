/** Benchmarks that compare this library with others in one run. Start with {@link io.httpconnector.benchmarks.Compare}. */
@NullMarked
package io.httpconnector.benchmarks;

import org.jspecify.annotations.NullMarked;
