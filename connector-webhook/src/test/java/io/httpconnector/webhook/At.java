package io.httpconnector.webhook;

import io.httpconnector.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;

/** A time of the day that a test sets; what passes is the real time. */
final class At implements Time {

    private volatile Instant now;

    At(Instant now) {
        this.now = now;
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    @Override
    public long nanos() {
        return SYSTEM.nanos();
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public boolean await(CountDownLatch gate, Duration time) throws InterruptedException {
        return SYSTEM.await(gate, time);
    }
}
