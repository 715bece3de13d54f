package io.httpconnector.internal.recording;

import io.httpconnector.internal.text.HeaderFields;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A request of one attempt for an {@link ExchangeTap}. Its secrets are masked, except in the bytes of the body.
 *
 * @param connection the name of the connection
 * @param name the name of the request; empty if it has none
 * @param method the request method
 * @param url the absolute URL without secrets
 * @param headers the header fields without secrets
 * @param body the body; null if there is none
 * @param hasSecretResponse whether credentials arrive in the response
 * @param secrets the values of the secrets of the request
 * @param declaredSecrets those that were set as secrets, and not only by an auth strategy
 * @param responseRedaction masks the secrets in the header fields of the response
 */
public record TappedRequest(
        String connection,
        String name,
        String method,
        String url,
        HeaderFields headers,
        RawExchange.@Nullable SentBody body,
        boolean hasSecretResponse,
        Set<String> secrets,
        Set<String> declaredSecrets,
        UnaryOperator<HeaderFields> responseRedaction) {

    /** Returns this request with the bytes of a body that was a stream. */
    TappedRequest withBody(byte[] bytes) {
        RawExchange.SentBody stream = body;
        return stream == null
                ? this
                : new TappedRequest(
                        connection,
                        name,
                        method,
                        url,
                        headers,
                        new RawExchange.SentBody(stream.contentType(), bytes, null),
                        hasSecretResponse,
                        secrets,
                        declaredSecrets,
                        responseRedaction);
    }

    /** Returns no content beside the method, because body and secrets must not be displayed. */
    @Override
    public String toString() {
        return method;
    }
}
