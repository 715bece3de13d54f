package io.httpconnector;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.ExchangeListener.CredentialsOutcome;
import io.httpconnector.ExchangeListener.CredentialsReport;
import io.httpconnector.ExchangeResult.ListenerNotifier;
import io.httpconnector.internal.threads.DefaultExecutors;
import io.httpconnector.internal.threads.SingleFlight;
import io.httpconnector.internal.transport.CallContext;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The auth context of one connection. Sends the requests of the strategy with a separate pipeline. Thread-safe. */
final class ConnectionAuthContext implements AuthContext {

    private final ConnectionSettings settings;
    private final Supplier<Transport> transports;
    private final @Nullable ConnectionAuthContext discovered;
    private @Nullable ExchangePipeline pipeline;
    private int underWay;
    private boolean closed;

    /**
     * Creates the context.
     *
     * @param discovered opens the transport to hosts that the service names; null if it is the same
     */
    ConnectionAuthContext(
            ConnectionSettings settings, Supplier<Transport> transports, @Nullable Supplier<Transport> discovered) {
        this.settings = settings;
        this.transports = transports;
        this.discovered = discovered == null ? null : new ConnectionAuthContext(settings, discovered, null);
    }

    @Override
    public String connection() {
        return settings.name();
    }

    @Override
    public Response send(Request request) {
        return sendWith(request, null);
    }

    @Override
    public Response send(Request request, Cookies cookies) {
        return sendWith(request, notNull(cookies, "cookies"));
    }

    private Response sendWith(Request request, @Nullable Cookies cookies) {
        Request concealed = notNull(request, "request").secretResponse();
        ExchangePipeline own = enter();
        try {
            return own.send(
                    concealed,
                    settings.retry(),
                    settings.call(request),
                    null,
                    ListenerNotifier.of(settings.listeners()),
                    cookies);
        } finally {
            leave();
        }
    }

    @Override
    public URI url(Request request) {
        ExchangePipeline own = enter();
        try {
            return own.resolve(notNull(request, "request"), settings.call(request))
                    .uri();
        } finally {
            leave();
        }
    }

    @Override
    public AuthContext forDiscoveredHosts() {
        return discovered == null ? this : discovered;
    }

    @Override
    public ConnectorException failure(Response response) {
        return ExchangePipeline.failure(notNull(response, "response"), "", settings);
    }

    @Override
    public String mask(Response response, String text) {
        return new Redactor(notNull(response, "response").request().secrets()).mask(notNull(text, "text"));
    }

    @Override
    public <T> Function<Request, T> singleFlight(Supplier<T> work) {
        SingleFlight<T> flight = new SingleFlight<>(
                notNull(work, "work"),
                DefaultExecutors.forAuth(),
                "Credentials can't be requested: " + DefaultExecutors.MAX_WAITING
                        + " connections already wait for theirs");
        return waiting -> await(flight, waiting);
    }

    @Override
    public <T> T requestCredentials(Supplier<T> request, Function<T, Optional<Instant>> expiry) {
        if (settings.listeners().isEmpty()) {
            return request.get();
        }
        long start = settings.time().nanos();
        try {
            T credentials = request.get();
            report(CredentialsOutcome.OBTAINED, expiry.apply(credentials), start, null);
            return credentials;
        } catch (ConnectorException e) {
            CredentialsOutcome outcome =
                    e.needsAuthorization() ? CredentialsOutcome.AUTHORIZATION_NEEDED : CredentialsOutcome.FAILED;
            report(outcome, Optional.empty(), start, e);
            throw e;
        }
    }

    private void report(
            CredentialsOutcome outcome, Optional<Instant> expiresAt, long start, @Nullable ConnectorException failure) {
        Duration duration = Duration.ofNanos(settings.time().nanos() - start);
        CredentialsReport report =
                new CredentialsReport(connection(), outcome, expiresAt, duration, Optional.ofNullable(failure));
        ListenerNotifier.notify(settings.listeners(), listener -> listener.credentials(report));
    }

    private static <T> T await(SingleFlight<T> flight, Request waiting) {
        CallContext call = waiting.call();
        try {
            return flight.await(call.remaining());
        } catch (TimeoutException e) {
            throw new TimedOutException(
                    TimedOutException.Phase.TOTAL, call.total(), null, Redactor.withoutResponse(waiting, call));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            Exchange exchange = Redactor.withoutResponse(waiting, call);
            throw new TransferException(
                    exchange.summary() + ": the thread was interrupted while it waited for credentials", e, exchange);
        }
    }

    private synchronized ExchangePipeline enter() {
        if (closed) {
            throw new ConnectorException("Connection \"" + settings.name() + "\" is closed");
        }
        if (pipeline == null) {
            pipeline = new ExchangePipeline(settings, transports.get(), AuthStrategy.none());
        }
        underWay++;
        return pipeline;
    }

    private synchronized void leave() {
        underWay--;
        releaseWhenDone();
    }

    private void releaseWhenDone() {
        if (closed && underWay == 0 && pipeline != null) {
            var unused = pipeline.end();
            pipeline = null;
        }
    }

    /** Rejects further requests; requests in progress are completed. Called when the connection is closed. */
    void close() {
        if (discovered != null) {
            discovered.close();
        }
        closeOwn();
    }

    private synchronized void closeOwn() {
        closed = true;
        releaseWhenDone();
    }
}
