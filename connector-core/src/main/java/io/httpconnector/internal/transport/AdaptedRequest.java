package io.httpconnector.internal.transport;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.http.ConnectionHeaders;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.http.Origin;
import io.httpconnector.transport.TransportRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request with the header fields that Apache HttpClient would add itself. */
record AdaptedRequest(
        String method,
        URI uri,
        List<HeaderField> fields,
        @Nullable Content content) implements TransportRequest {

    static AdaptedRequest of(OutgoingRequest request) {
        OutgoingBody body = request.body();
        List<HeaderField> fields = new ArrayList<>(request.headers().length + 4);
        boolean hasType = false;
        boolean hasAgent = false;
        boolean hasCodings = false;
        for (NameValuePair field : request.headers()) {
            String name = field.name();
            hasType |= name.equalsIgnoreCase("Content-Type");
            hasAgent |= name.equalsIgnoreCase("User-Agent");
            hasCodings |= name.equalsIgnoreCase("Accept-Encoding");
            if (body == null || !body.isGzip() || !name.equalsIgnoreCase("Content-Encoding")) {
                fields.add(new HeaderField(name, bytes(field), field.isSensitive()));
            }
        }
        if (body != null && !hasType) {
            fields.add(new HeaderField("Content-Type", body.contentType(), false));
        }
        if (body != null && body.isGzip()) {
            fields.add(new HeaderField("Content-Encoding", "gzip", false));
        }
        if (!hasCodings) {
            fields.add(new HeaderField("Accept-Encoding", ContentDecoder.OFFER, false));
        }
        if (!hasAgent) {
            fields.add(new HeaderField("User-Agent", ConnectionHeaders.USER_AGENT, false));
        }
        return new AdaptedRequest(
                request.method(),
                uri(request.origin(), request.target()),
                List.copyOf(fields),
                body == null ? null : new Upload(body, new BodyEntity(body)));
    }

    /** Returns the value with one character for each byte: the id of an event stream is sent in UTF-8. */
    private static String bytes(NameValuePair field) {
        return field.name().equalsIgnoreCase(NameValuePair.LAST_EVENT_ID)
                ? new String(field.value().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1)
                : field.value();
    }

    private static URI uri(Origin origin, String target) {
        try {
            return new URI(origin + target);
        } catch (URISyntaxException e) {
            // The message of the exception would repeat the URL, which may contain a secret.
            throw new InvalidDefinitionException(
                    "URL", "the transport can't send it: character " + (e.getIndex() + 1) + ": " + e.getReason());
        }
    }

    /** Describes the request, without its target and fields, which may contain secrets. */
    @Override
    public String toString() {
        return method + " " + uri.getScheme() + "://" + uri.getRawAuthority();
    }

    /** A body, which is compressed while it is written, and whose progress is reported. */
    private record Upload(OutgoingBody body, BodyEntity entity) implements Content {

        @Override
        public long length() {
            return entity.getContentLength();
        }

        @Override
        public byte @Nullable [] bytes() {
            return body.progress() == null ? body.bytes() : null;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            entity.writeTo(out);
        }
    }
}
