package io.httpconnector.webhook;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.internal.json.JsonSupport;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Reads bodies, whatever their format. */
final class BodyParser {

    private BodyParser() {}

    /** What stands in a request that can't be trusted yet; the body is only read when the signature itself stands in it. */
    static List<String> untrusted(ValueSelector part, WebhookRequest request) {
        List<String> values = new ArrayList<>(2);
        findUntrusted(part, request, (text, from, to) -> values.add(text.substring(from, to)));
        return values;
    }

    /** Finds what {@link #untrusted} gives, without taking it out. */
    static void findUntrusted(ValueSelector part, WebhookRequest request, ValueSelector.MatchConsumer found) {
        switch (part.kind) {
            case HEADER -> request.fields().find(part, found);
            case QUERY ->
                parameters(request).getOrDefault(part.name, List.of()).forEach(text -> part.find(text, found));
            case BODY -> peek(request, part).forEach(text -> part.find(text, found));
        }
    }

    private static List<String> peek(WebhookRequest request, ValueSelector part) {
        try {
            JsonNode value = json(request.body()).at(part.pointer);
            return value.isValueNode() ? List.of(value.asText()) : List.of();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** The parameters of the query; none when there are too many. */
    static Map<String, List<String>> parameters(WebhookRequest request) {
        try {
            return FormParser.parse(request.query(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return Map.of();
        }
    }

    static byte[] unpacked(byte[] packed, @Nullable String encoding, int max) throws IOException {
        if (encoding == null) {
            return packed;
        }
        return switch (encoding.toLowerCase(Locale.ROOT)) {
            case "identity" -> packed;
            case "gzip", "x-gzip" -> gunzipped(packed, max);
            default -> throw new UnsupportedException("the content encoding is unknown");
        };
    }

    /** Unpacks what is packed, whatever the header says: no other format that is read here begins like gzip. */
    static byte[] unpackedByItself(byte[] body, int max) throws IOException {
        boolean packed = body.length > 2 && body[0] == (byte) 0x1f && body[1] == (byte) 0x8b && body[2] == 8;
        return packed ? gunzipped(body, max) : body;
    }

    private static byte[] gunzipped(byte[] packed, int max) throws IOException {
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            byte[] body = in.readNBytes(max + 1);
            if (body.length > max) {
                throw new TooLargeException("it is larger than " + max + " bytes when it is unpacked");
            }
            return body;
        }
    }

    static JsonNode json(byte[] body) throws IOException {
        JsonNode tree = JsonSupport.parse(body);
        if (tree.isMissingNode()) {
            throw new IOException("there is no JSON value");
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
                throw new IOException("more follows after the value");
            }
            return tree;
        } catch (JsonProcessingException e) {
            // Its message quotes what can't be read.
            throw new IOException("it is no XML");
        } catch (ConnectorException e) {
            throw new UnsupportedException("to read XML, jackson-dataformat-xml must be there");
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

    /** A parameter of a disposition (RFC 6266, section 4.1); empty when it is not there. */
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

    /** There is too much of it. */
    static final class TooLargeException extends IOException {

        private static final long serialVersionUID = 1L;

        TooLargeException(String message) {
            super(message);
        }
    }

    /** It is in a format that can't be read here. */
    static final class UnsupportedException extends IOException {

        private static final long serialVersionUID = 1L;

        UnsupportedException(String message) {
            super(message);
        }
    }
}
