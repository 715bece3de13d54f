package io.httpconnector.webhook.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The memory for bodies is limited, and is released however a request ends. */
class MemoryBudgetTest {

    private static final int BODY = 64 * 1024;

    private final WebhookEndpoint receiver = new WebhookEndpoint() {
        @Override
        public WebhookResponse receive(WebhookRequest request) {
            return WebhookResponse.of(200);
        }

        @Override
        public int maxBody() {
            return BODY;
        }

        @Override
        public Duration bodyTimeout() {
            return Duration.ofMillis(200);
        }
    };

    /** Sufficient for one body, but not for two. */
    private final MemoryBudget budget = new MemoryBudget(BODY + 1024);

    private int post(InputStream body, long length) {
        return RequestBodies.read(body, length, receiver, budget, bytes -> WebhookResponse.of(200))
                .status();
    }

    private static InputStream body(int length) {
        return new ByteArrayInputStream(new byte[length]);
    }

    @Test
    void budgetIsReleasedInEveryOutcome() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("gone");
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                return read();
            }
        };
        for (int i = 0; i < 20; i++) {
            assertThat(post(body(BODY), BODY)).isEqualTo(200);
            assertThat(post(body(BODY), -1)).isEqualTo(200);
            assertThat(post(body(BODY + 1), BODY + 1)).isEqualTo(413);
            assertThat(post(body(BODY + 1), -1)).isEqualTo(413);
            assertThat(post(broken, BODY)).isEqualTo(408);
            assertThatThrownBy(() -> RequestBodies.read(body(BODY), BODY, receiver, budget, bytes -> {
                        throw new IllegalStateException("a receiver that fails");
                    }))
                    .hasMessage("a receiver that fails");
        }
    }

    @Test
    void requestWaitsForBudgetAndIsFinallyRejected() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        ExecutorService threads = Executors.newSingleThreadExecutor();
        Future<WebhookResponse> first =
                threads.submit(() -> RequestBodies.read(body(BODY), BODY, receiver, budget, bytes -> {
                    begun.countDown();
                    return await(end);
                }));
        begun.await();

        WebhookResponse refused =
                RequestBodies.read(body(BODY), BODY, receiver, budget, bytes -> WebhookResponse.of(200));
        end.countDown();

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.headers()).containsKey("Retry-After");
        assertThat(first.get(5, TimeUnit.SECONDS).status()).isEqualTo(200);
        assertThat(post(body(BODY), BODY)).isEqualTo(200);
        threads.shutdown();
    }

    private static WebhookResponse await(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return WebhookResponse.of(200);
    }

    @Test
    void piecesAreRejectedWithoutBudget() {
        byte[] piece = new byte[40_000];
        BodyAccumulator one = new BodyAccumulator(receiver, budget);
        BodyAccumulator other = new BodyAccumulator(receiver, budget);

        assertThat(one.add(piece)).isNull();
        assertThat(other.add(piece)).isSameAs(RequestBodies.BUSY);
        assertThat(one.add(piece)).isSameAs(RequestBodies.TOO_LARGE);
        one.close();
        one.close();
        other.close();
        assertThat(other.add(piece)).isSameAs(RequestBodies.BUSY);
        BodyAccumulator next = new BodyAccumulator(receiver, budget);
        assertThat(next.add(piece)).isNull();
        next.close();
        assertThat(post(body(BODY), BODY)).isEqualTo(200);
    }
}
