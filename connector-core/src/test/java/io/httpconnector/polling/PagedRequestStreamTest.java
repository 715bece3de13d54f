package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.Body;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.MockService.MockRequest;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.wizard.RequestWizard;
import io.httpconnector.wizard.SampleExchange;
import io.httpconnector.wizard.SavedRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests streams of records and pages for requests without pills: 25 records, 10 per page. */
class PagedRequestStreamTest {

    private static final int COUNT = 25;

    private final MockService service = new MockService();
    private final HttpConnection connection = HttpConnection.named("Service")
            .baseUrl(service.baseUrl())
            .retry(RetryPolicy.maxAttempts(2).fixedDelay(Duration.ofMillis(1)))
            .build();

    record Order(int id, String shipTo) {}

    record Item(int id) {}

    @AfterEach
    void end() {
        connection.close();
        service.close();
    }

    private static List<Map<String, Object>> from(int start) {
        return IntStream.range(Math.min(start, COUNT), Math.min(COUNT, start + 10))
                .mapToObj(id -> Map.<String, Object>of("id", id, "ship_to", "Street " + id))
                .toList();
    }

    private static MockResponse page(int number) {
        return MockResponse.json(Map.of("items", from((number - 1) * 10), "total", COUNT, "page", number));
    }

    private static PagedRequest items(Request request, Pagination pagination) {
        return PagedRequest.of(request, RecordSelector.at("/items"), pagination);
    }

    static List<Object[]> locations() {
        return List.of(
                new Object[] {ParameterLocation.query("p"), Request.get("/orders?state=open")},
                new Object[] {
                    ParameterLocation.header("X-Page"), Request.get("/orders").header("X-Page", "7")
                },
                new Object[] {
                    ParameterLocation.field("p"), Request.post("/orders").bodyField("state", "open")
                },
                new Object[] {ParameterLocation.field("p"), Request.post("/orders")},
                new Object[] {
                    ParameterLocation.json("/paging/p"), Request.post("/orders").json(Map.of("state", "open"))
                },
                new Object[] {ParameterLocation.json("/p"), Request.post("/orders")});
    }

    @ParameterizedTest
    @MethodSource("locations")
    void requestWithoutPillsGetsTheParametersOfEachPage(ParameterLocation location, Request request) {
        service.behaviour = asked -> page(requestedPage(asked));

        Stream<JsonNode> records =
                items(request, Pagination.pages(location).total("/total")).records(connection);

        assertThat(records.map(order -> order.path("id").asInt()))
                .containsExactlyElementsOf(IntStream.range(0, COUNT).boxed().toList());
        assertThat(service.requests)
                .hasSize(3)
                .extracting(PagedRequestStreamTest::requestedPage)
                .containsExactly(1, 2, 3);
        if (request.body().isPresent()) {
            assertThat(service.requests)
                    .allSatisfy(asked -> assertThat(asked.body()).contains("open"));
        }
    }

    private static int requestedPage(MockRequest asked) {
        if (asked.headers().containsKey("X-Page")) {
            return Integer.parseInt(asked.headers().get("X-Page"));
        }
        if (asked.body().startsWith("{")) {
            JsonNode json = JsonSupport.parse(asked.body());
            return json.at("/paging/p").asInt(json.path("p").asInt());
        }
        return asked.body().isEmpty()
                ? asked.number("p", 0)
                : Integer.parseInt(asked.body().replaceFirst(".*\\bp=(\\d+).*", "$1"));
    }

    static List<Object[]> misplaced() {
        return List.of(
                new Object[] {ParameterLocation.template(), Request.get("/"), "use a RequestTemplate"},
                new Object[] {ParameterLocation.query("p"), Request.get("/?p=3"), "remove it from the request"},
                new Object[] {ParameterLocation.query("p"), Request.get("/").query("p", "3"), "remove it"},
                new Object[] {ParameterLocation.field("p"), Request.post("/").body(Body.xml("<a/>")), "form"},
                new Object[] {ParameterLocation.json("/p"), Request.post("/").json(List.of()), "not a JSON object"},
                new Object[] {
                    ParameterLocation.json("/p"), Request.post("/").body(Body.xml("<a/>")), "not a JSON object"
                },
                new Object[] {ParameterLocation.json("/a/p"), Request.post("/").json(Map.of("a", 1)), "no object at /a"
                },
                new Object[] {
                    ParameterLocation.json("/p"),
                    Request.post("/").json(Map.of("a", 1)).bodyField("key", Secret.of("s3cr3t-value")),
                    "secrets"
                },
                new Object[] {ParameterLocation.header("Host"), Request.get("/"), "Host"});
    }

    @ParameterizedTest
    @MethodSource("misplaced")
    void parameterWithoutAPlaceIsReportedAtOnce(ParameterLocation location, Request request, String problem) {
        assertThatThrownBy(() -> items(request, Pagination.pages(location)))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(problem)
                .hasMessageNotContaining("s3cr3t");
    }

    @Test
    void incompletePaginationIsReportedAtOnce() {
        assertThatThrownBy(() -> items(Request.get("/"), Pagination.cursor("after")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("token");
        assertThatThrownBy(() -> items(Request.get("/"), Pagination.none().maxPages(2)))
                .hasMessageContaining("only one page");
        assertThatThrownBy(() -> PagedRequest.of((Request) null, RecordSelector.atRoot(), Pagination.none()))
                .isInstanceOf(InvalidDefinitionException.class);
    }

    @Test
    void recordsAreObjectsOfTheMappingOfTheConnection() {
        service.behaviour = asked -> page(asked.number("page", 1));
        PagedRequest orders = items(Request.get("/orders"), Pagination.pages("page"));
        try (HttpConnection snake = HttpConnection.named("Snake")
                .baseUrl(service.baseUrl())
                .jsonMapping(Response.JsonMapping.of(
                        new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)))
                .build()) {
            assertThat(orders.records(snake, Pills.none(), Order.class))
                    .hasSize(COUNT)
                    .endsWith(new Order(24, "Street 24"));
            assertThat(orders.records(snake, Pills.none(), new TypeReference<Map<String, String>>() {}))
                    .hasSize(COUNT)
                    .first()
                    .isEqualTo(Map.of("id", "0", "ship_to", "Street 0"));
        }
    }

    @Test
    void recordThatIsNotOfTheClassIsReportedWithItsPage() {
        service.behaviour = asked -> asked.number("page", 1) == 1
                ? page(1)
                : MockResponse.json(Map.of("items", List.of(Map.of("id", 7), Map.of("id", "seven"))));
        Iterator<Item> orders = items(Request.get("/orders"), Pagination.pages("page"))
                .records(connection, Pills.none(), Item.class)
                .iterator();
        for (int i = 0; i < 11; i++) {
            orders.next();
        }

        assertThatThrownBy(orders::next)
                .isInstanceOfSatisfying(PollingException.class, e -> {
                    assertThat(e.reason()).isEqualTo(Reason.UNEXPECTED_RESPONSE);
                    assertThat(e.page()).hasValue(2);
                    assertThat(e.url()).hasValue(service.baseUrl() + "/orders?page=2");
                })
                .hasMessageContaining("Record 2 is not Item");
    }

    @Test
    void pagesHaveTheirResponseAndTheValuesOutsideTheRecords() {
        service.behaviour = asked -> page(asked.number("page", 1)).header("X-Shard", "s" + asked.number("page", 1));

        List<RecordPage> pages = items(Request.get("/orders"), Pagination.pages("page"))
                .pages(connection)
                .toList();

        assertThat(pages).extracting(RecordPage::number).containsExactly(1, 2, 3, 4);
        assertThat(pages).extracting(page -> page.records().size()).containsExactly(10, 10, 5, 0);
        assertThat(pages).extracting(page -> page.at("/total").asInt()).containsOnly(COUNT);
        assertThat(pages)
                .extracting(page -> page.response().headers().first("X-Shard").orElse(""))
                .containsExactly("s1", "s2", "s3", "s4");
        assertThat(pages.get(1).records(Map.class)).hasSize(10);
        assertThat(pages.get(0).response().status()).isEqualTo(200);
        assertThat(pages.get(2)).hasToString("page 3, 5 records");
    }

    @Test
    void pageAfterTheLastOneByItsStatusIsNoPage() {
        service.behaviour =
                asked -> asked.number("page", 1) < 4 ? page(asked.number("page", 1)) : MockResponse.status(404);

        assertThat(items(Request.get("/orders"), Pagination.pages("page").endsWithStatus(404))
                        .pages(connection))
                .hasSize(3);
    }

    @Test
    void pagesAreReadWhenTheyAreNeeded() {
        service.behaviour = asked -> page(asked.number("page", 1));
        PagedRequest orders = items(Request.get("/orders"), Pagination.pages("page"));

        Stream<RecordPage> unused = orders.pages(connection);
        assertThat(service.requests).isEmpty();
        unused.close();
        assertThat(orders.pages(connection).limit(2)).hasSize(2);
        assertThat(service.requests).hasSize(2);
        assertThat(orders.records(connection, Pills.none(), Item.class).findFirst())
                .isPresent();
        assertThat(service.requests).hasSize(3);
        try (Stream<JsonNode> records = orders.records(connection)) {
            Iterator<JsonNode> iterator = records.iterator();
            iterator.next();
            assertThat(connection.poolStatus().active()).isZero();
        }
        assertThat(connection.poolStatus().active()).isZero();
    }

    @Test
    void eachPageIsRetried() {
        List<Integer> failed = new ArrayList<>();
        service.behaviour = asked -> {
            int number = asked.number("page", 1);
            boolean isFirst = !failed.contains(number);
            failed.add(number);
            return isFirst ? MockResponse.status(503) : page(number);
        };

        assertThat(items(Request.get("/orders"), Pagination.pages("page")).records(connection))
                .hasSize(COUNT);
        assertThat(failed).containsExactly(1, 1, 2, 2, 3, 3, 4, 4);
    }

    /** The second page is the first one, and the total is reached by it. */
    @ParameterizedTest
    @ValueSource(strings = {"total", "totalPages"})
    void ignoredParameterIsFoundThoughTheTotalIsReached(String end) {
        service.behaviour = asked -> MockResponse.json(Map.of("items", from(0), "total", 20, "pages", 2));
        Pagination pages = Pagination.pages("page");
        PagedRequest orders =
                items(Request.get("/orders"), end.equals("total") ? pages.total("/total") : pages.totalPages("/pages"));
        int[] seen = {0};

        assertThatThrownBy(() -> orders.records(connection).forEach(order -> seen[0]++))
                .isInstanceOfSatisfying(PollingException.class, e -> {
                    assertThat(e.reason()).isEqualTo(Reason.PAGES_REPEAT);
                    assertThat(e.page()).hasValue(2);
                })
                .hasMessageContaining("page 2 has the same records as page 1");
        assertThat(seen[0]).isEqualTo(10);
    }

    @Test
    void ignoredTokenIsFoundThoughEachTokenIsNew() {
        service.behaviour = asked -> MockResponse.json(Map.of("items", from(0), "next", "t" + service.requests.size()));

        assertThatThrownBy(() -> items(
                                Request.get("/orders"),
                                Pagination.cursor("after").token("/next"))
                        .records(connection)
                        .count())
                .isInstanceOfSatisfying(
                        PollingException.class, e -> assertThat(e.reason()).isEqualTo(Reason.PAGES_REPEAT));
        assertThat(service.requests).hasSize(2);
    }

    /** Measured values, which are equal on the first two pages. */
    private static MockResponse values(int page, Map<String, Object> around) {
        Map<String, Object> body = new java.util.HashMap<>(around);
        body.put("items", page > 3 ? List.of() : page == 3 ? List.of(1, 2) : List.of(0, 5));
        return MockResponse.json(body);
    }

    @ParameterizedTest
    @ValueSource(strings = {"number", "offset", "nested", "link", "flag"})
    void pagesThatAreEqualByChanceAreReadWhereTheServiceStatesItsPosition(String statement) {
        service.behaviour = asked -> {
            int page = asked.number("page", asked.number("skip", 0) / 2 + 1);
            return switch (statement) {
                case "number" -> values(page, Map.of("currentPage", page));
                case "offset" -> values(page, Map.of("offset", String.valueOf((page - 1) * 2)));
                case "nested" -> values(page, Map.of("meta", Map.of("paging", Map.of("page", page, "size", 2))));
                case "link" -> values(page, Map.of()).header("Link", "</v?page=" + (page + 1) + ">; rel=\"next\"");
                default -> values(page, Map.of("more", page < 3));
            };
        };
        Pagination pages = statement.equals("offset") ? Pagination.offset("skip") : Pagination.pages("page");
        PagedRequest values = items(Request.get("/v"), pages);

        if (statement.equals("flag")) {
            // The flag of a page that is repeated is the same.
            assertThatThrownBy(() -> values.records(connection).count()).isInstanceOf(PollingException.class);
        } else {
            assertThat(values.records(connection).map(JsonNode::asInt)).containsExactly(0, 5, 0, 5, 1, 2);
        }
    }

    @Test
    void lastPageThatIsEqualByChanceIsReadWhereAFlagEndsThePages() {
        service.behaviour = asked -> values(2, Map.of("more", asked.number("page", 1) < 2));

        assertThat(items(Request.get("/v"), Pagination.pages("page").moreWhile("/more"))
                        .records(connection))
                .hasSize(4);
    }

    @Test
    void laterPagesThatAreEqualByChanceAreRead() {
        List<List<Integer>> pages = List.of(List.of(1, 2), List.of(0, 5), List.of(0, 5), List.of(3, 4), List.of());
        service.behaviour = asked -> MockResponse.json(Map.of("items", pages.get(asked.number("page", 1) - 1)));

        assertThat(items(Request.get("/v"), Pagination.pages("page"))
                        .records(connection)
                        .map(JsonNode::asInt))
                .containsExactly(1, 2, 0, 5, 0, 5, 3, 4);
    }

    @Test
    void offsetThatCannotPassAnEmptyPageIsNoEnd() {
        service.behaviour = asked -> MockResponse.json(
                Map.of("items", asked.number("skip", 0) == 0 ? List.of(1, 2) : List.of(), "more", true));

        assertThatThrownBy(
                        () -> items(Request.get("/v"), Pagination.offset("skip").moreWhile("/more"))
                                .records(connection)
                                .count())
                .isInstanceOf(PollingException.class)
                .hasMessageContaining("states that there are more");
    }

    @Test
    void urlOfAFailureHasNoSecret() {
        service.behaviour = asked -> MockResponse.of("text/html", "<html></html>");
        PagedRequest orders =
                items(Request.get("/orders").query("api_key", Secret.of("s3cr3t-value")), Pagination.pages("page"));

        assertThatThrownBy(() -> orders.records(connection).count())
                .isInstanceOf(PollingException.class)
                .hasMessageNotContaining("s3cr3t")
                .satisfies(e -> assertThat(((PollingException) e).url().orElse(""))
                        .contains("page=1")
                        .doesNotContain("s3cr3t"));
    }

    @Test
    void detectedPaginationIsSavedByTheWizardAndReadAgain() {
        service.behaviour = asked -> page(asked.number("page", 1));
        SampleExchange sample = RequestWizard.of(connection).get("/orders").send();
        RequestTemplate template =
                RequestTemplate.fromJson(sample.draft().definition().put("name", "Orders"));

        DetectedPagination detected =
                Pagination.detect(connection, template, Pills.none()).orElseThrow();
        SavedRequest saved = sample.review().list(detected.toJson()).apply("Orders");
        SavedRequest loaded = SavedRequest.fromJson(saved.toJson(), Map.of());

        assertThat(detected).hasToString("detected by a second page by page=2; page 2 has other records");
        assertThat(PagedRequest.of(template, detected.records(), detected.pagination())
                        .records(connection))
                .hasSize(COUNT);
        assertThat(loaded.list()).hasValue(detected.toJson());
        assertThat(PagedRequest.of(loaded.template(), loaded.list().orElseThrow())
                        .records(connection))
                .hasSize(COUNT);
        assertThat(sample.review().apply("Orders").list()).isEmpty();
        assertThatThrownBy(() -> sample.review().list(JsonNodeFactory.instance.objectNode()))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("empty");
        assertThatThrownBy(() -> sample.review().list(detected.toJson().put("key", "/id")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("\"key\"");
    }
}
