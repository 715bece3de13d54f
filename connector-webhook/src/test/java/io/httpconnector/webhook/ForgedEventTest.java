package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.Secret;
import io.httpconnector.webhook.inbox.Inbox;
import io.httpconnector.webhook.server.Servers;
import io.httpconnector.webhook.server.Servers.Running;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Attacks by which an attacker without the secret, who has captured one genuine request, tries to create, change or replay an
 * event. None succeeds on any server: forged requests are rejected or count as the same event.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ForgedEventTest {

    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final AdjustableClock NOON = new AdjustableClock(NOW);
    private static final Secret SECRET = Secret.of("c0ffee01c0ffee02");
    private static final Secret OLD = Secret.of("0123456789abcdef");
    private static final String URL = "https://app.example.com/hooks/1";
    private static final String JSON =
            "{\"id\":\"evt_1\",\"event_id\":\"evt_1\",\"type\":\"paid\",\"event_type\":\"paid\",\"amount\":5}";

    /** The servers to which each request is sent; the first one calls the receiver directly. */
    private static final Map<String, Running> SERVERS = new LinkedHashMap<>();

    private static volatile WebhookEndpoint current = request -> WebhookResponse.of(503);

    /**
     * An attack.
     *
     * @param configure configures the receiver, except for its handler
     * @param genuine the captured request
     * @param forge the request made by the attacker
     */
    record Attack(String name, Consumer<WebhookReceiverBuilder> configure, WebhookRequest genuine, Forge forge) {

        WebhookReceiver receiver(List<WebhookEvent> events) {
            WebhookReceiverBuilder builder = WebhookReceiver.named("attacked")
                    .timeSource(new AdjustableClock(NOW))
                    .publicUrl(URL)
                    .handler(events::add);
            configure.accept(builder);
            return builder.build();
        }

        WebhookReceiver receiver(List<WebhookEvent> events, Inbox inbox) {
            WebhookReceiverBuilder builder = WebhookReceiver.named("attacked")
                    .timeSource(new AdjustableClock(NOW))
                    .publicUrl(URL)
                    .inbox(inbox)
                    .handler(events::add);
            configure.accept(builder);
            return builder.build();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @FunctionalInterface
    interface Forge {
        Wire of(Wire captured) throws Exception;
    }

    @BeforeAll
    static void start() throws Exception {
        for (Map.Entry<String, Servers.Start> server : Servers.all().entrySet()) {
            SERVERS.put(server.getKey(), server.getValue().with(new WebhookEndpoint() {
                @Override
                public WebhookResponse receive(WebhookRequest request) {
                    return current.receive(request);
                }

                @Override
                public int maxBody() {
                    return current.maxBody();
                }
            }));
        }
    }

    @AfterAll
    static void stop() throws IOException {
        for (Running server : SERVERS.values()) {
            server.close();
        }
    }

    private static int send(String server, WebhookEndpoint receiver, Wire wire) throws IOException {
        if (server.equals("receive")) {
            return receiver.receive(wire.request()).status();
        }
        current = receiver;
        return wire.send(SERVERS.get(server).port());
    }

    private static WebhookRequest request(String contentType, String query, String body) {
        return WebhookRequest.of(
                        "POST", "/hooks/1", query, Map.of("Content-Type", List.of(contentType)), body.getBytes(UTF_8))
                .publicUrl(URL);
    }

    private static WebhookRequest signed(String preset, String contentType, String query, String body) {
        return WebhookSigner.preset(preset, SECRET).timeSource(NOON).sign(request(contentType, query, body));
    }

    private static void add(
            List<Attack> all, String name, String preset, String contentType, String query, String body, Forge forge) {
        all.add(new Attack(
                preset + ": " + name,
                builder -> builder.verify(Signatures.preset(preset, SECRET)),
                signed(preset, contentType, query, body),
                forge));
    }

    private static void json(List<Attack> all, String preset, String name, Forge forge) {
        add(all, name, preset, "application/json", "", JSON, forge);
    }

    private static void custom(
            List<Attack> all, String name, SignatureBuilder scheme, WebhookRequest request, Forge forge) {
        all.add(new Attack(
                "custom: " + name,
                builder -> builder.verify(scheme.build()),
                WebhookSigner.of(scheme, SECRET).timeSource(NOON).sign(request),
                forge));
    }

    static List<Attack> attacks() throws Exception {
        List<Attack> all = new ArrayList<>();
        // Another media type.
        for (String type : List.of(
                "text/plain",
                "application/x-www-form-urlencoded",
                "application/x-www-form-urlencoded+json",
                "application/cloudevents+json",
                "application/cloudevents-batch+json",
                "multipart/form-data; boundary=x",
                "application/xml",
                "application/octet-stream",
                "application/json; charset=utf-16",
                "application/json; charset=utf-8; charset=utf-16",
                "application/json; charset=\"utf-8",
                "/;=",
                "")) {
            json(all, "stripe", "as \"" + type + "\"", wire -> wire.with("Content-Type", type));
        }
        json(all, "stripe", "without a media type", wire -> wire.without("Content-Type"));
        json(all, "stripe", "with two media types", wire -> wire.first("Content-Type", "text/plain"));
        // Other header fields.
        json(
                all,
                "stripe",
                "as a CloudEvent in binary mode",
                wire -> wire.with("ce-specversion", "1.0")
                        .with("ce-id", "forged")
                        .with("ce-source", "/forged")
                        .with("ce-type", "refunded"));
        json(all, "stripe", "as if packed", wire -> wire.with("Content-Encoding", "gzip"));
        json(all, "stripe", "as if packed by brotli", wire -> wire.with("Content-Encoding", "br"));
        json(all, "stripe", "names of fields in upper case", Wire::upperCaseNames);
        json(
                all,
                "stripe",
                "the signature in upper case",
                wire -> wire.with(
                        "Stripe-Signature",
                        wire.value("Stripe-Signature").replaceFirst("v1=.*", "v1=")
                                + wire.value("Stripe-Signature")
                                        .replaceFirst(".*v1=", "")
                                        .toUpperCase(java.util.Locale.ROOT)));
        json(
                all,
                "stripe",
                "with another signature before it",
                wire -> wire.with("Stripe-Signature", "v1=00," + wire.value("Stripe-Signature")));
        json(
                all,
                "stripe",
                "with a second timestamp",
                wire -> wire.with("Stripe-Signature", "t=1," + wire.value("Stripe-Signature")));
        json(all, "stripe", "with a query", wire -> wire.query("id=evt_2&event_id=evt_2"));
        json(all, "stripe", "by another method", wire -> wire.method("PUT"));
        json(all, "stripe", "with a method override", wire -> wire.with("X-HTTP-Method-Override", "DELETE"));
        json(all, "stripe", "another body", wire -> wire.body(wire.text().replace("5", "6")));
        json(all, "stripe", "no body", wire -> wire.body(""));
        json(all, "stripe", "a byte order mark", wire -> wire.body("\uFEFF" + wire.text()));
        json(all, "stripe", "packed", wire -> wire.body(gzip(wire.body())).with("Content-Encoding", "gzip"));
        // Types and ids in header fields.
        String ping = "{\"zen\":\"x\",\"hook_id\":7,\"hook\":{}}";
        Forge event = wire -> wire.with("X-GitHub-Event", "repository").with("X-GitHub-Delivery", "forged");
        add(all, "another event", "github", "application/json", "", ping, event);
        all.add(new Attack(
                "github: another event, where its header fields are configured",
                builder -> builder.verify(Signatures.github(SECRET))
                        .type(ValueSelector.header("X-GitHub-Event"))
                        .id(ValueSelector.header("X-GitHub-Delivery"))
                        .key(ValueSelector.header("X-GitHub-Event")),
                signed("github", "application/json", "", ping).header("X-GitHub-Event", "ping"),
                event));
        add(
                all,
                "JSON as a form",
                "github",
                "application/json",
                "",
                ping,
                wire -> wire.with("Content-Type", "application/x-www-form-urlencoded"));
        add(
                all,
                "a form as JSON",
                "github",
                "application/x-www-form-urlencoded",
                "",
                "payload=%7B%22zen%22%3A1%7D",
                wire -> wire.with("Content-Type", "application/json"));
        json(
                all,
                "shopify",
                "another topic",
                wire -> wire.with("X-Shopify-Topic", "orders/delete")
                        .with("X-Shopify-Event-Id", "forged")
                        .with("X-Shopify-Webhook-Id", "forged"));
        json(
                all,
                "bitbucket",
                "another event key",
                wire -> wire.with("X-Event-Key", "repo:deleted").with("X-Request-UUID", "forged"));
        json(
                all,
                "linear",
                "another delivery",
                wire -> wire.with("Linear-Delivery", "forged").with("Linear-Event", "Forged"));
        json(all, "standard-webhooks", "another signed id", wire -> wire.with("webhook-id", "forged"));
        json(all, "standard-webhooks", "two signed ids", wire -> wire.also("webhook-id", "forged"));
        json(all, "box", "another signed time", wire -> wire.with("BOX-DELIVERY-TIMESTAMP", "2026-01-01T12:00:01Z"));
        // Unsigned parameters.
        for (String preset : List.of("slack", "zoom", "calendly", "paddle", "typeform")) {
            json(all, preset, "with a query", wire -> wire.query("id=evt_2"));
        }
        // Signed URLs.
        add(
                all,
                "the body in the query",
                "square",
                "application/json",
                "a=1",
                JSON,
                wire -> wire.query("a=1" + wire.text().replace("\"", "%22").replace("{", "%7B"))
                        .body(""));
        add(all, "another query", "square", "application/json", "a=1", JSON, wire -> wire.query("a=2"));
        add(all, "no query", "hubspot-v3", "application/json", "a=1", "[]", wire -> wire.query(""));
        // Twilio signs the URL and the fields of a form, or a hash of the body.
        String form = "application/x-www-form-urlencoded";
        String sms = "Body=Hi&From=%2B1&SmsSid=SM1";
        String evil = "{\"SmsSid\":\"SM2\",\"pad\":\"" + "&a".repeat(10_001) + "\"}";
        for (String type : List.of(form + "+json", form, "application/json", "text/plain", form + ";charset=utf-16")) {
            add(
                    all,
                    "too many fields as " + type,
                    "twilio",
                    form,
                    "",
                    "A=1",
                    wire -> wire.body(evil).with("Content-Type", type));
            add(
                    all,
                    "too many fields instead of some as " + type,
                    "twilio",
                    form,
                    "",
                    sms,
                    wire -> wire.body(evil).with("Content-Type", type));
        }
        add(all, "a repeated field", "twilio", form, "", sms, wire -> wire.body(sms + "&SmsSid=SM1"));
        add(all, "fields in another order", "twilio", form, "", sms, wire -> wire.body("SmsSid=SM1&From=%2B1&Body=Hi"));
        add(
                all,
                "fields in another notation",
                "twilio",
                form,
                "",
                sms,
                wire -> wire.body("&&%42ody=%48i&From=%2b1&SmsSid=SM1&"));
        add(
                all,
                "a field whose name ends elsewhere",
                "twilio",
                form,
                "",
                sms,
                wire -> wire.body("Body=Hi&From=%2B1&SmsSidS=M1"));
        add(all, "a malformed percent-encoding", "twilio", form, "", sms, wire -> wire.body(sms + "%"));
        add(all, "bytes that are no UTF-8", "twilio", form, "", "Body=%EF%BF%BD", wire -> wire.body("Body=%FF"));
        add(
                all,
                "the fields in the query",
                "twilio",
                form,
                "a=1",
                sms,
                wire -> wire.query("a=1BodyHiFrom%2B1SmsSidSM1").body(""));
        add(
                all,
                "a hashed body as a form",
                "twilio",
                "application/json",
                "",
                JSON,
                wire -> wire.with("Content-Type", form));
        add(
                all,
                "another body for a hash",
                "twilio",
                "application/json",
                "",
                JSON,
                wire -> wire.body(wire.text().replace("5", "6")).with("Content-Type", form));
        add(all, "the hash left out", "twilio", "application/json", "", JSON, wire -> wire.query(""));
        // Plain hashes of the secret and the content can be extended.
        add(
                all,
                "extended as a form",
                "hubspot-v1",
                "application/json",
                "",
                JSON,
                wire -> extended(wire, "").with("Content-Type", form));
        add(
                all,
                "extended as text",
                "hubspot-v1",
                "application/json",
                "",
                JSON,
                wire -> extended(wire, "").with("Content-Type", "text/plain"));
        add(all, "extended", "hubspot-v2", "application/json", "", JSON, wire -> extended(wire, "POST" + URL));
        // Several signatures, during a secret rotation.
        all.add(twice("docusign", "one signature left out", wire -> wire.without("X-DocuSign-Signature-1")));
        all.add(twice("docusign", "the other signature left out", wire -> wire.without("X-DocuSign-Signature-2")));
        // Custom schemes.
        SignatureBuilder body = Signatures.hmac("HmacSHA256", SECRET).signature(ValueSelector.header("X-Sign"));
        custom(
                all,
                "JSON as text",
                body,
                request("application/json", "", JSON),
                wire -> wire.with("Content-Type", "text/plain"));
        custom(
                all,
                "a form as JSON",
                body,
                request(form, "", "a=1&b=%C3%A9"),
                wire -> wire.with("Content-Type", "application/json"));
        custom(
                all,
                "text as XML",
                body,
                request("text/plain", "", "hello"),
                wire -> wire.with("Content-Type", "application/xml"));
        custom(
                all,
                "text as a form",
                body,
                request("text/plain", "", "hello"),
                wire -> wire.with("Content-Type", form));
        String multipart = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--c\r\n\r\n--b--\r\n";
        custom(
                all,
                "another boundary",
                body,
                request("multipart/form-data; boundary=b", "", multipart),
                wire -> wire.with("Content-Type", "multipart/form-data; boundary=c"));
        custom(
                all,
                "JSON as a CloudEvent",
                body,
                request("application/json", "", JSON),
                wire -> wire.with("Content-Type", "application/cloudevents+json")
                        .with("ce-specversion", "1.0")
                        .with("ce-id", "2"));
        String cloudEvent =
                "{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"/s\",\"type\":\"t\",\"data\":{\"n\":1}}";
        custom(
                all,
                "a CloudEvent as JSON",
                body,
                request("application/cloudevents+json", "", cloudEvent),
                wire -> wire.with("Content-Type", "application/json"));
        SignatureBuilder headers = Signatures.hmac("HmacSHA256", SECRET)
                .signature(ValueSelector.header("X-Sign"))
                .content("{{header.x-id}}|{{header.content-type}}|{{body}}")
                .eventId(ValueSelector.header("X-Id"));
        WebhookRequest withId = request("application/json", "", JSON).header("X-Id", "7");
        custom(all, "another value of a signed field", headers, withId, wire -> wire.also("X-Id", "8"));
        custom(
                all,
                "another media type that is signed",
                headers,
                withId,
                wire -> wire.with("Content-Type", "text/plain"));
        return all;
    }

    private static Attack twice(String preset, String name, Forge forge) {
        WebhookRequest request = request("application/json", "", JSON);
        WebhookRequest byNew =
                WebhookSigner.preset(preset, SECRET).timeSource(NOON).sign(request);
        WebhookRequest byOld =
                WebhookSigner.preset(preset, OLD).timeSource(NOON).sign(request);
        return new Attack(
                preset + ": " + name,
                builder -> builder.verify(Signatures.preset(preset, OLD, SECRET)),
                byNew.header(
                        "X-DocuSign-Signature-2",
                        byOld.header("X-DocuSign-Signature-1").orElseThrow()),
                forge);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    /** Length extension: appends to content hashed after a secret of known length. */
    private static Wire extended(Wire wire, String before) {
        int length = SECRET.reveal().length() + before.length() + wire.body().length;
        ByteArrayOutputStream padded = new ByteArrayOutputStream();
        padded.writeBytes(wire.body());
        padded.write(0x80);
        while ((length + padded.size() - wire.body().length) % 64 != 56) {
            padded.write(0);
        }
        padded.writeBytes(ByteBuffer.allocate(8).putLong(length * 8L).array());
        byte[] suffix = "&id=forged".getBytes(UTF_8);
        SHA256Digest digest = new SHA256Digest();
        int done = length + padded.size() - wire.body().length;
        digest.update(new byte[done], 0, done);
        byte[] state = digest.getEncodedState();
        byte[] hash = HexFormat.of().parseHex(wire.value("X-HubSpot-Signature"));
        System.arraycopy(hash, 0, state, 16, 32);
        digest = new SHA256Digest(state);
        digest.update(suffix, 0, suffix.length);
        byte[] forged = new byte[32];
        digest.doFinal(forged, 0);
        padded.writeBytes(suffix);
        return wire.body(padded.toByteArray())
                .with("X-HubSpot-Signature", HexFormat.of().formatHex(forged));
    }

    static Stream<String> servers() {
        return Stream.concat(Stream.of("receive"), Servers.all().keySet().stream());
    }

    @Test
    void lengthExtensionProducesAValidHash() throws Exception {
        Wire forged = extended(Wire.of(signed("hubspot-v1", "application/json", "", JSON)), "");
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(SECRET.reveal().getBytes(UTF_8));

        assertThat(HexFormat.of().formatHex(digest.digest(forged.body())))
                .isEqualTo(forged.value("X-HubSpot-Signature"));
        assertThat(new String(forged.body(), ISO_8859_1)).startsWith(JSON).endsWith("&id=forged");
    }

    @Test
    void attackListIsLarge() throws Exception {
        assertThat(attacks()).hasSizeGreaterThan(80).extracting(Attack::name).doesNotHaveDuplicates();
    }

    /** After the genuine request, nothing is handled; before it, the forged request is handled as the same event. */
    @ParameterizedTest
    @MethodSource("servers")
    void noAttackSucceeds(String server) throws Exception {
        List<String> successes = new ArrayList<>();
        for (Attack attack : attacks()) {
            List<WebhookEvent> events = new CopyOnWriteArrayList<>();
            Wire genuine = Wire.of(attack.genuine());
            Wire forged = attack.forge().of(genuine);
            WebhookEndpoint receiver = attack.receiver(events);
            int status = send(server, receiver, genuine);
            if (status != 200 || events.size() != 1) {
                successes.add(attack + ": the genuine request gets " + status);
                continue;
            }
            int replayed = send(server, receiver, forged);
            if (events.size() != 1 || replayed >= 500) {
                successes.add(attack + ": handled again, " + replayed);
            }
            List<WebhookEvent> early = new CopyOnWriteArrayList<>();
            WebhookEndpoint fresh = attack.receiver(early);
            int first = send(server, fresh, forged);
            if (!early.isEmpty() && !isSame(attack, early.get(0), events.get(0))) {
                successes.add(attack + ": " + describe(early.get(0)) + " instead of " + describe(events.get(0)));
            }
            if (first != 200 && (first < 400 || first >= 500) && first != 0) {
                successes.add(attack + ": got " + first);
            }
            // Either the genuine request is the same event, or the forged one was rejected.
            send(server, fresh, genuine);
            if (early.size() != 1) {
                successes.add(attack + ": " + early.size() + " events when the forged request comes first");
            }
        }

        assertThat(successes).isEmpty();
    }

    /** The inbox recognises events only by id, and keeps ids longer than the receiver. */
    @Test
    void noAttackSucceedsWithAnInbox() throws Exception {
        List<String> successes = new ArrayList<>();
        for (Attack attack : attacks()) {
            Inbox inbox = Inbox.inMemory();
            Set<String> ids = new TreeSet<>();
            for (Forge forge : List.<Forge>of(wire -> wire, attack.forge())) {
                List<WebhookEvent> events = new CopyOnWriteArrayList<>();
                try (WebhookReceiver receiver = attack.receiver(events, inbox)) {
                    // A new receiver, as after a restart, does not remember signed content.
                    receiver.receive(forge.of(Wire.of(attack.genuine())).request());
                    receiver.receive(forge.of(Wire.of(attack.genuine())).request());
                    long end =
                            System.nanoTime() + java.time.Duration.ofSeconds(10).toNanos();
                    while (receiver.pendingCount() > 0 && System.nanoTime() < end) {
                        Thread.onSpinWait();
                    }
                }
                events.forEach(event -> ids.add(event.id()));
                if (events.size() > 1) {
                    successes.add(attack + ": " + events.size() + " events");
                }
            }
            inbox.close();
            if (ids.size() != 1) {
                successes.add(attack + ": " + ids);
            }
        }

        assertThat(successes).isEmpty();
    }

    @Test
    void anyOfAppliesTheRulesOfTheAcceptingVerifier() {
        List<WebhookEvent> events = new ArrayList<>();
        WebhookReceiver receiver = WebhookReceiver.named("either")
                .verify(Verifiers.anyOf(Signatures.github(SECRET), Signatures.preset("stripe", SECRET)))
                .timeSource(new AdjustableClock(NOW))
                .handler(events::add)
                .build();
        String issue = "{\"id\":\"1\",\"type\":\"x\",\"action\":\"opened\",\"issue\":{}}";

        receiver.receive(signed("github", "application/json", "", issue));
        receiver.receive(signed("stripe", "application/json", "", issue));
        receiver.receive(signed("stripe", "text/plain", "", issue));

        assertThat(events).extracting(WebhookEvent::type).containsExactly("issues.opened", "x");
        assertThat(events.get(0).id()).hasSize(32);
        assertThat(events.get(1).id()).isEqualTo("1");
    }

    /** A request with several signatures remains the same event without one of them, in any order of arrival. */
    @Test
    void removingASignatureDoesNotCreateANewEventWithAnyOf() throws Exception {
        SignatureBuilder own = Signatures.hmac("HmacSHA256", OLD)
                .signature(ValueSelector.header("X-Own"))
                .content("{{header.X-Nonce}}{{body}}");
        WebhookRequest both = WebhookSigner.preset("github", SECRET)
                .timeSource(NOON)
                .sign(WebhookSigner.of(own, OLD)
                        .timeSource(NOON)
                        .sign(request("application/json", "", JSON).header("X-Nonce", "1")));
        Wire whole = Wire.of(both);
        Wire first = whole.without("X-Hub-Signature-256");
        Wire second = whole.without("X-Own").with("X-Nonce", "2");
        Verifier token = Verifiers.token(ValueSelector.header("X-Nonce"), Secret.of("1"));
        for (List<Verifier> ways : List.of(
                List.of(Signatures.github(SECRET), own.build()),
                List.of(own.build(), Signatures.github(SECRET)),
                List.of(own.build(), Signatures.github(SECRET), token),
                List.of(token, Signatures.github(SECRET), own.build()))) {
            for (List<Wire> order : List.of(
                    List.of(whole, first, second), List.of(first, whole, second), List.of(second, whole, first))) {
                for (boolean and : List.of(false, true)) {
                    List<WebhookEvent> events = new ArrayList<>();
                    Verifier anyOf = Verifiers.anyOf(ways.toArray(Verifier[]::new));
                    WebhookReceiver receiver = WebhookReceiver.named("either")
                            .verify(
                                    and
                                            ? new Verifier[] {anyOf, Verifiers.addresses("127.0.0.1")}
                                            : new Verifier[] {anyOf})
                            .timeSource(new AdjustableClock(NOW))
                            .handler(events::add)
                            .build();
                    for (Wire wire : order) {
                        receiver.receive(wire.request().from(java.net.InetAddress.getLoopbackAddress()));
                    }
                    assertThat(events).as("%s of %s", order, ways).hasSize(1);
                }
            }
        }
    }

    @Test
    void dataOfAllRequiredVerifiersCounts() throws Exception {
        SignatureBuilder url = Signatures.hmac("HmacSHA256", SECRET)
                .signature(ValueSelector.header("X-Url-Sign"))
                .content("{{url}}");
        Wire one = Wire.of(WebhookSigner.of(url, SECRET).sign(signed("stripe", "application/json", "a=1", JSON)));
        Wire other = Wire.of(WebhookSigner.of(url, SECRET)
                .sign(signed("stripe", "application/json", "a=1", JSON.replace("evt_1", "evt_2"))));
        for (List<Verifier> order : List.of(
                List.of(url.build(), Signatures.preset("stripe", SECRET)),
                List.of(Signatures.preset("stripe", SECRET), url.build()))) {
            List<WebhookEvent> events = new ArrayList<>();
            WebhookReceiver receiver = WebhookReceiver.named("both")
                    .verify(order.toArray(Verifier[]::new))
                    .publicUrl(URL)
                    .timeSource(new AdjustableClock(NOW))
                    .key(ValueSelector.query("a"))
                    .handler(events::add)
                    .build();

            receiver.receive(one.request());
            receiver.receive(one.with("Content-Type", "text/plain").request());
            receiver.receive(other.request());

            assertThat(events).extracting(WebhookEvent::id).containsExactly("evt_1", "evt_2");
            assertThat(events).extracting(WebhookEvent::key).containsOnly("1");
        }
    }

    /** Mailgun signs neither the body nor the query: its token distinguishes events. */
    @Test
    void mailgunTokenWithAnotherBodyIsARepetition() {
        List<WebhookEvent> events = new ArrayList<>();
        WebhookReceiver receiver = WebhookReceiver.named("mailgun")
                .verify(Signatures.preset("mailgun", SECRET))
                .timeSource(new AdjustableClock(NOW))
                .id(ValueSelector.body("/event-data/id"))
                .handler(events::add)
                .build();
        Wire genuine = Wire.of(signed(
                "mailgun",
                "application/json",
                "",
                "{\"signature\":{},\"event-data\":{\"event\":\"opened\",\"id\":\"x\"}}"));

        receiver.receive(genuine.request());
        receiver.receive(genuine.body(genuine.text().replace("opened", "failed").replace("\"x\"", "\"y\""))
                .request());

        assertThat(events).extracting(WebhookEvent::type).containsExactly("opened");
    }

    /** The text that Twilio signs does not separate names from values: the fields may differ, but it is the same event. */
    private static boolean isSame(Attack attack, WebhookEvent event, WebhookEvent genuine) {
        return event.id().equals(genuine.id())
                && event.type().equals(genuine.type())
                && event.key().equals(genuine.key())
                && (event.payload().equals(genuine.payload())
                        || attack.name().equals("twilio: a field whose name ends elsewhere"));
    }

    private static String describe(WebhookEvent event) {
        return event.id() + " " + event.type() + " " + event.payload();
    }

    static Stream<String> presets() {
        return Signatures.presets().stream()
                // Has no signature: anyone with the token can send anything.
                .filter(name -> !Presets.get(name).isToken());
    }

    /** The presets whose signatures depend on the time. */
    static Stream<String> timedPresets() {
        return presets()
                .filter(name -> Presets.get(name).definition().has("timestamp")
                        && !Presets.get(name).isAsymmetric());
    }

    /** A body to which the service adds its signature, if the signature is in the body. */
    private static String body(String preset) {
        boolean within = Presets.get(preset).definition().at("/signature/0").has("body");
        return within ? "{\"signature\":{},\"event-data\":{\"event\":\"opened\",\"id\":\"x\"}}" : JSON;
    }

    private static Attack genuine(String preset) throws Exception {
        String body = body(preset);
        if (!Presets.get(preset).isAsymmetric()) {
            return new Attack(
                    preset,
                    builder -> builder.verify(Signatures.preset(preset, SECRET)),
                    signed(preset, "application/json", "", body),
                    wire -> wire);
        }
        KeyPair pair = WebhookSignerTest.keyPair(preset);
        Secret key =
                Secret.of(Base64.getEncoder().encodeToString(pair.getPublic().getEncoded()));
        return new Attack(
                preset,
                builder -> builder.verify(Signatures.preset(preset, key)),
                WebhookSigner.preset(preset, pair.getPrivate())
                        .timeSource(NOON)
                        .sign(request("application/json", "", body)),
                wire -> wire);
    }

    /** Changes each unsigned value of a request in turn. */
    @ParameterizedTest
    @MethodSource("presets")
    void unsignedDataHasNoInfluence(String preset) throws Exception {
        Attack attack = genuine(preset);
        List<WebhookEvent> first = new ArrayList<>();
        Wire genuine = Wire.of(attack.genuine());
        assertThat(attack.receiver(first).receive(genuine.request()).status()).isEqualTo(200);
        boolean repeats = PresetsTest.bodiesRepeat(preset);
        Map<String, Wire> forged = new HashMap<>();
        for (String type : List.of(
                "text/plain",
                "application/x-www-form-urlencoded",
                "application/x-www-form-urlencoded+json",
                "application/cloudevents+json",
                "application/xml",
                "multipart/form-data; boundary=x",
                "application/json;charset=utf-16",
                "nonsense")) {
            forged.put(type, genuine.with("Content-Type", type));
        }
        forged.put("no type", genuine.without("Content-Type"));
        forged.put("gzip", genuine.with("Content-Encoding", "gzip"));
        forged.put("query", genuine.query(genuine.query().isEmpty() ? "id=2" : genuine.query() + "&id=2"));
        forged.put("upper case", genuine.upperCaseNames());
        forged.put("PUT", genuine.method("PUT"));
        for (String name : List.of(
                "ce-id",
                "ce-type",
                "ce-source",
                "X-GitHub-Event",
                "X-Shopify-Topic",
                "X-Event-Key",
                "X-Gitlab-Event",
                "X-Request-Id",
                "X-Slack-Retry-Num",
                "webhook-id",
                "Idempotency-Key",
                "User-Agent")) {
            forged.put(name, genuine.with("ce-specversion", "1.0").with(name, "forged"));
        }
        for (Map.Entry<String, Wire> attempt : forged.entrySet()) {
            List<WebhookEvent> events = new ArrayList<>();
            WebhookEndpoint receiver = attack.receiver(events);
            receiver.receive(genuine.request());
            WebhookResponse response = receiver.receive(attempt.getValue().request());
            assertThat(events.size()).as(attempt.getKey()).isLessThanOrEqualTo(repeats ? 2 : 1);
            assertThat(response.status()).as(attempt.getKey()).isLessThan(500);
            List<WebhookEvent> early = new ArrayList<>();
            attack.receiver(early).receive(attempt.getValue().request());
            if (!early.isEmpty()) {
                assertThat(early.get(0).type())
                        .as(attempt.getKey())
                        .isEqualTo(first.get(0).type());
                assertThat(early.get(0).payload())
                        .as(attempt.getKey())
                        .isEqualTo(first.get(0).payload());
                if (!repeats) {
                    assertThat(early.get(0).id())
                            .as(attempt.getKey())
                            .isEqualTo(first.get(0).id());
                }
            }
        }
    }

    /** A service that signs its retries again. */
    @ParameterizedTest
    @MethodSource("timedPresets")
    void retrySignedAgainIsRecognised(String preset) throws Exception {
        Attack attack = genuine(preset);
        List<WebhookEvent> events = new ArrayList<>();
        WebhookEndpoint receiver = attack.receiver(events);
        Wire sent = Wire.of(attack.genuine());
        WebhookRequest plain = request("application/json", "", body(preset));
        String id = Presets.get(preset).definition().at("/id/header").asText();
        if (!id.isEmpty()) {
            plain = plain.header(id, sent.value(id));
        }
        WebhookRequest again = WebhookSigner.preset(preset, SECRET)
                .timeSource(new AdjustableClock(NOW.plusSeconds(60)))
                .sign(plain);

        receiver.receive(sent.request());
        WebhookResponse response = receiver.receive(again);

        assertThat(response.status()).isEqualTo(200);
        assertThat(events).hasSize(1);
        assertThat(Arrays.equals(again.body(), sent.body())
                        && again.headers().equals(attack.genuine().headers()))
                .isFalse();
    }
}
