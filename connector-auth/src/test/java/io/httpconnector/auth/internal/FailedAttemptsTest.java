package io.httpconnector.auth.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.ConnectorException;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The backoff of failed requests for credentials. */
class FailedAttemptsTest {

    private final FailedAttempts attempts = new FailedAttempts();
    private long now;

    private final FailedAttempts.Policy policy = new FailedAttempts.Policy() {
        @Override
        public long now() {
            return now;
        }

        @Override
        public Duration initialBackoff(ConnectorException failure) {
            return Duration.ofMinutes(1);
        }

        @Override
        public ConnectorException withinBackoff(ConnectorException failure, Duration remaining) {
            return new ConnectorException("within " + remaining);
        }
    };

    private String attempt(String key, String credentials) {
        try {
            return attempts.attempt(key, credentials, policy, () -> {
                throw new ConnectorException("failed");
            });
        } catch (ConnectorException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void backoffOfOtherCredentialsStartsAnew() {
        assertThat(attempt("a", "old")).isEqualTo("failed");
        assertThat(attempt("a", "old")).isEqualTo("within PT1M");
        now += Duration.ofMinutes(1).toMillis();
        assertThat(attempt("a", "old")).isEqualTo("failed");
        assertThat(attempt("a", "old")).isEqualTo("within PT2M");
        assertThat(attempt("a", "new")).isEqualTo("failed");
        assertThat(attempt("a", "new")).isEqualTo("within PT1M");
    }

    @Test
    void atMostTenThousandFailuresAreRemembered() {
        for (int i = 0; i < 10_000; i++) {
            attempt("key " + i, "");
        }
        assertThat(IntStream.range(0, 10_000).mapToObj(i -> attempt("key " + i, "")))
                .allMatch(result -> result.startsWith("within"));

        attempt("one more", "");

        assertThat(IntStream.range(0, 10_000).mapToObj(i -> attempt("key " + i, "")))
                .anyMatch(result -> result.equals("failed"));
    }
}
