package io.httpconnector.internal.transport;

import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.http.Origin;
import org.jspecify.annotations.Nullable;

/**
 * A request to send: the message, and nothing of what it means.
 *
 * @param target path and query as they stand in the request line, secrets included
 * @param shownTarget the same with its secrets masked, for the log of Apache HttpClient
 * @param headers the fields, not to be changed
 * @param body the body, or null
 * @param withCookies whether cookies are sent, and taken from the response
 */
@SuppressWarnings("ArrayRecordComponent") // never shown or compared
public record OutgoingRequest(
        String method,
        Origin origin,
        String target,
        String shownTarget,
        NameValuePair[] headers,
        @Nullable OutgoingBody body,
        boolean withCookies) {}
