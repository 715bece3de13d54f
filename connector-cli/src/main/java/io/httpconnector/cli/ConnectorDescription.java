package io.httpconnector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.auth.definition.InputField;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.template.PillFilter;
import io.httpconnector.template.PillInfo;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Summarises a connector document: what a customer enters, and what can be sent and received. */
final class ConnectorDescription {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** The members of a request beside those of its template. */
    private static final List<String> LIST = List.of("title", "records", "pagination", "operation", "responses");

    /** The requests of a subscription. */
    private static final List<String> STEPS = List.of("create", "renew", "check", "rotate", "list/request", "delete");

    private final ConnectorDefinition definition;
    private final JsonNode document;

    ConnectorDescription(ConnectorDefinition definition) {
        this.definition = definition;
        this.document = definition.toJson();
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", definition.id())
                .put("version", definition.version())
                .put("title", definition.title())
                .put("documentation", definition.documentation());
        ArrayNode strategies = json.putArray("strategies");
        definition.strategies().forEach(name -> strategies.add(strategy(name)));
        ArrayNode requests = json.putArray("requests");
        definition.requests().forEach(name -> requests.add(request(name)));
        ArrayNode triggers = json.putArray("triggers");
        definition.triggers().forEach(name -> triggers.add(trigger(name)));
        ArrayNode webhooks = json.putArray("webhooks");
        definition.webhooks().forEach(name -> webhooks.add(webhook(name)));
        return json;
    }

    private ObjectNode strategy(String name) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("name", name);
        json.put("type", document.at("/auth").path(name).path("type").asText());
        ArrayNode inputs = json.putArray("inputs");
        for (InputField field : definition.inputs(name)) {
            inputs.add(MAPPER.valueToTree(field));
        }
        ArrayNode secrets = json.putArray("secrets");
        definition.secrets(name).forEach(secrets::add);
        return json;
    }

    private ObjectNode request(String name) {
        JsonNode request = document.path("requests").path(name);
        ObjectNode json = described(name, request, request);
        json.put("isList", request.has("records") || request.has("pagination"));
        json.put("isOperation", request.has("operation"));
        return json;
    }

    private ObjectNode trigger(String name) {
        JsonNode trigger = document.path("triggers").path(name);
        ObjectNode json = described(name, trigger, trigger.path("request"));
        json.remove("pills");
        json.put("isOperation", trigger.has("operation"));
        if (trigger.has("schedule")) {
            json.set("schedule", trigger.get("schedule"));
        }
        if (trigger.has("hybrid")) {
            json.set("hybrid", trigger.get("hybrid"));
        }
        if (trigger.has("stream")) {
            json.set("stream", trigger.get("stream"));
        }
        return json;
    }

    private ObjectNode webhook(String name) {
        JsonNode webhook = document.path("webhooks").path(name);
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("name", name);
        json.put("title", webhook.path("title").asText());
        if (webhook.has("verify")) {
            json.set("verify", webhook.get("verify"));
        }
        if (webhook.has("subscription")) {
            json.set("subscription", subscription(webhook.get("subscription")));
        }
        return json;
    }

    /** Describes how the library registers a webhook, and which requests the service must permit. */
    private static ObjectNode subscription(JsonNode subscription) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        JsonNode complete = subscription;
        if (subscription.has("preset")) {
            json.set("preset", subscription.get("preset"));
            complete = WebhookSubscription.preset(subscription.path("preset").asText())
                    .setAll((ObjectNode) subscription);
        }
        json.set(
                "events",
                complete.path("events").isArray() ? complete.get("events") : JsonNodeFactory.instance.arrayNode());
        if (complete.has("lifetime")) {
            json.set("lifetime", complete.get("lifetime"));
        }
        ArrayNode requests = json.putArray("requests");
        for (String step : STEPS) {
            JsonNode request = complete.at("/" + step);
            if (request.isObject()) {
                requests.addObject()
                        .put("step", step.split("/", 2)[0])
                        .put("method", request.path("method").asText())
                        .put("url", request.path("url").asText());
            }
        }
        return json;
    }

    /** Describes a request, or a trigger with its request. */
    private ObjectNode described(String name, JsonNode holder, JsonNode request) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("name", name);
        json.put("title", holder.path("title").asText());
        json.put("method", request.path("method").asText());
        json.put("url", request.path("url").asText());
        ArrayNode pills = json.putArray("pills");
        pills(name, request).stream()
                .filter(pill -> !pill.path().startsWith("auth."))
                .forEach(pill -> pills.add(MAPPER.valueToTree(pill)));
        return json;
    }

    private List<PillInfo> pills(String name, JsonNode request) {
        ObjectNode template = ((ObjectNode) request).deepCopy();
        template.remove(LIST);
        if (!template.has("name")) {
            template.put("name", name);
        }
        Map<String, PillFilter> filters = new HashMap<>();
        document.at("/components/filters").forEach(filter -> filters.put(filter.asText(), (value, arguments) -> value));
        return RequestTemplate.fromJson(template, filters).pills();
    }
}
