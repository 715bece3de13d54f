package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.RateLimitedException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.StatusException;
import io.httpconnector.polling.ParentRecords.ListRequest;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.polling.TimestampFormat.TimeRange;
import io.httpconnector.template.Pills;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Lists the parents of one poll. A part of the list that fails does not prevent the other parents from being found. */
final class ParentListing {

    private final HttpConnection connection;
    private final Pills pills;
    private final int max;
    private final ServerClock clock;
    private final PollDeadline deadline;
    private final @Nullable Long position;
    private @Nullable RuntimeException problem;
    private final Map<String, String> failures = new LinkedHashMap<>();
    /** Up to where the changed parents were seen; null when it is not known. */
    private @Nullable Long reached;
    /** The number of parents found in the parts so far. */
    private int below;

    /** Creates a listing of the parents that have changed since a position; of all parents if it is null. */
    ParentListing(
            HttpConnection connection,
            Pills pills,
            int max,
            ServerClock clock,
            PollDeadline deadline,
            @Nullable Long position) {
        this.connection = connection;
        this.pills = pills;
        this.max = max;
        this.clock = clock;
        this.deadline = deadline;
        this.position = position;
    }

    /**
     * Returns the parents in parts, each of which is listed when it is needed: one part for each of the parents of parents, so
     * that a poll whose quota does not suffice for all lists polls those below the first ones, and the next poll the others.
     *
     * @param first the parent, or the parent of parents, to start with; null to start with the first one
     */
    List<ParentGroup> parts(ParentRecords parents, @Nullable String first) {
        ListRequest request = parents.request();
        if (request == null || request.outer() == null) {
            return List.of(new ParentGroup("", () -> list(parents, pills)));
        }
        List<ParentGroup> parts = new ArrayList<>();
        int start = 0;
        for (Map.Entry<String, ObjectNode> outer : list(request.outer(), pills).entrySet()) {
            start = isBelow(first, outer.getKey()) ? parts.size() : start;
            parts.add(new ParentGroup(outer.getKey(), () -> {
                Found found = new Found();
                readBelow(parents.name(), request, pills, outer, found);
                below += found.parents.size();
                if (below > max) {
                    throw tooMany();
                }
                return found.parents;
            }));
        }
        Collections.rotate(parts, -start);
        return parts;
    }

    private static boolean isBelow(@Nullable String first, String outer) {
        String all = composed(outer, "");
        return first != null && (first.equals(outer) || first.startsWith(all.substring(0, all.length() - 2)));
    }

    /**
     * A group of parents.
     *
     * @param key the key of their own parent; empty if they have none
     * @param list lists them by their keys: each with its pills by name
     */
    record ParentGroup(String key, Supplier<Map<String, ObjectNode>> list) {}

    /** The problem with other parents; null when there is none. */
    @Nullable RuntimeException problem() {
        return problem;
    }

    /** The messages of the parents whose own parents could not be listed completely, by their keys. */
    Map<String, String> failures() {
        return failures;
    }

    /** The position to which the list has been read; null when it must not move. */
    @Nullable Long reached() {
        return problem == null ? reached : null;
    }

    private Map<String, ObjectNode> list(ParentRecords parents, Pills with) {
        Found found = new Found();
        ListRequest request = parents.request();
        if (parents.isProduct()) {
            found.add("", JsonNodeFactory.instance.objectNode());
            for (ParentRecords part : parents.parts()) {
                found = product(found, list(part, with));
            }
        } else if (parents.isFirst()) {
            RuntimeException before = problem;
            Map<String, ObjectNode> first = list(parents.parts().get(0), with);
            boolean isKnown = !first.isEmpty() || problem != before;
            return isKnown ? first : list(parents.parts().get(1), with);
        } else if (!parents.parts().isEmpty()) {
            for (ParentRecords part : parents.parts()) {
                list(part, with).forEach(found::add);
            }
        } else if (request == null) {
            JsonPaths key = parents.values().key();
            for (JsonNode value : parents.values().in(with)) {
                addParent(found, parents.name(), key, value, null);
            }
        } else if (request.outer() == null) {
            read(parents.name(), request, with, null, found);
        } else {
            for (Map.Entry<String, ObjectNode> outer :
                    list(request.outer(), with).entrySet()) {
                readBelow(parents.name(), request, with, outer, found);
            }
        }
        return found.parents;
    }

    private Found product(Found left, Map<String, ObjectNode> right) {
        Found product = new Found();
        left.parents.forEach((key, values) -> right.forEach((other, more) -> product.add(
                key.isEmpty() ? other : composed(key, other), values.deepCopy().setAll(more))));
        return product;
    }

    /** The keys of both; unambiguous, whatever characters they contain. */
    private static String composed(String key, String other) {
        ArrayNode both = JsonNodeFactory.instance.arrayNode();
        return both.add(key).add(other).toString();
    }

    /** Reads the parents below one other parent, whose failure does not affect the others. */
    private void readBelow(
            String name, ListRequest request, Pills with, Map.Entry<String, ObjectNode> outer, Found found) {
        Pills all = with;
        for (Map.Entry<String, JsonNode> value : outer.getValue().properties()) {
            all = all.and(value.getKey(), value.getValue());
        }
        try {
            read(name, request, all, outer, found);
        } catch (StatusException e) {
            boolean isGone = e.status() == 404 || e.status() == 410;
            if (!isGone && e.needsAuthorization() && found.parents.isEmpty() && below == 0) {
                throw e;
            }
            if (!isGone) {
                fail(e, outer);
            }
        } catch (RateLimitedException e) {
            throw e;
        } catch (ConnectorException e) {
            if (e instanceof PollingException failure
                    && (failure.reason() == Reason.TIMED_OUT || failure.reason() == Reason.LIMIT_REACHED)) {
                throw e;
            }
            fail(e, outer);
        }
    }

    /** Records a failure, which concerns one other parent or the whole list. */
    private void fail(RuntimeException e, Map.@Nullable Entry<String, ObjectNode> outer) {
        problem = problem == null ? e : problem;
        if (outer != null) {
            failures.putIfAbsent(outer.getKey(), String.valueOf(e.getMessage()));
        }
    }

    private void read(
            String name, ListRequest request, Pills with, Map.@Nullable Entry<String, ObjectNode> outer, Found found) {
        Marks marks = new Marks(request.cursor());
        Pills queried = marks.query(with);
        Pagination pagination = request.pagination();
        Pager pager = new Pager(pagination);
        RecordSelector records = request.records().with(with);
        PageReader.RecordConsumer consumer = new PageReader.RecordConsumer() {
            @Override
            public Fingerprint accept(JsonNode parent, long bytes) {
                marks.add(parent);
                return Fingerprint.of(addParent(found, name, request.key(), parent, outer));
            }

            @Override
            public void onResponse(Response response) {
                clock.observe(response);
                marks.onResponse();
            }
        };
        boolean more = true;
        while (more) {
            Request rendered = request.template().render(queried.and("page", pager.pills()));
            Page page = PageReader.read(
                    connection,
                    pagination.request(pager.request(rendered), pager.number()),
                    pager.number(),
                    records,
                    consumer,
                    deadline.left());
            if (pagination.isAfterLast(page)) {
                pager.endBy(page);
            }
            marks.isComplete &= !page.isIgnored() || pagination.isAfterLast(page);
            more = !page.isIgnored() && pager.next(page) && isPermitted(pager.number(), pagination, outer);
        }
        if (request.cursor() != null) {
            reached = pager.number() == 1 || pagination.isStable() ? marks.reached() : null;
        }
    }

    /** Parents on pages after maxPages are parents too: not polling them is a failure. */
    private boolean isPermitted(int page, Pagination pages, Map.@Nullable Entry<String, ObjectNode> outer) {
        int limit = pages.limits().maxPages();
        if (limit == 0 || page <= limit) {
            return true;
        }
        fail(
                new PollingException(
                        Reason.LIMIT_REACHED,
                        "The list of the parents has more pages than maxPages(" + limit
                                + "): parents on further pages were not polled; raise maxPages, or end the list by"
                                + " Pagination.until(...)"),
                outer);
        return false;
    }

    private String addParent(
            Found found, String name, JsonPaths key, JsonNode parent, Map.@Nullable Entry<String, ObjectNode> outer) {
        JsonNode value = key.resolveValue(parent);
        String text = value.isContainerNode() ? value.toString() : value.asText();
        if (value.isMissingNode() || value.isNull() || text.isEmpty()) {
            fail(new PollingException(Reason.UNEXPECTED_RESPONSE, "A parent has no key at \"" + key + "\""), outer);
            return "";
        }
        ObjectNode values = outer == null
                ? JsonNodeFactory.instance.objectNode()
                : outer.getValue().deepCopy();
        values.set(name, parent);
        found.add(outer == null ? text : composed(outer.getKey(), text), values);
        return text;
    }

    /** The parents found so far, by key. */
    private final class Found {

        private final Map<String, ObjectNode> parents = new LinkedHashMap<>();

        void add(String key, ObjectNode values) {
            parents.put(key, values);
            if (parents.size() > max) {
                throw tooMany();
            }
        }
    }

    private PollingException tooMany() {
        return new PollingException(
                Reason.LIMIT_REACHED, "There are more than " + max + " parents: raise maxParents(...)");
    }

    /** The cursor values of a list of parents. */
    private final class Marks {

        private final @Nullable PositionCursor cursor;
        private long furthest = PositionCursor.BEFORE_ALL_RECORDS;
        private @Nullable Long settled;
        private boolean isComplete = true;

        Marks(@Nullable PositionCursor cursor) {
            this.cursor = cursor;
        }

        Pills query(Pills with) {
            if (cursor == null) {
                return with;
            }
            String start =
                    position == null ? cursor.startValue() : cursor.formatQueryStart(cursor.queryStart(position));
            return start == null ? with : with.and("cursor", start);
        }

        void onResponse() {
            if (cursor != null && settled == null) {
                settled = cursor.settled(TimestampFormat.nanos(clock.date()));
            }
        }

        void add(JsonNode parent) {
            if (cursor == null) {
                return;
            }
            try {
                TimeRange at = cursor.position(parent);
                furthest = at == null ? furthest : Math.max(furthest, at.earliest());
            } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
                // The parent is polled nevertheless; the position must not move beyond it.
                isComplete = false;
            }
        }

        @Nullable Long reached() {
            if (cursor == null || !isComplete || furthest == PositionCursor.BEFORE_ALL_RECORDS) {
                return null;
            }
            return cursor.isTime() && settled != null ? Long.valueOf(Math.min(furthest, settled)) : furthest;
        }
    }
}
