package io.httpconnector.internal.transport;

import io.httpconnector.TimeSource;
import io.httpconnector.Timings;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The state of one call of {@code send}: its start, its timeout, its attempts and its timings. Used by the thread of the call,
 * except where noted.
 */
public final class CallContext {

    /**
     * A point in time during a call.
     *
     * @param startedAt when the call began
     * @param elapsed the elapsed time of the call at that point
     * @param attempts the number of attempts at that point
     */
    public record CallTiming(Instant startedAt, Duration elapsed, int attempts) {}

    private final TimeSource time;
    private final long start;
    private final Instant startedAt;
    private final Duration total;
    private int attempts = 1;
    private int stale;
    private boolean refreshed;
    private boolean isTest;
    private @Nullable RuntimeException signingFailure;
    private long waited;
    private long mark;
    private long dns;
    private long connect;
    private long tls;
    private long firstByte;
    private long receivedBytes;
    private boolean countsReader = true;
    private @Nullable Duration idleTimeout;
    private volatile boolean streaming;
    /**
     * Guards the times of the reader of a body, which are also read by the thread of {@link DeadlineScheduler}. The reader's
     * own processing time is the time that it does not spend waiting for the service.
     */
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

    /** Returns the current time. */
    public Instant now() {
        return time.now();
    }

    public Duration elapsed() {
        return Duration.ofNanos(time.nanos() - start);
    }

    public CallTiming timing() {
        return new CallTiming(startedAt, elapsed(), attempts);
    }

    /** Returns the remaining time; negative if the deadline has passed. */
    public Duration remaining() {
        return total.minus(elapsed()).plusNanos(readerTook());
    }

    /** Excludes the reader's own processing time, between its reads, from the timeout. */
    public void pauseWhileReading() {
        countsReader = false;
    }

    /**
     * Replaces the timeout, from the start of the reader on, by a limit for the time without a byte.
     *
     * @param limit the maximum wait for the next bytes of the body
     */
    public void limitIdleTime(Duration limit) {
        idleTimeout = limit;
    }

    /** Returns the maximum wait for the next bytes of a body that the reader receives; null for that of the connection. */
    public @Nullable Duration idleTimeout() {
        return idleTimeout;
    }

    /** Marks that the reader receives the body: a call with an idle timeout has no deadline any more. */
    public void startStream() {
        streaming = idleTimeout != null;
    }

    /** Returns whether the call has no deadline any more. */
    public boolean isStreaming() {
        return streaming;
    }

    /** Returns the reader's own processing time so far that is excluded from the timeout. */
    private long readerTook() {
        if (countsReader) {
            return 0;
        }
        synchronized (reader) {
            return readerTook + (isWithReader ? time.nanos() - readerSince : 0);
        }
    }

    /** Marks that the reader starts, or continues after a read from the service. */
    public void startReader() {
        if (!countsReader) {
            synchronized (reader) {
                isWithReader = true;
                readerSince = time.nanos();
            }
        }
    }

    /** Marks that the reader waits for the service, or has finished. */
    public void endReader() {
        if (!countsReader) {
            synchronized (reader) {
                readerTook += isWithReader ? time.nanos() - readerSince : 0;
                isWithReader = false;
            }
        }
    }

    /** Returns whether the deadline has been extended since the start of the call. */
    public boolean isExtended() {
        return readerTook() > 0;
    }

    /** Returns the number of attempts, including the current one; redirects are not counted. */
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

    /** Counts a reused connection that turned out to be closed, and returns the number of such connections. */
    public int countStale() {
        return ++stale;
    }

    /** Uses the single credential refresh that a call is allowed; returns false if it was used before. */
    public boolean tryUseRefresh() {
        boolean first = !refreshed;
        refreshed = true;
        return first;
    }

    /** Marks the call as a connection test. */
    public void markTest() {
        isTest = true;
    }

    public boolean isTest() {
        return isTest;
    }

    /** Marks a failure of the auth strategy, which retries its own requests: the call is not retried because of it. */
    public void markSigningFailure(RuntimeException failure) {
        signingFailure = failure;
    }

    public boolean isSigningFailure(RuntimeException failure) {
        return failure == signingFailure;
    }

    /** Resets the timings that belong to a single attempt. */
    public void startAttempt() {
        dns = 0;
        connect = 0;
        tls = 0;
        firstByte = 0;
        receivedBytes = 0;
    }

    /** Starts to measure a phase of opening a connection. */
    public void startPhase() {
        mark = time.nanos();
    }

    public void endDns() {
        dns = time.nanos() - mark;
    }

    /** Ends the measurement of a connection attempt. The times of all addresses that were tried are added up. */
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
