package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Checks that each hybrid trigger of a document has a webhook of its own.
 *
 * @param document the document
 * @param reader receives the problems
 */
record HybridWebhooks(JsonNode document, JsonObjectReader reader) {

    void check() {
        Set<String> names = new TreeSet<>();
        document.path("webhooks").fieldNames().forEachRemaining(names::add);
        Map<String, String> owners = new HashMap<>();
        document.path("triggers").properties().forEach(trigger -> {
            JsonNode webhook = trigger.getValue().at("/hybrid/webhook");
            if (webhook.isTextual()) {
                check(trigger.getKey(), webhook.textValue(), names, owners);
            }
        });
    }

    private void check(String trigger, String webhook, Set<String> names, Map<String, String> owners) {
        String pointer = "/triggers/" + JsonObjectReader.token(trigger) + "/hybrid/webhook";
        if (!names.contains(webhook)) {
            reader.problemAt(pointer, UnknownName.message("webhook", webhook, names));
            return;
        }
        String owner = owners.putIfAbsent(webhook, trigger);
        if (owner != null) {
            reader.problemAt(
                    pointer,
                    "the webhook \"" + webhook + "\" belongs to the trigger \"" + owner
                            + "\": add another webhook, or use the handler of \"" + owner + "\" for both");
        }
        if (document.path("webhooks").path(webhook).has("handler")) {
            reader.problemAt(
                    "/webhooks/" + JsonObjectReader.token(webhook) + "/handler",
                    "the trigger \"" + trigger
                            + "\" has this webhook, and its handler receives the events of both: set handler there");
        }
    }
}
