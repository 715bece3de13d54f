package io.httpconnector.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.definition.AuthDefinition;
import io.httpconnector.auth.testing.AuthStrategyTestKit;
import io.httpconnector.testing.VirtualTime;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JwtAuthTest {

    private static final String SECRET = "canary-secret-of-32-characters..";
    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

    private final JwtAuth auth =
            JwtAuth.of(JwtKey.hs256(Secret.of(SECRET)).id("k1"), Map.of("iss", "app", "aud", "service"));

    private static String header(JwtAuth auth, Instant now) {
        return auth.timeSource(new VirtualTime(now))
                .apply(Request.get("https://example.com/"))
                .header("Authorization")
                .orElseThrow();
    }

    private static JsonNode part(String token, int index) throws Exception {
        return new ObjectMapper().readTree(Base64.getUrlDecoder().decode(token.split("\\.", -1)[index]));
    }

    @Test
    void tokenIsSignedAndHasTheRequiredClaims() throws Exception {
        String header = header(auth.lifetime(Duration.ofMinutes(20)), NOON);
        assertThat(header).startsWith("Bearer ");
        String token = header.substring(7);
        assertThat(part(token, 0).at("/alg").asText()).isEqualTo("HS256");
        assertThat(part(token, 0).at("/kid").asText()).isEqualTo("k1");
        assertThat(part(token, 1).at("/iss").asText()).isEqualTo("app");
        assertThat(part(token, 1).at("/aud").asText()).isEqualTo("service");
        assertThat(part(token, 1).at("/iat").asLong()).isEqualTo(NOON.getEpochSecond() - 30);
        assertThat(part(token, 1).at("/exp").asLong()).isEqualTo(NOON.getEpochSecond() + 1170);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
        int dot = token.lastIndexOf('.');
        assertThat(Base64.getUrlDecoder().decode(token.substring(dot + 1)))
                .isEqualTo(mac.doFinal(token.substring(0, dot).getBytes(StandardCharsets.US_ASCII)));
    }

    /** Services such as APNs reject tokens that change too often. */
    @Test
    void threadsShareOneToken() {
        VirtualTime time = new VirtualTime(NOON);
        JwtAuth shared = auth.lifetime(Duration.ofMinutes(50)).timeSource(time);
        Supplier<String> header = () -> shared.apply(Request.get("https://example.com/"))
                .header("Authorization")
                .orElseThrow();
        assertThat(IntStream.range(0, 200)
                        .parallel()
                        .mapToObj(i -> header.get())
                        .distinct())
                .hasSize(1);
        String first = header.get();
        time.advance(Duration.ofMinutes(24));
        assertThat(header.get()).isEqualTo(first);
        time.advance(Duration.ofMinutes(2));
        assertThat(header.get()).isNotEqualTo(first);
    }

    /** The lifetime is the time from iat to exp; GitHub rejects exp more than ten minutes ahead, Box a lifetime above a minute. */
    @ParameterizedTest
    @CsvSource({"600, 30, 570", "60, 15, 45", "300, 30, 270", "100, 25, 75", "2, 0, 2"})
    void lifetimeIncludesTheTimeForClocksThatDiffer(int lifetime, int before, int after) throws Exception {
        JsonNode claims =
                part(header(auth.lifetime(Duration.ofSeconds(lifetime)), NOON).substring(7), 1);
        assertThat(claims.at("/iat").asLong()).isEqualTo(NOON.getEpochSecond() - before);
        assertThat(claims.at("/exp").asLong()).isEqualTo(NOON.getEpochSecond() + after);
    }

    /** Keys and expected public keys were created by the module crypto of Node.js. */
    @Test
    void jsonWebKeysSign() throws Exception {
        JsonNode keys = new ObjectMapper()
                .readTree(JwtAuthTest.class.getResourceAsStream("keys.jwks"))
                .path("keys");
        Secret rsa = Secret.of(keys.get(0).toString());
        verify(
                JwtKey.rs256(rsa),
                "SHA256withRSA",
                "RSA",
                "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAxcIrNiqREsScbutXUhyKfbKzKWGNZprAl4mH/jGe35qXiy60TaQN/HlJtqa8EIqDr/cLgdq/uei63xRx0VvJmKlDT7CPYMpV9iicKHzPGG9QVt6ea2CXVHUaJC/GNeDTjbVl4b3WN0yr3D4+9ouNmfz42wOIIDQRHPiNe5kXtuxB7cAgEuAo675X+gy6ciyG/DtJhtcrZrJGlLCj1VM66EzovoDw/d4l3NHWCxrZwwZnsxzrvLta3GilNogg7K9c3nzAa54fARQqoSQ9LhoDdlkbQOpdh8RDF3CvpZOqJdjlMn4GP1O490UU+G7bG/+bN3PWQOHNvhiH8gCWuKjhOwIDAQAB");
        verify(
                JwtKey.es256(Secret.of(keys.get(1).toString())),
                "SHA256withECDSAinP1363Format",
                "EC",
                "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEpF5oMToB7Prh79r1q7cURvsY+Bga8n0gM5l9L4PG8/ilii/Iw5IMURZhJ4PZq0CMiiZGhcomr3FXV97kYk0hAA==");
        verify(
                JwtKey.edDsa(Secret.of(keys.get(2).toString())),
                "Ed25519",
                "Ed25519",
                "MCowBQYDK2VwAyEA6Ks5U9VyVo1Guc4K0ygmbGpPLTXs5O0tDMbJxEIyrlw=");
        assertThat(JwtKey.rs256(rsa).fingerprint()).isEqualTo("lrtslESYPYwCyARU2y039YCq95sGGpNCHN6iWW0Kka0=");
        assertThat(part(JwtKey.rs256(rsa).id("own").sign(Map.of()).reveal(), 0)
                        .path("kid")
                        .asText())
                .isEqualTo("own");
        assertThatThrownBy(() -> JwtKey.es256(rsa))
                .hasMessageContaining("it is a JSON Web Key for RSA, but EC is required");
        for (String broken : List.of(
                "{",
                "{}",
                "{\"kty\":\"RSA\",\"n\":\"AQ\"}",
                "{\"kty\":\"EC\",\"crv\":\"P-384\"}",
                "{\"kty\":\"RSA\",\"n\":\"canary$\"}")) {
            assertThatThrownBy(() -> JwtKey.rs256(Secret.of(broken)))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("JSON Web Key")
                    .hasMessageNotContaining("canary")
                    .hasNoCause();
        }
    }

    /** RFC 7515, appendix A.1: the key is the value of k, and not the text. */
    @Test
    void sharedSecretMayBeAJsonWebKey() throws Exception {
        String k = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        Secret key = Secret.of("{\"kty\": \"oct\", \"kid\": \"kid-h\", \"k\": \"" + k + "\"}");
        for (JwtKey read :
                List.of(JwtKey.hs256(key), JwtKey.hs256Base64(Secret.of(k)).id("kid-h"))) {
            String token = read.sign(Map.of("iss", "a")).reveal();
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getUrlDecoder().decode(k), "HmacSHA256"));
            int dot = token.lastIndexOf('.');
            assertThat(Base64.getUrlDecoder().decode(token.substring(dot + 1)))
                    .isEqualTo(mac.doFinal(token.substring(0, dot).getBytes(StandardCharsets.US_ASCII)));
            assertThat(part(token, 0).path("kid").asText()).isEqualTo("kid-h");
        }
        assertThat(part(JwtKey.hs256(key).id("own").sign(Map.of()).reveal(), 0)
                        .path("kid")
                        .asText())
                .isEqualTo("own");
        for (String broken : List.of(
                "{\"kty\":\"RSA\",\"n\":\"canary\"}",
                "{\"kty\":\"oct\"}",
                "{\"kty\":\"oct\",\"k\":\"canary$\"}",
                "{\"kty\":\"oct\",\"k\":\"canary\"")) {
            assertThatThrownBy(() -> JwtKey.hs256(Secret.of(broken)).sign(Map.of()))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("JSON Web Key")
                    .hasMessageNotContaining("canary")
                    .hasNoCause();
        }
    }

    /** The primes are optional: RFC 7518, section 6.3.2. */
    @Test
    void rsaKeyNeedsNoPrimes() throws Exception {
        ObjectNode key = (ObjectNode) new ObjectMapper()
                .readTree(JwtAuthTest.class.getResourceAsStream("keys.jwks"))
                .path("keys")
                .get(0);
        Map<String, Object> claims = Map.of("iss", "a");
        JwtKey all = JwtKey.rs256(Secret.of(key.toString()));
        JwtKey few = JwtKey.rs256(Secret.of(
                key.deepCopy().remove(List.of("p", "q", "dp", "dq", "qi")).toString()));
        assertThat(few.sign(claims).reveal()).isEqualTo(all.sign(claims).reveal());
        String partial = key.deepCopy().without("q").toString();
        assertThatThrownBy(() -> JwtKey.rs256(Secret.of(partial))).hasMessageContaining("JSON Web Key");
    }

    private static void verify(JwtKey key, String algorithm, String kind, String publicKey) throws Exception {
        String token = key.header("cty", "x").sign(Map.of("iss", "a")).reveal();
        int dot = token.lastIndexOf('.');
        Signature verified = Signature.getInstance(algorithm);
        verified.initVerify(KeyFactory.getInstance(kind)
                .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(publicKey))));
        verified.update(token.substring(0, dot).getBytes(StandardCharsets.US_ASCII));
        assertThat(verified.verify(Base64.getUrlDecoder().decode(token.substring(dot + 1))))
                .isTrue();
        assertThat(part(token, 0).path("kid").asText()).startsWith("kid-");
        assertThat(part(token, 0).path("cty").asText()).isEqualTo("x");
    }

    @Test
    void tokenIsUsedForHalfOfItsLife() {
        VirtualTime clock = new VirtualTime();
        JwtAuth ticking = auth.timeSource(clock);
        String first = ticking.apply(Request.get("https://x.example.com"))
                .header("Authorization")
                .orElseThrow();
        clock.advance(Duration.ofSeconds(299));
        assertThat(ticking.apply(Request.get("https://x.example.com")).header("Authorization"))
                .contains(first);
        clock.advance(Duration.ofSeconds(1));
        assertThat(ticking.apply(Request.get("https://x.example.com"))
                        .header("Authorization")
                        .orElseThrow())
                .isNotEqualTo(first);
    }

    @Test
    void passesTheTestKit() {
        AuthStrategyTestKit.of(auth.prefix("JWT ")).secret(SECRET).verify();
    }

    @Test
    void canBeDefinedAsData() throws Exception {
        AuthDefinition ghost = AuthDefinition.parse("""
            {"name": "Ghost", "baseUrl": "https://{{auth.host}}/ghost/api/admin",
             "strategies": {"jwt": {"type": "jwt", "algorithm": "HS256", "key": "{{auth.secret}}", "keyId": "{{auth.id}}",
                                    "claims": {"aud": "/admin/"}, "lifetime": "PT5M", "prefix": "Ghost ",
                                    "fields": [{"name": "host"}, {"name": "id"}, {"name": "secret", "secret": true}]},
                            "grant": {"type": "oauth2-jwt-bearer", "algorithm": "HS256", "key": "{{auth.secret}}",
                                      "tokenUrl": "https://{{auth.host}}/token", "claims": {"iss": "{{auth.id}}"},
                                      "fields": [{"name": "host"}, {"name": "id"}, {"name": "secret", "secret": true}]}}}\
            """);
        Request signed = ghost.choose("jwt")
                .value("host", "blog.example.com")
                .value("id", "k1")
                .value("secret", SECRET)
                .build()
                .apply(Request.get("https://blog.example.com/ghost/api/admin/site"));
        String header = signed.header("Authorization").orElseThrow();
        assertThat(header).startsWith("Ghost ");
        assertThat(part(header.substring(6), 0).at("/kid").asText()).isEqualTo("k1");
        assertThat(part(header.substring(6), 1).at("/aud").asText()).isEqualTo("/admin/");
        assertThat(ghost.choose("grant")
                        .value("host", "blog.example.com")
                        .value("id", "k1")
                        .value("secret", SECRET)
                        .build()
                        .toString())
                .isEqualTo("OAuth2");
    }

    @Test
    void invalidSettingsAreReportedWhenTheStrategyIsBuilt() {
        assertThatThrownBy(() -> JwtAuth.of(null, Map.of())).isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> auth.lifetime(Duration.ofSeconds(1))).hasMessageContaining("two seconds");
        assertThat(auth).hasToString("JwtAuth");
    }

    /** A key whose algorithm is RSASSA-PSS (RFC 4055), with or without parameters. */
    @ParameterizedTest
    @ValueSource(strings = {"", "SHA-256"})
    void ps256AcceptsKeysForRsassaPss(String digest) throws Exception {
        KeyPair pair = pssKeys(digest);
        String pem = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----";

        for (JwtKey key : List.of(JwtKey.ps256(pair.getPrivate()), JwtKey.ps256(Secret.of(pem)))) {
            String[] parts = key.sign(Map.of("iss", "a")).reveal().split("\\.", -1);
            Signature verified = Signature.getInstance("RSASSA-PSS");
            verified.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
            verified.initVerify(pair.getPublic());
            verified.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            assertThat(verified.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();
        }
        assertThatThrownBy(() -> JwtKey.rs256(pair.getPrivate())).hasMessageContaining("RS256 requires a private key");
        assertThatThrownBy(() -> JwtKey.rs256(Secret.of(pem))).hasMessageContaining("RSA key");
    }

    @Test
    void ps256RejectsAKeyThatIsRestrictedToAnotherHash() throws Exception {
        KeyPair pair = pssKeys("SHA-512");

        assertThatThrownBy(() -> JwtKey.ps256(pair.getPrivate()))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("restricted to RSASSA-PSS with SHA-512");
    }

    private static KeyPair pssKeys(String digest) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSASSA-PSS");
        PSSParameterSpec limits =
                digest.isEmpty() ? null : new PSSParameterSpec(digest, "MGF1", new MGF1ParameterSpec(digest), 32, 1);
        generator.initialize(new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4, limits));
        return generator.generateKeyPair();
    }
}
