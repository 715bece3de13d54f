package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.text.PillToken;
import io.httpconnector.internal.text.Placeholders;
import io.httpconnector.template.RequestTemplate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Extracts the literal text of template texts: a pill becomes one character, {@link #PILL_MARK}, unless it is a quoted
 * literal, such as <code>&#123;&#123;'&#123;&#123;'&#125;&#125;</code>, or has a default text.
 *
 * @param open the opening delimiter
 * @param close the closing delimiter
 */
record LiteralTextReader(String open, String close) {

    /** Replaces a pill. From Unicode's private use area. */
    static final char PILL_MARK = '\uE000';

    /** The reader for the default delimiters. */
    static final LiteralTextReader DEFAULT_DELIMITERS = new LiteralTextReader("{{", "}}");

    private static final Pattern DEFAULT =
            Pattern.compile("\\b(?:default|ifEmpty)\\s*\\(\\s*\\\\?(['\"])(.*?)\\\\?\\1");

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");

    static LiteralTextReader of(JsonNode definition) {
        JsonNode delimiters = definition.path("delimiters");
        return delimiters.size() == 2
                ? new LiteralTextReader(
                        delimiters.path(0).asText("{{"), delimiters.path(1).asText("}}"))
                : DEFAULT_DELIMITERS;
    }

    JsonNode read(JsonNode value) {
        if (value instanceof ObjectNode object) {
            ObjectNode copy = object.objectNode();
            object.properties().forEach(member -> copy.set(member.getKey(), read(member.getValue())));
            return copy;
        }
        if (value instanceof ArrayNode array) {
            ArrayNode copy = array.arrayNode();
            array.forEach(element -> copy.add(read(element)));
            return copy;
        }
        return value.isTextual() ? TextNode.valueOf(read(value.textValue())) : value;
    }

    String read(String text) {
        String mark = open + "!verbatim" + close;
        if (open.isEmpty() || close.isEmpty() || !text.contains(open) || text.startsWith(mark)) {
            return text.startsWith(mark) ? text.substring(mark.length()) : text;
        }
        StringBuilder read = new StringBuilder();
        int at = 0;
        for (PillToken pill : PillToken.all(text, open, close)) {
            read.append(text, at, pill.start()).append(literal(pill));
            at = pill.end();
        }
        return read.append(text, at, text.length()).toString();
    }

    private static String literal(PillToken pill) {
        if (pill.isQuoted()) {
            return pill.unquoted();
        }
        Matcher other = DEFAULT.matcher(pill.inside());
        return other.find() && !other.group(2).isEmpty() ? other.group(2) : String.valueOf(PILL_MARK);
    }

    /**
     * Parses JSON text with pills. A pill outside of a string becomes a string; comments are removed. Returns null if it is
     * not valid JSON.
     */
    static @Nullable JsonNode json(String text) {
        try {
            return JsonSupport.parse(quotePills(text));
        } catch (InvalidDefinitionException e) {
            return null;
        }
    }

    /** Returns JSON text with pills as text without comments, in which each pill outside of a string is a string. */
    static String quotePills(String text) {
        StringBuilder quoted = new StringBuilder();
        boolean inString = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int comment = inString ? -1 : comment(text, i);
            if (comment > i) {
                i = comment - 1;
                continue;
            }
            Placeholders.Segment pill = inString ? null : named(text, i);
            if (pill != null) {
                quoted.append('"').append(pill.text()).append('"');
                i += pill.text().length() - 1;
                continue;
            }
            quoted.append(c);
            if (c == '\\' && inString && i + 1 < text.length()) {
                quoted.append(text.charAt(++i));
            } else if (c == '"') {
                inString = !inString;
            }
        }
        return quoted.toString();
    }

    /** Whether a text with pills is a template for JSON. */
    static boolean isJsonTemplate(String text) {
        ObjectNode definition = JsonNodeFactory.instance.objectNode().put("name", "T");
        definition.put("method", "POST").put("url", "/").putObject("body").put("jsonText", text);
        try {
            RequestTemplate unused = RequestTemplate.fromJson(definition);
            return true;
        } catch (InvalidDefinitionException e) {
            return false;
        }
    }

    /** Returns the pill at an index if it has a name only; null if it has filters or is something else. */
    private static Placeholders.@Nullable Segment named(String text, int start) {
        Placeholders.Segment pill = Placeholders.at(text, start);
        return pill != null && NAME.matcher(String.valueOf(pill.name())).matches() ? pill : null;
    }

    /** Returns the end of a comment that starts at an index, or -1. Like Postman, comments are removed from JSON bodies. */
    private static int comment(String text, int start) {
        if (text.startsWith("//", start)) {
            int end = text.indexOf('\n', start);
            return end < 0 ? text.length() : end;
        }
        int end = text.startsWith("/*", start) ? text.indexOf("*/", start + 2) : -1;
        return end < 0 ? -1 : end + 2;
    }
}
