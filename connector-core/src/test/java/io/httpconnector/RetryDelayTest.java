package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.ResponseRule.Action;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Delays between attempts that the caller or a header field of the service determines, and policies of rules and requests. */
@Timeout(30)
class RetryDelayTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private final FakeTime time = new FakeTime();

    private HttpConnectionBuilder connection() {
        return HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .timeSource(time)
                .totalTimeout(Duration.ofHours(1));
    }

    private ConnectorException fail(RetryPolicy retry, ResponseDefinitionBuilder response) {
        return fail(connection().retry(retry), Request.get("/"), response);
    }

    private static ConnectorException fail(
            HttpConnectionBuilder builder, Request request, ResponseDefinitionBuilder response) {
        service.stubFor(any(anyUrl()).willReturn(response));
        try (HttpConnection connection = builder.build()) {
            return catchThrowableOfType(ConnectorException.class, () -> connection.send(request));
        }
    }

    private static ResponseDefinitionBuilder status(int status) {
        return aResponse().withStatus(status);
    }

    @Test
    void fixedDelayHasNoJitter() {
        fail(RetryPolicy.maxAttempts(4).fixedDelay(MINUTE), status(429));

        assertThat(time.waits).containsExactly(MINUTE, MINUTE, MINUTE);
    }

    @Test
    void fixedDelayIsTheLeastWhenTheServiceRequestsAnother() {
        RetryPolicy retry = RetryPolicy.maxAttempts(2).fixedDelay(Duration.ofSeconds(10));
        fail(retry, status(429).withHeader("Retry-After", "3"));
        fail(retry, status(429).withHeader("Retry-After", "12"));

        assertThat(time.waits).containsExactly(Duration.ofSeconds(10), Duration.ofSeconds(12));
    }

    @ParameterizedTest
    @CsvSource({
        "Retry-After, 99999999999999999999",
        "Retry-After, 999999999999999",
        "Retry-After, 'Fri, 31 Dec 9999 23:59:59 GMT'",
        "Retry-After-Ms, 99999999999999999999999999"
    })
    void aDelayThatIsTooLargeIsTheMaximum(String header, String value) {
        ConnectorException e =
                fail(RetryPolicy.maxAttempts(2).fixedDelay(MINUTE), status(503).withHeader(header, value));
        assertThat(time.waits).isEmpty();
        assertThat(e.retryAfter()).hasValueSatisfying(delay -> assertThat(delay).isGreaterThan(Duration.ofDays(365)));
    }

    @Test
    void backoffWithoutJitterDoublesExactly() {
        RetryPolicy retry = RetryPolicy.maxAttempts(5)
                .backoff(Duration.ofSeconds(2), MINUTE)
                .withoutJitter();
        fail(RetryPolicy.fromJson(retry.toJson()), status(429));
        assertThat(time.waits.stream().map(Duration::toSeconds)).containsExactly(2L, 4L, 8L, 16L);

        time.waits.clear();
        fail(retry, status(429).withHeader("Retry-After", "3"));
        assertThat(time.waits).hasSize(4).containsOnly(Duration.ofSeconds(3));
    }

    @ParameterizedTest
    @CsvSource({
        "Retry-After, 0",
        "Retry-After, '0.0'",
        "Retry-After, 'Sun, 06 Nov 1994 08:49:37 GMT'",
        "X-RateLimit-Reset, 0",
        "RateLimit-Reset, 0",
    })
    void delayOfZeroWithoutJitterIsNoReasonToSendAtOnce(String header, String value) {
        RetryPolicy retry = RetryPolicy.maxAttempts(3)
                .backoff(Duration.ofSeconds(2), MINUTE)
                .withoutJitter();
        fail(retry, status(429).withHeader(header, value));
        fail(connection().retry(retry), Request.post("/"), status(429).withHeader(header, value));

        assertThat(time.waits.stream().map(Duration::toSeconds)).containsExactly(2L, 4L, 2L, 4L);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1500                          | MILLIS  |             | 1500
            0.5                           | MILLIS  |             | 1
            2                             | MINUTES |             | 120000
            1.5                           | MINUTES |             | 90000
            7                             | SECONDS |             | 7000
            retry in 250ms                | MILLIS  | ([0-9]+)ms  | 250
            quota=3;wait=4                | MINUTES | wait=(.)    | 240000
            Wed, 25 Nov 2026 10:02:00 GMT | MILLIS  |             | 120000
            soon                          | MILLIS  |             | 5000
            Wed Nov 25 10:02:00 2026      | MILLIS  |             | 120000
            Wednesday, 25-Nov-26 10:02:00 GMT | MILLIS |          | 120000
            2026-11-25T10:00:20+0000      | MILLIS  |             | 20000
            """)
    void delayInAUnitOfTheService(String value, ChronoUnit unit, String pattern, long millis) {
        RetryPolicy none = RetryPolicy.none();
        RetryPolicy retry =
                pattern == null ? none.delayHeader("X-Wait", unit) : none.delayHeader("X-Wait", pattern, unit);
        ConnectorException e = fail(
                RetryPolicy.fromJson(retry.toJson()),
                status(429).withHeader("Retry-After", "5").withHeader("X-Wait", value));

        assertThat(((RateLimitedException) e).retryAfter()).hasValue(Duration.ofMillis(millis));
        assertThatThrownBy(() -> none.delayHeader("X-Wait", ChronoUnit.DAYS)).hasMessageContaining("MINUTES");
    }

    @ParameterizedTest
    @CsvSource({"0.0167, 59881", "2, 500", "0.5, 2000"})
    void delayByTheRateOfAPlanInRequestsPerSecond(String rate, long millis) {
        RetryPolicy retry =
                RetryPolicy.maxAttempts(2).backoff(Duration.ofMillis(1), MINUTE).withoutJitter();
        fail(retry, status(429).withHeader("x-amzn-RateLimit-Limit", rate));
        assertThat(time.waits).containsExactly(Duration.ofMillis(millis));

        time.waits.clear();
        fail(retry, status(429).withHeader("x-amzn-RateLimit-Limit", rate).withHeader("Retry-After", "3"));
        fail(retry, status(503).withHeader("x-amzn-RateLimit-Limit", rate));
        fail(retry, status(429).withHeader("x-amzn-RateLimit-Limit", "0"));
        assertThat(time.waits.stream().map(Duration::toMillis)).containsExactly(3000L, 1L, 1L);
    }

    @Test
    void minimumIsAddedToNeitherJitterNorRequest() {
        RetryPolicy retry = RetryPolicy.maxAttempts(2).minDelay(Duration.ofSeconds(45));
        fail(retry, status(429));
        fail(retry, status(429).withHeader("Retry-After", "3"));

        assertThat(time.waits).containsExactly(Duration.ofSeconds(45), Duration.ofSeconds(45));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            X-Ratelimit-App-Global-Minute-Reset: 6        |                  | 6000
            X-Ratelimit-App-Global-Minute-Reset: 0.25     |                  | 250
            x-ratelimit-app-global-minute-reset: 1795600830 |                | 30000
            X-Ratelimit-App-Global-Minute-Reset: 1795600830500 |             | 30500
            X-Ratelimit-App-Global-Minute-Reset: Wed, 25 Nov 2026 10:02:00 GMT | | 120000
            X-Ratelimit-App-Global-Minute-Reset: 2026-11-25T10:00:20Z |      | 20000
            X-Ratelimit-App-Global-Minute-Reset: 2026-11-25 11:00:20+01:00 | | 20000
            X-Ratelimit-App-Global-Minute-Reset: wait=17 s | wait=([0-9]+)   | 17000
            X-Ratelimit-App-Global-Minute-Reset: in 18 s   | [0-9]+          | 18000
            X-Ratelimit-App-Global-Minute-Reset: soon      | [0-9]+          | 5000
            X-Ratelimit-App-Global-Minute-Reset: soon      |                 | 5000
            Other: 7                                       |                 | 5000
            """)
    void delayInAHeaderOfTheService(String header, String pattern, long millis) {
        String name = "X-Ratelimit-App-Global-Minute-Reset";
        RetryPolicy none = RetryPolicy.none();
        ConnectorException e = fail(
                pattern == null ? none.delayHeader(name) : none.delayHeader(name, pattern),
                status(429)
                        .withHeader("Retry-After", "5")
                        .withHeader(
                                header.substring(0, header.indexOf(':')), header.substring(header.indexOf(':') + 2)));

        assertThat(((RateLimitedException) e).retryAfter()).hasValue(Duration.ofMillis(millis));
    }

    @Test
    void ruleHasItsOwnPolicyBeforeRequestAndConnection() {
        Request request = Request.get("/")
                .rule(ResponseRule.forStatus(403)
                        .treatAs(Action.RETRY)
                        .retry(RetryPolicy.maxAttempts(3).fixedDelay(Duration.ofSeconds(20))))
                .retry(RetryPolicy.maxAttempts(2).fixedDelay(Duration.ofSeconds(7)));
        fail(connection(), request, status(403));
        assertThat(time.waits).containsExactly(Duration.ofSeconds(20), Duration.ofSeconds(20));

        time.waits.clear();
        fail(connection(), request, status(429));
        assertThat(time.waits).containsExactly(Duration.ofSeconds(7));
    }

    @Test
    void rulesOfARequestPrecedeThoseOfTheConnection() {
        Request request = Request.get("/").rule(ResponseRule.forStatus(404).treatAs(Action.IGNORE));
        service.stubFor(any(anyUrl()).willReturn(status(404)));
        try (HttpConnection connection = connection()
                .rule(ResponseRule.forStatus(400, 499).treatAs(Action.FAIL))
                .build()) {
            assertThat(connection.send(request).isIgnored()).isTrue();
            assertThatThrownBy(() -> connection.send(Request.get("/"))).isInstanceOf(StatusException.class);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"status": "busy"} | true
            {"state": 1}       | true
            {"status": "ok"}   | false
            not JSON           | false
            """)
    void oppositeOfAConditionOnJson(String body, boolean fails) {
        Request request = Request.get("/")
                .rule(ResponseRule.forStatus(200).jsonNot("/status", "ok").treatAs(Action.FAIL));

        assertThat(fail(connection(), request, status(200).withBody(body)) != null)
                .isEqualTo(fails);
    }

    @Test
    void oppositesOfConditionsOnHeaderAndText() {
        Request request = Request.get("/")
                .rule(ResponseRule.forStatus(200)
                        .headerNot("X-State", "done")
                        .textNot("complete")
                        .treatAs(Action.FAIL));

        assertThat(fail(connection(), request, status(200).withBody("pending"))).isNotNull();
        assertThat(fail(connection(), request, status(200).withBody("Complete")))
                .isNull();
        assertThat(fail(connection(), request, status(200).withHeader("X-State", "done")))
                .isNull();
    }

    /** A second, also as a time and in a message; what is no delay is left to the backoff. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"error\": {\"wait\": 60}} | /error/wait | | 60",
                "{\"error\": {\"wait\": \"60\"}} | /error/wait | | 60",
                "{\"error\": {\"message\": \"Limit exceeded.  Retry after 60 seconds\"}} | /error/message | after ([0-9]+) | 60",
                "{\"error\": {\"message\": \"Retry after 2026-11-25T10:01:00.000Z\"}} | /error/message | after (.+) | 60",
                "{\"errors\": [{\"wait\": 60}]} | /errors/0/wait | | 60",
                "{\"error\": {\"wait\": {\"s\": 60}}} | /error/wait | | 0",
                "{\"error\": \"none\"} | /error/wait | | 0",
                "<html>60</html> | /error/wait | | 0",
                "~~ | /error/wait | | 0"
            })
    void delayInTheBody(String body, String pointer, @Nullable String pattern, long seconds) {
        RetryPolicy policy = RetryPolicy.maxAttempts(2).backoff(Duration.ofMillis(1), Duration.ofHours(1));
        RetryPolicy retry = pattern == null ? policy.delayField(pointer) : policy.delayField(pointer, pattern);
        fail(
                retry,
                status(429).withHeader("Date", "Wed, 25 Nov 2026 10:00:00 GMT").withBody(body));

        assertThat(time.waits).hasSize(1);
        assertThat(time.waits.get(0))
                .isBetween(
                        Duration.ofSeconds(seconds), Duration.ofSeconds(seconds).plusMillis(1));
    }

    @Test
    void templateKeepsRulesAndRetryInItsDocument() {
        RequestTemplate template = RequestTemplate.named("List")
                .get("/")
                .rule(ResponseRule.forStatus(400, 499)
                        .header("X-Left", "0")
                        .headerNot("X-State", "ok")
                        .json("/errors")
                        .jsonNot("/code", "7")
                        .text("slow")
                        .textNot("fast")
                        .treatAs(Action.RATE_LIMITED)
                        .retry(RetryPolicy.maxAttempts(9)
                                .delayHeader("X-Reset", "t=([0-9]+)")
                                .delayField("/error/after")
                                .delayField("/error/millis", ChronoUnit.MILLIS)
                                .delayField("/error/message", "after (.+)")))
                .retry(RetryPolicy.maxAttempts(2).fixedDelay(MINUTE).minDelay(Duration.ofSeconds(3)))
                .build();

        RequestTemplate read =
                RequestTemplate.fromJson(JsonSupport.parse(template.toJson().toString()));

        assertThat(read.toJson()).isEqualTo(template.toJson());
        fail(connection(), read.render(Pills.none()), status(429));
        assertThat(time.waits).containsExactly(MINUTE);
    }

    @Test
    void idempotentTemplateIsRetriedAfterALostResponse() {
        RequestTemplate once = RequestTemplate.named("Search")
                .post("/search")
                .header("Idempotency-Key", "{{job.id}}")
                .build();
        RequestTemplate repeated = RequestTemplate.named("Search")
                .post("/search")
                .header("Idempotency-Key", "{{job.id}}")
                .idempotent()
                .build();
        Pills pills = Pills.of("job", Map.of("id", 7));
        fail(connection(), once.render(pills), aResponse().withFault(Fault.EMPTY_RESPONSE));
        assertThat(time.waits).isEmpty();

        RequestTemplate read =
                RequestTemplate.fromJson(JsonSupport.parse(repeated.toJson().toString()));
        fail(connection(), read.render(pills), aResponse().withFault(Fault.EMPTY_RESPONSE));
        assertThat(time.waits).hasSize(3);
        service.verify(5, postRequestedFor(urlEqualTo("/search")).withHeader("Idempotency-Key", equalTo("7")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"rules": [{"treatAs": "FAIL"}]}                                  | /rules/0/status
            {"rules": [{"status": 99, "treatAs": "FAIL"}]}                    | /rules/0/status
            {"rules": [{"status": {"from": 500, "to": 400}, "treatAs": "FAIL"}]} | /rules/0/status
            {"rules": [{"status": 200, "treatAs": "FALL"}]}                   | /rules/0/treatAs
            {"rules": [{"status": 200, "treatAs": "FAIL", "retry": {}}]}      | /rules/0/retry
            {"rules": [{"status": 200, "treatAs": "FAIL", "conditions": [{"json": "x"}]}]} | /rules/0/conditions/0/json
            {"rules": [{"status": 200, "treatAs": "FAIL", "conditions": [{"value": "x"}]}]} | /rules/0/conditions/0
            {"rules": [{"status": 200, "treatAs": "FAIL", "conditions": [{"text": "x", "value": "y"}]}]} | /rules/0/conditions/0/value
            {"rules": [{"status": 200, "treatAs": "FAIL", "conditions": [{"json": "/x", "value": ["y"]}]}]} | /rules/0/conditions/0/value: expected a string, a number, true, false or null
            {"retry": "never"}                                                | /retry: expected an object or "none"
            {"retry": {"maxAttempts": 0}}                                     | /retry/maxAttempts
            {"retry": {"fixedDelay": "PT0S"}}                                 | /retry/fixedDelay
            {"retry": {"fixDelay": "PT1S"}}                                   | did you mean "fixedDelay"
            {"retry": {"delayHeader": [{"name": "a b"}]}}                     | /retry/delayHeader
            {"retry": {"delayHeader": [{"name": "a", "pattern": "("}]}}       | not a regular expression
            {"retry": {"delayHeader": [{"name": "a", "unit": "second"}]}}     | did you mean "seconds"
            {"retry": {"jitter": "no"}}                                       | /retry/jitter
            {"retry": {"delayField": [{"pointer": "a"}]}}                     | /retry/delayField/0/pointer
            {"retry": {"delayField": [{"pattern": "a"}]}}                     | /retry/delayField/0/pointer
            {"retry": {"backoff": {"first": "PT1S"}}}                         | /retry/backoff/max
            {"idempotent": "yes"}                                             | /idempotent
            """)
    void problemsOfADocumentAreLocated(String members, String problem) {
        String json = "{\"name\": \"N\", \"method\": \"GET\", \"url\": \"/\", " + members.substring(1);

        assertThatThrownBy(() -> RequestTemplate.fromJson(JsonSupport.parse(json)))
                .hasMessageContaining(problem);
    }
}
