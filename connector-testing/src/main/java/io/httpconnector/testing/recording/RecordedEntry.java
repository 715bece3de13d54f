package io.httpconnector.testing.recording;

import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.text.CharsetDetector;
import io.httpconnector.internal.text.HeaderFields;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.transport.TransportFailure;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a recording, without secrets.
 *
 * @param connection the name of the connection; empty if unknown
 * @param sent the request
 * @param received the response; null if there is none
 * @param failure the failure in place of the response or at the end of its body; null if there is none
 * @param startedAt the time at which the request was sent
 * @param elapsed the time until the response was read
 * @param isWebhook whether the request was received from the service
 */
record RecordedEntry(
        String connection,
        Sent sent,
        @Nullable Received received,
        @Nullable Failure failure,
        Instant startedAt,
        Duration elapsed,
        boolean isWebhook) {

    /** A header field. */
    record Field(String name, String value) {

        static List<Field> of(HeaderFields fields) {
            List<Field> all = new ArrayList<>();
            for (int i = 0; i < fields.size(); i++) {
                all.add(new Field(fields.name(i), fields.value(i)));
            }
            return all;
        }

        static HeaderFields toHeaderFields(List<Field> fields) {
            return NameValuePair.headerFields(fields.stream()
                    .map(field -> NameValuePair.of(field.name(), field.value()))
                    .toArray(NameValuePair[]::new));
        }
    }

    /**
     * A body.
     *
     * @param mediaType the media type; empty if there is none
     * @param text the text, or Base64
     * @param isBase64 whether the body is not text
     */
    record StoredBody(String mediaType, String text, boolean isBase64) {

        byte[] bytes() {
            if (isBase64) {
                return Base64.getMimeDecoder().decode(text);
            }
            Charset charset = CharsetDetector.charset(mediaType);
            return text.getBytes(charset.canEncode() ? charset : StandardCharsets.UTF_8);
        }
    }

    /**
     * A request.
     *
     * @param name the name of the request; empty if it has none
     * @param method the request method
     * @param url the absolute URL
     * @param headers the header fields
     * @param body the body; null if there is none
     */
    record Sent(
            String name,
            String method,
            String url,
            List<Field> headers,
            @Nullable StoredBody body) {

        /** Returns the request in one line. */
        String summary() {
            return LogSafe.visible(method + " " + url);
        }
    }

    /**
     * A response.
     *
     * @param status the status code
     * @param headers the header fields
     * @param body the decompressed body; null if it is not recorded
     * @param length the length that the service announced; -1 if unknown
     * @param isWhole whether the body was read to its end
     */
    record Received(
            int status, List<Field> headers, @Nullable StoredBody body, long length, boolean isWhole) {}

    /**
     * A failure of the transport.
     *
     * @param kind a kind of {@link TransportFailure}
     * @param reason the name of the class of the exception
     * @param message its message
     * @param isStale whether a reused connection was closed
     * @param isLasting whether another attempt would fail, too
     */
    record Failure(String kind, String reason, String message, boolean isStale, boolean isLasting) {

        private static final List<Class<? extends Exception>> REASONS = List.of(
                UnknownHostException.class,
                NoRouteToHostException.class,
                ConnectException.class,
                SSLHandshakeException.class,
                SSLException.class,
                SocketTimeoutException.class,
                EOFException.class);

        static Failure of(TransportFailure failure, String message) {
            String reason = REASONS.stream()
                    .filter(type -> type.isInstance(failure.reason()))
                    .findFirst()
                    .map(Class::getSimpleName)
                    .orElse("IOException");
            return new Failure(failure.kind().name(), reason, message, failure.isStale(), failure.isLasting());
        }

        TransportFailure toTransportFailure() {
            Exception cause = switch (reason) {
                case "UnknownHostException" -> new UnknownHostException(message);
                case "NoRouteToHostException" -> new NoRouteToHostException(message);
                case "ConnectException" -> new ConnectException(message);
                case "SSLHandshakeException" -> new SSLHandshakeException(message);
                case "SSLException" -> new SSLException(message);
                case "SocketTimeoutException" -> new SocketTimeoutException(message);
                case "EOFException" -> new EOFException(message);
                default -> new IOException(message);
            };
            return new TransportFailure(TransportFailure.Kind.valueOf(kind), cause, isStale, isLasting);
        }
    }
}
