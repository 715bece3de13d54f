package io.httpconnector.polling;

import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Detects the pagination of a service: collects the candidates of all paginators, and tries them. */
final class PaginationDetector {

    private static final int MAX_ATTEMPTS = 12;

    private final HttpConnection connection;
    private final RequestTemplate template;
    private final Pills pills;
    private final FirstResponse first;
    private final Set<Fingerprint> known = new HashSet<>();

    private PaginationDetector(HttpConnection connection, RequestTemplate template, Pills pills, FirstResponse first) {
        this.connection = connection;
        this.template = template;
        this.pills = pills;
        this.first = first;
        first.list().forEach(item -> known.add(Fingerprint.of(item)));
    }

    static Optional<DetectedPagination> detect(
            HttpConnection connection, RequestTemplate template, Pills pills, List<PaginatorType> types) {
        FirstResponse first = FirstResponse.of(connection.send(template.render(pills)));
        if (first == null) {
            return Optional.empty();
        }
        List<PaginationCandidate> candidates = new ArrayList<>();
        types.forEach(type -> candidates.addAll(type.detect(first)));
        candidates.sort(Comparator.comparing(PaginationCandidate::evidence));
        return new PaginationDetector(connection, template, pills, first).firstProven(candidates);
    }

    private Optional<DetectedPagination> firstProven(List<PaginationCandidate> candidates) {
        for (PaginationCandidate one : candidates.subList(0, Math.min(MAX_ATTEMPTS, candidates.size()))) {
            if (leadsOn(one)) {
                return Optional.of(result(one, true));
            }
        }
        return candidates.isEmpty() || first.isListOnly()
                ? Optional.empty()
                : Optional.of(result(candidates.get(0), false));
    }

    private DetectedPagination result(PaginationCandidate candidate, boolean isProven) {
        return new DetectedPagination(first.records(), Pagination.of(candidate), candidate.reason(), isProven);
    }

    /** Fetches the second page: it must have records, and none of the first page. */
    private boolean leadsOn(PaginationCandidate candidate) {
        Pagination pagination = Pagination.of(candidate);
        List<String> problems = new ArrayList<>();
        RequestTemplate placed = pagination.applyTo(template, null, problems);
        Pager pager = new Pager(pagination);
        try {
            if (!problems.isEmpty() || (candidate.isFirstUncertain() && !isFirst(placed, pager))) {
                return false;
            }
            if (!pager.next(first.page())) {
                return false;
            }
            Fetched second = fetch(placed, pager);
            return second.count > 0 && second.known == 0;
        } catch (ConnectorException e) {
            return false;
        }
    }

    /** Whether the first number returns the first page. */
    private boolean isFirst(RequestTemplate placed, Pager pager) {
        Fetched again = fetch(placed, pager);
        return again.count > 0 && again.known * 2 >= again.count;
    }

    /**
     * A page.
     *
     * @param count the number of its records
     * @param known how many of them were also in the first response
     */
    private record Fetched(int count, int known) {}

    private Fetched fetch(RequestTemplate placed, Pager pager) {
        Request second = pager.request(placed.render(pills.and("page", pager.pills())));
        int[] old = {0};
        PageReader.RecordConsumer consumer = (item, bytes) -> {
            Fingerprint print = Fingerprint.of(item);
            old[0] += known.contains(print) ? 1 : 0;
            return print;
        };
        Page page = PageReader.read(connection, second, 2, first.records(), consumer, PollDeadline.DEFAULT);
        return new Fetched(page.count(), old[0]);
    }
}
