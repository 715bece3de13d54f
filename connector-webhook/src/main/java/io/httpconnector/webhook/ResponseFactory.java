package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Body;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.Request;
import io.httpconnector.template.PillInfo;
import io.httpconnector.template.RenderException;
import io.httpconnector.template.RequestTemplate;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is answered when an event was taken: always the same, or made from the event. */
@FunctionalInterface
interface ResponseFactory {

    Logger LOG = LoggerFactory.getLogger(WebhookReceiver.class);

    WebhookResponse of(WebhookEvent event);

    /** From a template with the pills of an event, which is checked now. */
    static ResponseFactory json(int status, String template) {
        RequestTemplate compiled =
                RequestTemplate.named("response").post("/").json(template).build();
        List<String> strangers = compiled.pills().stream()
                .map(PillInfo::path)
                .filter(path -> !path.startsWith("event."))
                .map(path -> "the pill " + path + " is not one of the event: use such as {{event.payload.id}}")
                .toList();
        if (!strangers.isEmpty()) {
            throw new InvalidDefinitionException("response", strangers);
        }
        WebhookResponse empty = WebhookResponse.of(status);
        return event -> {
            try {
                Request rendered = compiled.render("event", tree(event));
                return empty.body(
                        "application/json", rendered.body().map(Body::toBytes).orElse(new byte[0]));
            } catch (RenderException e) {
                // It has been handled, and the sender must learn that.
                LOG.warn("{} is answered without a body: {}", event, e.getMessage());
                return empty;
            }
        };
    }

    /** An event as its pills see it. */
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
