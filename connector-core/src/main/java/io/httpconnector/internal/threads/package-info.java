/**
 * Threads of the library that outlive every failure, shared by all modules. Not part of the public API: it may change in any
 * release. Uses the root package only.
 */
@NullMarked
package io.httpconnector.internal.threads;

import org.jspecify.annotations.NullMarked;
