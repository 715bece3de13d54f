package io.httpconnector.internal.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Reads JSON as a tree whose numbers are written as they came: {@code 1E400} and {@code 1.50} too. */
public final class LosslessTreeDeserializer extends StdDeserializer<JsonNode> {

    private static final long serialVersionUID = 1L;

    /** A long holds the digits of each shorter number. */
    private static final int MAX_PLAIN_LENGTH = 19;

    /** With more decimals, BigDecimal may write an exponent. */
    private static final int MAX_PLAIN_SCALE = 6;

    public LosslessTreeDeserializer() {
        super(JsonNode.class);
    }

    @Override
    public JsonNode deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        return read(parser, context.getNodeFactory());
    }

    @Override
    public JsonNode getNullValue(DeserializationContext context) {
        return context.getNodeFactory().nullNode();
    }

    /** As deep as Jackson's own limit on nesting (1000) permits. */
    public static JsonNode read(JsonParser parser, JsonNodeFactory nodes) throws IOException {
        return read(parser, parser.currentToken(), nodes);
    }

    /** Asks the parser for each token once. */
    private static JsonNode read(JsonParser parser, JsonToken token, JsonNodeFactory nodes) throws IOException {
        return switch (token) {
            case START_OBJECT -> object(parser, parser.nextFieldName(), nodes);
            case START_ARRAY -> {
                ArrayNode array = nodes.arrayNode();
                for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                    array.add(read(parser, next, nodes));
                }
                yield array;
            }
            // The parser of a tree that is in memory stands on a name already when an object begins.
            case FIELD_NAME -> object(parser, parser.currentName(), nodes);
            case VALUE_STRING -> nodes.textNode(parser.getText());
            case VALUE_NUMBER_INT -> integer(parser, nodes);
            case VALUE_NUMBER_FLOAT -> decimal(parser);
            case VALUE_TRUE -> nodes.booleanNode(true);
            case VALUE_FALSE -> nodes.booleanNode(false);
            case VALUE_EMBEDDED_OBJECT -> embedded(parser, nodes);
            default -> nodes.nullNode();
        };
    }

    private static ObjectNode object(JsonParser parser, @Nullable String firstName, JsonNodeFactory nodes)
            throws IOException {
        ObjectNode object = nodes.objectNode();
        for (String name = firstName; name != null; name = parser.nextFieldName()) {
            object.set(name, read(parser, parser.nextToken(), nodes));
        }
        return object;
    }

    private static JsonNode integer(JsonParser parser, JsonNodeFactory nodes) throws IOException {
        return switch (parser.getNumberType()) {
            case INT -> {
                int value = parser.getIntValue();
                boolean negativeZero = value == 0 && parser.getText().startsWith("-");
                yield negativeZero ? Written.node("-0") : nodes.numberNode(value);
            }
            case LONG -> nodes.numberNode(parser.getLongValue());
            default -> nodes.numberNode(parser.getBigIntegerValue());
        };
    }

    private static JsonNode decimal(JsonParser parser) throws IOException {
        if (parser.isNaN()) {
            return DoubleNode.valueOf(parser.getDoubleValue());
        }
        char[] text = parser.getTextCharacters();
        BigDecimal plain = plain(text, parser.getTextOffset(), parser.getTextLength());
        if (plain != null) {
            return DecimalNode.valueOf(plain);
        }
        try {
            return Written.node(text, parser.getTextOffset(), parser.getTextLength());
        } catch (NumberFormatException e) {
            throw new InputCoercionException(
                    parser, "a number has an exponent that is out of range", parser.currentToken(), BigDecimal.class);
        }
    }

    /**
     * Returns the value of a short number with up to six decimals, which BigDecimal itself writes as it came; null for other
     * numbers. Most decimal numbers are of this kind, and cost less this way.
     */
    private static @Nullable BigDecimal plain(char[] text, int begin, int length) {
        boolean isNegative = text[begin] == '-';
        if (length > MAX_PLAIN_LENGTH) {
            return null;
        }
        long digits = 0;
        int point = -1;
        for (int i = begin + (isNegative ? 1 : 0); i < begin + length; i++) {
            char c = text[i];
            if (c == '.' && point < 0) {
                point = i;
            } else if (c >= '0' && c <= '9') {
                digits = digits * 10 + (c - '0');
            } else {
                return null;
            }
        }
        int scale = begin + length - 1 - point;
        boolean isWrittenAlike = point >= 0 && scale <= MAX_PLAIN_SCALE && !(isNegative && digits == 0);
        return isWrittenAlike ? BigDecimal.valueOf(isNegative ? -digits : digits, scale) : null;
    }

    private static JsonNode embedded(JsonParser parser, JsonNodeFactory nodes) throws IOException {
        Object value = parser.getEmbeddedObject();
        if (value instanceof byte[] bytes) {
            return nodes.binaryNode(bytes);
        }
        return value instanceof JsonNode node ? node : nodes.pojoNode(value);
    }

    /** A number that remembers how it was written; its value, and so equality, are those of any other. */
    public static final class Written extends BigDecimal {

        private static final long serialVersionUID = 1L;

        private final String text;

        private Written(char[] written, int begin, int length) {
            super(written, begin, length);
            this.text = new String(written, begin, length);
        }

        static DecimalNode node(String text) {
            return node(text.toCharArray(), 0, text.length());
        }

        /** Throws a NumberFormatException when the exponent is out of range. */
        static DecimalNode node(char[] written, int begin, int length) {
            return DecimalNode.valueOf(new Written(written, begin, length));
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
