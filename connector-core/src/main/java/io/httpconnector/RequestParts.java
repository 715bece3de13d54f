package io.httpconnector;

import io.httpconnector.internal.graphql.GraphQlMode;
import io.httpconnector.internal.graphql.PersistedQuery;
import io.httpconnector.internal.http.MaskedFields;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.http.NameValuePairs;
import io.httpconnector.internal.http.RequestOptions;
import io.httpconnector.internal.http.Url;
import io.httpconnector.internal.recording.RedactionContext;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.text.MaskedTarget;
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

    /**
     * Masks the secrets of a request for interceptors, and restores them in what an interceptor sends. A mask that an interceptor has
     * copied stands for its secret if it is at the same place; any other one is rejected, so that no mask is sent to a service.
     */
    static final class Concealment {

        private Concealment() {}

        /** Returns a request with masks instead of secrets, which {@link #revealed} replaces again; the same request if it has none. */
        static Request concealed(Request request) {
            List<NameValuePair> secrets = request.secrets();
            RedactionContext redaction = request.redaction();
            Body body = request.content();
            if (secrets.isEmpty() && !redaction.redactsUrl() && (body == null || !body.isConcealed())) {
                return request;
            }
            Redactor redactor = new Redactor(secrets);
            String target = target(request);
            String masked = redactor.mask(redaction.shownTarget(target));
            return request.replaced(
                    request.method(),
                    masked.equals(target) ? request.url() : Url.parseReference(request.origin() + masked),
                    request.queryFields().map(field -> concealed(field, redactor)),
                    request.headerFields().map(field -> concealed(field, redactor)),
                    body == null
                            ? null
                            : body.concealedFor(redactor, !redaction.masked().isEmpty()),
                    redaction);
        }

        private static NameValuePair concealed(NameValuePair field, Redactor redactor) {
            String masked = field.isSensitive() ? field.value() : redactor.mask(field.value());
            return masked.equals(field.value())
                    ? field.concealed()
                    : new NameValuePair(field.name(), masked, Secret.assumed(field.value()));
        }

        /** Returns the path and query of the URL, without the query fields of the request. */
        private static String target(Request request) {
            return NameValuePairs.NONE.target(request.url(), false);
        }

        /**
         * Returns a request of an interceptor with the secrets that its masks stand for.
         *
         * @param original the request that was concealed
         * @param shown what the interceptor has seen
         * @throws InvalidDefinitionException if a mask stands for no secret at its place
         */
        @SuppressWarnings("ReferenceEquality") // A request that has no secrets is the same object.
        static Request revealed(Request changed, Request original, Request shown) {
            RedactionContext redaction = changed.redaction().revealed(original.redaction());
            if (shown == original) {
                return changed.replaced(
                        changed.method(),
                        changed.url(),
                        changed.queryFields(),
                        changed.headerFields(),
                        changed.content(),
                        redaction);
            }
            Url url = url(changed, original, shown);
            boolean isRestored = url != changed.url() && url != original.url();
            return changed.replaced(
                    changed.method(),
                    url,
                    MaskedFields.restored(
                            changed.queryFields(), shown.queryFields(), original.queryFields(), "query parameter"),
                    MaskedFields.restored(
                            changed.headerFields(), shown.headerFields(), original.headerFields(), "header field"),
                    body(changed.content(), original.content(), shown.content()),
                    // A secret of a query parameter may be in the URL now.
                    isRestored ? redaction.withSecrets(original.queryFields().secrets()) : redaction);
        }

        @SuppressWarnings("ReferenceEquality") // What an interceptor has not changed is the same object.
        private static Url url(Request changed, Request original, Request shown) {
            Url url = changed.url();
            if (url == shown.url()) {
                return original.url();
            }
            String target = target(changed);
            if (!LogSafe.hasMask(target)) {
                return url;
            }
            boolean isSameOrigin = url.host() == null || url.sameOrigin(original.url());
            String restored = isSameOrigin ? MaskedTarget.restored(target, shown.target(), original.target()) : null;
            if (restored == null) {
                throw invalid(
                        "sets a URL with ***, which stands for a secret" + (isSameOrigin ? "" : " of another origin")
                                + ": add parameters by query(name, value), remove them by withoutQuery(name), or set a URL without"
                                + " the masked part");
            }
            return Url.parseReference((url.host() == null ? "" : url.host().toString()) + restored);
        }

        @SuppressWarnings("ReferenceEquality") // What an interceptor has not changed is the same object.
        private static @Nullable Body body(@Nullable Body changed, @Nullable Body original, @Nullable Body shown) {
            if (changed == null || original == null || shown == null || shown == original) {
                return changed;
            }
            if (changed == shown) {
                return original;
            }
            Body revealed = changed.revealed();
            if (revealed != null) {
                return revealed;
            }
            if (changed.isCopyOf(shown)) {
                return original;
            }
            if (changed.hasMask()) {
                throw invalid(
                        "sets a body with ***, which stands for a secret that interceptors do not see: leave the body of the"
                                + " request as it is, or change its fields by bodyField(name, value) and withoutBodyField(name)");
            }
            return changed;
        }

        private static InvalidDefinitionException invalid(String problem) {
            return new InvalidDefinitionException("request", "an interceptor " + problem);
        }
    }
}
