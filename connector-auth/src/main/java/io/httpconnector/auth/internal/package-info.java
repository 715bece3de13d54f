/**
 * Behaviour that several strategies share. Not part of the public API: it may change in any release. Uses the root package of
 * the core only.
 */
@NullMarked
package io.httpconnector.auth.internal;

import org.jspecify.annotations.NullMarked;
