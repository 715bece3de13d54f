package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.webhook.VerificationResult.RejectionReason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Tests of JSON Web Token verification. */
class JwtTest {

    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final Secret SECRET = Secret.of("0123456789abcdef0123456789abcdef");

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer("https://issuer.example")
                .audience("https://app.example.com/hooks")
                .expirationTime(Date.from(NOW.plusSeconds(60)));
    }

    private static String token(JWSAlgorithm algorithm, JWSSigner signer, JWTClaimsSet claims) throws Exception {
        SignedJWT token = new SignedJWT(new JWSHeader(algorithm), claims);
        token.sign(signer);
        return token.serialize();
    }

    private static String hmac(JWTClaimsSet claims) throws Exception {
        return token(JWSAlgorithm.HS256, new MACSigner(SECRET.reveal()), claims);
    }

    private static WebhookRequest request(String token) {
        return WebhookRequest.of("POST", "/", "", Map.of(), "{}".getBytes(UTF_8))
                .header("Authorization", "Bearer " + token);
    }

    private static RejectionReason reason(Verifier verifier, String token) {
        return verifier.verify(request(token), NOW).reason();
    }

    @Test
    void claimsMustMatch() throws Exception {
        Verifier verifier = Verifiers.jwt(SECRET)
                .issuer("https://issuer.example")
                .audience("https://app.example.com/hooks")
                .claim("email", "a@example.com")
                .build();

        assertThat(reason(
                        verifier, hmac(claims().claim("email", "a@example.com").build())))
                .isNull();
        assertThat(reason(
                        verifier, hmac(claims().claim("email", "b@example.com").build())))
                .isEqualTo(RejectionReason.MISMATCH);
        assertThat(reason(verifier, hmac(claims().build()))).isEqualTo(RejectionReason.MISMATCH);
        assertThat(reason(
                        verifier,
                        hmac(claims().claim("email", "a@example.com")
                                .audience("x")
                                .build())))
                .isEqualTo(RejectionReason.MISMATCH);
        assertThat(reason(
                        verifier,
                        hmac(claims().claim("email", "a@example.com")
                                .issuer("x")
                                .build())))
                .isEqualTo(RejectionReason.MISMATCH);
    }

    /** Such as those of Netlify. */
    @Test
    void tokenWithoutTimeIsAcceptedByPermissionIfItHasTheHashOfTheBody() throws Exception {
        ECKey key = new ECKeyGenerator(Curve.P_256).generate();
        PublicKeys keys = request -> {
            try {
                return java.util.List.of(key.toPublicKey());
            } catch (com.nimbusds.jose.JOSEException e) {
                throw new IllegalStateException(e);
            }
        };
        String hash =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest("{}".getBytes(UTF_8)));
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .issuer("netlify")
                .claim("sha256", hash)
                .build();
        String token = token(JWSAlgorithm.ES256, new ECDSASigner(key), claims);

        assertThat(reason(Verifiers.jwt(keys).bodyHash("sha256").build(), token))
                .isEqualTo(RejectionReason.TIMESTAMP_EXPIRED);
        Verifier permitting =
                Verifiers.jwt(keys).bodyHash("sha256").withoutTime().build();
        assertThat(reason(permitting, token)).isNull();
        assertThat(permitting
                        .verify(
                                WebhookRequest.of("POST", "/", "", Map.of(), "{ }".getBytes(UTF_8))
                                        .header("Authorization", "Bearer " + token),
                                NOW)
                        .reason())
                .isEqualTo(RejectionReason.MISMATCH);
        assertThatThrownBy(() -> Verifiers.jwt(keys).withoutTime().build())
                .hasMessageContaining("withoutTime: a token that never expires is valid for any body");
    }

    @Test
    void detachedTokenSignsTheBody() throws Exception {
        com.nimbusds.jose.JWSObject signed =
                new com.nimbusds.jose.JWSObject(new JWSHeader(JWSAlgorithm.HS256), new com.nimbusds.jose.Payload("{}"));
        signed.sign(new MACSigner(SECRET.reveal()));
        String detached = signed.serialize(true);
        Verifier verifier = Verifiers.jwt(SECRET).detached().build();
        WebhookRequest other = WebhookRequest.of("POST", "/", "", Map.of(), "{ }".getBytes(UTF_8))
                .header("Authorization", "Bearer " + detached);

        assertThat(reason(verifier, detached)).isNull();
        assertThat(verifier.verify(other, NOW).reason()).isEqualTo(RejectionReason.MISMATCH);
        assertThat(reason(verifier, signed.serialize())).isEqualTo(RejectionReason.MALFORMED);
        assertThat(reason(Verifiers.jwt(SECRET).build(), detached)).isEqualTo(RejectionReason.MISMATCH);
        assertThatThrownBy(() -> Verifiers.jwt(SECRET).detached().issuer("x").build())
                .hasMessageContaining("detached: a token that signs the body has no claims");
    }

    @Test
    void tokenMustBeValidNow() throws Exception {
        Verifier verifier = Verifiers.jwt(SECRET).build();

        assertThat(reason(
                        verifier,
                        hmac(claims().expirationTime(Date.from(NOW.minusSeconds(59)))
                                .build())))
                .isNull();
        assertThat(reason(
                        verifier,
                        hmac(claims().expirationTime(Date.from(NOW.minusSeconds(61)))
                                .build())))
                .isEqualTo(RejectionReason.TIMESTAMP_EXPIRED);
        assertThat(reason(
                        verifier,
                        hmac(claims().notBeforeTime(Date.from(NOW.plusSeconds(120)))
                                .build())))
                .isEqualTo(RejectionReason.TIMESTAMP_EXPIRED);
        assertThat(reason(
                        verifier,
                        hmac(new JWTClaimsSet.Builder().subject("no times").build())))
                .isEqualTo(RejectionReason.TIMESTAMP_EXPIRED);
        assertThat(reason(
                        verifier,
                        hmac(new JWTClaimsSet.Builder()
                                .issueTime(Date.from(NOW.minusSeconds(200)))
                                .build())))
                .isNull();
        assertThat(reason(
                        verifier,
                        hmac(new JWTClaimsSet.Builder()
                                .issueTime(Date.from(NOW.minusSeconds(500)))
                                .build())))
                .isEqualTo(RejectionReason.TIMESTAMP_EXPIRED);
    }

    @Test
    void forgedTokensAreRejected() throws Exception {
        RSAKey rsa = new RSAKeyGenerator(2048).generate();
        String spki = Base64.getEncoder().encodeToString(rsa.toPublicKey().getEncoded());
        Verifier byKey = Verifiers.jwt(PublicKeys.fixed(spki)).build();
        String none = Base64.getUrlEncoder().withoutPadding().encodeToString("{\"alg\":\"none\"}".getBytes(UTF_8)) + "."
                + Base64.getUrlEncoder().withoutPadding().encodeToString("{\"exp\":9999999999}".getBytes(UTF_8)) + ".";
        // The public key as a shared secret: the classic confusion.
        String confused =
                token(JWSAlgorithm.HS256, new MACSigner(rsa.toPublicKey().getEncoded()), claims().build());

        assertThat(reason(byKey, token(JWSAlgorithm.RS256, new RSASSASigner(rsa), claims().build())))
                .isNull();
        assertThat(reason(byKey, token(JWSAlgorithm.RS512, new RSASSASigner(rsa), claims().build())))
                .isEqualTo(RejectionReason.MISMATCH);
        assertThat(reason(byKey, none)).isNotNull();
        assertThat(reason(byKey, confused)).isEqualTo(RejectionReason.MISMATCH);
        assertThat(reason(byKey, "a.b.c")).isEqualTo(RejectionReason.MALFORMED);
        assertThat(reason(byKey, "")).isEqualTo(RejectionReason.MALFORMED);
        assertThat(reason(byKey, hmac(claims().build()) + "x")).isNotNull();
        assertThat(reason(Verifiers.jwt(Secret.of("x".repeat(32))).build(), hmac(claims().build())))
                .isEqualTo(RejectionReason.MISMATCH);
    }

    @Test
    void bodyMustMatchTheHashInTheToken() throws Exception {
        String hash =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest("{}".getBytes(UTF_8)));
        Verifier verifier =
                Verifiers.jwt(SECRET).bodyHash("request_body_sha256").build();
        WebhookRequest good =
                request(hmac(claims().claim("request_body_sha256", hash).build()));

        assertThat(verifier.verify(good, NOW)).hasToString("accepted");
        assertThat(verifier.verify(good.body("[]".getBytes(UTF_8)), NOW).reason())
                .isEqualTo(RejectionReason.MISMATCH);
        assertThat(reason(verifier, hmac(claims().build()))).isEqualTo(RejectionReason.MISMATCH);
    }

    /** The token of MessageBird for a GET request has no claim for the body. */
    @Test
    void requestWithoutBodyNeedsNoHashInTheToken() throws Exception {
        Verifier verifier = Verifiers.jwt(SECRET).bodyHash("payload_hash").build();
        List<WebhookEvent> events = new ArrayList<>();
        WebhookReceiver receiver = WebhookReceiver.named("messages")
                .verify(verifier)
                .methods("GET")
                .timeSource(new VirtualTime(NOW))
                .handler(events::add)
                .build();

        for (String id : List.of("j1", "j2", "j2")) {
            String token = hmac(claims().jwtID(id).build());
            assertThat(receiver.receive(get(token, "a=" + id)).status()).isEqualTo(200);
            assertThat(verifier.verify(get(token, "").body("{}".getBytes(UTF_8)), NOW)
                            .reason())
                    .isEqualTo(RejectionReason.MISMATCH);
        }
        String ofBody = hmac(claims().claim("payload_hash", "00").build());

        assertThat(verifier.verify(get(ofBody, ""), NOW).reason()).isEqualTo(RejectionReason.MISMATCH);
        assertThat(events).as("the same token is the same event").hasSize(2);
    }

    private static WebhookRequest get(String token, String query) {
        return WebhookRequest.of("GET", "/", query, Map.of("Authorization", List.of("Bearer " + token)), new byte[0]);
    }

    @Test
    void publishedKeysAreCachedAndRefreshed() throws Exception {
        ECKey first = new ECKeyGenerator(Curve.P_256).generate();
        ECKey second = new ECKeyGenerator(Curve.P_256).generate();
        AtomicReference<String> published = new AtomicReference<>(new JWKSet(first.toPublicJWK()).toString());
        AtomicInteger fetched = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            fetched.incrementAndGet();
            byte[] body = published.get().getBytes(UTF_8);
            exchange.sendResponseHeaders(body.length == 0 ? 503 : 200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        VirtualTime time = new VirtualTime(NOW);
        try (HttpConnection issuer = HttpConnection.named("issuer")
                .baseUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .build()) {
            Verifier verifier = Verifiers.jwt(new JwksPublicKeys(issuer, "/jwks.json", time))
                    .build();
            String byFirst = token(JWSAlgorithm.ES256, new ECDSASigner(first), claims().build());
            String bySecond = token(JWSAlgorithm.ES256, new ECDSASigner(second), claims().build());

            assertThat(reason(verifier, byFirst)).isNull();
            assertThat(reason(verifier, bySecond)).isEqualTo(RejectionReason.MISMATCH);
            assertThat(fetched).hasValue(1);
            published.set("");
            time.advance(Duration.ofMinutes(6));
            assertThat(reason(verifier, byFirst)).isNull();
            published.set(new JWKSet(second.toPublicJWK()).toString());
            time.advance(Duration.ofSeconds(11));
            assertThat(reason(verifier, bySecond)).isNull();
            assertThat(reason(verifier, byFirst)).isEqualTo(RejectionReason.MISMATCH);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void listsWhatIsWrong() {
        assertThatThrownBy(() -> Verifiers.jwt(Secret.of("short"))
                        .algorithms("none")
                        .tolerance(null)
                        .build())
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(e.problems()).hasSize(3));
        assertThatThrownBy(() -> Verifiers.jwt((PublicKeys) null)).isInstanceOf(InvalidDefinitionException.class);
    }
}
