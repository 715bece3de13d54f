package io.httpconnector.webhook;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.httpconnector.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;

/** Reads bodies, whatever their format. */
final class Payloads {

    private Payloads() {}

    /** What stands in a request that can't be trusted yet; the body is only read when the signature itself stands in it. */
    static List<String> untrusted(Part part, WebhookRequest request) {
        return switch (part.kind) {
            case HEADER -> part.values(request.headers(part.name));
            case QUERY -> part.values(Forms.parse(request.query()).getOrDefault(part.name, List.of()));
            case BODY -> part.values(peek(request, part));
        };
    }

    private static List<String> peek(WebhookRequest request, Part part) {
        try {
            JsonNode value = json(request.body()).at(part.pointer);
            return value.isValueNode() ? List.of(value.asText()) : List.of();
        } catch (IOException e) {
            return List.of();
        }
    }

    static JsonNode json(byte[] body) throws IOException {
        try (JsonParser parser = Json.parser(new ByteArrayInputStream(body))) {
            if (parser.nextToken() == null) {
                return MissingNode.getInstance();
            }
            JsonNode tree = parser.readValueAsTree();
            if (parser.nextToken() != null) {
                throw new IOException("more follows after the JSON value");
            }
            return tree;
        }
    }
}
