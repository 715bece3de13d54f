package io.httpconnector;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.internal.Loggers;
import io.httpconnector.internal.recording.RawExchangeObserver;
import io.httpconnector.internal.transport.CallContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The outcome of a call, or of its attempts so far. Immutable and thread-safe. It refers to the bodies of the request and the response. */
public final class ExchangeResult {

    private final Request request;
    private final @Nullable Response response;
    private final @Nullable Throwable failure;
    /** When the call began and how long it took; null if it has a response. */
    private final CallContext.@Nullable CallTiming failed;

    /** Whether the auth strategy has failed, whose exception has an exchange of its own. */
    private final boolean isUnsigned;

    private final Timings timings;
    private final int attempts;
    private final long sentBytes;
    private final long receivedBytes;

    ExchangeResult(Request request, @Nullable Response response, @Nullable Throwable failure, CallContext call) {
        this.request = request;
        this.response = response;
        this.failure = failure;
        this.failed = response == null ? call.timing() : null;
        this.isUnsigned = failure instanceof RuntimeException e && call.isSigningFailure(e);
        this.timings = call.timings();
        this.attempts = call.attempts();
        Body body = request.content();
        this.sentBytes = body == null ? 0 : body.source().length();
        this.receivedBytes = call.receivedBytes();
    }

    /**
     * Returns the status code.
     *
     * @return the status; empty when there was no response, also if credentials could not be obtained
     */
    public OptionalInt status() {
        if (response != null) {
            return OptionalInt.of(response.status());
        }
        return !isUnsigned && failure instanceof ConnectorException e ? status(e) : OptionalInt.empty();
    }

    static OptionalInt status(ConnectorException failure) {
        return failure.exchange().map(Exchange::status).orElse(OptionalInt.empty());
    }

    /**
     * Returns the exception with which the call or its last attempt failed.
     *
     * @return the exception of {@code send}; empty if the call succeeded, or is retried because of its response
     */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /**
     * Returns the durations of the phases of the call.
     *
     * @return the durations
     */
    public Timings timings() {
        return timings;
    }

    /**
     * Returns the number of attempts.
     *
     * @return at least 1
     */
    public int attempts() {
        return attempts;
    }

    /**
     * Returns the size of the body that was sent.
     *
     * @return the number of bytes as sent; -1 for a stream of unknown length
     */
    public long sentBytes() {
        return sentBytes;
    }

    /**
     * Returns the size of the body that was received.
     *
     * @return the number of decompressed bytes of the last response
     */
    public long receivedBytes() {
        return receivedBytes;
    }

    /**
     * Returns how caches have handled the request, such as {@code io.httpconnector.cache.ResponseCache} (RFC 9211).
     *
     * @return the last field {@code Cache-Status} of the response; empty if there is none
     */
    public Optional<String> cacheStatus() {
        Headers headers = response != null
                ? response.headers()
                : failure instanceof ConnectorException e
                        ? e.exchange().map(Exchange::responseHeaders).orElse(Headers.NONE)
                        : Headers.NONE;
        List<String> lines = headers.all("Cache-Status");
        return lines.isEmpty() ? Optional.empty() : Optional.of(lines.get(lines.size() - 1));
    }

    /**
     * Returns the recorded request and response. It is created on demand, because it is far more expensive than the other
     * values.
     *
     * @return the exchange, without secrets; without a response if an interceptor, the auth strategy or the network has failed
     */
    public Optional<Exchange> exchange() {
        if (response != null) {
            return Optional.of(response.exchange());
        }
        Exchange known = !isUnsigned && failure instanceof ConnectorException e
                ? e.exchange().orElse(null)
                : null;
        return known != null || failed == null
                ? Optional.ofNullable(known)
                : Optional.of(Redactor.withoutResponse(request, failed));
    }

    /**
     * Returns a summary without secrets.
     *
     * @return request, status and time
     */
    @Override
    public String toString() {
        return request + " -> " + (status().isPresent() ? String.valueOf(status().getAsInt()) : "no response") + " in "
                + timings.total().toMillis() + " ms";
    }

    /** Notifies the connection's listeners about one call. Exceptions thrown by listeners are logged and ignored. */
    static final class ListenerNotifier {

        private static final Logger LOG = LoggerFactory.getLogger(Loggers.CONNECTION);

        private static final ListenerNotifier NONE = new ListenerNotifier(List.of());

        private final List<ExchangeListener> listeners;
        private final List<ExchangeListener.CallObserver> observers;

        private ListenerNotifier(List<ExchangeListener> listeners) {
            this.listeners = listeners;
            this.observers = new ArrayList<>(listeners.size());
        }

        /** Creates a notifier for one call. Not thread-safe. */
        static ListenerNotifier of(List<ExchangeListener> listeners) {
            return listeners.isEmpty() ? NONE : new ListenerNotifier(listeners);
        }

        /** Creates a notifier for one call that another thread sends. */
        static ListenerNotifier inCurrentContext(List<ExchangeListener> listeners) {
            if (listeners.isEmpty()) {
                return NONE;
            }
            List<ExchangeListener> own = new ArrayList<>(listeners.size());
            notify(listeners, listener -> own.add(notNull(listener.inCurrentContext(), "listener in a context")));
            return new ListenerNotifier(own);
        }

        boolean hasListeners() {
            return !listeners.isEmpty();
        }

        void started(ExchangeStarted start) {
            observers.clear();
            for (ExchangeListener listener : listeners) {
                try {
                    observers.add(notNull(listener.started(start), "watch of a listener"));
                } catch (RuntimeException | Error e) {
                    logFailure(e);
                }
            }
        }

        void retrying(ExchangeResult report, Duration wait) {
            notifyListeners(observer -> observer.retrying(report, wait));
        }

        /** Returns whether a listener records the bodies of responses. */
        boolean recordBodies() {
            for (ExchangeListener.CallObserver observer : observers) {
                if (observer instanceof RawExchangeObserver) {
                    return true;
                }
            }
            return false;
        }

        /**
         * Notifies that the call has ended.
         *
         * @param request the request with the additions of listeners
         * @param response the response; null if the call failed
         * @param failure the exception; null if the call succeeded
         * @param receiver reads the body of the response; null if the response contains it
         */
        void ended(
                Request request,
                @Nullable Response response,
                @Nullable Throwable failure,
                CallContext call,
                @Nullable StreamingReceiver<?> receiver) {
            ExchangeResult report = null;
            for (ExchangeListener.CallObserver observer : observers) {
                try {
                    if (observer instanceof RawExchangeObserver recorder
                            && isRecorded(recorder, response, failure, receiver)) {
                        continue;
                    }
                    if (report == null) {
                        report = new ExchangeResult(request, response, failure, call);
                    }
                    observer.ended(report);
                } catch (RuntimeException | Error e) {
                    logFailure(e);
                }
            }
        }

        /** Passes the response to a recorder; returns false if there is none beside an exception that contains it. */
        private static boolean isRecorded(
                RawExchangeObserver recorder,
                @Nullable Response response,
                @Nullable Throwable failure,
                @Nullable StreamingReceiver<?> receiver) {
            Response read = receiver == null ? null : receiver.head();
            if (receiver != null && read != null && (response == null || read.request() == response.request())) {
                if (failure instanceof ConnectorException e
                        && ExchangeResult.status(e).isPresent()) {
                    return false;
                }
                String message = failure == null ? null : read.messageOf(failure);
                if (recorder.records(failure == null ? read.status() : 0)) {
                    byte[] start = receiver.recorded();
                    // A part of a secret at the end is not recognized: other bodies than whole ones are shown as a
                    // start.
                    long count = receiver.isWhole() ? receiver.count() : receiver.count() + 1;
                    recorder.ended(() -> read.raw(start, count), read.rawBytes(start), message, Redactor::redact);
                }
                return true;
            }
            if (response != null && recorder.records(response.status())) {
                recorder.ended(response.recording(), response.rawBytes(), null, Redactor::redact);
            }
            return response != null;
        }

        private void notifyListeners(Consumer<ExchangeListener.CallObserver> event) {
            notify(observers, event);
        }

        /** Notifies each of some listeners or observers. */
        static <T> void notify(List<T> all, Consumer<T> event) {
            for (T one : all) {
                try {
                    event.accept(one);
                } catch (RuntimeException | Error e) {
                    logFailure(e);
                }
            }
        }

        private static void logFailure(Throwable e) {
            LOG.warn("A listener failed", e);
        }
    }
}
