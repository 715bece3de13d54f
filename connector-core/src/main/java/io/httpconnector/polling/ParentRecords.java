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
 * The records below which others hang: the request of the trigger is sent for each of them, with the pill {@code {{parent}}}, and
 * each has a checkpoint of its own.
 *
 * <pre>{@code
 * ParentRecords.of("projects/a", "projects/b")                                     // {{parent}}
 * ParentRecords.from(listBoards, RecordSelector.at("/values"), "/id")                      // {{parent.id}}
 * }</pre>
 *
 * <p>One that is gone, or answers 404 or 410, is no failure. One that fails in any other way does not keep the others from being
 * asked, and is in {@link PollingStatus#failedParents()}. When the service permits no more requests, the next poll goes on with the
 * parent at which this one ended. A parent that is asked for the first time after the first poll begins where the trigger began: at that
 * time, where the cursor is a timestamp; else all its records are new. Immutable and safe for many threads.
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
     * Parents that don't change.
     *
     * @param values what Jackson can write, such as texts; each is its own key
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
     * Parents that are asked for before each poll.
     *
     * @param request lists them
     * @param records where they are in the answer
     * @param key a JSON pointer (RFC 6901) from one of them to its key
     * @return the parents
     */
    public static ParentRecords from(RequestTemplate request, RecordSelector records, String key) {
        if (request == null || records == null) {
            throw new InvalidDefinitionException("parents", List.of("request or records are null"));
        }
        return new ParentRecords(List.of(), request, records, JsonPaths.of("parents", key), Pagination.none());
    }

    /**
     * Sets how the list of the parents is spread over pages. Default: it is on one.
     *
     * @param pages the pagination
     * @return other parents
     */
    public ParentRecords pagination(Pagination pages) {
        if (pages == null) {
            throw new InvalidDefinitionException("parents", List.of("the pagination is null: leave it out"));
        }
        if (template == null) {
            throw new InvalidDefinitionException("parents", List.of("those of Parents.of(...) are not on pages"));
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

    /** Reads what {@link #toJson} wrote: either values, or what lists them. */
    static @Nullable ParentRecords read(JsonObjectReader reader, Map<String, PillFilter> filters) {
        List<JsonNode> values = reader.elements("values", (value, at) -> value);
        RequestTemplate request = reader.document("request", json -> RequestTemplate.fromJson(json, filters));
        RecordSelector records = reader.object("records", RecordSelector::read);
        String key = reader.text("key");
        reader.attempt("key", () -> {
            JsonPaths unused = JsonPaths.of("parents", key == null ? "" : key);
        });
        Pagination pages = reader.object("pagination", Pagination::read);
        String kind = reader.exactlyOneOf("values", "request");
        if (reader.has("values")) {
            FOR_REQUEST.stream()
                    .filter(reader::has)
                    .forEach(
                            name -> reader.problem(name, "contradicts values: it is for a request that lists parents"));
            return kind == null ? null : of(values.toArray());
        }
        reader.require("records", "key");
        if (request == null || records == null || key == null) {
            return null;
        }
        ParentRecords parents = from(request, records, key);
        return pages == null ? parents : parents.pagination(pages);
    }

    /** With the pills of the pagination in their places. */
    ParentRecords applied(List<String> problems) {
        return template == null
                ? this
                : new ParentRecords(fixed, pagination.applyTo(template, null, problems), records, key, pagination);
    }

    /**
     * The parents that were found, by their keys.
     *
     * @param problem what is wrong with others; null when nothing is
     */
    record FoundParents(
            Map<String, JsonNode> parents, @Nullable PollingException problem) {}

    /** Lists them. */
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
                        url == null ? request : request.withUrl(url),
                        pager.number(),
                        records,
                        listing,
                        deadline.left());
            } while (!page.isIgnored() && pager.next(page) && listing.isPermitted(pager.number(), pagination));
        }
        return new FoundParents(listing.found, listing.problem);
    }

    /** Collects them; one without a key does not keep the others from being found. */
    private final class Listing implements PageReader.Taker {

        private final Map<String, JsonNode> found = new LinkedHashMap<>();
        private final int most;
        private final ServerClock clock;
        private @Nullable PollingException problem;

        Listing(int max, ServerClock clock) {
            this.most = max;
            this.clock = clock;
        }

        /** Those on further pages than maxPages are no less parents: that they are not asked is a failure. */
        boolean isPermitted(int page, Pagination pages) {
            int limit = pages.settings().maxPages();
            if (limit == 0 || page <= limit) {
                return true;
            }
            problem = new PollingException(
                    Reason.LIMIT_REACHED,
                    "The list of the parents has more pages than maxPages(" + limit
                            + "): those on further pages were not asked; raise it, or end the list by Pagination.until(...)");
            return false;
        }

        @Override
        public void answered(Response response) {
            clock.observe(response);
        }

        @Override
        public Fingerprint take(JsonNode parent, long bytes) {
            return Fingerprint.of(add(parent));
        }

        private String add(JsonNode parent) {
            JsonNode value = key.valueIn(parent);
            String text = value.isContainerNode() ? value.toString() : value.asText();
            if (value.isMissingNode() || value.isNull() || text.isEmpty()) {
                problem = new PollingException(Reason.UNEXPECTED_RESPONSE, "A parent has no key at \"" + key + "\"");
                return "";
            }
            found.put(text, parent);
            if (found.size() > most) {
                throw new PollingException(
                        Reason.LIMIT_REACHED, "There are more than " + most + " parents: raise maxParents(...)");
            }
            return text;
        }
    }
}
