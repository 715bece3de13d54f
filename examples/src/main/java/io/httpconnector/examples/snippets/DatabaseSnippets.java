package io.httpconnector.examples.snippets;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.OAuth2Builder;
import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.jdbc.ClusteredPolling;
import io.httpconnector.jdbc.ExactlyOnce;
import io.httpconnector.jdbc.JdbcInbox;
import io.httpconnector.jdbc.JdbcSchema;
import io.httpconnector.jdbc.JdbcStateStore;
import io.httpconnector.jdbc.JdbcTokenStore;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.StoredWebhookSecrets;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import java.net.URI;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The code of {@code docs/databases.md}. */
final class DatabaseSnippets {

    private static final Logger log = LoggerFactory.getLogger(DatabaseSnippets.class);

    private DatabaseSnippets() {}

    static PollingTrigger inADatabase(
            DataSource dataSource, Secret encryptionKey, PollingTriggerBuilder issues, OAuth2Builder oauth2) {
        JdbcSchema.create(dataSource);
        StateStore store = JdbcStateStore.of(dataSource);
        TokenStore tokens = JdbcTokenStore.of(dataSource, TokenEncryption.aesGcm(encryptionKey));
        log.info("{}", oauth2.tokenStore(tokens).build());
        return issues.store(store).build();
    }

    interface Connections {
        HttpConnection of(String trigger);
    }

    static ClusteredPolling onManyNodes(
            DataSource dataSource, Connections connections, PollingSnippets.Tickets tickets, JsonNode saved) {
        ClusteredPolling polling = ClusteredPolling.on(dataSource)
                .start((id, definition) -> PollingTrigger.named(id)
                        .definition(definition)
                        .connection(connections.of(id))
                        .handler(event -> tickets.upsert(event.payload())));

        polling.put("issues of ACME", saved);
        return polling;
    }

    static WebhookReceiver inADatabase(DataSource dataSource, Secret secret, WebhookSnippets.Crm crm) {
        WebhookReceiver leads = WebhookReceiver.named("leads")
                .verify(Signatures.github(secret))
                .inbox(JdbcInbox.of(dataSource))
                .handler(event -> crm.create(event.payload()))
                .build();
        return leads;
    }

    static WebhookSubscription subscription(DataSource dataSource, Secret encryptionKey, HttpConnection github) {
        TokenStore tokens = JdbcTokenStore.of(dataSource, TokenEncryption.aesGcm(encryptionKey));
        WebhookSubscription pushes = WebhookSubscription.named("acme-pushes")
                .preset("github")
                .parameter("owner", "acme")
                .parameter("repository", "app")
                .events("push")
                .connection(github)
                .url(URI.create("https://hooks.example.com/github/6f1c"))
                .store(JdbcStateStore.of(dataSource))
                .secrets(StoredWebhookSecrets.in(tokens, "acme", "pushes"))
                .build();
        return pushes;
    }

    static PollingTriggerBuilder exactlyOnce(DataSource dataSource, PollingTriggerBuilder trigger) {
        ExactlyOnce once = ExactlyOnce.in(dataSource);
        trigger.handler(once.events((event, connection) -> {
            try (PreparedStatement insert = connection.prepareStatement("insert into lead (id, email) values (?, ?)")) {
                insert.setString(1, event.key());
                insert.setString(2, event.payload().path("email").asText());
                insert.executeUpdate();
            }
        }));
        return trigger;
    }

    static void move(StateStore oldStore, StateStore newStore, String id) {
        try (StateLog from = oldStore.open(id);
                StateLog to = newStore.open(id)) {
            List<byte[]> entries = new ArrayList<>();
            from.read(entries::add);
            to.read(entry -> {});
            to.replace(entries);
        }
    }
}
