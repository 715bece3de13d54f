package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.definition.InputNaming;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookReceiverBuilder;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Creates the receivers of the webhooks of a document. Immutable.
 *
 * @param connector the ID of the document
 * @param context the tenant and the stores
 * @param components the parts that are code
 * @param connection fetches keys and certificates
 * @param secrets finds secrets by their names in the document
 */
record WebhookReceivers(
        String connector,
        ConnectorContext context,
        ConnectorComponents components,
        HttpConnection connection,
        Function<String, @Nullable Secret> secrets) {

    /**
     * Returns a builder without a handler.
     *
     * @param receiver the name of the receiver
     * @param name the name of the webhook
     * @param rendered the definition with the values of inputs
     */
    WebhookReceiverBuilder builder(String receiver, String name, DefinedWebhook webhook, JsonNode rendered) {
        InputNaming naming = context.naming;
        WebhookReceiverBuilder builder = WebhookReceiver.named(receiver).connection(connection);
        if (naming == null) {
            builder.definition(rendered, secrets);
        } else {
            builder.definition(rendered, secrets, secret -> naming.advice(secret, true));
        }
        webhook.verifiers().stream()
                .flatMap(verifier -> Stream.ofNullable(components.verifiers().get(verifier)))
                .forEach(builder::verify);
        webhook.handshakes().stream()
                .flatMap(handshake -> Stream.ofNullable(components.handshakes().get(handshake)))
                .forEach(builder::handshake);
        if (context.timeSource != null) {
            builder.timeSource(context.timeSource);
        }
        if (context.tokens != null) {
            builder.deliveredSecrets(new WebhookSecrets(context.tokens, context.tenant + "/" + connector, name));
        } else if (webhook.delivered().stream().anyMatch(secret -> secrets.apply(secret) == null)) {
            throw new InvalidDefinitionException(
                    "connector " + connector + " of tenant \"" + context.tenant + "\"",
                    name
                            + ": the service delivers the secret, which needs a store: set it by tokens(...) of the context");
        }
        return builder;
    }
}
