package io.httpconnector.auth;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.AuthStrategy;
import io.httpconnector.ExchangeListener;
import io.httpconnector.ExchangeStarted;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.OAuth2;
import io.httpconnector.auth.oauth2.ProviderSettings;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.testing.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** The expiry of tokens in all formats that services use. The clock of the service is at noon of 25 November 2025. */
class TokenExpiryTest {

    private static final Duration HUNDRED_YEARS = Duration.ofDays(36_500);

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private final VirtualTime clock = new VirtualTime();

    @BeforeEach
    void setUp() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
    }

    /** Returns the lifetime that the strategy reports for a token; empty for one that does not expire. */
    private Optional<Duration> lifetime(AuthStrategy auth, String json) {
        service.stubFor(post("/token")
                .willReturn(okJson("{\"access_token\": \"t1\", \"expires_in\": " + json + "}")
                        .withHeader("Date", "Tue, 25 Nov 2025 12:00:00 GMT")));
        List<ExchangeListener.CredentialsReport> reports = new ArrayList<>();
        ExchangeListener listener = new ExchangeListener() {
            @Override
            public CallObserver started(ExchangeStarted start) {
                return new CallObserver() {};
            }

            @Override
            public void credentials(CredentialsReport report) {
                reports.add(report);
            }
        };
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .auth(auth)
                .listener(listener)
                .build()) {
            connection.send(Request.get("/x"));
        }
        assertThat(reports).hasSize(1);
        return reports.get(0).expiresAt().map(end -> Duration.between(clock.now(), end));
    }

    private AuthStrategy oauth2(ExpiryFormat format) {
        return OAuth2.clientCredentials()
                .tokenUrl(service.baseUrl() + "/token")
                .client("c", Secret.of("Client-Secret-1"))
                .tokenStore(TokenStore.inMemory())
                .timeSource(clock)
                .provider(ProviderSettings.defaults().expires("/expires_in", format))
                .build();
    }

    private AuthStrategy login(ExpiryFormat format) {
        return LoginAuth.by(Request.post("/token"))
                .token("/access_token")
                .expires("/expires_in", format)
                .timeSource(clock)
                .build();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "SECONDS            | 3600                               | 3600",
                "SECONDS            | \"3600\"                           | 3600",
                "SECONDS            | \" 3600 \"                         | 3600",
                "SECONDS            | 3600.9                             | 3600",
                "SECONDS            | \"3.6e3\"                          | 3600",
                "SECONDS            | 315000000                          | 315000000",
                "SECONDS            | 99999999999999999999999            | 3153600000",
                "SECONDS            | 1764075600                         | 3600",
                "SECONDS            | \"1764075600.5\"                   | 3600",
                "SECONDS            | 1764075600000                      | 3600",
                "SECONDS            | \"2025-11-25T13:00:00Z\"           | 3600",
                "SECONDS            | \"20251125T130000Z\"               | 3600",
                "DATE_TIME          | \"20251125T130000,0Z\"             | 3600",
                "TIME               | \"20251125T1300\"                  | 3600",
                "SECONDS            | \"20251125T140000+0100\"           | 3600",
                "SECONDS            | \"20251125T140000+01\"             | 3600",
                "SECONDS            | \"Tuesday, 25-Nov-25 13:00:00 GMT\"| 3600",
                "DATE_TIME          | \"Tue Nov 25 13:00:00 2025\"       | 3600",
                "TIME               | \"Fri Dec  5 12:00:00 2025\"       | 864000",
                "SECONDS            | \"2025-11-25T13:00:00.000+00:00\"  | 3600",
                "SECONDS            | \"2025-11-25T13:00:00\"            | 3600",
                "SECONDS            | \"2025-11-25 13:00:00\"            | 3600",
                "SECONDS            | \"2025-11-25 13:00:00 UTC\"        | 3600",
                "SECONDS            | \"2025-11-25 13:00:00Z\"           | 3600",
                "SECONDS            | \"2025-11-25 14:00:00 +0100\"      | 3600",
                "SECONDS            | \"2025-11-25T14:00:00 +01:00\"     | 3600",
                "SECONDS            | \"Tue, 25 Nov 2025 13:00:00 GMT\"  | 3600",
                "SECONDS            | \"Tue, 25 Nov 2025 13:00:00 UTC\"  | 3600",
                "SECONDS            | \"Tue, 25 Nov 2025 13:00:00 +0000\"| 3600",
                "SECONDS            | \"3600 seconds\"                   | 3600",
                "SECONDS            | \"3600s\"                          | 3600",
                "SECONDS            | \"60 Minutes\"                     | 3600",
                "SECONDS            | \"1h\"                             | 3600",
                "SECONDS            | \"1.5 days\"                       | 129600",
                "SECONDS            | \"PT1H\"                           | 3600",
                "SECONDS            | \"/Date(1764075600000)/\"          | 3600",
                "SECONDS            | \"\\/Date(1764075600000+0100)\\/\" | 3600",
                "MINUTES            | 60                                 | 3600",
                "MINUTES            | \"3600 seconds\"                   | 3600",
                "MINUTES            | 1764075600                         | 3600",
                "MILLISECONDS       | 3600000                            | 3600",
                "MILLISECONDS       | 1814400000                         | 1814400",
                "MILLISECONDS       | 1764075600000                      | 3600",
                "EPOCH_SECONDS      | 1764075600                         | 3600",
                "EPOCH_SECONDS      | 1764075600000                      | 3600",
                "EPOCH_MILLISECONDS | 1764075600000                      | 3600",
                "EPOCH_MILLISECONDS | \"1764075600\"                     | 3600",
                "EPOCH_MILLISECONDS | \"2025-11-25T13:00:00Z\"           | 3600",
                "DATE_TIME          | \"/Date(1764075600000)/\"          | 3600",
                "DATE_TIME          | 1764075600                         | 3600",
                "TIME               | \"/Date(1764075600000)/\"          | 3600",
                "TIME               | 1764075600                         | 3600",
            })
    void understoodFormats(ExpiryFormat format, String json, long seconds) {
        String logged = logged(() -> {
            assertThat(lifetime(oauth2(format), json)).contains(Duration.ofSeconds(seconds));
            assertThat(lifetime(login(format), json)).contains(Duration.ofSeconds(seconds));
        });
        assertThat(logged).doesNotContain("expiry");
    }

    /** These are no durations and no times, or have passed: the token is used for five minutes, and a warning says so. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"soon\"",
                "true",
                "{\"seconds\": 3600}",
                "[3600]",
                "\"1e100000000\"",
                "\"2025-13-45T00:00:00Z\"",
                "\"2025-11-25T11:00:00Z\"",
                "\"Tue, 25 Nov 2025 11:00:00 GMT\"",
                "\"20251345T000000Z\"",
                "\"/Date(0)/\"",
                "\"/Date(soon)/\"",
                "\"3600 parsecs\"",
                "\"PT\"",
                "\"3,600\"",
                "\"NaN\"",
                "0.2"
            })
    void unknownFormatIsReported(String json) {
        for (AuthStrategy auth : List.of(oauth2(ExpiryFormat.SECONDS), login(ExpiryFormat.SECONDS))) {
            String logged = logged(() -> assertThat(lifetime(auth, json)).contains(Duration.ofMinutes(5)));
            assertThat(logged)
                    .contains("POST " + service.baseUrl() + "/token: the expiry of the token in the response is ")
                    .contains("The token is used for 300 seconds")
                    .doesNotContain("soon")
                    .doesNotContain("parsecs");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "0", "-1", "\"0\"", "\"-5\"", "\"\"", "0.0"})
    void tokenThatDoesNotExpire(String json) {
        String logged = logged(() -> {
            assertThat(lifetime(oauth2(ExpiryFormat.SECONDS), json)).isEmpty();
            assertThat(lifetime(login(ExpiryFormat.EPOCH_MILLISECONDS), json)).isEmpty();
        });
        assertThat(logged).doesNotContain("expiry");
    }

    /** Another user consent for a token that may still be valid would be worse than to try it. */
    @Test
    void tokenThatCanNotBeRenewedIsUsedUntilItIsRejected() {
        service.stubFor(post("/token").willReturn(okJson("{}")));
        try (HttpConnection connection =
                HttpConnection.named("Service").baseUrl(service.baseUrl()).build()) {
            Response response = connection.send(Request.post("/token"));
            String logged = logged(() -> {
                assertThat(ExpiryFormat.SECONDS.lifetime("soon", null, false, response, clock))
                        .isEmpty();
                assertThat(ExpiryFormat.SECONDS.lifetime("soon", Duration.ofHours(1), false, response, clock))
                        .contains(Duration.ofHours(1));
                assertThat(ExpiryFormat.SECONDS.lifetime("9".repeat(40), null, false, response, clock))
                        .contains(HUNDRED_YEARS);
            });
            assertThat(logged).contains("The token is used until the service rejects it");
        }
    }

    /** Returns the warnings that an action logs. */
    private static String logged(Runnable action) {
        Logger logger = (Logger) LoggerFactory.getLogger(ExpiryFormat.class);
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        appender.start();
        logger.addAppender(appender);
        try {
            action.run();
        } finally {
            logger.detachAppender(appender);
        }
        return appender.list.stream().map(ILoggingEvent::getFormattedMessage).collect(Collectors.joining("\n"));
    }
}
