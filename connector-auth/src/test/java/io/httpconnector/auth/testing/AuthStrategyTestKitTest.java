package io.httpconnector.auth.testing;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.httpconnector.AuthStrategy;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.AwsAuth;
import io.httpconnector.auth.BasicAuth;
import io.httpconnector.auth.CustomAuth;
import io.httpconnector.auth.HmacAuth;
import io.httpconnector.auth.OAuth1Auth;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** Our own strategies pass, and each thing that can be done wrongly is found. */
@Timeout(60)
class AuthStrategyTestKitTest {

    private static final String KEY = "canary-key-4711";

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.httpconnector");

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
        logger.setLevel(Level.TRACE);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(log);
        logger.setLevel(null);
    }

    private void verify(AuthStrategy strategy) {
        AuthStrategyTestKit.of(strategy)
                .secret(KEY)
                .log(() -> log.list.stream()
                        .map(ILoggingEvent::getFormattedMessage)
                        .toList())
                .verify();
    }

    static Stream<AuthStrategy> ours() {
        Secret key = Secret.of(KEY);
        return Stream.of(
                BasicAuth.of("ann", key),
                CustomAuth.bearer(key).andCookie("s", key),
                CustomAuth.query("key", key),
                CustomAuth.bodyField("key", key),
                HmacAuth.of("HmacSHA256", key, "{{method}}{{url}}{{body}}{{nonce}}")
                        .header("X-Nonce", "{{nonce}}")
                        .header("X-Signature", "{{signature}}"),
                AwsAuth.of("AKIDEXAMPLE", key, "eu-central-1", "sqs"),
                OAuth1Auth.of("consumer", key).token("token", key));
    }

    @ParameterizedTest
    @MethodSource("ours")
    void ourStrategiesPass(AuthStrategy strategy) {
        verify(strategy);
    }

    private void assertFound(AuthStrategy strategy, String what) {
        assertThatThrownBy(() -> verify(strategy))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(what);
    }

    @Test
    void strategyThatAddsNothingIsFound() {
        assertFound(AuthStrategy.none(), "it added nothing");
    }

    @Test
    void strategyThatSignsOnceIsFound() {
        AtomicInteger calls = new AtomicInteger();
        assertFound(
                request -> calls.incrementAndGet() <= 2 ? request.header("X-Key", KEY) : request,
                "an attempt after a failure was not signed");
    }

    @Test
    void strategyThatMixesUpThreadsIsFound() {
        AtomicInteger calls = new AtomicInteger();
        assertFound(
                request -> calls.incrementAndGet() % 50 == 49
                        ? request.header("X-Other", KEY)
                        : request.header("X-Key", KEY),
                "one of many threads sent [X-other]");
    }

    @Test
    void strategyThatFailsUnderLoadIsFound() {
        AtomicInteger calls = new AtomicInteger();
        assertFound(
                request -> {
                    if (calls.incrementAndGet() == 100) {
                        throw new IllegalStateException("race");
                    }
                    return request.header("X-Key", KEY);
                },
                "one of many threads failed");
    }

    @Test
    void strategyThatTellsItsKeyIsFound() {
        assertFound(
                new AuthStrategy() {
                    @Override
                    public Request apply(Request request) {
                        return request.header("X-Key", Secret.of(KEY).map(key -> "sealed"));
                    }

                    @Override
                    public String toString() {
                        return "Own strategy with " + KEY;
                    }
                },
                "a secret shows");
    }

    @Test
    void strategyThatLogsItsKeyIsFound() {
        assertFound(
                request -> {
                    LoggerFactory.getLogger("io.httpconnector.own").info("signing with {}", KEY);
                    return request.header("X-Key", Secret.of(KEY));
                },
                "a secret shows");
    }
}
