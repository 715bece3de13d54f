package io.httpconnector.polling;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.text.LogSafe;
import java.util.List;

/** Signals that a response is well-formed, but not as expected. */
final class UnexpectedContent extends JsonProcessingException {

    private static final long serialVersionUID = 1L;

    private UnexpectedContent(JsonParser parser, String message) {
        super(message, parser.currentLocation());
    }

    static UnexpectedContent afterTheValue(JsonParser parser) {
        return new UnexpectedContent(
                parser,
                "there is more content after the value: if the format is JSON"
                        + " Lines, declare it by RecordSelector.as(...)");
    }

    /** There is no value at the path of the records. */
    static UnexpectedContent insteadOfList(JsonParser parser, RecordSelector records) {
        return new UnexpectedContent(
                parser,
                "there is nothing at \"" + path(records)
                        + "\": if the service omits an empty list, use"
                        + " RecordSelector.at(...).optional(), or emptyWhen(...) where a field"
                        + " states that it is empty");
    }

    /**
     * Rejects an XML document without the list that is an error, or has other elements in place of the element around the
     * records. An omitted list in the root element itself may be empty.
     *
     * @param root the local name of the root element
     * @param content the content around the records
     */
    static void rejectForeign(JsonParser parser, String root, JsonNode content, RecordSelector records)
            throws UnexpectedContent {
        String error = ForeignXml.errorIn(root, content);
        if (error != null) {
            throw new UnexpectedContent(
                    parser,
                    "there is no element at \"" + path(records) + "\", but an element \"" + LogSafe.visible(error)
                            + "\": if it is no error, use RecordSelector.at(...).optional()");
        }
        if (records.path().size() > 1 && !content.isEmpty()) {
            throw insteadOfList(parser, records);
        }
    }

    /**
     * Rejects a text, number or Boolean in place of the list, such as the message of an error.
     *
     * @throws UnexpectedContent unless it is a number as the whole response, a blank text where the list is optional, or an
     *     element that {@code *} selects
     */
    static void rejectScalar(JsonParser parser, JsonNode value, RecordSelector records) throws UnexpectedContent {
        boolean isBlank = value.isTextual() && value.asText().isBlank();
        boolean isSingleNumber = value.isNumber() && records.path().isEmpty();
        if (isSingleNumber || records.path().contains(RecordSelector.ALL) || (isBlank && records.isOptional())) {
            return;
        }
        throw new UnexpectedContent(
                parser,
                "there is " + (isBlank ? "a blank text" : type(parser.currentToken()))
                        + " in place of the list of records "
                        + (records.path().isEmpty() ? "at the root" : "at \"" + path(records) + "\"")
                        + (isBlank ? ": if this means an empty list, use RecordSelector.at(...).optional()" : ""));
    }

    /**
     * Rejects a text, number or Boolean in place of the list or object around the elements that {@code *} selects.
     *
     * @throws UnexpectedContent if the parser is at such a value
     */
    static void rejectAbove(JsonParser parser, RecordSelector records) throws UnexpectedContent {
        JsonToken token = parser.currentToken();
        if (records.path().contains(RecordSelector.ALL) && token.isScalarValue() && token != JsonToken.VALUE_NULL) {
            throw new UnexpectedContent(
                    parser,
                    "there is " + type(token) + " in place of a list or an object on the path \"" + path(records)
                            + "\" of the records");
        }
    }

    /**
     * Rejects JSON, HTML and XML in place of CSV, such as an error.
     *
     * @param columns the names in the first row
     */
    static void rejectForeignCsv(JsonParser parser, List<String> columns) throws UnexpectedContent {
        String first = columns.isEmpty() ? "" : columns.get(0).strip();
        if (first.startsWith("{") || first.startsWith("<")) {
            throw new UnexpectedContent(
                    parser, "there is " + (first.startsWith("{") ? "JSON" : "HTML or XML") + " in place of CSV");
        }
    }

    private static String type(JsonToken token) {
        return token == JsonToken.VALUE_STRING ? "a text" : token.isNumeric() ? "a number" : "true or false";
    }

    private static String path(RecordSelector records) {
        return "/" + String.join("/", records.path());
    }
}
