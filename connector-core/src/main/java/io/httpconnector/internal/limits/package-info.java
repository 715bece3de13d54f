/**
 * Rate limits and the retry budget. Not part of the public API: it may change in any release. Depends only on {@code
 * internal.text} and the value classes of the root package.
 */
@NullMarked
package io.httpconnector.internal.limits;

import org.jspecify.annotations.NullMarked;
