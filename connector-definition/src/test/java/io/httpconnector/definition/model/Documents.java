package io.httpconnector.definition.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.auth.definition.AuthDefinition;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.stream.StreamTrigger;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.wizard.SavedRequest;
import java.util.List;
import java.util.Map;

/** The kinds of JSON documents. */
final class Documents {

    /**
     * A kind of document.
     *
     * @param name the name of its schema
     * @param title its title
     * @param parsing how it is read, in Markdown
     * @param model its model
     */
    record Kind(String name, String title, String parsing, DocumentModel model) {}

    static final List<Kind> ALL = List.of(
            new Kind(
                    "auth-definition",
                    "Auth definition",
                    "`AuthDefinition.parse(json)` reads it: [authentication](authentication.md#definitions-and-presets).",
                    DocumentModel.of(json -> AuthDefinition.parse(json.toString()))),
            new Kind(
                    "request-template",
                    "Request template",
                    "`RequestTemplate.fromJson(json)` reads it: [request templates](templates.md).",
                    DocumentModel.of(json -> RequestTemplate.fromJson(json))),
            new Kind(
                    "saved-request",
                    "Saved request",
                    "`SavedRequest.load(file)` reads it: [wizard](wizard.md).",
                    DocumentModel.of(
                            json -> SavedRequest.fromJson(json, Map.of()),
                            JsonNodeFactory.instance
                                    .objectNode()
                                    .put("format", "http-connector/saved-request")
                                    .put("version", 1))),
            new Kind(
                    "polling-trigger",
                    "Polling trigger",
                    "`PollingTrigger.named(id).definition(json)` reads it: [polling](polling.md#definitions-as-json).",
                    DocumentModel.of(json -> PollingTrigger.named("reference").definition(json))),
            new Kind(
                    "webhook-receiver",
                    "Webhook receiver",
                    "`WebhookReceiver.named(name).definition(json, secrets)` reads it: [webhooks](webhooks.md#receiver-definitions-json).",
                    DocumentModel.of(json -> WebhookReceiver.named("reference").definition(json, Map.of()))),
            new Kind(
                    "stream-trigger",
                    "Stream trigger",
                    "`StreamTrigger.named(id).definition(json)` reads it: [streams](streams.md#definitions-as-json).",
                    DocumentModel.of(json -> StreamTrigger.named("reference").definition(json))));

    /** The connector document, which contains the others. */
    static final Kind CONNECTOR = new Kind(
            "connector-1",
            "Connector document",
            "`ConnectorDefinition.load(file)` reads it: [connector documents](connector-documents.md).",
            ConnectorModel.of(
                    model("auth-definition"),
                    model("request-template"),
                    model("polling-trigger"),
                    model("webhook-receiver")));

    private static DocumentModel model(String name) {
        return ALL.stream()
                .filter(kind -> kind.name().equals(name))
                .findFirst()
                .orElseThrow()
                .model();
    }

    private Documents() {}
}
