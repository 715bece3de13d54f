package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.Secret;
import io.httpconnector.webhook.WebhookListener.Rejection;
import io.httpconnector.webhook.WebhookListener.RequestOutcome;
import io.httpconnector.webhook.inbox.Inbox;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Tests of listeners of receivers. */
class WebhookListenerTest {

    private static final Secret SECRET = Secret.of("s3cr3t");

    private final List<RequestOutcome> outcomes = new ArrayList<>();

    private static WebhookRequest request(String body) {
        return WebhookRequest.of("POST", "/", "", Map.of(), body.getBytes(UTF_8));
    }

    @Test
    void listenersAreNotifiedOfEachRequest() {
        WebhookReceiver receiver = WebhookReceiver.named("leads")
                .verify(Signatures.github(SECRET))
                .handshake(Handshakes.probes())
                .each("/all")
                .listener(
                        outcome -> {
                            throw new IllegalStateException("ignored");
                        },
                        outcomes::add)
                .handler(event -> {
                    if (event.payload().path("fails").asBoolean()) {
                        throw new IllegalStateException("not now");
                    }
                })
                .build();
        WebhookSigner signer = WebhookSigner.preset("github", SECRET);

        receiver.receive(signer.sign(request("{\"all\":[{\"a\":1},{\"a\":2}]}")));
        receiver.receive(request("{}"));
        receiver.receive(signer.sign(request("{\"fails\":true}")));
        receiver.receive(WebhookRequest.of("GET", "/", "", Map.of(), null));

        assertThat(outcomes).extracting(RequestOutcome::status).containsExactly(200, 401, 500, 200);
        assertThat(outcomes).extracting(RequestOutcome::events).containsExactly(2, 0, 1, 0);
        assertThat(outcomes).extracting(RequestOutcome::isAccepted).containsExactly(true, false, false, true);
        assertThat(outcomes)
                .extracting(RequestOutcome::rejection)
                .containsExactly(
                        Optional.empty(),
                        Optional.of(Rejection.UNVERIFIED),
                        Optional.of(Rejection.FAILED),
                        Optional.empty());
        assertThat(outcomes.get(1).detail()).contains("there is no signature");
        assertThat(outcomes.get(0).detail()).isEmpty();
        assertThat(outcomes).extracting(RequestOutcome::receiver).containsOnly("leads");
        assertThat(outcomes.get(0).size()).isEqualTo(25);
    }

    /** Records the attempts to handle events. */
    private static final class Attempts implements WebhookListener {

        private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

        @Override
        public void onResponse(RequestOutcome outcome) {}

        @Override
        public AttemptObserver onAttempt(DeliveryAttempt attempt) {
            return (result, failure) -> seen.add(attempt.events().get(0).id() + " " + attempt.number() + " "
                    + result.outcome()
                    + failure.map(thrown -> " " + thrown.getMessage()).orElse(""));
        }
    }

    private static WebhookReceiverBuilder receiver(WebhookListener listener, AtomicBoolean fails) {
        return WebhookReceiver.named("orders")
                .verify(Signatures.github(SECRET))
                .id(ValueSelector.body("/id"))
                .listener(listener)
                .handler(event -> {
                    if (fails.getAndSet(false)) {
                        throw new IllegalStateException("not now");
                    }
                });
    }

    @Test
    void listenersObserveTheHandlerInTheThreadOfTheRequest() {
        Attempts attempts = new Attempts();
        WebhookSigner signer = WebhookSigner.preset("github", SECRET);
        try (WebhookReceiver receiver =
                receiver(attempts, new AtomicBoolean(true)).build()) {
            assertThat(receiver.receive(signer.sign(request("{\"id\":\"e1\"}"))).status())
                    .isEqualTo(500);
            assertThat(receiver.receive(signer.sign(request("{\"id\":\"e1\"}"))).status())
                    .isEqualTo(200);
            assertThat(receiver.oldestPending()).isEmpty();
        }
        assertThat(attempts.seen).containsExactly("e1 1 RETRY not now", "e1 1 HANDLED");
    }

    @Test
    void listenersObserveTheHandlerOfAnInbox() throws InterruptedException {
        Attempts attempts = new Attempts();
        CountDownLatch free = new CountDownLatch(1);
        try (WebhookReceiver receiver = receiver(attempts, new AtomicBoolean(true))
                .inbox(Inbox.inMemory())
                .delivery(delivery -> delivery.backoff(Duration.ofMillis(1), Duration.ofMillis(1)))
                .listener(new WebhookListener() {
                    @Override
                    public void onResponse(RequestOutcome outcome) {}

                    @Override
                    public AttemptObserver onAttempt(DeliveryAttempt attempt) {
                        try {
                            free.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        return AttemptObserver.NONE;
                    }
                })
                .build()) {
            Instant before = Instant.now();
            receiver.receive(WebhookSigner.preset("github", SECRET).sign(request("{\"id\":\"e1\"}")));
            assertThat(receiver.oldestPending())
                    .hasValueSatisfying(received -> assertThat(received)
                            .isBetween(before.minusMillis(1), Instant.now().plusMillis(1)));
            free.countDown();

            assertThat(attempts.seen.poll(10, TimeUnit.SECONDS)).isEqualTo("e1 1 RETRY not now");
            assertThat(attempts.seen.poll(10, TimeUnit.SECONDS)).isEqualTo("e1 2 HANDLED");
        }
    }
}
