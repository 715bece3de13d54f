package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.ConnectorComponents;
import io.httpconnector.definition.ConnectorDefinition;

/** Converts a provider of Nango to a connector document. Not thread-safe. */
final class NangoConverter {

    private static final String OF_NANGO = "it belongs to the application of Nango, not to the service";

    private final String name;
    private final CatalogueItem item;
    private final NoteCollector notes;

    NangoConverter(String name, CatalogueItem item, NoteCollector notes) {
        this.name = name;
        this.item = item;
        this.notes = notes;
    }

    ImportedConnector convert() {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("connector", 1).put("id", CatalogueNames.id(name)).put("version", "1.0.0");
        document.put("title", title());
        String documentation = item.text("docs");
        if (documentation != null) {
            document.put("documentation", documentation);
        }
        item.ignore(
                OF_NANGO,
                "categories",
                "docs_connect",
                "setup_guide_url",
                "installation",
                "webhook_routing_script",
                "webhook_user_defined_secret",
                "webhook_allowed_query_params",
                "available_scopes",
                "connection_configuration");
        item.ignore(
                "it is code of Nango; the values that it looks up are inputs",
                "post_connection_script",
                "pre_connection_deletion_script",
                "credentials_verification_script");
        NangoProvider provider = new NangoProvider(item);
        ObjectNode strategies = NangoAuth.strategies(provider);
        NangoProxy proxy = new NangoProxy(provider);
        proxy.convert(document);
        provider.fields.ignoreUnused();
        item.at("alias");
        item.ignoreUnreadDefaults("the auth mode of this provider does not use it");
        item.reportUnread();
        ArrayNode inputs = provider.fields.inputs();
        if (!inputs.isEmpty()) {
            document.set("inputs", inputs);
        }
        document.set("connection", provider.connection);
        document.set("auth", strategies);
        ImportedConnector built = new ImportedConnector(document, notes.notes(), notes.ignored());
        try {
            ConnectorDefinition.of(document, ConnectorComponents.none());
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> item.note("the document is invalid: " + problem));
            return new ImportedConnector(document, notes.notes(), notes.ignored());
        }
        return built;
    }

    private String title() {
        String title = item.text("display_name", name);
        return title.isBlank() ? name : title;
    }
}
