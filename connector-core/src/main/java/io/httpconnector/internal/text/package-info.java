/**
 * Text in messages and logs: character sets, percent-encoding, masking, dates. Not part of the public API: it may change in any
 * release. Depends on no other package.
 */
@NullMarked
package io.httpconnector.internal.text;

import org.jspecify.annotations.NullMarked;
