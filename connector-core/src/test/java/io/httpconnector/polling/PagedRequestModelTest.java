package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.StatusException;
import io.httpconnector.polling.MockService.MockRequest;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.polling.PollingException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Searches for a service for which a stream of records is truncated, repeats records or does not end, without an exception.
 * {@code -Dscenarios=100000} runs more scenarios, {@code -Dseed=...} starts at another one.
 */
class PagedRequestModelTest {

    private static final int SCENARIOS = Integer.getInteger("scenarios", 1500);
    private static final long SEED = Long.getLong("seed", 1L);
    private static final int MAX_REQUESTS = 200;

    private enum Kind {
        PAGES,
        OFFSET,
        TOKEN,
        URL,
        LINK
    }

    private enum End {
        EMPTY_PAGE,
        SHORT_PAGE,
        TOTAL,
        TOTAL_PAGES,
        MORE
    }

    private enum Fault {
        NONE,
        FAILS_ONCE,
        REFUSED,
        NO_JSON,
        TRUNCATED,
        IGNORES_PARAMETERS,
        IGNORES_PARAMETERS_LATER,
        REPEATS_LAST_PAGE,
        LOOP,
        EMPTY_PAGES,
        GROWS,
        EQUAL_RECORDS,
        EMPTY_BODY,
        ACCEPTED,
        TEXT_FOR_LIST
    }

    private final MockService service = new MockService();
    private final HttpConnection connection = HttpConnection.named("Service")
            .baseUrl(service.baseUrl())
            .retry(RetryPolicy.maxAttempts(2).fixedDelay(Duration.ofMillis(1)))
            .build();

    @AfterEach
    void end() {
        assertThat(connection.poolStatus().active()).isZero();
        connection.close();
        service.close();
    }

    @Test
    void eachRecordIsReadOnceOrThereIsATypedException() {
        Map<Fault, int[]> outcomes = new HashMap<>();
        for (long seed = SEED; seed < SEED + SCENARIOS; seed++) {
            Scenario scenario = Scenario.of(seed);
            int[] outcome = outcomes.computeIfAbsent(scenario.fault, any -> new int[2]);
            outcome[check(scenario) ? 0 : 1]++;
        }
        // The scenarios are not vacuous.
        assertThat(outcomes.keySet()).containsExactlyInAnyOrder(Fault.values());
        for (Fault fault : List.of(Fault.NONE, Fault.FAILS_ONCE, Fault.GROWS)) {
            assertThat(outcomes.get(fault)[1])
                    .as("exceptions without a fault: " + fault)
                    .isZero();
        }
        assertThat(outcomes.get(Fault.EMPTY_PAGES)[0]).isPositive();
        assertThat(outcomes.get(Fault.REPEATS_LAST_PAGE)[0]).isPositive();
        assertThat(outcomes.get(Fault.IGNORES_PARAMETERS)[1]).isPositive();
        assertThat(outcomes.get(Fault.LOOP)[1]).isPositive();
    }

    /** Returns whether all records were read; false after a typed exception. */
    private boolean check(Scenario scenario) {
        service.requests.clear();
        service.behaviour = new SimulatedService(scenario, service.requests)::respond;
        List<Integer> read = new ArrayList<>();
        try (Stream<RecordPage> pages = PagedRequest.of(
                        Request.get("/records"), RecordSelector.at("/items"), scenario.pagination())
                .pages(connection)) {
            pages.forEach(page -> page.records()
                    .forEach(record -> read.add(
                            record.isInt() ? record.asInt() : record.path("id").asInt())));
            List<Integer> expected = scenario.expected();
            boolean isCreatedRead = scenario.fault == Fault.GROWS && read.size() > expected.size();
            assertThat(isCreatedRead ? read.subList(0, read.size() - 1) : read)
                    .as(scenario.toString())
                    .isEqualTo(expected);
            return true;
        } catch (PollingException e) {
            assertThat(scenario.fault).as(scenario + " " + e).isNotIn(Fault.NONE, Fault.FAILS_ONCE, Fault.GROWS);
            assertThat(e.page()).as(scenario + " " + e).isPresent();
            assertThat(e.url().orElse("")).contains("/records");
            assertThat(e.reason()).isNotEqualTo(Reason.LIMIT_REACHED);
        } catch (StatusException e) {
            assertThat(scenario.fault).as(scenario + " " + e).isEqualTo(Fault.REFUSED);
        } catch (ConnectorException e) {
            assertThat(scenario.fault).as(scenario + " " + e).isIn(Fault.TRUNCATED, Fault.NO_JSON);
        }
        List<Integer> expected = scenario.expected();
        assertThat(read).as(scenario.toString()).isEqualTo(expected.subList(0, Math.min(read.size(), expected.size())));
        return false;
    }

    /** A service and its fault. */
    private record Scenario(long seed, Kind kind, End end, Fault fault, int count, int size, int page) {

        static Scenario of(long seed) {
            Random random = new Random(seed);
            return new Scenario(
                    seed,
                    pick(random, Kind.values()),
                    pick(random, End.values()),
                    pick(random, Fault.values()),
                    random.nextInt(30),
                    1 + random.nextInt(8),
                    1 + random.nextInt(4));
        }

        private static <T> T pick(Random random, T[] values) {
            return values[random.nextInt(values.length)];
        }

        boolean isPositional() {
            return kind == Kind.PAGES || kind == Kind.OFFSET;
        }

        List<Integer> expected() {
            return IntStream.range(0, count)
                    .map(id -> fault == Fault.EQUAL_RECORDS ? 0 : id)
                    .boxed()
                    .toList();
        }

        Pagination pagination() {
            Pagination pages = switch (kind) {
                case PAGES -> Pagination.pages("page");
                case OFFSET -> Pagination.offset("skip");
                case TOKEN -> Pagination.cursor("after").token("/next");
                case URL -> Pagination.nextUrl("/next");
                case LINK -> Pagination.linkHeader();
            };
            return switch (end) {
                case EMPTY_PAGE -> pages;
                case SHORT_PAGE -> isPositional() ? pages.endsWithShortPage(size) : pages;
                case TOTAL -> pages.total("/total");
                case TOTAL_PAGES -> isPositional() ? pages.totalPages("/pages") : pages;
                case MORE -> pages.moreWhile("/more");
            };
        }
    }

    /** Returns the pages of a scenario, with its fault. */
    private static final class SimulatedService {

        private final Scenario scenario;
        private final List<MockRequest> requests;
        private boolean failed;

        SimulatedService(Scenario scenario, List<MockRequest> requests) {
            this.scenario = scenario;
            this.requests = requests;
        }

        MockResponse respond(MockRequest asked) {
            if (requests.size() > MAX_REQUESTS) {
                throw new IllegalStateException("endless: " + scenario);
            }
            int size = scenario.size;
            int number = number(asked);
            if (number == scenario.page) {
                switch (scenario.fault) {
                    case FAILS_ONCE -> {
                        if (!failed) {
                            failed = true;
                            return MockResponse.status(503);
                        }
                    }
                    case REFUSED -> {
                        return MockResponse.status(403);
                    }
                    case NO_JSON -> {
                        return MockResponse.of("text/html", "<html><body>Sign in</body></html>");
                    }
                    case TRUNCATED -> {
                        return MockResponse.of("application/json", "{\"items\": [{\"id\": 1}, {\"id\"");
                    }
                    case EMPTY_BODY -> {
                        return MockResponse.of("application/json", "");
                    }
                    case ACCEPTED -> {
                        return new MockResponse(202, "application/json", Map.of(), "");
                    }
                    case TEXT_FOR_LIST -> {
                        return MockResponse.json(Map.of("items", "Rate limit exceeded", "total", scenario.count));
                    }
                    default -> {
                        // As the other pages.
                    }
                }
            }
            return page(shown(number), size);
        }

        /** The number of the page that is requested, counted from 1. */
        private int number(MockRequest asked) {
            return switch (scenario.kind) {
                case PAGES -> asked.number("page", 1);
                case OFFSET -> (asked.number("skip", 0) + scenario.size - 1) / scenario.size + 1;
                default -> asked.number("after", 1);
            };
        }

        /** The number of records, of which one may be created behind the others while they are read. */
        private int count() {
            return scenario.count + (scenario.fault == Fault.GROWS && requests.size() > scenario.page ? 1 : 0);
        }

        private int pages() {
            return Math.max(1, (count() + scenario.size - 1) / scenario.size);
        }

        private int shown(int number) {
            return switch (scenario.fault) {
                case IGNORES_PARAMETERS -> 1;
                // Only where the service states the end: otherwise it can't be distinguished from the last page.
                case IGNORES_PARAMETERS_LATER ->
                    scenario.isPositional() && (scenario.end == End.EMPTY_PAGE || scenario.end == End.SHORT_PAGE)
                            ? number
                            : Math.min(number, 2);
                case REPEATS_LAST_PAGE -> scenario.isPositional() ? Math.min(number, pages()) : number;
                case LOOP -> scenario.isPositional() || number <= scenario.page + 1 ? number : scenario.page;
                default -> number;
            };
        }

        private MockResponse page(int number, int size) {
            int start = (number - 1) * size;
            int until = Math.min(count(), start + size);
            boolean isHole = scenario.fault == Fault.EMPTY_PAGES && !scenario.isPositional() && number % 2 == 0;
            List<Object> items = new ArrayList<>();
            int last = pages();
            if (scenario.fault == Fault.EMPTY_PAGES && !scenario.isPositional()) {
                // Each second page is empty.
                int data = (number + 1) / 2;
                start = (data - 1) * size;
                until = Math.min(count(), start + size);
                last = 2 * pages() - 1;
            }
            for (int id = start; id < until && !isHole; id++) {
                items.add(scenario.fault == Fault.EQUAL_RECORDS ? 0 : Map.of("id", id));
            }
            Map<String, Object> body = new HashMap<>();
            body.put("items", items);
            body.put("total", count());
            body.put("pages", pages());
            body.put("more", number < last);
            if (scenario.fault == Fault.EQUAL_RECORDS) {
                body.put("page", number);
                body.put("offset", start);
            }
            boolean hasNext = number < last || (scenario.fault == Fault.LOOP && number == scenario.page + 1);
            int next = scenario.fault == Fault.LOOP && number > scenario.page ? scenario.page : number + 1;
            String url = "/records?after=" + next;
            if (hasNext && scenario.kind == Kind.TOKEN) {
                body.put("next", next);
            } else if (hasNext && scenario.kind == Kind.URL) {
                body.put("next", url);
            }
            MockResponse response = MockResponse.json(body);
            return hasNext && scenario.kind == Kind.LINK
                    ? response.header("Link", "<" + url + ">; rel=\"next\"")
                    : response;
        }
    }
}
