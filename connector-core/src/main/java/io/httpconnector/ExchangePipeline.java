package io.httpconnector;

import io.httpconnector.ExchangeResult.ListenerNotifier;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.Loggers;
import io.httpconnector.internal.graphql.PersistedQuery;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.http.Url;
import io.httpconnector.internal.limits.RetryBudget;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.transport.CallContext;
import io.httpconnector.transport.HttpTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Executes a request: applies defaults and credentials, waits for a permit, sends, classifies the response, retries, follows redirects. */
final class ExchangePipeline {

    private static final Logger LOG = LoggerFactory.getLogger(Loggers.CONNECTION);

    private static final double RETRIES_PER_REQUEST = 0.1;

    private static final int MAX_EXCERPT = 300;
    /** The length of a page in which its title is searched. */
    private static final int MAX_HEAD = 4096;

    private static final Pattern TITLE = Pattern.compile("(?i)<title>([^<]{1,200})</title>");

    /** Header fields, in lower case, with which a cache validates a stored response. */
    private static final Set<String> CONDITIONS = Set.of("if-none-match", "if-modified-since");

    private final ConnectionSettings settings;
    private final AuthStrategy auth;
    private final Transport transport;
    private final OriginPolicy policy;
    private final AdmissionControl turnstile;
    private final ConnectionSettings.ResponseClassifier verdicts;
    private final RetryBudget budget;
    /** The secrets of the last signed request; null if there was none. */
    private volatile @Nullable List<NameValuePair> credentials;

    private final InterceptorChain.@Nullable Interceptors aroundCalls;
    private final InterceptorChain.@Nullable Interceptors aroundAttempts;

    ExchangePipeline(ConnectionSettings settings, Transport transport, AuthStrategy auth) {
        this.settings = settings;
        this.auth = auth;
        this.transport = transport;
        this.policy = new OriginPolicy(settings, transport.proxy());
        this.turnstile = new AdmissionControl(settings);
        this.verdicts = new ConnectionSettings.ResponseClassifier(settings.rules());
        this.budget = new RetryBudget(settings.time(), RETRIES_PER_REQUEST);
        this.aroundCalls = interceptors(Interceptor.Placement.OUTSIDE_RETRIES);
        this.aroundAttempts = interceptors(Interceptor.Placement.INSIDE_RETRIES);
    }

    private InterceptorChain.@Nullable Interceptors interceptors(Interceptor.Placement placement) {
        List<Interceptor> all = InterceptorChain.at(placement, settings.interceptors());
        if (all.isEmpty()) {
            return null;
        }
        String salt = UUID.randomUUID().toString();
        return new InterceptorChain.Interceptors(
                settings,
                all,
                policy,
                (hop, call, signed) -> identity(hop, call, signed, salt),
                () -> settings.auth() == AuthStrategy.none() ? List.of() : credentials,
                transport::written,
                transport.mapping());
    }

    /**
     * Returns a fingerprint of the connection and of all credentials of a request.
     *
     * @param sent the request as it was sent; null to sign that of the hop
     * @param salt distinguishes the credentials of this connection from equal ones of others
     */
    private String identity(OriginPolicy.Hop hop, CallContext call, @Nullable Request sent, String salt) {
        Request plain = policy.outgoing(hop);
        Request signed = sent != null ? sent : hop.trusted() ? authenticate(plain, call) : plain;
        signed = sent == null && policy.sendsCookies(hop) ? transport.withCookies(signed, call) : signed;
        StringBuilder all = new StringBuilder(salt);
        signed.withoutCookies().forEach(field -> add(field, all));
        // A strategy, or a later interceptor, may add what is no secret, such as the name of an account.
        Set<NameValuePair> own = new HashSet<>(Arrays.asList(plain.headers()));
        for (NameValuePair field : signed.headers()) {
            if (!own.contains(field) && !CONDITIONS.contains(Ascii.lowerCase(field.name()))) {
                add(field, all);
            }
        }
        all.append('\0').append(signed.target().equals(plain.target()) ? "" : signed.target());
        return Hashing.sha256Hex(all.toString());
    }

    private static void add(NameValuePair field, StringBuilder all) {
        all.append('\0').append(field.name()).append('\0').append(field.value());
    }

    /** Returns the sockets of the connection pool, with the requests that wait for one of the connection's. */
    HttpTransport.Sockets sockets() {
        HttpTransport.Sockets pool = transport.sockets();
        return new HttpTransport.Sockets(
                pool.active(),
                pool.idle(),
                pool.waiting() + turnstile.waiting(),
                Math.min(pool.max(), settings.maxConnections()));
    }

    /** Returns this request at its absolute URL. */
    Request resolve(Request request, CallContext call) {
        List<NameValuePair> secrets = new ArrayList<>();
        Url url = request.url().below(baseUrl(request, call, secrets));
        return OriginPolicy.at(url, request).withSecrets(secrets);
    }

    /**
     * Returns the base URL.
     *
     * @param secrets receives the secrets in its path
     */
    private Url baseUrl(Request request, CallContext call, List<NameValuePair> secrets) {
        try {
            return settings.baseUrl().forRequest(request.url(), () -> {
                Request asked = request.inAuthPhase(call);
                Map<String, String> values = new HashMap<>(auth.fields(asked));
                auth.secretFields(asked).forEach((name, secret) -> {
                    NameValuePair value = NameValuePair.of(name, secret);
                    secrets.add(value);
                    values.put(name, value.value());
                });
                return values;
            });
        } catch (InvalidDefinitionException e) {
            if (secrets.isEmpty()) {
                throw e;
            }
            Redactor redactor = new Redactor(secrets);
            throw new InvalidDefinitionException(
                    "base URL", e.problems().stream().map(redactor::mask).toList());
        }
    }

    /** Returns a receiver that passes the body of every accepted response to the reader, up to a number of bytes. */
    <T> StreamingReceiver<T> receiver(BodyHandler<T> reader, long maxBytes) {
        return new StreamingReceiver<>(
                reader, verdicts, judged -> judged.classification() == ResponseRule.Action.ACCEPT, maxBytes);
    }

    long maxStreamBytes() {
        return transport.maxStreamBytes();
    }

    Response.JsonMapping jsonMapping() {
        return transport.jsonMapping();
    }

    /** Sends the request and notifies the listeners. */
    Response send(
            Request request,
            RetryPolicy retry,
            CallContext call,
            @Nullable StreamingReceiver<?> receiver,
            ListenerNotifier listeners) {
        return send(request, retry, call, receiver, listeners, null);
    }

    /**
     * Sends the request and notifies the listeners.
     *
     * @param cookies the cookies of a session, which each hop sends and stores; null if there are none
     */
    Response send(
            Request request,
            RetryPolicy retry,
            CallContext call,
            @Nullable StreamingReceiver<?> receiver,
            ListenerNotifier listeners,
            AuthContext.@Nullable Cookies cookies) {
        budget.countRequest();
        List<NameValuePair> secrets = new ArrayList<>();
        Url base = baseUrl(request, call, secrets);
        OriginPolicy.Hop first = policy.first(transport.written(request).withSecrets(secrets), base);
        Request outgoing = policy.outgoing(first);
        if (!listeners.hasListeners()) {
            return call(first, outgoing, retry, call, receiver, listeners, cookies);
        }
        ExchangeStarted start = new ExchangeStarted(settings.name(), first.own(), outgoing);
        listeners.started(start);
        if (start.own() != first.own()) {
            first = first.with(start.own());
            outgoing = policy.outgoing(first);
        }
        if (receiver != null && listeners.recordBodies()) {
            receiver.recordStart();
        }
        try {
            Response response = call(first, outgoing, retry, call, receiver, listeners, cookies);
            listeners.ended(start.request(), response, null, call, receiver);
            return response;
        } catch (Throwable e) {
            // Also a checked exception that was not declared, as Kotlin has.
            listeners.ended(start.request(), null, e, call, receiver);
            throw e;
        }
    }

    private Response call(
            OriginPolicy.Hop first,
            Request outgoing,
            RetryPolicy retry,
            CallContext call,
            @Nullable StreamingReceiver<?> receiver,
            ListenerNotifier listeners,
            AuthContext.@Nullable Cookies cookies) {
        if (aroundCalls == null) {
            return follow(first, outgoing, retry, call, receiver, listeners, cookies);
        }
        return aroundCalls.around(
                first,
                call,
                receiver,
                hop -> follow(hop, policy.outgoing(hop), retry, call, receiver, listeners, cookies),
                response -> accepted(concluded(response, call, receiver), first));
    }

    /** Classifies a response that an interceptor has created, and passes its body to the receiver that accepts it. */
    private Response concluded(Response response, CallContext call, @Nullable StreamingReceiver<?> receiver) {
        Response classified = receiver == null ? verdicts.classify(response) : receiver.classify(response, true);
        if (receiver == null || !receiver.wants(classified)) {
            return verdicts.classify(classified);
        }
        receiver.receiveAll(classified.withoutBody(), response.bytes(), call);
        return classified.withoutBody();
    }

    private Response follow(
            OriginPolicy.Hop first,
            Request firstOutgoing,
            RetryPolicy retry,
            CallContext call,
            @Nullable StreamingReceiver<?> receiver,
            ListenerNotifier listeners,
            AuthContext.@Nullable Cookies cookies) {
        OriginPolicy.Hop hop = first;
        Request outgoing = firstOutgoing;
        while (true) {
            Response response = exchange(hop, outgoing, call, retry, receiver, listeners, cookies);
            OriginPolicy.Hop next = policy.next(hop, response);
            if (next == null) {
                return accepted(response, hop);
            }
            hop = next;
            outgoing = policy.outgoing(hop);
        }
    }

    /** Sends one hop, with retries, until there is a final response or no further attempt is made. */
    private Response exchange(
            OriginPolicy.Hop hop,
            Request outgoing,
            CallContext call,
            RetryPolicy retry,
            @Nullable StreamingReceiver<?> receiver,
            ListenerNotifier listeners,
            AuthContext.@Nullable Cookies cookies) {
        while (true) {
            Request request = outgoing;
            try {
                Response response = aroundAttempts == null
                        ? signed(hop, outgoing, call, receiver, cookies)
                        : aroundAttempts.around(
                                hop,
                                call,
                                receiver,
                                changed -> signed(changed, policy.outgoing(changed), call, receiver, cookies),
                                created -> concluded(created, call, receiver));
                request = response.request();
                Duration wait = response.retryPolicy(retry)
                        .after(response, call, budget, settings.time().now());
                if (wait == null || !request.isReplayable() || !pause(wait, request, response, null, call, listeners)) {
                    return response;
                }
            } catch (ConnectorException e) {
                if (call.isSigningFailure(e)) {
                    throw e;
                }
                boolean seen = receiver != null && receiver.hasStarted();
                Duration wait = seen ? null : request.retryPolicy(retry).after(e, request, call, budget);
                if (wait == null || !request.isReplayable() || !pause(wait, request, null, e, call, listeners)) {
                    throw e;
                }
            }
        }
    }

    /** Signs the request and sends it; repeats this once if the auth strategy has renewed its credentials. */
    private Response signed(
            OriginPolicy.Hop hop,
            Request unsigned,
            CallContext call,
            @Nullable StreamingReceiver<?> receiver,
            AuthContext.@Nullable Cookies cookies) {
        Request outgoing = unsigned;
        while (true) {
            Request plain = cookies == null ? outgoing : cookies.addTo(outgoing, outgoing.uri());
            // Each attempt is signed again, because a signature may include the time.
            Request request = hop.trusted() ? authenticate(plain, call) : plain;
            Response response = attempt(request, hop, call, receiver);
            if (cookies != null) {
                cookies.store(outgoing.uri(), response);
            }
            Request whole = withWholeQuery(outgoing);
            if (whole != outgoing && PersistedQuery.isUnknown(response.bytes())) {
                call.startNextAttempt();
                outgoing = whole;
            } else if (!hop.trusted() || !isRejected(request, response, call)) {
                return response;
            }
        }
    }

    /** Returns a request with the GraphQL query that the service does not know; the same one if its query is not persisted. */
    private static Request withWholeQuery(Request request) {
        String text = request.options.persistedQuery();
        if (text == null) {
            return request;
        }
        Body body = request.content();
        Request whole =
                body == null ? request.query("query", text) : request.json(PersistedQuery.whole(body.toBytes(), text));
        return whole.withOptions(request.options.withPersistedQuery(null));
    }

    private Request authenticate(Request plain, CallContext call) {
        Request signed;
        try {
            signed = auth.apply(plain.inAuthPhase(call));
        } catch (RuntimeException e) {
            call.markSigningFailure(e);
            throw e;
        }
        if (signed == null || !signed.isSigned(plain)) {
            throw new InvalidDefinitionException(
                    "auth strategy of connection \"" + settings.name() + "\"",
                    "it must return the request that it was given, with additions by the request's own methods");
        }
        credentials = signed.secrets();
        return signed;
    }

    /** Passes the response to the auth strategy; returns true if the request is to be signed and sent again. */
    private boolean isRejected(Request request, Response response, CallContext call) {
        if (response.classification() == ResponseRule.Action.REFRESH_AUTH) {
            return refreshes(request, response, call);
        }
        auth.accepted(request, response);
        return false;
    }

    private boolean refreshes(Request rejected, Response response, CallContext call) {
        if (!rejected.isReplayable() || !call.tryUseRefresh() || !auth.refresh(rejected, response)) {
            return false;
        }
        if (!response.matchedRule() && ConnectionSettings.GraphQlMutations.isExecuted(response)) {
            return false;
        }
        call.startNextAttempt();
        return true;
    }

    private Response attempt(
            Request request, OriginPolicy.Hop hop, CallContext call, @Nullable StreamingReceiver<?> receiver) {
        turnstile.acquire(request, hop.home(), call);
        try {
            Request masking = request.maskingCookies(settings.loginCookies().all());
            Response response =
                    verdicts.classify(transport.exchange(masking, policy.sendsCookies(hop), call, receiver));
            if (request.redactsResponse()) {
                settings.loginCookies().add(Redactor.cookies(response.headers().fields()));
            }
            turnstile.update(request, hop.home(), response);
            if (LOG.isDebugEnabled()) {
                log(response.exchange());
            }
            return response;
        } catch (ConnectorException e) {
            // That of a reader may quote the response.
            boolean isOfReader = receiver != null && receiver.readerFailure() == e;
            LOG.debug("\"{}\": {}", settings.name(), isOfReader ? e.getClass().getName() : e.getMessage());
            throw e;
        } catch (IllegalStateException e) {
            turnstile.ensureOpen();
            throw e;
        } finally {
            turnstile.release();
        }
    }

    private void log(Exchange exchange) {
        LOG.debug("\"{}\": {}", settings.name(), exchange.summary());
        if (LOG.isTraceEnabled()) {
            LOG.trace("\"{}\": sent\n{}", settings.name(), exchange.requestHeaders());
            LOG.trace("\"{}\": received\n{}", settings.name(), exchange.responseHeaders());
        }
    }

    /**
     * Waits before another attempt after a failure for which no wait has taken place yet.
     *
     * @return false if there is no further attempt
     */
    boolean pauseAfter(ConnectorException failure, Request request, CallContext call, ListenerNotifier listeners) {
        Duration wait = request.retryPolicy(settings.retry()).after(failure, request, call, budget);
        return wait != null && pause(wait, request, null, failure, call, listeners);
    }

    /** Waits before the next attempt; returns false if the connection was closed in the meantime. */
    private boolean pause(
            Duration wait,
            Request request,
            @Nullable Response response,
            @Nullable ConnectorException failure,
            CallContext call,
            ListenerNotifier listeners) {
        if (listeners.hasListeners()) {
            listeners.retrying(new ExchangeResult(request, response, failure, call), wait);
        }
        if (!wait.isZero()) {
            call.startNextAttempt();
            LOG.debug("\"{}\": next attempt in {} ms", settings.name(), wait.toMillis());
        }
        return turnstile.pause(wait, call, request);
    }

    private Response accepted(Response response, OriginPolicy.Hop hop) {
        if (response.classification() == ResponseRule.Action.ACCEPT
                || response.classification() == ResponseRule.Action.IGNORE) {
            return response;
        }
        throw failure(response, aboutCredentials(response, hop), settings);
    }

    /** Returns the exception for a response that is not accepted. */
    static ConnectorException failure(Response response, String remark, ConnectionSettings settings) {
        Exchange exchange = response.exchange();
        String said = exchange.responseBody();
        String message = exchange.summary() + (said.isEmpty() ? "" : ": " + excerpt(said)) + remark;
        Duration asked = response.retryPolicy(settings.retry())
                .requestedDelay(response, settings.time().now());
        if (response.classification() == ResponseRule.Action.RATE_LIMITED) {
            return new RateLimitedException(message, asked, exchange);
        }
        boolean isGraphQl = response.request().graphQl() != null && !response.matchedRule();
        GraphQlException failure = isGraphQl ? GraphQlException.of(response, remark, asked) : null;
        return failure != null
                ? failure
                : new StatusException(message, response.status(), exchange.responseHeaders(), said, asked, exchange);
    }

    /** Returns the start of a body in one line; only the title of an HTML page. */
    static String excerpt(String body) {
        if (body.stripLeading().startsWith("<")) {
            Matcher title = TITLE.matcher(body.length() > MAX_HEAD ? body.substring(0, MAX_HEAD) : body);
            if (title.find()) {
                return "\"" + LogSafe.visible(title.group(1).strip().replaceAll("\\s+", " "))
                        + "\" (title of an HTML page)";
            }
        }
        return LogSafe.visible(body.length() <= MAX_EXCERPT ? body : body.substring(0, MAX_EXCERPT) + "…");
    }

    private String aboutCredentials(Response response, OriginPolicy.Hop hop) {
        if (response.status() != 401 && response.status() != 403) {
            return "";
        }
        if (!hop.trusted() || response.status() == 403) {
            return policy.withheld(hop);
        }
        boolean hasCredentials =
                settings.auth() != AuthStrategy.none() || hop.own().hasCredentials();
        return hasCredentials
                ? "; the service rejected the credentials"
                : "; the service requires credentials, and the connection has no auth strategy";
    }

    boolean awaitClose(Duration max) throws InterruptedException {
        return turnstile.awaitClose(max);
    }

    boolean awaitClose(CountDownLatch wake, Duration max) throws InterruptedException {
        return turnstile.awaitClose(wake, max);
    }

    /** Closes the pipeline and everything it uses; returns false if it was closed before. */
    synchronized boolean end() {
        if (turnstile.isClosed()) {
            return false;
        }
        turnstile.close();
        transport.close();
        return true;
    }
}
