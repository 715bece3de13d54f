package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the texts of a template as what is written in them: a pill becomes one character, {@link #PILL}, unless it is a text of its
 * own, such as <code>&#123;&#123;'&#123;&#123;'&#125;&#125;</code>, or has a text as its default.
 *
 * @param open what a pill begins with
 * @param close what a pill ends with
 */
record TemplateTexts(String open, String close) {

    /** Stands for a pill; of the private use area of Unicode. */
    static final char PILL = '\uE000';

    /** The usual delimiters. */
    static final TemplateTexts USUAL = new TemplateTexts("{{", "}}");

    private static final Pattern QUOTED = Pattern.compile("\\s*(?:'([^']*)'|\"([^\"]*)\")\\s*");
    private static final Pattern DEFAULT =
            Pattern.compile("\\b(?:default|ifEmpty)\\s*\\(\\s*\\\\?(['\"])(.*?)\\\\?\\1");

    private static final Pattern PILL_ALONE = Pattern.compile("\\{\\{[A-Za-z0-9_.-]+}}");

    static TemplateTexts of(JsonNode definition) {
        JsonNode delimiters = definition.path("delimiters");
        return delimiters.size() == 2
                ? new TemplateTexts(
                        delimiters.path(0).asText("{{"), delimiters.path(1).asText("}}"))
                : USUAL;
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
        for (int start = text.indexOf(open); start >= 0; start = text.indexOf(open, at)) {
            int end = end(text, start + open.length());
            if (end < 0) {
                break;
            }
            read.append(text, at, start).append(written(text.substring(start + open.length(), end)));
            at = end + close.length();
        }
        return read.append(text, at, text.length()).toString();
    }

    /** Where the pill ends: at the first delimiter outside of quotes. */
    private int end(String text, int start) {
        char quote = 0;
        for (int i = start; i < text.length() && text.charAt(i) != '\n'; i++) {
            char c = text.charAt(i);
            if (quote == 0 && text.startsWith(close, i)) {
                return i;
            }
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            }
        }
        return -1;
    }

    private static String written(String inside) {
        Matcher quoted = QUOTED.matcher(inside);
        if (quoted.matches()) {
            return quoted.group(1) == null ? quoted.group(2) : quoted.group(1);
        }
        Matcher other = DEFAULT.matcher(inside);
        return other.find() && !other.group(2).isEmpty() ? other.group(2) : String.valueOf(PILL);
    }

    /** JSON text with pills as a tree, in which a pill outside of a string is a string of its own, without comments; null if it is no JSON. */
    static @Nullable JsonNode json(String text) {
        StringBuilder quoted = new StringBuilder();
        boolean inString = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int end = !inString && text.startsWith("{{", i) ? text.indexOf("}}", i) : -1;
            String pill = end < 0 ? "" : text.substring(i, end + 2);
            int comment = inString ? -1 : comment(text, i);
            if (comment > i) {
                i = comment - 1;
                continue;
            }
            if (PILL_ALONE.matcher(pill).matches()) {
                quoted.append('"').append(pill).append('"');
                i = end + 1;
                continue;
            }
            quoted.append(c);
            if (c == '\\' && inString && i + 1 < text.length()) {
                quoted.append(text.charAt(++i));
            } else if (c == '"') {
                inString = !inString;
            }
        }
        try {
            return JsonSupport.parse(quoted.toString());
        } catch (InvalidDefinitionException e) {
            return null;
        }
    }

    /** Where a comment ends that begins here, or -1; Postman takes them out of a JSON body. */
    private static int comment(String text, int start) {
        if (text.startsWith("//", start)) {
            int end = text.indexOf('\n', start);
            return end < 0 ? text.length() : end;
        }
        int end = text.startsWith("/*", start) ? text.indexOf("*/", start + 2) : -1;
        return end < 0 ? -1 : end + 2;
    }
}
