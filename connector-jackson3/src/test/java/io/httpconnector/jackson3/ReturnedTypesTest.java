package io.httpconnector.jackson3;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.Exchange;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.Timings;
import io.httpconnector.auth.definition.AuthDefinition;
import io.httpconnector.auth.definition.InputField;
import io.httpconnector.polling.PlannedPoll;
import io.httpconnector.polling.PollProgress;
import io.httpconnector.polling.PollResult;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.PillInfo;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.webhook.RequestDiagnosis;
import io.httpconnector.wizard.OutputPill;
import io.httpconnector.wizard.SchemaDifference;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Types that applications return from controllers are written alike by plain mappers of Jackson 2 and Jackson 3. */
class ReturnedTypesTest {

    private final ObjectMapper jackson3 = new ObjectMapper();
    private final com.fasterxml.jackson.databind.ObjectMapper jackson2 =
            new com.fasterxml.jackson.databind.ObjectMapper();

    private JsonNode written(Object value) throws Exception {
        JsonNode json = jackson3.readTree(jackson3.writeValueAsString(value));
        assertThat(jackson3.readTree(jackson2.writeValueAsString(value))).isEqualTo(json);
        return json;
    }

    private JsonNode json(String text) {
        return jackson3.readTree(text.replace('\'', '"'));
    }

    @Test
    void connectionTests() throws Exception {
        try (MockService service = MockService.start();
                HttpConnection connection = HttpConnection.named("Shop")
                        .baseUrl(service.baseUrl())
                        .test(Request.get("/me"))
                        .build()) {
            service.on("GET", "/me", MockResponse.status(401));
            JsonNode result = written(connection.test());
            assertThat(result.propertyNames()).containsExactlyInAnyOrder("ok", "outcome", "message", "took");
            assertThat(result.get("outcome").asString()).isEqualTo("UNAUTHORIZED");
        }
    }

    @Test
    void inputFields() throws Exception {
        AuthDefinition definition = AuthDefinition.parse("""
                {"name": "Shop", "baseUrl": "https://shop.example.com",
                 "fields": [{"name": "key", "label": "Key", "secret": true, "hint": "under Settings"}],
                 "strategies": {"key": {"type": "custom", "headers": {"X-Key": "{{auth.key}}"}}}}""");
        List<InputField> fields = definition.fields("key");

        JsonNode json = written(fields);

        assertThat(json.get(0).get("name").asString()).isEqualTo("key");
        assertThat(json.get(0).get("secret").asBoolean()).isTrue();
        assertThat(json.get(0).get("hint").asString()).isEqualTo("under Settings");
    }

    @Test
    void statusOfPolling() throws Exception {
        Instant time = Instant.parse("2026-01-31T12:00:00Z");
        PollResult result = new PollResult(1, 2, 3, 4, 5, false, true);
        assertThat(written(new PlannedPoll(time, time.plusSeconds(60), 1, false)))
                .isEqualTo(
                        json(
                                "{'time':'2026-01-31T12:00:00Z','start':'2026-01-31T12:01:00Z','failures':1,'needsAuthorization':false}"));
        assertThat(written(new PollProgress("t", result, Duration.ofSeconds(3)))
                        .get("elapsed")
                        .asString())
                .isEqualTo("PT3S");
        try (MockService service = MockService.start();
                HttpConnection connection =
                        HttpConnection.named("Shop").baseUrl(service.baseUrl()).build();
                PollingTrigger trigger = PollingTrigger.named("items")
                        .connection(connection)
                        .request(RequestTemplate.named("List").get("/items").build())
                        .key("/id")
                        .every(Duration.ofMinutes(5))
                        .store(StateStore.inMemory())
                        .handler(event -> {})
                        .build()) {
            service.on("GET", "/items", MockResponse.json("[{\"id\":1}]"));
            trigger.pollOnce();
            JsonNode status = written(trigger.status());
            assertThat(Instant.parse(status.get("lastSuccess").asString())).isNotNull();
            assertThat(Duration.parse(status.get("lag").asString())).isNotNull();
            assertThat(status.at("/total/pages").asInt()).isEqualTo(1);
            assertThat(written(connection.poolStatus()).get("active").asInt()).isZero();
        }
    }

    @Test
    void exchangesWithoutSecrets() throws Exception {
        try (MockService service = MockService.start();
                HttpConnection connection =
                        HttpConnection.named("Shop").baseUrl(service.baseUrl()).build()) {
            service.on("GET", "/", MockResponse.json("{\"token\":\"hidden7\"}"));
            Exchange exchange = connection
                    .send(Request.get("/").header("X-Key", Secret.of("hidden7")))
                    .exchange();

            JsonNode json = written(exchange);

            assertThat(json.toString()).doesNotContain("hidden7");
            assertThat(json.get("status").asInt()).isEqualTo(200);
            assertThat(json.at("/requestHeaders/x-key/0").asString()).isEqualTo("***");
            assertThat(json.at("/responseHeaders/content-type/0").asString()).isEqualTo("application/json");
            assertThat(Instant.parse(json.get("startedAt").asString())).isEqualTo(exchange.startedAt());
            assertThat(Duration.parse(json.get("elapsed").asString())).isEqualTo(exchange.elapsed());
        }
        Duration ms = Duration.ofMillis(1);
        assertThat(written(new Timings(ms, ms, ms, ms, ms, ms)).get("dns").asString())
                .isEqualTo("PT0.001S");
    }

    @Test
    void reportsOfTheWizardAndOfReceivers() throws Exception {
        assertThat(written(List.of(
                        new OutputPill("a.b", "string", "B"),
                        new PillInfo("a", true, List.of("url"), "string", List.of()),
                        new SchemaDifference(SchemaDifference.Severity.INFORMATION, "/a", "changed"),
                        Map.of(
                                "d",
                                new RequestDiagnosis(RequestDiagnosis.DiagnosisStep.METHOD, "why", List.of("hint"))))))
                .hasSize(4);
    }
}
