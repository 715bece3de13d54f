/** For whoever writes a {@code StateStore}. */
@NullMarked
package io.httpconnector.state.testing;

import org.jspecify.annotations.NullMarked;
