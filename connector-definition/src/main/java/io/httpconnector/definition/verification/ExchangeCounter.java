package io.httpconnector.definition.verification;

import io.httpconnector.ExchangeListener;
import io.httpconnector.ExchangeResult;
import io.httpconnector.ExchangeStarted;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the calls that have ended. Thread-safe. */
final class ExchangeCounter implements ExchangeListener {

    private final AtomicInteger count = new AtomicInteger();

    @Override
    public CallObserver started(ExchangeStarted start) {
        return new CallObserver() {
            @Override
            public void ended(ExchangeResult report) {
                count.incrementAndGet();
            }
        };
    }

    void clear() {
        count.set(0);
    }

    /** Returns the number of calls since the last {@link #clear}. */
    int count() {
        return count.get();
    }
}
