/**
 * The elements of HTTP messages: URLs, fields and bodies. Not part of the public API: it may change in any release. Depends
 * only on {@code internal.text} and the value classes of the root package.
 */
@NullMarked
package io.httpconnector.internal.http;

import org.jspecify.annotations.NullMarked;
