/** A test kit for implementations of {@code StateStore}. */
@NullMarked
package io.httpconnector.state.testing;

import org.jspecify.annotations.NullMarked;
