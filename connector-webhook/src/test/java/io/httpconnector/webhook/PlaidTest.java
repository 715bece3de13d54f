package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.testing.VirtualTime;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Webhooks of Plaid, whose keys are fetched by their id. The token TOKEN was signed by jose 6.2.18 for Node. */
class PlaidTest {

    private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);
    private static final String KEY_ID = "bfbd5111-8e33-4643-8ced-b2e642a72f3c";
    private static final String BODY =
            "{\"webhook_type\":\"TRANSACTIONS\",\"webhook_code\":\"SYNC_UPDATES_AVAILABLE\",\"item_id\":\"wz666MBjYWTp2PDzzggYhM6oWWmBb\","
                    + "\"initial_update_complete\":true,\"historical_update_complete\":false,\"environment\":\"sandbox\"}";
    private static final String TOKEN =
            "eyJhbGciOiJFUzI1NiIsImtpZCI6ImJmYmQ1MTExLThlMzMtNDY0My04Y2VkLWIyZTY0MmE3MmYzYyIsInR5cCI6IkpXVCJ9."
                    + "eyJyZXF1ZXN0X2JvZHlfc2hhMjU2IjoiOWJhMWUyNDljYzdhNDExNTNhNmVkZWE5YWU5Y2MxNjZlZWFhNmVjZmIwYjcyMjgzYTQ0ODdmNzgw"
                    + "ZjhhNjM3OCIsImlhdCI6MTcwMDAwMDAwMH0."
                    + "GGK0FWxH6EyJJ-3lZJ_0JhnLbWScVqStNVuZ5icvw2I7m_3Fwoe4VJ_8Wagx1URor5AQSdm4IQlUoOWtdUX7bA";
    private static final String KEY = "{\"alg\":\"ES256\",\"crv\":\"P-256\",\"kid\":\"" + KEY_ID
            + "\",\"kty\":\"EC\",\"use\":\"sig\",\"x\":\"YB_elpVt8zG466CvG6AZ7sllHBtB4P-Lt7O2kmRsTEc\","
            + "\"y\":\"chk6Q75_C5i5gi-LJfwGaTclLnmQPcVOrRCKMzHhdy4\",\"created_at\":1560466150,\"expired_at\":null}";

    private final Map<String, String> keys = new ConcurrentHashMap<>(Map.of(KEY_ID, KEY));
    private final List<String> lookups = new CopyOnWriteArrayList<>();
    private final List<WebhookEvent> events = new ArrayList<>();
    private final VirtualTime time = new VirtualTime(NOW);
    private volatile boolean down;
    private HttpServer server;
    private HttpConnection connection;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/webhook_verification_key/get", exchange -> {
            ObjectNode request = (ObjectNode)
                    JsonSupport.parse(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            lookups.add(exchange.getRequestHeaders().getFirst("PLAID-CLIENT-ID") + " "
                    + request.get("key_id").asText());
            String key = keys.get(request.get("key_id").asText());
            byte[] response = (key == null
                            ? "{\"error_code\":\"INVALID_WEBHOOK_VERIFICATION_KEY_ID\"}"
                            : "{\"key\":" + key + ",\"request_id\":\"r1\"}")
                    .getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(down ? 503 : key == null ? 400 : 200, response.length);
            exchange.getResponseBody().write(response);
            exchange.close();
        });
        server.start();
        connection = HttpConnection.named("Plaid")
                .baseUrl("http://localhost:" + server.getAddress().getPort())
                .header("PLAID-CLIENT-ID", "client")
                .retry(RetryPolicy.none())
                .build();
    }

    @AfterEach
    void stop() {
        connection.close();
        server.stop(0);
    }

    private WebhookReceiver receiver() {
        return WebhookReceiver.named("plaid")
                .verify(Signatures.plaid(connection, time))
                .timeSource(time)
                .handler(events::add)
                .build();
    }

    private static WebhookRequest request(String token, String body) {
        return WebhookRequest.of(
                "POST",
                "/hooks/plaid",
                "",
                Map.of("Content-Type", List.of("application/json"), "Plaid-Verification", List.of(token)),
                body.getBytes(UTF_8));
    }

    private static String token(ECKey key, Instant issued, String body) throws Exception {
        String hash =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body.getBytes(UTF_8)));
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
                new JWTClaimsSet.Builder()
                        .claim("request_body_sha256", hash)
                        .issueTime(Date.from(issued))
                        .build());
        token.sign(new ECDSASigner(key));
        return token.serialize();
    }

    private ECKey published(String id) throws Exception {
        ECKey key = new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        keys.put(id, key.toPublicJWK().toJSONString());
        return key;
    }

    @Test
    void genuineRequestIsHandledOnce() {
        WebhookReceiver receiver = receiver();

        assertThat(receiver.receive(request(TOKEN, BODY)).status()).isEqualTo(200);
        assertThat(receiver.receive(request(TOKEN, BODY)).status()).isEqualTo(200);

        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo("TRANSACTIONS.SYNC_UPDATES_AVAILABLE");
            assertThat(event.payload().get("item_id").asText()).isEqualTo("wz666MBjYWTp2PDzzggYhM6oWWmBb");
            assertThat(event.id()).isNotEmpty();
            assertThat(event.headers().toString()).doesNotContain(TOKEN);
        });
        assertThat(lookups).containsExactly("client " + KEY_ID);
    }

    @Test
    void forgedRequestsAreRejected() throws Exception {
        WebhookReceiver receiver = receiver();
        ECKey forged = new ECKeyGenerator(Curve.P_256).keyID(KEY_ID).generate();
        ECKey unknown = new ECKeyGenerator(Curve.P_256).keyID("unknown").generate();

        assertThat(receiver.receive(request(TOKEN, BODY.replace("true", "false")))
                        .status())
                .isEqualTo(401);
        assertThat(receiver.receive(request(token(forged, NOW, BODY), BODY)).status())
                .isEqualTo(401);
        assertThat(receiver.receive(request(token(unknown, NOW, BODY), BODY)).status())
                .isEqualTo(401);
        assertThat(receiver.receive(request("nonsense", BODY)).status()).isEqualTo(401);
        assertThat(events).isEmpty();
    }

    @Test
    void requestIsRejectedAfterFiveMinutes() {
        WebhookReceiver receiver = receiver();

        time.advance(Duration.ofSeconds(301));
        assertThat(receiver.receive(request(TOKEN, BODY)).status()).isEqualTo(401);
        assertThat(receiver.explain(request(TOKEN, BODY)).toString()).contains("too old");
        assertThat(events).isEmpty();
    }

    /** Plaid reports each update of an item by the same body. */
    @Test
    void equalBodiesWithDifferentTokensAreDifferentEvents() throws Exception {
        WebhookReceiver receiver = receiver();
        ECKey key = published("second");

        receiver.receive(request(token(key, NOW, BODY), BODY));
        receiver.receive(request(token(key, NOW.plusSeconds(1), BODY), BODY));

        assertThat(events).hasSize(2);
        assertThat(events.get(0).id()).isNotEqualTo(events.get(1).id());
    }

    @Test
    void expiredKeyIsRejected() {
        keys.put(KEY_ID, KEY.replace("\"expired_at\":null", "\"expired_at\":1690000000"));

        assertThat(receiver().receive(request(TOKEN, BODY)).status()).isEqualTo(401);
    }

    @Test
    void keyIsFetchedAgainAfterFiveMinutesAndUsedWhilePlaidIsDown() throws Exception {
        ECKey key = published("second");
        WebhookReceiver receiver = receiver();
        receiver.receive(request(token(key, NOW, BODY), BODY));
        down = true;

        time.advance(Duration.ofMinutes(6));
        receiver.receive(request(token(key, NOW.plusSeconds(360), BODY), BODY));

        assertThat(events).hasSize(2);
        assertThat(lookups).hasSize(2);
    }

    @Test
    void unknownKeysCauseFewLookups() throws Exception {
        WebhookReceiver receiver = receiver();
        receiver.receive(request(TOKEN, BODY));
        ECKey key = new ECKeyGenerator(Curve.P_256).generate();
        for (int i = 0; i < 50; i++) {
            ECKey unknown = new ECKey.Builder(key).keyID("unknown" + i).build();
            assertThat(receiver.receive(request(token(unknown, NOW, BODY), BODY))
                            .status())
                    .isEqualTo(401);
        }

        assertThat(lookups).hasSize(10);
        assertThat(receiver.receive(request(TOKEN, BODY)).status()).isEqualTo(200);

        time.advance(Duration.ofSeconds(10));
        ECKey second = published("second");
        assertThat(receiver.receive(request(token(second, NOW, BODY), BODY)).status())
                .isEqualTo(200);
    }

    @Test
    void definitionNeedsOnlyTheConnection() {
        WebhookReceiver receiver = WebhookReceiver.named("plaid")
                .definition(JsonSupport.parse("{\"verify\": [{\"type\": \"plaid\"}]}"), Map.of())
                .connection(connection)
                .timeSource(time)
                .handler(events::add)
                .build();

        assertThat(receiver.receive(request(TOKEN, BODY)).status()).isEqualTo(200);
        assertThat(events).hasSize(1);
        assertThatThrownBy(() -> WebhookReceiver.named("plaid")
                        .definition(JsonSupport.parse("{\"verify\": [{\"type\": \"plaid\"}]}"), Map.of())
                        .handler(events::add)
                        .build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("/verify/0")
                .hasMessageContaining("use connection(...)");
    }

    @Test
    void presetNamesTheType() {
        assertThatThrownBy(() -> Signatures.preset("plaid", Secret.of("x")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("use Signatures.plaid(...), or the type plaid in a definition");
        assertThatThrownBy(() -> Signatures.plaid(null))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("plaid: a connection is required");
    }
}
