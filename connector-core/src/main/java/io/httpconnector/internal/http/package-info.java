/**
 * The parts of HTTP messages: URLs, fields and bodies. Not part of the public API: it may change in any release. Uses
 * {@code internal.text} and the values of the root package only.
 */
@NullMarked
package io.httpconnector.internal.http;

import org.jspecify.annotations.NullMarked;
