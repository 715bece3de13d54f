/**
 * Internal classes that several strategies share. Not part of the public API: they may change in any release. They use only the
 * root package of the core.
 */
@NullMarked
package io.httpconnector.auth.internal;

import org.jspecify.annotations.NullMarked;
