package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.template.PillInfo;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.template.RequestTemplateBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The location in a request of a value that changes from page to page or from poll to poll. Immutable.
 */
public final class ParameterLocation {

    /** The kind of a location. */
    enum LocationType {
        QUERY,
        HEADER,
        FIELD,
        JSON,
        TEMPLATE
    }

    private final LocationType type;
    private final String name;
    /** The JSON Pointer of the location in a definition; null if it was set by code. */
    private final @Nullable String pointer;

    private ParameterLocation(LocationType type, String name) {
        this(type, name, null);
    }

    private ParameterLocation(LocationType type, String name, @Nullable String pointer) {
        this.type = type;
        this.name = name;
        this.pointer = pointer;
        if (name.isBlank() && type != LocationType.TEMPLATE) {
            throw new InvalidDefinitionException("parameter location", List.of("the name is empty"));
        }
    }

    /**
     * A query parameter.
     *
     * @param name the parameter name
     * @return the location
     */
    public static ParameterLocation query(String name) {
        return new ParameterLocation(LocationType.QUERY, given(name));
    }

    /**
     * A header field.
     *
     * @param name the field name
     * @return the location
     */
    public static ParameterLocation header(String name) {
        return new ParameterLocation(LocationType.HEADER, given(name));
    }

    /**
     * A field of the HTML form in the body.
     *
     * @param name the field name
     * @return the location
     */
    public static ParameterLocation field(String name) {
        return new ParameterLocation(LocationType.FIELD, given(name));
    }

    /**
     * A member of the JSON object in the body.
     *
     * @param pointer a JSON pointer (RFC 6901) to the member, which need not exist
     * @return the location
     */
    public static ParameterLocation json(String pointer) {
        return new ParameterLocation(
                LocationType.JSON, JsonPaths.of("parameter location", pointer).toString());
    }

    /**
     * Wherever the template contains the pill itself, such as in its path.
     *
     * @return the location
     */
    public static ParameterLocation template() {
        return new ParameterLocation(LocationType.TEMPLATE, "");
    }

    private static String given(String name) {
        return name == null ? "" : name;
    }

    /** As JSON: {@code {"query": "since"}}. */
    ObjectNode toJson() {
        return JsonNodeFactory.instance.objectNode().put(type.name().toLowerCase(Locale.ROOT), name);
    }

    /** Reads the output of {@link #toJson}. */
    static @Nullable ParameterLocation read(JsonObjectReader reader) {
        List<ParameterLocation> found = new ArrayList<>();
        reader.text("query", name -> found.add(query(name)));
        reader.text("header", name -> found.add(header(name)));
        reader.text("field", name -> found.add(field(name)));
        reader.text("json", pointer -> found.add(json(pointer)));
        JsonNode template = reader.any("template");
        if (template != null && template.isBoolean()) {
            if (reader.isMarked("template")) {
                found.add(template());
            }
        } else {
            reader.text("template", text -> found.add(template(text)));
        }
        String type = reader.exactlyOneOf("query", "header", "field", "json", "template");
        return type == null || found.isEmpty()
                ? null
                : new ParameterLocation(found.get(0).type, found.get(0).name, reader.pointer() + "/" + type);
    }

    private static ParameterLocation template(String text) {
        if (!text.isEmpty()) {
            throw new InvalidDefinitionException(
                    "parameter location", List.of("must be empty: the template itself contains the pill"));
        }
        return template();
    }

    LocationType type() {
        return type;
    }

    /** The name of the parameter, or the JSON pointer of the member. */
    String name() {
        return name;
    }

    /** Where problems of this location are reported. */
    String reportedAt() {
        return pointer == null ? "request" : pointer;
    }

    boolean isTemplate() {
        return type == LocationType.TEMPLATE;
    }

    /** Whether a value may be an object or a list here. */
    boolean isStructured() {
        return type == LocationType.JSON || type == LocationType.TEMPLATE;
    }

    /** Whether values in the two locations would replace each other. */
    boolean conflictsWith(ParameterLocation other) {
        boolean sameName = type == LocationType.HEADER ? name.equalsIgnoreCase(other.name) : name.equals(other.name);
        return type == other.type && type != LocationType.TEMPLATE && sameName;
    }

    /** Adds a pill at the location; it is omitted while it has no value. */
    RequestTemplate apply(RequestTemplate template, String pill, List<String> problems) {
        if (type == LocationType.TEMPLATE) {
            if (template.pills().stream().map(PillInfo::path).noneMatch(path -> isWithin(path, pill))) {
                problems.add(reportedAt() + ": the template has no pill {{" + pill
                        + "}}, so that the value would not be sent");
            }
            return template;
        }
        RequestTemplateBuilder builder = template.toBuilder();
        String value = Delimiters.of(template).pill(pill + " | omit");
        switch (type) {
            case QUERY -> builder.query(name, value);
            case HEADER -> builder.header(name, value);
            case FIELD -> builder.field(name, value);
            default -> builder.jsonMember(name, value);
        }
        if (type == LocationType.QUERY && sets(template, name)) {
            problems.add(reportedAt() + ": the template has a query parameter \"" + name + "\" already: remove it from"
                    + " the template");
        }
        try {
            return builder.build();
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add(reportedAt() + ": " + problem));
            return template;
        }
    }

    /** Whether a path is that of a pill, or of a part of its value. */
    private static boolean isWithin(String path, String pill) {
        return path.equals(pill) || path.startsWith(pill + ".") || path.startsWith(pill + "[");
    }

    private static boolean sets(RequestTemplate template, String name) {
        for (var parameter : template.toJson().path("query")) {
            if (parameter.path("name").asText().equals(name)) {
                return true;
            }
        }
        String url = template.toJson().path("url").asText();
        return url.matches(".*[?&]\\Q" + name + "\\E(=.*|&.*)?");
    }

    private record Delimiters(String open, String close) {

        static Delimiters of(RequestTemplate template) {
            var own = template.toJson().path("delimiters");
            return own.isEmpty()
                    ? new Delimiters("{{", "}}")
                    : new Delimiters(own.get(0).asText(), own.get(1).asText());
        }

        String pill(String content) {
            return open + content + close;
        }
    }

    @Override
    public String toString() {
        return type == LocationType.TEMPLATE ? "the template" : type.name().toLowerCase(Locale.ROOT) + " " + name;
    }
}
