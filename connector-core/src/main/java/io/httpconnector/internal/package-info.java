/**
 * Argument checks and logger names, shared by all modules. Not part of the public API: it may change in any release. Uses the exceptions of the
 * root package only.
 */
@NullMarked
package io.httpconnector.internal;

import org.jspecify.annotations.NullMarked;
