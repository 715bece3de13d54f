package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.internal.json.RecordLists;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Detects the pagination of a service: collects the candidates of all paginators, and tries them. */
final class PaginationDetector {

    /** The maximum number of requests. */
    private static final int MAX_REQUESTS = 16;

    private final HttpConnection connection;
    private final RequestTemplate template;
    private final Pills pills;
    private final FirstResponse first;
    /** The member that identifies a record; null if there is none. */
    private final @Nullable String key;

    private final Set<Fingerprint> known = new HashSet<>();
    private final List<String> problems = new ArrayList<>();
    private int sent = 1;
    private @Nullable Boolean isStable;

    /** The result of a trial. */
    private enum Proof {
        /** Page 2 has other records. */
        PROVEN,
        /** There is no page 2. */
        NO_SECOND_PAGE,
        /** Page 2 fails, or has records of page 1. */
        DISPROVEN
    }

    private PaginationDetector(HttpConnection connection, RequestTemplate template, Pills pills, FirstResponse first) {
        this.connection = connection;
        this.template = template;
        this.pills = pills;
        this.first = first;
        this.key = RecordLists.keyOf(first.list());
        first.list().forEach(item -> known.add(identity(item)));
    }

    /** By a key, so that a counter or time in a record does not make it another one. */
    private Fingerprint identity(JsonNode item) {
        JsonNode value = key == null ? item : item.path(key);
        return Fingerprint.of(value.isMissingNode() ? item : value);
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
        PaginationCandidate unproven = null;
        for (PaginationCandidate one : candidates) {
            // The trial of a candidate sends at most three requests.
            if (sent > MAX_REQUESTS - 3 || Boolean.FALSE.equals(isStable)) {
                break;
            }
            Proof outcome = test(one);
            if (outcome == Proof.PROVEN) {
                return Optional.of(result(one, true));
            }
            unproven = unproven == null && outcome == Proof.NO_SECOND_PAGE ? one : unproven;
        }
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("request", problems);
        }
        return unproven == null || first.isListOnly() ? Optional.empty() : Optional.of(result(unproven, false));
    }

    private DetectedPagination result(PaginationCandidate candidate, boolean isProven) {
        return new DetectedPagination(first.records(), Pagination.of(candidate), candidate.reason(), isProven);
    }

    /** Fetches the second page: it must have records, and none of the first page. */
    private Proof test(PaginationCandidate candidate) {
        Pagination pagination = Pagination.of(candidate);
        List<String> found = new ArrayList<>();
        RequestTemplate placed = pagination.applyTo(template, null, found);
        if (!found.isEmpty()) {
            found.stream().filter(problem -> !problems.contains(problem)).forEach(problems::add);
            return Proof.DISPROVEN;
        }
        Pager pager = new Pager(pagination);
        try {
            if (candidate.isFirstUncertain() && !isFirst(placed, pager)) {
                return Proof.DISPROVEN;
            }
            if (!pager.next(first.page())) {
                return Proof.NO_SECOND_PAGE;
            }
            Fetched second = fetch(placed, pager);
            if (second.count == 0) {
                return Proof.NO_SECOND_PAGE;
            }
            return second.known == 0 && isStable() ? Proof.PROVEN : Proof.DISPROVEN;
        } catch (ConnectorException e) {
            return Proof.DISPROVEN;
        }
    }

    /** Whether the same request returns the same records: otherwise, other records prove nothing. */
    private boolean isStable() {
        Boolean known = isStable;
        if (known == null) {
            known = isFirst(template, new Pager(Pagination.none()));
            isStable = known;
        }
        return known;
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
            Fingerprint print = identity(item);
            old[0] += known.contains(print) ? 1 : 0;
            return print;
        };
        sent++;
        Page page = PageReader.read(connection, second, 2, first.records(), consumer, PollDeadline.DEFAULT);
        return new Fetched(page.count(), old[0]);
    }
}
