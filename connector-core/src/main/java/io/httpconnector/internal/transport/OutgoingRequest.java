package io.httpconnector.internal.transport;

import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.http.Origin;
import org.jspecify.annotations.Nullable;

/**
 * A request to send: the HTTP message only, without the options that control its handling.
 *
 * @param target path and query of the request line, including secrets
 * @param shownTarget the target with masked secrets, for logs
 * @param headers the fields, which must not be modified
 * @param body the body, or null
 */
@SuppressWarnings("ArrayRecordComponent") // never shown or compared
public record OutgoingRequest(
        String method,
        Origin origin,
        String target,
        String shownTarget,
        NameValuePair[] headers,
        @Nullable OutgoingBody body) {}
