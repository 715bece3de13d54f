package io.httpconnector.webhook;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.internal.io.GzipInputStream;
import io.httpconnector.internal.json.JsonSupport;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Parses bodies of all supported formats. */
final class BodyParser {

    private BodyParser() {}

    /** Values of a request that is not verified yet; the body is parsed only if the selector refers to it. */
    static List<String> unverifiedValues(ValueSelector selector, WebhookRequest request) {
        List<String> values = new ArrayList<>(2);
        findUnverified(selector, request, (text, from, to) -> values.add(text.substring(from, to)));
        return values;
    }

    /** Reports the matches of {@link #unverifiedValues} without copying them. */
    static void findUnverified(ValueSelector selector, WebhookRequest request, ValueSelector.MatchConsumer found) {
        ValueSelector alternative = selector.alternative;
        if (alternative == null) {
            findHere(selector, request, found);
            return;
        }
        boolean[] any = {false};
        findHere(selector, request, (text, from, to) -> {
            any[0] = true;
            found.accept(text, from, to);
        });
        if (!any[0]) {
            findUnverified(alternative, request, found);
        }
    }

    private static void findHere(ValueSelector selector, WebhookRequest request, ValueSelector.MatchConsumer found) {
        switch (selector.type) {
            case HEADER -> request.headerIndex().find(selector, found);
            case QUERY ->
                parameters(request).getOrDefault(selector.name, List.of()).forEach(text -> selector.find(text, found));
            case BODY -> peek(request, selector).forEach(text -> selector.find(text, found));
        }
    }

    private static List<String> peek(WebhookRequest request, ValueSelector selector) {
        try {
            JsonNode value = at(tree(request.body()), Objects.requireNonNull(selector.pointer));
            return value.isValueNode() ? List.of(value.asText()) : List.of();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Parses XML, JSON, a multipart form or a form; the bytes alone decide which, because the media type is usually not signed. */
    static JsonNode tree(byte[] body) throws IOException {
        if (body.length > 1 && body[0] == '-' && body[1] == '-') {
            return MultipartParser.read(body, MediaType.multipart(MultipartParser.boundary(body)));
        }
        if (body.length > 0 && body[0] == '<') {
            return xml(body);
        }
        return FormParser.isForm(body) ? form(FormParser.parseStrictly(FormParser.text(body))) : json(body);
    }

    /** The value at a pointer, which may continue in a text that contains JSON. */
    static JsonNode at(JsonNode tree, JsonPointer pointer) {
        JsonNode node = tree;
        JsonPointer rest = pointer;
        while (!rest.matches() && !node.isMissingNode()) {
            JsonNode container = node.isTextual() ? jsonIn(node.textValue()) : node;
            node = container.isArray()
                    ? container.path(rest.getMatchingIndex())
                    : container.path(rest.getMatchingProperty());
            rest = rest.tail();
        }
        return node;
    }

    /** The JSON that a text contains; the text itself if it is not JSON. */
    static JsonNode jsonOrText(String text) {
        JsonNode tree = jsonIn(text);
        return tree.isMissingNode() ? TextNode.valueOf(text) : tree;
    }

    private static JsonNode jsonIn(String text) {
        try {
            return json(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    /** The query parameters; empty if there are too many. */
    static Map<String, List<String>> parameters(WebhookRequest request) {
        try {
            return FormParser.parse(request.query(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return Map.of();
        }
    }

    static byte[] decompress(byte[] packed, @Nullable String encoding, int max) throws IOException {
        if (encoding == null) {
            return packed;
        }
        return switch (encoding.toLowerCase(Locale.ROOT)) {
            case "identity" -> packed;
            case "gzip", "x-gzip" -> gunzip(packed, max);
            default -> throw new UnsupportedException("the content encoding is unknown");
        };
    }

    /** Decompresses gzip data, whatever the header says: no other supported format starts with these bytes. */
    static byte[] decompressIfGzip(byte[] body, int max) throws IOException {
        boolean packed = body.length > 2 && body[0] == (byte) 0x1f && body[1] == (byte) 0x8b && body[2] == 8;
        return packed ? gunzip(body, max) : body;
    }

    private static byte[] gunzip(byte[] packed, int max) throws IOException {
        try (InputStream in = new GzipInputStream(new ByteArrayInputStream(packed))) {
            byte[] body = in.readNBytes(max + 1);
            if (body.length > max) {
                throw new TooLargeException("it is larger than " + max + " bytes after decompression");
            }
            return body;
        }
    }

    static JsonNode json(byte[] body) throws IOException {
        JsonNode tree = JsonSupport.parse(body);
        if (tree.isMissingNode()) {
            throw new IOException("it has no JSON value");
        }
        return tree;
    }

    static JsonNode xml(byte[] body) throws IOException {
        try (JsonParser parser = JsonSupport.xmlParser(new ByteArrayInputStream(body))) {
            if (parser.nextToken() == null) {
                return MissingNode.getInstance();
            }
            JsonNode tree = parser.readValueAsTree();
            if (parser.nextToken() != null) {
                throw new IOException("there is data after the root element");
            }
            return tree;
        } catch (JsonProcessingException e) {
            // Its message quotes the input.
            throw new IOException("it is not valid XML");
        } catch (ConnectorException e) {
            throw new UnsupportedException("XML requires the library jackson-dataformat-xml on the class path");
        }
    }

    static ObjectNode form(Map<String, List<String>> fields) {
        ObjectNode form = JsonNodeFactory.instance.objectNode();
        fields.forEach((name, values) -> {
            if (values.size() == 1) {
                form.put(name, values.get(0));
            } else {
                ArrayNode all = form.putArray(name);
                values.forEach(all::add);
            }
        });
        return form;
    }

    /** A parameter of a Content-Disposition (RFC 6266, section 4.1); empty if it is missing. */
    static String parameter(String field, String name) {
        int at = field.indexOf(';');
        while (at >= 0) {
            int equals = field.indexOf('=', at);
            if (equals < 0) {
                return "";
            }
            String key = field.substring(at + 1, equals).strip();
            StringBuilder value = new StringBuilder();
            int i = equals + 1;
            boolean quoted = i < field.length() && field.charAt(i) == '"';
            i += quoted ? 1 : 0;
            while (i < field.length() && field.charAt(i) != (quoted ? '"' : ';')) {
                boolean escaped = quoted && field.charAt(i) == '\\' && i + 1 < field.length();
                i += escaped ? 1 : 0;
                value.append(field.charAt(i));
                i++;
            }
            if (key.equalsIgnoreCase(name)) {
                return quoted ? value.toString() : value.toString().strip();
            }
            at = field.indexOf(';', i);
        }
        return "";
    }

    /** Thrown if content exceeds a limit. */
    static final class TooLargeException extends IOException {

        private static final long serialVersionUID = 1L;

        TooLargeException(String message) {
            super(message);
        }
    }

    /** Thrown if the format is not supported. */
    static final class UnsupportedException extends IOException {

        private static final long serialVersionUID = 1L;

        UnsupportedException(String message) {
            super(message);
        }
    }
}
