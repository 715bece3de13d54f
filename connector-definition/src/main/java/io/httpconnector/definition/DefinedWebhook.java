package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.webhook.Handshakes;
import io.httpconnector.webhook.Verifier;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookReceiverBuilder;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A webhook of a connector document. Immutable.
 *
 * @param title the title for users; empty if there is none
 * @param json the definition, without defaults; its texts may have pills for inputs
 * @param verifiers the names of the verifiers that are code
 * @param handshakes the names of the handshakes that are code
 * @param tenantValue the value in the events of an instance, with pills for inputs; empty if each instance has a URL of its own
 * @param handler the name of the handler; empty if the application sets it
 * @param secrets the names of the secrets that the application supplies
 * @param delivered the names of the secrets that the service delivers
 * @param subscription by which the library registers the webhook; null if the customer or the application registers it
 */
record DefinedWebhook(
        String title,
        ObjectNode json,
        List<String> verifiers,
        List<String> handshakes,
        String tenantValue,
        String handler,
        Set<String> secrets,
        Set<String> delivered,
        @Nullable DefinedSubscription subscription) {

    /** The members beside those of a receiver. */
    private static final List<String> MEMBERS =
            List.of("title", "verifiers", "handshakes", "handler", "tenantValue", "subscription");

    /** What a receiver without settings writes. */
    private static final ObjectNode DEFAULTS = WebhookReceiver.named("defaults").toJson();

    /** A secret that each encoding accepts. */
    private static final Secret SAMPLE = Secret.of("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");

    /** Represents a verifier that is code while a document is read. */
    static final Verifier VALIDATED = (request, now) -> {
        throw new IllegalStateException("only validated");
    };

    static DefinedWebhook read(JsonObjectReader reader, JsonNode given, InputValues samples) {
        String title = reader.text("title");
        List<String> verifiers = reader.distinctTexts("verifiers");
        List<String> handshakes = reader.distinctTexts("handshakes");
        String handler = reader.text("handler");
        String tenantValue = reader.text("tenantValue");
        DefinedSubscription subscription =
                reader.document("subscription", definition -> DefinedSubscription.read(definition, samples, SAMPLE));
        reader.acceptUnreadMembers();
        ObjectNode json = ((ObjectNode) given).deepCopy();
        json.remove(MEMBERS);
        checkVerified(reader, json, given.has("subscription"), tenantValue != null);
        if (tenantValue != null) {
            checkShared(reader, json, given.get("subscription"), tenantValue);
        }
        Set<String> secrets = new TreeSet<>();
        JsonNode rendered = PillTree.render(json, samples);
        Set<String> delivered = Handshakes.deliveredSecrets(rendered);
        try (HttpConnection connection =
                HttpConnection.named("probe").baseUrl("https://localhost").build()) {
            WebhookReceiverBuilder builder = WebhookReceiver.named("probe")
                    .definition(rendered, name -> {
                        secrets.add(name);
                        return SAMPLE;
                    })
                    .connection(connection)
                    .handler(event -> {});
            verifiers.forEach(name -> builder.verify(VALIDATED));
            if (subscription != null) {
                subscription.addTo(builder, connection, samples);
            } else if (given.has("subscription")) {
                // Its problems are reported already; a missing verifier is none of them.
                builder.verify(VALIDATED);
            }
            builder.build().close();
            secrets.removeAll(delivered);
        } catch (InvalidDefinitionException e) {
            throw OuterMembers.suggested(e, MEMBERS);
        }
        // Written as given, because values of inputs are known later.
        return new DefinedWebhook(
                title == null ? "" : title,
                CanonicalJson.without(DEFAULTS, json),
                verifiers,
                handshakes,
                tenantValue == null ? "" : tenantValue,
                handler == null ? "" : handler,
                Set.copyOf(secrets),
                delivered,
                subscription);
    }

    /** Checks that a webhook without verification is none that must have one. */
    private static void checkVerified(
            JsonObjectReader reader, ObjectNode json, boolean hasSubscription, boolean isShared) {
        if (!json.path("unverified").isBoolean() || !json.path("unverified").booleanValue()) {
            return;
        }
        if (isShared) {
            reader.problem(
                    "unverified",
                    "anyone who knows the URL could send events for any tenant: verify the requests by verify, and remove"
                            + " unverified");
        } else if (hasSubscription) {
            reader.problem("unverified", "the subscription verifies the events: remove unverified");
            json.remove("unverified");
        }
    }

    /** Checks a webhook whose URL all instances share. */
    private static void checkShared(
            JsonObjectReader reader, ObjectNode json, @Nullable JsonNode subscription, String tenantValue) {
        if (subscription != null) {
            reader.problem(
                    "subscription",
                    "all instances share the URL of this webhook, so that the application registers it once: remove"
                            + " subscription or tenantValue");
        }
        if (!json.has("tenant")) {
            reader.problem(
                    "tenantValue",
                    "the location of this value in the events is missing: set it by tenant, such as {body: /team_id}");
        }
        try {
            if (InputText.of(tenantValue).names().isEmpty()) {
                reader.problem(
                        "tenantValue", "it is the same for all instances: refer to an input, such as {{auth.team}}");
            }
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> reader.problem("tenantValue", problem));
        }
        PillTree.forEachInput(
                json,
                (pointer, input) -> reader.problemAt(
                        pointer,
                        "all instances share the URL of this webhook, so only tenantValue can refer to {{auth." + input
                                + "}}"));
    }

    /** Returns the webhook as JSON. */
    ObjectNode toJson() {
        ObjectNode written = json.deepCopy();
        if (!title.isEmpty()) {
            written.put("title", title);
        }
        verifiers.forEach(name -> written.withArray("/verifiers").add(name));
        handshakes.forEach(name -> written.withArray("/handshakes").add(name));
        if (!tenantValue.isEmpty()) {
            written.put("tenantValue", tenantValue);
        }
        if (subscription != null) {
            written.set("subscription", subscription.json().deepCopy());
        }
        return handler.isEmpty() ? written : written.put("handler", handler);
    }
}
