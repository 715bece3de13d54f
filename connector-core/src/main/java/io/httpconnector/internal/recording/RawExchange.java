package io.httpconnector.internal.recording;

import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.text.HeaderFields;
import io.httpconnector.internal.transport.CallContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request and its response with the secrets that are removed when they are displayed or stored. Removing them is expensive,
 * so it is left to the reader. Must not be displayed itself. Immutable, if its arrays are not modified.
 *
 * @param name the name of the request
 * @param method the request method
 * @param url the URL, in which secret parameters are masked
 * @param requestHeaders the header fields that were set
 * @param sent the body that was sent; null if there was none
 * @param secrets the fields whose values are secrets
 * @param redactsResponse whether credentials arrive in the response, so that its content is secret
 * @param status the status code; 0 if there was no response
 * @param responseHeaders the header fields of the response
 * @param responseBody the body of the response, or its start
 * @param receivedBytes the number of bytes that the body of the response has; the body is cut or was not recorded if it is shorter
 * @param timing when the call began and how long it took
 */
@SuppressWarnings("ArrayRecordComponent") // never compared or changed
public record RawExchange(
        String name,
        String method,
        String url,
        HeaderFields requestHeaders,
        @Nullable SentBody sent,
        List<NameValuePair> secrets,
        boolean redactsResponse,
        int status,
        HeaderFields responseHeaders,
        byte[] responseBody,
        long receivedBytes,
        CallContext.CallTiming timing) {

    /**
     * A body that was sent.
     *
     * @param contentType its media type
     * @param content its bytes, empty if they are not recorded
     * @param description a text in place of the bytes; null if the bytes are recorded
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared or changed
    public record SentBody(
            String contentType, byte[] content, @Nullable String description) {}

    /** Returns no content, because it must not be displayed. */
    @Override
    public String toString() {
        return method;
    }
}
