package io.httpconnector.examples;

import com.sun.net.httpserver.HttpExchange;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A stand-in for an issue tracker whose issues change while it is polled: a paginated list, sorted by modification time, with
 * a precision of one second.
 */
final class IssuesStandIn extends StandIn {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

    private final Map<Integer, Issue> issues = new LinkedHashMap<>();
    /** All versions of all issues. */
    private final Set<String> versions = new TreeSet<>();

    private record Issue(int id, int version, Instant updated) {}

    IssuesStandIn(int count) {
        Instant old = Instant.now().minus(1, ChronoUnit.DAYS);
        for (int i = 1; i <= count; i++) {
            put(new Issue(i, 1, old.plusSeconds(i / 7)));
        }
    }

    /** Changes an issue, or creates a new one. */
    synchronized void work() {
        int id = 1 + ThreadLocalRandom.current().nextInt(issues.size() + issues.size() / 4);
        Issue known = issues.get(id);
        int next = known == null ? issues.size() + 1 : id;
        put(new Issue(next, known == null ? 1 : known.version + 1, Instant.now()));
    }

    private void put(Issue issue) {
        issues.put(issue.id, issue);
        versions.add(issue.id + "/" + issue.version);
    }

    synchronized Set<String> versions() {
        return new TreeSet<>(versions);
    }

    /** Returns the current issues. */
    synchronized Set<String> latest() {
        Set<String> latest = new TreeSet<>();
        issues.values().forEach(issue -> latest.add(issue.id + "/" + issue.version));
        return latest;
    }

    @Override
    synchronized Answer answer(HttpExchange exchange) {
        Map<String, String> query = parameters(exchange.getRequestURI().getRawQuery());
        String since = query.getOrDefault("updated_since", "");
        int from = Integer.parseInt(query.get("startAt"));
        int size = Math.min(100, Integer.parseInt(query.get("maxResults")));
        List<Issue> found = new ArrayList<>(issues.values());
        found.removeIf(issue -> TIME.format(issue.updated).compareTo(since) < 0);
        found.sort(Comparator.comparing(Issue::updated).thenComparing(Issue::id));
        List<Map<String, Object>> page = found.stream()
                .skip(from)
                .limit(size)
                .map(issue -> Map.<String, Object>of(
                        "id",
                        issue.id,
                        "fields",
                        Map.of("version", issue.version, "updated", TIME.format(issue.updated))))
                .toList();
        return new Answer(200, Map.of("startAt", from, "total", found.size(), "issues", page));
    }
}
