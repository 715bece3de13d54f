package io.httpconnector;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way of a request: defaults, credentials, its turn, the wire, what the answer means, perhaps once more, redirects. */
final class Sender {

    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);

    private static final double RETRIES_PER_REQUEST = 0.1;

    private final Settings settings;
    private final AuthStrategy auth;
    private final Transport transport;
    private final OriginPolicy policy;
    private final Turnstile turnstile;
    private final Verdicts verdicts;
    private final RetryBudget budget;

    Sender(Settings settings, Transport transport, AuthStrategy auth) {
        this.settings = settings;
        this.auth = auth;
        this.transport = transport;
        this.policy = new OriginPolicy(settings, transport.proxy());
        this.turnstile = new Turnstile(settings);
        this.verdicts = new Verdicts(settings.rules());
        this.budget = new RetryBudget(settings.time(), RETRIES_PER_REQUEST);
    }

    /** This request at its absolute URL. */
    Request located(Request request, Call call) {
        Url url = request.url().below(settings.baseUrl().forRequest(request, auth, call));
        return request.at(url, Fields.NONE, Fields.NONE);
    }

    /** A receiver for the body of any response that is accepted. */
    <T> Receiver<T> receiver(BodyReader<T> reader) {
        return new Receiver<>(
                reader, verdicts, judged -> judged.verdict() == ErrorRule.Action.ACCEPT, transport.maxStreamBytes());
    }

    long maxStreamBytes() {
        return transport.maxStreamBytes();
    }

    /** Sends the request, and tells the listeners. */
    Response send(Request request, Retry retry, Call call, @Nullable Receiver<?> receiver) {
        budget.countRequest();
        OriginPolicy.Hop first = policy.first(request, settings.baseUrl().forRequest(request, auth, call));
        if (settings.listeners().isEmpty()) {
            return follow(first, retry, call, receiver);
        }
        ExchangeStart start = new ExchangeStart(settings.name(), first, policy.outgoing(first));
        Watches watches = new Watches(settings.listeners(), start);
        call.watchedBy(watches);
        try {
            Response answer = follow(start.hop(), retry, call, receiver);
            watches.ended(new ExchangeReport(start.request(), answer, null, call));
            return answer;
        } catch (RuntimeException | Error e) {
            watches.ended(new ExchangeReport(start.request(), null, e, call));
            throw e;
        }
    }

    private Response follow(OriginPolicy.Hop first, Retry retry, Call call, @Nullable Receiver<?> receiver) {
        OriginPolicy.Hop hop = first;
        while (true) {
            Response answer = exchange(hop, call, retry, receiver);
            OriginPolicy.Hop next = policy.next(hop, answer);
            if (next == null) {
                return accepted(answer, hop);
            }
            hop = next;
        }
    }

    /** One hop, tried until it has an answer to go on with, or there is no sense in another attempt. */
    private Response exchange(OriginPolicy.Hop hop, Call call, Retry retry, @Nullable Receiver<?> receiver) {
        Request plain = policy.outgoing(hop);
        while (true) {
            // Each attempt is signed anew: a signature may hold the time.
            Request request = hop.trusted() ? signed(plain, call) : plain;
            try {
                Response answer = attempt(request, policy.sendsCookies(hop), call, receiver);
                if (hop.trusted() && isRejected(request, answer, call)) {
                    continue;
                }
                Duration wait =
                        retry.after(answer, call, budget, settings.time().now());
                if (wait == null || !request.isWhole() || !pause(wait, request, answer, null, call)) {
                    return answer;
                }
            } catch (ConnectorException e) {
                boolean seen = receiver != null && receiver.hasStarted();
                Duration wait = seen ? null : retry.after(e, request, call, budget);
                if (wait == null || !request.isWhole() || !pause(wait, request, null, e, call)) {
                    throw e;
                }
            }
        }
    }

    private Request signed(Request plain, Call call) {
        Request signed = auth.apply(plain.hidingFor(call));
        if (signed == null || !signed.isHiding() || !signed.url().equals(plain.url())) {
            throw new InvalidDefinitionException(
                    "auth strategy of connection \"" + settings.name() + "\"",
                    "it must return the request that it was given, with additions by the request's own methods");
        }
        return signed;
    }

    /** Passes the response on to the strategy; true if the request is to be signed and sent again. */
    private boolean isRejected(Request request, Response answer, Call call) {
        if (answer.verdict() == ErrorRule.Action.REFRESH_AUTH) {
            return refreshes(request, answer, call);
        }
        auth.accepted(request, answer);
        return false;
    }

    private boolean refreshes(Request rejected, Response answer, Call call) {
        if (!rejected.isWhole() || !call.refreshes() || !auth.refresh(rejected, answer)) {
            return false;
        }
        call.again();
        return true;
    }

    private Response attempt(Request request, boolean withCookies, Call call, @Nullable Receiver<?> receiver) {
        turnstile.enter(request, call);
        try {
            Response answer = verdicts.judged(transport.exchange(request, withCookies, call, receiver));
            turnstile.learn(answer);
            if (LOG.isDebugEnabled()) {
                log(answer.exchange());
            }
            return answer;
        } catch (ConnectorException e) {
            LOG.debug("\"{}\": {}", settings.name(), e.getMessage());
            throw e;
        } catch (IllegalStateException e) {
            turnstile.ensureOpen();
            throw e;
        } finally {
            turnstile.leave();
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
     * Waits before another attempt after a failure that nobody else has waited for.
     *
     * @return false when there is to be none
     */
    boolean pauseAfter(ConnectorException failure, Request request, Call call) {
        Duration wait = settings.retry().after(failure, request, call, budget);
        return wait != null && pause(wait, request, null, failure, call);
    }

    /** Waits before the next attempt; false when the connection was closed meanwhile. */
    private boolean pause(
            Duration wait,
            Request request,
            @Nullable Response answer,
            @Nullable ConnectorException failure,
            Call call) {
        Watches watches = call.watches();
        if (watches != null) {
            watches.retrying(new ExchangeReport(request, answer, failure, call), wait);
        }
        if (!wait.isZero()) {
            call.again();
            LOG.debug("\"{}\": next attempt in {} ms", settings.name(), wait.toMillis());
        }
        return turnstile.pause(wait, call, request);
    }

    private Response accepted(Response answer, OriginPolicy.Hop hop) {
        if (answer.verdict() == ErrorRule.Action.ACCEPT || answer.verdict() == ErrorRule.Action.IGNORE) {
            return answer;
        }
        Exchange exchange = answer.exchange();
        String said = exchange.responseBody();
        String excerpt = said.length() <= 300 ? said : said.substring(0, 300) + "…";
        boolean wantsCredentials = answer.status() == 401 || answer.status() == 403;
        String message = exchange.summary()
                + (said.isEmpty() ? "" : ": " + Ascii.visible(excerpt))
                + (wantsCredentials ? policy.withheld(hop) : "");
        Duration asked = Retry.asked(answer, settings.time().now());
        if (answer.verdict() == ErrorRule.Action.RATE_LIMITED) {
            throw new RateLimitedException(message, asked, exchange);
        }
        throw new StatusException(message, answer.status(), exchange.responseHeaders(), said, asked, exchange);
    }

    void ensureOpen() {
        turnstile.ensureOpen();
    }

    /** Ends all of it; false when it had ended already. */
    synchronized boolean end() {
        if (turnstile.isClosed()) {
            return false;
        }
        turnstile.close();
        transport.close();
        return true;
    }
}
