package io.httpconnector.micrometer;

import io.httpconnector.testing.VirtualTime;
import io.micrometer.core.instrument.Clock;

/** A clock of Micrometer in virtual time. */
record VirtualClock(VirtualTime time) implements Clock {

    @Override
    public long wallTime() {
        return time.now().toEpochMilli();
    }

    @Override
    public long monotonicTime() {
        return time.nanos();
    }
}
