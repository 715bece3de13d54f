package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.MockService.MockRequest;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.template.RequestTemplate;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Parents of parents, combined sources of parents, and parents that are listed by a cursor. */
@Timeout(60)
class ParentSourcesTest extends RecordServiceFixture {

    private static final RequestTemplate BOARDS =
            RequestTemplate.named("Boards").get("/boards").build();

    private final List<String> paths = new ArrayList<>();

    private PollingTriggerBuilder trigger(String url, ParentRecords parents) {
        return trigger()
                .request(RequestTemplate.named("Cards").get(url).build())
                .parents(parents);
    }

    /** Boards 1 and 2 with the lists 1 and 2 each; each list has one card. */
    private MockResponse respond(MockRequest asked) {
        paths.add(asked.path());
        if (asked.path().equals("/boards")) {
            return MockResponse.json(List.of(Map.of("id", 1, "open", true), Map.of("id", 2, "open", false)));
        }
        return asked.path().endsWith("/lists")
                ? MockResponse.json(List.of(Map.of("id", "a"), Map.of("id", "b")))
                : MockResponse.json(List.of(Map.of("id", asked.path())));
    }

    private static ParentRecords lists() {
        return ParentRecords.from(
                RequestTemplate.named("Lists").get("/boards/{{board.id}}/lists").build(),
                RecordSelector.atRoot(),
                "/id");
    }

    private List<String> keys(PollingTriggerBuilder builder) {
        try (PollingTrigger trigger = builder.build()) {
            trigger.pollOnce();
            trigger.pollOnce();
        }
        JsonNode written = builder.toJson();
        assertThat(PollingTrigger.named("t").definition(written).toJson()).isEqualTo(written);
        return events.stream().map(event -> event.key()).toList();
    }

    @Test
    void parentsOfParents() {
        service.behaviour = this::respond;
        ParentRecords boards =
                ParentRecords.from(BOARDS, RecordSelector.atRoot(), "/id").as("board");

        assertThat(keys(trigger("/b/{{board.id}}/l/{{parent.id}}", lists().below(boards))))
                .containsExactly("/b/1/l/a", "/b/1/l/b", "/b/2/l/a", "/b/2/l/b");
        assertThat(events.get(3).parent())
                .isEqualTo(JsonSupport.parse("{\"board\":{\"id\":2,\"open\":false},\"parent\":{\"id\":\"b\"}}"));
    }

    /** For a handler that drops known ids, and for replays by id. */
    @Test
    void equalRecordsOfTwoParentsAreTwoEvents() {
        service.behaviour = asked -> MockResponse.json(List.of(Map.of("id", 1)));

        assertThat(keys(trigger("/b/{{parent}}", ParentRecords.of("a", "b")))).containsExactly("1", "1");
        assertThat(events.stream().map(event -> event.id())).doesNotHaveDuplicates();
    }

    @Test
    void parentsAreFiltered() {
        service.behaviour = this::respond;
        ParentRecords boards =
                ParentRecords.from(BOARDS, RecordSelector.atRoot().where("{{record.open | not}}"), "/id");

        assertThat(keys(trigger("/b/{{parent.id}}", boards))).containsExactly("/b/2");
        assertThat(events.get(0).parent().path("id").intValue()).isEqualTo(2);
    }

    @Test
    void recordsAreFilteredByTheirParent() {
        service.behaviour = asked -> asked.path().equals("/boards")
                ? respond(asked)
                : MockResponse.json(List.of(Map.of("id", 1, "board", 1), Map.of("id", 2, "board", 2)));
        ParentRecords boards = ParentRecords.from(BOARDS, RecordSelector.atRoot(), "/id");

        assertThat(keys(trigger("/b/{{parent.id}}", boards)
                        .records(RecordSelector.atRoot().where("{{record.board | equals(parent.id)}}"))))
                .containsExactly("1", "2");
        assertThatThrownBy(() -> trigger("/b/{{parent.id}}", boards)
                        .records(RecordSelector.atRoot().where("{{parnt.id | equals(1)}}"))
                        .build())
                .hasMessageContaining("records: where: \"parnt\" is unknown");
    }

    @Test
    void combinationsOfSeveralSources() {
        service.behaviour = this::respond;
        ParentRecords product = ParentRecords.product(
                ParentRecords.from(BOARDS, RecordSelector.atRoot(), "/id").as("board"),
                ParentRecords.of("x", "y").as("type"),
                ParentRecords.of(2025, 2026).as("year"));

        assertThat(keys(trigger("/b/{{board.id}}/{{type}}/{{year}}", product)))
                .containsExactly(
                        "/b/1/x/2025",
                        "/b/1/x/2026",
                        "/b/1/y/2025",
                        "/b/1/y/2026",
                        "/b/2/x/2025",
                        "/b/2/x/2026",
                        "/b/2/y/2025",
                        "/b/2/y/2026");
    }

    @Test
    void sourcesOneAfterTheOther() {
        service.behaviour = this::respond;
        RequestTemplate more = RequestTemplate.named("More").get("/boards").build();
        ParentRecords union = ParentRecords.union(
                ParentRecords.from(BOARDS, RecordSelector.atRoot(), "/id"),
                ParentRecords.from(more, RecordSelector.atRoot(), "/id"),
                ParentRecords.of(Map.of("id", 3)));

        assertThat(keys(trigger("/b/{{parent.id}}", union))).containsExactly("/b/1", "/b/2", "/b/3");
    }

    @Test
    void failureOfOneOuterParentConcernsOnlyItself() {
        service.behaviour = asked -> asked.path().equals("/boards/1/lists") ? MockResponse.status(500) : respond(asked);
        ParentRecords boards =
                ParentRecords.from(BOARDS, RecordSelector.atRoot(), "/id").as("board");
        try (PollingTrigger trigger =
                trigger("/l/{{board.id}}/{{parent.id}}", lists().below(boards)).build()) {
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("500");
            assertThat(events).extracting(event -> event.key()).containsExactly("/l/2/a", "/l/2/b");
            service.behaviour =
                    asked -> asked.path().equals("/boards/1/lists") ? MockResponse.status(404) : respond(asked);
            trigger.pollOnce();
        }
    }

    /** The id of a parent must not change the path: neither of the list of its own parents, nor of its records. */
    @Test
    void parentsWhoseListFailsAreShown() {
        service.behaviour = asked -> asked.path().equals("/boards")
                ? MockResponse.json(List.of(Map.of("id", 1), Map.of("id", ".."), Map.of("id", 2), Map.of("id", 3)))
                : asked.path().equals("/boards/1/lists")
                        ? MockResponse.status(500)
                        : asked.path().equals("/boards/3/lists")
                                ? MockResponse.json(List.of(Map.of("name", "without id"), Map.of("id", "..")))
                                : respond(asked);
        ParentRecords boards =
                ParentRecords.from(BOARDS, RecordSelector.atRoot(), "/id").as("board");
        try (PollingTrigger trigger =
                trigger("/l/{{board.id}}/{{parent.id}}", lists().below(boards)).build()) {
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("500");
            assertThat(events).extracting(event -> event.key()).containsExactly("/l/2/a", "/l/2/b");
            Map<String, String> failed = trigger.status().failedParents();
            assertThat(failed).containsOnlyKeys("1", "..", "3", "[\"3\",\"..\"]");
            assertThat(failed.get("1")).contains("500");
            assertThat(failed.get("3")).contains("A parent has no key at");
            assertThat(trigger.status().consecutiveFailures()).isZero();
        }
        service.behaviour = this::respond;
        try (PollingTrigger trigger = trigger(
                        "/l/{{parent.id}}", ParentRecords.from(BOARDS, RecordSelector.atRoot(), "/id"))
                .build()) {
            trigger.pollOnce();
            assertThat(trigger.status().failedParents()).isEmpty();
        }
    }

    /** Boards with the time of their last change; {@code since} filters them. */
    private final Map<Integer, String> boards =
            new TreeMap<>(Map.of(1, "2026-01-01T00:00:00Z", 2, "2026-01-02T00:00:00Z"));

    private final List<String> since = new ArrayList<>();

    private MockResponse changed(MockRequest asked) {
        if (!asked.path().equals("/boards")) {
            return respond(asked);
        }
        String from = asked.query().getOrDefault("since", "");
        since.add(from);
        List<Object> found = new ArrayList<>();
        boards.forEach((id, time) -> {
            if (time.compareTo(from) >= 0) {
                found.add(Map.of("id", id, "t", time));
            }
        });
        return MockResponse.json(found);
    }

    private PollingTrigger incremental() {
        return trigger(
                        "/b/{{parent.id}}",
                        ParentRecords.from(BOARDS, RecordSelector.atRoot(), "/id")
                                .cursor(Cursor.timestamp("/t").sentAs("since")))
                .build();
    }

    @Test
    void onlyChangedParentsAreListedAndPolled() {
        service.behaviour = this::changed;
        try (PollingTrigger trigger = incremental()) {
            trigger.pollOnce();
            paths.clear();
            trigger.pollOnce();
            assertThat(paths).containsExactly("/b/2");
            boards.put(1, "2026-01-03T00:00:00Z");
            trigger.pollOnce();
        }
        assertThat(paths).containsExactly("/b/2", "/b/1", "/b/2");
        assertThat(since).containsExactly("", "2026-01-01T23:59:59Z", "2026-01-01T23:59:59Z");
    }

    /** A parent that failed is not listed again by itself: the position must not pass it. */
    @Test
    void positionOfTheParentsWaitsForAFailedParent() {
        service.behaviour = asked -> asked.path().equals("/b/1") ? MockResponse.status(500) : changed(asked);
        try (PollingTrigger trigger = incremental()) {
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("500");
            service.behaviour = this::changed;
            trigger.pollOnce();
        }
        assertThat(events).extracting(event -> event.key()).containsExactlyInAnyOrder("/b/1", "/b/2");
        assertThat(since).containsExactly("", "");
    }

    @Test
    void listOfSeveralPagesMayHaveSkippedParents() {
        service.behaviour = asked -> {
            if (!asked.path().equals("/boards")) {
                return respond(asked);
            }
            since.add(asked.query().getOrDefault("since", ""));
            int page = asked.number("page", 1);
            return MockResponse.json(
                    page > 2 ? List.of() : List.of(Map.of("id", page, "t", "2026-01-0" + page + "T00:00:00Z")));
        };
        ParentRecords parents = ParentRecords.from(BOARDS, RecordSelector.atRoot(), "/id")
                .cursor(Cursor.timestamp("/t").sentAs("since"));
        for (Pagination pages :
                List.of(Pagination.pages("page"), Pagination.pages("page").stable())) {
            since.clear();
            try (PollingTrigger trigger =
                    trigger("/b/{{parent.id}}", parents.pagination(pages)).build()) {
                trigger.pollOnce();
                trigger.pollOnce();
            }
            assertThat(since.get(3)).isEqualTo(pages.isStable() ? "2026-01-01T23:59:59Z" : "");
        }
    }

    private static String path(JsonNode event) {
        return event.path("id").asText();
    }

    private List<String> keys(Map<String, ?> account, ParentRecords parents) {
        return keys(trigger("/r/{{parent}}", parents).pill("account", account));
    }

    @Test
    void parentsFromTheTextOfAnInput() {
        service.behaviour = this::respond;
        ParentRecords regions = ParentRecords.valuesOf("{{account.regions | split(',')}}");

        assertThat(keys(Map.of("regions", " eu, us ,,ap,"), regions)).containsExactly("/r/eu", "/r/us", "/r/ap");
        assertThat(path(events.get(2).payload())).isEqualTo("/r/ap");
    }

    @Test
    void parentsFromAListAnObjectOrNothing() {
        service.behaviour = this::respond;

        assertThat(keys(Map.of("ids", List.of(7, 8)), ParentRecords.valuesOf("{{account.ids}}")))
                .containsExactly("/r/7", "/r/8");
        assertThat(keys(Map.of(), ParentRecords.valuesOf("{{account.ids | default('me')}}")))
                .endsWith("/r/me");
        events.clear();
        assertThat(keys(Map.of(), ParentRecords.valuesOf("{{account.ids}}"))).isEmpty();
    }

    @Test
    void selectedParentsOrElseAllThatARequestLists() {
        service.behaviour = this::respond;
        ParentRecords boards = ParentRecords.from(
                        BOARDS, RecordSelector.atRoot().where("/open", "true"), "/id")
                .orElse(ParentRecords.of("none"));
        ParentRecords parents = ParentRecords.valuesOf("{{account.boards | split(',')}}")
                .field("id")
                .orElse(boards);

        assertThat(keys(trigger("/r/{{parent.id}}", parents).pill("account", Map.of("boards", "5"))))
                .containsExactly("/r/5");
        assertThat(paths).doesNotContain("/boards");
        events.clear();
        assertThat(keys(trigger("/r/{{parent.id}}", parents).pill("account", Map.of())))
                .containsExactly("/r/1");
    }

    /** A list that cannot be read is not an empty one. */
    @Test
    void failedParentsAreNotReplacedByOthers() {
        service.behaviour = asked -> MockResponse.json(List.of(Map.of("id", asked.path(), "nothing", 1)));
        ParentRecords keyless =
                ParentRecords.from(BOARDS, RecordSelector.atRoot(), "/key").orElse(ParentRecords.of("all"));

        assertThatThrownBy(() -> keys(trigger("/r/{{parent}}", keyless))).hasMessageContaining("no key at \"/key\"");
        assertThat(events).isEmpty();
    }

    /** Ten boards with two lists each, and six requests an hour: all cards are read in the end, one board after the other. */
    @Test
    void quotaThatDoesNotSufficeForAllListsMakesProgress() {
        int[] left = {0};
        service.behaviour = asked -> {
            if (left[0]-- <= 0) {
                return MockResponse.status(429).header("Retry-After", "3600");
            }
            return asked.path().equals("/boards")
                    ? MockResponse.json(IntStream.rangeClosed(1, 10)
                            .mapToObj(id -> Map.of("id", id))
                            .toList())
                    : respond(asked);
        };
        ParentRecords boards =
                ParentRecords.from(BOARDS, RecordSelector.atRoot(), "/id").as("board");
        PollingTriggerBuilder builder = trigger("/b/{{board.id}}/l/{{parent.id}}", lists().below(boards));
        try (PollingTrigger trigger = builder.build()) {
            for (int i = 0; i < 12; i++) {
                left[0] = 6;
                assertThatThrownBy(trigger::pollOnce).hasMessageContaining("429");
            }
        }
        assertThat(events).hasSize(20);
    }

    @Test
    void timeOfThePollInRequests() {
        service.behaviour = this::respond;
        trigger()
                .request(RequestTemplate.named("List")
                        .get("/records")
                        .query("to", "{{now | date('yyyy-MM-dd', 'UTC')}}")
                        .query("from", "{{now | minus('P1M') | minus('P1D') | date('yyyy-MM-dd', 'UTC')}}")
                        .build())
                .build()
                .pollOnce();

        Map<String, String> query = service.requests.get(0).query();
        LocalDate to = LocalDate.parse(query.get("to"));
        assertThat(query).containsEntry("from", to.minusMonths(1).minusDays(1).toString());
    }

    static Stream<Arguments> wrong() {
        String from = "'request': {'name': 'P', 'method': 'GET', 'url': '/p'}, 'records': {}, 'key': '/id'";
        String cursor = "'cursor': {'timestamp': '/t', 'sentAs': {'query': 'since'}}";
        return Stream.of(
                Arguments.of("{'as': 'board', " + from + "}", "the request has no pill {{board}}"),
                Arguments.of("{'as': 'page', " + from + "}", "/parents/as"),
                Arguments.of("{'as': 'a b', " + from + "}", "is not a name"),
                Arguments.of("{'product': [{'values': [1]}]}", "use at least two sources"),
                Arguments.of("{'product': [{'values': [1]}, {'values': [2]}]}", "two sources are named \"parent\""),
                Arguments.of("{'product': [{'values': [1]}, {'as': 'year', 'values': [2]}]}", "no pill {{year}}"),
                Arguments.of("{'union': [{'values': [1]}, {'as': 'b', 'values': [2]}]}", "the same pills for each"),
                Arguments.of("{'as': 'x', 'union': [{'values': [1]}, {'values': [2]}]}", "contradicts union"),
                Arguments.of("{'values': [1], 'below': {'values': [2]}}", "/parents/below: contradicts values"),
                Arguments.of("{" + from + ", 'below': {'values': [1]}, " + cursor + "}", "cannot have a cursor"),
                Arguments.of("{'union': [{" + from + ", " + cursor + "}, {'values': [1]}]}", "cannot be combined"),
                Arguments.of("{" + from + ", 'cursor': {'opaque': '/t'}}", "/parents/cursor"),
                Arguments.of("{'valuesOf': 'eu,us'}", "/parents/valuesOf: valuesOf: \"eu,us\" has no pill"),
                Arguments.of("{'valuesOf': '{{x | splt}}'}", "did you mean \"split\"?"),
                Arguments.of("{'valuesOf': '{{x.y}}'}", "/parents/valuesOf: \"x\" is unknown: add \"x\" to \"pills\""),
                Arguments.of("{'valuesOf': '{{now}}', 'values': [1]}", "exclude each other"),
                Arguments.of("{'valuesOf': '{{now}}', 'key': '/id'}", "/parents/key: contradicts valuesOf"),
                Arguments.of("{'values': [1], 'orElse': {'values': [2], 'as': 'b'}}", "/parents/orElse"),
                Arguments.of("{'values': [1], 'field': ''}", "/parents/field: field: the name is missing"),
                Arguments.of("{" + from + ", 'field': 'id'}", "/parents/field: field: only of(...)"),
                Arguments.of(
                        "{'values': [1], 'orElse': {'valuesOf': '{{nov}}'}}",
                        "/parents/orElse/valuesOf: \"nov\" is unknown: did you mean \"now\"?"),
                Arguments.of("{'values': [1], 'orElse': {" + from + ", " + cursor + "}}", "cannot be combined"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void contradictionsAreProblemsOfTheDefinition(String parents, String problem) {
        PollingTriggerBuilder builder = trigger()
                .definition(JsonSupport.parse(("{'request': {'name': 'L', 'method': 'GET',"
                                + " 'url': '/l/{{parent}}'}, 'key': ['/id'], 'parents': " + parents + "}")
                        .replace('\'', '"')));

        assertThatThrownBy(builder::build).hasMessageContaining(problem);
    }
}
