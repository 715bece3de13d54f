package io.httpconnector.webhook.subscription;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RenderException;
import io.httpconnector.template.ValueTemplate;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The location of a value in JSON of the service: a JSON Pointer, or an expression over the JSON and the header fields, whose names
 * are in lower case. Immutable.
 */
final class ServiceValue {

    /** The name of the JSON of a response in expressions. */
    static final String RESPONSE = "response";

    /** The name of a listed subscription in expressions. */
    static final String RECORD = "record";

    /** The name of a notification about the subscription in expressions. */
    static final String NOTIFICATION = "notification";

    private static final String HEADERS = "headers";

    /** Numbers with more digits are milliseconds. */
    private static final int MAX_DIGITS_OF_SECONDS = 11;

    /** ISO 8601 with an offset, also {@code +0000}, as in Jira. */
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
            .appendPattern("[XXX][XX][X]")
            .toFormatter(Locale.ROOT);

    private final ValueTemplate location;
    private final String root;

    private ServiceValue(ValueTemplate location, String root) {
        this.location = location;
        this.root = root;
    }

    /**
     * Compiles a location.
     *
     * @param text the pointer or expression
     * @param root the name of the JSON in expressions
     */
    static ServiceValue of(String text, String root) {
        return new ServiceValue(ValueTemplate.ofLocation(text, List.of(root, HEADERS)), root);
    }

    /** Returns the value; a missing node if there is none. */
    JsonNode in(JsonNode json, Map<String, String> headers) {
        try {
            return location.evaluate(Pills.of(root, json).and(HEADERS, headers));
        } catch (RenderException e) {
            throw new ConnectorException("The location cannot be evaluated: " + String.join("; ", e.problems()), e);
        }
    }

    /** Returns the value as text; null if there is none, or if the expression cannot be evaluated. */
    @Nullable String optionalTextIn(JsonNode json, Map<String, String> headers) {
        try {
            return textIn(json, headers);
        } catch (ConnectorException e) {
            return null;
        }
    }

    /** Returns the value as text; null if there is none. */
    @Nullable String textIn(JsonNode json, Map<String, String> headers) {
        return JsonSupport.scalarText(in(json, headers));
    }

    /** Returns the time; null if there is none. */
    @Nullable Instant timeIn(JsonNode json, Map<String, String> headers) {
        String text = textIn(json, headers);
        if (text == null) {
            return null;
        }
        try {
            if (text.matches("\\d{1,18}")) {
                long number = Long.parseLong(text);
                return text.length() > MAX_DIGITS_OF_SECONDS
                        ? Instant.ofEpochMilli(number)
                        : Instant.ofEpochSecond(number);
            }
            return OffsetDateTime.parse(text, TIME).toInstant();
        } catch (DateTimeException e) {
            throw new ConnectorException(
                    "The expiry in the response is not a time: use an expression with the filter iso, such as {{" + root
                            + ".expires | iso('UTC')}}",
                    e);
        }
    }
}
