package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Detects the pagination: looks for indications of a second page on the first one, and tries each of them. */
final class PaginationDetector {

    private static final int MAX_DEPTH = 3;
    private static final int MAX_ATTEMPTS = 12;

    private static final Set<String> OFFSETS =
            Set.of("offset", "startat", "start", "skip", "startindex", "start_index");
    private static final Set<String> PAGES =
            Set.of("page", "currentpage", "current_page", "pagenumber", "page_number", "pageindex", "number");
    private static final Set<String> TOTALS = Set.of(
            "total",
            "totalcount",
            "total_count",
            "totalresults",
            "total_results",
            "totalitems",
            "total_items",
            "count");
    private static final Set<String> TOTAL_PAGES =
            Set.of("totalpages", "total_pages", "last_page", "lastpage", "pages", "pagecount", "page_count");
    private static final Set<String> MORE =
            Set.of("has_more", "hasmore", "more", "hasnextpage", "has_next_page", "has_next");
    private static final Set<String> LAST =
            Set.of("last", "islast", "is_last", "islastpage", "is_last_page", "end_of_stream", "done");

    private final HttpConnection connection;
    private final RequestTemplate template;
    private final Pills pills;
    private final JsonNode body;
    private final Page first;
    private final RecordSelector records;
    private final Set<Fingerprint> known = new HashSet<>();
    private final Map<String, JsonNode> values = new LinkedHashMap<>();

    private record Candidate(Pagination pagination, String reason) {}

    private PaginationDetector(
            HttpConnection connection, RequestTemplate template, Pills pills, JsonNode body, String path, Page first) {
        this.connection = connection;
        this.template = template;
        this.pills = pills;
        this.body = body;
        this.first = first;
        this.records = path.isEmpty() ? RecordSelector.atRoot() : RecordSelector.at(path);
        body.at(path).forEach(item -> known.add(Fingerprint.of(item)));
        collect("", body, path, 0);
    }

    static Optional<DetectedPagination> detect(HttpConnection connection, RequestTemplate template, Pills pills) {
        Response response = connection.send(template.render(pills));
        JsonNode body = response.json();
        String path = list(body, "", 0);
        if (path == null) {
            return Optional.empty();
        }
        PageEnvelope envelope = new PageEnvelope();
        body.properties().forEach(field -> envelope.put(envelope.tree(), field.getKey(), field.getValue()));
        JsonNode list = body.at(path);
        Page first = new Page(1, response, envelope, list.size(), list.path(list.size() - 1), Fingerprint.of(list));
        return new PaginationDetector(connection, template, pills, body, path, first).detect();
    }

    /** The pointer to the longest list of objects that is not inside another list. */
    private static @Nullable String list(JsonNode root, String at, int depth) {
        JsonNode value = root.at(at);
        if (value.isArray()) {
            return !value.isEmpty() && value.get(0).isObject() ? at : null;
        }
        String max = null;
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            String found = depth < MAX_DEPTH ? list(root, at + "/" + escaped(field.getKey()), depth + 1) : null;
            if (found != null
                    && (max == null || root.at(found).size() > root.at(max).size())) {
                max = found;
            }
        }
        return max;
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    /** Collects the scalar values outside the records by their pointers. */
    private void collect(String at, JsonNode value, String path, int depth) {
        if (value.isValueNode() && !value.isNull()) {
            values.put(at, value);
        }
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            String inner = at + "/" + escaped(field.getKey());
            if (!inner.equals(path) && depth <= MAX_DEPTH) {
                collect(inner, field.getValue(), path, depth + 1);
            }
        }
    }

    private Optional<DetectedPagination> detect() {
        List<Candidate> candidates = candidates();
        for (Candidate one : candidates.subList(0, Math.min(MAX_ATTEMPTS, candidates.size()))) {
            if (leadsOn(one.pagination)) {
                return Optional.of(new DetectedPagination(records, one.pagination, one.reason, true));
            }
        }
        return candidates.isEmpty() || body.isArray()
                ? Optional.empty()
                : Optional.of(
                        new DetectedPagination(records, candidates.get(0).pagination, candidates.get(0).reason, false));
    }

    /** The candidates, most reliable first. */
    private List<Candidate> candidates() {
        List<Candidate> found = new ArrayList<>();
        if (LinkHeader.next(first.headers()).isPresent()) {
            found.add(new Candidate(Pagination.linkHeader(), "a Link header with rel=\"next\""));
        }
        values.forEach((pointer, value) -> addNext(found, pointer, value));
        for (String header : List.of("X-Next-Cursor", "X-Next-Page-Token", "X-Continuation-Token", "X-Next")) {
            first.header(header)
                    .ifPresent(value -> tokenParameters(header.substring(2))
                            .forEach(parameter -> found.add(new Candidate(
                                    Pagination.cursor(parameter).tokenHeader(header), "the header " + header))));
        }
        String more = pointer(MORE);
        if (more != null && !first.lastRecord().path("id").isMissingNode()) {
            for (String parameter : List.of("starting_after", "after", "after_id", "since_id")) {
                found.add(new Candidate(
                        Pagination.cursor(parameter).tokenOfLastRecord("/id").moreWhile(more),
                        "the flag " + more + ", and the id of the last record"));
            }
        }
        addPositions(found);
        return found;
    }

    private void addNext(List<Candidate> found, String pointer, JsonNode value) {
        String name = pointer.toLowerCase(Locale.ROOT);
        boolean isNext = name.contains("next")
                || name.endsWith("cursor")
                || name.endsWith("/after")
                || name.contains("continuation");
        if (!isNext || value.isBoolean()) {
            return;
        }
        String text = value.asText();
        if (text.startsWith("http") || text.startsWith("/") || text.startsWith("?")) {
            found.add(0, new Candidate(Pagination.nextUrl(pointer), "a URL at " + pointer));
            return;
        }
        String last = pointer.substring(pointer.lastIndexOf('/') + 1);
        for (String parameter : tokenParameters(last)) {
            found.add(new Candidate(flagged(Pagination.cursor(parameter).token(pointer)), "a token at " + pointer));
        }
    }

    /** Likely names of the token parameter, derived from the name of the token. */
    private static List<String> tokenParameters(String name) {
        String bare = name.replaceFirst("(?i)^next[_-]?", "");
        Set<String> likely = new LinkedHashSet<>();
        if (!bare.isEmpty()) {
            likely.add(bare.substring(0, 1).toLowerCase(Locale.ROOT) + bare.substring(1));
        }
        likely.addAll(List.of(name, "cursor", "after", "page_token", "pageToken"));
        return List.copyOf(likely).subList(0, Math.min(5, likely.size()));
    }

    private void addPositions(List<Candidate> found) {
        String offset = pointer(OFFSETS);
        if (offset != null) {
            String parameter = offset.substring(offset.lastIndexOf('/') + 1);
            Pagination pagination =
                    Pagination.offset(parameter).first(first.at(offset).asInt());
            found.add(new Candidate(ended(pagination, false), "the value " + offset));
        }
        String page = pointer(PAGES);
        Set<Integer> begins = new LinkedHashSet<>();
        if (page != null && first.at(page).canConvertToInt()) {
            begins.add(Math.max(0, first.at(page).asInt()));
        }
        begins.addAll(List.of(1, 0));
        for (int begin : begins) {
            found.add(new Candidate(
                    ended(Pagination.pages("page").first(begin), true), "a second page by page=" + (begin + 1)));
        }
        found.add(new Candidate(ended(Pagination.offset("offset"), false), "a second page by offset=" + first.count()));
    }

    /** Adds the end conditions that the response indicates. A total that would end at this page is its record count. */
    private Pagination ended(Pagination pagination, boolean byPages) {
        Pagination ended = pagination;
        String total = pointer(TOTALS);
        if (total != null && first.at(total).asLong() > first.count()) {
            ended = ended.total(total);
        }
        String pages = pointer(TOTAL_PAGES);
        if (byPages && pages != null && first.at(pages).asLong() > 1) {
            ended = ended.totalPages(pages);
        }
        return flagged(ended);
    }

    private Pagination flagged(Pagination pagination) {
        String more = pointer(MORE);
        String last = pointer(LAST);
        Pagination flagged = more == null || !first.at(more).asBoolean() ? pagination : pagination.moreWhile(more);
        return last == null || first.at(last).asBoolean() ? flagged : flagged.lastWhen(last);
    }

    private @Nullable String pointer(Set<String> names) {
        return values.keySet().stream()
                .filter(pointer -> names.contains(
                        pointer.substring(pointer.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElse(null);
    }

    /** Fetches the second page: it must have records, and none of the first page. */
    private boolean leadsOn(Pagination pagination) {
        List<String> problems = new ArrayList<>();
        RequestTemplate placed = pagination.applyTo(template, null, problems);
        Pager pager = new Pager(pagination);
        try {
            if (!problems.isEmpty()
                    || (pagination.type() == Pagination.PaginationType.PAGES && !isFirst(placed, pager))) {
                return false;
            }
            if (!pager.next(first)) {
                return false;
            }
            Fetched second = fetch(placed, pager);
            return second.count > 0 && second.known == 0;
        } catch (ConnectorException e) {
            return false;
        }
    }

    /** Whether the first number returns the first page: some services count from 0, and the first page would be skipped. */
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
        Request request = placed.render(pills.and("page", pager.pills()));
        String url = pager.url();
        int[] old = {0};
        PageReader.RecordConsumer taker = (item, bytes) -> {
            Fingerprint print = Fingerprint.of(item);
            old[0] += known.contains(print) ? 1 : 0;
            return print;
        };
        Request second = url == null ? request : request.withUrl(url);
        Page page = PageReader.read(connection, second, 2, records, taker, PollDeadline.DEFAULT);
        return new Fetched(page.count(), old[0]);
    }
}
