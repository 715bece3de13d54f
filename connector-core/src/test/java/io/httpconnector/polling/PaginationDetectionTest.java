package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.RetryPolicy;
import io.httpconnector.polling.MockService.MockRequest;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Detection proves a pagination that reads all records from the first one, or detects none. 25 records, 10 per page. */
class PaginationDetectionTest {

    private static final int COUNT = 25;

    private final MockService service = new MockService();
    private final HttpConnection connection = HttpConnection.named("Service")
            .baseUrl(service.baseUrl())
            .retry(RetryPolicy.none())
            .build();

    @AfterEach
    void end() {
        connection.close();
        service.close();
    }

    /** Name of the list, page of a request by its first record, and the members beside the list, by the next record. */
    private record Service(
            String name,
            String list,
            Function<MockRequest, Integer> start,
            Function<Integer, Map<String, Object>> members) {

        MockResponse respond(MockRequest asked) {
            int from = start.apply(asked);
            Map<String, Object> body = new LinkedHashMap<>(members.apply(from + 10));
            body.put(list, records(from));
            return MockResponse.json(body);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static List<Map<String, Object>> records(int from) {
        return IntStream.range(Math.min(from, COUNT), Math.min(COUNT, from + 10))
                .mapToObj(id -> Map.<String, Object>of("id", id, "text", "record " + id))
                .toList();
    }

    private static Map<String, Object> ifMore(int next, String name, Object value) {
        return next < COUNT ? Map.of(name, value) : Map.of();
    }

    private static Function<MockRequest, Integer> number(String parameter) {
        return asked -> asked.number(parameter, 0);
    }

    /** The start of a page by a token such as {@code itr1/rec10}. */
    private static Function<MockRequest, Integer> token(String parameter) {
        return asked ->
                Integer.parseInt(asked.query().getOrDefault(parameter, "0").replaceFirst(".*rec", ""));
    }

    static Stream<Service> services() {
        return Stream.of(
                new Service(
                        "offset of the next page, with a flag",
                        "companies",
                        number("offset"),
                        next -> Map.of("has-more", next < COUNT, "offset", next)),
                new Service("offset of the next page", "items", number("start"), next -> Map.of("start", next)),
                new Service(
                        "offset of the next page, none on the last one",
                        "items",
                        number("offset"),
                        next -> ifMore(next, "offset", next)),
                new Service(
                        "number of the next page",
                        "items",
                        asked -> (asked.number("page", 1) - 1) * 10,
                        next -> ifMore(next, "page", next / 10 + 1)),
                new Service(
                        "first offset 1",
                        "Resources",
                        asked -> asked.number("startIndex", 1) - 1,
                        next -> Map.of("startIndex", next - 9, "totalResults", COUNT)),
                new Service(
                        "token that is called offset",
                        "records",
                        token("offset"),
                        next -> ifMore(next, "offset", "itr1/rec" + next)),
                new Service(
                        "token of digits that is called offset",
                        "records",
                        token("offset"),
                        next -> ifMore(next, "offset", "" + next)),
                new Service(
                        "start_cursor",
                        "results",
                        token("start_cursor"),
                        next -> Map.of("has_more", next < COUNT, "next_cursor", next < COUNT ? "rec" + next : "")),
                new Service(
                        "pagination_token",
                        "data",
                        token("pagination_token"),
                        next -> Map.of("meta", ifMore(next, "next_token", "rec" + next))),
                new Service(
                        "page[number]",
                        "data",
                        asked -> (asked.number("page[number]", 1) - 1) * 10,
                        next -> Map.of("meta", Map.of("total", COUNT))),
                new Service(
                        "continue",
                        "items",
                        token("continue"),
                        next -> Map.of("metadata", Map.of("continue", next < COUNT ? "rec" + next : ""))),
                new Service(
                        "continue with a prefix",
                        "pages",
                        token("apcontinue"),
                        next -> ifMore(next, "continue", Map.of("continue", "-||", "apcontinue", "rec" + next))),
                new Service(
                        "token on each page, with a flag",
                        "result",
                        token("nextPageToken"),
                        next -> Map.of("nextPageToken", "rec" + next, "moreResult", next < COUNT)),
                new Service("$skip", "value", number("$skip"), next -> Map.of()),
                new Service(
                        "URL also on the last page, with a flag",
                        "tickets",
                        number("at"),
                        next -> Map.of(
                                "meta",
                                Map.of("has_more", next < COUNT),
                                "links",
                                Map.of("next", "/records?at=" + next))));
    }

    private static Service ofToken(
            String name, String list, String parameter, Function<String, Map<String, Object>> members) {
        return new Service(name, list, token(parameter), next -> members.apply(next < COUNT ? "rec" + next : ""));
    }

    /** The shapes of real services, by their documentation. */
    static Stream<Service> realServices() {
        return Stream.of(
                new Service(
                        "HubSpot contacts",
                        "contacts",
                        number("vidOffset"),
                        next -> Map.of("has-more", next < COUNT, "vid-offset", next)),
                new Service(
                        "HubSpot deals",
                        "deals",
                        number("offset"),
                        next -> Map.of("hasMore", next < COUNT, "offset", next)),
                new Service(
                        "HubSpot form submissions",
                        "results",
                        token("after"),
                        next -> ifMore(next, "paging", Map.of("next", Map.of("after", "rec" + next)))),
                ofToken(
                        "Slack",
                        "members",
                        "cursor",
                        token -> Map.of("response_metadata", Map.of("next_cursor", token))),
                ofToken("Box", "entries", "marker", token -> Map.of("limit", 10, "next_marker", token)),
                ofToken("Azure Storage", "blobs", "marker", token -> Map.of("NextMarker", token)),
                new Service(
                        "Cloudant",
                        "docs",
                        token("bookmark"),
                        next -> Map.of("bookmark", "rec" + Math.min(next, COUNT))),
                ofToken("Elasticsearch", "hits", "scroll_id", token -> Map.of("_scroll_id", token)),
                ofToken("Google Drive", "files", "pageToken", token -> Map.of("nextPageToken", token)),
                ofToken(
                        "Zoho CRM",
                        "data",
                        "page_token",
                        token -> Map.of("info", Map.of("next_page_token", token, "more_records", !token.isEmpty()))),
                ofToken("AWS", "functions", "nextToken", token -> Map.of("nextToken", token)),
                ofToken(
                        "Asana",
                        "data",
                        "offset",
                        token -> token.isEmpty() ? Map.of() : Map.of("next_page", Map.of("offset", token))),
                ofToken(
                        "Airtable",
                        "records",
                        "offset",
                        token -> token.isEmpty() ? Map.of() : Map.of("offset", "itr1/" + token)),
                ofToken(
                        "Zendesk",
                        "tickets",
                        "page[after]",
                        token -> Map.of("meta", Map.of("has_more", !token.isEmpty(), "after_cursor", token))),
                ofToken(
                        "Intercom",
                        "data",
                        "starting_after",
                        token -> token.isEmpty()
                                ? Map.of()
                                : Map.of("pages", Map.of("next", Map.of("starting_after", token)))),
                ofToken(
                        "Eventbrite",
                        "events",
                        "continuation",
                        token -> Map.of(
                                "pagination", Map.of("has_more_items", !token.isEmpty(), "continuation", token))),
                new Service(
                        "Pipedrive",
                        "data",
                        number("start"),
                        next -> Map.of(
                                "additional_data",
                                Map.of(
                                        "pagination",
                                        Map.of(
                                                "start",
                                                next - 10,
                                                "limit",
                                                10,
                                                "more_items_in_collection",
                                                next < COUNT,
                                                "next_start",
                                                next)))),
                new Service(
                        "Stripe",
                        "data",
                        asked ->
                                asked.query().containsKey("starting_after") ? asked.number("starting_after", 0) + 1 : 0,
                        next -> Map.of("object", "list", "has_more", next < COUNT)));
    }

    @ParameterizedTest
    @MethodSource({"services", "realServices"})
    void detectedPaginationReadsAllRecordsFromTheFirstOne(Service paginated) {
        service.behaviour = paginated::respond;

        DetectedPagination found = detect("/records").orElseThrow();

        assertThat(found.proven()).isTrue();
        assertThat(found.toString()).endsWith("; page 2 has other records");
        assertThat(service.requests).hasSizeLessThanOrEqualTo(16);
        service.requests.clear();
        try (Stream<JsonNode> read = PagedRequest.of(template("/records"), found.records(), found.pagination())
                .records(connection)) {
            assertThat(read.map(record -> record.path("id").asInt()))
                    .containsExactlyElementsOf(IntStream.range(0, COUNT).boxed().toList());
        }
        assertThat(service.requests).hasSizeLessThanOrEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 400, 404, 500})
    void secondPageThatIsTheFirstOneOrFailsDisproves(int status) {
        service.behaviour = asked -> asked.query().isEmpty() || status == 0
                ? MockResponse.json(Map.of("data", records(0), "page", 1, "has_more", true, "next_cursor", "x"))
                : MockResponse.status(status);

        assertThat(detect("/records")).isEmpty();
        assertThat(service.requests).hasSizeLessThanOrEqualTo(16);
    }

    /** A counter, with a key and without one, of a service that ignores the parameters. */
    @ParameterizedTest
    @ValueSource(strings = {"id", "part"})
    void changedRecordsOfAnIgnoredParameterDisprove(String member) {
        service.behaviour = asked -> MockResponse.json(IntStream.range(0, 3)
                .mapToObj(id -> Map.of(member, id, "views", service.requests.size() * 10 + id))
                .toList());

        assertThat(detect("/records")).isEmpty();
        assertThat(service.requests).hasSizeLessThanOrEqualTo(16);
    }

    @Test
    void listWithoutASecondPageIsNotProven() {
        service.behaviour = asked -> MockResponse.json(Map.of(
                "items",
                asked.number("offset", 0) > 0 ? List.of() : records(0),
                "offset",
                asked.number("offset", 0),
                "total",
                10));

        DetectedPagination found = detect("/records").orElseThrow();

        assertThat(found.proven()).isFalse();
        assertThat(found).hasToString("detected by the value /offset; there is no second page to prove it");
        assertThat(found.toJson().at("/pagination/first").asInt(-1)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/records?page=3", "/records?skip=0&limit=10"})
    void parameterThatIsPartOfTheRequestIsAnError(String path) {
        service.behaviour = asked -> !asked.query().containsKey("skip")
                ? MockResponse.json(
                        Map.of("items", records((asked.number("page", 1) - 1) * 10), "page", asked.number("page", 1)))
                : MockResponse.json(Map.of("items", records(asked.number("skip", 0)), "skip", asked.number("skip", 0)));

        assertThatThrownBy(() -> detect(path))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("already")
                .hasMessageContaining("remove it from the template");
    }

    private Optional<DetectedPagination> detect(String path) {
        return Pagination.detect(connection, template(path), Pills.none());
    }

    private static RequestTemplate template(String path) {
        return RequestTemplate.named("List").get(path).build();
    }

    /** Page 1 is the only one: the token that is always present does not lead to another one. */
    @Test
    void flagBesideATokenIsDetectedOnTheOnlyPage() {
        service.behaviour =
                asked -> MockResponse.json(Map.of("result", records(0), "nextPageToken", "x", "moreResult", false));

        DetectedPagination found = detect("/records").orElseThrow();

        assertThat(found.proven()).isFalse();
        assertThat(found.toJson().at("/pagination/moreWhile").asText()).isEqualTo("/moreResult");
        assertThat(found.toJson().at("/pagination/token").asText()).isEqualTo("/nextPageToken");
    }

    /** A feed whose records are new with each request would seem to have other records on page 2. */
    @ParameterizedTest
    @ValueSource(strings = {"", "next", "page", "next_cursor", "offset"})
    void newRecordsWithEachRequestProveNothing(String member) {
        service.behaviour = asked -> {
            int first = service.requests.size() * 10;
            List<Map<String, Object>> records = IntStream.range(first, first + 5)
                    .mapToObj(id -> Map.<String, Object>of("id", id))
                    .toList();
            return MockResponse.json(
                    switch (member) {
                        case "" -> Map.of("items", records);
                        case "next" -> Map.of("items", records, member, "/records?at=" + first);
                        default -> Map.of("items", records, member, 1);
                    });
        };

        assertThat(detect("/records")).isEmpty();
        assertThat(service.requests).hasSizeLessThanOrEqualTo(16);
    }

    static Stream<Arguments> formats() {
        return Stream.of(
                Arguments.of("text/csv", "id,name%n", "%d,a%n", ""),
                Arguments.of("application/x-ndjson", "", "{\"id\": %d}%n", ""),
                Arguments.of(
                        "application/xml", "<r><items>", "<item><id>%d</id></item>", "</items><total>25</total></r>"));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void eachFormatOfRecordsIsRead(String type, String start, String record, String end) {
        for (String parameter : List.of("page", "offset", "Link")) {
            service.requests.clear();
            service.behaviour = asked -> {
                int from = parameter.equals("offset")
                        ? asked.number("offset", 0)
                        : (asked.number(parameter.equals("page") ? "page" : "at", 1) - 1) * 10;
                StringBuilder body = new StringBuilder(String.format(start));
                records(from).forEach(one -> body.append(String.format(record, one.get("id"))));
                MockResponse response = MockResponse.of(type, body + end);
                return from + 10 < COUNT && parameter.equals("Link")
                        ? response.header("Link", "</records?at=" + (from / 10 + 2) + ">; rel=next")
                        : response;
            };

            DetectedPagination found = detect("/records").orElseThrow();

            assertThat(found.proven()).isTrue();
            assertThat(PagedRequest.of(template("/records"), found.records(), found.pagination())
                            .records(connection))
                    .hasSize(COUNT);
        }
    }

    /** RFC 8288, section 3.2. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "</x?page=99>; rel=\"next\"; anchor=\"/other\", <%s>; rel=\"next\"",
                "</x?page=99>; anchor=\"#part\"; rel=next, <%s>; rel=next",
                "</x?page=99>; anchor=https://example.com/; rel=next, <%s>; rel='next'",
                "<%s>; rel='prev next'; title='a'",
                "<%s>; rel=NEXT; anchor=\"\"",
                "<%s>; rel=next; anchor=\"/records%s\"",
                "</x?page=99>; title=\"next\"; rel=\"last\", <%s>; title=\"a, b; rel=prev\"; rel=\"last next\""
            })
    void linkOfAnotherContextIsNoLinkOfThePage(String links) {
        service.behaviour = asked -> {
            int page = asked.number("page", 1);
            MockResponse response = MockResponse.json(records((page - 1) * 10));
            String next = "/records?page=" + (page + 1);
            return page < 3
                    ? response.header("Link", String.format(links, next, page == 1 ? "" : "?page=" + page))
                    : response;
        };

        DetectedPagination found = detect("/records").orElseThrow();

        assertThat(found.toJson().at("/pagination/linkHeader").asBoolean()).isTrue();
        assertThat(PagedRequest.of(template("/records"), found.records(), found.pagination())
                        .records(connection))
                .hasSize(COUNT);
    }
}
