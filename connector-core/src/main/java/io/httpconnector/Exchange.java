package io.httpconnector;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.httpconnector.internal.text.ExchangeFormatter;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A recorded request and its response, safe to display and store: every value that originates from a secret is masked, even
 * where the service echoes it. Bodies are truncated to 64 KiB.
 *
 * @param name the name of the request, such as that of its template; empty if it has none
 * @param method the request method, such as {@code POST}
 * @param url the requested URL; after redirects, the URL of the last one
 * @param requestHeaders the header fields that were sent, except those set by the connection itself
 * @param requestBody the body that was sent, as text; empty if there was none
 * @param status the status code; empty if there was no response
 * @param responseHeaders the header fields of the response, possibly none
 * @param responseBody the body of the response, as text; empty if there was none
 * @param startedAt when the call began
 * @param elapsed the time from the start of the call until the response was complete or the call had failed
 * @param attempts the number of attempts so far; 1 if there was no retry
 */
public record Exchange(
        String name,
        String method,
        String url,
        Headers requestHeaders,
        String requestBody,
        @JsonSerialize(using = StatusSerializer.class) OptionalInt status,
        Headers responseHeaders,
        String responseBody,
        @JsonSerialize(using = ToStringSerializer.class) Instant startedAt,
        @JsonSerialize(using = ToStringSerializer.class) Duration elapsed,
        int attempts) {

    /**
     * Returns the exchange in one line, as it is logged.
     *
     * @return a text such as {@code POST https://api.example.com/venues -> 400 (31 ms)}, or {@code (2310 ms, 3 attempts)}
     */
    public String summary() {
        return (name.isEmpty() ? "" : "\"" + name + "\": ") + method + " " + url + " -> "
                + (status.isPresent() ? String.valueOf(status.getAsInt()) : "no response") + " (" + elapsed.toMillis()
                + " ms" + (attempts == 1 ? "" : ", " + attempts + " attempts") + ")";
    }

    /**
     * Returns the request as a command for curl, quoted for a POSIX shell. It can be run after each {@code ***} has been
     * replaced by the secret, and, if the body was a file or a stream, after the file {@code BODY} has been created.
     *
     * @return the command
     */
    public String asCurl() {
        return ExchangeFormatter.curl(values());
    }

    /**
     * Returns the request as text of an {@code .http} file, which editors can send. The format has no quoting, so a body that
     * contains special lines, such as {@code ###}, or two opening braces is replaced by a reference to the file {@code BODY}.
     *
     * @return request line, headers and body; each {@code ***} stands for a secret
     */
    public String asHttp() {
        return ExchangeFormatter.http(values());
    }

    /**
     * Returns request and response as an HTTP Archive (HAR), version 1.2, which the developer tools of browsers can display.
     *
     * @return JSON; each {@code ***} stands for a secret
     */
    public String asHar() {
        return ExchangeFormatter.har(values());
    }

    /**
     * Returns the exchange as JSON, to store it.
     *
     * @return a document readable by {@link #fromJson}
     */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("name", name).put("method", method).put("url", url);
        json.set("requestHeaders", tree(requestHeaders));
        json.put("requestBody", requestBody);
        status.ifPresent(code -> json.put("status", code));
        json.set("responseHeaders", tree(responseHeaders));
        return json.put("responseBody", responseBody)
                .put("startedAt", startedAt.toString())
                .put("elapsed", elapsed.toString())
                .put("attempts", attempts);
    }

    /**
     * Reads an exchange from JSON.
     *
     * @param json the output of {@link #toJson()}
     * @return the exchange
     * @throws InvalidDefinitionException if the document is malformed
     */
    public static Exchange fromJson(JsonNode json) {
        try {
            return new Exchange(
                    json.required("name").asText(),
                    json.required("method").asText(),
                    json.required("url").asText(),
                    headers(json.required("requestHeaders")),
                    json.required("requestBody").asText(),
                    json.has("status") ? OptionalInt.of(json.get("status").asInt()) : OptionalInt.empty(),
                    headers(json.required("responseHeaders")),
                    json.required("responseBody").asText(),
                    Instant.parse(json.required("startedAt").asText()),
                    Duration.parse(json.required("elapsed").asText()),
                    json.required("attempts").asInt());
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new InvalidDefinitionException("exchange", List.of(String.valueOf(e.getMessage())));
        }
    }

    private static ObjectNode tree(Headers headers) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        values(headers).forEach((name, all) -> {
            ArrayNode list = json.putArray(name);
            all.forEach(list::add);
        });
        return json;
    }

    private static Headers headers(JsonNode json) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        json.fieldNames().forEachRemaining(name -> {
            List<String> all = new ArrayList<>();
            json.get(name).forEach(value -> all.add(value.asText()));
            fields.put(name, all);
        });
        return Headers.of(fields);
    }

    private ExchangeFormatter.Values values() {
        return new ExchangeFormatter.Values(
                name,
                method,
                url,
                values(requestHeaders),
                requestBody,
                status.orElse(0),
                values(responseHeaders),
                responseBody,
                startedAt,
                elapsed);
    }

    private static Map<String, List<String>> values(Headers headers) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        headers.names().forEach(name -> values.put(name, headers.all(name)));
        return values;
    }

    /** Writes the status as a number or null, for Jackson 2 without its module for optional values. */
    static final class StatusSerializer extends JsonSerializer<OptionalInt> {

        @Override
        public void serialize(OptionalInt status, JsonGenerator generator, SerializerProvider provider)
                throws IOException {
            if (status.isPresent()) {
                generator.writeNumber(status.getAsInt());
            } else {
                generator.writeNull();
            }
        }
    }
}
