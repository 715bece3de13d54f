package io.httpconnector.examples.snippets;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.AuthorizationCodeFlow;
import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.DefinitionChange;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.definition.registry.ConnectorInstance;
import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.definition.registry.InstanceSettings;
import io.httpconnector.definition.registry.InstanceStore;
import io.httpconnector.definition.registry.StoredSecrets;
import io.httpconnector.jdbc.JdbcSchema;
import io.httpconnector.jdbc.JdbcTokenStore;
import io.httpconnector.state.StateStore;
import io.httpconnector.webhook.WebhookRouter;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import javax.sql.DataSource;

/** The code of docs/connector-registry.md. */
final class ConnectorRegistrySnippets {

    /** The orders of the application. */
    interface Orders {
        void upsert(String tenant, JsonNode order);

        void paid(String tenant, JsonNode order);
    }

    void open(Path directory, SecretSource vault, Secret encryptionKey, WebhookRouter router, Orders orders) {
        ConnectorRegistry registry = ConnectorRegistry.in(InstanceStore.file(directory.resolve("integrations")))
                .secrets(vault)
                .tokens(TokenStore.file(directory.resolve("tokens"), encryptionKey))
                .state(StateStore.file(directory.resolve("state")))
                .webhooks(router)
                .build();
        registry.define(ConnectorDefinition.load(Path.of("shopify.connector.yaml")));
        registry.on(
                "shopify", "updated-orders", (instance, event) -> orders.upsert(instance.tenant(), event.payload()));
        registry.on("shopify", "order-paid", (instance, event) -> orders.paid(instance.tenant(), event.payload()));
        registry.start();
    }

    Response use(ConnectorRegistry registry) {
        ConnectorInstance acme = registry.add("acme", "shopify", InstanceSettings.of(Map.of("shop", "acme")));
        Response order = acme.send("get-order", "order", Map.of("id", 42));
        acme.change(InstanceSettings.of(Map.of("shop", "acme-eu")));
        acme.stop();
        acme.start();
        acme.remove();
        return order;
    }

    URI authorize(ConnectorInstance acme, String browserSession, String callback) {
        URI page = acme.with(
                connector -> AuthorizationCodeFlow.of(connector.connection()).start(browserSession));
        // The customer consents, and the browser returns to the redirect URI:
        acme.with(connector -> AuthorizationCodeFlow.of(connector.connection()).finish(callback, browserSession));
        return page;
    }

    void secrets(DataSource dataSource, Secret encryptionKey, String entered) {
        StoredSecrets secrets = StoredSecrets.in(JdbcTokenStore.of(dataSource, TokenEncryption.aesGcm(encryptionKey)));
        secrets.put("acme", "shopify", "clientSecret", Secret.of(entered));
    }

    ConnectorRegistry cluster(DataSource dataSource, Secret encryptionKey, WebhookRouter router) {
        JdbcSchema.create(dataSource);
        ConnectorRegistry registry = ConnectorRegistry.clustered(dataSource, TokenEncryption.aesGcm(encryptionKey))
                .webhooks(router)
                .build();
        return registry;
    }

    void upgrade(ConnectorRegistry registry) {
        registry.define(ConnectorDefinition.load(Path.of("shopify-2.connector.yaml")));
        for (ConnectorInstance instance : registry.instances()) {
            if (instance.changes("2.0.0").stream()
                    .noneMatch(change -> change.impact() == DefinitionChange.Impact.CUSTOMER)) {
                instance.upgrade("2.0.0");
            }
        }
    }
}
