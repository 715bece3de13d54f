package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.Secret;
import io.httpconnector.webhook.WebhookListener.RequestOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
        assertThat(outcomes.get(1).detail()).contains("there is no signature");
        assertThat(outcomes.get(0).detail()).isEmpty();
        assertThat(outcomes).extracting(RequestOutcome::receiver).containsOnly("leads");
        assertThat(outcomes.get(0).size()).isEqualTo(25);
    }
}
