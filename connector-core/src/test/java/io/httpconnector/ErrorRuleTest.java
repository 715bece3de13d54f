package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.httpconnector.ResponseRule.Action;
import io.httpconnector.internal.json.JsonSupport;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ErrorRuleTest {

    private static final Request POST = Request.post("/orders").json("{}");

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private final FakeTime time = new FakeTime();

    private HttpConnectionBuilder connection(ResponseRule... rules) {
        HttpConnectionBuilder builder =
                HttpConnection.named("Service").baseUrl(service.baseUrl()).timeSource(time);
        for (ResponseRule rule : rules) {
            builder.rule(rule);
        }
        return builder;
    }

    private Response send(Request request, ResponseRule... rules) {
        try (HttpConnection connection = connection(rules).build()) {
            return connection.send(request);
        }
    }

    private static void answering(ResponseDefinitionBuilder first) {
        service.stubFor(any(anyUrl())
                .inScenario("rules")
                .whenScenarioStateIs(Scenario.STARTED)
                .willReturn(first)
                .willSetStateTo("second"));
        service.stubFor(any(anyUrl())
                .inScenario("rules")
                .whenScenarioStateIs("second")
                .willReturn(okJson("{\"second\":true}")));
    }

    private static int received() {
        return service.findAll(anyRequestedFor(anyUrl())).size();
    }

    @Test
    void forbiddenThatMeansARateLimit() {
        ResponseRule rule =
                ResponseRule.forStatus(403).header("x-ratelimit-remaining", "0").treatAs(Action.RATE_LIMITED);
        answering(aResponse()
                .withStatus(403)
                .withHeader("X-RateLimit-Remaining", "0")
                .withHeader("X-RateLimit-Reset", "1795600820"));

        assertThat(send(POST, rule).json().at("/second").asBoolean()).isTrue();
        assertThat(time.waits.get(0)).isBetween(Duration.ofSeconds(20), Duration.ofMillis(20_251));
    }

    @Test
    void rateLimitByARuleHoldsBackAnAdaptiveConnection() {
        ResponseRule rule = ResponseRule.forStatus(403).text("LIMIT").treatAs(Action.RATE_LIMITED);
        service.stubFor(any(anyUrl())
                .willReturn(aResponse()
                        .withStatus(403)
                        .withBody("Rate limit exceeded")
                        .withHeader("Retry-After", "600")));
        try (HttpConnection connection =
                connection(rule).rateLimit(RateLimit.adaptive()).build()) {
            for (int i = 0; i < 3; i++) {
                RateLimitedException e =
                        catchThrowableOfType(RateLimitedException.class, () -> connection.send(Request.get("/")));
                assertThat(e.retryAfter()).hasValue(Duration.ofMinutes(10));
            }
        }
        assertThat(received()).isEqualTo(1);
    }

    @Test
    void errorInABodyWithStatus200() {
        ResponseRule rule = ResponseRule.forStatus(200).json("/status", "error").treatAs(Action.FAIL);
        answering(okJson("{\"status\": \"error\", \"message\": \"no such venue\"}"));

        StatusException e = catchThrowableOfType(StatusException.class, () -> send(POST, rule));

        assertThat(e.status()).isEqualTo(200);
        assertThat(e).hasMessageContaining("no such venue");
        assertThat(e.json().at("/message").asText()).isEqualTo("no such venue");
        assertThat(received()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            {'errors': [{'code': 7}]}  | true
            {'errors': 'bad'}          | true
            {'errors': true}           | true
            {'errors': 0}              | true
            {'errors': []}             | false
            {'errors': {}}             | false
            {'errors': ''}             | false
            {'errors': null}           | false
            {'errors': false}          | false
            {'other': 1}               | false
            not JSON                   | false
            """)
    void somethingInTheBody(String body, boolean fits) {
        ResponseRule rule = ResponseRule.forStatus(200).json("/errors").treatAs(Action.FAIL);
        answering(okJson(body.replace('\'', '"')));

        assertThat(catchThrowableOfType(StatusException.class, () -> send(POST, rule)) != null)
                .isEqualTo(fits);
    }

    @Test
    void ruleRetriesWhatWouldBeFinal() {
        ResponseRule rule = ResponseRule.forStatus(400).text("try again").treatAs(Action.RETRY);
        answering(aResponse().withStatus(400).withBody("Busy: Try again"));

        assertThat(send(POST, rule).json().at("/second").asBoolean()).isTrue();
    }

    @Test
    void ruleMakesFinalWhatWouldBeRetried() {
        answering(aResponse().withStatus(503));

        assertThatThrownBy(() ->
                        send(Request.get("/"), ResponseRule.forStatus(500, 599).treatAs(Action.FAIL)))
                .isInstanceOf(StatusException.class);
        assertThat(received()).isEqualTo(1);
    }

    @Test
    void ignoredAnswerIsEmpty() {
        answering(aResponse().withStatus(404).withBody("{\"error\": 1}"));

        Response response = send(Request.get("/"), ResponseRule.forStatus(404).treatAs(Action.IGNORE));

        assertThat(response.status()).isEqualTo(404);
        assertThat(response.text()).isEmpty();
        assertThat(response.json().isMissingNode()).isTrue();
    }

    @Test
    void everyStatusIsWelcome() {
        answering(aResponse().withStatus(302).withHeader("Location", "/elsewhere"));

        assertThat(send(Request.get("/"), ResponseRule.forStatus(300, 599).treatAs(Action.ACCEPT))
                        .status())
                .isEqualTo(302);
        assertThat(received()).isEqualTo(1);
    }

    @Test
    void firstRuleThatFitsDecides() {
        answering(aResponse().withStatus(409).withBody("duplicate"));

        Response response = send(
                POST,
                ResponseRule.forStatus(409).header("X-Other").treatAs(Action.RETRY),
                ResponseRule.forStatus(409).text("duplicate").treatAs(Action.ACCEPT),
                ResponseRule.forStatus(400, 499).treatAs(Action.FAIL));

        assertThat(response.text()).isEqualTo("duplicate");
    }

    /** Has one token after the other. */
    private static final class Tokens implements AuthStrategy {
        private final AtomicInteger refreshes = new AtomicInteger();

        @Override
        public Request apply(Request request) {
            return request.header("Authorization", "Bearer token-" + refreshes.get());
        }

        @Override
        public boolean refresh(Request rejected, Response response) {
            assertThat(rejected.header("Authorization")).hasValue("Bearer token-" + refreshes.get());
            return refreshes.incrementAndGet() < 3;
        }
    }

    @ParameterizedTest
    @CsvSource({"401", "403"})
    void rejectedCredentialsAreRefreshedOnce(int status) {
        Tokens tokens = new Tokens();
        answering(aResponse().withStatus(status));
        try (HttpConnection connection = connection(ResponseRule.forStatus(403).treatAs(Action.REFRESH_AUTH))
                .auth(tokens)
                .build()) {
            Response response = connection.send(POST);

            assertThat(response.status()).isEqualTo(200);
            assertThat(response.exchange().attempts()).isEqualTo(2);
        }
        assertThat(service.findAll(anyRequestedFor(anyUrl())).get(1).getHeader("Authorization"))
                .isEqualTo("Bearer token-1");
    }

    @Test
    void secondRejectionIsFinal() {
        service.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(401)));
        Tokens tokens = new Tokens();
        try (HttpConnection connection = connection().auth(tokens).build()) {
            assertThatThrownBy(() -> connection.send(POST)).isInstanceOf(StatusException.class);
        }
        assertThat(tokens.refreshes).hasValue(1);
        assertThat(received()).isEqualTo(2);
    }

    @Test
    void strangerCannotMakeUsRefresh() {
        service.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(401)));
        Tokens tokens = new Tokens();
        try (HttpConnection connection = HttpConnection.named("Elsewhere")
                .baseUrl("http://localhost:1")
                .auth(tokens)
                .build()) {
            assertThatThrownBy(() -> connection.send(Request.get(service.baseUrl() + "/")))
                    .isInstanceOf(StatusException.class);
        }
        assertThat(tokens.refreshes).hasValue(0);
    }

    @Test
    void badRulesAreRefused() {
        assertThatThrownBy(() -> ResponseRule.forStatus(99))
                .hasMessage("Invalid error rule: 99 is not a status code: use 100 to 599");
        assertThatThrownBy(() -> ResponseRule.forStatus(500, 400)).hasMessageContaining("500 to 400");
        assertThatThrownBy(() -> ResponseRule.forStatus(200).json("errors"))
                .hasMessageContaining("begins with a slash");
        assertThatThrownBy(() -> ResponseRule.forStatus(200).treatAs(null)).hasMessageContaining("it is null");
        assertThatThrownBy(() -> connection((ResponseRule) null).build())
                .hasMessageContaining("error rule: it is null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false", "null", "5", "1.50", "\"text\"", "\"true\""})
    void valueOfAConditionMayBeAnyScalar(String value) {
        ResponseRule rule = ResponseRule.fromJson(JsonSupport.parse("""
                {"status": 200, "treatAs": "FAIL", "conditions": [{"json": "/ok", "value": %s}]}""".formatted(value)));
        service.stubFor(any(anyUrl()).willReturn(okJson("{\"ok\": " + value + "}")));

        assertThatThrownBy(() -> send(Request.get("/"), rule)).isInstanceOf(StatusException.class);
        assertThatThrownBy(() -> send(Request.get("/"), ResponseRule.fromJson(rule.toJson())))
                .isInstanceOf(StatusException.class);
        service.stubFor(any(anyUrl()).willReturn(okJson("{\"ok\": \"other\"}")));
        assertThat(send(Request.get("/"), rule).status()).isEqualTo(200);
    }

    @Test
    void conditionsOnASmallBodyHoldForWhatIsReadWhileItComes() {
        ResponseRule rule = ResponseRule.forStatus(200).json("/status", "error").treatAs(ResponseRule.Action.FAIL);
        try (HttpConnection connection = connection(rule).build()) {
            service.stubFor(any(anyUrl()).willReturn(okJson("{\"status\": \"error\", \"reason\": \"quota\"}")));
            assertThatThrownBy(() -> connection.read(Request.get("/"), (response, body) -> body.readAllBytes().length))
                    .isInstanceOf(StatusException.class)
                    .hasMessageContaining("quota");

            service.stubFor(any(anyUrl()).willReturn(okJson("{\"status\": \"ok\"}")));
            assertThat(connection.<Integer>read(Request.get("/"), (response, body) -> body.readAllBytes().length))
                    .isEqualTo(16);

            String large = "{\"status\": \"error\", \"filler\": \"" + "x".repeat(100_000) + "\"}";
            service.stubFor(any(anyUrl()).willReturn(okJson(large)));
            assertThat(connection.<String>read(
                            Request.get("/"), (response, body) -> new String(body.readAllBytes(), UTF_8)))
                    .isEqualTo(large);
            service.stubFor(any(anyUrl()).willReturn(okJson(large).withStatus(400)));
            assertThatThrownBy(() -> connection.read(Request.get("/"), (response, body) -> body.readAllBytes().length))
                    .isInstanceOfSatisfying(
                            StatusException.class, e -> assertThat(e.body()).startsWith("{\"status\": \"error\""));
        }
    }
}
