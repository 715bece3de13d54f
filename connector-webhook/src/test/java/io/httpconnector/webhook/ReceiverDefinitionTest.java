package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Tests of receivers configured at run time by JSON and secrets. */
class ReceiverDefinitionTest {

    private static final Secret OLD = Secret.of("old-s3cr3t-old-s3cr3t-old-s3cr3t");
    private static final Secret NEW = Secret.of("new-s3cr3t-new-s3cr3t-new-s3cr3t");
    private static final Map<String, Secret> SECRETS = Map.of("old", OLD, "new", NEW);

    private final List<WebhookEvent> events = new CopyOnWriteArrayList<>();

    private WebhookReceiverBuilder builder(String json) {
        return WebhookReceiver.named("any")
                .definition(JsonSupport.parse(json), SECRETS)
                .handler(events::add);
    }

    private int status(String verifier, WebhookRequest request) {
        return builder("{\"verify\": [" + verifier + "]}")
                .build()
                .receive(request)
                .status();
    }

    private static WebhookRequest post(String query, String body) {
        return WebhookRequest.of("POST", "/hooks/1", query, Map.of(), body.getBytes(UTF_8));
    }

    private static List<String> problems(WebhookReceiverBuilder builder) {
        List<String> problems = new ArrayList<>();
        assertThatThrownBy(builder::build)
                .isInstanceOfSatisfying(InvalidDefinitionException.class, e -> problems.addAll(e.problems()));
        return problems;
    }

    @Test
    void presetsUseNamedSecrets() {
        String github = "{\"type\": \"preset\", \"name\": \"github\", \"secrets\": [\"new\", \"old\"]}";
        WebhookRequest request = post("", "{\"a\": 1}");

        assertThat(status(github, WebhookSigner.preset("github", OLD).sign(request)))
                .isEqualTo(200);
        assertThat(status(github, WebhookSigner.preset("github", NEW).sign(request)))
                .isEqualTo(200);
        assertThat(status(
                        github,
                        WebhookSigner.preset("github", Secret.of("other")).sign(request)))
                .isEqualTo(401);
        assertThat(events).hasSize(2);
    }

    @Test
    void signatureSchemesAreRead() throws Exception {
        SignatureBuilder described = Signatures.hmac("HmacSHA512", OLD)
                .signature(ValueSelector.header("X-Acme"))
                .content("{{method}}{{body}}");
        String shared = "{\"type\": \"signature\", \"definition\": " + described.toJson() + ", \"secrets\": [\"old\"]}";
        WebhookRequest signed = WebhookSigner.of(described, OLD).sign(post("", "{}"));

        assertThat(status(shared, signed)).isEqualTo(200);
        assertThat(status(
                        shared,
                        post("", "{ }").header("X-Acme", signed.header("X-Acme").orElseThrow())))
                .isEqualTo(401);

        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        String key = Base64.getEncoder().encodeToString(pair.getPublic().getEncoded());
        String byKey = "{\"type\": \"signature\", \"definition\": {\"algorithm\": \"Ed25519\", \"signature\":"
                + " [{\"header\": \"X-Acme\"}]}, \"keys\": [\"" + key + "\"]}";
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(pair.getPrivate());
        signature.update("{}".getBytes(UTF_8));
        String hex = HexFormat.of().formatHex(signature.sign());

        assertThat(status(byKey, post("", "{}").header("X-Acme", hex))).isEqualTo(200);
        assertThat(status(byKey, post("", "{ }").header("X-Acme", hex))).isEqualTo(401);
    }

    @Test
    void otherVerifiersAreRead() throws Exception {
        WebhookRequest request = post("token=" + OLD.reveal(), "{}");
        String basic = Base64.getEncoder().encodeToString(("ann:" + OLD.reveal()).getBytes(UTF_8));
        String token = "{\"type\": \"token\", \"location\": {\"query\": \"token\"}, \"tokens\": [\"old\"]}";
        String password = "{\"type\": \"basic\", \"user\": \"ann\", \"passwords\": [\"old\"]}";
        String address = "{\"type\": \"addresses\", \"ranges\": [\"127.0.0.0/8\"]}";
        String subject = "{\"type\": \"certificate\", \"subjects\": [\"CN=acme\"]}";

        assertThat(status(token, request)).isEqualTo(200);
        assertThat(status(token, post("token=x", "{}"))).isEqualTo(401);
        assertThat(status(password, request.header("Authorization", "Basic " + basic)))
                .isEqualTo(200);
        assertThat(status(password, request)).isEqualTo(401);
        assertThat(status(address, request.from(InetAddress.getLoopbackAddress())))
                .isEqualTo(200);
        assertThat(status(address, request)).isEqualTo(401);
        assertThat(status(subject, request.certificateSubject("CN=acme"))).isEqualTo(200);
        assertThat(status(subject, request.certificateSubject("CN=else"))).isEqualTo(401);
        String either = "{\"type\": \"any-of\", \"verifiers\": [" + password + ", " + token + "]}";
        assertThat(status(either, request)).isEqualTo(200);
        assertThat(status(either, post("", "{}"))).isEqualTo(401);
        assertThat(status(token + ", " + password, request)).isEqualTo(401);
    }

    @Test
    void jwtsUseASecretOrAPublishedKey() throws Exception {
        ECKey key = new ECKeyGenerator(Curve.P_256).keyID("k").generate();
        byte[] set = new JWKSet(key.toPublicJWK()).toString().getBytes(UTF_8);
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .issuer("acme")
                .audience("us")
                .claim("tenant", "7")
                .expirationTime(Date.from(Instant.now().plusSeconds(60)))
                .build();
        SignedJWT bySecret = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
        bySecret.sign(new MACSigner(OLD.reveal()));
        SignedJWT byKey = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("k").build(), claims);
        byKey.sign(new ECDSASigner(key));
        String rules = "\"issuer\": \"acme\", \"audience\": \"us\", \"tolerance\": \"PT30S\"}";
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/keys", exchange -> {
            exchange.sendResponseHeaders(200, set.length);
            exchange.getResponseBody().write(set);
            exchange.close();
        });
        server.start();
        try (HttpConnection connection = HttpConnection.named("keys")
                .baseUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .build()) {
            String secret = "{\"type\": \"jwt\", \"secrets\": [\"old\"], \"claims\": {\"tenant\": \"7\"}, " + rules;
            String otherTenant =
                    "{\"type\": \"jwt\", \"secrets\": [\"old\"], \"claims\": {\"tenant\": \"8\"}, " + rules;
            String published = "{\"type\": \"jwt\", \"jwks\": \"/keys\", \"algorithms\": [\"ES256\"], " + rules;
            WebhookEndpoint receiver = builder("{\"verify\": [" + published + "]}")
                    .connection(connection)
                    .build();

            assertThat(status(secret, bearing(bySecret))).isEqualTo(200);
            assertThat(status(otherTenant, bearing(bySecret))).isEqualTo(401);
            assertThat(status(secret, bearing(byKey))).isEqualTo(401);
            assertThat(receiver.receive(bearing(byKey)).status()).isEqualTo(200);
            assertThat(receiver.receive(bearing(bySecret)).status()).isEqualTo(401);
        } finally {
            server.stop(0);
        }
    }

    private static WebhookRequest bearing(SignedJWT token) {
        return post("", "{}").header("Authorization", "Bearer " + token.serialize());
    }

    private static final String EVERYTHING = """
            {"verify": [{"type": "token", "location": {"query": "token"}, "tokens": ["old"]}],
             "handshake": [{"type": "echo", "parameter": "challenge"}],
             "unverified": false,
             "methods": ["POST", "PUT"],
             "response": {"status": 202, "headers": {"Content-Type": "text/plain", "X-Acme": "1"}, "text": "gracias, señora"},
             "deadline": "PT3S",
             "remember": {"window": "PT1H", "events": 10},
             "id": {"body": "/id"},
             "type": {"header": "X-Type", "items": ";", "after": "t="},
             "key": {"query": "key"},
             "each": "/events",
             "jsonIn": "/wrapped",
             "readAs": "application/json",
             "publicUrl": "https://app.example.com/hooks/1",
             "trustedHops": 1,
             "limitPerSource": {"requests": 3, "period": "PT1M"},
             "maxBody": 1000,
             "bodyTimeout": "PT7S"}""";

    @Test
    void savedDefinitionIsReadWithoutLoss() {
        JsonNode saved = builder(EVERYTHING).toJson();

        assertThat(saved).isEqualTo(JsonSupport.parse(EVERYTHING));
        assertThat(builder(saved.toString()).toJson()).isEqualTo(saved);
        assertThat(saved.toString()).doesNotContain("s3cr3t");
    }

    @Test
    void settingsMadeInCodeAreSaved() {
        WebhookReceiverBuilder inCode = WebhookReceiver.named("any")
                .unverified()
                .methods("PUT", "POST")
                .response(WebhookResponse.of(200).body("image/gif", new byte[] {(byte) 0xff, 0}))
                .responseJson(201, "{\"got\": \"{{event.payload.n}}\"}")
                .deadline(Duration.ofSeconds(3))
                .remember(Duration.ofMinutes(2), 7)
                .each("")
                .id(ValueSelector.body("/n"));
        JsonNode saved = inCode.toJson();

        WebhookResponse response = builder(saved.toString()).build().receive(post("", "[{\"n\": 1}, {\"n\": 2}]"));

        assertThat(saved.at("/response/base64").asText()).isEqualTo("/wA=");
        assertThat(builder(saved.toString()).toJson()).isEqualTo(saved);
        assertThat(events).extracting(WebhookEvent::id).containsExactly("1", "2");
        assertThat(response.status()).isEqualTo(201);
        assertThat(new String(response.body(), UTF_8)).isEqualTo("{\"got\":2}");
    }

    @Test
    void settingsOfADefinitionAreApplied() throws Exception {
        WebhookReceiver receiver = builder(EVERYTHING).build();
        String body = "{\"events\": [{\"id\": \"a\"}, {\"id\": \"b\"}]}";
        WebhookRequest request = post("key=k&token=" + OLD.reveal(), body)
                .header("X-Type", "v=1; t=lead")
                .header("X-Forwarded-For", "192.0.2.7")
                .from(InetAddress.getLoopbackAddress());

        WebhookResponse response = receiver.receive(request);

        assertThat(response.status()).isEqualTo(202);
        assertThat(response.headers()).containsEntry("X-Acme", "1");
        assertThat(new String(response.body(), UTF_8)).isEqualTo("gracias, señora");
        assertThat(events).extracting(WebhookEvent::id).containsExactly("a", "b");
        assertThat(events.get(0).type()).isEqualTo("lead");
        assertThat(events.get(0).key()).isEqualTo("k");
        assertThat(receiver.maxBody()).isEqualTo(1000);
        assertThat(receiver.bodyTimeout()).isEqualTo(Duration.ofSeconds(7));
        assertThat(receiver.receive(request).status()).isEqualTo(202);
        assertThat(receiver.receive(request).status()).isEqualTo(202);
        assertThat(receiver.receive(request).status()).isEqualTo(429);
    }

    @Test
    void handshakesAreRead() {
        assertThat(respond("{\"type\": \"echo\", \"parameter\": \"challenge\"}", get("challenge=c")))
                .isEqualTo("c");
        assertThat(respond("{\"type\": \"probes\"}", get(""))).isEmpty();
        assertThat(respond("{\"type\": \"microsoft-graph\"}", post("validationToken=t", "")))
                .isEqualTo("t");
        assertThat(respond(
                        "{\"type\": \"meta\", \"verifyToken\": \"old\"}",
                        get("hub.mode=subscribe&hub.challenge=c&hub.verify_token=" + OLD.reveal())))
                .isEqualTo("c");
        assertThat(respond("{\"type\": \"slack\"}", post("", "{\"type\": \"url_verification\", \"challenge\": \"c\"}")))
                .isEqualTo("c");
        assertThat(respond("{\"type\": \"discord\"}", post("", "{\"type\": 1}")))
                .isEqualTo("{\"type\":1}");
        String asked = "{\"event\": \"endpoint.url_validation\", \"payload\": {\"plainToken\": \"t\"}}";
        assertThat(respond("{\"type\": \"zoom\", \"secret\": \"old\"}", post("", asked)))
                .startsWith("{\"plainToken\":\"t\",\"encryptedToken\":\"");
        WebhookRequest options = WebhookRequest.of("OPTIONS", "/", "", Map.of(), null);
        assertThat(respond(
                        "{\"type\": \"cloud-events\", \"origins\": [\"acme.example\"]}",
                        options.header("WebHook-Request-Origin", "acme.example")))
                .isEmpty();
        assertThat(events).isEmpty();
    }

    private String respond(String handshake, WebhookRequest request) {
        WebhookResponse response = builder("{\"unverified\": true, \"handshake\": [" + handshake + "]}")
                .build()
                .receive(request);
        assertThat(response.status()).isEqualTo(200);
        return new String(response.body(), UTF_8);
    }

    private static WebhookRequest get(String query) {
        return WebhookRequest.of("GET", "/hooks/1", query, Map.of(), null);
    }

    @Test
    void fetchingVerifiersRequireAConnection() {
        String json = """
                {"verify": [{"type": "sns", "region": "eu-central-1", "topics": ["arn:aws:sns:eu-central-1:1:t"]},
                            {"type": "paypal", "webhookId": "WH-1"},
                            {"type": "jwt", "jwks": "/keys"}],
                 "handshake": [{"type": "sns", "region": "eu-central-1"}]}""";
        HttpConnection connection =
                HttpConnection.named("any").baseUrl("https://acme.example").build();

        assertThat(problems(builder(json)))
                .containsExactly(
                        "/verify/0: a connection is required to fetch keys or certificates: use connection(...)",
                        "/verify/1: a connection is required to fetch keys or certificates: use connection(...)",
                        "/verify/2/jwks: a connection is required to fetch keys or certificates: use connection(...)",
                        "/handshake/0: a connection is required to fetch keys or certificates: use connection(...)");
        try (connection) {
            assertThat(builder(json)
                            .connection(connection)
                            .build()
                            .receive(post("", "{}"))
                            .status())
                    .isEqualTo(401);
        }
    }

    @Test
    void problemsAreReportedWithTheirPointer() {
        String json = """
                {"verify": [{"type": "preset", "secrets": ["old"]},
                            {"type": "preset", "name": "githup", "secrets": ["old"]},
                            {"type": "preset", "name": "github", "secrets": ["older"]},
                            {"type": "magic"},
                            {"type": "addresses", "ranges": ["localhost"], "range": []},
                            {"type": "signature", "definition": {"algorithm": "HmacSHA256"}, "secrets": ["old"]},
                            {"type": "any-of", "verifiers": [{"type": "token", "location": {"body": "x"}, "tokens": ["old"]}]},
                            {"type": "jwt", "secrets": ["old"], "claims": {"sub": 7}},
                            {"type": "jwt", "secrets": ["old"], "keys": ["1398f2b4a5b8a1e0e5b8a1d75a980182b10ab7d54bfed3c964073a0ee172f3da"]}],
                 "handshake": [{"type": "asana"}, "slack", {"type": "zoom", "secret": 1}],
                 "response": {"status": 99},
                 "responseJson": {"status": 200, "template": "{{x}}"},
                 "remember": {"window": "1h"},
                 "each": "events",
                 "maxBody": "1 MB",
                 "retries": 1}""";

        assertThat(problems(builder(json)))
                .anyMatch(problem -> problem.startsWith("/response/status: the status 99 is out of range"))
                .contains("/remember/events: missing")
                .contains("/remember/window: \"1h\" is not an ISO 8601 duration, such as PT5M")
                .contains("/each: events: it is no JSON pointer (RFC 6901) such as /data/token: it begins with a slash")
                .contains("/maxBody: expected an integer, found a string")
                .anyMatch(problem -> problem.startsWith("/retries: unknown member; known members are bodyTimeout, "))
                .contains("/verify/0/name: missing")
                .contains("/verify/1/name: \"githup\" is unknown; did you mean \"github\"?")
                .contains("/verify/2/secrets/0: the secret \"older\" is unknown, use one of [new, old]")
                .anyMatch(problem -> problem.startsWith("/verify/3/type: \"magic\" is unknown; "))
                .contains("/verify/4/range: unknown member; did you mean \"ranges\"?")
                .contains("/verify/5/definition: signature: its location is missing, use signature(...)")
                .contains(
                        "/verify/6/verifiers/0/location/body: x: it is no JSON pointer (RFC 6901) such as /data/token: it begins with a slash")
                .contains("/handshake/0/secret: missing")
                .contains("/verify/7/claims/sub: expected a string, found an integer")
                .contains("/verify/8: secrets and keys exclude each other: give one of them")
                .contains("/handshake/1: expected an object, found a string")
                .contains("/handshake/2/secret: expected a string, found an integer")
                .anyMatch(problem -> problem.startsWith("/responseJson: the pill x does not refer to the event"))
                .noneMatch(problem -> problem.contains("s3cr3t"))
                .hasSize(19);
        assertThat(problems(builder("[]"))).contains("definition: expected an object, found a list");
        assertThat(problems(builder("{\"unverified\": true, \"verify\": [{\"type\": \"preset\", \"name\": \"github\","
                        + " \"secrets\": [\"old\"]}]}")))
                .containsExactly("/unverified: it contradicts verify(...)");
        assertThatThrownBy(() -> WebhookReceiver.named("any")
                        .definition(null, SECRETS)
                        .handler(events::add)
                        .build())
                .isInstanceOf(InvalidDefinitionException.class);
    }

    @Test
    void verifiersSetInCodeCannotBeSaved() {
        assertThatThrownBy(() -> WebhookReceiver.named("any")
                        .verify(Signatures.github(OLD))
                        .toJson())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("only those set by definition(...) can be saved");
    }

    @Test
    void headerNamesAndPublicUrlAreValidated() {
        for (String name : List.of("X Y", "X:Y", "", "X\\r\\nY", ":authority", "Ä")) {
            String json = "{\"verify\": [{\"type\": \"token\", \"location\": {\"header\": \"" + name
                    + "\"}, \"tokens\": [\"a\"]}]," + " \"id\": {\"header\": \"" + name + "\"}}";
            assertThatThrownBy(() -> WebhookReceiver.named("r")
                            .definition(JsonSupport.parse(json), Map.of("a", Secret.of("a")))
                            .handler(event -> {})
                            .build())
                    .as(name)
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("/verify/0/location/header")
                    .hasMessageContaining("/id/header");
        }
        for (String url : List.of(
                "javascript:alert(1)",
                "app.example.com/hooks",
                "/hooks",
                "https:///hooks",
                "https://h/a#b",
                "https://h/a?b",
                "https://u:p@h/a",
                "ftp://h/a",
                "https://h/a b",
                "https://h:x/",
                "https://h/%zz",
                "",
                " https://h/")) {
            assertThatThrownBy(() -> WebhookReceiver.named("r")
                            .definition(
                                    ((com.fasterxml.jackson.databind.node.ObjectNode) JsonSupport.parse("{}"))
                                            .put("unverified", true)
                                            .put("publicUrl", url),
                                    Map.of())
                            .handler(event -> {})
                            .build())
                    .as(url)
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("/publicUrl");
        }
        for (String url : List.of(
                "https://h",
                "http://localhost:8080/a",
                "https://[::1]:8443/a%20b/",
                "HTTPS://app.example.com/a;b=c/~x")) {
            WebhookReceiver.named("r")
                    .unverified()
                    .publicUrl(url)
                    .handler(event -> {})
                    .build();
        }
    }
}
