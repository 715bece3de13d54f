package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.Arguments;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A request exactly as received by a web server. Immutable, provided that the bytes of the body are not modified.
 *
 * <p>The body must be the bytes as received: a signature does not match JSON that a framework has parsed and serialised again.
 */
public final class WebhookRequest {

    private static final Pattern AUTHORITY =
            Pattern.compile("^(https?://)([^/?#:\\[]+|\\[[^\\]]*])(:[0-9]+)?", Pattern.CASE_INSENSITIVE);

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
     * Creates a request.
     *
     * @param method the method, such as {@code POST}
     * @param path the path as received, percent-encoded, without the query
     * @param query the query as received, without the question mark; null or empty if there is none
     * @param headers the header fields, each with all its values; names in any case
     * @param body the bytes as received, not copied; null or empty if there are none
     * @return the request
     * @throws InvalidDefinitionException if method, path or headers are null
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
            problems.add("the headers are null: use an empty map");
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
     * Returns a copy with the address of the peer.
     *
     * @param address the address of the other end of the connection, which may be a proxy
     * @return a new request
     */
    public WebhookRequest from(@Nullable InetAddress address) {
        return new WebhookRequest(method, path, query, headers, body, address, certificateSubject, publicUrl);
    }

    /**
     * Returns a copy with the subject of the client certificate.
     *
     * @param subject the distinguished name (RFC 2253) of a certificate that the server has validated; null if there is none
     * @return a new request
     */
    public WebhookRequest certificateSubject(@Nullable String subject) {
        return new WebhookRequest(method, path, query, headers, body, peer, subject, publicUrl);
    }

    /**
     * Returns a copy with an additional header field.
     *
     * @param name the name, in any case
     * @param value the value
     * @return a new request
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
     * Returns a copy with the public URL of the receiver, which some services sign.
     *
     * @param url such as {@code https://app.example.com/hooks/leads}, without the query
     * @return a new request
     */
    public WebhookRequest publicUrl(@Nullable String url) {
        return new WebhookRequest(method, path, query, headers, body, peer, certificateSubject, url);
    }

    /**
     * Returns the method.
     *
     * @return the method, such as {@code POST}
     */
    public String method() {
        return method;
    }

    /**
     * Returns the path, percent-encoded as received.
     *
     * @return the path, without the query
     */
    public String path() {
        return path;
    }

    /**
     * Returns the query, percent-encoded as received.
     *
     * @return the query without the question mark; empty if there is none
     */
    public String query() {
        return query;
    }

    /**
     * Returns the first value of a header field.
     *
     * @param name the name, in any case
     * @return the value, if the field exists
     */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.first(Arguments.notNull(name, "name of a header field")));
    }

    /**
     * Returns all values of a header field.
     *
     * @param name the name, in any case
     * @return the values in order of arrival, possibly none
     */
    public List<String> headers(String name) {
        return headers.all(name);
    }

    /**
     * Returns all header fields.
     *
     * @return the values by lower-case name
     */
    public Map<String, List<String>> headers() {
        return headers.asMap();
    }

    /**
     * Returns the body.
     *
     * @return the bytes as received, not copied: do not modify them
     */
    public byte[] body() {
        return body;
    }

    /**
     * Returns the address of the peer.
     *
     * @return the address of the other end of the connection, if known
     */
    public Optional<InetAddress> peer() {
        return Optional.ofNullable(peer);
    }

    /**
     * Returns the subject of the client certificate.
     *
     * @return the distinguished name, if there was a certificate
     */
    public Optional<String> certificateSubject() {
        return Optional.ofNullable(certificateSubject);
    }

    /**
     * Returns the URL that the sender used.
     *
     * @return the public URL with the query, if the public URL is known
     */
    public Optional<String> url() {
        return Optional.ofNullable(publicUrl).map(url -> query.isEmpty() ? url : url + "?" + query);
    }

    /**
     * Copies with other forms of the URL that mean the same: with or without the default port, and with apostrophes of the query
     * written otherwise.
     */
    List<WebhookRequest> urlVariants() {
        List<WebhookRequest> variants = new ArrayList<>();
        String url = publicUrl;
        if (url == null) {
            return variants;
        }
        Matcher match = AUTHORITY.matcher(url);
        List<String> urls = new ArrayList<>(List.of(url));
        if (match.find()) {
            String port = match.group(1).equalsIgnoreCase("https://") ? ":443" : ":80";
            if (match.group(3) == null) {
                urls.add(match.group(1) + match.group(2) + port + url.substring(match.end()));
            } else if (match.group(3).equals(port)) {
                urls.add(match.group(1) + match.group(2) + url.substring(match.end()));
            }
        }
        for (String one : urls) {
            for (String parameters :
                    new LinkedHashSet<>(List.of(query, query.replace("'", "%27"), query.replace("%27", "'")))) {
                variants.add(
                        new WebhookRequest(method, path, parameters, headers, body, peer, certificateSubject, one));
            }
        }
        return variants;
    }

    /** A copy with another body. */
    WebhookRequest body(byte[] other) {
        return new WebhookRequest(method, path, query, headers, other, peer, certificateSubject, publicUrl);
    }

    /** Returns whether the body is shorter than its {@code Content-Length}. */
    boolean isTruncated() {
        return headerIndex().announcesMoreThan(body().length);
    }

    HeaderIndex headerIndex() {
        return headers;
    }

    @Nullable String publicUrlOrNull() {
        return publicUrl;
    }

    /**
     * Describes the request without data that may be secret: path, headers and body are omitted.
     *
     * @return the method and the size
     */
    @Override
    public String toString() {
        return Texts.visible(method) + " with " + body.length + " bytes";
    }
}
