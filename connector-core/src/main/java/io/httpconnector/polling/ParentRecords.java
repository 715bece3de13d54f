package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Response;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.template.PillFilter;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parent records of nested resources: the request of the trigger is sent for each of them, with the pill {@code
 * {{parent}}}, and each has its own checkpoint.
 *
 * <pre>{@code
 * ParentRecords.of("projects/a", "projects/b")                                     // {{parent}}
 * ParentRecords.from(listBoards, RecordSelector.at("/values"), "/id")                      // {{parent.id}}
 * }</pre>
 *
 * <p>A parent that no longer exists, or returns 404 or 410, is not a failure. A parent that fails in any other way does not
 * prevent the others from being polled, and is listed in {@link PollingStatus#failedParents()}. When the rate limit is
 * reached, the next poll continues with the parent at which this one ended. A parent that is polled for the first time after
 * the first poll starts where the trigger started: at that time, if the cursor is a timestamp; otherwise all its records are
 * new. Immutable and thread-safe.
 */
public final class ParentRecords {

    private static final List<String> FOR_REQUEST = List.of("records", "key", "pagination");

    private final List<JsonNode> fixed;
    private final @Nullable RequestTemplate template;
    private final RecordSelector records;
    private final JsonPaths key;
    private final Pagination pagination;

    private ParentRecords(
            List<JsonNode> fixed,
            @Nullable RequestTemplate template,
            RecordSelector records,
            JsonPaths key,
            Pagination pagination) {
        this.fixed = fixed;
        this.template = template;
        this.records = records;
        this.key = key;
        this.pagination = pagination;
    }

    /**
     * Fixed parents.
     *
     * @param values values that Jackson can serialize, such as texts; each is its own key
     * @return the parents
     */
    public static ParentRecords of(Object... values) {
        if (values == null) {
            throw new InvalidDefinitionException("parents", List.of("the values are null"));
        }
        List<JsonNode> nodes = new ArrayList<>();
        for (Object value : values) {
            nodes.add(JsonSupport.tree(value));
        }
        return new ParentRecords(
                List.copyOf(nodes), null, RecordSelector.atRoot(), JsonPaths.of("parents", ""), Pagination.none());
    }

    /**
     * Parents that are listed by a request before each poll.
     *
     * @param request lists the parents
     * @param records the selector of the parents in the response
     * @param key a JSON pointer (RFC 6901) from a parent to its key
     * @return the parents
     */
    public static ParentRecords from(RequestTemplate request, RecordSelector records, String key) {
        if (request == null || records == null) {
            throw new InvalidDefinitionException("parents", List.of("request or records are null"));
        }
        return new ParentRecords(List.of(), request, records, JsonPaths.of("parents", key), Pagination.none());
    }

    /**
     * Sets the pagination of the list of parents. Default: one page.
     *
     * @param pages the pagination
     * @return changed parents
     */
    public ParentRecords pagination(Pagination pages) {
        if (pages == null) {
            throw new InvalidDefinitionException("parents", List.of("the pagination is null: remove the call"));
        }
        if (template == null) {
            throw new InvalidDefinitionException("parents", List.of("ParentRecords.of(...) has no pagination"));
        }
        return new ParentRecords(fixed, template, records, key, pages);
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (template == null) {
            json.putArray("values").addAll(fixed);
            return json;
        }
        json.set("request", template.toJson());
        json.set("records", records.toJson());
        json.put("key", key.toString());
        return json.set("pagination", pagination.toJson());
    }

    /** Reads the output of {@link #toJson}: either values, or the request that lists them. */
    static @Nullable ParentRecords read(JsonObjectReader reader, Map<String, PillFilter> filters) {
        List<JsonNode> values = reader.elements("values", (value, at) -> value);
        RequestTemplate request = reader.document("request", json -> RequestTemplate.fromJson(json, filters));
        RecordSelector records = reader.object("records", RecordSelector::read);
        String key = reader.text("key");
        reader.attempt("key", () -> {
            JsonPaths unused = JsonPaths.of("parents", key == null ? "" : key);
        });
        Pagination pages = reader.object("pagination", PaginationReader::read);
        String kind = reader.exactlyOneOf("values", "request");
        if (reader.has("values")) {
            FOR_REQUEST.stream()
                    .filter(reader::has)
                    .forEach(name -> reader.problem(
                            name, "contradicts values: it applies only to a request that lists parents"));
            return kind == null ? null : of(values.toArray());
        }
        reader.require("records", "key");
        if (request == null || records == null || key == null) {
            return null;
        }
        ParentRecords parents = from(request, records, key);
        return pages == null ? parents : parents.pagination(pages);
    }

    /** Adds the pills of the pagination at their locations. */
    ParentRecords applied(List<String> problems) {
        return template == null
                ? this
                : new ParentRecords(fixed, pagination.applyTo(template, null, problems), records, key, pagination);
    }

    /**
     * The parents found, by key.
     *
     * @param problem the problem with other parents; null when there is none
     */
    record FoundParents(
            Map<String, JsonNode> parents, @Nullable PollingException problem) {}

    /** Lists the parents. */
    FoundParents list(HttpConnection connection, Pills pills, int max, ServerClock clock, PollDeadline deadline) {
        Listing listing = new Listing(max, clock);
        fixed.forEach(listing::add);
        if (template != null) {
            Pager pager = new Pager(pagination);
            Page page;
            do {
                String url = pager.url();
                var request = template.render(pills.and("page", pager.pills()));
                page = PageReader.read(
                        connection,
                        pagination.request(url == null ? request : request.withUrl(url), pager.number()),
                        pager.number(),
                        records,
                        listing,
                        deadline.left());
            } while (!page.isIgnored() && pager.next(page) && listing.isPermitted(pager.number(), pagination));
        }
        return new FoundParents(listing.found, listing.problem);
    }

    /** Collects the parents; a parent without a key does not prevent the others from being found. */
    private final class Listing implements PageReader.RecordConsumer {

        private final Map<String, JsonNode> found = new LinkedHashMap<>();
        private final int max;
        private final ServerClock clock;
        private @Nullable PollingException problem;

        Listing(int max, ServerClock clock) {
            this.max = max;
            this.clock = clock;
        }

        /** Parents on pages after maxPages are parents too: not polling them is a failure. */
        boolean isPermitted(int page, Pagination pages) {
            int limit = pages.limits().maxPages();
            if (limit == 0 || page <= limit) {
                return true;
            }
            problem = new PollingException(
                    Reason.LIMIT_REACHED,
                    "The list of the parents has more pages than maxPages(" + limit
                            + "): parents on further pages were not polled; raise maxPages, or end the list by"
                            + " Pagination.until(...)");
            return false;
        }

        @Override
        public void onResponse(Response response) {
            clock.observe(response);
        }

        @Override
        public Fingerprint accept(JsonNode parent, long bytes) {
            return Fingerprint.of(add(parent));
        }

        private String add(JsonNode parent) {
            JsonNode value = key.resolveValue(parent);
            String text = value.isContainerNode() ? value.toString() : value.asText();
            if (value.isMissingNode() || value.isNull() || text.isEmpty()) {
                problem = new PollingException(Reason.UNEXPECTED_RESPONSE, "A parent has no key at \"" + key + "\"");
                return "";
            }
            found.put(text, parent);
            if (found.size() > max) {
                throw new PollingException(
                        Reason.LIMIT_REACHED, "There are more than " + max + " parents: raise maxParents(...)");
            }
            return text;
        }
    }
}
