package io.httpconnector.auth.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.Body;
import io.httpconnector.Request;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.text.PercentEncoding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The parameters of a request as a JSON array of objects with {@code name} and {@code value}, decoded, and sorted by both. */
final class RequestParameters {

    private static final String FORM = "application/x-www-form-urlencoded";

    /** Compares texts as their bytes in UTF-8, and thus by code point: surrogates precede other characters in UTF-16. */
    private static final Comparator<String> BY_CODE_POINT = (one, other) ->
            Arrays.compareUnsigned(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));

    private RequestParameters() {}

    /** A parameter, decoded. */
    private record Parameter(String name, String value) {}

    static ArrayNode all(Request request) {
        return sorted(Stream.concat(query(request).stream(), body(request).stream()));
    }

    static ArrayNode ofQuery(Request request) {
        return sorted(query(request).stream());
    }

    static ArrayNode ofBody(Request request) {
        return sorted(body(request).stream());
    }

    private static ArrayNode sorted(Stream<Parameter> parameters) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        parameters
                .sorted(Comparator.comparing(Parameter::name, BY_CODE_POINT)
                        .thenComparing(Parameter::value, BY_CODE_POINT))
                .forEach(
                        parameter -> all.addObject().put("name", parameter.name).put("value", parameter.value));
        return all;
    }

    private static List<Parameter> query(Request request) {
        return form(request.uri().getRawQuery());
    }

    /** Returns the fields of a form, or the members of a JSON object; none for another body. */
    private static List<Parameter> body(Request request) {
        Body body = request.body().orElse(null);
        String type = request.header("Content-Type")
                .orElse(body == null ? "" : body.contentType())
                .split(";", 2)[0]
                .strip()
                .toLowerCase(Locale.ROOT);
        if (body == null) {
            return List.of();
        }
        if (type.equals(FORM)) {
            return form(new String(body.toBytes(), StandardCharsets.UTF_8));
        }
        return type.endsWith("/json") || type.endsWith("+json") ? members(body.toBytes()) : List.of();
    }

    private static List<Parameter> form(@Nullable String text) {
        return Stream.of(text == null ? new String[0] : text.split("&", -1))
                .filter(pair -> !pair.isEmpty())
                .map(pair -> pair.split("=", 2))
                .map(pair -> new Parameter(decoded(pair[0]), pair.length == 1 ? "" : decoded(pair[1])))
                .toList();
    }

    private static String decoded(String text) {
        return new String(PercentEncoding.decodeForm(text.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }

    /** Returns the members of an object; lists and objects as JSON without white space, and null as an empty text. */
    private static List<Parameter> members(byte[] json) {
        List<Parameter> members = new ArrayList<>();
        try {
            JsonSupport.read(json).properties().forEach(member -> {
                JsonNode value = member.getValue();
                String text = value.isNull() ? "" : value.isTextual() ? value.textValue() : written(value);
                members.add(new Parameter(member.getKey(), text));
            });
        } catch (IOException e) {
            // The service will reject it.
        }
        return members;
    }

    private static String written(JsonNode value) {
        return new String(JsonSupport.write(value), StandardCharsets.UTF_8);
    }
}
