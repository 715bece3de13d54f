package io.httpconnector.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests who may open a stream, and that nobody waits forever. */
@Timeout(60)
class StreamLimitTest {

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private static void enter(StreamLimit limit) {
        try {
            limit.enter(() -> false);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private CompletableFuture<Void> entering(StreamLimit limit) throws InterruptedException {
        int waiting = limit.waiting();
        CompletableFuture<Void> entered = CompletableFuture.runAsync(() -> enter(limit), threads);
        while (!entered.isDone() && limit.waiting() == waiting) {
            Thread.sleep(1);
        }
        return entered;
    }

    private static StreamLimit warm() {
        StreamLimit limit = new StreamLimit(true);
        enter(limit);
        limit.warm(true);
        limit.leave();
        return limit;
    }

    @Test
    void refusedRequestLeavesItsStreamToTheNextOne() throws Exception {
        StreamLimit limit = warm();
        enter(limit);
        enter(limit);
        limit.refuse();
        CompletableFuture<Void> next = entering(limit);
        assertThat(next).isNotDone();

        limit.refuse();

        next.get(5, TimeUnit.SECONDS);
        assertThat(limit.active()).isEqualTo(1);
    }

    @Test
    void requestsWaitForTheFirstResponseOnANewSocket() throws Exception {
        StreamLimit limit = new StreamLimit(true);
        enter(limit);
        CompletableFuture<Void> second = entering(limit);
        CompletableFuture<Void> third = entering(limit);
        assertThat(limit.active()).isEqualTo(1);

        limit.warm(true);

        second.get(5, TimeUnit.SECONDS);
        third.get(5, TimeUnit.SECONDS);
        assertThat(limit.active()).isEqualTo(3);
    }

    @Test
    void requestsWaitOnlyASecondForTheFirstResponse() throws Exception {
        StreamLimit limit = new StreamLimit(true);
        enter(limit);

        entering(limit).get(10, TimeUnit.SECONDS);

        assertThat(limit.active()).isEqualTo(2);
    }

    @Test
    void requestsOfHttp1NeverWait() throws Exception {
        StreamLimit limit = new StreamLimit(false);
        for (int i = 0; i < 10; i++) {
            enter(limit);
        }

        assertThat(limit.active()).isEqualTo(10);
    }

    @Test
    void interruptedRequestLeavesItsPlaceToTheNextOne() throws Exception {
        StreamLimit limit = warm();
        enter(limit);
        enter(limit);
        limit.refuse();
        Thread interrupted = new Thread(() -> {
            try {
                limit.enter(() -> false);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        interrupted.start();
        while (limit.waiting() == 0) {
            Thread.sleep(1);
        }
        CompletableFuture<Void> next = entering(limit);

        interrupted.interrupt();
        interrupted.join(5000);
        limit.leave();

        next.get(5, TimeUnit.SECONDS);
        assertThat(limit.active()).isEqualTo(1);
        assertThat(limit.waiting()).isZero();
    }

    @Test
    void cancelledRequestEndsItsWait() throws Exception {
        StreamLimit limit = warm();
        AtomicBoolean isCancelled = new AtomicBoolean();
        enter(limit);
        enter(limit);
        limit.refuse();
        CompletableFuture<Void> cancelled = CompletableFuture.runAsync(
                () -> {
                    try {
                        limit.enter(isCancelled::get);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                },
                threads);
        while (limit.waiting() == 0) {
            Thread.sleep(1);
        }

        isCancelled.set(true);
        limit.wake();

        cancelled.get(5, TimeUnit.SECONDS);
        limit.leave();
        limit.leave();
        assertThat(limit.active()).isZero();
    }

    /** A service with a limit that changes: all requests end, and the streams are counted right. */
    @Test
    void nobodyWaitsForever() throws Exception {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        StreamLimit limit = new StreamLimit(true);
        AtomicInteger open = new AtomicInteger();
        AtomicInteger permitted = new AtomicInteger(3);
        CountDownLatch done = new CountDownLatch(40);
        for (int i = 0; i < 40; i++) {
            SplittableRandom own = random.split();
            threads.execute(() -> {
                try {
                    for (int k = 0; k < 50; k++) {
                        send(limit, open, permitted, own);
                    }
                    done.countDown();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        assertThat(done.await(40, TimeUnit.SECONDS)).as("seed %d", seed).isTrue();
        assertThat(limit.active()).isZero();
        assertThat(limit.waiting()).isZero();
    }

    private static void send(StreamLimit limit, AtomicInteger open, AtomicInteger permitted, SplittableRandom random)
            throws InterruptedException {
        while (true) {
            limit.enter(() -> false);
            boolean isRefused = open.incrementAndGet() > permitted.get();
            if (!isRefused) {
                Thread.sleep(0, random.nextInt(500_000));
                permitted.set(1 + random.nextInt(5));
            }
            open.decrementAndGet();
            if (!isRefused) {
                limit.warm(random.nextInt(20) > 0);
                limit.leave();
                return;
            }
            limit.refuse();
        }
    }
}
