package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a web server has received, exactly as it came. Immutable, as long as the bytes of the body are not changed.
 *
 * <p>The body must be the bytes that came: a signature does not hold for JSON that a framework has read and written again.
 */
public final class WebhookRequest {

    private final String method;
    private final String path;
    private final String query;
    private final HeaderIndex headers;
    private final byte[] body;
    private final @Nullable InetAddress peer;
    private final @Nullable String certificateSubject;
    private final @Nullable String publicUrl;

    private WebhookRequest(
            String method,
            String path,
            String query,
            HeaderIndex headers,
            byte[] body,
            @Nullable InetAddress peer,
            @Nullable String certificateSubject,
            @Nullable String publicUrl) {
        this.method = method;
        this.path = path;
        this.query = query;
        this.headers = headers;
        this.body = body;
        this.peer = peer;
        this.certificateSubject = certificateSubject;
        this.publicUrl = publicUrl;
    }

    /**
     * A request.
     *
     * @param method its method, such as {@code POST}
     * @param path its path as it came, percent-encoded, without the query
     * @param query its query as it came, without the question mark; null or empty when there is none
     * @param headers its header fields, each with all its values; names in any case
     * @param body the bytes that came, not copied; null or empty when there are none
     * @return the request
     * @throws InvalidDefinitionException when method, path or headers are null
     */
    public static WebhookRequest of(
            String method,
            String path,
            @Nullable String query,
            Map<String, ? extends List<String>> headers,
            byte @Nullable [] body) {
        List<String> problems = new ArrayList<>();
        if (method == null || method.isEmpty()) {
            problems.add("the method is missing");
        }
        if (path == null) {
            problems.add("the path is null");
        }
        if (headers == null) {
            problems.add("the headers are null: give an empty map");
        }
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("webhook request", problems);
        }
        return new WebhookRequest(
                method,
                path,
                query == null ? "" : query,
                HeaderIndex.of(headers),
                body == null ? new byte[0] : body,
                null,
                null,
                null);
    }

    /**
     * The same request, and which machine sent it.
     *
     * @param address the address at the other end of the connection, which may be that of a proxy
     * @return another request
     */
    public WebhookRequest from(@Nullable InetAddress address) {
        return new WebhookRequest(method, path, query, headers, body, address, certificateSubject, publicUrl);
    }

    /**
     * The same request, and whose client certificate it came with.
     *
     * @param subject the distinguished name (RFC 2253) of a certificate that the server has verified; null when there is none
     * @return another request
     */
    public WebhookRequest certificateSubject(@Nullable String subject) {
        return new WebhookRequest(method, path, query, headers, body, peer, subject, publicUrl);
    }

    /**
     * The same request with one more header field.
     *
     * @param name its name
     * @param value its value
     * @return another request
     */
    public WebhookRequest header(String name, String value) {
        return new WebhookRequest(
                method,
                path,
                query,
                headers.plus(
                        Arguments.notNull(name, "name of a header field"),
                        Arguments.notNull(value, "value of a header field")),
                body,
                peer,
                certificateSubject,
                publicUrl);
    }

    /**
     * The same request, and at which URL its sender knows this receiver: some services sign it.
     *
     * @param url such as {@code https://app.example.com/hooks/leads}, without the query
     * @return another request
     */
    public WebhookRequest publicUrl(@Nullable String url) {
        return new WebhookRequest(method, path, query, headers, body, peer, certificateSubject, url);
    }

    /**
     * The method.
     *
     * @return such as {@code POST}
     */
    public String method() {
        return method;
    }

    /**
     * The path, percent-encoded as it came.
     *
     * @return without the query
     */
    public String path() {
        return path;
    }

    /**
     * The query, percent-encoded as it came.
     *
     * @return without the question mark, empty when there is none
     */
    public String query() {
        return query;
    }

    /**
     * The first value of a header field.
     *
     * @param name its name, in any case
     * @return the value, when there is one
     */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.first(Arguments.notNull(name, "name of a header field")));
    }

    /**
     * All values of a header field.
     *
     * @param name its name, in any case
     * @return the values in the order in which they came, possibly none
     */
    public List<String> headers(String name) {
        return headers.all(name);
    }

    /**
     * All header fields.
     *
     * @return the values by their names in lower case
     */
    public Map<String, List<String>> headers() {
        return headers.asMap();
    }

    /**
     * The body.
     *
     * @return the bytes as they came, not copied: don't change them
     */
    public byte[] body() {
        return body;
    }

    /**
     * Which machine sent it.
     *
     * @return the address at the other end of the connection, when it is known
     */
    public Optional<InetAddress> peer() {
        return Optional.ofNullable(peer);
    }

    /**
     * Whose client certificate it came with.
     *
     * @return the distinguished name, when there was a certificate
     */
    public Optional<String> certificateSubject() {
        return Optional.ofNullable(certificateSubject);
    }

    /**
     * The URL that the sender has used.
     *
     * @return the public URL with the query, when the public URL is known
     */
    public Optional<String> url() {
        return Optional.ofNullable(publicUrl).map(url -> query.isEmpty() ? url : url + "?" + query);
    }

    /** The same request with another body. */
    WebhookRequest body(byte[] other) {
        return new WebhookRequest(method, path, query, headers, other, peer, certificateSubject, publicUrl);
    }

    HeaderIndex fields() {
        return headers;
    }

    @Nullable String knownUrl() {
        return publicUrl;
    }

    /**
     * Says what kind of request it is, without what may be secret: path, headers and body are left out.
     *
     * @return method and size
     */
    @Override
    public String toString() {
        return Texts.visible(method) + " with " + body.length + " bytes";
    }
}
