package io.httpconnector;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One call of {@code send}: from when on it counts, how long it may take, and how often it was tried. Used by one thread. */
final class CallContext {

    private final TimeSource time;
    private final long start;
    private final Instant startedAt;
    private final Duration total;
    private int attempts = 1;
    private int stale;
    private boolean refreshed;
    private @Nullable ListenerNotifier watches;
    private long waited;
    private long mark;
    private long dns;
    private long connect;
    private long tls;
    private long firstByte;
    private long receivedBytes;
    private boolean countsReader = true;
    /** By this; the reader of a body has it while it does not wait for the service. Read by the thread of {@link DeadlineScheduler} too. */
    private final Object reader = new Object();

    private long readerTook;
    private long readerSince;
    private boolean isWithReader;

    CallContext(TimeSource time, Duration total) {
        this.time = time;
        this.start = time.nanos();
        this.startedAt = time.now();
        this.total = total;
    }

    Duration total() {
        return total;
    }

    Duration elapsed() {
        return Duration.ofNanos(time.nanos() - start);
    }

    Exchange.CallTiming timing() {
        return new Exchange.CallTiming(startedAt, elapsed(), attempts);
    }

    /** The time that is left, negative when there is none. */
    Duration remaining() {
        return total.minus(elapsed()).plusNanos(readerTook());
    }

    /** The time that the reader of a body takes by itself is not counted. */
    void pauseWhileReading() {
        countsReader = false;
    }

    /** How long the reader of a body has had it, as far as that is not counted. */
    private long readerTook() {
        if (countsReader) {
            return 0;
        }
        synchronized (reader) {
            return readerTook + (isWithReader ? time.nanos() - readerSince : 0);
        }
    }

    /** The reader has what it has waited for, or has begun. */
    void startReader() {
        if (!countsReader) {
            synchronized (reader) {
                isWithReader = true;
                readerSince = time.nanos();
            }
        }
    }

    /** The reader waits for more, or has ended. */
    void endReader() {
        if (!countsReader) {
            synchronized (reader) {
                readerTook += isWithReader ? time.nanos() - readerSince : 0;
                isWithReader = false;
            }
        }
    }

    /** Whether the time that was left in the beginning has become longer since. */
    boolean isExtended() {
        return readerTook() > 0;
    }

    /** How many times a request was sent, or is being sent, redirects not counted. */
    int attempts() {
        return attempts;
    }

    void startNextAttempt() {
        attempts++;
    }

    /** It was not in vain: the attempts are counted anew. */
    void resetAttempts() {
        attempts = 1;
    }

    /** Counts a connection that was found closed when it was used again, and says how many there were. */
    int countStale() {
        return ++stale;
    }

    /** Whether this call may ask for other credentials: once. */
    boolean tryUseRefresh() {
        boolean first = !refreshed;
        refreshed = true;
        return first;
    }

    void notifyThrough(ListenerNotifier watches) {
        this.watches = watches;
    }

    @Nullable ListenerNotifier watches() {
        return watches;
    }

    /** The next attempt has its own times. */
    void startAttempt() {
        dns = 0;
        connect = 0;
        tls = 0;
        firstByte = 0;
        receivedBytes = 0;
    }

    /** A part of a connection begins now, and lasts until it ends. */
    void startPhase() {
        mark = time.nanos();
    }

    void endDns() {
        dns = time.nanos() - mark;
    }

    /** Each address that was tried counts. */
    void endConnect() {
        connect += time.nanos() - mark;
    }

    void endTls() {
        tls = time.nanos() - mark;
    }

    void endWaiting() {
        firstByte = time.nanos() - mark;
    }

    void addWait(long nanos) {
        waited += nanos;
    }

    void addReceived(long bytes) {
        receivedBytes = bytes;
    }

    long receivedBytes() {
        return receivedBytes;
    }

    Timings timings() {
        return new Timings(
                Duration.ofNanos(waited),
                Duration.ofNanos(dns),
                Duration.ofNanos(connect),
                Duration.ofNanos(tls),
                Duration.ofNanos(firstByte),
                elapsed());
    }
}
