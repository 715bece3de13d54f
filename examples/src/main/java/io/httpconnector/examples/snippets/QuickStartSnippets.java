package io.httpconnector.examples.snippets;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.auth.CustomAuth;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.polling.RecordOrder;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.server.JdkHandler;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The code of {@code docs/quick-start.md}. */
final class QuickStartSnippets {

    private static final Logger log = LoggerFactory.getLogger(QuickStartSnippets.class);

    private QuickStartSnippets() {}

    interface Tickets {
        void upsert(JsonNode issue);
    }

    interface Crm {
        void create(JsonNode lead);
    }

    static void venue(Map<String, Object> account) {

        try (HttpConnection eventbrite = HttpConnection.named("Eventbrite")
                .baseUrl("https://www.eventbriteapi.com")
                .auth(CustomAuth.bearer(Secret.fromEnv("EVENTBRITE_TOKEN")))
                .test(Request.get("/v3/users/me/"))
                .build()) {

            eventbrite.test().orThrow();

            RequestTemplate createVenue = RequestTemplate.named("Create venue")
                    .post("/v3/venues/")
                    .json("""
            {"venue": {"name": "{{account.Name}}", "capacity": "{{account.Seats}}"}}""")
                    .build();

            JsonNode venue =
                    eventbrite.send(createVenue.render("account", account)).json();
            log.info("Created {}", venue.at("/id").asText());
        }
    }

    static void plain(HttpConnection connection, Map<String, Object> order) {

        Response response = connection.send(Request.post("/orders")
                .query("notify", "true")
                .header("X-Source", "web")
                .json(order)
                .idempotencyKey("order-4711"));
        log.info("{} in {} ms", response.status(), response.elapsed().toMillis());
    }

    static void poll(HttpConnection jira, StateStore store, Tickets tickets) {

        PollingTrigger updated = PollingTrigger.named("updated-issues")
                .connection(jira)
                .request(RequestTemplate.named("Updated issues")
                        .get("/rest/api/3/search")
                        .query("jql", "updated >= '{{cursor | date('yyyy-MM-dd HH:mm', 'UTC')}}' order by updated")
                        .build())
                .records(RecordSelector.at("/issues"))
                .key("/id")
                .version("/fields/updated") // new and updated issues are events; a repetition is not
                .cursor(Cursor.timestamp("/fields/updated")
                        .resolution(Duration.ofMinutes(1))
                        .order(RecordOrder.ASCENDING))
                .pagination(Pagination.offset("startAt").size("maxResults", 100).total("/total"))
                .every(Duration.ofMinutes(5))
                .store(store) // StateStore.file(directory)
                .handler(event -> tickets.upsert(event.payload()))
                .build();
        updated.start(); // or pollOnce(), from your own scheduler
    }

    static URI leads(HttpServer server, Secret secret, Crm crm) {

        WebhookReceiver leads = WebhookReceiver.named("leads")
                .verify(Signatures.typeform(secret))
                .handler(event -> crm.create(event.payload()))
                .build();

        WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
        URI url = router.add(WebhookRouter.newToken(), leads); // give it to the service; it is a secret
        server.createContext("/hooks/", JdkHandler.of(router));
        return url;
    }

    static PollingTrigger saved(
            PollingTriggerBuilder builder, HttpConnection connection, StateStore store, Tickets tickets) {

        JsonNode saved = builder.toJson();

        PollingTrigger trigger = PollingTrigger.named("acme/orders")
                .definition(saved)
                .connection(connection)
                .store(store)
                .handler(event -> tickets.upsert(event.payload()))
                .build();
        return trigger;
    }
}
