package io.httpconnector.internal.limits;

import io.httpconnector.TimeSource;
import java.util.concurrent.atomic.LongAdder;

/**
 * A budget that prevents retries from multiplying the load on a service that is down. It permits retries for a fraction of the
 * requests, plus one every two seconds for connections that send little. Thread-safe.
 */
public final class RetryBudget {

    private static final double MAX = 10;
    private static final double PER_NANO = 0.5 / 1e9;

    private final TimeSource time;
    private final double perRequest;
    private final LongAdder requests = new LongAdder();
    private double left = MAX;
    private long counted;

    public RetryBudget(TimeSource time, double perRequest) {
        this.time = time;
        this.perRequest = perRequest;
        this.counted = time.nanos();
    }

    public void countRequest() {
        requests.increment();
    }

    /** Withdraws one retry from the budget; returns false if none is left. */
    public synchronized boolean take() {
        long now = time.nanos();
        left = Math.min(MAX, left + requests.sumThenReset() * perRequest + (now - counted) * PER_NANO);
        counted = now;
        if (left < 1) {
            return false;
        }
        left--;
        return true;
    }
}
