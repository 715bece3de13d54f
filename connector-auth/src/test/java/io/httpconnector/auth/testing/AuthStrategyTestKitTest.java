package io.httpconnector.auth.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.httpconnector.AuthContext;
import io.httpconnector.AuthStrategy;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.auth.AwsAuth;
import io.httpconnector.auth.BasicAuth;
import io.httpconnector.auth.CustomAuth;
import io.httpconnector.auth.HmacAuth;
import io.httpconnector.auth.OAuth1Auth;
import io.httpconnector.auth.oauth2.OAuth2;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** The strategies of the library pass the kit, and each defect is detected. */
@Timeout(60)
class AuthStrategyTestKitTest {

    private static final String KEY = "canary-key-4711";

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.httpconnector");

    @BeforeEach
    void setUp() {
        // Threads of the server log, too.
        log.list = new CopyOnWriteArrayList<>();
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

    static Stream<AuthStrategy> strategiesOfTheLibrary() {
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
    @MethodSource("strategiesOfTheLibrary")
    void strategyOfTheLibraryPasses(AuthStrategy strategy) {
        verify(strategy);
    }

    static Stream<AuthStrategy> strategiesWithNonces() {
        Secret key = Secret.of(KEY);
        AtomicInteger number = new AtomicInteger();
        return Stream.of(
                request -> request.header("X-Key", key).header("X-Nonce", "n" + number.incrementAndGet()),
                request -> request.header("X-Key", key).query("nonce", "n" + number.incrementAndGet()),
                request -> request.header("X-Key", key).bodyField("nonce", "n" + number.incrementAndGet()));
    }

    /** A value that differs with each request is no credential that went to another origin. */
    @ParameterizedTest
    @MethodSource("strategiesWithNonces")
    void strategyWithANoncePasses(AuthStrategy strategy) {
        verify(strategy);
    }

    private void assertDetected(AuthStrategy strategy, String problem) {
        assertThatThrownBy(() -> verify(strategy))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(problem);
    }

    @Test
    void strategyThatAddsNothingIsDetected() {
        assertDetected(AuthStrategy.none(), "it added nothing");
    }

    @Test
    void strategyThatSignsOnlyOnceIsDetected() {
        AtomicInteger calls = new AtomicInteger();
        assertDetected(
                request -> calls.incrementAndGet() <= 2 ? request.header("X-Key", KEY) : request,
                "an attempt after a failure was not signed");
    }

    @Test
    void strategyThatMixesUpThreadsIsDetected() {
        AtomicInteger calls = new AtomicInteger();
        assertDetected(
                request -> calls.incrementAndGet() % 50 == 49
                        ? request.header("X-Other", KEY)
                        : request.header("X-Key", KEY),
                "one of many threads sent [X-other]");
    }

    @Test
    void strategyThatFailsUnderLoadIsDetected() {
        AtomicInteger calls = new AtomicInteger();
        assertDetected(
                request -> {
                    if (calls.incrementAndGet() == 100) {
                        throw new IllegalStateException("race");
                    }
                    return request.header("X-Key", KEY);
                },
                "one of many threads failed");
    }

    @Test
    void strategyWithItsKeyInToStringIsDetected() {
        assertDetected(
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
                "a secret is visible");
    }

    @Test
    void strategyThatLogsItsKeyIsDetected() {
        assertDetected(
                request -> {
                    LoggerFactory.getLogger("io.httpconnector.own").info("signing with {}", KEY);
                    return request.header("X-Key", Secret.of(KEY));
                },
                "a secret is visible");
    }

    /** Requests a ticket, and another one when the service rejects it. */
    private static class TicketAuth implements AuthStrategy {

        @Override
        public AuthStrategy open(AuthContext context) {
            return new Session(context);
        }

        @Override
        public Request apply(Request request) {
            throw new IllegalStateException("a connection must open the strategy first");
        }
    }

    private static class Session implements AuthStrategy {
        private final Function<Request, Secret> fetch;
        private volatile @Nullable Secret ticket;

        Session(AuthContext context) {
            this.fetch = context.singleFlight(() -> {
                Response response = context.send(Request.post("/tickets"));
                Secret fresh = Secret.of(response.json().at("/ticket").asText());
                ticket = fresh;
                return fresh;
            });
        }

        @Override
        public Request apply(Request request) {
            Secret known = ticket;
            return request.header("X-Ticket", known == null ? fetch.apply(request) : known);
        }

        @Override
        public boolean refresh(Request rejected, Response response) {
            Secret known = ticket;
            if (known != null && rejected.header("X-Ticket").equals(Optional.of(known.reveal()))) {
                ticket = null;
            }
            return true;
        }
    }

    private final AtomicInteger tickets = new AtomicInteger();

    private AuthStrategyTestKit ticketKit(AuthStrategy strategy) {
        return AuthStrategyTestKit.of(strategy)
                .secret("canary-ticket")
                .respond(
                        "POST",
                        "/tickets",
                        () -> StubResponse.json("{\"ticket\": \"canary-ticket-" + tickets.incrementAndGet() + "\"}"))
                .log(() -> log.list.stream()
                        .map(ILoggingEvent::getFormattedMessage)
                        .toList());
    }

    @Test
    void strategyThatSendsItsOwnRequestsPasses() {
        ticketKit(new TicketAuth()).refreshes().verify();
        assertThat(tickets.get()).isGreaterThan(2);
    }

    @Test
    void strategyThatNeedsTheUrlOfTheServerPasses() {
        AuthStrategyTestKit.forServer(url -> OAuth2.clientCredentials()
                        .tokenUrl(url + "/token")
                        .client("id", Secret.of("canary-client-secret"))
                        .build())
                .respond(
                        "POST",
                        "/token",
                        () -> StubResponse.json(
                                "{\"access_token\": \"canary-token-" + tickets.incrementAndGet() + "\"}"))
                .secret("canary-client-secret")
                .secret("canary-token")
                .verify();
    }

    @Test
    void strategyThatSendsRejectedCredentialsAgainIsDetected() {
        assertThatThrownBy(() -> AuthStrategyTestKit.of(new AuthStrategy() {
                            @Override
                            public Request apply(Request request) {
                                return request.header("X-Key", Secret.of(KEY));
                            }

                            @Override
                            public boolean refresh(Request rejected, Response response) {
                                return true;
                            }
                        })
                        .refreshes()
                        .verify())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("it sent the rejected credentials again after a 401 response");
    }

    @Test
    void strategyThatDoesNotRefreshIsDetected() {
        assertThatThrownBy(() -> AuthStrategyTestKit.of(CustomAuth.header("X-Key", Secret.of(KEY)))
                        .refreshes()
                        .verify())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("it did not refresh its credentials after a 401 response");
    }

    @Test
    void strategyThatIsNotSignedAfterUnauthorizedIsDetected() {
        assertDetected(
                new AuthStrategy() {
                    private volatile boolean rejected;

                    @Override
                    public Request apply(Request request) {
                        return rejected ? request : request.header("X-Key", Secret.of(KEY));
                    }

                    @Override
                    public boolean refresh(Request refused, Response response) {
                        rejected = true;
                        return true;
                    }
                },
                "an attempt after a 401 response was not signed");
    }

    @Test
    void strategyThatFailsAfterUnauthorizedIsDetected() {
        assertDetected(
                new AuthStrategy() {
                    private final AtomicInteger refreshes = new AtomicInteger();

                    @Override
                    public Request apply(Request request) {
                        if (refreshes.get() > 1) {
                            throw new ConnectorException("no key");
                        }
                        return request.header("X-Key", Secret.of(KEY));
                    }

                    @Override
                    public boolean refresh(Request refused, Response response) {
                        refreshes.incrementAndGet();
                        return true;
                    }
                },
                "after a 401 response no further request succeeded");
    }

    @Test
    void responseToAnIncompletePathIsRefused() {
        assertThatThrownBy(() -> AuthStrategyTestKit.of(new TicketAuth())
                        .respond("POST", "tickets", () -> StubResponse.status(204)))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("the path must start with a slash");
        assertThatThrownBy(() -> StubResponse.status(101))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("status: 101 is not 200 to 599");
    }
}
