package io.httpconnector.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.polling.PollingException;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.TriggerEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests requests of a document that triggers and their parents use. */
@SuppressWarnings("try") // A connector is closed within the test.
class RequestReuseTest {

    private static final String FORUM = """
            connector: 1
            id: forum
            version: 1.0.0
            title: Forum
            connection: {baseUrl: "BASE"}
            requests:
              boards:
                title: Boards
                method: GET
                url: /boards
                records: {path: /boards}
                responses: {2xx: {type: object}}
              posts:
                method: GET
                url: /boards/{{parent.id}}/posts
                records: {path: /posts}
            triggers:
              new-posts:
                request: POSTS
                parents: {request: BOARDS, key: /id}
                key: [/id]
                startPosition: {everything: true}
            """;

    private static String forum(String boards, String posts) {
        return FORUM.replace("BOARDS", boards).replace("POSTS", posts);
    }

    private static List<TriggerEvent> poll(String text) {
        List<TriggerEvent> events = new ArrayList<>();
        try (MockService service = MockService.start();
                StateStore store = StateStore.inMemory()) {
            service.on("GET", "/boards", MockResponse.json("{\"boards\": [{\"id\": 1}, {\"id\": 2}]}"));
            service.on("GET", "/boards/1/posts", MockResponse.json("{\"posts\": [{\"id\": 11}]}"));
            service.on(
                    "GET",
                    "/boards/2/posts",
                    MockResponse.status(403).body("application/json", "{\"posts\": [{\"id\": 21}]}"));
            ConnectorDefinition definition = ConnectorDefinition.parse(text.replace("BASE", service.baseUrl()));
            assertThat(ConnectorDefinition.parse(definition.toYaml())).isEqualTo(definition);
            try (Connector acme = definition.connect(
                    ConnectorContext.forTenant("acme").state(store).build())) {
                acme.on("new-posts", events::add);
                acme.trigger("new-posts").orElseThrow().pollOnce();
            }
        }
        return events;
    }

    private static final String RULES = "rules: [{status: 403, treatAs: ACCEPT}]";

    @ParameterizedTest
    @ValueSource(strings = {"boards", "{$ref: \"#/requests/boards\"}"})
    void parentsAreListedByARequestOfTheDocument(String boards) {
        String rules = "{$ref: \"#/requests/posts\", " + RULES + "}";

        assertThat(poll(forum(boards, rules))).extracting(TriggerEvent::id).hasSize(2);
        assertThat(poll(forum(boards, "posts\n    " + RULES))).hasSize(2);
    }

    @Test
    void nestedParentsAreListedByRequestsOfTheDocument() {
        String text = forum("boards", "posts")
                .replace(
                        "{request: boards, key: /id}",
                        "{union: [{request: boards, key: /id}, {request: boards, key: /id}]}");

        assertThat(ConnectorDefinition.parse(text.replace("BASE", "https://forum.example.com"))
                        .toJson()
                        .at("/triggers/new-posts/parents/union/0/records/path")
                        .asText())
                .isEqualTo("/boards");
    }

    @Test
    void rulesOfATriggerReplaceThoseOfItsRequest() {
        String text = forum("boards", "posts\n    " + RULES)
                .replace(
                        "    records: {path: /posts}",
                        "    records: {path: /posts}\n    rules: [{status: 403, treatAs: FAIL}]");

        assertThat(poll(text)).hasSize(2);
    }

    @Test
    void problemOfARuleIsReportedAtTheTrigger() {
        assertThatThrownBy(() ->
                        ConnectorDefinition.parse(forum("boards", "posts\n    " + RULES.replace("ACCEPT", "ACEPT"))))
                .hasMessageContaining("/triggers/new-posts/rules/0/treatAs (line 20")
                .hasMessageContaining("ACCEPT");
    }

    /** A member without access to one board: its 401 concerns this board only. */
    @Test
    void rejectionBelowOneParentDoesNotStopTheOthers() {
        List<Object> ids = new ArrayList<>();
        try (MockService service = MockService.start();
                StateStore store = StateStore.inMemory();
                Connector acme = ConnectorDefinition.parse(
                                forum("boards", "posts").replace("BASE", service.baseUrl()))
                        .connect(ConnectorContext.forTenant("acme").state(store).build())) {
            service.on("GET", "/boards", MockResponse.json("{\"boards\": [{\"id\": 1}, {\"id\": 2}, {\"id\": 3}]}"));
            service.on("GET", "/boards/1/posts", MockResponse.json("{\"posts\": [{\"id\": 11}]}"));
            service.on("GET", "/boards/2/posts", MockResponse.status(401));
            service.on("GET", "/boards/3/posts", MockResponse.json("{\"posts\": [{\"id\": 31}]}"));
            acme.on("new-posts", event -> ids.add(event.payload().path("id").asInt()));

            PollingTrigger trigger = acme.trigger("new-posts").orElseThrow();
            assertThatThrownBy(trigger::pollOnce)
                    .isInstanceOf(PollingException.class)
                    .hasMessageContaining("/boards/2/posts -> 401");

            assertThat(ids).containsExactlyInAnyOrder(11, 31);
        }
    }

    @Test
    void unknownRequestOfParentsIsRejected() {
        assertThatThrownBy(() ->
                        ConnectorDefinition.parse(forum("bords", "posts").replace("BASE", "https://forum.example.com")))
                .hasMessageContaining("/triggers/new-posts/parents/request")
                .hasMessageContaining("there is no request \"bords\": did you mean \"boards\"?");
    }
}
