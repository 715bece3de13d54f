/**
 * Sends requests with Apache HttpClient; no other package uses that library. Handles messages, routes and deadlines, but does
 * not interpret requests or responses. Not part of the public API: it may change in any release.
 */
@NullMarked
package io.httpconnector.internal.transport;

import org.jspecify.annotations.NullMarked;
