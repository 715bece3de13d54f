package io.httpconnector.auth;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.httpconnector.AuthStrategy;
import io.httpconnector.Body;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.definition.AuthDefinition;
import io.httpconnector.internal.Hashing;
import io.httpconnector.testing.VirtualTime;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A request already has parameters or fields that a signing strategy adds: the signature covers what is sent. */
class RepeatedSignatureTest {

    private static final Secret KEY = Secret.of("key12345");

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private static LoggedRequest received(AuthStrategy auth, Request request) {
        service.stubFor(any(anyUrl()).willReturn(ok()));
        service.stubFor(any(urlPathEqualTo("/moved"))
                .willReturn(aResponse()
                        .withStatus(307)
                        .withHeader("Location", "/o?page=2&timestamp=1&signature=abc&proof=d")));
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .auth(auth)
                .build()) {
            connection.send(request);
        }
        return service.getAllServeEvents().get(0).getRequest();
    }

    private static HmacAuth auth(String template) {
        return HmacAuth.of("HmacSHA256", KEY, template)
                .timeSource(new VirtualTime(Instant.parse("2026-11-25T12:00:00Z")));
    }

    private static String signed(String text) {
        return HexFormat.of()
                .formatHex(Hashing.hmac(
                        "HmacSHA256",
                        KEY.reveal().getBytes(StandardCharsets.UTF_8),
                        text.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/o?page=2&timestamp=1&signature=abc", "/o?page=2&%73ignature=abc&proof=d", "/moved"})
    void parametersOfALinkAreReplacedBeforeTheRequestIsSigned(String url) {
        HmacAuth auth = auth("{{query}}{{body}}")
                .signature("more", "{{query}}")
                .query("timestamp", "{{timeMillis}}")
                .query("proof", "{{more}}")
                .query("signature", "{{signature}}");

        String proof = signed("page=2&timestamp=1795608000000");
        String query = "page=2&timestamp=1795608000000&proof=" + proof;
        LoggedRequest received = received(auth, Request.get(url));

        assertThat(received.getUrl()).isEqualTo("/o?" + query + "&signature=" + signed(query));
    }

    @Test
    void parametersThatTheCallerSetsAreReplaced() {
        HmacAuth auth = auth("{{parameters | pairs('=', '&')}}")
                .query("timestamp", "{{time}}")
                .query("sign", "{{signature}}");

        LoggedRequest received = received(
                auth, Request.get("/o").query("a", "1").query("sign", "old").query("timestamp", "1"));

        assertThat(received.getUrl())
                .isEqualTo("/o?a=1&timestamp=1795608000&sign=" + signed("a=1&timestamp=1795608000"));
    }

    @Test
    void memberOfAJsonBodyIsReplaced() {
        HmacAuth auth = auth("{{bodyParameters | pairs('=', '&')}}|{{body}}").bodyField("Signature", "{{signature}}");

        LoggedRequest received = received(auth, Request.post("/o").json("{\"Signature\": \"user\", \"A\": 1}"));

        assertThat(received.getBodyAsString()).isEqualTo("{\"A\":1,\"Signature\":\"" + signed("A=1|{\"A\":1}") + "\"}");
    }

    @Test
    void fieldsOfAFormAreReplaced() {
        HmacAuth auth = auth("{{body}}").bodyField("nonce", "{{time}}").bodyField("Signature", "{{signature}}");

        LoggedRequest received = received(
                auth,
                Request.post("/o")
                        .body(Body.form(List.of(
                                Map.entry("Signature", "user"), Map.entry("a b", "1"), Map.entry("nonce", "2")))));

        assertThat(received.getBodyAsString())
                .isEqualTo("a%20b=1&nonce=1795608000&Signature=" + signed("a%20b=1&nonce=1795608000"));
    }

    @Test
    void headerFieldOfTheSignatureIsReplaced() {
        HmacAuth auth = auth("{{header.X-Sign | default('none')}}").header("X-Sign", "{{signature}}");

        assertThat(received(auth, Request.get("/o").header("X-Sign", "old")).getHeader("X-Sign"))
                .isEqualTo(signed("none"));
    }

    @ParameterizedTest
    @CsvSource({"/o?a=1,a=1", "/o?a=1&key=old,a=1"})
    void digestOfADefinitionCoversNoReplacedParameter(String url, String query) {
        AuthStrategy auth = AuthDefinition.parse("{\"name\": \"S\", \"baseUrl\": \"" + service.baseUrl() + """
                ", "strategies": {"k": {"type": "custom", "fields": [{"name": "key", "secret": true}],
                  "headers": {"X-Digest": "{{query | sha256}}"}, "query": {"key": "{{auth.key}}"}}}}""")
                .choose("k")
                .value("key", KEY)
                .build();

        assertThat(received(auth, Request.get(url)).getHeader("X-Digest"))
                .isEqualTo(HexFormat.of().formatHex(Hashing.sha256(query.getBytes(StandardCharsets.UTF_8))));
    }
}
