package io.httpconnector.auth.oauth2;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.TransferException;
import io.httpconnector.auth.ExpiryFormat;
import io.httpconnector.testing.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class RenewalTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    /** A store that can fail to write. */
    private static final class ShakyStore extends ForwardingStore {
        private @Nullable String refuses;
        private @Nullable Runnable afterNextPut;
        private @Nullable Runnable afterNextGet;
        private boolean isLate;
        private boolean isUnavailable;

        ShakyStore() {
            super(TokenStore.inMemory());
        }

        @Override
        public void put(String key, Secret value, @Nullable Duration needed) {
            if (refuses != null && value.reveal().contains(refuses)) {
                throw new ConnectorException("the disk is full");
            }
            super.put(key, value, needed);
            Runnable then = afterNextPut;
            afterNextPut = null;
            if (then != null) {
                then.run();
            }
        }

        @Override
        public Optional<Secret> get(String key) {
            if (isUnavailable) {
                throw new ConnectorException("no database");
            }
            Optional<Secret> value = isLate ? Optional.empty() : super.get(key);
            Runnable then = afterNextGet;
            afterNextGet = null;
            if (then != null) {
                then.run();
            }
            return value;
        }
    }

    private final VirtualTime clock = new VirtualTime();
    private final ShakyStore store = new ShakyStore();
    private int tokenRequests;

    @BeforeEach
    void setUp() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
    }

    private static OAuth2Builder machine() {
        return OAuth2.clientCredentials();
    }

    private static OAuth2Builder user() {
        return OAuth2.refreshToken(Secret.of("r0"));
    }

    private HttpConnection connection(OAuth2Builder auth) {
        return HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .auth(auth.tokenUrl(service.url("/token"))
                        .client("id", Secret.of("secret"))
                        .tokenStore(store)
                        .timeSource(clock)
                        .build())
                .retry(RetryPolicy.none())
                .totalTimeout(Duration.ofSeconds(10))
                .build();
    }

    /** Sets the response to the next token request, starting with the first one. */
    private void then(ResponseDefinitionBuilder response) {
        String before = tokenRequests == 0 ? Scenario.STARTED : "after " + tokenRequests;
        tokenRequests++;
        service.stubFor(post("/token")
                .inScenario("tokens")
                .whenScenarioStateIs(before)
                .willReturn(response)
                .willSetStateTo("after " + tokenRequests));
    }

    private void respondWithToken(String access, String more) {
        then(okJson("{\"access_token\": \"" + access + "\"" + (more.isEmpty() ? "" : ", " + more) + "}"));
    }

    private static void refused(String token) {
        service.stubFor(get(urlEqualTo("/x"))
                .withHeader("Authorization", equalTo("Bearer " + token))
                .willReturn(aResponse().withStatus(401)));
    }

    private static void assertSentWith(int times, String token) {
        service.verify(
                times, getRequestedFor(urlEqualTo("/x")).withHeader("Authorization", equalTo("Bearer " + token)));
    }

    private static void assertTokenRequests(int times) {
        service.verify(times, postRequestedFor(urlEqualTo("/token")));
    }

    private static void send(HttpConnection connection) {
        connection.send(Request.get("/x"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SECONDS            | 3600",
                "SECONDS            | \"3600\"",
                "SECONDS            | 3600.5",
                "MINUTES            | 60",
                "MILLISECONDS       | 3600000",
            })
    void tokenIsRefreshedAMinuteBeforeItExpires(ExpiryFormat meaning, String value) {
        respondWithToken("t1", "\"lives\": " + value);
        respondWithToken("t2", "");
        try (HttpConnection connection =
                connection(machine().provider(ProviderSettings.defaults().expires("/lives", meaning)))) {
            send(connection);
            clock.advance(Duration.ofMinutes(59).minusSeconds(1));
            send(connection);
            assertSentWith(2, "t1");
            assertTokenRequests(1);

            clock.advance(Duration.ofSeconds(2));
            send(connection);
            assertSentWith(1, "t2");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "EPOCH_SECONDS, 1764075600",
        "EPOCH_MILLISECONDS, 1764075600000",
        "DATE_TIME, \"2025-11-25T14:00:00+01:00\"",
        "DATE_TIME, \"2025-11-25T14:00:00.123+0100\"",
        "DATE_TIME, \"2025-11-25 13:00:00\"",
        "DATE_TIME, '\"Tue, 25 Nov 2025 13:00:00 GMT\"'",
        "TIME, \"2025-11-25T13:00Z\"",
        "TIME, 1764075600",
        "TIME, 1764075600000",
        "TIME, \"2025-11-25T14:00:00+01:00\"",
    })
    void absoluteExpiryIsRelativeToTheClockOfTheServer(ExpiryFormat meaning, String value) {
        // The clock of the server is a year behind, and an hour is left.
        then(okJson("{\"access_token\": \"t1\", \"expires_in\": " + value + "}")
                .withHeader("Date", "Tue, 25 Nov 2025 12:00:00 GMT"));
        respondWithToken("t2", "");
        try (HttpConnection connection =
                connection(machine().provider(ProviderSettings.defaults().expires("/expires_in", meaning)))) {
            send(connection);
            clock.advance(Duration.ofMinutes(58));
            send(connection);
            assertSentWith(2, "t1");

            clock.advance(Duration.ofMinutes(2));
            send(connection);
            assertSentWith(1, "t2");
        }
    }

    @ParameterizedTest
    @CsvSource(value = {"null", "0", "-5", "\"soon\"", "1E-2147483647"})
    void configuredLifetimeIsUsedForAnInvalidExpiry(String value) {
        respondWithToken("t1", "\"expires_in\": " + value);
        respondWithToken("t2", "");
        try (HttpConnection connection =
                connection(machine().provider(ProviderSettings.defaults().lifetime(Duration.ofHours(1))))) {
            send(connection);
            clock.advance(Duration.ofMinutes(60));
            send(connection);
            assertSentWith(1, "t2");
        }
    }

    @Test
    void rejectedTokenIsRefreshedAndTheRequestSentOnceMore() {
        respondWithToken("t1", "");
        respondWithToken("t2", "");
        try (HttpConnection connection = connection(machine())) {
            send(connection);
            refused("t1");
            clock.advance(Duration.ofMinutes(1));
            send(connection);
            send(connection);
            assertSentWith(2, "t1");
            assertSentWith(2, "t2");
            assertTokenRequests(2);
        }
    }

    @Test
    void rejectedTokenThatIsIssuedAgainIsNotSentAgain() {
        for (int i = 0; i < 3; i++) {
            respondWithToken("t1", "");
        }
        try (HttpConnection connection = connection(machine())) {
            send(connection);
            refused("t1");
            clock.advance(Duration.ofMinutes(1));
            assertThatThrownBy(() -> send(connection)).isInstanceOf(StatusException.class);
        }
        assertSentWith(2, "t1");
    }

    @Test
    void parametersOfAConfiguredRefreshTokenAreSent() {
        respondWithToken("t1", "");
        try (HttpConnection connection = connection(user().scopes("read").tokenParameter("audience", "api"))) {
            send(connection);
        }
        service.verify(postRequestedFor(urlEqualTo("/token"))
                .withFormParam("refresh_token", equalTo("r0"))
                .withFormParam("scope", equalTo("read"))
                .withFormParam("audience", equalTo("api")));
    }

    @Test
    void rejectionOfANewTokenDoesNotRefreshIt() {
        respondWithToken("t1", "");
        refused("t1");
        try (HttpConnection connection = connection(machine())) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> send(connection)).isInstanceOf(StatusException.class);
            }
        }
        assertSentWith(3, "t1");
        assertTokenRequests(1);
    }

    @Test
    void rejectedTokenIsRefreshedFromTheTenthSecondOn() {
        respondWithToken("t1", "");
        respondWithToken("t2", "");
        refused("t1");
        try (HttpConnection connection = connection(machine())) {
            assertThatThrownBy(() -> send(connection)).isInstanceOf(StatusException.class);
            clock.advance(Duration.ofSeconds(10).minusMillis(1));
            assertThatThrownBy(() -> send(connection)).isInstanceOf(StatusException.class);
            assertTokenRequests(1);

            clock.advance(Duration.ofMillis(1));
            send(connection);
        }
        assertSentWith(1, "t2");
    }

    @Test
    void tokenOfAnotherConnectionIsReadFromTheStore() {
        respondWithToken("t1", "\"expires_in\": 3600");
        try (HttpConnection one = connection(machine());
                HttpConnection two = connection(machine())) {
            send(one);
            send(two);
        }
        assertSentWith(2, "t1");
        assertTokenRequests(1);
    }

    @Test
    void tokenIsUsedUntilItExpiresIfItCannotBeRefreshed() {
        respondWithToken("t1", "\"expires_in\": 3600");
        then(aResponse().withStatus(500));
        respondWithToken("t2", "");
        try (HttpConnection connection = connection(machine())) {
            send(connection);
            clock.advance(Duration.ofSeconds(3550));
            send(connection);
            send(connection);
            assertSentWith(3, "t1");
            assertTokenRequests(2);

            clock.advance(Duration.ofSeconds(11));
            send(connection);
            assertSentWith(1, "t2");
        }
    }

    @Test
    void newRefreshTokenReplacesTheOldOneAlsoForTheNextProcess() {
        respondWithToken("t1", "\"refresh_token\": \"r1\", \"expires_in\": 3600");
        respondWithToken("t2", "\"expires_in\": 3600");
        respondWithToken("t3", "");
        try (HttpConnection connection = connection(user())) {
            send(connection);
            clock.advance(Duration.ofHours(1));
            send(connection);
        }
        clock.advance(Duration.ofHours(1));
        try (HttpConnection connection = connection(user())) {
            send(connection);
        }
        assertSentWith(1, "t3");
        service.verify(1, postRequestedFor(urlEqualTo("/token")).withFormParam("refresh_token", equalTo("r0")));
        service.verify(2, postRequestedFor(urlEqualTo("/token")).withFormParam("refresh_token", equalTo("r1")));
    }

    @Test
    void rejectedRefreshTokenIsNotSentAgainUntilThereIsANewOne() {
        then(aResponse().withStatus(400).withBody("{\"error\": \"invalid_grant\"}"));
        respondWithToken("t1", "");
        try (HttpConnection connection = connection(user())) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> send(connection))
                        .isInstanceOf(AuthorizationRequiredException.class)
                        .hasMessageContaining("invalid_grant")
                        .hasMessageNotContaining("an earlier refresh")
                        .hasMessageNotContaining("r0");
                clock.advance(Duration.ofHours(1));
            }
        }
        assertTokenRequests(1);

        try (HttpConnection connection = connection(OAuth2.refreshToken(Secret.of("fresh")))) {
            send(connection);
        }
        assertSentWith(1, "t1");
    }

    @Test
    void providerSpecificErrorEndsTheGrant() {
        respondWithToken("", "\"error\": \"bad_refresh_token\"");
        try (HttpConnection connection =
                connection(user().provider(ProviderSettings.defaults().refusals("bad_refresh_token")))) {
            assertThatThrownBy(() -> send(connection)).isInstanceOf(AuthorizationRequiredException.class);
        }
    }

    @Test
    void refreshIsRepeatedOnceAfterALostResponse() {
        then(aResponse().withFault(Fault.RANDOM_DATA_THEN_CLOSE));
        respondWithToken("t1", "");
        try (HttpConnection connection = connection(user())) {
            send(connection);
        }
        assertSentWith(1, "t1");
    }

    @Test
    void refreshIsRepeatedOnlyOnce() {
        then(aResponse().withFault(Fault.RANDOM_DATA_THEN_CLOSE));
        then(aResponse().withFault(Fault.RANDOM_DATA_THEN_CLOSE));
        respondWithToken("t1", "");
        try (HttpConnection connection = connection(user())) {
            assertThatThrownBy(() -> send(connection)).isInstanceOf(TransferException.class);
        }
        assertTokenRequests(2);
    }

    @Test
    void lostResponseThatUsedUpTheRefreshTokenIsReported() {
        then(aResponse().withFault(Fault.RANDOM_DATA_THEN_CLOSE));
        then(aResponse().withStatus(400).withBody("{\"error\": \"invalid_grant\"}"));
        try (HttpConnection connection = connection(user())) {
            assertThatThrownBy(() -> send(connection))
                    .isInstanceOf(AuthorizationRequiredException.class)
                    .hasMessageContaining("its response was not received");
        }
    }

    @ParameterizedTest
    @CsvSource({"400, temporarily_unavailable", "429, slow_down"})
    void refreshWithAResponseIsNotReportedAsLost(int status, String error) {
        respondWithToken("a1", "\"refresh_token\": \"r1\", \"expires_in\": 3600");
        then(aResponse().withStatus(status).withBody("{\"error\": \"" + error + "\"}"));
        then(aResponse().withStatus(400).withBody("{\"error\": \"invalid_grant\"}"));
        try (HttpConnection connection = connection(user())) {
            send(connection);
            clock.advance(Duration.ofHours(1));
            assertThatThrownBy(() -> send(connection))
                    .isInstanceOf(ConnectorException.class)
                    .isNotInstanceOf(AuthorizationRequiredException.class);
            clock.advance(Duration.ofHours(1));
            assertThatThrownBy(() -> send(connection))
                    .isInstanceOf(AuthorizationRequiredException.class)
                    .hasMessageNotContaining("an earlier refresh");
        }
    }

    /** The process ended between its request and the response. */
    @Test
    void refreshThatAnotherProcessDidNotFinishIsReported() {
        respondWithToken("a1", "\"refresh_token\": \"r1\", \"expires_in\": 3600");
        then(aResponse().withStatus(400).withBody("{\"error\": \"invalid_grant\"}"));
        try (HttpConnection connection = connection(user())) {
            send(connection);
            clock.advance(Duration.ofHours(1));
            StoredTokens tokens =
                    TokenStoreCodec.read(store.get(Keys.of(connection)).orElseThrow(), StoredTokens.class);
            StoredTokens begun = tokens.refreshing(clock.now().toEpochMilli());
            store.put(Keys.of(connection), TokenStoreCodec.write(begun), null);

            assertThatThrownBy(() -> send(connection))
                    .isInstanceOf(AuthorizationRequiredException.class)
                    .hasMessageContaining("an earlier refresh was sent, but its response was not received");
        }
    }

    @Test
    void tokensAreNotUsedBeforeTheyAreStored() {
        respondWithToken("t1", "\"refresh_token\": \"r1\"");
        store.refuses = "r1";
        try (HttpConnection connection = connection(user())) {
            assertThatThrownBy(() -> send(connection)).hasMessageContaining("disk is full");
            assertSentWith(0, "t1");

            store.refuses = null;
            send(connection);
            assertSentWith(1, "t1");
            assertTokenRequests(1);
        }
    }

    @Test
    void tokenIsUsedForTenSecondsIfItsSuccessorCannotBeStored() {
        respondWithToken("t1", "\"expires_in\": 3600");
        respondWithToken("t2", "");
        try (HttpConnection connection = connection(machine())) {
            send(connection);
            clock.advance(Duration.ofMinutes(59));
            store.refuses = "t2";
            send(connection);
            clock.advance(Duration.ofSeconds(9));
            send(connection);
            assertSentWith(3, "t1");

            store.refuses = null;
            clock.advance(Duration.ofSeconds(1));
            send(connection);
        }
        assertSentWith(1, "t2");
        assertTokenRequests(2);
    }

    @Test
    void tokenIsUsedWhileItsSuccessorCanRepeatedlyNotBeStored() {
        respondWithToken("t1", "\"refresh_token\": \"r1\", \"expires_in\": 3600");
        respondWithToken("t2", "\"refresh_token\": \"r2\"");
        try (HttpConnection connection = connection(user())) {
            send(connection);
            clock.advance(Duration.ofMinutes(59));
            store.refuses = "t2";
            for (int i = 1; i <= 3; i++) {
                send(connection);
                clock.advance(Duration.ofSeconds(15));
            }
            assertSentWith(4, "t1");

            store.refuses = null;
            send(connection);
        }
        assertSentWith(1, "t2");
        assertTokenRequests(2);
    }

    @Test
    void unsavedTokensAreLeftToTheNextConnection() {
        respondWithToken("t1", "\"refresh_token\": \"r1\", \"expires_in\": 3600");
        respondWithToken("t2", "\"refresh_token\": \"r2\"");
        then(aResponse().withStatus(400).withBody("{\"error\": \"invalid_grant\"}"));
        try (HttpConnection connection = connection(user())) {
            send(connection);
            clock.advance(Duration.ofHours(1));
            store.refuses = "t2";
            assertThatThrownBy(() -> send(connection)).hasMessageContaining("disk is full");
        }
        store.refuses = null;
        try (HttpConnection connection = connection(user())) {
            send(connection);
        }
        assertSentWith(1, "t2");
        assertTokenRequests(2);
    }

    @Test
    void tokenIsUsedWhileTheStoreIsUnavailable() {
        respondWithToken("t1", "\"refresh_token\": \"r1\", \"expires_in\": 3600");
        try (HttpConnection connection = connection(user())) {
            send(connection);
            clock.advance(Duration.ofMinutes(59).plusSeconds(30));
            store.isUnavailable = true;
            send(connection);
            assertSentWith(2, "t1");

            clock.advance(Duration.ofSeconds(30));
            assertThatThrownBy(() -> send(connection)).hasMessageContaining("no database");
            assertSentWith(2, "t1");
        }
    }

    /** Another process refreshes the tokens at an instant that this one chooses; this one has expired tokens. */
    private void anotherProcessRefreshes(Consumer<Runnable> when) {
        respondWithToken("a1", "\"refresh_token\": \"r1\", \"expires_in\": 3600");
        then(aResponse().withStatus(400).withBody("{\"error\": \"invalid_grant\"}"));
        try (HttpConnection connection = connection(user())) {
            send(connection);
            clock.advance(Duration.ofHours(1));
            String theirs = store.get(Keys.of(connection))
                    .orElseThrow()
                    .reveal()
                    .replace("a1", "a2")
                    .replace("r1", "r2")
                    .replaceAll(
                            "\"expiresAt\":\\d+",
                            "\"expiresAt\":" + clock.now().plusSeconds(3600).toEpochMilli());
            when.accept(() -> store.put(Keys.of(connection), Secret.of(theirs), null));

            send(connection);

            assertSentWith(1, "a2");
        }
    }

    @Test
    void refreshTokenThatAnotherProcessHasJustUsedIsNotSent() {
        anotherProcessRefreshes(renewal -> store.afterNextPut = renewal);
        assertTokenRequests(1);
    }

    @Test
    void refreshTokenThatWasJustRejectedForAnotherProcessIsNotSent() {
        respondWithToken("a1", "\"refresh_token\": \"r1\", \"expires_in\": 3600");
        try (HttpConnection connection = connection(user())) {
            send(connection);
            clock.advance(Duration.ofHours(1));
            store.afterNextPut = () -> {
                Secret begun = store.get(Keys.of(connection)).orElseThrow();
                StoredTokens refused =
                        TokenStoreCodec.read(begun, StoredTokens.class).refused("spent by another", "invalid_grant");
                store.put(Keys.of(connection), TokenStoreCodec.write(refused), null);
            };

            assertThatThrownBy(() -> send(connection))
                    .isInstanceOf(AuthorizationRequiredException.class)
                    .hasMessageContaining("spent by another");
            assertTokenRequests(1);
        }
    }

    /** For example, a store that reads from a lagging replica. */
    @Test
    void staleReadFromTheStoreCausesNoSecondRefresh() {
        respondWithToken("a1", "\"refresh_token\": \"r1\", \"expires_in\": 3600");
        store.isLate = true;
        try (HttpConnection connection = connection(user())) {
            send(connection);

            assertSentWith(1, "a1");
            assertTokenRequests(1);
        }
    }

    @Test
    void tokensThatAnotherProcessRefreshedAreUsedAfterARejection() {
        anotherProcessRefreshes(renewal -> store.afterNextPut = () -> store.afterNextGet = renewal);
        assertTokenRequests(2);
    }

    @Test
    void refreshIsSentToItsOwnUrlWithItsParametersInTheQuery() {
        service.stubFor(post(urlPathEqualTo("/refresh"))
                .willReturn(okJson("{\"data\": {\"access\": \"a1\", \"refresh\": \"r1\"}, \"expires_in\": 3600}")));
        OAuth2Builder auth = user().provider(ProviderSettings.defaults()
                .refreshUrl(service.url("/refresh"))
                .refreshParameter("scope", "all")
                .refreshParameter("grant_type", "renew")
                .tokenHeader("X-App", "app")
                .tokenRequest(TokenRequestFormat.QUERY)
                .accessTokenAt("/data/access")
                .refreshTokenAt("/data/refresh"));
        try (HttpConnection connection = connection(auth)) {
            send(connection);
            clock.advance(Duration.ofHours(1));
            send(connection);
        }
        assertSentWith(2, "a1");
        for (String token : List.of("r0", "r1")) {
            service.verify(
                    1,
                    postRequestedFor(urlPathEqualTo("/refresh"))
                            .withQueryParam("refresh_token", equalTo(token))
                            .withQueryParam("grant_type", equalTo("renew"))
                            .withQueryParam("scope", equalTo("all"))
                            .withHeader("X-App", equalTo("app")));
        }
        assertTokenRequests(0);
    }

    @Test
    void interruptedThreadDoesNotAffectOtherWaitingThreads() throws Exception {
        then(okJson("{\"access_token\": \"a1\"}").withFixedDelay(500));
        try (HttpConnection connection = connection(machine())) {
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread impatient = new Thread(() -> failure.set(catchThrowable(() -> send(connection))));
            Thread patient = new Thread(() -> send(connection));
            impatient.start();
            patient.start();
            // It was already requested, or will be by the remaining thread.
            impatient.join(150);
            impatient.interrupt();
            impatient.join();
            patient.join();
            assertThat(failure.get()).isInstanceOf(ConnectorException.class);
            assertSentWith(1, "a1");
            assertTokenRequests(1);
        }
    }

    @Test
    void invalidStoreEntryIsNotQuoted() {
        store.put("Service", Secret.of("{\"accessToken\": canary"), null);
        try (HttpConnection connection = connection(machine())) {
            assertThatThrownBy(() -> send(connection))
                    .isInstanceOf(ConnectorException.class)
                    .hasMessageContaining("can't be read by this version")
                    .hasMessageNotContaining("canary");
        }
    }

    @Test
    void leaseIsExclusiveAndWaitingForItTimesOut() {
        TokenStore.Lease lease = store.lease("a", Duration.ZERO);
        assertThatThrownBy(() -> store.lease("a", Duration.ofMillis(50))).hasMessageContaining("did not become free");
        store.lease("b", Duration.ZERO).close();
        lease.close();
        lease.close();
        TokenStore.Lease next = store.lease("a", Duration.ZERO);
        assertThatThrownBy(() -> store.lease("a", Duration.ZERO)).isInstanceOf(ConnectorException.class);
        next.close();
        assertThat(store.get("a")).isEmpty();
    }
}
