package io.httpconnector.examples.snippets;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.GraphQlException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.definition.Connector;
import io.httpconnector.graphql.GraphQl;
import io.httpconnector.polling.DetectedPagination;
import io.httpconnector.polling.PagedRequest;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.wizard.SampleExchange;
import io.httpconnector.wizard.SavedRequest;
import java.util.stream.Stream;

/** The code of {@code docs/pagination.md} and {@code docs/graphql.md}. */
final class PaginationSnippets {

    private PaginationSnippets() {}

    record Issue(String title, boolean open) {}

    static void records(HttpConnection connection) {
        PagedRequest issues = PagedRequest.of(
                Request.get("/repos/acme/shop/issues"),
                RecordSelector.at("/issues"),
                Pagination.pages("page").size("per_page", 100));
        try (Stream<Issue> all = issues.records(connection, Pills.none(), Issue.class)) {
            all.filter(Issue::open).limit(20).forEach(issue -> System.out.println(issue.title()));
        }
    }

    static void detect(HttpConnection connection, RequestTemplate listOrders) {
        DetectedPagination detected =
                Pagination.detect(connection, listOrders, Pills.none()).orElseThrow();
        System.out.println("This request is paginated: " + detected);
        PagedRequest orders = PagedRequest.of(listOrders, detected.records(), detected.pagination());
        orders.records(connection).close();
    }

    static void save(HttpConnection connection, SampleExchange sample, DetectedPagination detected) {
        SavedRequest saved = sample.review().list(detected.toJson()).apply("Orders");
        PagedRequest again = PagedRequest.of(saved.template(), saved.list().orElseThrow());
        again.records(connection).close();
    }

    static void document(Connector acme) {
        try (Stream<JsonNode> orders = acme.request("list-orders").records(Pills.none())) {
            orders.limit(20).forEach(order -> System.out.println(order.path("id")));
        }
    }

    static String graphQl(HttpConnection connection) {
        Request issue = GraphQl.query("/graphql", "query($id: ID!) { node(id: $id) { ... on Issue { title } } }")
                .variable("id", "I_1")
                .toRequest();
        String title = connection.send(issue).json().at("/data/node/title").asText();
        return title;
    }

    static RequestTemplate template() {
        RequestTemplate issues = RequestTemplate.named("Issue")
                .post("/graphql")
                .graphql("query($number: Int!) { issue(number: $number) { title } }")
                .variable("number", "{{issue.number}}")
                .build();
        return issues;
    }

    static void errors(HttpConnection connection, Request issue) {
        try {
            connection.send(issue);
        } catch (GraphQlException e) {
            if (!e.has("NOT_FOUND")) {
                throw e;
            }
            System.out.println(e.errors().get(0).path());
        }
    }

    static void relay(HttpConnection connection, String query) {
        Request request =
                GraphQl.query("/graphql", query).variable("owner", "acme").toRequest();
        PagedRequest issues = PagedRequest.of(
                request,
                RecordSelector.at("/data/repository/issues/nodes"),
                Pagination.relay("/data/repository/issues"));
        try (Stream<JsonNode> all = issues.records(connection)) {
            all.forEach(issue -> System.out.println(issue.path("title")));
        }
    }
}
