package io.httpconnector.webhook.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.HttpConnection;
import io.httpconnector.RetryPolicy;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.webhook.DeliveredSecrets;
import io.httpconnector.webhook.WebhookReceiver;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Nodes of an application with a subscription at a {@link FakeService}, which share their stores. */
final class Nodes implements AutoCloseable {

    static final String URL = "https://hooks.example.com/in/6f1cd0";

    static final String DEFINITION = """
            {"events": ["push"],
             "create": {"name": "Create", "method": "POST", "url": "/hooks",
               "body": {"json": {"url": "{{webhook.url}}", "secret": "{{webhook.secret}}", "events": "{{webhook.events}}"}}},
             "id": "/id", "expiry": "/expires",
             "renew": {"name": "Renew", "method": "PATCH", "url": "/hooks/{{subscription.id}}", "body": {"json": {"renew": true}}},
             "check": {"name": "Check", "method": "GET", "url": "/hooks/{{subscription.id}}"},
             "healthy": "/active",
             "rotate": {"name": "Rotate", "method": "PATCH", "url": "/hooks/{{subscription.id}}",
               "body": {"json": {"secret": "{{webhook.secret}}"}}},
             "delete": {"name": "Delete", "method": "DELETE", "url": "/hooks/{{subscription.id}}"},
             "list": {"request": {"name": "List", "method": "GET", "url": "/hooks"},
               "records": "/hooks", "id": "/id", "url": "/url", "expiry": "/expires"},
             "verify": [{"type": "preset", "name": "github", "secrets": ["current", "previous", "next"]}]}""";

    final TimeSource time;
    final FakeService service;
    final StateStore store;
    final DeliveredSecrets secrets;
    final List<String> notifications = new CopyOnWriteArrayList<>();
    final List<String> events = new CopyOnWriteArrayList<>();
    private HttpConnection connection;
    private final List<WebhookSubscription> open = new ArrayList<>();

    Nodes(TimeSource time, FakeService service, StateStore store) {
        this(time, service, store, new MemorySecrets());
    }

    Nodes(TimeSource time, FakeService service, StateStore store, DeliveredSecrets secrets) {
        this.secrets = secrets;
        this.time = time;
        this.service = service;
        this.store = store;
    }

    WebhookSubscription node() {
        return node(URL, DEFINITION);
    }

    WebhookSubscription node(String url, String definition) {
        return add(builder(url).definition(JsonSupport.parse(definition)).build());
    }

    WebhookSubscription add(WebhookSubscription subscription) {
        open.add(subscription);
        return subscription;
    }

    WebhookSubscriptionBuilder builder(String url) {
        return WebhookSubscription.named("acme")
                .connection(connection())
                .url(URI.create(url))
                .store(store)
                .secrets(secrets)
                .listener(listener())
                .timeSource(time);
    }

    private HttpConnection connection() {
        if (connection == null) {
            connection = HttpConnection.named("service")
                    .baseUrl(service.baseUrl())
                    .retry(RetryPolicy.none())
                    .timeSource(time)
                    .build();
        }
        return connection;
    }

    WebhookReceiver receiver(WebhookSubscription subscription) {
        return WebhookReceiver.named("acme")
                .subscription(subscription)
                .handler(event -> events.add(event.payload().toString()))
                .timeSource(time)
                .build();
    }

    /** Returns the status of the response to an event. */
    int receive(WebhookSubscription subscription, String secret, String body) {
        return receiver(subscription).receive(FakeService.event(secret, body)).status();
    }

    private SubscriptionListener listener() {
        return new SubscriptionListener() {
            @Override
            public void onCreated(String subscription, String id) {
                notifications.add("created " + id);
            }

            @Override
            public void onRenewed(String subscription, String id) {
                notifications.add("renewed " + id);
            }

            @Override
            public void onRecreated(String subscription, String id, String reason) {
                notifications.add("recreated " + id + ": " + reason);
            }

            @Override
            public void onGap(String subscription, String reason) {
                notifications.add("gap: " + reason);
            }

            @Override
            public void onFailure(String subscription, SubscriptionAction action, Exception failure, int count) {
                notifications.add("failed " + action + " " + count);
            }

            @Override
            public void onRotated(String subscription) {
                notifications.add("rotated");
            }

            @Override
            public void onDeleted(String subscription, String id) {
                notifications.add("deleted " + id);
            }

            @Override
            public void onDuplicateRemoved(String subscription, String id) {
                notifications.add("duplicate " + id);
            }

            @Override
            public void onPossibleOrphan(String subscription, String description) {
                notifications.add("orphan");
            }
        };
    }

    @Override
    public void close() {
        open.forEach(WebhookSubscription::close);
        if (connection != null) {
            connection.close();
        }
    }

    /** Executes each step of a subscription when it is due, until a time has passed. */
    static void run(VirtualTime time, WebhookSubscription subscription, Duration duration) {
        Instant end = time.now().plus(duration);
        Instant due = subscription.manage();
        while (due.isBefore(end)) {
            assertThat(due).isAfter(time.now());
            time.advance(Duration.between(time.now(), due));
            due = subscription.manage();
        }
        time.advance(Duration.between(time.now(), end));
    }
}
