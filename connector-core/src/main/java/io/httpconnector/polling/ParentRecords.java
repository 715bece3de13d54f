package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.MemberSteps;
import io.httpconnector.template.PillFilter;
import io.httpconnector.template.RequestTemplate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parent records of nested resources: the request of the trigger is sent for each of them, with the pill {@code
 * {{parent}}}, and each has its own checkpoint.
 *
 * <pre>{@code
 * ParentRecords.of("projects/a", "projects/b")                                     // {{parent}}
 * ParentRecords.valuesOf("{{account.regions | split(',')}}")                       // {{parent}}
 * ParentRecords.from(listBoards, RecordSelector.at("/values"), "/id")              // {{parent.id}}
 * ParentRecords.from(listCards, RecordSelector.atRoot(), "/id")                    // {{parent.id}}, for each board
 *     .below(ParentRecords.from(listBoards, RecordSelector.at("/values"), "/id").as("board"))
 * ParentRecords.product(accounts.as("account"), ParentRecords.of(2025, 2026).as("year"))  // {{account.id}}, {{year}}
 * }</pre>
 *
 * <p>A parent that no longer exists, or returns 404 or 410, is not a failure. A parent that fails in any other way does not
 * prevent the others from being polled, and is listed in {@link PollingStatus#failedParents()}. When the rate limit is
 * reached, the next poll continues with the parent at which this one ended. A parent that is polled for the first time after
 * the first poll starts where the trigger started: at that time, if the cursor is a timestamp; otherwise all its records are
 * new. Immutable and thread-safe.
 */
public final class ParentRecords {

    private static final String DEFAULT_NAME = "parent";
    private static final List<String> FOR_REQUEST = List.of("records", "key", "pagination", "below", "cursor");
    private static final List<String> FOR_ONE =
            List.of("records", "key", "pagination", "below", "cursor", "as", "field");

    /** The type of a source of parents, as its member in a definition. */
    private enum SourceType {
        VALUES,
        REQUEST,
        PRODUCT,
        UNION,
        FIRST
    }

    private final SourceType kind;
    private final String name;
    private final ParentValues values;
    private final @Nullable ListRequest request;
    private final List<ParentRecords> parts;

    /**
     * The request that lists parents.
     *
     * @param outer the parents for each of which the request is sent; null when it is sent once
     * @param cursor the cursor by which the service returns only changed parents; null to list all
     */
    record ListRequest(
            RequestTemplate template,
            RecordSelector records,
            JsonPaths key,
            Pagination pagination,
            @Nullable ParentRecords outer,
            @Nullable PositionCursor cursor) {}

    private ParentRecords(
            SourceType kind,
            String name,
            ParentValues values,
            @Nullable ListRequest request,
            List<ParentRecords> parts) {
        this.kind = kind;
        this.name = name;
        this.values = values;
        this.request = request;
        this.parts = parts;
    }

    /**
     * Fixed parents.
     *
     * @param values values that Jackson can serialize, such as texts; each is its own key
     * @return the parents
     */
    public static ParentRecords of(Object... values) {
        if (values == null) {
            throw invalid("the values are null");
        }
        List<JsonNode> nodes = new ArrayList<>();
        for (Object value : values) {
            nodes.add(JsonSupport.tree(value));
        }
        return new ParentRecords(SourceType.VALUES, DEFAULT_NAME, ParentValues.of(nodes), null, List.of());
    }

    /**
     * Parents that an expression calculates before each poll, such as those that a user has entered as one text. Each element
     * of a list is a parent, any other value is one, and a missing value is none.
     *
     * @param expression an expression of the template language over the constant pills of the trigger, such as {@code
     *     {{account.regions | split(',')}}}
     * @return the parents
     */
    public static ParentRecords valuesOf(String expression) {
        return new ParentRecords(SourceType.VALUES, DEFAULT_NAME, ParentValues.of(expression), null, List.of());
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
            throw invalid("request or records are null");
        }
        ListRequest list =
                new ListRequest(request, records, JsonPaths.of("parents", key), Pagination.none(), null, null);
        return new ParentRecords(SourceType.REQUEST, DEFAULT_NAME, ParentValues.NONE, list, List.of());
    }

    /**
     * All combinations of the parents of several sources, such as accounts and years.
     *
     * @param sources at least two, with different names: see {@link #as}
     * @return the parents
     */
    public static ParentRecords product(ParentRecords... sources) {
        List<ParentRecords> parts = several("product", sources);
        Set<String> names = new LinkedHashSet<>();
        for (ParentRecords part : parts) {
            for (String each : part.names()) {
                if (!names.add(each)) {
                    throw invalid("product: two sources are named \"" + each + "\": name them by as(...)");
                }
            }
        }
        return new ParentRecords(SourceType.PRODUCT, DEFAULT_NAME, ParentValues.NONE, null, parts);
    }

    /**
     * The parents of several sources, one after the other. A parent with the same key in several of them counts once.
     *
     * @param sources at least two, with the same names
     * @return the parents
     */
    public static ParentRecords union(ParentRecords... sources) {
        List<ParentRecords> parts = several("union", sources);
        requireSameNames("union", parts);
        return new ParentRecords(SourceType.UNION, DEFAULT_NAME, ParentValues.NONE, null, parts);
    }

    private static void requireSameNames(String what, List<ParentRecords> parts) {
        for (ParentRecords part : parts) {
            if (!part.names().equals(parts.get(0).names())) {
                throw invalid(what + ": the sources are named " + parts.get(0).names() + " and " + part.names()
                        + ", but the request needs the same pills for each: name them by as(...)");
            }
        }
    }

    /**
     * Uses the parents of another source in a poll in which there are none of this one: for example, those that a user has
     * selected, or else all that a request lists.
     *
     * @param other a source with the same names
     * @return both sources
     */
    public ParentRecords orElse(ParentRecords other) {
        if (kind == SourceType.FIRST) {
            return parts.get(0).orElse(parts.get(1).orElse(other));
        }
        List<ParentRecords> sources = several("orElse", new ParentRecords[] {this, other});
        requireSameNames("orElse", sources);
        return new ParentRecords(SourceType.FIRST, DEFAULT_NAME, ParentValues.NONE, null, sources);
    }

    private static List<ParentRecords> several(String what, ParentRecords[] sources) {
        if (sources == null || sources.length < 2 || Arrays.asList(sources).contains(null)) {
            throw invalid(what
                    + (what.equals("orElse")
                            ? ": the other source is null: remove the call"
                            : ": use at least two sources, none of them null"));
        }
        List<ParentRecords> parts = List.of(sources.clone());
        if (parts.stream().anyMatch(part -> part.cursor() != null)) {
            throw invalid(what + ": a source with a cursor cannot be combined with others");
        }
        return parts;
    }

    /**
     * Names the parents. Default: {@code parent}.
     *
     * @param name the name of their pill, such as {@code board} for {@code {{board.id}}}: letters, digits and underscores
     * @return changed parents
     */
    public ParentRecords as(String name) {
        if (name == null || !name.matches("\\p{L}[\\p{L}\\d_]*")) {
            throw invalid("as: \"" + name + "\" is not a name: use letters, digits and underscores");
        }
        if (TriggerChecks.RESERVED.contains(name)) {
            throw invalid("as: \"" + name + "\" has another meaning in requests: use another name");
        }
        if (!parts.isEmpty()) {
            throw invalid("as: a combination has the names of its sources: name these");
        }
        return new ParentRecords(kind, name, values, request, parts);
    }

    /**
     * Makes each value an object with this field, as those that a request lists, so that the request of the trigger has the
     * same pill for both: {@code {{parent.id}}}.
     *
     * @param name the name of the field, such as {@code id}
     * @return changed parents
     */
    public ParentRecords field(String name) {
        if (kind != SourceType.VALUES) {
            throw invalid("field: only of(...) and valuesOf(...) have values to which it applies");
        }
        return new ParentRecords(kind, this.name, values.withField(name), request, parts);
    }

    /**
     * Sets the pagination of the list of parents. Default: one page.
     *
     * @param pages the pagination
     * @return changed parents
     */
    public ParentRecords pagination(Pagination pages) {
        if (pages == null) {
            throw invalid("the pagination is null: remove the call");
        }
        ListRequest list = listRequest("pagination");
        return with(new ListRequest(list.template, list.records, list.key, pages, list.outer, list.cursor));
    }

    /**
     * Lists the parents for each of other parents, whose pills the request contains. The pills of both are available to the
     * request of the trigger, if they have different names: see {@link #as}.
     *
     * @param outer the parents of these parents
     * @return changed parents
     */
    public ParentRecords below(ParentRecords outer) {
        if (outer == null) {
            throw invalid("below: the parents are null: remove the call");
        }
        ListRequest list = listRequest("below");
        if (list.cursor != null) {
            throw invalid("below: parents with a cursor are listed by one request: remove the cursor");
        }
        return with(new ListRequest(list.template, list.records, list.key, list.pagination, outer, null));
    }

    /**
     * Lists only the parents that have changed since the last poll that succeeded for all parents; others are not polled. The
     * first poll lists all parents. The position does not move after a list of several pages, which may have shifted, unless
     * its {@linkplain Pagination#stable() pages are stable}.
     *
     * @param cursor a timestamp or a number of the parents, which is sent
     * @return changed parents
     */
    public ParentRecords cursor(Cursor cursor) {
        ListRequest list = listRequest("cursor");
        if (!(cursor instanceof PositionCursor position) || !position.isSent() || position.windows() != null) {
            throw invalid("cursor: use Cursor.timestamp(...) or Cursor.number(...) that is sent, without windows");
        }
        if (list.outer != null) {
            throw invalid("cursor: parents below others cannot have a cursor: set it for the outer ones");
        }
        return with(new ListRequest(list.template, list.records, list.key, list.pagination, null, position));
    }

    private ListRequest listRequest(String method) {
        if (request == null) {
            throw invalid(method + ": only parents that are listed by a request have one");
        }
        return request;
    }

    private ParentRecords with(ListRequest changed) {
        return new ParentRecords(kind, name, values, changed, parts);
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("parents", List.of(problem));
    }

    ObjectNode toJson() {
        if (kind == SourceType.FIRST) {
            return parts.get(0).toJson().set("orElse", parts.get(1).toJson());
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (!parts.isEmpty()) {
            ArrayNode sources = json.putArray(kind == SourceType.PRODUCT ? "product" : "union");
            parts.forEach(part -> sources.add(part.toJson()));
            return json;
        }
        if (!name.equals(DEFAULT_NAME)) {
            json.put("as", name);
        }
        if (request == null) {
            return values.writeTo(json);
        }
        json.set("request", request.template.toJson());
        json.set("records", request.records.toJson());
        json.put("key", request.key.toString());
        json.set("pagination", request.pagination.toJson());
        if (request.outer != null) {
            json.set("below", request.outer.toJson());
        }
        return request.cursor == null ? json : json.set("cursor", request.cursor.toJson());
    }

    /** Reads the output of {@link #toJson}: values, the request that lists parents, or a combination of sources. */
    static @Nullable ParentRecords read(JsonObjectReader reader, Map<String, PillFilter> filters) {
        // "values": The parents, if they are known: values of any JSON type.
        List<JsonNode> values = reader.elements("values", (value, at) -> value);
        // "valuesOf": An expression for the parents over the constant pills, such as those that a user has entered.
        String calculated = reader.text("valuesOf");
        // "request": The request that lists the parents.
        RequestTemplate request = reader.document("request", json -> RequestTemplate.fromJson(json, filters));
        // "records": The location of the parents in the response.
        RecordSelector records = reader.object("records", RecordSelector::read);
        // "key": The JSON Pointer of the field that identifies a parent.
        String key = reader.text("key");
        reader.attempt("key", () -> {
            JsonPaths unused = JsonPaths.of("parents", key == null ? "" : key);
        });
        Pagination pages = reader.object("pagination", PaginationReader::read);
        ParentRecords outer = reader.object("below", inner -> read(inner, filters));
        Cursor cursor = reader.object("cursor", CursorReader::read);
        List<ParentRecords> product = reader.objects("product", inner -> read(inner, filters));
        List<ParentRecords> union = reader.objects("union", inner -> read(inner, filters));
        // "field": A name that makes each value an object with this field, as those that a request lists.
        String field = reader.text("field");
        // "orElse": The parents of a poll in which there are none of these.
        ParentRecords other = reader.object("orElse", inner -> read(inner, filters));
        String kind = reader.exactlyOneOf("values", "valuesOf", "request", "product", "union");
        if (kind != null && !kind.equals("request")) {
            (kind.startsWith("values") ? FOR_REQUEST : FOR_ONE)
                    .stream()
                            .filter(reader::has)
                            .forEach(member -> reader.problem(
                                    member,
                                    "contradicts " + kind + ": it applies only to a request that lists parents"));
        }
        List<ParentRecords> found = new ArrayList<>();
        if ("values".equals(kind)) {
            found.add(of(values.toArray()));
        } else if ("valuesOf".equals(kind)) {
            reader.attempt("valuesOf", () -> found.add(valuesOf(String.valueOf(calculated))));
        } else if ("product".equals(kind)) {
            reader.attempt("product", () -> found.add(product(product.toArray(ParentRecords[]::new))));
        } else if ("union".equals(kind)) {
            reader.attempt("union", () -> found.add(union(union.toArray(ParentRecords[]::new))));
        } else if ("request".equals(kind)) {
            reader.require("records", "key");
            if (request != null && records != null && key != null) {
                found.add(from(request, records, key));
            }
        }
        if (found.isEmpty()) {
            String unused = reader.text("as");
            return null;
        }
        boolean isRequest = "request".equals(kind);
        boolean hasValues = kind != null && kind.startsWith("values");
        return new MemberSteps<>(reader, found.get(0))
                .text("as", ParentRecords::as)
                .with("pagination", isRequest ? pages : null, ParentRecords::pagination)
                .with("below", isRequest ? outer : null, ParentRecords::below)
                .with("cursor", isRequest ? cursor : null, ParentRecords::cursor)
                .with("field", isRequest || hasValues ? field : null, ParentRecords::field)
                .with("orElse", other, ParentRecords::orElse)
                .value();
    }

    /** Adds the pills of pagination and cursor at their locations. */
    ParentRecords applied(List<String> problems) {
        if (!parts.isEmpty()) {
            List<ParentRecords> applied =
                    parts.stream().map(part -> part.applied(problems)).toList();
            return new ParentRecords(kind, name, values, null, applied);
        }
        if (request == null) {
            return this;
        }
        RequestTemplate paged = request.pagination.applyTo(request.template, request.cursor, problems);
        RequestTemplate placed = request.cursor == null ? paged : request.cursor.applyTo(paged, problems);
        ParentRecords outer = request.outer == null ? null : request.outer.applied(problems);
        return with(new ListRequest(placed, request.records, request.key, request.pagination, outer, request.cursor));
    }

    /** The names of the pills that the parents provide. */
    Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        if (request != null && request.outer != null) {
            names.addAll(request.outer.names());
        }
        parts.forEach(part -> names.addAll(part.names()));
        if (parts.isEmpty()) {
            names.add(name);
        }
        return names;
    }

    /** The names without whose pills the same request would be sent for several parents. */
    Set<String> distinguishingNames() {
        Set<String> names = new LinkedHashSet<>();
        parts.forEach(part -> names.addAll(part.distinguishingNames()));
        return names.isEmpty() ? Set.of(name) : names;
    }

    /** The cursor of the list of parents; null when each poll lists all of them. */
    @Nullable PositionCursor cursor() {
        if (request == null) {
            return null;
        }
        return request.cursor == null && request.outer != null ? request.outer.cursor() : request.cursor;
    }

    String name() {
        return name;
    }

    /** The parents that need no request; none when there is a request or a combination. */
    ParentValues values() {
        return values;
    }

    /** The request that lists the parents; null when they are fixed or a combination. */
    @Nullable ListRequest request() {
        return request;
    }

    /** The sources that are combined, or one of which is used; none when it is one source. */
    List<ParentRecords> parts() {
        return parts;
    }

    /** Whether the parents are all combinations of those of the sources. */
    boolean isProduct() {
        return kind == SourceType.PRODUCT;
    }

    /** Whether the parents are those of the first source that has any. */
    boolean isFirst() {
        return kind == SourceType.FIRST;
    }

    /** The text by which the state recognizes another cursor of the parents. */
    String cursorText() {
        return Objects.toString(cursor() == null ? null : cursor().identityText(), "");
    }
}
