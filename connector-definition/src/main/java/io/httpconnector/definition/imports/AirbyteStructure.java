package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.definition.imports.Jinja.Entries;
import io.httpconnector.definition.imports.Jinja.Items;
import io.httpconnector.definition.imports.Jinja.Literal;
import io.httpconnector.definition.imports.Jinja.Path;
import io.httpconnector.definition.imports.JinjaParser.UnsupportedException;
import io.httpconnector.internal.text.PillToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a text that is a list or an object of Python with pills, which Airbyte evaluates. Not thread-safe. */
final class AirbyteStructure {

    /** Stands in for a pill: a name within the literal, or a part of its texts. */
    private static final Pattern MARK = Pattern.compile("pill_mark_(\\d+)_");

    private final List<String> pills = new ArrayList<>();

    private AirbyteStructure() {}

    /** Returns the structure; null if the text is none, and remains a text. */
    static @Nullable JsonNode of(String text) {
        AirbyteStructure structure = new AirbyteStructure();
        StringBuilder marked = new StringBuilder();
        int at = 0;
        for (PillToken pill : PillToken.all(text, "{{", "}}")) {
            marked.append(text, at, pill.start())
                    .append("pill_mark_")
                    .append(structure.pills.size())
                    .append('_');
            structure.pills.add(text.substring(pill.start(), pill.end()));
            at = pill.end();
        }
        marked.append(text.substring(at));
        try {
            // A comma at the end of a list or object is ignored.
            String literal = marked.toString().strip().replaceAll(",(\\s*[\\]}])", "$1");
            return structure.tree(JinjaParser.parse(literal));
        } catch (UnsupportedException e) {
            return null;
        }
    }

    private JsonNode tree(Jinja value) {
        if (value instanceof Items items) {
            ArrayNode list = JsonNodeFactory.instance.arrayNode();
            items.items().forEach(item -> list.add(tree(item)));
            return list;
        }
        if (value instanceof Entries entries) {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            for (Map.Entry<String, Jinja> member : entries.members().entrySet()) {
                object.set(restored(member.getKey()), tree(member.getValue()));
            }
            return object;
        }
        if (value instanceof Path path
                && path.steps().isEmpty()
                && MARK.matcher(path.root()).matches()) {
            return JsonNodeFactory.instance.textNode(restored(path.root()));
        }
        if (value instanceof Literal literal) {
            Object constant = literal.value();
            return constant instanceof Long number
                    ? JsonNodeFactory.instance.numberNode(number)
                    : constant instanceof Double number
                            ? JsonNodeFactory.instance.numberNode(number)
                            : constant instanceof Boolean flag
                                    ? JsonNodeFactory.instance.booleanNode(flag)
                                    : constant == null
                                            ? JsonNodeFactory.instance.nullNode()
                                            : JsonNodeFactory.instance.textNode(restored(String.valueOf(constant)));
        }
        throw new UnsupportedException("an expression");
    }

    private String restored(String text) {
        return MARK.matcher(text)
                .replaceAll(mark -> Matcher.quoteReplacement(pills.get(Integer.parseInt(mark.group(1)))));
    }
}
