package io.httpconnector.definition.verification;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.Secret;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.verification.CheckResult.CheckStatus;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests {@link ConnectorVerification} with a service that has one fault at a time. */
class ConnectorVerificationTest {

    private static final String SHOP = """
            connector: 1
            id: shop
            version: 1.0.0
            title: Shop
            connection: {baseUrl: BASE, test: /me}
            requests:
              list-orders:
                method: GET
                url: /orders
                records: {path: /orders}
                pagination: {pages: {query: page}}
              list-order:
                method: GET
                url: /orders/{{order.id}}
                records: {path: /lines}
              search-orders:
                method: POST
                url: /orders/search
                records: {path: /orders}
            triggers:
              updated-orders:
                request: list-orders
                key: [/id]
                version: [/updated]
                cursor: {timestamp: /updated, sentAs: {query: since}, order: ASCENDING}
            webhooks:
              order-created:
                verify: [{type: preset, name: github, secrets: [hook]}]
              order-deleted:
                verify: [{type: token, location: {header: X-Token}, tokens: [token]}]
              order-paid: {unverified: true}
            """;

    /** The faults of the service. */
    private enum Fault {
        PAGE_IGNORED,
        KEYS_REPEATED,
        CHANGING_VERSIONS,
        CURSOR_IGNORED,
        CURSOR_ROUNDED,
        OLDER_RECORDS,
        CURSOR_MISREAD,
        MANY_PAGES,
        FUTURE_REJECTED,
        NO_CONNECTION
    }

    private final MockService service = MockService.start();
    private String shop = SHOP;
    private final AtomicInteger clock = new AtomicInteger();

    @AfterEach
    void stop() {
        service.close();
    }

    private List<CheckResult> verify(Fault... faults) {
        Set<Fault> all = EnumSet.noneOf(Fault.class);
        all.addAll(List.of(faults));
        service.on("GET", "/me", request -> MockResponse.status(all.contains(Fault.NO_CONNECTION) ? 401 : 200));
        service.on("POST", "/orders/search", MockResponse.json("{\"orders\": []}"));
        service.on("GET", "/orders", request -> {
            String query = String.valueOf(request.uri().getQuery());
            int page = all.contains(Fault.PAGE_IGNORED) || !query.contains("page=")
                    ? 1
                    : Integer.parseInt(query.replaceFirst(".*page=(\\d+).*", "$1"));
            boolean hasCursor = query.contains("since=") && !all.contains(Fault.CURSOR_IGNORED);
            String since = hasCursor ? query.replaceFirst(".*since=([^&]*).*", "$1") : "";
            if (all.contains(Fault.FUTURE_REJECTED) && since.compareTo("2026-02") > 0) {
                return MockResponse.status(400);
            }
            int last = all.contains(Fault.MANY_PAGES) ? 9 : 4;
            List<Integer> ids = IntStream.rangeClosed(1, last)
                    .filter(id -> !hasCursor || !all.contains(Fault.CURSOR_MISREAD))
                    .filter(id -> ("2026-01-01T10:0" + id + (all.contains(Fault.CURSOR_ROUNDED) ? ":59Z" : ":00Z"))
                                            .compareTo(since)
                                    >= 0
                            || (all.contains(Fault.OLDER_RECORDS) && id == last - 2))
                    .boxed()
                    .toList();
            return MockResponse.json(ids.stream()
                    .skip(2L * (page - 1))
                    .limit(2)
                    .map(id -> "{\"id\": " + (all.contains(Fault.KEYS_REPEATED) ? 7 : id)
                            + ", \"updated\": \"2026-01-01T10:0"
                            + id + ":"
                            + (all.contains(Fault.CHANGING_VERSIONS) ? 10 + clock.incrementAndGet() : "00") + "Z\"}")
                    .collect(Collectors.joining(", ", "{\"orders\": [", "], \"next\": \"A\"}")));
        });
        return verification().run();
    }

    private ConnectorVerification verification() {
        return ConnectorVerification.of(
                        ConnectorDefinition.parse(shop.replace("BASE", service.baseUrl())),
                        ConnectorContext.forTenant("acme").secrets(reference -> Secret.of("hush-" + reference.name())))
                .secrets(name -> Secret.of("hush-" + name));
    }

    private static CheckResult find(List<CheckResult> results, String name) {
        return results.stream()
                .filter(result -> result.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not in " + results));
    }

    @Test
    void serviceThatBehavesAsDescribed() {
        List<CheckResult> results = verify();

        assertThat(results).noneMatch(result -> result.status() == CheckStatus.FAILED);
        assertThat(results.stream().filter(result -> result.status() == CheckStatus.OK))
                .extracting(CheckResult::name)
                .containsExactlyInAnyOrder(
                        "connection",
                        "request list-orders: pages",
                        "trigger updated-orders: pages",
                        "trigger updated-orders: keys",
                        "trigger updated-orders: repeated poll",
                        "trigger updated-orders: cursor",
                        "webhook order-created",
                        "webhook order-deleted");
        assertThat(find(results, "request list-order: pages").message()).contains("it needs values");
        assertThat(find(results, "request search-orders").message()).contains("it sends POST");
        assertThat(find(results, "webhook order-paid").status()).isEqualTo(CheckStatus.SKIPPED);
        assertThat(find(results, "webhook order-created").message()).contains("changed body is rejected");
        assertThat(find(results, "webhook order-deleted").message()).contains("does not sign the body");
        assertThat(service.requests()).noneMatch(request -> request.method().equals("POST"));
    }

    @Test
    void responsesAreComparedWithTheirSchemas() {
        String schema = """
                    responses:
                      2xx:
                        type: object
                        required: [orders]
                        properties:
                          orders:
                            type: array
                            items:
                              type: object
                              properties: {id: {type: integer, maximum: MAX}, updated: {type: TYPE}}
                """;
        shop = SHOP.replace(
                "    records: {path: /orders}\n    pagination",
                schema + "    records: {path: /orders}\n    pagination");
        String valid = shop.replace("MAX", "9").replace("TYPE", "string");

        shop = valid;
        assertThat(find(verify(), "request list-orders: response"))
                .isEqualTo(new CheckResult(
                        "request list-orders: response", CheckStatus.OK, "the response matches its schema"));
        shop = valid.replace("maximum: 9", "maximum: 1");
        CheckResult large = find(verify(), "request list-orders: response");
        assertThat(large.status()).isEqualTo(CheckStatus.FAILED);
        assertThat(large.message())
                .contains("the response differs from its schema: /orders/1/id is not permitted by the schema");
        shop = valid.replace("required: [orders]", "required: [orders, total]");
        assertThat(find(verify(), "request list-orders: response").message()).contains("/total is missing");
        shop = valid.replace("2xx:", "4xx:");
        assertThat(find(verify(), "request list-orders: response").status()).isEqualTo(CheckStatus.SKIPPED);
        shop = valid.replace("    url: /orders\n", "    url: /orders/{{order.id}}\n")
                .replace(
                        "    request: list-orders",
                        "    request: {method: GET, url: /orders}\n    records: {path: /orders}");
        assertThat(find(verify(), "request list-orders: response").message()).contains("it needs values");
    }

    @Test
    void ignoredPageParameter() {
        List<CheckResult> results = verify(Fault.PAGE_IGNORED);

        assertThat(find(results, "request list-orders: pages").status()).isEqualTo(CheckStatus.FAILED);
        assertThat(find(results, "request list-orders: pages").message())
                .contains("page 2 has the same records as page 1");
        assertThat(results)
                .anySatisfy(result -> assertThat(result.toString())
                        .startsWith("FAILED trigger updated-orders: ")
                        .contains("page 2 has the same records as page 1"));
    }

    @Test
    void repeatedPagesAreNotBlamedOnAParameterThatIsNotSent() {
        shop = SHOP.replaceFirst("pagination: \\{.*\\}", "pagination: {cursor: {query: after}, token: /next}");
        CheckResult result = find(verify(), "request list-orders: pages");

        assertThat(result.status()).as(result.message()).isEqualTo(CheckStatus.FAILED);
        assertThat(result.message())
                .contains("The pages do not end", "the service ignores the token")
                .doesNotContain("ignores the parameter of the pagination");
    }

    @Test
    void keysThatAreNotUnique() {
        CheckResult result = find(verify(Fault.KEYS_REPEATED), "trigger updated-orders: keys");

        assertThat(result.status()).isEqualTo(CheckStatus.FAILED);
        assertThat(result.message()).contains("[\"/id\"] does not identify a record");
    }

    private CheckResult cursor(Fault... faults) {
        return find(verify(faults), "trigger updated-orders: cursor");
    }

    @Test
    void cursorOfTimestamps() {
        CheckResult honoured = cursor();
        assertThat(honoured.status()).as(honoured.message()).isEqualTo(CheckStatus.OK);
        assertThat(honoured.message())
                .isEqualTo(
                        "with the cursor, the service returns 1 instead of 4 records, and none that is older than the"
                                + " cursor");

        CheckResult ignored = cursor(Fault.CURSOR_IGNORED);
        assertThat(ignored.status()).as(ignored.message()).isEqualTo(CheckStatus.FAILED);
        assertThat(ignored.message()).contains("it ignores the parameter of the cursor; correct its name");
    }

    @Test
    void recordsThatAreOlderThanTheCursor() {
        CheckResult older = cursor(Fault.OLDER_RECORDS);
        assertThat(older.status()).as(older.message()).isEqualTo(CheckStatus.FAILED);
        assertThat(older.message())
                .contains("the service returns 1 older record: it filters by another field, or rounds the cursor");

        shop = SHOP.replace("order: ASCENDING", "lookback: P30D");
        CheckResult future = cursor(Fault.OLDER_RECORDS);
        assertThat(future.status()).as(future.message()).isEqualTo(CheckStatus.FAILED);
        assertThat(future.message()).contains("which is in the future, the service returns 1 older record");
    }

    @Test
    void serviceThatRoundsTheCursor() {
        assertThat(cursor(Fault.CURSOR_ROUNDED).message())
                .contains("or rounds the cursor")
                .contains("set its resolution");

        shop = SHOP.replace("order: ASCENDING", "order: ASCENDING, resolution: PT1M");
        assertThat(cursor(Fault.CURSOR_ROUNDED).status()).isEqualTo(CheckStatus.OK);
    }

    @Test
    void serviceThatMisreadsTheCursor() {
        CheckResult result = cursor(Fault.CURSOR_MISREAD);

        assertThat(result.status()).as(result.message()).isEqualTo(CheckStatus.FAILED);
        assertThat(result.message()).contains("returns no record for the cursor of the newest one");
    }

    @Test
    void cursorOfListWithMorePagesThanAreRead() {
        List<CheckResult> results = verify(Fault.MANY_PAGES);
        assertThat(find(results, "trigger updated-orders: poll").message()).contains("more than 3 pages");
        CheckResult honoured = find(results, "trigger updated-orders: cursor");
        assertThat(honoured.status()).as(honoured.message()).isEqualTo(CheckStatus.OK);
        assertThat(honoured.message()).isEqualTo("for a time in the future, the service returns no older record");

        assertThat(cursor(Fault.MANY_PAGES, Fault.CURSOR_IGNORED).status()).isEqualTo(CheckStatus.FAILED);
        assertThat(cursor(Fault.MANY_PAGES, Fault.OLDER_RECORDS).status()).isEqualTo(CheckStatus.FAILED);

        shop = SHOP.replace("{timestamp: /updated, sentAs", "{number: /id, sentAs");
        CheckResult number = cursor(Fault.MANY_PAGES);
        assertThat(number.status()).as(number.message()).isEqualTo(CheckStatus.SKIPPED);
        assertThat(number.message()).contains("permit more pages");
    }

    @Test
    void signatureThatDoesNotVerify() {
        verify();

        List<CheckResult> results = verification()
                .secrets(name -> Secret.of("secret-of-the-service"))
                .run(List.of("order-created", "order-deleted"));

        assertThat(find(results, "webhook order-created").status()).isEqualTo(CheckStatus.FAILED);
        assertThat(find(results, "webhook order-created").message()).startsWith("a signed request is rejected: ");
        assertThat(find(results, "webhook order-deleted").status()).isEqualTo(CheckStatus.FAILED);
        assertThat(results.toString()).doesNotContain("secret-of-the-service").doesNotContain("hush-");
    }

    @Test
    void cursorWithLookback() {
        shop = SHOP.replace("order: ASCENDING", "lookback: P30D");
        assertThat(cursor().status()).isEqualTo(CheckStatus.OK);
        assertThat(cursor(Fault.CURSOR_IGNORED).status()).isEqualTo(CheckStatus.FAILED);
        assertThat(cursor(Fault.FUTURE_REJECTED).status()).isEqualTo(CheckStatus.SKIPPED);
    }

    @Test
    void cursorOfNumbersAndOfTheLibrary() {
        shop = SHOP.replace("{timestamp: /updated, sentAs", "{number: /id, sentAs");
        assertThat(cursor(Fault.CURSOR_IGNORED).status()).isEqualTo(CheckStatus.FAILED);

        shop = SHOP.replace("sentAs: {query: since}", "clientSide: true");
        assertThat(cursor().message()).contains("the library filters");
    }

    @Test
    void eventsWithoutAChange() {
        shop = SHOP.replace("cursor: {timestamp: /updated, sentAs: {query: since}, order: ASCENDING}", "");

        CheckResult result = find(verify(Fault.CHANGING_VERSIONS), "trigger updated-orders: repeated poll");

        assertThat(result.status()).isEqualTo(CheckStatus.FAILED);
        assertThat(result.message()).contains("in each repeated poll");
    }

    @Test
    void withoutConnectionNothingElseIsChecked() {
        List<CheckResult> results = verify(Fault.NO_CONNECTION);

        assertThat(results).singleElement().satisfies(result -> {
            assertThat(result.name()).isEqualTo("connection");
            assertThat(result.status()).isEqualTo(CheckStatus.FAILED);
        });
    }

    @Test
    void withoutATestOfTheConnectionEverythingElseIsChecked() {
        shop = SHOP.replace(", test: /me}", "}");

        List<CheckResult> results = verify();

        assertThat(find(results, "connection").status()).isEqualTo(CheckStatus.SKIPPED);
        assertThat(find(results, "connection").message()).contains("/connection/test");
        assertThat(find(results, "webhook order-created").status()).isEqualTo(CheckStatus.OK);
    }

    @Test
    void unsafeMethodsOnRequest() {
        verify();

        List<CheckResult> results = verification().unsafe().run(List.of("search-orders"));

        assertThat(results).hasSize(2);
        assertThat(find(results, "request search-orders: pages").message()).contains("no pagination");
        assertThat(service.requests()).anyMatch(request -> request.method().equals("POST"));
    }

    @Test
    void emptyPagesAreNotCompared() {
        service.on("GET", "/me", request -> MockResponse.status(200));
        service.on("GET", "/orders", MockResponse.json("{\"orders\": []}"));

        List<CheckResult> results = verification().run(List.of("list-orders", "updated-orders"));

        assertThat(results).noneMatch(result -> result.status() == CheckStatus.FAILED);
        assertThat(find(results, "request list-orders: pages").status()).isEqualTo(CheckStatus.SKIPPED);
        assertThat(find(results, "trigger updated-orders: repeated poll").status())
                .isEqualTo(CheckStatus.SKIPPED);
    }

    @Test
    void pagesAreLimited() {
        service.on("GET", "/me", request -> MockResponse.status(200));
        service.on(
                "GET",
                "/orders",
                request -> MockResponse.json("{\"orders\": [{\"id\": " + clock.incrementAndGet()
                        + ", \"updated\": \"2026-01-01T10:00:00Z\"}]}"));

        List<CheckResult> results = verification().maxPages(2).run(List.of("list-orders", "updated-orders"));

        assertThat(service.requests()).hasSizeLessThan(10);
        assertThat(find(results, "request list-orders: pages").status()).isEqualTo(CheckStatus.OK);
    }
}
