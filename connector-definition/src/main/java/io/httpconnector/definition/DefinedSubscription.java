package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookReceiverBuilder;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import io.httpconnector.webhook.subscription.WebhookSubscriptionBuilder;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The subscription of a webhook in a connector document, by which the library registers the webhook at the service. Immutable.
 *
 * @param json the definition as it is written; the texts of {@code parameters} and {@code events} may have pills for inputs
 */
record DefinedSubscription(ObjectNode json) {

    private static final String PARAMETERS = "parameters";

    /** The members with pills for inputs. Those of the requests would not be encoded. */
    private static final Set<String> WITH_INPUTS = Set.of(PARAMETERS, "events");

    /** The parameters, which are masked in logs if they contain secrets. */
    private static final Pattern MASKED = Pattern.compile("/subscription/" + PARAMETERS + "/[^/]+");

    /** A parameter that a request needs. */
    private static final Pattern MISSING = Pattern.compile(
            "/[^: ]*: (the parameter \"[^\"]*\" is missing): set it by parameter\\(.*\\) or in the member parameters");

    private static final URI SAMPLE_URL = URI.create("https://localhost/webhook");

    /**
     * Reads a definition.
     *
     * @param samples a value for each input
     * @param secret a secret for each name
     * @throws InvalidDefinitionException if it is invalid; the pointers of its problems are relative to it
     */
    static DefinedSubscription read(JsonNode given, InputValues samples, Secret secret) {
        DefinedSubscription read = new DefinedSubscription(((ObjectNode) given).deepCopy());
        List<String> problems = new ArrayList<>();
        PillTree.forEachInput(given, (pointer, input) -> {
            String member = pointer.split("/", 3)[1];
            if (!WITH_INPUTS.contains(member)) {
                problems.add(pointer + ": only parameters and events can refer to inputs: add \"" + input
                        + "\": \"{{auth." + input + "}}\" to parameters, and write {{parameters." + input + "}} here");
            }
        });
        if (problems.isEmpty()) {
            read.check(samples, secret, problems);
        }
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("subscription", problems);
        }
        return read;
    }

    /** Whether a text of a webhook can contain a secret, by its JSON Pointer. */
    static boolean canBeSecret(String pointer) {
        return MASKED.matcher(pointer).matches();
    }

    private void check(InputValues samples, Secret secret, List<String> problems) {
        try (HttpConnection connection = HttpConnection.named("probe")
                        .baseUrl("https://localhost")
                        .build();
                WebhookSubscription subscription = builder("probe", samples)
                        .connection(connection)
                        .url(SAMPLE_URL)
                        .build()) {
            WebhookReceiverBuilder receiver = WebhookReceiver.named("probe")
                    .definition(subscription.receiverDefinition(), name -> secret)
                    .connection(connection)
                    .handler(event -> {});
            if (subscription.receiverDefinition().path("verify").isEmpty()) {
                // The webhook verifies by a secret of its own.
                receiver.verify(DefinedWebhook.VALIDATED);
            }
            receiver.build().close();
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add(inDocument(problem)));
        }
    }

    /** Returns a problem with the members of a document in place of the methods of a builder. */
    private static String inDocument(String problem) {
        return MISSING.matcher(problem)
                .replaceAll("/parameters: $1: add it to parameters")
                .replace("by events(...)", "in the member events");
    }

    /** Adds the verifiers of the service to a receiver that is only validated. */
    void addTo(WebhookReceiverBuilder receiver, HttpConnection connection, InputValues samples) {
        receiver.subscription(
                builder("probe", samples).connection(connection).url(SAMPLE_URL).build());
    }

    /** Returns a builder without a connection, a URL and stores. */
    WebhookSubscriptionBuilder builder(String name, InputValues values) {
        ObjectNode rendered = json.deepCopy();
        WebhookSubscriptionBuilder builder = WebhookSubscription.named(name);
        json.path(PARAMETERS).properties().forEach(one -> {
            boolean isSecret = one.getValue().isTextual()
                    && PillTree.inputs(one.getValue()).stream().anyMatch(values::isSecret);
            if (isSecret) {
                JsonNode unused = rendered.withObject("/" + PARAMETERS).remove(one.getKey());
                builder.secretParameter(
                        one.getKey(),
                        Secret.from(
                                () -> PillTree.render(one.getValue(), values).asText()));
            }
        });
        WITH_INPUTS.stream()
                .filter(rendered::has)
                .forEach(member -> rendered.set(member, PillTree.render(rendered.path(member), values)));
        return builder.definition(rendered);
    }
}
