package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CopiesTest {

    private static final Request REQUEST = Request.post("/it's%20%5Bhere%5D")
            .query("key", Secret.of("canary-1"))
            .query("q", "a b&c")
            .header("Authorization", Secret.of("Bearer canary-2"))
            .header("X-Empty", "")
            .json("{\"name\": \"O'Brien & $HOME `x` \\\\ é\"}");

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private static Exchange exchange(Request request) {
        service.stubFor(any(anyUrl())
                .willReturn(aResponse()
                        .withHeader("Content-Type", "application/json")
                        .withHeader("Set-Cookie", "session=canary-3; Path=/; HttpOnly")
                        .withBody("{\"token\": \"canary-1\"}")));
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .timeSource(new FakeTime())
                .build()) {
            return connection.send(request).exchange();
        }
    }

    @Test
    void curlCommandSendsTheSameWhenTheSecretsAreFilledIn() throws Exception {
        assumeThat(Files.exists(Path.of("/usr/bin/curl"))).isTrue();
        String command = exchange(REQUEST).asCurl();
        assertThat(command).doesNotContain("canary");
        String filled = command.replace("key=***", "key=canary-1")
                .replace("Authorization: ***", "Authorization: Bearer canary-2");

        Process curl = new ProcessBuilder("sh", "-c", filled + " --silent --output /dev/null").start();

        assertThat(curl.waitFor(10, TimeUnit.SECONDS)).isTrue();
        List<LoggedRequest> both = service.findAll(anyRequestedFor(anyUrl()));
        assertThat(both).hasSize(2);
        assertThat(both.get(1).getUrl()).isEqualTo(both.get(0).getUrl());
        assertThat(both.get(1).getMethod()).hasToString("POST");
        assertThat(both.get(1).getBody()).isEqualTo(both.get(0).getBody());
        for (String header : List.of("Authorization", "Content-Type", "X-Empty")) {
            assertThat(both.get(1).getHeader(header)).isEqualTo(both.get(0).getHeader(header));
        }
    }

    @Test
    void curlForOtherRequests() {
        assertThat(exchange(Request.of("HEAD", "/")).asCurl()).isEqualTo("curl --head '" + service.baseUrl() + "/'");
        assertThat(exchange(Request.put("/").body(Body.stream(() -> new ByteArrayInputStream(new byte[3]), "a/b")))
                        .asCurl())
                .isEqualTo("curl -X PUT '" + service.baseUrl() + "/' \\\n  -H 'Content-Type: a/b' \\\n"
                        + "  --data-binary @BODY");
    }

    @Test
    void httpFile() {
        assertThat(exchange(REQUEST).asHttp())
                .isEqualTo("POST " + service.baseUrl() + "/it's%20%5Bhere%5D?key=***&q=a%20b%26c\n"
                        + "Authorization: ***\n"
                        + "Content-Type: application/json\n" + "X-Empty: \n\n"
                        + "{\"name\": \"O'Brien & $HOME `x` \\\\ é\"}\n");
    }

    @Test
    void archive() throws IOException {
        Exchange exchange = exchange(REQUEST.named("Create"));

        String text = exchange.asHar();

        assertThat(text).doesNotContain("canary");
        JsonNode entry = new ObjectMapper().readTree(text).at("/log/entries/0");
        assertThat(entry.at("/startedDateTime").asText()).isEqualTo("2026-11-25T10:00:00Z");
        assertThat(entry.at("/comment").asText()).isEqualTo("Create");
        assertThat(entry.at("/request/method").asText()).isEqualTo("POST");
        assertThat(entry.at("/request/queryString/1/value").asText()).isEqualTo("a b&c");
        assertThat(entry.at("/request/postData/mimeType").asText()).isEqualTo("application/json");
        assertThat(entry.at("/response/status").asInt()).isEqualTo(200);
        assertThat(entry.at("/response/content/text").asText()).isEqualTo("{\"token\": \"***\"}");
        assertThat(exchange.elapsed()).isEqualTo(Duration.ZERO);
    }

    @Test
    void cookieOfTheServiceIsASecretToo() {
        assertThat(exchange(REQUEST).responseHeaders().first("Set-Cookie")).hasValue("session=***; Path=/; HttpOnly");
    }
}
