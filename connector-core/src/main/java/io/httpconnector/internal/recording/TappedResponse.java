package io.httpconnector.internal.recording;

import io.httpconnector.internal.text.HeaderFields;
import io.httpconnector.internal.transport.TransportFailure;
import org.jspecify.annotations.Nullable;

/**
 * A response of one attempt for an {@link ExchangeTap}, with its secrets. Must not be displayed.
 *
 * @param status the status code
 * @param headers the header fields
 * @param body the decompressed body, as far as it was read
 * @param length the length that the service announced; -1 if unknown
 * @param isWhole whether the body was read to its end
 * @param failure the failure at the end of the body; null if there is none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared or changed
public record TappedResponse(
        int status,
        HeaderFields headers,
        byte[] body,
        long length,
        boolean isWhole,
        @Nullable TransportFailure failure) {

    /** Returns no content, because it must not be displayed. */
    @Override
    public String toString() {
        return String.valueOf(status);
    }
}
