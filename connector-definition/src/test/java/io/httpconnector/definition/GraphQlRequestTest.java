package io.httpconnector.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.GraphQlException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.TriggerEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests GraphQL requests of a connector document, as a list and as the request of a polling trigger. */
@SuppressWarnings("try") // A connector is closed within the test.
class GraphQlRequestTest {

    private static final String DOCUMENT = """
            connector: 1
            id: tracker
            version: 1.0.0
            title: Tracker
            inputs:
              - {name: url, label: URL}
            connection: {baseUrl: "{{auth.url}}"}
            requests:
              list-issues:
                method: POST
                url: /graphql
                graphql:
                  query: |
                    query($owner: String!, $after: String) {
                      repository(owner: $owner) {
                        issues(first: 2, after: $after) { nodes { number } pageInfo { hasNextPage endCursor } }
                      }
                    }
                  variables: {owner: "{{auth.url}}"}
                records: {path: /data/repository/issues/nodes}
                pagination: {relay: /data/repository/issues}
              get-issue:
                method: POST
                url: /graphql
                graphql:
                  query: "query A { a } query B($number: Int!) { issue(number: $number) { title } }"
                  operationName: B
                  variables: {number: "{{issue.number}}"}
                  acceptPartialData: true
            triggers:
              new-issues:
                request: list-issues
                key: [/number]
                startPosition: {everything: true}
            """;

    private static MockResponse respond(JsonNode body) {
        if (body.path("operationName").asText().equals("B")) {
            return MockResponse.json(
                    body.at("/variables/number").asInt() == 1
                            ? "{\"data\": {\"issue\": {\"title\": \"One\"}}, \"errors\": [{\"message\": \"slow\"}]}"
                            : "{\"data\": null, \"errors\": [{\"message\": \"none\", \"extensions\": {\"code\": \"NOT_FOUND\"}}]}");
        }
        boolean isFirst = body.at("/variables/after").isMissingNode();
        return MockResponse.json("{\"data\": {\"repository\": {\"issues\": {\"nodes\": ["
                + (isFirst ? "{\"number\": 1}, {\"number\": 2}" : "{\"number\": 3}")
                + "], \"pageInfo\": {\"hasNextPage\": " + isFirst + ", \"endCursor\": \"c\"}}}}}");
    }

    @Test
    void graphQlIsLosslessAndWorksForListsAndTriggers() {
        ConnectorDefinition definition = ConnectorDefinition.parse(DOCUMENT);
        assertThat(ConnectorDefinition.parse(definition.toYaml())).isEqualTo(definition);
        List<TriggerEvent> events = new ArrayList<>();
        try (MockService service = MockService.start();
                Connector tracker = definition.connect(ConnectorContext.forTenant("acme")
                        .value("url", service.baseUrl())
                        .state(StateStore.inMemory())
                        .build())) {
            service.on("POST", "/graphql", request -> respond(JsonSupport.parse(request.body())));

            assertThat(tracker.request("list-issues").records(Pills.none()))
                    .extracting(issue -> issue.path("number").asInt())
                    .containsExactly(1, 2, 3);
            assertThat(tracker.request("get-issue")
                            .send("issue", Map.of("number", 1))
                            .json()
                            .at("/data/issue/title")
                            .asText())
                    .isEqualTo("One");
            assertThatThrownBy(() -> tracker.request("get-issue").send("issue", Map.of("number", 2)))
                    .isInstanceOfSatisfying(
                            GraphQlException.class,
                            e -> assertThat(e.has("NOT_FOUND")).isTrue());
            tracker.on("new-issues", events::add);
            tracker.trigger("new-issues").orElseThrow().pollOnce();
            assertThat(events).extracting(TriggerEvent::key).containsExactly("1", "2", "3");
        }
    }

    @Test
    void pillInTheQueryIsReportedWithItsPlace() {
        String document = DOCUMENT.replace("issue(number: $number)", "issue(number: {{issue.number}})");

        assertThatThrownBy(() -> ConnectorDefinition.parse(document))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/requests/get-issue/graphql")
                .hasMessageContaining("declare a variable");
        assertThatThrownBy(() -> ConnectorDefinition.parse(DOCUMENT.replace("$after: String", "$cursor: String")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("the variable $after is not declared");
    }
}
