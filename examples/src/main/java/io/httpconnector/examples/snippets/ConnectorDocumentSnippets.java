package io.httpconnector.examples.snippets;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Response;
import io.httpconnector.auth.definition.InputField;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.definition.imports.ConnectorImporter;
import io.httpconnector.definition.imports.ImportedConnector;
import io.httpconnector.state.StateStore;
import io.httpconnector.stream.StreamStatus;
import io.httpconnector.template.Pills;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.subscription.SubscriptionStatus;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The code of {@code docs/connector-documents.md} and {@code docs/importing-catalogues.md}. */
final class ConnectorDocumentSnippets {

    private static final Logger log = LoggerFactory.getLogger(ConnectorDocumentSnippets.class);

    private ConnectorDocumentSnippets() {}

    /** The bookings of the application. */
    interface BookingTable {
        void save(JsonNode booking);

        void cancel(JsonNode event);
    }

    static ConnectorDefinition load() {
        ConnectorDefinition bookings = ConnectorDefinition.load(Path.of("bookings.connector.yaml"));
        return bookings;
    }

    static void authentication(ConnectorDefinition bookings, Path secretsDirectory) {
        List<InputField> form = bookings.inputs("key");

        Connector acme = bookings.connect(ConnectorContext.forTenant("acme")
                .secrets(SecretSource.files(secretsDirectory))
                .build());
        acme.connection().test().orThrow();
        log.info("{} fields", form.size());
    }

    static void requests(Connector acme, BookingTable bookingTable) {
        Response created = acme.request("create-booking").send("guest", Map.of("name", "Ann", "seats", 2));

        try (Stream<JsonNode> all = acme.request("list-bookings").records(Pills.none())) {
            all.forEach(bookingTable::save);
        }
        log.info("{}", created.status());
    }

    static void run(
            ConnectorDefinition bookings,
            Path secretsDirectory,
            Path stateDirectory,
            WebhookRouter router,
            BookingTable bookingTable) {
        Connector acme = bookings.connect(ConnectorContext.forTenant("acme")
                .value("venue", "rooftop")
                .secrets(SecretSource.files(secretsDirectory))
                .state(StateStore.file(stateDirectory))
                .webhooks(router)
                .build());
        acme.on("updated-bookings", event -> bookingTable.save(event.payload()));
        acme.on("booking-cancelled", event -> bookingTable.cancel(event.payload()));
        acme.start();

        URI callback = acme.webhookUrl("booking-cancelled").orElseThrow();
        log.info("{}", callback);
    }

    static void registerWebhook(
            ConnectorDefinition code,
            ConnectorContext.Builder context,
            StateStore store,
            TokenStore tokenStore,
            WebhookRouter router,
            WebhookSubscriptionSnippets.Builds builds) {
        Connector acme = code.connect(
                context.state(store).tokens(tokenStore).webhooks(router).build());
        acme.on("pushed", event -> builds.start(event.payload()));
        acme.start(); // registers the URL; call it when the web server accepts requests

        SubscriptionStatus status = acme.subscription("pushed").orElseThrow().status();
        acme.close(); // keeps the subscription, for the next start
        log.info("{}", status);
    }

    static void receiveStream(Connector connector, List<JsonNode> chat) {
        connector.on("chat-events", event -> chat.add(event.payload().path("data")));
        connector.start();
        StreamStatus status = connector.stream("chat-events").orElseThrow().status(); // OPEN, with the last id
        log.info("{}", status);
    }

    static void importCatalogue(Path directory) throws IOException {
        for (ImportedConnector imported : ConnectorImporter.nango(Files.readString(Path.of("providers.yaml")))) {
            imported.notes().forEach(note -> log.warn("{}: {}", imported.id(), note));
            Files.writeString(
                    directory.resolve(imported.id() + ".connector.yaml"),
                    imported.definition().toYaml());
        }
    }
}
