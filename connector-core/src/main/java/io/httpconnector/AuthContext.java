package io.httpconnector;

import static io.httpconnector.internal.Arguments.notNull;

import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a connection gives to its {@link AuthStrategy}, when the strategy must ask somebody before it can sign: a way to send
 * requests of its own, and a way to do so once for all threads that wait. Safe for many threads.
 */
public final class AuthContext {

    private final ConnectionSettings settings;
    private final Supplier<Transport> transports;
    private @Nullable ExchangePipeline sender;
    private int underWay;
    private boolean closed;

    AuthContext(ConnectionSettings settings, Supplier<Transport> transports) {
        this.settings = settings;
        this.transports = transports;
    }

    /**
     * The name of the connection.
     *
     * @return the name
     */
    public String connection() {
        return settings.name();
    }

    /**
     * Sends a request of the strategy's own, such as one for a token: by the way and within the time limits of the
     * connection, but without its credentials, defaults, rules and rate limit. Nothing of an answer with a 2xx status is ever
     * shown in logs and exceptions. A connection that is closed meanwhile lets it end, so that what it brings can be stored.
     *
     * @param request the request, with an absolute URL or one below the base URL
     * @return the answer, with a status that the request accepts
     * @throws ConnectorException as for {@link HttpConnection#send}
     */
    public Response send(Request request) {
        Request concealed = notNull(request, "request").withRedactedResponse();
        ExchangePipeline own = enter();
        try {
            return own.send(concealed, settings.retry(), settings.call(request), null);
        } finally {
            leave();
        }
    }

    /**
     * Hides the secrets of a request in a text of its response, in whatever spelling the service repeats them: for the message of an
     * exception.
     *
     * @param response the response to a request of the strategy's own
     * @param text the text, such as an error description
     * @return the text with a mask in the place of each secret
     */
    public String mask(Response response, String text) {
        return new Redactor(notNull(response, "response").request().secrets()).mask(notNull(text, "text"));
    }

    /**
     * Has a piece of work done once for all threads that want its result at the same time. It is done by a thread of the
     * library, so that none of those who wait can spoil it for the others: each waits as long as its own request may take.
     *
     * @param work what is to be done
     * @param <T> what comes of it
     * @return joins the work under way, or starts it: takes the request that waits, as {@link AuthStrategy#apply} got it;
     *     returns or throws what the work does
     */
    public <T> Function<Request, T> singleFlight(Supplier<T> work) {
        return new SingleFlight<>(notNull(work, "work"));
    }

    private synchronized ExchangePipeline enter() {
        if (closed) {
            throw new ConnectorException("Connection \"" + settings.name() + "\" is closed");
        }
        if (sender == null) {
            sender = new ExchangePipeline(settings, transports.get(), AuthStrategy.none());
        }
        underWay++;
        return sender;
    }

    private synchronized void leave() {
        underWay--;
        releaseWhenDone();
    }

    private void releaseWhenDone() {
        if (closed && underWay == 0 && sender != null) {
            var unused = sender.end();
            sender = null;
        }
    }

    /** For the connection: no more requests; those under way end by themselves. */
    synchronized void close() {
        closed = true;
        releaseWhenDone();
    }
}
