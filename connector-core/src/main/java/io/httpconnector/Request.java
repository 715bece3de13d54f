package io.httpconnector;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.http.NameValuePairs;
import io.httpconnector.internal.http.RequestOptions;
import io.httpconnector.internal.http.Timeouts;
import io.httpconnector.internal.http.Url;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.transport.CallContext;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One request: method, URL, query, headers, body, and which response statuses are accepted. Immutable: each method gives a new request.
 *
 * <pre>{@code
 * Request.get("/rest/api/3/search").query("jql", "project = PPP");
 * Request.post("/v3/venues/").json(venue).acceptStatus(409);
 * }</pre>
 *
 * <p>The URL is relative to the connection's base URL, and appended to it: {@code "/myself"} below
 * {@code https://example.com/api} is {@code https://example.com/api/myself}. An absolute URL is sent as it is. Credentials and
 * defaults of the connection, and the secrets of the request itself, go only to the scheme, host and port of the base URL: a
 * request that leads elsewhere is sent without them, also without {@code Authorization} and {@code Cookie}; one with a secret in
 * its query or body is refused.
 */
public final class Request {

    private static final Set<String> USUAL = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "PROPFIND", "QUERY", "REPORT", "SEARCH");

    private final String name;
    private final String method;
    private final Url url;
    private final NameValuePairs query;
    private final NameValuePairs headers;
    private final @Nullable Body body;
    private final RequestOptions terms;
    private final RedactionContext secrecy;

    /**
     * What must not be seen beside the fields that know it themselves.
     *
     * @param signedFor set while an auth strategy is at work for this call: what it adds is a secret
     * @param redactsResponse whether a successful response is a secret as a whole
     * @param earlier the secrets of the requests that led here by redirects, which the service may still echo
     */
    private record RedactionContext(
            @Nullable CallContext signedFor, boolean redactsResponse, List<NameValuePair> earlier) {
        private static final RedactionContext NONE = new RedactionContext(null, false, List.of());
    }

    private Request(
            String name,
            String method,
            Url url,
            NameValuePairs query,
            NameValuePairs headers,
            @Nullable Body body,
            RequestOptions terms,
            RedactionContext secrecy) {
        this.name = name;
        this.method = method;
        this.url = url;
        this.query = query;
        this.headers = headers;
        this.body = body;
        this.terms = terms;
        this.secrecy = secrecy;
    }

    /**
     * Creates a request with any method.
     *
     * @param method the method, such as {@code "PROPFIND"}; case matters (RFC 9110, section 9.1), so that {@code get} is refused
     * @param url relative to the base URL, or absolute
     * @return the request
     * @throws InvalidDefinitionException when the method is no token, or the URL is not acceptable: says why
     */
    public static Request of(String method, String url) {
        if (!NameValuePair.isToken(notNull(method, "method")) || method.equals("CONNECT") || method.equals("TRACE")) {
            throw new InvalidDefinitionException(
                    "request",
                    "\"" + LogSafe.visible(method)
                            + "\" is not a method that can be sent: use GET, POST or another token");
        }
        String usual = method.toUpperCase(Locale.ROOT);
        if (!usual.equals(method) && USUAL.contains(usual)) {
            throw new InvalidDefinitionException(
                    "request", "\"" + method + "\" is another method than " + usual + ": write it in capitals");
        }
        return new Request(
                "",
                method,
                Url.parse(url),
                NameValuePairs.NONE,
                NameValuePairs.NONE,
                null,
                RequestOptions.NONE,
                RedactionContext.NONE);
    }

    /**
     * Creates a GET request.
     *
     * @param url relative to the base URL, or absolute
     * @return the request
     */
    public static Request get(String url) {
        return of("GET", url);
    }

    /**
     * Creates a POST request.
     *
     * @param url relative to the base URL, or absolute
     * @return the request
     */
    public static Request post(String url) {
        return of("POST", url);
    }

    /**
     * Creates a PUT request.
     *
     * @param url relative to the base URL, or absolute
     * @return the request
     */
    public static Request put(String url) {
        return of("PUT", url);
    }

    /**
     * Creates a PATCH request.
     *
     * @param url relative to the base URL, or absolute
     * @return the request
     */
    public static Request patch(String url) {
        return of("PATCH", url);
    }

    /**
     * Creates a DELETE request.
     *
     * @param url relative to the base URL, or absolute
     * @return the request
     */
    public static Request delete(String url) {
        return of("DELETE", url);
    }

    /**
     * Gives the request a name, which stands in log lines and exceptions.
     *
     * @param name what it does, such as {@code "Create venue"}
     * @return a new request
     */
    public Request named(String name) {
        return new Request(LogSafe.visible(notNull(name, "name")), method, url, query, headers, body, terms, secrecy);
    }

    /**
     * Adds a query parameter. Name and value are percent-encoded; one that is there already stays. A parameter that an
     * {@link AuthStrategy} adds replaces those of its name in the URL, which a service may have written into a link or a redirect.
     *
     * @param name the parameter name
     * @param value the value
     * @return a new request
     */
    public Request query(String name, String value) {
        return withQuery(redactedInAuthPhase(NameValuePair.of(name, value)));
    }

    /**
     * Adds a query parameter that holds a secret.
     *
     * @param name the parameter name
     * @param secret the value, read now
     * @return a new request
     */
    public Request query(String name, Secret secret) {
        return withQuery(NameValuePair.of(name, Secret.fixed(secret, name)));
    }

    /**
     * Sets a header field, instead of one with the same name in any case.
     *
     * @param name the field name
     * @param value the value, of visible ASCII characters, spaces and tabs
     * @return a new request
     * @throws InvalidDefinitionException when the name is no token (RFC 9110, section 5.6.2) or belongs to the connection
     *     itself, such as {@code Host}, or when the value has another character: says which and where
     */
    public Request header(String name, String value) {
        return withHeader(redacted(NameValuePair.header(name, value)));
    }

    /**
     * Sets a header field that holds a secret.
     *
     * @param name the field name
     * @param secret the value, read now
     * @return a new request
     * @throws InvalidDefinitionException as for {@link #header(String, String)}
     */
    public Request header(String name, Secret secret) {
        return withHeader(NameValuePair.header(name, Secret.fixed(secret, name)));
    }

    /**
     * Adds a header field, also if there is one with the same name: each becomes a line of its own, in this order (RFC 9110, section
     * 5.3).
     *
     * @param name the field name
     * @param value the value, of visible ASCII characters, spaces and tabs
     * @return a new request
     * @throws InvalidDefinitionException as for {@link #header(String, String)}, or if the field is one that a message has once, such
     *     as {@code Content-Type}, and it is set already
     */
    public Request addHeader(String name, String value) {
        NameValuePair field = redacted(NameValuePair.header(name, value));
        if (field.isSingle() && headers.first(name) != null) {
            throw new InvalidDefinitionException("header", name + " can be sent once only, but has two values");
        }
        return new Request(this.name, method, url, query, headers.add(field), body, terms, secrecy);
    }

    private NameValuePair redacted(NameValuePair header) {
        return redactedInAuthPhase(Redactor.header(header));
    }

    private NameValuePair redactedInAuthPhase(NameValuePair field) {
        return isInAuthPhase() ? Redactor.assumedSecret(field) : field;
    }

    private Request withQuery(NameValuePair field) {
        Url others = isInAuthPhase() ? url.withoutParameter(field.name()) : url;
        return new Request(name, method, others, query.add(field), headers, body, terms, secrecy);
    }

    private Request withHeader(NameValuePair field) {
        return new Request(name, method, url, query, headers.set(field), body, terms, secrecy);
    }

    /**
     * Sets the body, and with it the {@code Content-Type}, unless a header says otherwise.
     *
     * @param body the body
     * @return a new request
     */
    public Request body(Body body) {
        notNull(body, "body");
        return withBody(isInAuthPhase() ? body.concealed() : body);
    }

    private Request withBody(Body body) {
        return new Request(name, method, url, query, headers, body, terms, secrecy);
    }

    /**
     * Sets a JSON body; the same as {@code body(Body.json(value))}.
     *
     * @param value JSON text when it is a string, or else what is written as JSON
     * @return a new request
     * @throws InvalidDefinitionException as {@link Body#json(Object)}
     */
    public Request json(Object value) {
        return body(Body.json(value));
    }

    /**
     * Adds a field to the body: to the form, to the JSON object, or to a new form when there is no body yet.
     *
     * @param name the field name
     * @param value the value
     * @return a new request
     * @throws InvalidDefinitionException when the body is neither a form nor a JSON object
     */
    public Request bodyField(String name, String value) {
        Body fields = body == null ? Body.form() : body;
        return withBody(
                isInAuthPhase() && !value.isEmpty() ? fields.field(name, Secret.of(value)) : fields.field(name, value));
    }

    /**
     * Adds a field that holds a secret to the body.
     *
     * @param name the field name
     * @param secret the value, read now
     * @return a new request
     * @throws InvalidDefinitionException as for {@link #bodyField(String, String)}
     */
    public Request bodyField(String name, Secret secret) {
        return withBody((body == null ? Body.form() : body).field(name, secret));
    }

    /**
     * Also accepts responses with these statuses. By default only 2xx is accepted; any other status throws {@link StatusException}.
     *
     * @param statuses status codes from 100 to 599, such as 404
     * @return a new request
     * @throws InvalidDefinitionException when a status is out of range
     */
    public Request acceptStatus(int... statuses) {
        for (int status : statuses) {
            if (status < 100 || status > 599) {
                throw new InvalidDefinitionException("request", status + " is not a status code: use 100 to 599");
            }
        }
        return withOptions(terms.withAcceptedStatuses(statuses));
    }

    /**
     * Accepts every response, whatever its status.
     *
     * @return a new request
     */
    public Request acceptAnyStatus() {
        return withOptions(terms.withAnyStatus());
    }

    /**
     * Returns the same request at another URL, such as the one of the next page, whose query takes the place of this one's.
     *
     * @param url relative to the base URL, or absolute
     * @return a new request
     * @throws InvalidDefinitionException when the URL is not acceptable: says why
     */
    public Request withUrl(String url) {
        return new Request(name, method, Url.parse(url), NameValuePairs.NONE, headers, body, terms, secrecy);
    }

    /**
     * Sets how long the whole exchange may take, retries and waiting included, instead of the connection's
     * {@code totalTimeout}.
     *
     * @param timeout the time, at least a millisecond
     * @return a new request
     * @throws InvalidDefinitionException when it is not positive
     */
    public Request timeout(Duration timeout) {
        return withOptions(terms.withTimeout(Timeouts.check("timeout", timeout)));
    }

    /**
     * Says that the service does the same once or twice for this request, so that it may be sent again when the response was
     * lost. Reading methods such as GET need no such word; a POST that only searches does.
     *
     * @return a new request
     */
    public Request idempotent() {
        return withOptions(terms.asIdempotent());
    }

    /**
     * Adds an {@code Idempotency-Key} made now, by which a service that knows the header recognises a repetition; with it
     * the request may be sent again when the response was lost. The key stays the same however often this request is sent.
     *
     * @return a new request, for one order, payment or the like: the next one needs a key of its own
     */
    public Request idempotencyKey() {
        return idempotencyKey(UUID.randomUUID().toString());
    }

    /**
     * Adds an {@code Idempotency-Key} of yours, such as the id of the job: the same for each attempt to do the same. For a
     * service that wants it in another header, use {@link #header(String, String)} and {@link #idempotent()}.
     *
     * @param key the key, of visible ASCII characters
     * @return a new request
     * @throws InvalidDefinitionException when the key can't stand in a header
     */
    public Request idempotencyKey(String key) {
        return header("Idempotency-Key", key).idempotent();
    }

    /**
     * Registers a listener for upload progress.
     *
     * @param progress is told
     * @return a new request
     */
    public Request onUpload(ProgressListener progress) {
        return withOptions(terms.withUploadListener(notNull(progress, "progress")));
    }

    /**
     * Registers a listener for download progress.
     *
     * @param progress is told
     * @return a new request
     */
    public Request onDownload(ProgressListener progress) {
        return withOptions(terms.withDownloadListener(notNull(progress, "progress")));
    }

    private Request withOptions(RequestOptions changed) {
        return new Request(name, method, url, query, headers, body, changed, secrecy);
    }

    /**
     * Returns the method.
     *
     * @return such as {@code GET}
     */
    public String method() {
        return method;
    }

    /**
     * Returns the URL with its query: relative until the connection sends the request, absolute when an {@link AuthStrategy} sees it.
     *
     * @return the URL as it is sent
     */
    public URI uri() {
        String target = target();
        return URI.create(url.host() == null ? target : url.host() + target);
    }

    /**
     * Returns the value of a header field.
     *
     * @param name the field name, in any case
     * @return the value, a secret too; empty when there is no such field
     */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.first(name)).map(NameValuePair::value);
    }

    /**
     * Returns the values of a header field, one for each line.
     *
     * @param name the field name, in any case
     * @return the values in their order, secrets too; none if there is no such field
     */
    public List<String> headers(String name) {
        return Arrays.stream(headers.array())
                .filter(field -> field.name().equalsIgnoreCase(name))
                .map(NameValuePair::value)
                .toList();
    }

    /**
     * Returns the names of the header fields that are set, for strategies that sign them; the connection adds those of its own later.
     *
     * @return the names, in no order
     */
    public Set<String> headerNames() {
        return Arrays.stream(headers.array()).map(NameValuePair::name).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Returns the body.
     *
     * @return the body; empty when there is none
     */
    public Optional<Body> body() {
        return Optional.ofNullable(body);
    }

    /**
     * Returns the request as it would be shown if it were sent, without what the connection adds.
     *
     * @return method, URL, headers and body, with masked secrets; no status and no response, no attempts, begun in 1970
     */
    public Exchange preview() {
        return Redactor.unsent(this);
    }

    /**
     * Says what it asks for, without its secrets.
     *
     * @return method and URL
     */
    @Override
    public String toString() {
        return method + " " + shownUrl();
    }

    String name() {
        return name;
    }

    Url url() {
        return url;
    }

    NameValuePair[] headers() {
        return headers.array();
    }

    @Nullable Body content() {
        return body;
    }

    @Nullable Duration timeout() {
        return terms.timeout();
    }

    @Nullable ProgressListener upload() {
        return terms.upload();
    }

    @Nullable ProgressListener download() {
        return terms.download();
    }

    /** Returns whether the service may see it twice without harm: RFC 9110, section 9.2.1, and the methods of WebDAV that only read. */
    boolean isRepeatable() {
        return terms.idempotent() || SAFE.contains(method);
    }

    /** Returns whether the body, if there is one, has not been given away yet. */
    boolean isReplayable() {
        return body == null || body.source().isUnread();
    }

    /** Returns whether this is the request that an auth strategy was given, with its additions. */
    boolean isSigned(Request plain) {
        return isInAuthPhase() && url.isReducedFrom(plain.url);
    }

    private boolean isInAuthPhase() {
        return secrecy.signedFor != null;
    }

    boolean accepts(int status) {
        return terms.accepts(status);
    }

    /** Path and query as they stand in the request line. */
    String target() {
        return query.target(url, false);
    }

    /** Returns the target for people: secrets are masked where they were put, and where a redirect has put them. */
    String shownTarget() {
        String target = query.target(url, true);
        return secrecy.earlier.isEmpty() ? target : new Redactor(secrets()).mask(target);
    }

    /** Returns the URL for people: secrets are masked where they were put. */
    String shownUrl() {
        return (url.host() == null ? "" : url.host().toString()) + shownTarget();
    }

    /** Every field that holds a secret. */
    List<NameValuePair> secrets() {
        List<NameValuePair> secrets = new ArrayList<>(secrecy.earlier);
        secrets.addAll(body == null ? List.of() : body.secrets());
        secrets.addAll(query.secrets());
        secrets.addAll(headers.secrets());
        return secrets;
    }

    /** Returns this request at its absolute URL, with the connection's defaults where it has nothing of the same name. */
    Request withUrl(Url absolute, NameValuePairs defaultQuery, NameValuePairs defaultHeaders) {
        NameValuePairs missing = absolute.query() == null || defaultQuery == NameValuePairs.NONE
                ? defaultQuery
                : defaultQuery.without(field -> absolute.hasParameter(field.name()));
        return new Request(
                name,
                method,
                absolute,
                query.withDefaults(missing),
                headers.withDefaults(defaultHeaders),
                body,
                terms,
                secrecy);
    }

    /** What an auth strategy is given: whatever it adds is hidden. */
    Request inAuthPhase(CallContext call) {
        return withRedaction(new RedactionContext(call, secrecy.redactsResponse, secrecy.earlier));
    }

    /** Returns the call for which an auth strategy is at work. */
    CallContext call() {
        CallContext call = secrecy.signedFor;
        if (call == null) {
            throw new InvalidDefinitionException("request", "it is not the one that apply(Request) was given");
        }
        return call;
    }

    /** Nothing of a successful response is shown. */
    Request withRedactedResponse() {
        return withRedaction(new RedactionContext(secrecy.signedFor, true, secrecy.earlier));
    }

    boolean redactsResponse() {
        return secrecy.redactsResponse;
    }

    private Request withRedaction(RedactionContext changed) {
        return new Request(name, method, url, query, headers, body, terms, changed);
    }

    /** Returns this request after a redirect: the new URL is complete, and a body that is gone takes its headers along. */
    Request redirected(Url target, boolean keepsQuery, boolean becomesGet, List<NameValuePair> earlierSecrets) {
        return new Request(
                name,
                becomesGet ? "GET" : method,
                target,
                keepsQuery ? query : NameValuePairs.NONE,
                becomesGet
                        ? headers.without(field -> Ascii.lowerCase(field.name()).startsWith("content-"))
                        : headers,
                becomesGet ? null : body,
                terms,
                new RedactionContext(null, secrecy.redactsResponse, earlierSecrets));
    }

    /** Without the header fields of these names, in lower case. */
    Request without(Predicate<String> names) {
        NameValuePairs others = headers.without(field -> names.test(Ascii.lowerCase(field.name())));
        return new Request(name, method, url, query, others, body, terms, secrecy);
    }

    /** Without the header fields that hold a secret. */
    Request withoutSecretHeaders() {
        return new Request(name, method, url, query, headers.without(NameValuePair::isSensitive), body, terms, secrecy);
    }

    /** Returns whether the query or the body holds a secret. */
    boolean hasSecretContent() {
        return !query.secrets().isEmpty() || (body != null && !body.secrets().isEmpty());
    }
}
