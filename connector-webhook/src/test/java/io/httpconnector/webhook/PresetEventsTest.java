package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.testing.VirtualTime;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events of presets: their ids and types, repetitions, handshakes, and requests that are forged or too old. */
class PresetEventsTest {

    private static final Secret SECRET = Secret.of("0123456789abcdef0123456789abcdef");
    private static final Secret OTHER = Secret.of("fedcba9876543210fedcba9876543210");
    private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);

    private final List<WebhookEvent> events = new ArrayList<>();
    private final VirtualTime time = new VirtualTime(NOW);

    private WebhookReceiver receiver(String definition) {
        return WebhookReceiver.named("any")
                .definition(JsonSupport.parse(definition), Map.of("secret", SECRET))
                .timeSource(time)
                .handler(events::add)
                .build();
    }

    private static String preset(String name) {
        return "{\"verify\": [{\"type\": \"preset\", \"name\": \"" + name + "\", \"secrets\": [\"secret\"]}]}";
    }

    private WebhookRequest signed(String preset, Secret secret, String body) {
        return WebhookSigner.preset(preset, secret).timeSource(time).sign(request(body));
    }

    private static WebhookRequest request(String body) {
        return WebhookRequest.of(
                "POST", "/hooks/1", "", Map.of("Content-Type", List.of("application/json")), body.getBytes(UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bigcommerce | store/order/created | {\"scope\":\"store/order/created\",\"data\":{\"id\":1}}",
                "clerk | user.created | {\"type\":\"user.created\"}",
                "figma | FILE_UPDATE | {\"event_type\":\"FILE_UPDATE\"}",
                "gocardless | payments.paid_out | {\"id\":\"EV1\",\"resource_type\":\"payments\",\"action\":\"paid_out\"}",
                "monday | create_pulse | {\"event\":{\"type\":\"create_pulse\",\"triggerUuid\":\"1\"}}",
                "monday | install | {\"type\":\"install\",\"data\":{\"timestamp\":\"2023-11-14T22:13:20Z\"}}",
                "persona | inquiry.completed | {\"data\":{\"id\":\"evt_1\",\"attributes\":{\"name\":\"inquiry.completed\"}}}",
                "razorpay | payment.captured | {\"event\":\"payment.captured\",\"created_at\":1}",
                "segment | identify | {\"messageId\":\"m1\",\"type\":\"identify\"}",
                "telegram | callback_query | {\"update_id\":1,\"callback_query\":{\"id\":\"c\"}}"
            })
    void eventIsHandledOnceAndForgedOnesAreRejected(String preset, String type, String body) {
        WebhookReceiver receiver = receiver(preset(preset));
        WebhookRequest genuine = signed(preset, SECRET, body);

        assertThat(receiver.receive(signed(preset, OTHER, body)).status()).isEqualTo(401);
        assertThat(receiver.receive(request(body)).status()).isEqualTo(401);
        assertThat(events).isEmpty();
        assertThat(receiver.receive(genuine).status()).isEqualTo(200);
        assertThat(receiver.receive(genuine).status()).isEqualTo(200);
        assertThat(events).extracting(WebhookEvent::type).containsExactly(type);
    }

    @ParameterizedTest
    @CsvSource({"bigcommerce", "clerk", "monday", "persona"})
    void oldRequestIsRejected(String preset) {
        WebhookRequest genuine = signed(preset, SECRET, "{}");
        WebhookReceiver receiver = receiver(preset(preset));

        time.advance(Duration.ofMinutes(7));

        assertThat(receiver.receive(genuine).status()).isEqualTo(401);
        assertThat(Signatures.preset(preset, SECRET).verify(genuine, time.now()).reason())
                .isEqualTo(VerificationResult.RejectionReason.TIMESTAMP_EXPIRED);
    }

    @Test
    void eventsOfGoCardlessAreHandledOneByOne() throws IOException {
        PresetsTest.Vector vector = PresetsTest.vectors()
                .filter(one -> one.preset().equals("gocardless"))
                .findFirst()
                .orElseThrow();
        WebhookReceiver receiver = WebhookReceiver.named("payments")
                .verify(vector.verifier())
                .each("/events")
                .handler(events::add)
                .build();

        assertThat(receiver.receive(vector.request()).status()).isEqualTo(200);

        assertThat(events).extracting(WebhookEvent::id).containsExactly("EV00BD05S5VM2T", "EV00BD05TB8K63");
        assertThat(events).extracting(WebhookEvent::type).containsExactly("subscriptions.created", "mandates.created");
    }

    /** Such as those of a library, of which Figma reports each type of asset. */
    @Test
    void eventsOfFigmaWithTheSameTimestampAreAllHandledWithoutTheirPasscode() {
        WebhookReceiver receiver = receiver(preset("figma"));
        String publish =
                "{\"event_type\":\"LIBRARY_PUBLISH\",\"timestamp\":\"2023-11-14T22:13:20Z\",\"file_key\":\"k\",\"%s\":[]}";

        receiver.receive(signed("figma", SECRET, publish.formatted("created_components")));
        receiver.receive(signed("figma", SECRET, publish.formatted("created_styles")));

        assertThat(events).hasSize(2);
        assertThat(events.get(0).payload().has("passcode")).isFalse();
        assertThat(events.get(0).payload().get("file_key").asText()).isEqualTo("k");
    }

    @Test
    void repetitionIsRecognisedIfTheAddressIsVerifiedToo() throws IOException {
        for (boolean first : new boolean[] {true, false}) {
            events.clear();
            Verifier figma = Signatures.preset("figma", SECRET);
            Verifier addresses = Verifiers.addresses("192.0.2.0/24");
            WebhookReceiver receiver = WebhookReceiver.named("any")
                    .verify(first ? figma : addresses)
                    .verify(first ? addresses : figma)
                    .handler(events::add)
                    .build();
            WebhookRequest request =
                    signed("figma", SECRET, "{\"event_type\":\"PING\"}").from(InetAddress.getByName("192.0.2.1"));

            receiver.receive(request);
            receiver.receive(request);

            assertThat(events).hasSize(1);
        }
    }

    @Test
    void mondayChecksTheUrlByAChallenge() {
        WebhookReceiver receiver =
                receiver(preset("monday").replace("]}]}", "]}], \"handshake\": [{\"type\": \"monday\"}]}"));

        WebhookResponse response =
                receiver.receive(request("{\"challenge\":\"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P\"}"));

        assertThat(response.status()).isEqualTo(200);
        assertThat(new String(response.body(), UTF_8))
                .isEqualTo("{\"challenge\":\"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P\"}");
        assertThat(events).isEmpty();
    }

    @Test
    void shortSecretOfMondayIsReported() {
        assertThatThrownBy(() -> Signatures.preset("monday", Secret.of("short")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("32 bytes");
        assertThatThrownBy(() -> signed("monday", Secret.of("short"), "{}"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("32 bytes");
    }

    @ParameterizedTest
    @CsvSource({
        "githup, github",
        "gihtub, github",
        "GitHub, github",
        "lemonsqueezy, lemon-squeezy",
        "Dropbox Sign, dropbox-sign",
        "telegramm, telegram"
    })
    void similarSpellingIsSuggested(String wanted, String suggested) {
        assertThatThrownBy(() -> Signatures.preset(wanted, SECRET))
                .hasMessageContaining("there is no preset " + wanted + ": did you mean \"" + suggested + "\"?");
        assertThatThrownBy(() -> receiver(preset(wanted)))
                .hasMessageContaining("\"" + wanted + "\" is unknown; did you mean \"" + suggested + "\"?");
    }

    /** Names of other services that are similar by chance. */
    @ParameterizedTest
    @CsvSource({"xcommerce", "clio", "zoho", "wise", "mono", "lime-light", "strapi"})
    void anotherServiceIsNotSuggested(String wanted) {
        assertThatThrownBy(() -> receiver(preset(wanted)))
                .hasMessageContaining("\"" + wanted + "\" is unknown; use one of adyen");
    }
}
