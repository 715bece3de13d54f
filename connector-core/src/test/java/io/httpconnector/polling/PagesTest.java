package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.MockService.MockRequest;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.template.RequestTemplateBuilder;
import io.httpconnector.trigger.TriggerEvent;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** 25 records, 10 per page, with the common types of pagination. */
class PagesTest {

    private static final int COUNT = 25;

    private final MockService service = new MockService();
    private final HttpConnection connection =
            HttpConnection.named("Service").baseUrl(service.baseUrl() + "/api").build();
    private final List<TriggerEvent> events = new ArrayList<>();

    @AfterEach
    void end() {
        connection.close();
        service.close();
    }

    static Stream<Arguments> paginations() {
        return Stream.of(
                arguments(
                        "number from 1",
                        4,
                        Pagination.pages("page"),
                        respond(asked -> (asked.number("page", 1) - 1) * 10)),
                arguments(
                        "number from 0",
                        4,
                        Pagination.pages("p").first(0),
                        respond(asked -> asked.number("p", 0) * 10)),
                arguments(
                        "number and size",
                        3,
                        Pagination.pages("page").size("per", 10).endsWithShortPage(),
                        respond(asked -> (asked.number("page", 1) - 1) * asked.number("per", 0))),
                arguments("offset", 4, Pagination.offset("skip"), respond(asked -> asked.number("skip", 0))),
                arguments(
                        "offset from 1, in the body, with a POST",
                        4,
                        Pagination.offset(ParameterLocation.json("/paging/start"))
                                .first(1),
                        respond(asked -> JsonSupport.parse(asked.body())
                                        .at("/paging/start")
                                        .asInt()
                                - 1)),
                arguments(
                        "offset, size in a form field, with a POST",
                        3,
                        Pagination.offset(ParameterLocation.field("start"))
                                .size(ParameterLocation.field("count"), 10)
                                .endsWithShortPage(),
                        respond(asked -> Integer.parseInt(asked.body().replaceAll(".*start=(\\d+).*", "$1")))),
                arguments(
                        "number in a header",
                        4,
                        Pagination.pages(ParameterLocation.header("X-Page")),
                        respond(asked -> (Integer.parseInt(asked.headers().get("X-Page")) - 1) * 10)),
                arguments(
                        "number in the path",
                        4,
                        Pagination.pages(ParameterLocation.template()),
                        respond(asked -> (Integer.parseInt(asked.path().replaceAll(".*/page/", "")) - 1) * 10)),
                arguments(
                        "token in the body",
                        3,
                        Pagination.cursor("after").token("/meta/next"),
                        respond(
                                asked -> asked.number("after", 0),
                                next -> next < COUNT ? Map.of("next", next) : Map.of())),
                arguments(
                        "token in the body, null at the end",
                        3,
                        Pagination.cursor("after").token("/meta/next"),
                        respond(asked -> asked.number("after", 0), next -> {
                            Map<String, Object> meta = new LinkedHashMap<>();
                            meta.put("next", next < COUNT ? next : null);
                            return meta;
                        })),
                arguments(
                        "token in a header",
                        3,
                        Pagination.cursor("after").tokenHeader("X-Next"),
                        (MockService.Behaviour) asked -> {
                            int from = asked.number("after", 0);
                            MockResponse response = page(from, Map.of());
                            return from + 10 < COUNT ? response.header("X-Next", String.valueOf(from + 10)) : response;
                        }),
                arguments(
                        "last record",
                        4,
                        Pagination.cursor("after_id").tokenOfLastRecord("/id"),
                        respond(asked -> asked.number("after_id", 0))),
                arguments(
                        "last record and flag",
                        3,
                        Pagination.cursor("after_id").tokenOfLastRecord("/id").moreWhile("/meta/has_more"),
                        respond(asked -> asked.number("after_id", 0), next -> Map.of("has_more", next < COUNT))),
                arguments(
                        "own code",
                        3,
                        Pagination.cursor("from")
                                .token(page -> page.number() < 3
                                        ? Optional.of(String.valueOf(page.number() * 10))
                                        : Optional.empty()),
                        respond(asked -> asked.number("from", 0))),
                arguments(
                        "URL in the body",
                        3,
                        Pagination.nextUrl("/meta/next"),
                        respond(
                                asked -> asked.number("o", 0),
                                next -> next < COUNT ? Map.of("next", "/api/records?o=" + next) : Map.of())),
                arguments(
                        "URL in the body, query only",
                        3,
                        Pagination.nextUrl("/meta/next"),
                        respond(
                                asked -> asked.number("o", 0),
                                next -> next < COUNT ? Map.of("next", "?o=" + next) : Map.of())),
                arguments("Link header", 3, Pagination.linkHeader(), (MockService.Behaviour) asked -> {
                    int from = asked.number("o", 0);
                    String first = "<http://" + asked.headers().get("Host") + "/api/records?o=0>; rel=\"first prev\"";
                    String next = "<http://" + asked.headers().get("Host") + "/api/records?o=" + (from + 10)
                            + ">; title=\"a, <b>; rel=x\"; rel=\"next\"";
                    return page(from, Map.of()).header("Link", from + 10 < COUNT ? first + ", " + next : first);
                }),
                arguments(
                        "total",
                        3,
                        Pagination.offset("skip").total("/meta/total"),
                        respond(asked -> asked.number("skip", 0), next -> Map.of("total", COUNT))),
                arguments(
                        "total pages",
                        3,
                        Pagination.pages("page").totalPages("/meta/pages"),
                        respond(asked -> (asked.number("page", 1) - 1) * 10, next -> Map.of("pages", "3"))),
                arguments(
                        "flag of the last page",
                        3,
                        Pagination.offset("skip").lastWhen("/meta/isLast"),
                        respond(asked -> asked.number("skip", 0), next -> Map.of("isLast", next >= COUNT))),
                arguments(
                        "total that is not known",
                        4,
                        Pagination.offset("skip").total("/meta/total"),
                        respond(asked -> asked.number("skip", 0), next -> Map.of("total", -1))),
                arguments(
                        "total pages that are not known",
                        4,
                        Pagination.pages("page").totalPages("/meta/pages"),
                        respond(asked -> (asked.number("page", 1) - 1) * 10, next -> Map.of("pages", 0))),
                arguments(
                        "predicate",
                        3,
                        Pagination.pages("page").until(page -> page.number() == 3),
                        respond(asked -> (asked.number("page", 1) - 1) * 10)),
                arguments(
                        "the last page again and again",
                        4,
                        Pagination.pages("page"),
                        respond(asked -> (Math.min(3, asked.number("page", 1)) - 1) * 10)),
                arguments(
                        "the last token again and again, and a flag",
                        3,
                        Pagination.cursor("after").token("/meta/next").moreWhile("/meta/more"),
                        respond(
                                asked -> asked.number("after", 0),
                                next -> Map.of("next", Math.min(20, next), "more", next < COUNT))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("paginations")
    void allPagesAreRead(String name, int requests, Pagination pagination, MockService.Behaviour behaviour) {
        service.behaviour = behaviour;
        try (PollingTrigger trigger = trigger(pagination, template(name)).build()) {
            PollResult result = trigger.pollOnce();

            assertThat(events)
                    .extracting(TriggerEvent::key)
                    .isEqualTo(IntStream.rangeClosed(1, COUNT)
                            .mapToObj(String::valueOf)
                            .toList());
            assertThat(service.requests).hasSize(requests);
            assertThat(result.pages()).isEqualTo(requests);
            assertThat(trigger.pollOnce().events()).isZero();
        }
    }

    static Stream<Arguments> signs() {
        return Stream.of(
                arguments("a Link header", (MockService.Behaviour) asked -> {
                    int next = asked.number("o", 0) + 10;
                    MockResponse page = page(next - 10, Map.of());
                    return next < COUNT ? page.header("Link", "</api/records?o=" + next + ">; rel=next") : page;
                }),
                arguments(
                        "a URL at /meta/next",
                        respond(asked -> asked.number("o", 0), next -> ifMore("next", next, "?o="))),
                arguments(
                        "a token at /meta/nextPageToken",
                        respond(asked -> asked.number("pageToken", 0), next -> ifMore("nextPageToken", next, ""))),
                arguments(
                        "a token at /meta/next_cursor",
                        respond(asked -> asked.number("cursor", 0), next -> ifMore("next_cursor", next, ""))),
                arguments(
                        "the flag /meta/has_more",
                        respond(asked -> asked.number("starting_after", 0), next -> Map.of("has_more", next < COUNT))),
                arguments(
                        "the value /meta/startAt",
                        respond(
                                asked -> asked.number("startAt", 0),
                                next -> Map.of("startAt", next - 10, "total", COUNT))),
                arguments(
                        "a token at /meta/nextPageToken",
                        respond(
                                asked -> asked.number("nextPageToken", 0),
                                next -> Map.of("nextPageToken", next, "isLast", next >= COUNT))),
                arguments("a second page by page=2", respond(asked -> (asked.number("page", 1) - 1) * 10)),
                arguments("a second page by page=1", respond(asked -> asked.number("page", 0) * 10)),
                arguments(
                        "a second page by page=1",
                        respond(
                                asked -> asked.number("page", 0) * 10,
                                next -> Map.of("number", next / 10 - 1, "last", next >= COUNT, "totalPages", 3))),
                arguments(
                        "a second page by page=2",
                        respond(asked -> (asked.number("page", 1) - 1) * 10, next -> Map.of("count", 10, "pages", 1))),
                arguments(
                        "the value /meta/offset",
                        respond(asked -> asked.number("offset", 0), next -> Map.of("offset", next - 10, "total", -1))),
                arguments(
                        "a second page by page=1",
                        respond(asked -> asked.number("page", 0) * 10, next -> Map.of("page", next / 10 - 1))),
                arguments("a second page by offset=10", respond(asked -> asked.number("offset", 0))));
    }

    private static Map<String, String> ifMore(String name, int next, String prefix) {
        return next < COUNT ? Map.of(name, prefix + next) : Map.of();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("signs")
    void paginationIsDetected(String reason, MockService.Behaviour behaviour) {
        service.behaviour = behaviour;

        DetectedPagination found =
                Pagination.detect(connection, template(""), Pills.none()).orElseThrow();

        assertThat(found.reason()).contains(reason);
        assertThat(found.proven()).isTrue();
        try (PollingTrigger trigger = trigger(found.pagination(), template(""))
                .records(found.records())
                .build()) {
            assertThat(trigger.pollOnce().events()).isEqualTo(COUNT);
        }
    }

    @Test
    void pageLimitIsReported() {
        service.behaviour = asked -> MockResponse.json(List.of(Map.of("id", asked.number("page", 1))));
        try (PollingTrigger trigger = PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .pagination(Pagination.pages("page").maxPages(2))
                .startPosition(StartPosition.everything())
                .store(StateStore.inMemory())
                .handler(event -> {})
                .build()) {
            trigger.pollOnce();
            assertThat(trigger.status().warnings())
                    .anySatisfy(line -> assertThat(line)
                            .isEqualTo("maxPages(2) ended the last poll: the next poll continues where it ended"));
            assertThat(trigger.status().total().events()).isEqualTo(2);
            trigger.pollOnce();
            assertThat(trigger.status().total().events()).isEqualTo(4);
            assertThat(service.requests.get(2).query()).containsEntry("page", "3");
        }
    }

    /** Link objects of JSON:API and HAL. */
    @Test
    void linkObjectIsFollowed() {
        service.behaviour = asked -> MockResponse.json(Map.of(
                "data",
                List.of(Map.of("id", asked.number("page", 1))),
                "links",
                asked.number("page", 1) < 3
                        ? Map.of("next", Map.of("href", "/records?page=" + (asked.number("page", 1) + 1)))
                        : Map.of()));
        List<String> handled = new ArrayList<>();
        try (PollingTrigger trigger = linked("/links/next", handled)) {
            trigger.pollOnce();
        }
        assertThat(handled).containsExactly("1", "2", "3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"page\": 2}", "[2]", "{\"href\": 2}"})
    void tokenThatIsObjectOrListIsError(String next) {
        service.behaviour =
                asked -> MockResponse.of("application/json", "{\"data\": [{\"id\": 1}], \"next\": " + next + "}");
        List<String> handled = new ArrayList<>();
        try (PollingTrigger trigger = linked("/next", handled)) {
            assertThatThrownBy(trigger::pollOnce)
                    .isInstanceOf(PollingException.class)
                    .hasMessageContaining("JSON pointer of the value in it");
        }
    }

    /** Some services write characters into next URLs that RFC 3986 does not permit there. */
    @ParameterizedTest
    @ValueSource(strings = {"a|b", "a{b}c", "a b", "a\"b", "a^b", "a%b", "a%zz", "caf\u00e9", "a`b", "a<b>", "a\\b"})
    void rawCharactersInANextUrlAreEncoded(String token) {
        service.behaviour = asked -> {
            String after = asked.query().get("after");
            return after == null
                    ? MockResponse.json(Map.of(
                            "data", List.of(Map.of("id", 1)), "next", service.baseUrl() + "/records?after=" + token))
                    : MockResponse.json(Map.of("data", List.of(Map.of("id", after))));
        };
        List<String> handled = new ArrayList<>();
        try (PollingTrigger trigger = linked("/next", handled)) {
            trigger.pollOnce();
        }
        assertThat(handled).containsExactly("1", token);
    }

    private PollingTrigger linked(String pointer, List<String> handled) {
        return PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .records(RecordSelector.at("/data"))
                .key("/id")
                .pagination(Pagination.nextUrl(pointer))
                .startPosition(StartPosition.everything())
                .store(StateStore.inMemory())
                .handler(event -> handled.add(event.key()))
                .build();
    }

    /** The next page is requested by the response of the service, even if a handler modifies the records. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 1000})
    void handlerThatModifiesRecordsDoesNotAffectPaging(int inMemory) {
        List<Integer> handled = new ArrayList<>();
        service.behaviour = asked -> {
            int after = asked.number("after", 0);
            return MockResponse.json(IntStream.rangeClosed(after + 1, Math.min(after + 2, 6))
                    .mapToObj(id -> Map.of("id", id))
                    .toList());
        };
        try (PollingTrigger trigger = PollingTrigger.named("records")
                .connection(connection)
                .request(RequestTemplate.named("List").get("/records").build())
                .key("/id")
                .pagination(Pagination.cursor("after").tokenOfLastRecord("/id").stable())
                .startPosition(StartPosition.everything())
                .maxInMemory(inMemory)
                .store(StateStore.inMemory())
                .handler(event -> {
                    handled.add(event.payload().path("id").asInt());
                    ((ObjectNode) event.payload()).removeAll().put("id", 99);
                })
                .build()) {
            trigger.pollOnce();
        }
        assertThat(handled).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void nothingIsDetectedWithoutIndication() {
        service.behaviour = respond(asked -> 0);
        assertThat(Pagination.detect(connection, template(""), Pills.none())).isEmpty();

        service.behaviour = asked -> MockResponse.json(Map.of("name", "no list"));
        assertThat(Pagination.detect(connection, template(""), Pills.none())).isEmpty();
    }

    private static RequestTemplate template(String name) {
        RequestTemplateBuilder builder = RequestTemplate.named("List");
        if (name.contains("path")) {
            return builder.get("/page/{{page.number}}").build();
        }
        return name.contains("POST")
                ? builder.post("/records").build()
                : builder.get("/records").build();
    }

    @Test
    void connectionMayHaveDefaultPagination() {
        service.behaviour = respond(asked -> asked.number("skip", 0));
        PollingDefaults defaults = PollingDefaults.of(connection, StateStore.inMemory())
                .with(trigger -> trigger.pagination(Pagination.offset("skip")).records(RecordSelector.at("/items")));
        try (PollingTrigger trigger = defaults.named("records")
                .request(template(""))
                .key("/id")
                .startPosition(StartPosition.everything())
                .handler(events::add)
                .build()) {
            assertThat(trigger.pollOnce().events()).isEqualTo(COUNT);
        }
    }

    @Test
    void cappedPageSizeLosesNothing() {
        service.behaviour = respond(asked -> asked.number("skip", 0));
        try (PollingTrigger trigger = trigger(Pagination.offset("skip").size("limit", 1000), template(""))
                .build()) {
            assertThat(trigger.pollOnce().events()).isEqualTo(COUNT);
        }
    }

    @Test
    void loopIsDetectedAndCheckpointDoesNotMove() {
        Map<String, String> next = Map.of("", "A", "A", "B", "B", "A");
        service.behaviour = asked -> {
            String token = asked.query().getOrDefault("after", "");
            return page(token.isEmpty() ? 0 : 10, Map.of("next", next.getOrDefault(token, "")));
        };
        Pagination pagination = Pagination.cursor("after").token("/meta/next");
        PollingTriggerBuilder builder =
                trigger(pagination, template("")).cursor(Cursor.number("/id").sentAs("min"));
        try (PollingTrigger trigger = builder.build()) {
            assertThatThrownBy(trigger::pollOnce)
                    .isInstanceOfSatisfying(
                            PollingException.class, e -> assertThat(e.reason()).isEqualTo(Reason.PAGES_REPEAT));
            assertThat(service.requests).hasSize(3);
            assertThat(events).hasSize(20);
            assertThatThrownBy(trigger::pollOnce).isInstanceOf(PollingException.class);
            assertThat(events).hasSize(20);
            assertThat(service.requests.get(3).query()).doesNotContainKey("min");
            assertThat(trigger.status().consecutiveFailures()).isEqualTo(2);
        }
    }

    @Test
    void ignoredPageParameterIsDetected() {
        service.behaviour = respond(asked -> 0);
        try (PollingTrigger trigger =
                trigger(Pagination.pages("page"), template("")).build()) {
            assertThatThrownBy(trigger::pollOnce)
                    .isInstanceOf(PollingException.class)
                    .hasMessageContaining("page 2 has the same records as page 1");
            assertThat(service.requests).hasSize(2);
        }
    }

    @Test
    void ignoredTokenIsDetected() {
        service.behaviour = respond(asked -> 0, next -> Map.of("next", "A"));
        try (PollingTrigger trigger = trigger(Pagination.cursor("after").token("/meta/next"), template(""))
                .build()) {
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("the service ignores the token");
            assertThat(service.requests).hasSize(2);
        }
    }

    @Test
    void credentialsAreNotSentToAnotherHost() {
        service.behaviour = respond(asked -> 0, next -> Map.of("next", "https://evil.example.com/api/records?o=10"));
        try (PollingTrigger trigger =
                trigger(Pagination.nextUrl("/meta/next"), template("")).build()) {
            assertThatThrownBy(trigger::pollOnce)
                    .isInstanceOfSatisfying(
                            PollingException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FOREIGN_PAGE))
                    .hasMessageContaining("evil.example.com");
        }
    }

    /** Characters that services do not encode and browsers accept. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "/records?after=1|2 after=1%7C2",
                "'/records?after=a b' after=a%20b",
                "' /records?after=a ' after=a",
                "/records?f[x]=1&after=[2] after=%5B2%5D",
                "/records?after=a^b`{c}<d>\"e after=a%5Eb%60%7Bc%7D%3Cd%3E%22e",
                "/records?after=zürich-€-𝒳 after=z%C3%BCrich-%E2%82%AC-%F0%9D%92%B3",
                "/records?after=a\\\\b after=a%5C%5Cb",
                "/records?after=100%&x=1 after=100%25",
                "/records?after=%zz%7C after=%25zz%7C",
                "\\\\records?after=1 -",
                "/a|b/records?after=1 after=1",
                "\\records?after=1 after=1",
                "?after=a|b after=a%7Cb"
            })
    void rawUrlCharactersAreEncoded(String link, String expected) {
        service.behaviour = asked -> MockResponse.json(
                service.requests.size() == 1
                        ? Map.of("data", List.of(Map.of("id", 1)), "next", link)
                        : Map.of("data", List.of(Map.of("id", 2))));
        List<String> handled = new ArrayList<>();
        try (PollingTrigger trigger = linked("/next", handled)) {
            if (expected.equals("-")) {
                // Another host.
                assertThatThrownBy(trigger::pollOnce).isInstanceOf(PollingException.class);
                return;
            }
            trigger.pollOnce();
        }
        String after = expected.substring("after=".length());
        assertThat(service.requests.get(1).query())
                .containsEntry("after", URLDecoder.decode(after, StandardCharsets.UTF_8));
        assertThat(handled).containsExactly("1", "2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http:\\\\evil.example.com\\x",
                "\\\\evil.example.com/x",
                "/\\evil.example.com/x",
                "//evil.example.com|/x",
                "http://evil.example.com\\@127.0.0.1/x",
                "http://user@evil.example.com/a|b",
                "htt\np://evil.example.com/"
            })
    void repairedUrlStaysOnHost(String link) {
        service.behaviour = asked -> MockResponse.json(Map.of("data", List.of(Map.of("id", 1)), "next", link));
        List<String> handled = new ArrayList<>();
        try (PollingTrigger trigger = linked("/next", handled)) {
            assertThatThrownBy(trigger::pollOnce).isInstanceOf(PollingException.class);
        }
        assertThat(service.requests)
                .allSatisfy(asked -> assertThat(asked.path()).doesNotStartWith("/x"));
    }

    @Test
    void untilEndsPaging() {
        service.behaviour = respond(asked -> asked.number("skip", 0));
        try (PollingTrigger trigger =
                trigger(Pagination.offset("skip").maxPages(2), template("")).build()) {
            trigger.pollOnce();
            assertThat(trigger.status().warnings().toString()).contains("maxPages(2)");
            assertThat(trigger.status().total().events()).isEqualTo(20);
        }
        assertThat(service.requests).hasSize(2);
    }

    private static MockService.Behaviour respond(Function<MockRequest, Integer> from) {
        return respond(from, next -> Map.of());
    }

    private static MockService.Behaviour respond(
            Function<MockRequest, Integer> from, Function<Integer, Map<String, ?>> meta) {
        return asked -> {
            int begin = from.apply(asked);
            return page(begin, meta.apply(begin + 10));
        };
    }

    private static MockResponse page(int from, Map<String, ?> meta) {
        List<Map<String, Integer>> items = IntStream.range(from, Math.min(from + 10, COUNT))
                .mapToObj(i -> Map.of("id", i + 1))
                .toList();
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("items", items);
        page.put("meta", meta);
        return MockResponse.json(page);
    }

    private PollingTriggerBuilder trigger(Pagination pagination, RequestTemplate template) {
        return PollingTrigger.named("records")
                .connection(connection)
                .request(template)
                .records(RecordSelector.at("/items"))
                .key("/id")
                .pagination(pagination)
                .startPosition(StartPosition.everything())
                .store(StateStore.inMemory())
                .handler(events::add);
    }
}
