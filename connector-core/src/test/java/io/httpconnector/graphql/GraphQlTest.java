package io.httpconnector.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.FakeTime;
import io.httpconnector.GraphQlException;
import io.httpconnector.GraphQlException.GraphQlError;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.RateLimit;
import io.httpconnector.RateLimitedException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.graphql.GraphQlServer.Answer;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.PagedRequest;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.PollingException;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.template.InvalidTemplateException;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests GraphQL requests against a mock of GraphQL over HTTP. */
class GraphQlTest {

    private static final String ISSUE = "query($id: ID!) { node(id: $id) { title } }";
    private static final String ISSUES = "query($owner: String!, $after: String) {"
            + " repository(owner: $owner) { issues(first: 2, after: $after) {"
            + " nodes { number } pageInfo { hasNextPage endCursor } } } }";
    private static final String THROTTLED = """
            {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
             "extensions": {"cost": {"requestedQueryCost": 300, "actualQueryCost": null,
                 "throttleStatus": {"maximumAvailable": 1000.0, "currentlyAvailable": 100, "restoreRate": 50.0}}}}""";

    private final GraphQlServer service = new GraphQlServer();
    private final FakeTime time = new FakeTime();
    private final HttpConnection connection = connection(RateLimit.of(100_000, Duration.ofSeconds(1)));

    private HttpConnection connection(RateLimit limit) {
        return HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .timeSource(time)
                .rateLimit(limit)
                .build();
    }

    @AfterEach
    void end() {
        assertThat(connection.poolStatus().active()).isZero();
        connection.close();
        service.close();
    }

    private static GraphQl issue() {
        return GraphQl.query("/graphql", ISSUE).variable("id", 7);
    }

    private GraphQlException failure(ThrowingCallable code) {
        Throwable thrown = org.assertj.core.api.Assertions.catchThrowable(code);
        assertThat(thrown).isInstanceOf(GraphQlException.class);
        return (GraphQlException) thrown;
    }

    @Test
    void queryIsSentWithItsVariables() {
        service.behaviour = any -> Answer.json("{\"data\": {\"node\": {\"title\": \"Bug\"}}}");
        Request request = GraphQl.query("/graphql", "query A { a } query B($x: [Int!], $y: In = {a: 1}) { b }")
                .operationName("B")
                .variable("x", List.of(1, 2))
                .variable("y", null)
                .toRequest();

        assertThat(connection.send(request).json().at("/data/node/title").asText())
                .isEqualTo("Bug");
        assertThat(service.requests).hasSize(1).first().satisfies(body -> {
            assertThat(body.path("query").asText()).startsWith("query A");
            assertThat(body.path("operationName").asText()).isEqualTo("B");
            assertThat(body.path("variables")).hasToString("{\"x\":[1,2],\"y\":null}");
        });
        assertThat(service.headers.get(0).get("Accept").get(0)).contains("application/graphql-response+json");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                                        | the query is empty
            # only a comment                          | the query is empty
            query { a                                 | a } is missing at the end
            query { a ) }                             | line 1, column 11: unexpected )
            { a } { b }                               | several operations
            query A { a } query B { b }               | set operationName to one of [A, B]
            fragment F on T { a }                     | no operation
            subscription { a }                        | a subscription has no single response
            select * from t                           | expected query, mutation, fragment or {, found "select"
            query Q($idd: ID!) { a(id: $idd) }        | it declares $idd
            query { a }                               | it declares none
            """)
    void malformedQueryIsReportedAtOnce(String query, String problem) {
        assertThatThrownBy(
                        () -> GraphQl.query("/graphql", query).variable("id", 7).toRequest())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void contentOfStringsAndCommentsIsNoSyntax() {
        String query = "# } query\nquery Q($id: ID! = \"}\\\"$x\", $b: Int) @live(a: {b: 1}) { a(s: \"}}\\\\\") "
                + "b(t: \"\"\"}} \\\"\"\" { \"\"\") { ... on T { c } ...F } } fragment F on T { d }";

        assertThat(GraphQl.query("/graphql", query)
                        .variable("id", 1)
                        .variable("b", 2)
                        .toRequest())
                .isNotNull();
        assertThatThrownBy(() -> GraphQl.query("/", query).variable("x", 1).toRequest())
                .hasMessageContaining("it declares $id, $b");
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 400, 404, 500})
    void errorsAreATypedException(int status) {
        service.behaviour = any -> Answer.status(status, """
                {"data": {"node": {"title": null}},
                 "errors": [{"message": "Not found: 7", "path": ["node", 0, "ti/tle"], "locations": [{"line": 1, "column": 18}],
                             "extensions": {"code": "NOT_FOUND", "hint": "x"}},
                            {"message": "Other"}]}""");

        GraphQlException e = failure(() -> connection.send(issue().toRequest()));

        assertThat(e.status()).isEqualTo(status);
        assertThat(e.has("not_found")).isTrue();
        assertThat(e.data().path("node").has("title")).isTrue();
        assertThat(e.exchange()).isPresent();
        assertThat(e).hasMessageContaining("\"Not found: 7\" (NOT_FOUND, /node/0/ti~1tle), \"Other\"");
        assertThat(e.errors()).hasSize(2).first().satisfies(error -> {
            assertThat(error.message()).isEqualTo("Not found: 7");
            assertThat(error.path()).isEqualTo("/node/0/ti~1tle");
            assertThat(error.locations()).containsExactly(new GraphQlError.Location(1, 18));
            assertThat(error.extensions().path("hint").asText()).isEqualTo("x");
        });
        assertThat(service.requests).hasSize(1);
    }

    @Test
    void partialDataAreAcceptedOnRequest() {
        service.behaviour =
                any -> Answer.json("{\"data\": {\"a\": 1, \"b\": null}, \"errors\": [{\"message\": \"b\"}]}");

        Response response = connection.send(issue().acceptPartialData().toRequest());
        assertThat(response.json().at("/data/a").asInt()).isEqualTo(1);
        service.behaviour = any -> Answer.json("{\"data\": null, \"errors\": [{\"message\": \"b\"}]}");
        assertThat(failure(() -> connection.send(issue().acceptPartialData().toRequest()))
                        .errors())
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"errors": [{"extensions": {"code": "X"}}]}           | {"extensions":{"code":"X"}}
            {"errors": "broken"}                                  | broken
            {"errors": {"base": ["broken"]}}                      | {"base":["broken"]}
            {"errors": ["one", null]}                             | "one", "null"
            {"errors": [], "data": null}                          | its data are null
            {"data": null}                                        | its data are null
            {"message": "hello"}                                  | no GraphQL response
            [1]                                                   | no GraphQL response
            <html>Sign in</html>                                  | no GraphQL response
            ''                                                    | no GraphQL response
            """)
    void otherErrorsAndBodiesAreFailures(String body, String message) {
        service.behaviour = any -> new Answer(200, "text/plain", body, Map.of());

        assertThat(failure(() -> connection.send(issue().toRequest()))).hasMessageContaining(message);
    }

    @Test
    void emptyErrorsWithDataAreNoErrors() {
        service.behaviour = any -> Answer.json("{\"errors\": [], \"data\": {\"a\": 1}}");
        assertThat(connection.send(issue().toRequest()).status()).isEqualTo(200);
        service.behaviour = any -> Answer.json("{\"errors\": {}, \"data\": {\"a\": 1}}");
        assertThat(connection.send(issue().toRequest()).status()).isEqualTo(200);
        service.behaviour = any -> Answer.json("{\"errors\": null, \"data\": {\"a\": 1}}");
        assertThat(connection.send(issue().toRequest()).status()).isEqualTo(200);
    }

    @Test
    void statusWithoutErrorsIsAStatusException() {
        service.behaviour = any -> new Answer(403, "text/html", "<html><title>Blocked</title></html>", Map.of());

        assertThatThrownBy(() -> connection.send(issue().toRequest())).isInstanceOf(StatusException.class);
    }

    @Test
    void secretsOfTheRequestAreMaskedInErrors() {
        service.behaviour = any ->
                Answer.json("{\"data\": {\"a\": \"s3cr3t-value\"}, \"errors\": [{\"message\": \"bad s3cr3t-value\"}]}");
        Request request = issue().toRequest().header("X-Key", Secret.of("s3cr3t-value"));

        GraphQlException e = failure(() -> connection.send(request));
        assertThat(e + " " + e.errors() + e.data()).doesNotContain("s3cr3t");
        assertThat(failure(() -> connection.send(request)).errors().get(0).message())
                .startsWith("bad ");
        assertThatThrownBy(() -> connection.send(issue().toRequest().secretResponse()))
                .isInstanceOf(ConnectorException.class)
                .hasMessageNotContaining("bad");
    }

    @Test
    void costBudgetOfShopifyDelaysTheNextAttempt() {
        service.behaviour = any -> service.requests.size() < 2 ? Answer.json(THROTTLED) : Answer.json("{\"data\": {}}");
        var start = time.now();

        connection.send(issue().toRequest());

        assertThat(service.requests).hasSize(2);
        // 200 points are missing, of which 50 are restored in each second.
        assertThat(Duration.between(start, time.now())).isBetween(Duration.ofSeconds(4), Duration.ofMillis(4300));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"errors\": [{\"type\": \"RATE_LIMITED\", \"message\": \"API rate limit exceeded\"}]}",
                "{\"errors\": [{\"message\": \"x\"}, {\"message\": \"y\", \"extensions\": {\"code\": \"RATELIMITED\"}}]}",
                "{\"data\": {\"a\": 1}, \"errors\": [{\"message\": \"x\", \"extensions\": {\"code\": \"too-many-requests\"}}]}"
            })
    void rateLimitIsTreatedLikeATooManyRequests(String body) {
        service.behaviour = any -> new Answer(
                200, "application/json", body, Map.of("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "900"));

        assertThatThrownBy(() -> connection.send(issue().toRequest()))
                .isInstanceOfSatisfying(
                        RateLimitedException.class,
                        e -> assertThat(e.retryAfter().orElseThrow())
                                .isBetween(Duration.ofSeconds(890), Duration.ofSeconds(901)));
        assertThat(service.requests).hasSize(1);
    }

    @Test
    void internalErrorIsRetriedForAQueryAndNotForAMutation() {
        service.behaviour = any -> service.requests.size() % 2 == 1
                ? Answer.status(
                        service.requests.size() == 1 ? 200 : 500,
                        "{\"errors\": [{\"message\": \"oops\", \"extensions\": {\"code\": \"INTERNAL_SERVER_ERROR\"}}]}")
                : Answer.json("{\"data\": {}}");

        connection.send(issue().toRequest());
        connection.send(issue().toRequest());
        assertThat(service.requests).hasSize(4);
        failure(() ->
                connection.send(GraphQl.query("/graphql", "mutation { a }").toRequest()));
        assertThat(service.requests).hasSize(5);
    }

    @Test
    void tooExpensiveQueryIsNotRetried() {
        service.behaviour = any -> Answer.json(THROTTLED.replace("\"THROTTLED\"", "\"MAX_COST_EXCEEDED\""));

        assertThat(failure(() -> connection.send(issue().toRequest())).has("MAX_COST_EXCEEDED"))
                .isTrue();
        assertThat(service.requests).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"data": {"a": 1}, "extensions": {"cost": {"requestedQueryCost": 100, "throttleStatus": {"currentlyAvailable": 40, "restoreRate": 10}}}} | 6
            {"data": {"a": 1, "rateLimit": {"cost": 5, "remaining": 4, "resetAt": "RESET"}}} | 30
            """)
    void adaptiveLimitKnowsTheCostBudget(String body, int seconds) {
        service.behaviour = any ->
                Answer.json(body.replace("RESET", time.now().plusSeconds(30).toString()));
        try (HttpConnection adaptive = connection(RateLimit.adaptive())) {
            adaptive.send(issue().toRequest());
            var start = time.now();
            // Also where the response is read while it arrives.
            assertThat(adaptive.<Integer>read(issue().toRequest(), (head, in) -> in.readAllBytes().length))
                    .isPositive();
            assertThat(Duration.between(start, time.now()).toSeconds()).isEqualTo(seconds);
            start = time.now();
            adaptive.send(issue().toRequest());
            assertThat(Duration.between(start, time.now()).toSeconds()).isEqualTo(seconds);
        }
    }

    @Test
    void variablesOfATemplateAreValues() {
        service.behaviour = any -> Answer.json("{\"data\": {}}");
        RequestTemplate template = RequestTemplate.named("Issue")
                .post("/graphql")
                .graphql(ISSUE)
                .variable("id", "{{issue.id}}")
                .build();
        String attack = "7\") { secrets } } #{{x}}";

        connection.send(template.render(Pills.of("issue", Map.of("id", attack))));
        connection.send(template.render(Pills.of("issue", Map.of("id", 7))));

        assertThat(service.requests)
                .allSatisfy(body -> assertThat(body.path("query").asText()).isEqualTo(ISSUE));
        assertThat(service.requests.get(0).at("/variables/id").asText()).isEqualTo(attack);
        assertThat(service.requests.get(1).at("/variables/id").isInt()).isTrue();
        assertThat(service.headers.get(0).get("Accept").get(0)).contains("graphql-response");
        assertThat(RequestTemplate.fromJson(template.toJson()).toJson()).isEqualTo(template.toJson());
        assertThat(template.toJson().path("graphql"))
                .hasToString("{\"query\":\"" + ISSUE + "\",\"variables\":{\"id\":\"{{issue.id}}\"}}");
    }

    @Test
    void errorsOfATemplateAreTypedExceptions() {
        service.behaviour = any -> Answer.json("{\"data\": {\"a\": 1}, \"errors\": [{\"message\": \"no\"}]}");
        JsonNode document = JsonSupport.parse("{\"name\": \"I\", \"method\": \"POST\", \"url\": \"/graphql\","
                + " \"graphql\": {\"query\": \"query A { a } query B { b }\", \"operationName\": \"B\"}}");

        failure(() -> connection.send(RequestTemplate.fromJson(document).render(Pills.none())));
        assertThat(service.requests.get(0).path("operationName").asText()).isEqualTo("B");
        RequestTemplate partial = RequestTemplate.fromJson(document).toBuilder()
                .acceptPartialData()
                .build();
        assertThat(connection.send(partial.render(Pills.none())).status()).isEqualTo(200);
        assertThat(partial.toJson().at("/graphql/acceptPartialData").asBoolean())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"query": "query { a(id: \\"{{x.id}}\\") }"}                       | /graphql       | declare a variable
            {"query": "query { a "}                                            | /graphql       | is missing at the end
            {"query": "query($number: ID) { a(id: $number) }", "variables": {"nubmer": 1}} | /graphql | did you mean $number?
            {"query": "query { a }", "variables": [1]}                         | /graphql/variables | object
            {"query": "query { a }", "variable": {}}                           | /graphql/variable | did you mean "variables"
            {"variables": {}}                                                  | /graphql/query | missing
            """)
    void invalidTemplateIsReportedWithItsPointer(String graphQl, String pointer, String problem) {
        JsonNode document = JsonSupport.parse(
                "{\"name\": \"I\", \"method\": \"POST\", \"url\": \"/graphql\", \"graphql\": " + graphQl + "}");

        assertThatThrownBy(() -> RequestTemplate.fromJson(document))
                .isInstanceOf(InvalidTemplateException.class)
                .hasMessageContaining(pointer)
                .hasMessageContaining(problem);
    }

    @Test
    void templateHasABodyOrAQuery() {
        assertThatThrownBy(() ->
                        RequestTemplate.named("x").post("/").variable("a", 1).build())
                .hasMessageContaining("graphql(query) first");
        assertThatThrownBy(() -> RequestTemplate.named("x")
                        .post("/")
                        .graphql("{ a }")
                        .json("{}")
                        .build())
                .hasMessageContaining("two bodies");
        assertThatThrownBy(() -> RequestTemplate.fromJson(JsonSupport.parse("{\"name\": \"I\", \"method\": \"POST\","
                        + " \"body\": {\"json\": 1}, \"graphql\": {\"query\": \"{ a }\"}}")))
                .isInstanceOf(InvalidTemplateException.class);
    }

    /** Five issues, two on each page. */
    private Answer issues(JsonNode body) {
        int start = body.at("/variables/after").asText("").isEmpty()
                ? 1
                : Integer.parseInt(body.at("/variables/after").asText().substring(1)) + 1;
        String nodes = IntStream.range(start, Math.min(6, start + 2))
                .mapToObj(number -> "{\"number\": " + number + "}")
                .collect(Collectors.joining(","));
        int last = Math.min(5, start + 1);
        return Answer.json("{\"data\": {\"repository\": {\"issues\": {\"nodes\": [" + nodes
                + "], \"pageInfo\": {\"hasNextPage\": " + (last < 5) + ", \"endCursor\": \"c" + last + "\"}}}}}");
    }

    private static PagedRequest relay(Request request) {
        return PagedRequest.of(
                request,
                RecordSelector.at("/data/repository/issues/nodes"),
                Pagination.relay("/data/repository/issues"));
    }

    private static Request issuesRequest() {
        return GraphQl.query("/graphql", ISSUES).variable("owner", "acme").toRequest();
    }

    @Test
    void pagesOfARelayConnectionAreRead() {
        service.behaviour = this::issues;

        assertThat(relay(issuesRequest())
                        .records(connection)
                        .map(issue -> issue.path("number").asInt()))
                .containsExactly(1, 2, 3, 4, 5);
        assertThat(service.requests).hasSize(3);
        assertThat(service.requests.get(0).path("variables").has("after")).isFalse();
        assertThat(service.requests.get(2).at("/variables/owner").asText()).isEqualTo("acme");
    }

    @Test
    void pagesOfARelayConnectionInATemplateAreReadAndDetected() {
        service.behaviour = this::issues;
        RequestTemplate template = RequestTemplate.named("Issues")
                .post("/graphql")
                .graphql(ISSUES)
                .variable("owner", "{{repository.owner}}")
                .build();
        Pills pills = Pills.of("repository", Map.of("owner", "acme"));
        JsonNode definition = JsonSupport.parse("{\"records\": {\"path\": \"/data/repository/issues/nodes\"},"
                + " \"pagination\": {\"relay\": \"/data/repository/issues\"}}");

        assertThat(PagedRequest.of(template, definition).records(connection, pills))
                .hasSize(5);
        assertThat(PagedRequest.of(template, definition).toJson().path("pagination"))
                .isEqualTo(definition.path("pagination"));
        assertThat(Pagination.detect(connection, template, pills).orElseThrow())
                .hasToString("detected by a Relay connection at /data/repository/issues; page 2 has other records");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            query { x(a: $a) }                                      | line 1, column 14: the variable $a is not declared: declare it
            { x(a: [{b: $a}]) }                                     | line 1, column 13: the variable $a is not declared
            query q($name: ID) { x(a: $nmae) }                      | did you mean $name?
            query q @live(if: $on) { x }                            | line 1, column 19: the variable $on is not declared
            query { ...F } fragment F on T { x(a: $a) }             | line 1, column 39: the variable $a is not declared
            """)
    void usedVariablesMustBeDeclared(String query, String problem) {
        assertThatThrownBy(() -> GraphQl.query("/graphql", query).toRequest())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(problem);
        assertThatThrownBy(() ->
                        RequestTemplate.named("x").post("/").graphql(query).build())
                .hasMessageContaining(problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "query q($a: ID) { ...F } fragment F on T { x(a: $a) }",
                "query q($a: ID = \"$b\") @live(if: $a) { x(a: \"$c\") # $d\n }",
                "query { x(a: \"\"\"$e\"\"\") }"
            })
    void declaredVariablesAndTextsAreAccepted(String query) {
        assertThat(GraphQl.query("/graphql", query).toRequest().method()).isEqualTo("POST");
    }

    @Test
    void undeclaredCursorIsReportedAtOnce() {
        String query = "query { repository { issues { nodes { number } } } }";

        assertThatThrownBy(() -> relay(GraphQl.query("/graphql", query).toRequest()))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("declares no variable $after");
        assertThatThrownBy(() -> PagedRequest.of(
                        RequestTemplate.named("x").post("/").graphql(query).build(),
                        RecordSelector.atRoot(),
                        Pagination.relay("/data/repository/issues")))
                .hasMessageContaining("declares no variable $after");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"hasNextPage": true, "endCursor": null} | has no "endCursor"
            {"hasNextPage": true}                    | has no "endCursor"
            {"endCursor": "c"}                       | has no "hasNextPage"
            {"hasNextPage": "yes"}                   | has no "hasNextPage"
            {"hasNextPage": true, "endCursor": "c"}  | has the same records and token as an earlier page
            """)
    void invalidPageInfoIsNoEnd(String pageInfo, String problem) {
        service.behaviour = any -> Answer.json("{\"data\": {\"repository\": {\"issues\": {\"nodes\": [{\"number\": 1}],"
                + " \"pageInfo\": " + pageInfo + "}}}}");

        assertThatThrownBy(() -> relay(issuesRequest()).records(connection).count())
                .isInstanceOfSatisfying(
                        PollingException.class, e -> assertThat(e.page()).isPresent())
                .hasMessageContaining(problem);
    }

    /** The errors of a page of more than 64 KiB are found before its records are returned. */
    @Test
    void errorsOfALargePageAreFoundBeforeItsRecords() {
        String nodes = IntStream.range(0, 5000)
                .mapToObj(number -> "{\"number\": " + number + ", \"title\": \"A title of an issue\"}")
                .collect(Collectors.joining(","));
        service.behaviour = any -> Answer.json(
                "{\"data\": {\"repository\": {\"issues\": {\"nodes\": [" + nodes
                        + "], \"pageInfo\": {\"hasNextPage\": false}}}}, \"errors\": [{\"message\": \"timeout of a resolver\"}]}");
        int[] seen = {0};

        failure(() -> relay(issuesRequest()).records(connection).forEach(issue -> seen[0]++));
        assertThat(seen[0]).isZero();
    }

    @Test
    void variableCanBeASecret() {
        Secret password = Secret.of("hunter2-hunter2");
        service.behaviour = any -> Answer.json("{\"errors\": [{\"message\": \"hunter2-hunter2 is wrong\"}]}");
        Request request = GraphQl.query("/graphql", "mutation($p: String!) { login(password: $p) { id } }")
                .variable("p", password)
                .toRequest();

        assertThatThrownBy(() -> connection.send(request))
                .hasMessageContaining("*** is wrong")
                .hasMessageNotContaining("hunter2");
        assertThat(service.requests.get(0).at("/variables/p").asText()).isEqualTo("hunter2-hunter2");
        assertThat(request.preview().toString()).doesNotContain("hunter2");
    }

    @Test
    void secretAsAValueNamesTheAlternative() {
        assertThatThrownBy(() -> Pills.of("pw", Map.of("a", Secret.of("hunter2-hunter2"))))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("secret.reveal()")
                .hasMessageContaining("masking")
                .hasMessageNotContaining("serializer");
        assertThatThrownBy(() -> Request.post("/").json(Map.of("a", Secret.of("hunter2-hunter2"))))
                .hasMessageContaining("secret.reveal()");
    }

    @Test
    void jsonAsAQueryAndQuotedVariablesAreReported() {
        assertThatThrownBy(() ->
                        GraphQl.query("/graphql", " {\n\"query\": \"{a}\"}").toRequest())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("line 1, column 2: it is JSON and not GraphQL");
        assertThatThrownBy(() -> GraphQl.query("/graphql", "query($id: ID) { a(id: \"$id\") }")
                        .variable("id", "1")
                        .toRequest())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("column 24")
                .hasMessageContaining("write $id without quotes");
        assertThat(GraphQl.query("/graphql", "query($id: ID) { a(id: $id, currency: \"$eur\", text: \"costs $id\") }")
                        .toRequest())
                .isNotNull();
    }

    @Test
    void responseOfAnotherServiceIsShown() {
        service.behaviour = any -> new Answer(200, "text/html", "<html><title>GraphiQL</title>", Map.of());

        assertThatThrownBy(
                        () -> connection.send(GraphQl.query("/graphql", "{ a }").toRequest()))
                .isInstanceOf(GraphQlException.class)
                .hasMessageContaining("it is no GraphQL response: it has neither data nor errors: \"GraphiQL\"");
    }
}
