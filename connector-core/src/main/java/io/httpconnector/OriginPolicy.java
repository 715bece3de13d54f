package io.httpconnector;

import io.httpconnector.internal.http.LenientUrl;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.http.NameValuePairs;
import io.httpconnector.internal.http.Redirects;
import io.httpconnector.internal.http.Url;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.CredentialExchange;
import io.httpconnector.internal.transport.ProxyRoute;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides what may be sent to which origin (scheme, host and port). No other class makes such decisions.
 *
 * <p>Credentials, defaults and cookies of a connection belong to the origin of its base URL, and so do the secrets of its
 * requests. They are added only to requests to that origin, so that a redirect or a link to another origin exposes nothing. A
 * request of an auth strategy, such as a token request, belongs to the origin of its own URL.
 *
 * <p>Immutable.
 */
final class OriginPolicy {

    private static final String CONTENT_TYPE = "Content-Type";
    private static final String PROXY_CREDENTIALS = "proxy-authorization";

    private final ConnectionSettings settings;
    private final @Nullable ProxyRoute proxy;

    /**
     * Creates a policy.
     *
     * @param settings the settings of the connection
     * @param proxy the proxy of the connection, or null
     */
    OriginPolicy(ConnectionSettings settings, @Nullable ProxyRoute proxy) {
        this.settings = settings;
        this.proxy = proxy;
    }

    /**
     * One hop of a call: a request to one URL, either the original request or a redirect.
     *
     * @param own the request of the caller at an absolute URL, without the defaults and credentials of the connection
     * @param home the URL to whose origin the credentials belong
     * @param trusted whether credentials are sent: the URL and those of all earlier hops belong to the origin of {@code home}
     * @param count the number of redirects so far
     * @param whole whether the URL comes from a redirect and has its complete query, so that no default parameters are added
     */
    record Hop(Request own, Url home, boolean trusted, int count, boolean whole) {

        Hop with(Request changed) {
            return new Hop(changed, home, trusted, count, whole);
        }
    }

    /**
     * Returns the first hop of a request, which leads to the URL of the request.
     *
     * @throws InvalidDefinitionException when the request would send a secret to an origin other than the connection's
     */
    Hop first(Request request, Url baseUrl) {
        Url url = request.url().below(baseUrl);
        return placed(new Hop(request, settings.isForAuth() ? url : baseUrl, true, 0, false), url);
    }

    /**
     * Returns the hop of a request that an interceptor has changed. It is trusted only if the hop was, and its URL belongs to the
     * origin of the credentials.
     *
     * @throws InvalidDefinitionException as for {@link #first}
     */
    Hop changed(Hop hop, Request changed) {
        Url url = changed.url().below(hop.home());
        if (!url.sameOrigin(hop.own().url()) && changed.hasUnknownContent()) {
            throw secretFor(hop.home(), url);
        }
        return placed(hop.with(changed), url);
    }

    private Hop placed(Hop hop, Url url) {
        Url home = hop.home();
        Request own = withDefaults(at(url, hop.own()), NameValuePairs.NONE, NameValuePairs.NONE);
        if (hop.trusted() && url.sameOrigin(home)) {
            return hop.with(own);
        }
        if (own.hasSecretContent()) {
            throw secretFor(home, url);
        }
        return new Hop(elsewhere(own), home, false, hop.count(), hop.whole());
    }

    private InvalidDefinitionException secretFor(Url home, Url other) {
        return new InvalidDefinitionException(
                "request",
                "it leads to " + other.origin() + ", another origin than that of connection \""
                        + settings.name() + "\", and has a secret in its query or body, which goes to "
                        + home.origin() + " only: give that service a connection of its own");
    }

    /**
     * Returns the next hop of a redirect; null if the response is not a redirect, or if the request accepts its status.
     *
     * @throws InvalidResponseException when the redirect must not be followed
     */
    @Nullable Hop next(Hop hop, Response response) {
        Request next = redirect(hop.own(), response, hop.count());
        if (next != null && settings.isForAuth() && !next.url().sameOrigin(hop.home())) {
            throw refused(
                    response,
                    "it redirects a request for credentials to another origin, which can't issue credentials for "
                            + hop.home().origin() + ": set the URL that it redirects to");
        }
        // After a redirect to another origin, credentials are not sent again, even if that origin redirects back: it
        // would
        // choose the URL.
        return next == null
                ? null
                : new Hop(
                        next,
                        hop.home(),
                        hop.trusted() && next.url().sameOrigin(hop.home()),
                        hop.count() + 1,
                        hop.whole() || !repeatsUrl(response));
    }

    /** Returns the request to send, before the auth strategy adds its credentials. */
    Request outgoing(Hop hop) {
        Request own = hop.own().header(PROXY_CREDENTIALS).isEmpty()
                        || forwards(hop.own().url())
                ? hop.own()
                : hop.own().without(PROXY_CREDENTIALS::equals);
        if (!hop.trusted()) {
            return own;
        }
        return withDefaults(own, hop.whole() ? NameValuePairs.NONE : settings.query(), settings.headers());
    }

    /**
     * Returns whether cookies are sent with a hop. Each origin has its own cookies; those of the connection's origin are
     * credentials.
     */
    boolean sendsCookies(Hop hop) {
        return hop.trusted() || !hop.own().url().sameOrigin(hop.home());
    }

    /**
     * Returns a note for error messages that credentials were withheld, which may be why the service rejected the request;
     * empty if none were withheld.
     */
    String withheld(Hop hop) {
        return hop.trusted()
                ? ""
                : "; no credentials were sent, because they belong to "
                        + hop.home().origin() + " only";
    }

    /** Returns the request for a different origin, without the credentials and secrets of the original one. */
    private static Request elsewhere(Request request) {
        Request plain = request.without(Redactor.CREDENTIALS::contains);
        return plain.replaced(
                plain.method(),
                plain.url(),
                plain.queryFields(),
                plain.headerFields().without(plain::isMasked),
                plain.content(),
                plain.redaction());
    }

    /**
     * Returns whether the proxy receives the request itself, and not through a tunnel, so that credentials for the proxy reach
     * only the proxy.
     */
    private boolean forwards(Url url) {
        return proxy != null
                && !proxy.isSocks()
                && !url.isSecure()
                && !proxy.bypasses(url.origin().host());
    }

    /**
     * Returns the request to the target of a redirect (RFC 9110, section 15.4), as browsers follow it. Returns null if the
     * response is not a redirect, or if the request accepts its status.
     *
     * @param request the request that was sent, without the additions of the auth strategy
     * @throws InvalidResponseException when the redirect must not be followed
     */
    static @Nullable Request redirect(Request request, Response response, int hop) {
        String location = Redirects.isRedirect(response.status())
                ? response.headers().first("Location").map(LenientUrl::ofHeader).orElse(null)
                : null;
        if (location == null || response.matchedRule() || request.accepts(response.status())) {
            return null;
        }
        if (hop == Redirects.MAX) {
            throw refused(response, "more than " + Redirects.MAX + " redirects in a row");
        }
        Url target;
        try {
            target = request.url().redirectedTo(location);
        } catch (InvalidDefinitionException e) {
            // The problem quotes the URL, which can have a credential.
            String problem = request.redactsResponse()
                    ? "not shown"
                    : new Redactor(response.request().secrets())
                            .mask(e.problems().get(0));
            throw refused(
                    response, "its Location is not a valid URL (" + problem + "), which only the service can correct");
        }
        Request sent = response.request();
        Request next = redirected(
                request,
                target,
                Url.isSameDocument(location),
                Redirects.becomesGet(request.method(), response.status()),
                sent);
        if (!next.isReplayable()) {
            throw refused(response, "it redirects a body that can be sent only once");
        }
        if (request.url().sameOrigin(target)) {
            return next;
        }
        if (request.url().isSecure() && !target.isSecure()) {
            throw refused(response, "it redirects from https to http");
        }
        boolean echoesSecret = !new Redactor(Redactor.withoutQueries(sent.withoutCookies()))
                .mask(location)
                .equals(location);
        if (echoesSecret || next.hasSecretContent() || next.hasUnknownContent()) {
            throw refused(response, "it redirects to another origin, which must not see the secrets of this request");
        }
        return elsewhere(next);
    }

    /**
     * Returns a request after a redirect. The new URL has its complete query. If the body is dropped, its header fields are
     * dropped, too.
     *
     * @param sent the request as it was sent, whose secrets the service may still echo
     */
    private static Request redirected(
            Request request, Url target, boolean keepsQuery, boolean becomesGet, Request sent) {
        List<NameValuePair> secrets = sent.withoutCookies();
        if (request.redactsResponse()) {
            String chosen = target.query() == null ? target.path() : target.path() + "?" + target.query();
            CredentialExchange.values(
                    chosen, value -> secrets.add(Redactor.assumedSecret(NameValuePair.of("", value))));
        }
        if (request.redactsQueries()) {
            Redactor.chosenQuery(target.query()).ifPresent(secrets::add);
        }
        NameValuePairs headers = request.headerFields();
        return request.replaced(
                becomesGet ? "GET" : request.method(),
                target,
                keepsQuery ? request.queryFields() : NameValuePairs.NONE,
                becomesGet
                        ? headers.without(field -> Ascii.lowerCase(field.name()).startsWith("content-"))
                        : headers,
                becomesGet ? null : request.content(),
                request.redaction().redirected(secrets, sent.redaction()));
    }

    /** Returns a request with its absolute URL. */
    static Request at(Url absolute, Request request) {
        return request.replaced(
                request.method(),
                absolute,
                request.queryFields(),
                request.headerFields(),
                request.content(),
                request.redaction());
    }

    /** Returns a request with the defaults of the connection whose names it does not have. */
    private static Request withDefaults(Request request, NameValuePairs query, NameValuePairs headers) {
        NameValuePairs missing = request.url().query() == null || query == NameValuePairs.NONE
                ? query
                : query.without(field -> request.url().hasParameter(field.name()));
        return request.replaced(
                request.method(),
                request.url(),
                request.queryFields().withDefaults(missing),
                withContentType(request, request.headerFields().withDefaults(headers)),
                request.content(),
                request.redaction());
    }

    /** Returns the header fields of a request with a {@code Content-Type} that fits the body. */
    private static NameValuePairs withContentType(Request request, NameValuePairs fields) {
        NameValuePair type = fields.first(CONTENT_TYPE);
        if (type == null) {
            return fields;
        }
        Body body = request.content();
        boolean isDefault = request.headerFields().first(CONTENT_TYPE) == null;
        if (body == null) {
            return isDefault ? fields.without(field -> field.name().equalsIgnoreCase(CONTENT_TYPE)) : fields;
        }
        String sent = isDefault ? body.withDefaultType(type.value()) : body.withType(type.value());
        return sent.equals(type.value()) ? fields : fields.set(NameValuePair.header(CONTENT_TYPE, sent));
    }

    /** Returns whether a redirect repeats the URL of the request, with its query. */
    private static boolean repeatsUrl(Response response) {
        return response.headers().first("Location").filter(Url::isSameDocument).isPresent();
    }

    private static InvalidResponseException refused(Response response, String problem) {
        Exchange exchange = response.exchange();
        return new InvalidResponseException(
                exchange.summary() + ": " + problem + ": acceptStatus(" + response.status()
                        + ") returns the response itself",
                null,
                exchange);
    }
}
