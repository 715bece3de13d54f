package io.httpconnector.webhook.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.state.StateStore;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests of a clock that was ahead when the state was stored, and is corrected. */
class ClockCorrectionTest {

    private final VirtualTime time = new VirtualTime();
    private FakeService service;
    private Nodes nodes;

    @BeforeEach
    void start() throws Exception {
        service = new FakeService(time);
        nodes = new Nodes(time, service, StateStore.inMemory());
    }

    @AfterEach
    void stop() throws Exception {
        nodes.close();
        service.close();
    }

    @Test
    void stepOfAnotherNodeDoesNotBlock() {
        WebhookSubscription first = nodes.node();
        WebhookSubscription second = nodes.node();
        AtomicBoolean isFirst = new AtomicBoolean(true);
        service.creating = hook -> {
            if (isFirst.getAndSet(false)) {
                time.adjustClock(Duration.ofHours(-6));
                Nodes.run(time, second, Duration.ofMinutes(10));
                assertThat(second.status().state()).isEqualTo(SubscriptionState.ACTIVE);
            }
        };

        first.register();
        Nodes.run(time, first, Duration.ofMinutes(10));

        assertThat(second.status().id()).contains(service.only().id);
    }

    @Test
    void failedStepIsRepeated() {
        service.status = request -> 401;
        WebhookSubscription subscription = nodes.node();
        subscription.register();
        service.status = request -> 0;

        time.adjustClock(Duration.ofDays(-365));
        Nodes.run(time, subscription, Duration.ofMinutes(10));

        assertThat(subscription.status().state()).isEqualTo(SubscriptionState.ACTIVE);
    }

    @Test
    void subscriptionIsChecked() {
        WebhookSubscription subscription = nodes.node();
        subscription.register();
        service.drop("h1");

        time.adjustClock(Duration.ofDays(-365));
        Nodes.run(time, subscription, Duration.ofMinutes(10));

        assertThat(service.only().id).isEqualTo("h2");
    }

    @Test
    void subscriptionIsRenewed() {
        WebhookSubscription subscription = nodes.node();
        subscription.register();

        time.adjustClock(Duration.ofDays(-1));
        Nodes.run(time, subscription, Duration.ofHours(49));

        assertThat(nodes.notifications).contains("renewed h1");
    }
}
