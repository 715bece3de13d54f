package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class GroupCommitTest {

    @Test
    @Timeout(60)
    void everyCallerGetsItsResultAndNoneWaitsForever() throws Exception {
        int threads = 16;
        int rounds = 5000;
        Set<Integer> stored = ConcurrentHashMap.newKeySet();
        AtomicInteger writes = new AtomicInteger();
        AtomicInteger writing = new AtomicInteger();
        AtomicInteger limit = new AtomicInteger();
        GroupCommit<Integer> together = new GroupCommit<>(
                things -> {
                    limit.accumulateAndGet(writing.incrementAndGet(), Math::max);
                    try {
                        if (writes.incrementAndGet() % 100 == 0) {
                            throw new IllegalStateException("full");
                        }
                        stored.addAll(things);
                    } finally {
                        writing.decrementAndGet();
                    }
                },
                new ElasticPool("storing", 3, 3));
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        AtomicInteger failures = new AtomicInteger();
        List<Future<?>> running = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int first = t * rounds * 2;
            running.add(pool.submit(() -> {
                for (int i = 0; i < rounds; i++) {
                    List<Integer> things = List.of(first + i * 2, first + i * 2 + 1);
                    try {
                        together.add(things);
                        assertThat(stored.containsAll(things)).isTrue();
                    } catch (IllegalStateException e) {
                        failures.incrementAndGet();
                    }
                }
            }));
        }
        for (Future<?> one : running) {
            one.get();
        }
        pool.shutdown();
        assertThat(failures).hasPositiveValue();
        // Items are stored with fewer writes than calls, and with a limited number of writers.
        assertThat(writes.get()).isLessThan(threads * rounds);
        assertThat(limit).hasValueLessThanOrEqualTo(2);
        assertThat(stored.size() + 2 * failures.get()).isEqualTo(2 * threads * rounds);
    }
}
