package io.httpconnector.auth;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.httpconnector.AuthStrategy;
import io.httpconnector.Body;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.testing.VirtualTime;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HMAC signatures, verified from the received request. */
class HmacAuthTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private static final byte[] KEY = "k3y\u00e4".getBytes(StandardCharsets.UTF_8);
    private static final Secret TEXT = Secret.of("k3y\u00e4");
    private static final VirtualTime CLOCK = new VirtualTime(Instant.parse("2026-11-25T12:00:00.500Z"));

    private static LoggedRequest received(AuthStrategy auth, Request request) {
        service.stubFor(any(anyUrl()).willReturn(ok()));
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .auth(auth)
                .build()) {
            connection.send(request);
        }
        return service.getAllServeEvents().get(0).getRequest();
    }

    private static byte[] hmac(String algorithm, byte[]... parts) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(algorithm);
        mac.init(new SecretKeySpec(KEY, algorithm));
        for (byte[] part : parts) {
            mac.update(part);
        }
        return mac.doFinal();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void dayOfAnHttpDateHasTwoDigits() throws Exception {
        HmacAuth auth = HmacAuth.of("HmacSHA256", TEXT, "{{timeHttp}}")
                .header("Date", "{{timeHttp}}")
                .timeSource(new VirtualTime(Instant.parse("1994-11-06T08:49:37.999Z")));

        assertThat(received(auth, Request.get("/")).getHeader("Date")).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
    }

    @Test
    void allPillsOfTheTemplateAreSigned() throws Exception {
        HmacAuth auth = HmacAuth.of(
                        "HmacSHA256",
                        TEXT,
                        "{{method}}|{{url}}|{{host}}|{{path}}|{{query}}|{{target}}|{{type}}|{{ time"
                                + " }}|{{timeMillis}}|{{timeIso}}"
                                + "|{{timeHttp}}|{{bodySha256Hex}}|{{bodySha256Base64}}|{{bodyMd5Base64}}|{{body}}")
                .header("X-Time", "{{time}}")
                .header("Content-MD5", "{{bodyMd5Base64}}")
                .header("X-Signature", "v1={{signature}},alg=x")
                .query("sig", "{{signatureBase64}}")
                .timeSource(CLOCK);
        byte[] body = {0, (byte) 0xff, (byte) 0x80, '{', '{', 't'};

        LoggedRequest received =
                received(auth, Request.post("/a%20b?x=1&y=%C3%BC").body(Body.bytes(body, "application/octet-stream")));

        byte[] sha = MessageDigest.getInstance("SHA-256").digest(body);
        byte[] md5 = MessageDigest.getInstance("MD5").digest(body);
        String host = "localhost:" + service.getPort();
        byte[] expected = hmac(
                "HmacSHA256",
                bytes("POST|http://" + host + "/a%20b?x=1&y=%C3%BC|" + host
                        + "|/a%20b|x=1&y=%C3%BC|/a%20b?x=1&y=%C3%BC|application/octet-stream|1795608000|1795608000500"
                        + "|2026-11-25T12:00:00.500Z|Wed, 25 Nov 2026 12:00:00 GMT|"
                        + HexFormat.of().formatHex(sha) + "|"
                        + Base64.getEncoder().encodeToString(sha) + "|"
                        + Base64.getEncoder().encodeToString(md5) + "|"),
                body);
        assertThat(received.getHeader("X-Signature"))
                .isEqualTo("v1=" + HexFormat.of().formatHex(expected) + ",alg=x");
        assertThat(received.queryParameter("sig").firstValue())
                .isEqualTo(Base64.getEncoder().encodeToString(expected));
        assertThat(received.getHeader("X-Time")).isEqualTo("1795608000");
        assertThat(received.getHeader("Content-MD5"))
                .isEqualTo(Base64.getEncoder().encodeToString(md5));
    }

    @Test
    void eachAttemptHasItsOwnNonce() throws Exception {
        HmacAuth auth = HmacAuth.of("HmacSHA1", TEXT, "{{nonce}}{{query}}")
                .header("X-Nonce", "{{nonce}}")
                .header("X-Signature", "{{signature}}");
        LoggedRequest one = received(auth, Request.get("/"));
        LoggedRequest other = received(auth, Request.get("/"));
        assertThat(one.getHeader("X-Nonce")).hasSize(36).isNotEqualTo(other.getHeader("X-Nonce"));
        assertThat(one.getHeader("X-Signature"))
                .isEqualTo(HexFormat.of().formatHex(hmac("HmacSHA1", bytes(one.getHeader("X-Nonce")))));
    }

    @Test
    void encodedKeysAreDecoded() throws Exception {
        String expected = HexFormat.of().formatHex(hmac("HmacSHA512", bytes("GET")));
        Secret base64 = Secret.of(Base64.getEncoder().encodeToString(KEY));
        Secret hex = Secret.of(HexFormat.of().formatHex(KEY));
        HmacAuth text = HmacAuth.of("HmacSHA512", base64, "{{method}}").header("X-Signature", "{{signature}}");
        assertThat(received(text.keyIsBase64(), Request.get("/")).getHeader("X-Signature"))
                .isEqualTo(expected);
        HmacAuth inHex = HmacAuth.of("HmacSHA512", hex, "{{method}}").header("X-Signature", "{{signature}}");
        assertThat(received(inHex.keyIsHex(), Request.get("/")).getHeader("X-Signature"))
                .isEqualTo(expected);
        assertThatThrownBy(() -> text.keyIsHex().apply(Request.get("https://example.com/")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("key: it is not valid Base64 or hexadecimal")
                .hasNoCause();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{{signature}}", "x{{Method}}", "{{method}}{{ x.y | base64 }}", "{{method}} in a body{{bod}}"})
    void unknownPillIsReportedWithItsPosition(String template) {
        assertThatThrownBy(() -> HmacAuth.of("HmacSHA256", TEXT, template))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("template, character " + (template.lastIndexOf("{{") + 1))
                .hasMessageContaining("bodyMd5Base64");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{{}}", "{{method", "{{method | nofilter}}", "{{method | base64(1)}}", "{{ method body }}"})
    void malformedPillIsRejected(String template) {
        assertThatThrownBy(() -> HmacAuth.of("HmacSHA256", TEXT, template))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("template: ")
                .hasMessageContaining("column 1");
    }

    @Test
    void valuesAreDataAndMayBeFiltered() throws Exception {
        HmacAuth auth = HmacAuth.of(
                        "HmacSHA256",
                        TEXT,
                        "{{method}}{{account}}{{body | base64}}",
                        Map.of("account", "{{body}}", "auth.key", Secret.of("k{{signature}}")))
                .header("X-Account", "{{account | hex}}")
                .header("X-Key", "{{auth.key}}")
                .header("X-Signature", "{{signature | upper}}");
        LoggedRequest received = received(auth, Request.get("/"));
        assertThat(received.getHeader("X-Account")).isEqualTo("7b7b626f64797d7d");
        assertThat(received.getHeader("X-Key")).isEqualTo("k{{signature}}");
        assertThat(received.getHeader("X-Signature"))
                .isEqualTo(HexFormat.of().withUpperCase().formatHex(hmac("HmacSHA256", bytes("GET{{body}}"))));
        assertThatThrownBy(() -> HmacAuth.of("HmacSHA256", TEXT, "", Map.of("body", "x")))
                .hasMessageContaining("value body: this name is reserved");
    }

    @Test
    void invalidSettingsAreReportedWhenTheStrategyIsBuilt() {
        assertThatThrownBy(() -> HmacAuth.of("HmacSHA3", TEXT, ""))
                .hasMessageContaining("algorithm: it must be one of");
        assertThatThrownBy(() -> HmacAuth.of("HmacSHA256", null, "")).hasMessageContaining("key: it is null");
        assertThatThrownBy(() -> HmacAuth.of("HmacSHA256", TEXT, null)).hasMessageContaining("template: it is null");
        HmacAuth auth = HmacAuth.of("HmacSHA256", TEXT, "");
        assertThatThrownBy(() -> auth.header("X-A", "{{sig}}")).hasMessageContaining("X-A, character 1");
        assertThatThrownBy(() -> auth.header("X A", "")).isInstanceOf(InvalidDefinitionException.class);
    }
}
