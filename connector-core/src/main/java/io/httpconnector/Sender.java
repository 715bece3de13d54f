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
    private final Turnstile turnstile;
    /** As much of a body is looked at by rules before it is read. */
    private static final int PEEK = 64 * 1024;

    private final Verdicts verdicts;
    private final RetryBudget budget;

    Sender(Settings settings, Transport transport, AuthStrategy auth) {
        this.settings = settings;
        this.auth = auth;
        this.transport = transport;
        this.turnstile = new Turnstile(settings);
        this.verdicts = new Verdicts(settings.rules());
        this.budget = new RetryBudget(settings.time(), RETRIES_PER_REQUEST);
    }

    /** This request at its absolute URL, with the defaults of the connection. */
    Request resolved(Request request, Call call) {
        return resolved(request, settings.baseUrl().forRequest(request, auth, call));
    }

    private Request resolved(Request request, Url baseUrl) {
        Url url = request.url().below(baseUrl);
        return url.sameOrigin(baseUrl)
                ? request.at(url, settings.query(), settings.headers())
                : request.at(url, Fields.NONE, Fields.NONE);
    }

    /** A receiver for the body of any answer that is welcome. */
    <T> Receiver<T> receiver(BodyReader<T> reader) {
        return new Receiver<>(
                reader,
                head -> verdicts.judged(head).verdict() == ErrorRule.Action.ACCEPT,
                verdicts.hasRules() ? PEEK : 0,
                transport.maxStreamBytes());
    }

    long maxStreamBytes() {
        return transport.maxStreamBytes();
    }

    /** Sends the request, and tells the listeners. */
    Response send(Request request, Retry retry, Call call, @Nullable Receiver<?> receiver) {
        budget.countRequest();
        Url baseUrl = settings.baseUrl().forRequest(request, auth, call);
        Request plain = resolved(request, baseUrl);
        if (settings.listeners().isEmpty()) {
            return follow(plain, baseUrl, retry, call, receiver);
        }
        ExchangeStart start = new ExchangeStart(settings.name(), plain);
        Watches watches = new Watches(settings.listeners(), start);
        call.watchedBy(watches);
        try {
            Response answer = follow(start.request(), baseUrl, retry, call, receiver);
            watches.ended(new ExchangeReport(start.request(), answer, null, call));
            return answer;
        } catch (RuntimeException | Error e) {
            watches.ended(new ExchangeReport(start.request(), null, e, call));
            throw e;
        }
    }

    private Response follow(Request request, Url baseUrl, Retry retry, Call call, @Nullable Receiver<?> receiver) {
        Request plain = request;
        boolean trusted = plain.url().sameOrigin(baseUrl);
        for (int hop = 0; ; hop++) {
            Response answer = exchange(plain, trusted, call, retry, receiver);
            Request next = Redirects.next(plain, answer, hop);
            if (next == null) {
                return accepted(answer);
            }
            // Who leads us away and back again does not get our credentials for a URL of his choice.
            trusted = trusted && next.url().sameOrigin(baseUrl);
            plain = next;
        }
    }

    /** One hop, tried until it has an answer to go on with, or there is no sense in another attempt. */
    private Response exchange(Request plain, boolean trusted, Call call, Retry retry, @Nullable Receiver<?> receiver) {
        while (true) {
            // Each attempt is signed anew: a signature may hold the time.
            Request request = trusted ? signed(plain, call) : plain;
            try {
                Response answer = attempt(request, call, receiver);
                if (trusted && isRejected(request, answer, call)) {
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

    private Response attempt(Request request, Call call, @Nullable Receiver<?> receiver) {
        turnstile.enter(request, call);
        try {
            Response answer = verdicts.judged(transport.exchange(request, call, receiver));
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

    private Response accepted(Response answer) {
        if (answer.verdict() == ErrorRule.Action.ACCEPT || answer.verdict() == ErrorRule.Action.IGNORE) {
            return answer;
        }
        Exchange exchange = answer.exchange();
        String said = exchange.responseBody();
        String excerpt = said.length() <= 300 ? said : said.substring(0, 300) + "…";
        String message = exchange.summary() + (said.isEmpty() ? "" : ": " + Ascii.visible(excerpt));
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
