package io.httpconnector.examples.connectors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A request that a mock service received.
 *
 * @param method the request method
 * @param host the host
 * @param path the path as it was sent
 * @param query the query as it was sent; empty if there is none
 * @param headers the header fields by their names in lower case
 * @param body the body
 */
record Call(String method, String host, String path, String query, Map<String, String> headers, String body) {

    static final ObjectMapper MAPPER = new ObjectMapper();

    /** Returns method, host and path, such as {@code GET api.example.com/items}. */
    String target() {
        return method + " " + host + path;
    }

    String header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    /** Returns the parameters of the query. */
    Map<String, String> parameters() {
        return decode(query);
    }

    String parameter(String name) {
        return parameters().getOrDefault(name, "");
    }

    int number(String name, int missing) {
        String value = parameter(name);
        return value.isEmpty() ? missing : Integer.parseInt(value);
    }

    /** Whether the query has no other parameters. */
    boolean hasOnly(String... names) {
        return Set.of(names).containsAll(parameters().keySet());
    }

    JsonNode json() {
        try {
            return MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            return MAPPER.missingNode();
        }
    }

    /** Returns the fields of a form; none if the body is not a form. */
    Map<String, String> form() {
        return header("Content-Type").startsWith("application/x-www-form-urlencoded") ? decode(body) : Map.of();
    }

    static Map<String, String> decode(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String pair : text.isEmpty() ? List.<String>of() : List.of(text.split("&", -1))) {
            int equals = pair.indexOf('=');
            String name = URLDecoder.decode(equals < 0 ? pair : pair.substring(0, equals), StandardCharsets.UTF_8);
            String value = equals < 0 ? "" : URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
            if (name.endsWith("[]")) {
                // A list of the conventions of Rails.
                values.merge(name, value, (former, next) -> former + "," + next);
            } else if (values.put(name, value) != null) {
                throw new IllegalArgumentException("The parameter " + name + " occurs twice");
            }
        }
        return values;
    }
}
