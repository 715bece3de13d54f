package io.httpconnector.testing.recording;

import io.httpconnector.internal.text.LogSafe;
import java.util.List;
import java.util.Map;

/**
 * A webhook of a recording, without its signature: sign it with the secret of the test, such as with a {@code WebhookSigner}, and
 * pass it to the receiver.
 *
 * @param method the method, such as {@code POST}
 * @param path the path as received
 * @param query the query as received, without the question mark; empty if there is none
 * @param headers the header fields by their names, without those that are secrets
 * @param body the bytes of the body
 * @param status the status of the response of the receiver when it was recorded
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record RecordedWebhook(
        String method, String path, String query, Map<String, List<String>> headers, byte[] body, int status) {

    /** Returns the request line. */
    @Override
    public String toString() {
        return LogSafe.visible(method + " " + path + (query.isEmpty() ? "" : "?" + query));
    }
}
