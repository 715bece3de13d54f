package io.httpconnector.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import io.httpconnector.GraphQlException;
import io.httpconnector.HttpConnection;
import io.httpconnector.RateLimit;
import io.httpconnector.Request;
import io.httpconnector.graphql.GraphQl;
import io.httpconnector.polling.PagedRequest;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.template.Pills;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An example of GraphQL: the issues of a repository by a Relay connection, from a service with a cost budget, which throttles a
 * client that does not wait; and an error as a typed exception with partial data.
 */
public final class GraphQlIssues {

    private static final String ISSUES = """
            query($owner: String!, $after: String) {
              repository(owner: $owner) {
                issues(first: 50, after: $after) {
                  nodes { number title }
                  pageInfo { hasNextPage endCursor }
                }
              }
            }""";

    private static final int COUNT = 230;

    private final PrintStream out;

    /** An issue. */
    record Issue(int number, String title) {}

    GraphQlIssues(PrintStream out) {
        this.out = out;
    }

    /**
     * Reads the issues.
     *
     * @param args none
     */
    public static void main(String[] args) {
        System.exit(new GraphQlIssues(System.out).run() ? 0 : 1);
    }

    boolean run() {
        try (ServiceStandIn service = new ServiceStandIn();
                HttpConnection connection = HttpConnection.named("Issues")
                        .baseUrl(service.baseUrl())
                        .rateLimit(RateLimit.adaptive())
                        .build()) {
            return readAll(connection, service) && fail(connection);
        }
    }

    private boolean readAll(HttpConnection connection, ServiceStandIn service) {
        Request request =
                GraphQl.query("/graphql", ISSUES).variable("owner", "acme").toRequest();
        PagedRequest issues = PagedRequest.of(
                request,
                RecordSelector.at("/data/repository/issues/nodes"),
                Pagination.relay("/data/repository/issues"));
        List<Issue> all;
        try (Stream<Issue> stream = issues.records(connection, Pills.none(), Issue.class)) {
            all = stream.toList();
        }
        out.println(all.size() + " issues, the last one is " + all.get(all.size() - 1));
        out.println(service.requests + " requests, of which " + service.throttled + " were throttled");
        return all.size() == COUNT && service.throttled == 0;
    }

    private boolean fail(HttpConnection connection) {
        Request request =
                GraphQl.query("/graphql", ISSUES).variable("owner", "nobody").toRequest();
        try {
            connection.send(request);
            return false;
        } catch (GraphQlException e) {
            out.println("Status " + e.status() + ": " + e.errors().get(0) + ", partial data " + e.data());
            return e.has("NOT_FOUND");
        }
    }

    /** A stand-in for a GraphQL service whose budget of 200 points is restored with 400 points per second. */
    private static final class ServiceStandIn extends StandIn {

        private static final double MAX = 200;
        private static final double RESTORE_RATE = 400;
        private static final double COST = 100;

        private double available = MAX;
        private long last = System.nanoTime();
        private int requests;
        private int throttled;

        @Override
        synchronized Answer answer(HttpExchange exchange) throws IOException {
            JsonNode variables = body(exchange).path("variables");
            long now = System.nanoTime();
            available = Math.min(MAX, available + (now - last) / 1e9 * RESTORE_RATE);
            last = now;
            requests++;
            Map<String, Object> response = new HashMap<>();
            if (available < COST) {
                throttled++;
                response.put(
                        "errors", List.of(Map.of("message", "Throttled", "extensions", Map.of("code", "THROTTLED"))));
            } else if (!variables.path("owner").asText().equals("acme")) {
                available -= COST;
                response.put("data", Map.of("repository", Map.of()));
                response.put(
                        "errors",
                        List.of(Map.of(
                                "message",
                                "There is no such owner",
                                "path",
                                List.of("repository"),
                                "extensions",
                                Map.of("code", "NOT_FOUND"))));
            } else {
                available -= COST;
                response.put(
                        "data",
                        Map.of(
                                "repository",
                                Map.of("issues", issues(variables.path("after").asText("")))));
            }
            response.put(
                    "extensions",
                    Map.of(
                            "cost",
                            Map.of(
                                    "requestedQueryCost",
                                    COST,
                                    "throttleStatus",
                                    Map.of(
                                            "maximumAvailable",
                                            MAX,
                                            "currentlyAvailable",
                                            Math.floor(available),
                                            "restoreRate",
                                            RESTORE_RATE))));
            return new Answer(200, response);
        }

        private static Map<String, Object> issues(String after) {
            int start = after.isEmpty() ? 0 : Integer.parseInt(after.substring(1));
            int end = Math.min(COUNT, start + 50);
            List<Issue> nodes = new ArrayList<>();
            IntStream.range(start, end).forEach(number -> nodes.add(new Issue(number + 1, "Issue about " + number)));
            return Map.of("nodes", nodes, "pageInfo", Map.of("hasNextPage", end < COUNT, "endCursor", "c" + end));
        }
    }
}
