package io.httpconnector.webhook.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.HttpConnection;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.Await;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Tests of started subscriptions, which share the threads of an engine. */
class SubscriptionScheduleTest {

    private static final int COUNT = 200;
    /** The workers of the engine, and its timer. */
    private static final int MAX_THREADS = 65;

    private static Set<Long> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().contains("webhook subscription")
                        || thread.getName().contains("polling timer")
                        || thread.getName().contains("poller"))
                .map(Thread::getId)
                .collect(Collectors.toSet());
    }

    @Test
    void startedSubscriptionsShareThreads() throws Exception {
        FakeService service = new FakeService(TimeSource.SYSTEM);
        HttpConnection connection =
                HttpConnection.named("service").baseUrl(service.baseUrl()).build();
        List<WebhookSubscription> all = new ArrayList<>();
        try (service;
                connection) {
            for (int i = 0; i < COUNT; i++) {
                WebhookSubscription one = WebhookSubscription.named("tenant-" + i)
                        .definition(JsonSupport.parse(Nodes.DEFINITION))
                        .connection(connection)
                        .url(URI.create(Nodes.URL + i))
                        .build();
                all.add(one);
                one.start();
            }
            Await.until(() -> service.active().size() == COUNT);
            Await.until(() -> all.stream().allMatch(one -> one.status().state() == SubscriptionState.ACTIVE));
            assertThat(threads()).hasSizeLessThanOrEqualTo(MAX_THREADS);
            all.forEach(WebhookSubscription::stop);
            assertThat(service.active()).isEmpty();
        }
    }

    @Test
    void startedSubscriptionIsRenewedInVirtualTimeUntilItIsClosed() throws Exception {
        VirtualTime time = new VirtualTime();
        try (FakeService service = new FakeService(time);
                Nodes nodes = new Nodes(time, service, StateStore.inMemory())) {
            WebhookSubscription subscription = nodes.node();
            subscription.start();

            Await.until(() ->
                    nodes.notifications.stream().filter("renewed h1"::equals).count() >= 5);

            subscription.close();
            int requests = service.requests.size();
            time.advance(Duration.ofDays(1));
            assertThat(service.requests).hasSize(requests);
            assertThat(service.only().id).isEqualTo("h1");
        }
    }

    @Test
    void subscriptionCanBeStartedAgain() throws Exception {
        FakeService service = new FakeService(TimeSource.SYSTEM);
        try (service;
                Nodes nodes = new Nodes(TimeSource.SYSTEM, service, StateStore.inMemory())) {
            WebhookSubscription subscription = nodes.node();
            subscription.start();
            subscription.start();
            Await.until(() -> subscription.status().state() == SubscriptionState.ACTIVE);
            assertThat(subscription.stop().state()).isEqualTo(SubscriptionState.NOT_REGISTERED);

            subscription.start();

            Await.until(() -> service.active().size() == 1);
        }
    }
}
