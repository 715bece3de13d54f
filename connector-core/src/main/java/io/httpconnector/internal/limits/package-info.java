/**
 * Rate limits and the retry budget. Not part of the public API: it may change in any release. Uses {@code internal.text} and
 * the values of the root package only.
 */
@NullMarked
package io.httpconnector.internal.limits;

import org.jspecify.annotations.NullMarked;
