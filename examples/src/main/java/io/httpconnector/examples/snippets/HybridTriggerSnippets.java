package io.httpconnector.examples.snippets;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.PollingListener;
import io.httpconnector.polling.PushSettings;
import io.httpconnector.polling.PushStatus;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.hybrid.HybridStatus;
import io.httpconnector.webhook.hybrid.HybridTrigger;
import io.httpconnector.webhook.hybrid.HybridTriggerBuilder;
import io.httpconnector.webhook.hybrid.WebhookPayload;
import io.httpconnector.webhook.inbox.Inbox;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The code of {@code docs/hybrid-triggers.md}. */
final class HybridTriggerSnippets {

    private static final Logger log = LoggerFactory.getLogger(HybridTriggerSnippets.class);

    private HybridTriggerSnippets() {}

    interface People {
        void upsert(JsonNode person);
    }

    interface Alerts {
        void raise(String text);
    }

    static void start(
            HttpConnection crm,
            RequestTemplate listContacts,
            Secret secret,
            Inbox inbox,
            StateStore store,
            People people,
            WebhookRouter router,
            String token) {
        HybridTrigger contacts = HybridTrigger.named("contacts")
                .connection(crm)
                .poll(poll -> poll.request(listContacts)
                        .records(RecordSelector.at("/results"))
                        .key("/id")
                        .version("/updatedAt")
                        .cursor(Cursor.timestamp("/updatedAt").sentAs("since"))
                        .every(Duration.ofHours(1)))
                .webhook(webhook -> webhook.verify(Signatures.github(secret)).inbox(inbox))
                .payload(WebhookPayload.records("/object").deletedTypes("contact.deleted"))
                .store(store)
                .handler(event -> people.upsert(event.payload()))
                .build();
        contacts.start();
        router.add(token, contacts);
    }

    static void startDocument(
            ConnectorDefinition code,
            ConnectorContext.Builder context,
            StateStore store,
            TokenStore tokenStore,
            WebhookRouter router,
            People issues) {
        Connector acme = code.connect(
                context.state(store).tokens(tokenStore).webhooks(router).build());
        acme.on("updated-issues", event -> issues.upsert(event.payload())); // the events of both
        acme.start();

        HybridStatus status = acme.hybridStatus("updated-issues").orElseThrow();
        log.info("{}", status);
    }

    static void measure(HybridTriggerBuilder contacts, Alerts alerts) {
        contacts.poll(poll -> poll.acceptPushes(
                        PushSettings.defaults().grace(Duration.ofMinutes(2)).whenSilent(Duration.ofSeconds(30)))
                .listener(new PollingListener() {
                    @Override
                    public void onSilence(String trigger, PushStatus webhook) {
                        alerts.raise(trigger + ": no webhook since "
                                + webhook.lastPush().orElse(null));
                    }
                }));
    }
}
