package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.testing.VirtualTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Tests of handshakes. */
class HandshakeTest {

    @Test
    void presetsCreateTheirHandshakeByName() {
        WebhookRequest verification = WebhookRequest.of(
                "GET", "/", "hub.mode=subscribe&hub.verify_token=right&hub.challenge=42", Map.of(), null);

        WebhookResponse response = receiver(Handshakes.preset("slack"), Handshakes.preset("meta", Secret.of("right")))
                .receive(verification);

        assertThat(response.body()).asString().isEqualTo("42");
    }

    @Test
    void presetsWithoutAHandshakeOrWithAnotherSecretAreRejected() {
        assertThatThrownBy(() -> Handshakes.preset("github"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("github performs no handshake");
        assertThatThrownBy(() -> Handshakes.preset("meta")).hasMessageContaining("it needs one secret (verifyToken)");
        assertThatThrownBy(() -> Handshakes.preset("slack", Secret.of("x"))).hasMessageContaining("it needs no secret");
        assertThatThrownBy(() -> Handshakes.preset("asana"))
                .hasMessageContaining("use handshake(Handshakes.asana(...))");
        assertThatThrownBy(() -> Handshakes.preset("slak")).hasMessageContaining("there is no preset slak");
    }

    private static final Secret SECRET = Secret.of("s3cr3t");
    private final List<WebhookEvent> events = new ArrayList<>();

    private WebhookEndpoint receiver(Handshake... handshakes) {
        return WebhookReceiver.named("any")
                .verify(Verifiers.token(ValueSelector.header("X-Token"), SECRET))
                .handshake(handshakes)
                .handler(events::add)
                .build();
    }

    private static WebhookRequest request(String method, String query, String body, String... headers) {
        WebhookRequest request = WebhookRequest.of(method, "/hooks/1", query, Map.of(), body.getBytes(UTF_8));
        for (int i = 0; i < headers.length; i += 2) {
            request = request.header(headers[i], headers[i + 1]);
        }
        return request;
    }

    private static String text(WebhookResponse response) {
        return response.status() + " " + response.headers().get("Content-Type") + " "
                + new String(response.body(), UTF_8);
    }

    @Test
    void challengeInTheQueryIsReturnedAsPlainText() {
        WebhookEndpoint receiver = receiver(Handshakes.echo("challenge"));

        WebhookResponse response = receiver.receive(request("GET", "challenge=%3Cscript%3E1", ""));

        assertThat(text(response)).isEqualTo("200 text/plain; charset=utf-8 <script>1");
        assertThat(response.headers()).containsEntry("X-Content-Type-Options", "nosniff");
        assertThat(receiver.receive(request("GET", "", "")).status()).isEqualTo(405);
        assertThat(receiver.receive(request("GET", "challenge=" + "x".repeat(5000), ""))
                        .status())
                .isEqualTo(405);
        assertThat(receiver.receive(request("POST", "challenge=1", "{}")).status())
                .isEqualTo(401);
    }

    @Test
    void metaGetsItsChallengeOnlyForTheRightToken() {
        WebhookEndpoint receiver = receiver(Handshakes.meta(Secret.of("v3rify")));
        String query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=";

        assertThat(text(receiver.receive(request("GET", query + "v3rify", "")))).endsWith(" 1158201444");
        assertThat(receiver.receive(request("GET", query + "other", "")).status())
                .isEqualTo(403);
        assertThat(receiver.receive(request("GET", query + "v3rify&hub.verify_token=v3rify", ""))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void microsoftGraphGetsItsTokenDecoded() {
        WebhookEndpoint receiver = receiver(Handshakes.microsoftGraph());

        WebhookResponse response = receiver.receive(request("POST", "validationToken=Validation%3a+Testing+a%26b", ""));

        assertThat(text(response)).isEqualTo("200 text/plain; charset=utf-8 Validation: Testing a&b");
    }

    @Test
    void slackGetsItsChallengeWhenItIsGenuine() {
        WebhookEndpoint receiver = receiver(Handshakes.slack());
        String body = "{\"type\":\"url_verification\",\"challenge\":\"3eZbrw1a\"}";

        WebhookResponse genuine =
                receiver.receive(request("POST", "", body, "X-Token", "s3cr3t", "Content-Type", "application/json"));

        assertThat(text(genuine)).endsWith(" 3eZbrw1a");
        assertThat(receiver.receive(request("POST", "", body)).status()).isEqualTo(401);
        assertThat(events).isEmpty();
        receiver.receive(request("POST", "", "{\"type\":\"event_callback\"}", "X-Token", "s3cr3t"));
        assertThat(events).hasSize(1);
    }

    @Test
    void zoomGetsTheHmacOfItsToken() {
        WebhookEndpoint receiver = receiver(Handshakes.zoom(Secret.of("z00m")));
        String body = "{\"event\":\"endpoint.url_validation\",\"payload\":{\"plainToken\":\"qgg8vlvZRS6UYooatFL8Aw\"}}";

        WebhookResponse response = receiver.receive(request("POST", "", body, "X-Token", "s3cr3t"));

        // printf qgg8vlvZRS6UYooatFL8Aw | openssl dgst -sha256 -hmac z00m
        assertThat(text(response))
                .isEqualTo("200 application/json {\"plainToken\":\"qgg8vlvZRS6UYooatFL8Aw\","
                        + "\"encryptedToken\":\"3ec30946266a3f2384dc1268214c34a36b048dc8889384ab387563f8896d4aa7\"}");
    }

    @Test
    void discordGetsItsPong() {
        WebhookEndpoint receiver = receiver(Handshakes.discord());

        assertThat(text(receiver.receive(request("POST", "", "{\"type\":1}", "X-Token", "s3cr3t"))))
                .isEqualTo("200 application/json {\"type\":1}");
        assertThat(receiver.receive(request("POST", "", "{\"type\":0}", "X-Token", "s3cr3t"))
                        .status())
                .isEqualTo(204);
        assertThat(events).isEmpty();
    }

    @Test
    void asanaSecretIsStoredAndReturned() {
        List<String> secrets = new ArrayList<>();
        WebhookEndpoint receiver = receiver(Handshakes.asana(secret -> {
            if (!secrets.isEmpty()) {
                throw new IllegalStateException("there is one already");
            }
            secrets.add(secret.reveal());
        }));

        WebhookResponse response = receiver.receive(request("POST", "", "", "X-Hook-Secret", "b537207f"));
        WebhookResponse attack = receiver.receive(request("POST", "", "", "X-Hook-Secret", "attacker"));

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.headers()).containsEntry("X-Hook-Secret", "b537207f");
        assertThat(attack.status()).isEqualTo(500);
        assertThat(attack.headers()).doesNotContainKey("X-Hook-Secret");
        assertThat(secrets).containsExactly("b537207f");
    }

    @Test
    void cloudEventsOriginIsChecked() {
        WebhookEndpoint receiver = receiver(Handshakes.cloudEvents("emitter.example.com"));

        WebhookResponse allowed =
                receiver.receive(request("OPTIONS", "", "", "WebHook-Request-Origin", "emitter.example.com"));
        WebhookResponse other =
                receiver.receive(request("OPTIONS", "", "", "WebHook-Request-Origin", "evil.example.com"));

        assertThat(allowed.headers())
                .containsEntry("WebHook-Allowed-Origin", "emitter.example.com")
                .containsEntry("Allow", "POST");
        assertThat(other.headers()).doesNotContainKey("WebHook-Allowed-Origin");
        assertThat(receiver.receive(request("OPTIONS", "", "")).status()).isEqualTo(405);
    }

    /** The response contains what an unknown sender has sent. */
    @Test
    void challengeIsShortPlainText() {
        WebhookEndpoint receiver = receiver(Handshakes.echo("challenge"));

        assertThat(receiver.receive(request("GET", "challenge=" + "x".repeat(1000), ""))
                        .status())
                .isEqualTo(200);
        assertThat(receiver.receive(request("GET", "challenge=" + "x".repeat(1001), ""))
                        .status())
                .isEqualTo(405);
        assertThat(receiver.receive(request("GET", "challenge=a%0D%0Ab", "")).status())
                .isEqualTo(405);
        assertThat(receiver.receive(request("GET", "challenge=a&challenge=b", ""))
                        .status())
                .isEqualTo(405);
        List<String> secrets = new ArrayList<>();
        WebhookResponse response = receiver(Handshakes.asana(secret -> secrets.add(secret.reveal())))
                .receive(request("POST", "", "", "X-Hook-Secret", "s\u00E9cret"));
        assertThat(response.status()).isEqualTo(401);
        assertThat(secrets).isEmpty();
    }

    @Test
    void eventsAreNotMistakenForHandshakes() {
        WebhookEndpoint receiver = receiver(
                Handshakes.microsoftGraph(),
                Handshakes.meta(Secret.of("v3rify")),
                Handshakes.zoom(SECRET),
                Handshakes.discord(),
                Handshakes.asana(secret -> {
                    throw new IllegalStateException("no handshake");
                }),
                Handshakes.cloudEvents("*"));
        String query = "validationToken=t&hub.mode=subscribe&hub.challenge=1&hub.verify_token=v3rify";

        receiver.receive(request("POST", query, "{\"n\":1}", "X-Token", "s3cr3t"));
        receiver.receive(request("POST", "", "{\"event\":\"meeting.started\"}", "X-Token", "s3cr3t"));
        receiver.receive(request("POST", "", "{\"type\":2}", "X-Token", "s3cr3t"));
        receiver.receive(request("POST", "", "{\"type\":\"0\"}", "X-Token", "s3cr3t"));
        receiver.receive(
                request("POST", "", "{\"n\":2}", "X-Token", "s3cr3t", "WebHook-Request-Origin", "a.example.com"));
        WebhookResponse get = receiver.receive(request("GET", "", "", "X-Hook-Secret", "b537207f"));
        WebhookResponse unsubscribe = receiver.receive(
                request("GET", query.replace("=subscribe", "=unsubscribe").substring(18), ""));

        assertThat(events).hasSize(5);
        assertThat(get.status()).isEqualTo(405);
        assertThat(unsubscribe.status()).isEqualTo(403);
    }

    @Test
    void anyOriginIsAllowedByAnAsterisk() {
        WebhookResponse response = receiver(Handshakes.cloudEvents("*"))
                .receive(request("OPTIONS", "", "", "WebHook-Request-Origin", "a.example.com"));

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.headers())
                .containsEntry("WebHook-Allowed-Origin", "a.example.com")
                .containsEntry("WebHook-Allowed-Rate", "*");
    }

    @Test
    void probesGet200() {
        WebhookEndpoint receiver = receiver(Handshakes.probes());

        assertThat(receiver.receive(request("HEAD", "", "")).status()).isEqualTo(200);
        assertThat(receiver.receive(request("GET", "", "")).status()).isEqualTo(200);
        assertThat(receiver.receive(request("DELETE", "", "")).status()).isEqualTo(405);
    }

    /** The HMAC was computed by: printf '%s' CHALLENGE | openssl dgst -sha256 -hmac s3cr3t -binary | base64. */
    @Test
    void servicesWithOnlyAHandshakeGetTheirResponse() {
        WebhookEndpoint okta = receiver(Handshakes.preset("okta"));
        WebhookEndpoint strava = receiver(Handshakes.preset("strava", Secret.of("v3rify")));
        WebhookEndpoint x = receiver(Handshakes.preset("x", SECRET));
        WebhookEndpoint smartsheet = receiver(Handshakes.preset("smartsheet"));
        WebhookEndpoint adobe = receiver(Handshakes.preset("adobe-sign", Secret.of("CLIENT")));
        WebhookEndpoint grid = receiver(Handshakes.preset("event-grid"));
        String strange = "\"}{{challenge}}\u00e9";

        for (String name : List.of("miro", "monday")) {
            WebhookResponse response = receiver(Handshakes.preset(name))
                    .receive(request("POST", "", "{\"challenge\":\"\\\"}{{challenge}}\u00e9\"}"));
            assertThat(JsonSupport.parse(new String(response.body(), UTF_8))
                            .path("challenge")
                            .asText())
                    .isEqualTo(strange);
        }
        assertThat(text(okta.receive(request("GET", "", "", "X-Okta-Verification-Challenge", "c-1"))))
                .isEqualTo("200 application/json {\"verification\":\"c-1\"}");
        assertThat(text(strava.receive(
                        request("GET", "hub.mode=subscribe&hub.challenge=15f7&hub.verify_token=v3rify", ""))))
                .isEqualTo("200 application/json {\"hub.challenge\":\"15f7\"}");
        assertThat(strava.receive(request("GET", "hub.mode=subscribe&hub.challenge=15f7&hub.verify_token=x", ""))
                        .status())
                .isEqualTo(403);
        assertThat(text(x.receive(request("GET", "crc_token=MDAwMTIz", ""))))
                .isEqualTo(
                        "200 application/json {\"response_token\":\"sha256=YyKDruY1JZRPkbUCPk3iYkmmANZtI9/4D+7VRU1ZATw=\"}");
        assertThat(smartsheet
                        .receive(request("POST", "", "{\"challenge\":\"d7-2\"}", "Smartsheet-Hook-Challenge", "d7-2"))
                        .headers())
                .containsEntry("Smartsheet-Hook-Response", "d7-2");
        assertThat(adobe.receive(request("GET", "", "", "X-AdobeSign-ClientId", "CLIENT"))
                        .headers())
                .containsEntry("X-AdobeSign-ClientId", "CLIENT");
        assertThat(adobe.receive(request("GET", "", "", "X-AdobeSign-ClientId", "OTHER"))
                        .status())
                .isEqualTo(403);
        assertThat(
                        text(
                                grid.receive(
                                        request(
                                                "POST",
                                                "",
                                                "[{\"eventType\":\"Microsoft.EventGrid.SubscriptionValidationEvent\",\"data\":{\"validationCode\":\"5-1\"}}]"))))
                .isEqualTo("200 application/json {\"validationResponse\":\"5-1\"}");
        assertThat(events).isEmpty();
        assertThat(grid.receive(request("POST", "", "[{\"eventType\":\"x\",\"data\":{\"validationCode\":\"5-1\"}}]"))
                        .status())
                .isEqualTo(401);
    }

    /** The key of the challenge also signs events: nobody may have a body signed. */
    @Test
    void hmacOfAnEventIsNotComputed() {
        WebhookEndpoint x = receiver(Handshakes.preset("x", SECRET));

        for (String token : List.of("{%22id%22:1}", "[]", "12345", "true", "a%3D1%26b=2", "%22a%22", "a%0Ab", "")) {
            assertThat(x.receive(request("GET", "crc_token=" + token, "")).status())
                    .as(token)
                    .isIn(400, 405);
        }
    }

    @Test
    void challengesAreData() {
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .definition(JsonSupport.parse("""
                        {"verify": [{"type": "token", "location": {"header": "X-Token"}, "tokens": ["t"]}],
                         "handshake": [{"type": "challenge", "location": {"body": "/payload/token"}, "verified": true,
                                        "when": [{"location": {"body": "/event"}, "value": "validation"}],
                                        "hmac": {"algorithm": "HmacSHA256", "secret": "t", "encoding": "hex"},
                                        "responseJson": {"plain": "{{challenge}}", "all": ["v={{hmac}}", 1]}},
                                       {"type": "challenge", "location": {"header": "X-Ping"}, "method": "GET",
                                        "token": {"location": {"query": "k"}, "secret": "t"}, "responseHeader": "X-Pong"},
                                       {"type": "strava", "verifyToken": "t"}]}"""), Map.of("t", SECRET))
                .handler(events::add)
                .build();
        String body = "{\"event\":\"validation\",\"payload\":{\"token\":\"{}\"}}";

        assertThat(receiver.receive(request("POST", "", body)).status()).isEqualTo(401);
        // printf '{}' | openssl dgst -sha256 -hmac s3cr3t
        assertThat(text(receiver.receive(request("POST", "", body, "X-Token", "s3cr3t"))))
                .isEqualTo(
                        "200 application/json {\"plain\":\"{}\",\"all\":[\"v=608b0c406f3dda19702d71a048483b8c331283106d80a208e3cf43dbde505286\",1]}");
        assertThat(receiver.receive(request("GET", "k=s3cr3t", "", "X-Ping", "p"))
                        .headers())
                .containsEntry("X-Pong", "p");
        assertThat(receiver.receive(request("GET", "k=x", "", "X-Ping", "p")).status())
                .isEqualTo(403);
        assertThat(events).isEmpty();
    }

    @Test
    void problemsOfChallengesAreReported() {
        assertThatThrownBy(() -> Handshakes.challenge(ValueSelector.query("a"))
                        .hmac("MD5", SECRET, "base32")
                        .responseJson("{\"a\":\"{{hmca}}\"}")
                        .responseHeader("a b")
                        .build())
                .hasMessageContaining("hmac: the algorithm MD5 is unknown")
                .hasMessageContaining("hmac: the encoding base32 is unknown")
                .hasMessageContaining("{{hmca}} is unknown")
                .hasMessageContaining("responseHeader: it contradicts responseJson")
                .hasMessageContaining("\"a b\" is not a valid header field name");
        assertThatThrownBy(() -> Handshakes.challenge(ValueSelector.query("a"))
                        .responseJson("[]")
                        .build())
                .hasMessageContaining("it is not a JSON object");
        assertThatThrownBy(() -> Handshakes.challenge(ValueSelector.query("a"))
                        .hmac("HmacSHA256", SECRET, "hex")
                        .build())
                .hasMessageContaining("the response does not contain {{hmac}}");
        assertThatThrownBy(() -> WebhookReceiver.named("any")
                        .definition(
                                JsonSupport.parse(
                                        "{\"unverified\":true,\"handshake\":[{\"type\":\"challenge\",\"lokation\":{\"body\":\"/a\"},"
                                                + "\"token\":{\"location\":{\"query\":\"k\"},\"secret\":\"none\"}}]}"),
                                Map.of())
                        .handler(events::add)
                        .build())
                .hasMessageContaining("/handshake/0/lokation: unknown member; did you mean \"location\"?")
                .hasMessageContaining("/handshake/0/location");
    }

    @Test
    void notionTokenIsStored() {
        List<String> tokens = new ArrayList<>();
        WebhookEndpoint receiver = receiver(Handshakes.notion(token -> tokens.add(token.reveal())));

        assertThat(receiver.receive(request("POST", "", "{\"verification_token\":\"secret_tMrl\"}"))
                        .status())
                .isEqualTo(200);
        assertThat(receiver.receive(request("POST", "", "{\"type\":\"page.created\"}", "X-Token", "s3cr3t"))
                        .status())
                .isEqualTo(200);
        assertThat(tokens).containsExactly("secret_tMrl");
        assertThat(events).hasSize(1);
    }

    @Test
    void customHandshakeIsOneMethod() {
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .unverified()
                .timeSource(new VirtualTime(Instant.EPOCH))
                .handshake(new Handshake() {
                    @Override
                    public Optional<WebhookResponse> beforeVerification(WebhookRequest request) {
                        return request.header("X-Ping").map(ping -> WebhookResponse.text(200, "pong"));
                    }
                })
                .handler(events::add)
                .build();

        assertThat(text(receiver.receive(request("POST", "", "", "X-Ping", "1"))))
                .endsWith(" pong");
    }

    /** Some servers send only the lower byte of each character. */
    @Test
    void responseHeaderFieldsRejectLineBreaks() {
        for (String value : List.of("a\u560D\u560AX: 1", "a\r\nX: 1", "a\u0085", "a\u007F", "\u4E0D")) {
            assertThatThrownBy(() -> WebhookResponse.of(200).header("X-A", value))
                    .isInstanceOf(InvalidDefinitionException.class);
        }
        assertThat(WebhookResponse.of(200).header("X-A", "a\tb \u00E9").headers())
                .containsEntry("X-A", "a\tb \u00E9");
        WebhookReceiver asana = WebhookReceiver.named("any")
                .unverified()
                .handshake(Handshakes.asana(secret -> {}), Handshakes.cloudEvents("*"))
                .handler(event -> {})
                .build();
        WebhookResponse secret = asana.receive(
                WebhookRequest.of("POST", "/", "", Map.of(), null).header("X-Hook-Secret", "a\u560D\u560AX: 1"));
        WebhookResponse origin = asana.receive(WebhookRequest.of("OPTIONS", "/", "", Map.of(), null)
                .header("WebHook-Request-Origin", "a\u560D\u560AX: 1"));

        assertThat(secret.headers()).doesNotContainKey("X-Hook-Secret");
        assertThat(origin.headers()).doesNotContainKey("WebHook-Allowed-Origin");
    }
}
