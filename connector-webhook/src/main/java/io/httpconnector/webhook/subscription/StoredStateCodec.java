package io.httpconnector.webhook.subscription;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.webhook.subscription.StoredState.Failure;
import io.httpconnector.webhook.subscription.StoredState.Intent;
import io.httpconnector.webhook.subscription.StoredState.Registration;
import io.httpconnector.webhook.subscription.StoredState.RetainedSecret;
import io.httpconnector.webhook.subscription.StoredState.Retired;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads and writes a {@link StoredState} as JSON. */
final class StoredStateCodec {

    private StoredStateCodec() {}

    static byte[] write(StoredState state) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("version", state.version).put("wanted", state.wanted).put("searched", state.searched);
        json.put("renewNow", state.renewNow).put("earlyCheck", text(state.earlyCheck));
        json.put("recreate", state.recreate).put("rotation", state.rotation);
        if (state.active != null) {
            json.set("active", registration(state.active));
        }
        if (state.intent != null) {
            json.set("intent", intent(state.intent));
        }
        ArrayNode unresolved = json.putArray("unresolved");
        state.unresolved.forEach(one -> unresolved.add(intent(one)));
        ArrayNode retired = json.putArray("retired");
        state.retired.forEach(
                one -> retired.add(registration(one.registration()).put("duplicate", one.duplicate())));
        ArrayNode retained = json.putArray("retained");
        state.retained.forEach(
                one -> retained.addObject().put("name", one.name()).put("until", text(one.until())));
        ObjectNode failures = json.putObject("failures");
        state.failures.forEach((action, one) -> failures.putObject(action.name())
                .put("message", one.message())
                .put("at", text(one.at()))
                .put("count", one.count())
                .put("retryAt", text(one.retryAt()))
                .put("needsAuthorization", one.needsAuthorization()));
        ArrayNode orphans = json.putArray("orphans");
        state.orphans.forEach(orphans::add);
        json.put("lastRenewal", text(state.lastRenewal)).put("lastCheck", text(state.lastCheck));
        json.put("lastEvent", text(state.lastEvent));
        json.put("lastError", state.lastError).put("lastErrorTime", text(state.lastErrorTime));
        return JsonSupport.write(json);
    }

    private static ObjectNode registration(Registration one) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("id", one.id())
                .put("secret", one.secret())
                .put("url", one.url())
                .put("definition", one.definition())
                .put("since", text(one.since()))
                .put("expires", text(one.expires()));
        one.values().forEach(json.putObject("values")::set);
        return json;
    }

    private static ObjectNode intent(Intent one) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("action", one.action().name())
                .put("attempt", one.attempt())
                .put("node", one.node())
                .put("until", text(one.until()))
                .put("secret", one.secret())
                .put("url", one.url())
                .put("definition", one.definition());
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }

    static StoredState read(String id, byte[] bytes) {
        try {
            return read(JsonSupport.read(bytes));
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            throw new StateException(
                    StateFailure.CORRUPT, "The state \"" + id + "\" is not the state of a webhook subscription", e);
        }
    }

    private static StoredState read(JsonNode json) {
        StoredState state = new StoredState();
        state.version = json.path("version").asLong();
        state.wanted = json.path("wanted").asBoolean();
        state.searched = json.path("searched").asBoolean();
        state.renewNow = json.path("renewNow").asBoolean();
        state.earlyCheck = timeOrNull(json, "earlyCheck");
        state.recreate = textOrNull(json, "recreate");
        state.rotation = textOrNull(json, "rotation");
        state.active = json.has("active") ? readRegistration(json.path("active")) : null;
        state.intent = json.has("intent") ? readIntent(json.path("intent")) : null;
        json.path("unresolved").forEach(one -> state.unresolved.add(readIntent(one)));
        json.path("retired")
                .forEach(one -> state.retired.add(
                        new Retired(readRegistration(one), one.path("duplicate").asBoolean())));
        json.path("retained")
                .forEach(one ->
                        state.retained.add(new RetainedSecret(one.path("name").asText(), time(one, "until"))));
        json.path("failures")
                .properties()
                .forEach(one ->
                        state.failures.put(SubscriptionAction.valueOf(one.getKey()), readFailure(one.getValue())));
        json.path("orphans").forEach(one -> state.orphans.add(one.asText()));
        state.lastRenewal = timeOrNull(json, "lastRenewal");
        state.lastCheck = timeOrNull(json, "lastCheck");
        state.lastEvent = timeOrNull(json, "lastEvent");
        state.lastError = textOrNull(json, "lastError");
        state.lastErrorTime = timeOrNull(json, "lastErrorTime");
        return state;
    }

    private static Registration readRegistration(JsonNode json) {
        Map<String, JsonNode> values = new LinkedHashMap<>();
        json.path("values").properties().forEach(one -> values.put(one.getKey(), one.getValue()));
        return new Registration(
                json.path("id").asText(),
                json.path("secret").asText(),
                json.path("url").asText(),
                json.path("definition").asText(),
                values,
                time(json, "since"),
                timeOrNull(json, "expires"));
    }

    private static Intent readIntent(JsonNode json) {
        return new Intent(
                SubscriptionAction.valueOf(json.path("action").asText()),
                json.path("attempt").asText(),
                json.path("node").asText(),
                time(json, "until"),
                json.path("secret").asText(),
                json.path("url").asText(),
                json.path("definition").asText());
    }

    private static Failure readFailure(JsonNode json) {
        return new Failure(
                json.path("message").asText(),
                time(json, "at"),
                json.path("count").asInt(),
                time(json, "retryAt"),
                json.path("needsAuthorization").asBoolean());
    }

    private static @Nullable String textOrNull(JsonNode json, String name) {
        return json.path(name).isTextual() ? json.path(name).textValue() : null;
    }

    private static Instant time(JsonNode json, String name) {
        return Instant.parse(json.path(name).asText());
    }

    private static @Nullable Instant timeOrNull(JsonNode json, String name) {
        String text = textOrNull(json, name);
        return text == null ? null : Instant.parse(text);
    }
}
