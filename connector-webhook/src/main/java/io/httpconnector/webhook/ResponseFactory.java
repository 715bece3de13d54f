package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Body;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.PillInfo;
import io.httpconnector.template.RenderException;
import io.httpconnector.template.RequestTemplate;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A factory for the response to an accepted event: either constant, or rendered from the event. */
@FunctionalInterface
interface ResponseFactory {

    Logger LOG = LoggerFactory.getLogger(WebhookLog.NAME);

    WebhookResponse of(WebhookEvent event);

    /** Creates a factory from a template with the pills of an event. Validates the template immediately. */
    static ResponseFactory json(int status, String template) {
        RequestTemplate compiled =
                RequestTemplate.named("response").post("/").json(template).build();
        List<String> foreignPills = compiled.pills().stream()
                .map(PillInfo::path)
                .filter(path -> !path.startsWith("event."))
                .map(path ->
                        "the pill " + path + " does not refer to the event: use a pill such as {{event.payload.id}}")
                .toList();
        if (!foreignPills.isEmpty()) {
            throw new InvalidDefinitionException("response", foreignPills);
        }
        WebhookResponse empty = WebhookResponse.of(status);
        return event -> {
            try {
                Request rendered = compiled.render("event", tree(event));
                return empty.body(
                        "application/json", rendered.body().map(Body::toBytes).orElse(new byte[0]));
            } catch (RenderException e) {
                // The event has been handled, so the sender must receive a success status.
                LOG.warn(
                        "{}: the response has no body, because its template could not be rendered: {}",
                        event,
                        e.getMessage());
                return empty;
            }
        };
    }

    /** The event as the JSON tree that its pills refer to. */
    static JsonNode tree(WebhookEvent event) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("id", event.id())
                .put("type", event.type())
                .put("key", event.key())
                .put("time", event.time().toString());
        if (!event.payload().isMissingNode()) {
            tree.set("payload", event.payload());
        }
        tree.set("headers", firsts(JsonSupport.tree(event.headers())));
        tree.set("query", firsts(JsonSupport.tree(event.query())));
        return tree;
    }

    private static JsonNode firsts(JsonNode lists) {
        ObjectNode firsts = JsonNodeFactory.instance.objectNode();
        lists.properties()
                .forEach(field -> firsts.set(field.getKey(), field.getValue().path(0)));
        return firsts;
    }
}
