package io.httpconnector.examples;

import com.sun.net.httpserver.HttpExchange;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.polling.PagedRequest;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.PollingException;
import io.httpconnector.polling.RecordPage;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.template.Pills;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An example of pagination on demand: all issues of a repository as a stream of records, which requests a page when it is needed;
 * a search that stops early; the values outside the records; and a service that ignores the page number.
 */
public final class AllIssues {

    private static final int COUNT = 1042;

    private final PrintStream out;

    /** An issue. */
    record Issue(int number, String title, boolean open) {}

    AllIssues(PrintStream out) {
        this.out = out;
    }

    /**
     * Reads the issues.
     *
     * @param args none
     */
    public static void main(String[] args) {
        System.exit(new AllIssues(System.out).run() ? 0 : 1);
    }

    boolean run() {
        PagedRequest issues = PagedRequest.of(
                Request.get("/repos/acme/shop/issues"),
                RecordSelector.at("/issues"),
                Pagination.pages("page").size("per_page", 100).total("/total"));
        try (RepositoryStandIn service = new RepositoryStandIn();
                HttpConnection connection = HttpConnection.named("Issues")
                        .baseUrl(service.baseUrl())
                        .build()) {
            return countAll(issues, connection, service)
                    && stopEarly(issues, connection, service)
                    && readPages(issues, connection)
                    && detectIgnoredParameter(connection);
        }
    }

    private boolean countAll(PagedRequest issues, HttpConnection connection, RepositoryStandIn service) {
        long open;
        try (Stream<Issue> all = issues.records(connection, Pills.none(), Issue.class)) {
            open = all.filter(Issue::open).count();
        }
        out.println(open + " of " + COUNT + " issues are open, read with " + service.requests() + " requests");
        return open == COUNT / 2 && service.requests() == 11;
    }

    private boolean stopEarly(PagedRequest issues, HttpConnection connection, RepositoryStandIn service) {
        int before = service.requests();
        try (Stream<Issue> all = issues.records(connection, Pills.none(), Issue.class)) {
            Issue found = all.filter(issue -> issue.title().contains("120"))
                    .findFirst()
                    .orElseThrow();
            out.println("The first issue about 120 is " + found + ", found with " + (service.requests() - before)
                    + " requests");
        }
        return service.requests() - before == 2 && connection.poolStatus().active() == 0;
    }

    private boolean readPages(PagedRequest issues, HttpConnection connection) {
        try (Stream<RecordPage> pages = issues.pages(connection)) {
            RecordPage last = pages.reduce((earlier, later) -> later).orElseThrow();
            out.println("The last page is page " + last.number() + " with "
                    + last.records().size() + " of " + last.at("/total") + " issues, status "
                    + last.response().status());
            return last.number() == 11 && last.records().size() == 42;
        }
    }

    private boolean detectIgnoredParameter(HttpConnection connection) {
        PagedRequest wrong = PagedRequest.of(
                Request.get("/repos/acme/shop/issues"), RecordSelector.at("/issues"), Pagination.pages("pageNumber"));
        try (Stream<RecordPage> pages = wrong.pages(connection)) {
            out.println(pages.count() + " pages");
            return false;
        } catch (PollingException e) {
            out.println(e.reason() + ": " + e.getMessage());
            return e.reason() == PollingException.Reason.PAGES_REPEAT
                    && e.page().orElse(0) == 2;
        }
    }

    /** A stand-in for a repository with issues. */
    private static final class RepositoryStandIn extends StandIn {

        private final AtomicInteger requests = new AtomicInteger();

        @Override
        Answer answer(HttpExchange exchange) {
            requests.incrementAndGet();
            String query = exchange.getRequestURI().getRawQuery();
            Map<String, String> parameters = query == null ? Map.of() : parameters(query);
            int size = Integer.parseInt(parameters.getOrDefault("per_page", "30"));
            int start = (Integer.parseInt(parameters.getOrDefault("page", "1")) - 1) * size;
            List<Issue> page = IntStream.range(start, Math.min(COUNT, start + size))
                    .mapToObj(number -> new Issue(number + 1, "Issue about " + number, number % 2 == 0))
                    .toList();
            return new Answer(200, Map.of("issues", page, "total", COUNT));
        }

        int requests() {
            return requests.get();
        }
    }
}
