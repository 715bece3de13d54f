/** Test support for custom auth strategies. */
@NullMarked
package io.httpconnector.auth.testing;

import org.jspecify.annotations.NullMarked;
