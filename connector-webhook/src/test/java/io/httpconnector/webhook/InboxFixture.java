package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.httpconnector.webhook.inbox.Inbox;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Shared fixture of inbox tests: a directory, resources to be closed, and events. */
abstract class InboxFixture {

    @TempDir
    Path directory;

    final List<WebhookEvent> events = new CopyOnWriteArrayList<>();
    final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    Inbox inbox(Inbox inbox) {
        opened.add(inbox);
        return inbox;
    }

    WebhookReceiver open(WebhookReceiverBuilder builder) {
        WebhookReceiver endpoint = builder.build();
        opened.add(endpoint);
        return endpoint;
    }

    static WebhookReceiverBuilder receiver() {
        return WebhookReceiver.named("leads")
                .unverified()
                .id(ValueSelector.body("/id"))
                .delivery(delivery -> delivery.backoff(Duration.ofMillis(1), Duration.ofMillis(5)));
    }

    static WebhookRequest event(String id) {
        return event(id, "");
    }

    static WebhookRequest event(String id, String key) {
        return WebhookRequest.of(
                "POST",
                "/",
                "",
                Map.of("X-Trace", List.of("t1")),
                ("{\"id\":\"" + id + "\", \"key\":\"" + key + "\"}").getBytes(UTF_8));
    }
}
