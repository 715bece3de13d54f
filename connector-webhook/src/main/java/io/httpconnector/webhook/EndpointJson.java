package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** Reads what {@link WebhookEndpointBuilder#toJson} wrote: a member for each method of the builder. */
final class EndpointJson {

    private EndpointJson() {}

    static void read(JsonNode json, WebhookEndpointBuilder builder) {
        Members members = new Members("definition", json);
        members.each("verify", builder::verifyBy);
        members.each("handshake", builder::handshakeBy);
        members.flag("unverified", builder::unverified);
        String[] methods = members.texts("methods");
        if (methods.length > 0) {
            builder.methods(methods);
        }
        members.object("answer", answer -> builder.answer(response(answer)));
        members.object("answerJson", answer -> {
            Members parts = new Members("answer", answer);
            int status = parts.neededNumber("status");
            String template = parts.needed("template");
            parts.end(() -> builder.answerJson(status, template));
        });
        members.duration("deadline", builder::deadline);
        members.object("remember", memory -> {
            Members parts = new Members("memory", memory);
            Duration window = parts.neededDuration("window");
            int events = parts.neededNumber("events");
            parts.end(() -> builder.remember(window, events));
        });
        members.part("id", builder::id);
        members.part("type", builder::type);
        members.part("key", builder::key);
        members.text("each", builder::each);
        members.text("jsonIn", builder::jsonIn);
        members.text("readAs", builder::readAs);
        members.text("publicUrl", builder::publicUrl);
        members.number("trustedHops", builder::trustedHops);
        members.object("limitPerSource", limit -> {
            Members parts = new Members("limit", limit);
            int requests = parts.neededNumber("requests");
            Duration period = parts.neededDuration("period");
            parts.end(() -> builder.limitPerSource(requests, period));
        });
        members.number("maxBody", builder::maxBody);
        members.duration("bodyTimeout", builder::bodyTimeout);
        members.end(() -> builder);
    }

    static ObjectNode written(WebhookResponse answer) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("status", answer.status());
        answer.headers().forEach(json.withObject("/headers")::put);
        String text = new String(answer.body(), StandardCharsets.UTF_8);
        boolean isText = Arrays.equals(text.getBytes(StandardCharsets.UTF_8), answer.body());
        return isText
                ? json.put("text", text)
                : json.put("base64", Base64.getEncoder().encodeToString(answer.body()));
    }

    private static WebhookResponse response(JsonNode json) {
        Members members = new Members("answer", json);
        WebhookResponse[] answer = {WebhookResponse.of(members.neededNumber("status"))};
        members.text("text", text -> answer[0] = answer[0].withBytes(text.getBytes(StandardCharsets.UTF_8)));
        members.text("base64", text -> answer[0] = answer[0].withBytes(bytes(text)));
        members.entries("headers", (name, value) -> answer[0] = answer[0].header(name, value));
        return members.end(() -> answer[0]);
    }

    private static byte[] bytes(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new InvalidDefinitionException("answer", List.of("it is not written in base64"));
        }
    }
}
