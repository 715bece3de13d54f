/**
 * Readers of JSON definitions, shared by all modules. Not part of the public API: may change in any release. Depends on the
 * root package only.
 */
@NullMarked
package io.httpconnector.internal.json;

import org.jspecify.annotations.NullMarked;
