package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Translates texts of Nango, such as {@code Bearer ${apiKey}} or {@code ${base64(${credentials.user}:x)}}, into texts with pills.
 * What a function takes beside a single value becomes a computed value. Not thread-safe.
 */
final class NangoText {

    private static final Pattern FIELD = Pattern.compile("(?:\\{\\{|[(,])\\s*auth\\.([\\w-]+)");
    private static final Pattern CALL = Pattern.compile("(\\w+)\\((.*)\\)", Pattern.DOTALL);

    /** The fingerprint of the key that signs a token, without the name of its digest. */
    private static final String FINGERPRINT = "keyFingerprint";

    /** The filters of a function. */
    private static final Map<String, String> FILTERS = Map.of(
            "base64", "base64",
            "sha256Hex", "sha256",
            "sha256Base64", "sha256 | base64");

    /** A value, and the text that replaces it where it is empty. */
    private static final Pattern DEFAULT = Pattern.compile("(\\$\\{[^{}]+})\\s+\\|\\|\\s+([^${}'\\\\]+)");

    private final Function<String, @Nullable String> pills;
    private final ObjectNode computed;
    private final Consumer<String> optional;

    /**
     * Creates a translator.
     *
     * @param pills returns the content of a pill for the name of a value; null if it is unknown
     * @param computed receives computed values by name
     * @param optional receives the names of fields that may be empty
     */
    NangoText(Function<String, @Nullable String> pills, ObjectNode computed, Consumer<String> optional) {
        this.pills = pills;
        this.computed = computed;
        this.optional = optional;
    }

    /** A part of a text that has no counterpart. */
    private static final class UnknownValueException extends Exception {

        private static final long serialVersionUID = 1L;

        UnknownValueException(String expression) {
            super(expression);
        }
    }

    /** A piece of a text: a literal, or the content of a pill. */
    private record TextPiece(String text, boolean isPill) {}

    /** Returns the names of the fields in a text with pills. */
    static List<String> fieldsOf(String text) {
        return FIELD.matcher(text).results().map(match -> match.group(1)).toList();
    }

    /** Translates a text; null if it has a value without a counterpart, which is noted. */
    @Nullable String translate(CatalogueItem item) {
        String text = item.text();
        return text == null ? null : translate(item, text);
    }

    /** Translates a part of the text of an item. */
    @Nullable String translate(CatalogueItem item, String text) {
        try {
            Matcher alternatives = DEFAULT.matcher(text);
            if (alternatives.matches()) {
                String pill = joined(pieces(alternatives.group(1)));
                fieldsOf(pill).forEach(optional);
                return pill.replace("}}", " | default('" + alternatives.group(2).strip() + "')}}");
            }
            return joined(pieces(text));
        } catch (UnknownValueException e) {
            item.note("there is no counterpart of ${" + e.getMessage() + "}");
            return null;
        }
    }

    /** Translates the texts of a tree. */
    @Nullable JsonNode translateTree(CatalogueItem item) {
        JsonNode node = item.node();
        if (node.isObject()) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            item.members().forEach((name, member) -> {
                JsonNode value = translateTree(member);
                if (value != null) {
                    copy.set(name, value);
                }
            });
            return copy;
        }
        if (node.isArray()) {
            var copy = JsonNodeFactory.instance.arrayNode();
            for (CatalogueItem element : item.elements()) {
                JsonNode value = translateTree(element);
                if (value != null) {
                    copy.add(value);
                }
            }
            return copy;
        }
        if (!node.isTextual()) {
            return node;
        }
        String text = translate(item);
        return text == null ? null : JsonNodeFactory.instance.textNode(text);
    }

    private List<TextPiece> pieces(String given) throws UnknownValueException {
        String text = given.replace("${fingerprint(${credentials.privateKey})}", "SHA256:${" + FINGERPRINT + "}");
        List<TextPiece> pieces = new ArrayList<>();
        int at = 0;
        while (true) {
            int start = text.indexOf("${", at);
            int end = start < 0 ? -1 : end(text, start + 2);
            if (end < 0) {
                addLiteral(pieces, text.substring(at));
                return pieces;
            }
            addLiteral(pieces, text.substring(at, start));
            pieces.add(new TextPiece(pill(text.substring(start + 2, end)), true));
            at = end + 1;
        }
    }

    private static void addLiteral(List<TextPiece> pieces, String text) {
        if (!text.isEmpty()) {
            pieces.add(new TextPiece(text, false));
        }
    }

    /** Returns the position of the brace that ends an expression; negative if there is none. */
    private static int end(String text, int from) {
        int depth = 1;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        return -1;
    }

    private String pill(String expression) throws UnknownValueException {
        if (expression.equals(FINGERPRINT)) {
            return "auth." + FINGERPRINT;
        }
        Matcher call = CALL.matcher(expression);
        if (call.matches()) {
            String filter = FILTERS.get(call.group(1));
            if (filter == null) {
                throw new UnknownValueException(call.group(1) + "(...)");
            }
            return argument(call.group(2)) + " | " + filter;
        }
        String time = NangoTime.pill(expression);
        String pill = time == null ? pills.apply(expression) : time;
        if (pill == null) {
            throw new UnknownValueException(expression);
        }
        return pill;
    }

    private String argument(String text) throws UnknownValueException {
        List<TextPiece> pieces = pieces(text);
        if (pieces.size() == 1 && pieces.get(0).isPill) {
            return pieces.get(0).text;
        }
        String name = "computed" + (computed.size() + 1);
        computed.put(name, joined(pieces));
        return "auth." + name;
    }

    private static String joined(List<TextPiece> pieces) {
        StringBuilder joined = new StringBuilder();
        for (TextPiece piece : pieces) {
            joined.append(piece.isPill ? "{{" + piece.text + "}}" : piece.text.replace("{{", "{{'{{'}}"));
        }
        return joined.toString();
    }
}
