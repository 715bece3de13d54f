package io.httpconnector.auth;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.definition.AuthDefinition;
import io.httpconnector.log.ExchangeLog;
import io.httpconnector.log.ExchangeQuery;
import io.httpconnector.log.ExchangeStore;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Values that a login or token response makes secrets are masked in the exchange in which they arrive. */
class ReceivedSecretsTest {

    private static final String TOKEN = "s3ss10n-t0ken-42";
    private static final Duration DAY = Duration.ofDays(1);

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private final Logger logger = (Logger) LoggerFactory.getLogger("io.httpconnector");
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    @BeforeEach
    void listen() {
        logged.start();
        logger.setLevel(Level.TRACE);
        logger.addAppender(logged);
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
    }

    @AfterEach
    void stop() {
        logger.detachAppender(logged);
        logger.setLevel(null);
    }

    private static void on(String path, ResponseDefinitionBuilder response) {
        service.stubFor(any(urlPathEqualTo(path)).willReturn(response));
    }

    /** Sends a request with a strategy, and returns the exchange log and the log. */
    private String recorded(String members) throws InterruptedException {
        AuthDefinition definition = AuthDefinition.parse("{\"name\": \"S\", \"baseUrl\": \"" + service.baseUrl()
                + "\", \"strategies\": {\"s\": {" + members.replace("BASE", service.baseUrl()) + "}}}");
        ExchangeLog log = ExchangeLog.to(ExchangeStore.inMemory(new ExchangeStore.Retention(DAY, 1 << 20)))
                .open();
        try (log;
                HttpConnection connection = (members.contains("oauth2")
                                ? definition
                                        .choose("s")
                                        .value("clientId", "c")
                                        .value("clientSecret", Secret.of("passw0rd!"))
                                : definition.choose("s").value("pw", Secret.of("passw0rd!")))
                        .connection()
                        .listener(log.connections())
                        .build()) {
            connection.send(Request.get("/orders"));
            String all = "";
            for (int i = 0; i < 100 && !all.contains("/orders"); i++) {
                Thread.sleep(20);
                all = log.search(ExchangeQuery.latest(20)).stream()
                        .map(entry -> entry.exchange().toJson().toString())
                        .collect(Collectors.joining("\n"));
            }
            assertThat(service.getAllServeEvents()
                            .get(0)
                            .getRequest()
                            .getHeaders()
                            .toString())
                    .contains(TOKEN);
            return Stream.concat(Stream.of(all), logged.list.stream().map(ILoggingEvent::getFormattedMessage))
                    .collect(Collectors.joining("\n"));
        }
    }

    private String login(String members) throws InterruptedException {
        return recorded("\"type\": \"login\", \"fields\": [{\"name\": \"pw\", \"secret\": true}],"
                + " \"loginUrl\": \"BASE/login\", \"json\": {\"p\": \"{{auth.pw}}\"}, " + members);
    }

    @Test
    void tokenOfAHeaderField() throws Exception {
        on("/login", okJson("{}").withHeader("X-Subject-Token", TOKEN).withHeader("Retry-After", "7"));

        String recorded = login(
                "\"tokenHeader\": \"X-Subject-Token\", \"use\": {\"headers\": {\"X-Auth\":" + " \"{{auth.token}}\"}}");

        assertThat(recorded).doesNotContain(TOKEN).contains("X-Subject-Token: ***", "Retry-After: 7");
    }

    @Test
    void fieldsOfHeaderFields() throws Exception {
        on("/login", okJson("{\"token\": \"other-t0ken\"}").withHeader("X-CSRF-Token", TOKEN));

        String recorded = login("\"tokenFields\": {\"csrf\": {\"header\": \"X-CSRF-Token\"}}, \"use\": {\"headers\":"
                + " {\"X-Auth\": \"{{auth.token}}\", \"X-CSRF-Token\": \"{{auth.csrf}}\"}}");

        assertThat(recorded).doesNotContain(TOKEN).doesNotContain("other-t0ken");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/done?token=" + TOKEN,
                "/done/" + TOKEN,
                "/done;jsessionid=" + TOKEN,
                "/done?a=b&" + TOKEN,
                "/done?x=1&y=Bearer%20" + TOKEN
            })
    void tokenInARedirect(String location) throws Exception {
        on(
                "/login",
                aResponse()
                        .withStatus(302)
                        .withHeader("Location", location)
                        .withHeader("Content-Type", "text/html")
                        .withBody("<a href=\"" + location + "\">Found</a>"));
        service.stubFor(any(urlPathMatching("/done.*"))
                .willReturn(okJson("{\"token\": \"" + TOKEN + "\"}").withHeader("Link", "<" + location + ">")));

        String recorded = login("\"use\": {\"headers\": {\"X-Auth\": \"{{auth.token}}\"}}");

        assertThat(recorded).doesNotContain(TOKEN).contains(service.baseUrl() + "/done");
    }

    @Test
    void tokenOfATokenResponseThatIsRepeatedInAHeaderField() throws Exception {
        on("/token", okJson("{\"access_token\": \"" + TOKEN + "\"}").withHeader("X-Token", TOKEN));

        String recorded = recorded("\"type\": \"oauth2-client-credentials\", \"tokenUrl\": \"BASE/token\"");

        assertThat(recorded).doesNotContain(TOKEN);
    }
}
