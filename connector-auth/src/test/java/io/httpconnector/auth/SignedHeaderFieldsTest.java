package io.httpconnector.auth;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.httpconnector.Body;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.definition.AuthDefinition;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signed texts with header fields that the connection sets. */
class SignedHeaderFieldsTest {

    private static final List<String> FIELDS = List.of("Content-Length", "Content-Type", "Host", "User-Agent");
    private static final byte[] TEXT = "\u00fc".getBytes(StandardCharsets.UTF_8);

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @TempDir
    Path folder;

    private static HmacAuth auth(String template) {
        return HmacAuth.of("HmacSHA256", Secret.of("key12345"), template).header("X-Sign", "{{signature}}");
    }

    private static LoggedRequest received(HmacAuth auth, Request request) {
        service.stubFor(any(anyUrl()).willReturn(ok()));
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .auth(auth)
                .build()) {
            connection.send(request);
        }
        return service.getAllServeEvents().get(0).getRequest();
    }

    @Test
    void valuesAreThoseThatAreSent() throws IOException {
        Path file = Files.write(folder.resolve("f"), TEXT);
        for (Request request : List.of(
                Request.put("/").body(Body.text("\u00fc", "text/plain")),
                Request.put("/")
                        .body(Body.text("\u00fc".repeat(500), "text/plain").gzip()),
                Request.put("/").body(Body.file(file, "a/b")),
                Request.put("/").body(Body.stream(() -> new ByteArrayInputStream(TEXT), 2, "a/b")),
                Request.put("/").body(Body.multipart().field("a", "b")),
                Request.post("/").body(Body.form()),
                Request.post("/"),
                Request.put("/"),
                Request.patch("/"),
                Request.delete("/"),
                Request.get("/"),
                Request.get("/").header("User-Agent", "mine"),
                Request.delete("/").json(List.of()))) {
            HmacAuth auth = auth("x");
            for (String field : FIELDS) {
                auth = auth.header("X-" + field, "{{header." + field + " | default('missing')}}");
            }
            LoggedRequest received = received(auth, request);
            for (String field : FIELDS) {
                String sent = received.containsHeader(field) ? received.getHeader(field) : "missing";
                assertThat(received.getHeader("X-" + field))
                        .as(field + " of " + request)
                        .isEqualTo(sent);
            }
        }
    }

    @Test
    void lengthOfABodyIsItsSizeInBytes() {
        assertThat(received(
                                auth("x").header("X-Size", "{{body | size}} {{body | bytes | size}}"),
                                Request.put("/").body(Body.text("\u00fc", "text/plain")))
                        .getHeader("X-Size"))
                .isEqualTo("1 2");
    }

    @Test
    void valuesThatAreUnknownBeforeSendingAreAnError() {
        assertThatThrownBy(() -> received(
                        auth("{{header.Content-Length | default('')}}"),
                        Request.put("/").body(Body.stream(new ByteArrayInputStream(TEXT), "a/b"))))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("{{header.Content-Length}}: the length of the body is unknown");
        assertThatThrownBy(() -> received(auth("{{header.Accept-Encoding | default('')}}"), Request.get("/")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("set it in the request");
        HmacAuth inBody = auth("{{header.Content-Length}}").bodyField("sign", "{{signature}}");
        assertThatThrownBy(() -> received(inBody, Request.post("/")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("the signature is in the body");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Connection", "transfer-encoding", "Expect"})
    void fieldsOfTheConnectionAreRejectedByTheBuilder(String field) {
        String template = "{{header." + field + " | default('')}}";
        assertThatThrownBy(() -> auth(template))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("the connection sets this header field");
        assertThatThrownBy(() ->
                        AuthDefinition.parse("{\"name\": \"S\", \"baseUrl\": \"https://a.example\", \"strategies\":"
                                + " {\"s\": {\"type\": \"hmac\", \"algorithm\": \"HmacSHA256\", \"key\": \"{{auth.k}}\","
                                + " \"template\": \"" + template + "\", \"headers\": {\"S\": \"{{signature}}\"},"
                                + " \"fields\": [{\"name\": \"k\", \"secret\": true}]}}}"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("the connection sets this header field");
    }
}
