package io.httpconnector.webhook.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.webhook.subscription.FakeService.Fate;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Tests of definitions by builder and as data, their problems, and of what they reveal. */
class SubscriptionDefinitionTest {

    private final VirtualTime time = new VirtualTime();
    private final FakeService service = new FakeService(time);
    private final StateStore store = StateStore.inMemory();
    private final Nodes nodes = new Nodes(time, service, store);

    @AfterEach
    void stop() throws Exception {
        nodes.close();
        service.close();
    }

    private static WebhookSubscriptionBuilder byMethods() {
        return WebhookSubscription.named("acme")
                .events("push")
                .parameter("path", "hooks")
                .create(RequestTemplate.named("Create")
                        .post("/{{parameters.path}}")
                        .json("{\"url\":\"{{webhook.url}}\",\"secret\":\"{{webhook.secret}}\"}")
                        .build())
                .id("/id")
                .expiry("/expires")
                .value("resource", "/resource")
                .renew(RequestTemplate.named("Renew")
                        .patch("/hooks/{{subscription.id}}")
                        .json("{\"renew\":true}")
                        .build())
                .check(RequestTemplate.named("Check")
                        .get("/hooks/{{subscription.id}}")
                        .build())
                .healthy("/active")
                .rotate(RequestTemplate.named("Rotate")
                        .patch("/hooks/{{subscription.id}}")
                        .json("{\"secret\":\"{{webhook.secret}}\"}")
                        .build())
                .delete(RequestTemplate.named("Delete")
                        .delete("/hooks/{{subscription.id}}")
                        .build())
                .list(RequestTemplate.named("List").get("/hooks").build(), "/hooks", "/id", "/url")
                .lifetime(Duration.ofDays(3))
                .checkEvery(Duration.ofHours(1))
                .secretOverlap(Duration.ofHours(2))
                .deleteFirst();
    }

    @Test
    void definitionIsSavedWithoutLoss() {
        JsonNode saved = byMethods().toJson();

        JsonNode again = WebhookSubscription.named("acme").definition(saved).toJson();

        assertThat(again).isEqualTo(saved);
        WebhookSubscription subscription =
                nodes.add(nodes.builder(Nodes.URL).definition(again).build());
        subscription.register();
        assertThat(service.only().id).isEqualTo("h1");
        assertThat(subscription.status().id()).contains("h1");
    }

    private static List<String> problems(WebhookSubscriptionBuilder builder) {
        List<String> problems = new ArrayList<>();
        assertThatThrownBy(builder::build)
                .isInstanceOfSatisfying(InvalidDefinitionException.class, e -> problems.addAll(e.problems()));
        return problems;
    }

    @Test
    void allProblemsAreReported() {
        assertThat(problems(WebhookSubscription.named("acme")))
                .anyMatch(problem -> problem.contains("create"))
                .anyMatch(problem -> problem.startsWith("connection: "))
                .anyMatch(problem -> problem.startsWith("url: "));
    }

    @Test
    void problemsAreLocatedInTheDocument() {
        JsonNode json = JsonSupport.parse("""
                {"creat": {}, "create": {"name": "Create", "method": "POST", "url": "/hooks",
                   "body": {"json": {"url": "{{webhook.uri}}", "owner": "{{parameters.owner}}"}}},
                 "healthy": "/active", "checkEvery": "PT0S", "list": {"request": {"name": "List", "method": "GET", "url": "/"}}}""");

        assertThat(problems(WebhookSubscription.named("acme").definition(json)))
                .anyMatch(problem -> problem.startsWith("/creat: "))
                .anyMatch(
                        problem -> problem.startsWith("/create: ") && problem.contains("did you mean {{webhook.url}}?"))
                .anyMatch(problem ->
                        problem.startsWith("/create: ") && problem.contains("parameter \"owner\" is missing"))
                .anyMatch(problem -> problem.startsWith("/checkEvery: "))
                .anyMatch(problem -> problem.startsWith("/list/id: ") || problem.startsWith("/list: "));
    }

    @Test
    void incompleteRequestsForSecretAndListAreReported() {
        JsonNode json = JsonSupport.parse("""
                {"prepare": {"name": "Set the URL", "method": "PUT", "url": "/settings", "body": {"json": {"url": "{{webhook.url}}"}}},
                 "create": {"name": "Create", "method": "POST", "url": "/hooks"}, "id": "/id",
                 "readSecret": {"name": "Secret", "method": "GET", "url": "/hooks/{{subscription.id}}/secret"},
                 "list": {"request": {"name": "List", "method": "GET", "url": "/hooks"}, "id": "/id",
                          "read": {"name": "Read", "method": "GET", "url": "/hooks/{{subscribtion.id}}"}}}""");

        assertThat(problems(WebhookSubscription.named("acme").definition(json)))
                .noneMatch(problem -> problem.startsWith("/create"))
                .anyMatch(problem -> problem.startsWith("/readSecret: ") && problem.contains("member secret"))
                .anyMatch(problem -> problem.startsWith("/list/url: ") && problem.contains("matching"))
                .anyMatch(problem -> problem.startsWith("/list/read: "));
    }

    @Test
    void unknownPresetIsReported() {
        assertThat(problems(WebhookSubscription.named("acme").preset("githup")))
                .anyMatch(problem -> problem.contains("did you mean \"github\"?"));
    }

    @Test
    void durableStateNeedsDurableSecrets() {
        try (HttpConnection connection =
                HttpConnection.named("any").baseUrl("https://example.com").build()) {
            assertThat(problems(byMethods()
                            .connection(connection)
                            .url(URI.create(Nodes.URL))
                            .store(store)))
                    .singleElement()
                    .asString()
                    .startsWith("secrets: ");
        }
    }

    @Test
    void statusIsWrittenByAnyObjectMapper() throws Exception {
        WebhookSubscription subscription = nodes.node();
        subscription.register();

        JsonNode json = JsonSupport.parse(new ObjectMapper().writeValueAsString(subscription.status()));

        assertThat(json.path("state").asText()).isEqualTo("ACTIVE");
        assertThat(json.path("id").asText()).isEqualTo("h1");
        assertThat(json.path("expires").asText()).isEqualTo("2026-01-04T00:00:00Z");
        assertThat(json.path("consecutiveFailures").asInt()).isZero();
    }

    /** Neither the URL nor the secret is in the log, in exceptions, in the status, in the state, or in texts. */
    @Test
    void urlAndSecretAreNotRevealed() {
        Logger root = (Logger) LoggerFactory.getLogger("io.httpconnector");
        Level before = root.getLevel();
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        root.addAppender(log);
        root.setLevel(Level.TRACE);
        StringBuilder revealed = new StringBuilder();
        String secret;
        try {
            WebhookSubscription subscription = nodes.add(nodes.builder(Nodes.URL)
                    .definition(JsonSupport.parse(Nodes.DEFINITION))
                    .listener(new SubscriptionListener() {
                        @Override
                        public void onFailure(String name, SubscriptionAction action, Exception failure, int count) {
                            revealed.append(failure);
                            if (failure instanceof io.httpconnector.ConnectorException e) {
                                e.exchange().ifPresent(revealed::append);
                            }
                        }
                    })
                    .build());
            service.echo = true;
            service.status = request -> request.equals("POST /hooks") && revealed.isEmpty() ? 400 : 0;
            subscription.register();
            time.advance(Duration.ofMinutes(1));
            subscription.manage();
            secret = service.only().secret;
            service.fate = request -> Fate.RESPONSE_LOST;
            subscription.rotateSecret();
            revealed.append(subscription).append(subscription.status());
        } finally {
            root.detachAppender(log);
            root.setLevel(before);
        }
        log.list.forEach(event -> revealed.append(event.getFormattedMessage()));
        store.open("webhook subscription acme")
                .read(entry -> revealed.append(new String(entry, StandardCharsets.UTF_8)));

        assertThat(secret).hasSize(64);
        assertThat(revealed.toString())
                .contains("failure 1", "400", "***")
                .doesNotContain(secret)
                .doesNotContain(service.only().secret)
                .doesNotContain("6f1cd0");
    }

    /** A service may list a URL in another spelling than the given one. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://app.example.com/h/t~k",
                "https://App.Example.com/h/t~k",
                "HTTPS://app.example.com:443/h/t~k",
                "https://app.example.com/h/t%7Ek",
                "https://app.example.com/h/t~k/",
                "https://app.example.com/a/../h/t~k",
                "https://app.example.com/h/t~k#f"
            })
    void equalUrlsHaveTheSameFingerprint(String url) {
        assertThat(SubscriptionDefinition.urlFingerprint(url))
                .isEqualTo(SubscriptionDefinition.urlFingerprint("https://app.example.com/h/t~k"))
                .isNotEqualTo(SubscriptionDefinition.urlFingerprint("https://app.example.com/H/t~k"))
                .isNotEqualTo(SubscriptionDefinition.urlFingerprint("https://app.example.com/h/t~k?x=1"));
        assertThat(SubscriptionDefinition.urlFingerprint("https://a.example.com/%2f"))
                .isEqualTo(SubscriptionDefinition.urlFingerprint("https://a.example.com/%2F"));
    }
}
