package io.httpconnector.internal.transport;

import io.httpconnector.TimeSource;
import io.httpconnector.Timings;
import java.time.Duration;
import java.time.Instant;

/** The state of one call of {@code send}: its start, its timeout, its attempts and its timings. Used by one thread. */
public final class CallContext {

    /**
     * When something happened in a call.
     *
     * @param startedAt when the call began
     * @param elapsed how long it had taken by then
     * @param attempts how many attempts it had made by then
     */
    public record CallTiming(Instant startedAt, Duration elapsed, int attempts) {}

    private final TimeSource time;
    private final long start;
    private final Instant startedAt;
    private final Duration total;
    private int attempts = 1;
    private int stale;
    private boolean refreshed;
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

    public CallContext(TimeSource time, Duration total) {
        this.time = time;
        this.start = time.nanos();
        this.startedAt = time.now();
        this.total = total;
    }

    public Duration total() {
        return total;
    }

    public Duration elapsed() {
        return Duration.ofNanos(time.nanos() - start);
    }

    public CallTiming timing() {
        return new CallTiming(startedAt, elapsed(), attempts);
    }

    /** Returns the time that is left, negative when there is none. */
    public Duration remaining() {
        return total.minus(elapsed()).plusNanos(readerTook());
    }

    /** The time that the reader of a body takes by itself is not counted. */
    public void pauseWhileReading() {
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
    public void startReader() {
        if (!countsReader) {
            synchronized (reader) {
                isWithReader = true;
                readerSince = time.nanos();
            }
        }
    }

    /** The reader waits for more, or has ended. */
    public void endReader() {
        if (!countsReader) {
            synchronized (reader) {
                readerTook += isWithReader ? time.nanos() - readerSince : 0;
                isWithReader = false;
            }
        }
    }

    /** Returns whether the time that was left in the beginning has become longer since. */
    public boolean isExtended() {
        return readerTook() > 0;
    }

    /** How many times a request was sent, or is being sent, redirects not counted. */
    public int attempts() {
        return attempts;
    }

    public void startNextAttempt() {
        attempts++;
    }

    /** Progress was made: resets the attempt counter. */
    public void resetAttempts() {
        attempts = 1;
    }

    /** Counts a connection that was found closed when it was used again, and returns their number. */
    public int countStale() {
        return ++stale;
    }

    /** Takes the only permission of this call to refresh the credentials; false if it was taken before. */
    public boolean tryUseRefresh() {
        boolean first = !refreshed;
        refreshed = true;
        return first;
    }

    /** The next attempt has its own times. */
    public void startAttempt() {
        dns = 0;
        connect = 0;
        tls = 0;
        firstByte = 0;
        receivedBytes = 0;
    }

    /** A part of a connection begins now, and lasts until it ends. */
    public void startPhase() {
        mark = time.nanos();
    }

    public void endDns() {
        dns = time.nanos() - mark;
    }

    /** Each address that was tried counts. */
    public void endConnect() {
        connect += time.nanos() - mark;
    }

    public void endTls() {
        tls = time.nanos() - mark;
    }

    public void endWaiting() {
        firstByte = time.nanos() - mark;
    }

    public void addWait(long nanos) {
        waited += nanos;
    }

    public void addReceived(long bytes) {
        receivedBytes = bytes;
    }

    public long receivedBytes() {
        return receivedBytes;
    }

    public Timings timings() {
        return new Timings(
                Duration.ofNanos(waited),
                Duration.ofNanos(dns),
                Duration.ofNanos(connect),
                Duration.ofNanos(tls),
                Duration.ofNanos(firstByte),
                elapsed());
    }
}
