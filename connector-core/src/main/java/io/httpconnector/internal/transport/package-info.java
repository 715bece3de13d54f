/**
 * Sends requests by Apache HttpClient: the only package that uses it. It knows messages, routes and deadlines, but not what a
 * request or a response means. Not part of the public API: it may change in any release.
 */
@NullMarked
package io.httpconnector.internal.transport;

import org.jspecify.annotations.NullMarked;
