package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import java.io.IOException;

/** Reads CloudEvents 1.0 in the JSON format. */
final class CloudEvents {

    private CloudEvents() {}

    /** The media type of JSON that may be a CloudEvent or a batch of CloudEvents. */
    static MediaType mediaType(JsonNode tree) {
        if (tree.isObject()) {
            return isCloudEvent(tree) ? MediaType.CLOUD_EVENT : MediaType.JSON;
        }
        boolean batch = tree.isArray() && !tree.isEmpty();
        for (int i = 0; batch && i < tree.size(); i++) {
            batch = isCloudEvent(tree.get(i));
        }
        return batch ? MediaType.CLOUD_EVENTS : MediaType.JSON;
    }

    private static boolean isCloudEvent(JsonNode tree) {
        return tree.path("specversion").isTextual() && isComplete(tree);
    }

    private static boolean isComplete(JsonNode tree) {
        return tree.path("id").isTextual()
                && tree.path("source").isTextual()
                && tree.path("type").isTextual();
    }

    /** Rejects an event that lacks a required attribute. */
    static void check(JsonNode tree) throws IOException {
        if (!isComplete(tree)) {
            throw new IOException("a CloudEvent lacks its id, source or type");
        }
    }

    static JsonNode data(JsonNode tree) throws IOException {
        return tree.has("data_base64")
                ? BinaryNode.valueOf(tree.get("data_base64").binaryValue())
                : tree.path("data");
    }
}
