package io.httpconnector.auth.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.ConnectorException;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The backoff of failed requests for credentials. */
class FailedAttemptsTest {

    private final FailedAttempts attempts = new FailedAttempts();
    private long now;
    private Duration initial = Duration.ofMinutes(1);

    private final FailedAttempts.Policy policy = new FailedAttempts.Policy() {
        @Override
        public long now() {
            return now;
        }

        @Override
        public Duration initialBackoff(ConnectorException failure) {
            return initial;
        }

        @Override
        public ConnectorException withinBackoff(ConnectorException failure, Duration remaining) {
            return new ConnectorException("within " + remaining);
        }
    };

    private String attempt(String key, String credentials) {
        return attempt(key, credentials, new ConnectorException("failed"));
    }

    private String attempt(String key, String credentials, ConnectorException failure) {
        try {
            return attempts.attempt(key, credentials, policy, () -> {
                throw failure;
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

    @Test
    void endedBackoffsAreForgottenFirst() {
        attempt("ended", "");
        now += 1;
        for (int i = 1; i < 10_000; i++) {
            attempt("key " + i, "");
        }
        now += Duration.ofMinutes(1).toMillis() - 1;

        attempt("one more", "");

        assertThat(IntStream.range(1, 10_000).mapToObj(i -> attempt("key " + i, "")))
                .allMatch(result -> result.startsWith("within"));
        assertThat(attempt("one more", "")).startsWith("within");
    }

    @Test
    void failureWithoutBackoffIsRememberedOnlyWithRetryAfter() {
        initial = Duration.ZERO;
        assertThat(attempt("a", "")).isEqualTo("failed");
        assertThat(attempt("a", "")).isEqualTo("failed");
        ConnectorException later = new ConnectorException("failed") {
            private static final long serialVersionUID = 1L;

            @Override
            public Optional<Duration> retryAfter() {
                return Optional.of(Duration.ofSeconds(7));
            }
        };
        assertThat(attempt("a", "", later)).isEqualTo("failed");
        assertThat(attempt("a", "", later)).isEqualTo("within PT7S");
    }
}
