package io.httpconnector;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.graphql.GraphQlMode;
import io.httpconnector.internal.graphql.PersistedQuery;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.http.NameValuePairs;
import io.httpconnector.internal.http.RequestOptions;
import io.httpconnector.internal.http.Timeouts;
import io.httpconnector.internal.http.Url;
import io.httpconnector.internal.recording.RedactionContext;
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
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A request: method, URL, query, headers, body, and the response statuses that are accepted. Immutable: each method returns a
 * new request.
 *
 * <pre>{@code
 * Request.get("/rest/api/3/search").query("jql", "project = PPP");
 * Request.post("/v3/venues/").json(venue).acceptStatus(409);
 * }</pre>
 *
 * <p>A relative URL is appended to the connection's base URL: {@code "/myself"} with {@code https://example.com/api} becomes
 * {@code https://example.com/api/myself}. An absolute URL is used unchanged. Credentials and defaults of the connection, and
 * the secrets of the request itself, are sent only to the origin (scheme, host and port) of the base URL. A request to another
 * origin is sent without them, and without {@code Authorization} and {@code Cookie}; if it has a secret in its query or body,
 * it is rejected.
 */
public final class Request extends RequestParts {

    private static final Set<String> USUAL = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    private final Handling terms;

    /**
     * The options of executing the request, beside the HTTP message.
     *
     * @param rules the rules that precede those of the connection
     * @param retry the policy instead of the connection's, or null
     */
    private record Handling(
            RequestOptions options,
            List<ResponseRule> rules,
            @Nullable RetryPolicy retry) {
        private static final Handling DEFAULT = new Handling(RequestOptions.NONE, List.of(), null);
    }

    private Request(
            String name,
            String method,
            Url url,
            NameValuePairs query,
            NameValuePairs headers,
            @Nullable Body body,
            Handling terms,
            RedactionContext secrecy) {
        super(name, method, url, query, headers, body, terms.options, secrecy);
        this.terms = terms;
    }

    /**
     * Creates a request with the given method.
     *
     * @param method the method, such as {@code "PROPFIND"}; it is case-sensitive (RFC 9110, section 9.1), so {@code get} is
     *     rejected
     * @param url relative to the base URL, or absolute
     * @return the request
     * @throws InvalidDefinitionException when the method is not a token, or the URL is invalid; the message states the problem
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
                    "request", "\"" + method + "\" is not the method " + usual + ": write it in capitals");
        }
        return new Request(
                "",
                method,
                Url.parse(url),
                NameValuePairs.NONE,
                NameValuePairs.NONE,
                null,
                Handling.DEFAULT,
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
     * Sets the name of the request, which appears in log lines and exceptions.
     *
     * @param name the name, such as {@code "Create venue"}
     * @return a new request
     */
    public Request named(String name) {
        return new Request(LogSafe.visible(notNull(name, "name")), method, url, query, headers, body, terms, secrecy);
    }

    /**
     * Adds a query parameter. Name and value are percent-encoded. Existing parameters of the same name are kept, except when an
     * {@link AuthStrategy} adds the parameter: it then replaces them, because a service may have put them into a link or a
     * redirect.
     *
     * @param name the parameter name
     * @param value the value
     * @return a new request
     */
    public Request query(String name, String value) {
        return withQuery(redactedInAuthPhase(NameValuePair.of(name, value)));
    }

    /**
     * Adds a query parameter whose value is a secret.
     *
     * @param name the parameter name
     * @param secret the value, read now
     * @return a new request
     */
    public Request query(String name, Secret secret) {
        return withQuery(NameValuePair.of(name, Secret.fixed(secret, name)));
    }

    /**
     * Returns this request without the query parameters of a name, also those in its URL. For an {@link AuthStrategy} that signs
     * a request before it adds the parameter.
     *
     * @param name the parameter name, decoded; case-sensitive
     * @return a new request
     */
    public Request withoutQuery(String name) {
        notNull(name, "name");
        NameValuePairs others = query.without(field -> field.name().equals(name));
        return new Request(this.name, method, url.withoutParameter(name), others, headers, body, terms, secrecy);
    }

    /**
     * Sets a header field. Replaces fields of the same name, which is case-insensitive.
     *
     * @param name the field name
     * @param value the value, of visible ASCII characters, spaces and tabs; {@code Last-Event-ID} may have others, sent in UTF-8
     * @return a new request
     * @throws InvalidDefinitionException when the name is not a token (RFC 9110, section 5.6.2) or is set by the connection
     *     itself, such as {@code Host}, or when the value contains an invalid character; the message states which and where
     */
    public Request header(String name, String value) {
        return withHeader(redacted(NameValuePair.header(name, value)));
    }

    /**
     * Sets a header field whose value is a secret.
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
     * Adds a header field, even if there is one with the same name. Each is sent as a separate field line, in the order of the
     * calls (RFC 9110, section 5.3).
     *
     * @param name the field name
     * @param value the value, of visible ASCII characters, spaces and tabs
     * @return a new request
     * @throws InvalidDefinitionException as for {@link #header(String, String)}, or if the field may occur only once in a
     *     message, such as {@code Content-Type}, and is already set
     */
    public Request addHeader(String name, String value) {
        NameValuePair field = redacted(NameValuePair.header(name, value));
        if (field.isSingle() && headers.first(name) != null) {
            throw new InvalidDefinitionException("header", name + " can be sent once only, but has two values");
        }
        return new Request(this.name, method, url, query, headers.add(field), body, terms, secrecy);
    }

    /**
     * Returns this request without the header fields of a name. For an {@link AuthStrategy} that signs a request before it sets
     * the field.
     *
     * @param name the field name, in any case
     * @return a new request
     */
    public Request withoutHeader(String name) {
        return without(Ascii.lowerCase(notNull(name, "name"))::equals);
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
     * Sets the body. Its media type is sent as {@code Content-Type}, unless the request sets that header field. A form and a
     * multipart form keep their media type, which describes how they are encoded; the field can only give a form parameters,
     * such as a charset, and a multipart form another subtype, such as {@code multipart/related}.
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
     * Sets a JSON body. Equivalent to {@code body(Body.json(value))}.
     *
     * @param value JSON text if it is a string, otherwise an object to serialize
     * @return a new request
     * @throws InvalidDefinitionException as for {@link Body#json(Object)}
     */
    public Request json(Object value) {
        return body(Body.json(value));
    }

    /**
     * Adds a field to the body: to the form, to the JSON object, or to a new form if there is no body yet.
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
     * Adds a field whose value is a secret to the body.
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
     * Returns this request without the body fields of a name. For an {@link AuthStrategy} that signs a request before it adds the
     * field.
     *
     * @param name the field name, decoded; case-sensitive
     * @return a new request; the same one if the body is neither a form nor a JSON object with such a field
     */
    public Request withoutBodyField(String name) {
        Body others = body == null ? null : body.without(notNull(name, "name"));
        return others == null || others == body ? this : withBody(others);
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
        return withOptions(options.withAcceptedStatuses(statuses));
    }

    /**
     * Accepts every response, whatever its status. Redirects are then not followed.
     *
     * @return a new request
     */
    public Request acceptAnyStatus() {
        return withOptions(options.withAnyStatus());
    }

    /**
     * Returns this request with another URL, such as that of the next page. The query of the new URL replaces that of this
     * request.
     *
     * @param url relative to the base URL, or absolute; up to 64 KiB, as a service may choose it
     * @return a new request
     * @throws InvalidDefinitionException when the URL is invalid; the message states the problem
     */
    public Request withUrl(String url) {
        return new Request(name, method, Url.parseReference(url), NameValuePairs.NONE, headers, body, terms, secrecy);
    }

    /**
     * Sets the timeout of the whole call, including retries and waiting. It replaces the connection's {@code totalTimeout}.
     *
     * @param timeout the timeout, 1 ms to 24 h
     * @return a new request
     * @throws InvalidDefinitionException when the timeout is out of range
     */
    public Request timeout(Duration timeout) {
        return withOptions(options.withTimeout(Timeouts.check("timeout", timeout)));
    }

    /**
     * Masks secrets wherever they occur in logs and exceptions of this request, such as in a body that a template has rendered, and
     * protects them like every other secret: interceptors do not see them, another origin receives no header field with one, and a
     * request with one in its query parameters or its body is not sent to another origin.
     *
     * @param secrets the secrets
     * @return a new request
     */
    public Request masking(Secret... secrets) {
        return withRedaction(secrecy.masking(Arguments.all(secrets, "masking").stream()
                .map(secret -> NameValuePair.of("", Secret.fixed(secret, "of a request")))
                .toList()));
    }

    /**
     * Declares that the response contains credentials: its whole content is masked in logs and exceptions.
     *
     * @return a new request
     */
    public Request secretResponse() {
        return withRedaction(secrecy.redactingResponse());
    }

    /**
     * Masks the query of the URL, and of the URLs that the request is redirected to, in logs and exceptions: of a URL that a service
     * has chosen, such as a pre-signed one. Queries of fewer than 8 characters are shown.
     *
     * @return a new request
     */
    public Request maskingQueries() {
        List<NameValuePair> secrets = Redactor.chosenQuery(url.query()).stream().toList();
        return withRedaction(secrecy.withSecrets(secrets).redactingQueries());
    }

    /**
     * Declares the request idempotent: the service has the same state whether it processes the request once or twice. The
     * request may then be retried when its response was lost. This is implied by methods that only read, such as GET; declare
     * it for a POST that only searches.
     *
     * @return a new request
     */
    public Request idempotent() {
        return withOptions(options.asIdempotent());
    }

    /**
     * Adds a new {@code Idempotency-Key}, by which a service that supports this header recognizes a repetition. The request may
     * then be retried when its response was lost. The key is generated by this call and stays the same each time the returned
     * request is sent.
     *
     * @return a new request for a single operation, such as one payment; the next operation needs a new key
     */
    public Request idempotencyKey() {
        return idempotencyKey(UUID.randomUUID().toString());
    }

    /**
     * Adds the given {@code Idempotency-Key}, such as the id of a job. Use the same key for each attempt at the same operation.
     * For a service that expects the key in another header field, use {@link #header(String, String)} and {@link
     * #idempotent()}.
     *
     * @param key the key, of visible ASCII characters
     * @return a new request
     * @throws InvalidDefinitionException when the key is not a valid header value
     */
    public Request idempotencyKey(String key) {
        return header("Idempotency-Key", key).idempotent();
    }

    /**
     * Declares that the response is one of GraphQL over HTTP: errors in it, also with status 200, fail with a {@link
     * GraphQlException}, errors of rate limits delay the next attempt, and the cost budgets of services are known to an adaptive
     * {@link RateLimit}. Rules of the request and the connection precede it. Implied by {@code GraphQl.query} and by templates
     * with a GraphQL query.
     *
     * @param acceptsPartialData whether a response with errors is accepted if it has data
     * @return a new request
     */
    public Request graphQlResponse(boolean acceptsPartialData) {
        return withOptions(options.withGraphQl(acceptsPartialData ? GraphQlMode.PARTIAL : GraphQlMode.STRICT));
    }

    /**
     * Sends the SHA-256 hash of the GraphQL query in place of its text; the text follows once if the service does not know it (automatic
     * persisted queries). Also for a mutation: nothing is executed before. The query is the field {@code query} of the JSON body or URL.
     *
     * @return a new request
     * @throws InvalidDefinitionException when there is no such field
     */
    public Request persistedQuery() {
        String text = graphQlQuery();
        Request hashed = body == null
                ? withoutQuery("query")
                        .query("extensions", PersistedQuery.extensions(text).toString())
                : json(PersistedQuery.hashed(body.toBytes(), text));
        return hashed.withOptions(options.withPersistedQuery(text));
    }

    /**
     * Adds a rule that classifies the responses to this request. Its rules precede those of the connection; the first rule that
     * matches decides.
     *
     * @param rule the rule
     * @return a new request
     */
    public Request rule(ResponseRule rule) {
        List<ResponseRule> more = new ArrayList<>(terms.rules);
        more.add(notNull(rule, "error rule"));
        return with(new Handling(options, List.copyOf(more), terms.retry));
    }

    /**
     * Sets the retry policy of this request. It replaces the connection's.
     *
     * @param retry the policy, or {@link RetryPolicy#none()}
     * @return a new request
     */
    public Request retry(RetryPolicy retry) {
        return with(new Handling(options, terms.rules, notNull(retry, "retry policy")));
    }

    /**
     * Registers a listener for upload progress.
     *
     * @param progress the listener
     * @return a new request
     */
    public Request onUpload(ProgressListener progress) {
        return withOptions(options.withUploadListener(notNull(progress, "progress")));
    }

    /**
     * Registers a listener for download progress.
     *
     * @param progress the listener
     * @return a new request
     */
    public Request onDownload(ProgressListener progress) {
        return withOptions(options.withDownloadListener(notNull(progress, "progress")));
    }

    Request withOptions(RequestOptions changed) {
        return with(new Handling(changed, terms.rules, terms.retry));
    }

    private Request with(Handling changed) {
        return new Request(name, method, url, query, headers, body, changed, secrecy);
    }

    /**
     * Returns the request method.
     *
     * @return the method, such as {@code GET}
     */
    public String method() {
        return method;
    }

    /**
     * Returns the URL with its query: relative until the connection sends the request, absolute when an {@link AuthStrategy}
     * receives it.
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
     * @return the value, even if it is a secret; empty if there is no such field
     */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.first(name)).map(NameValuePair::value);
    }

    /**
     * Returns the values of a header field, one for each field line.
     *
     * @param name the field name, in any case
     * @return the values in their order, including secrets; an empty list if there is no such field
     */
    public List<String> headers(String name) {
        return Arrays.stream(headers.array())
                .filter(field -> field.name().equalsIgnoreCase(name))
                .map(NameValuePair::value)
                .toList();
    }

    /**
     * Returns the names of the header fields that are set, for strategies that sign them. The connection adds its own fields
     * later.
     *
     * @return the names, in no particular order
     */
    public Set<String> headerNames() {
        return Arrays.stream(headers.array()).map(NameValuePair::name).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Returns the body.
     *
     * @return the body; empty if there is none
     */
    public Optional<Body> body() {
        return Optional.ofNullable(body);
    }

    /**
     * Returns the request as it would be recorded if it were sent, without the additions of the connection.
     *
     * @return an exchange with method, URL, headers and body, with masked secrets; without status and response, with 0 attempts
     *     and a start in 1970
     */
    public Exchange preview() {
        return Redactor.unsent(this);
    }

    /**
     * Describes the request, with masked secrets.
     *
     * @return the method and URL
     */
    @Override
    public String toString() {
        return method + " " + shownUrl();
    }

    /** Returns the rules of this request, which precede those of the connection. */
    List<ResponseRule> rules() {
        return terms.rules;
    }

    /** Returns the policy of this request, or the connection's. */
    RetryPolicy retryPolicy(RetryPolicy connection) {
        return terms.retry == null ? connection : terms.retry;
    }

    /** Returns the target for display: secrets are masked where they were set, and where they are repeated. */
    String shownTarget() {
        String target = targetForRedaction();
        List<NameValuePair> secrets = secrets();
        return secrets.isEmpty() ? target : new Redactor(secrets).mask(target);
    }

    /** Returns the URL for display, as {@link #shownTarget}. */
    String shownUrl() {
        return origin() + shownTarget();
    }

    /** Returns the request for an auth strategy, whose additions are treated as secrets. */
    Request inAuthPhase(CallContext call) {
        return withRedaction(secrecy.signedFor(call));
    }

    /** Returns this request with secrets that are masked wherever they occur. */
    Request withSecrets(List<NameValuePair> secrets) {
        return secrets.isEmpty() ? this : withRedaction(secrecy.withSecrets(secrets));
    }

    /**
     * Returns this request with the cookies that the service has set before.
     *
     * @param known returns the value of the {@code Cookie} field with the cookies of this request itself, which it is given; both
     *     may be empty
     */
    Request withCookies(UnaryOperator<String> known) {
        String sent = String.join("; ", headers("Cookie"));
        String cookies = known.apply(sent);
        if (cookies.isEmpty() || headers("Cookie").equals(List.of(cookies))) {
            return this;
        }
        NameValuePair field = Redactor.assumedSecret(NameValuePair.of("Cookie", cookies));
        List<NameValuePair> own = Arrays.stream(headers.array())
                .filter(header -> header.name().equalsIgnoreCase("Cookie"))
                .toList();
        return withHeader(field).withSecrets(own).maskingCookies(List.of(field));
    }

    /** Returns this request with cookies of the service that are masked wherever they occur. */
    Request maskingCookies(List<NameValuePair> cookies) {
        return cookies.isEmpty() ? this : withRedaction(secrecy.withCookies(cookies));
    }

    private Request withRedaction(RedactionContext changed) {
        return new Request(name, method, url, query, headers, body, terms, changed);
    }

    /** Returns the request with the options of this one that replaces it: with defaults, after a redirect or an interceptor. */
    Request replaced(
            String newMethod,
            Url newUrl,
            NameValuePairs newQuery,
            NameValuePairs newHeaders,
            @Nullable Body newBody,
            RedactionContext newRedaction) {
        return new Request(name, newMethod, newUrl, newQuery, newHeaders, newBody, terms, newRedaction);
    }

    /** Returns this request without the header fields whose lower-case names match. */
    Request without(Predicate<String> names) {
        NameValuePairs others = headers.without(field -> names.test(Ascii.lowerCase(field.name())));
        return new Request(name, method, url, query, others, body, terms, secrecy);
    }
}
