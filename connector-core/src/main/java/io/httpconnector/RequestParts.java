package io.httpconnector;

import io.httpconnector.internal.graphql.GraphQlMode;
import io.httpconnector.internal.graphql.PersistedQuery;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.http.NameValuePairs;
import io.httpconnector.internal.http.RequestOptions;
import io.httpconnector.internal.http.Url;
import io.httpconnector.internal.recording.RedactionContext;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.transport.CallContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The parts of a {@link Request} as the pipeline reads them to send it, to mask its secrets, and to handle its response. Immutable. */
abstract class RequestParts {

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "PROPFIND", "QUERY", "REPORT", "SEARCH");

    final String name;
    final String method;
    final Url url;
    final NameValuePairs query;
    final NameValuePairs headers;
    final @Nullable Body body;
    final RequestOptions options;
    final RedactionContext secrecy;

    RequestParts(
            String name,
            String method,
            Url url,
            NameValuePairs query,
            NameValuePairs headers,
            @Nullable Body body,
            RequestOptions options,
            RedactionContext secrecy) {
        this.name = name;
        this.method = method;
        this.url = url;
        this.query = query;
        this.headers = headers;
        this.body = body;
        this.options = options;
        this.secrecy = secrecy;
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

    NameValuePairs headerFields() {
        return headers;
    }

    NameValuePairs queryFields() {
        return query;
    }

    @Nullable Body content() {
        return body;
    }

    @Nullable Duration timeout() {
        return options.timeout();
    }

    @Nullable ProgressListener upload() {
        return options.upload();
    }

    @Nullable ProgressListener download() {
        return options.download();
    }

    /**
     * Returns whether the request may be sent twice without harm: its method only reads (RFC 9110, section 9.2.1, and WebDAV),
     * or the caller has declared it idempotent.
     */
    boolean isRepeatable() {
        return options.idempotent() || SAFE.contains(method);
    }

    /** Returns whether the body, if there is one, can still be sent. */
    boolean isReplayable() {
        return body == null || body.source().isUnread();
    }

    /** Returns whether this is the request that an auth strategy was given, with its additions. */
    boolean isSigned(RequestParts plain) {
        return isInAuthPhase() && url.isReducedFrom(plain.url);
    }

    boolean isInAuthPhase() {
        return secrecy.signedFor() != null;
    }

    boolean accepts(int status) {
        return options.accepts(status);
    }

    /** Returns the treatment of a GraphQL response; null if the response is none. */
    @Nullable GraphQlMode graphQl() {
        return options.graphQl();
    }

    /** Returns the GraphQL query in the JSON body or in the URL. */
    String graphQlQuery() {
        NameValuePair given = query.first("query");
        String text = body != null ? PersistedQuery.queryOf(body.toBytes()) : given == null ? null : given.value();
        if (text == null) {
            throw new InvalidDefinitionException("request", "it has no GraphQL query to persist");
        }
        return text;
    }

    /** Returns the path and query of the request line. */
    String target() {
        return query.target(url, false);
    }

    String targetForRedaction() {
        return secrecy.shownTarget(query.target(url, true));
    }

    /** Returns the URL for a {@link Redactor}, which masks the secrets that a redirect repeats. */
    String urlForRedaction() {
        return origin() + targetForRedaction();
    }

    String origin() {
        return url.host() == null ? "" : url.host().toString();
    }

    /** Returns every field whose value is a secret. */
    List<NameValuePair> secrets() {
        List<NameValuePair> secrets = withoutCookies();
        secrets.addAll(secrecy.cookies());
        return secrets;
    }

    /** Returns every field whose value is a secret, without the cookies that the service itself has set. */
    List<NameValuePair> withoutCookies() {
        List<NameValuePair> secrets = new ArrayList<>(secrecy.earlier());
        secrets.addAll(secrecy.masked());
        secrets.addAll(body == null ? List.of() : body.secrets());
        secrets.addAll(query.secrets());
        secrets.addAll(headers.secrets());
        secrets.removeAll(secrecy.cookies());
        return secrets;
    }

    /** Returns the call for which an auth strategy is modifying this request. */
    CallContext call() {
        CallContext call = secrecy.signedFor();
        if (call == null) {
            throw new InvalidDefinitionException("request", "it is not the one that apply(Request) was given");
        }
        return call;
    }

    boolean redactsResponse() {
        return secrecy.redactsResponse();
    }

    RedactionContext redaction() {
        return secrecy;
    }

    boolean redactsQueries() {
        return secrecy.redactsQueries();
    }

    /** Returns whether only a cache may respond, which then responds with 504 if it has no response (RFC 9111, section 5.2.1.7). */
    boolean isOnlyIfCached() {
        return Arrays.stream(headers.array())
                .filter(field -> field.name().equalsIgnoreCase("Cache-Control"))
                .anyMatch(field -> Ascii.lowerCase(field.value()).contains("only-if-cached"));
    }

    /** Returns whether a header field or the query contains credentials. */
    boolean hasCredentials() {
        return !headers.secrets().isEmpty() || !query.secrets().isEmpty();
    }

    /** Returns whether the query or the body contains a secret. The URL is not searched, because it is the one to send to. */
    boolean hasSecretContent() {
        return !query.secrets().isEmpty()
                || (body != null && !body.secrets().isEmpty())
                || hasMasked(query)
                || (body != null && !secrecy.masked().isEmpty() && body.contains(new Redactor(secrecy.masked())));
    }

    /** Returns whether the body is known only when it is sent, and may contain a secret then. */
    boolean hasUnknownContent() {
        return body != null && !secrecy.masked().isEmpty() && !body.isKnown();
    }

    private boolean hasMasked(NameValuePairs fields) {
        return Arrays.stream(fields.array()).anyMatch(this::isMasked);
    }

    /** Returns whether a field is a secret, or contains one that the caller has declared. */
    boolean isMasked(NameValuePair field) {
        return field.isSensitive()
                || (!secrecy.masked().isEmpty()
                        && !new Redactor(secrecy.masked()).mask(field.value()).equals(field.value()));
    }
}
