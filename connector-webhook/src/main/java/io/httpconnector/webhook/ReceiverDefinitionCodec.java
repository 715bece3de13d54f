package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.MemberSteps;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the JSON of the settings of a {@link WebhookReceiverBuilder}: one member for each method of the builder. The
 * members of a {@link ReceiverDefinition} are read there.
 */
final class ReceiverDefinitionCodec {

    private ReceiverDefinitionCodec() {}

    static void read(JsonObjectReader reader, WebhookReceiverBuilder builder) {
        reader.flag("unverified", builder::unverified);
        List<String> methods = reader.distinctTexts("methods");
        if (reader.has("methods")) {
            builder.methods(methods.toArray(String[]::new));
        }
        reader.object("response", ReceiverDefinitionCodec::response, builder::response);
        reader.object(
                "responseJson",
                ResponseTemplate::read,
                received -> builder.responseJson(received.status, received.template));
        reader.duration("deadline", builder::deadline);
        reader.object("remember", Remember::read, memory -> builder.remember(memory.window, memory.events));
        reader.object("id", ValueSelector::read, builder::id);
        reader.object("type", ValueSelector::read, builder::type);
        reader.object("key", ValueSelector::read, builder::key);
        reader.object("tenant", ValueSelector::read, builder::tenant);
        reader.text("each", builder::each);
        reader.text("jsonIn", builder::jsonIn);
        reader.text("readAs", builder::readAs);
        reader.text("publicUrl", builder::publicUrl);
        reader.integer("trustedHops", builder::trustedHops);
        reader.object("limitPerSource", Limit::read, limit -> builder.limitPerSource(limit.requests, limit.period));
        reader.integer("maxBody", builder::maxBody);
        reader.duration("bodyTimeout", builder::bodyTimeout);
    }

    /** The member {@code responseJson}. */
    private record ResponseTemplate(int status, String template) {
        static ResponseTemplate read(JsonObjectReader reader) {
            // "status": The status, 200 to 299.
            // "template": The JSON as text, with pills of the event.
            return new ResponseTemplate(reader.requiredInteger("status"), reader.requiredText("template"));
        }
    }

    /** The member {@code remember}. */
    private record Remember(Duration window, int events) {
        static @Nullable Remember read(JsonObjectReader reader) {
            // "window": How long an event is remembered.
            Duration window = reader.requiredDuration("window");
            // "events": The maximum number of remembered events.
            int events = reader.requiredInteger("events");
            return window == null ? null : new Remember(window, events);
        }
    }

    /** The member {@code limitPerSource}. */
    private record Limit(int requests, Duration period) {
        static @Nullable Limit read(JsonObjectReader reader) {
            // "requests": The maximum number of requests of a source in the period.
            int requests = reader.requiredInteger("requests");
            // "period": The period.
            Duration period = reader.requiredDuration("period");
            return period == null ? null : new Limit(requests, period);
        }
    }

    static ObjectNode toJson(WebhookResponse response) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("status", response.status());
        response.headers().forEach(json.withObject("/headers")::put);
        String text = new String(response.body(), StandardCharsets.UTF_8);
        boolean isText = Arrays.equals(text.getBytes(StandardCharsets.UTF_8), response.body());
        return isText
                ? json.put("text", text)
                : json.put("base64", Base64.getEncoder().encodeToString(response.body()));
    }

    private static WebhookResponse response(JsonObjectReader reader) {
        List<WebhookResponse> start = new ArrayList<>();
        // "status": The status, 200 to 299.
        reader.require("status");
        reader.integer("status", status -> start.add(WebhookResponse.of(status)));
        reader.atMostOneOf("text", "base64");
        // A placeholder reads the remaining members, so that their problems are reported as well.
        MemberSteps<WebhookResponse> steps = new MemberSteps<>(
                        reader, start.isEmpty() ? WebhookResponse.of(200) : start.get(0))
                // "text": The body as text.
                .text("text", (response, text) -> response.withBytes(text.getBytes(StandardCharsets.UTF_8)))
                // "base64": The body in base64.
                .text("base64", (response, text) -> response.withBytes(bytes(text)));
        // "headers": The header fields by name.
        reader.textMap("headers")
                .forEach(
                        (name, value) -> steps.with("headers", value, (response, text) -> response.header(name, text)));
        return steps.value();
    }

    private static byte[] bytes(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new InvalidDefinitionException("response", List.of("the value is not valid base64"));
        }
    }
}
