package io.httpconnector.webhook.subscription;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.Headers;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RenderException;
import io.httpconnector.template.ValueTemplate;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
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

    private final @Nullable JsonPointer pointer;
    private final @Nullable ValueTemplate expression;
    private final String root;

    private ServiceValue(@Nullable JsonPointer pointer, @Nullable ValueTemplate expression, String root) {
        this.pointer = pointer;
        this.expression = expression;
        this.root = root;
    }

    /**
     * Compiles a location.
     *
     * @param text the pointer or expression
     * @param root the name of the JSON in expressions
     */
    static ServiceValue of(String text, String root) {
        if (!ValueTemplate.hasPills(text)) {
            return new ServiceValue(JsonSupport.pointer(text), null, root);
        }
        ValueTemplate expression = ValueTemplate.of(text);
        for (String step : expression.steps()) {
            if (!step.equals(root) && !step.equals(HEADERS)) {
                throw new InvalidDefinitionException(
                        "location", "\"" + step + "\" is unknown here: use " + root + " or " + HEADERS);
            }
        }
        return new ServiceValue(null, expression, root);
    }

    static Map<String, String> headers(Headers headers) {
        Map<String, String> all = new TreeMap<>();
        headers.names()
                .forEach(name -> headers.first(name).ifPresent(value -> all.put(name.toLowerCase(Locale.ROOT), value)));
        return all;
    }

    /** Returns the value; a missing node if there is none. */
    JsonNode in(JsonNode json, Map<String, String> headers) {
        if (expression == null) {
            return json.at(pointer);
        }
        try {
            return expression.evaluate(Pills.of(root, json).and(HEADERS, headers));
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
        JsonNode value = in(json, headers);
        String text = value.isNull() || value.isMissingNode() || value.isContainerNode() ? "" : value.asText();
        return text.isBlank() ? null : text;
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
