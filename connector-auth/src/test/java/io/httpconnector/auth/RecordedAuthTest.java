package io.httpconnector.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.AuthStrategy;
import io.httpconnector.Body;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.OAuth2;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.testing.recording.Recording;
import io.httpconnector.testing.recording.RecordingBuilder;
import io.httpconnector.testing.recording.RecordingMode;
import io.httpconnector.wizard.RecommendationSources;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Recordings of connections with auth strategies: the strategies work during a replay, and no secret is in the file. */
@Timeout(120)
@SuppressWarnings("try") // Resources are closed within tests.
class RecordedAuthTest {

    @TempDir
    private Path directory;

    private Recording recording(RecordingMode mode) {
        RecordingBuilder builder = Recording.of(directory.resolve("test.har")).mode(mode);
        return (mode == RecordingMode.RECORD ? builder.timeSource(new VirtualTime()) : builder).start();
    }

    @Test
    void tokensOfTwoOriginsAreRenewedDuringAReplay() throws IOException {
        List<String> texts = new ArrayList<>();
        try (MockService api = MockService.start();
                MockService server = MockService.start()) {
            List<String> tokens = List.of("first-token-8f3a", "second-token-91bc");
            int[] count = {0};
            server.on(
                    "POST",
                    "/token",
                    request -> MockResponse.json("{\"access_token\": \"" + tokens.get(count[0]++)
                            + "\", \"token_type\": \"Bearer\", \"expires_in\": 3600, \"refresh_token\": \"r-" + count[0]
                            + "-77aa55\", \"scope\": \"read\"}"));
            api.on("GET", "/orders", request -> {
                boolean isRejected = request.uri().getQuery().equals("n=2")
                        && request.header("authorization").orElse("").endsWith(tokens.get(0));
                return isRejected
                        ? MockResponse.status(401)
                        : MockResponse.json("[" + request.uri().getQuery().substring(2) + "]");
            });
            for (RecordingMode mode : List.of(RecordingMode.RECORD, RecordingMode.REPLAY)) {
                String secret = mode == RecordingMode.RECORD ? "client-secret-of-production" : "any";
                try (Recording recording = recording(mode);
                        HttpConnection connection = recording
                                .attachTo(HttpConnection.named("API")
                                        .baseUrl(api.baseUrl())
                                        .auth(OAuth2.clientCredentials()
                                                .tokenUrl(server.baseUrl() + "/token")
                                                .client("app", Secret.of(secret))
                                                .timeSource(recording.time())
                                                .build()))
                                .build()) {
                    for (int i = 1; i <= 3; i++) {
                        texts.add(connection.send(Request.get("/orders?n=" + i)).text());
                        recording.pause(Duration.ofMinutes(1));
                    }
                }
                if (mode == RecordingMode.RECORD) {
                    api.close();
                    server.close();
                }
            }
        }
        assertThat(texts).containsExactly("[1]", "[2]", "[3]", "[1]", "[2]", "[3]");
        String file = Files.readString(directory.resolve("test.har"));
        assertThat(file)
                .doesNotContain("first-token", "second-token", "77aa55", "client-secret-of-production")
                .contains("\\\"expires_in\\\":3600", "\\\"scope\\\":\\\"read\\\"");
        // Two tokens, four requests, one of which was rejected.
        assertThat(new ObjectMapper().readTree(file).at("/log/entries")).hasSize(6);
    }

    @Test
    void loginsAreReplayed() throws IOException {
        List<String> texts = new ArrayList<>();
        try (MockService api = MockService.start()) {
            api.on(
                    "POST",
                    "/login",
                    MockResponse.json("{\"session\": {\"key\": \"session-key-314159\"}, \"user\": 7}"));
            api.on(
                    "GET",
                    "/me",
                    request -> MockResponse.json("{\"ok\": "
                            + request.header("authorization").orElse("").contains("session-key") + "}"));
            for (RecordingMode mode : List.of(RecordingMode.RECORD, RecordingMode.REPLAY)) {
                try (Recording recording = recording(mode);
                        HttpConnection connection = recording
                                .attachTo(HttpConnection.named("API")
                                        .baseUrl(api.baseUrl())
                                        .auth(LoginAuth.by(Request.post("/login")
                                                        .body(Body.form()
                                                                .field("user", "me")
                                                                .field("password", Secret.of("pass-of-" + mode))))
                                                .token("/session/key")
                                                .timeSource(recording.time())
                                                .build()))
                                .build()) {
                    texts.add(connection.send(Request.get("/me")).text());
                }
                api.close();
            }
        }
        assertThat(texts).containsExactly("{\"ok\": true}", "{\"ok\": true}");
        assertThat(Files.readString(directory.resolve("test.har"))).doesNotContain("314159", "pass-of-RECORD");
    }

    /** Random secrets in each location that the library knows, which the service also echoes in several encodings. */
    @Test
    void noSecretIsInTheFile() throws IOException {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("RecordedAuthTest: -Dseed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < Integer.getInteger("cases", 8); round++) {
            Map<String, String> secrets = new LinkedHashMap<>();
            Path file = directory.resolve("round-" + round + ".har");
            Supplier<String> fresh = () -> secret(random);
            List<String> echoed = new CopyOnWriteArrayList<>();
            try (MockService service = MockService.start()) {
                for (String name : List.of(
                        "password",
                        "key",
                        "query",
                        "header",
                        "form",
                        "json",
                        "access",
                        "refresh",
                        "client",
                        "cookie",
                        "hmac",
                        "part",
                        "other")) {
                    secrets.put(name, fresh.get());
                }
                service.on(
                        "POST",
                        "/token",
                        request -> MockResponse.json(json(Map.of(
                                        "access_token", header(secrets.get("access")),
                                        "refresh_token", header(secrets.get("refresh")),
                                        "custom_credential", secrets.get("other"),
                                        "token_type", "Bearer")))
                                .header("X-Session", header(secrets.get("cookie")))
                                .header("Set-Cookie", "sid=" + url(secrets.get("cookie")) + "; Path=/"));
                for (String method : List.of("GET", "POST")) {
                    service.on(method, "/echo", request -> {
                        echoed.add(request.body());
                        return MockResponse.json("{\"headers\": " + json(request.headers()) + ", \"body\": "
                                        + json(Map.of("text", request.body())) + ", \"base64\": \""
                                        + base64(request.body()) + "\", \"url\": \"" + request.uri() + "\"}")
                                .header("X-Echo", request.header("x-key").orElse("none"))
                                .header("Set-Cookie", "sid=" + url(secrets.get("cookie")) + "; HttpOnly");
                    });
                }
                AuthStrategy oauth = OAuth2.clientCredentials()
                        .tokenUrl(service.baseUrl() + "/token")
                        .client("app", Secret.of(secrets.get("client")))
                        .build();
                List<AuthStrategy> strategies = List.of(
                        BasicAuth.of("user", Secret.of(secrets.get("password"))),
                        oauth,
                        HmacAuth.of("HmacSHA256", Secret.of(secrets.get("hmac")), "{{method}}{{body}}")
                                .header("X-Signature", "{{signature}}"),
                        request -> request.header("X-Key", header(secrets.get("key"))));
                try (Recording recording = Recording.of(file)
                        .mode(RecordingMode.RECORD)
                        .timeSource(new VirtualTime())
                        .start()) {
                    for (AuthStrategy strategy : strategies) {
                        try (HttpConnection connection = recording
                                .attachTo(HttpConnection.named("API")
                                        .baseUrl(service.baseUrl())
                                        .totalTimeout(Duration.ofSeconds(30))
                                        .auth(strategy))
                                .build()) {
                            connection.send(Request.get("/echo")
                                    .query("q", Secret.of(secrets.get("query")))
                                    .header("X-Key", Secret.of(header(secrets.get("header")))));
                            connection.send(
                                    Request.post("/echo").body(Body.form().field("f", Secret.of(secrets.get("form")))));
                            connection.send(Request.post("/echo")
                                    .body(Body.multipart().field("p", Secret.of(secrets.get("part")))));
                            connection.send(Request.post("/echo")
                                    .header("X-Json", Secret.of(header(secrets.get("json"))))
                                    .body(Body.json(Map.of("value", header(secrets.get("json"))))));
                        }
                    }
                }
            }
            String text = Files.readString(file);
            assertThat(echoed).isNotEmpty();
            for (Map.Entry<String, String> secret : secrets.entrySet()) {
                for (String spelling : spellings(secret.getValue())) {
                    assertThat(text.contains(spelling))
                            .as(
                                    "seed %d, round %d: %s %s as %s",
                                    seed, round, secret.getKey(), secret.getValue(), spelling)
                            .isFalse();
                    assertThat(decoded(text)).noneMatch(body -> body.contains(spelling));
                }
            }
            JsonNode har = new ObjectMapper().readTree(text);
            assertThat(har.at("/log/entries")).hasSize(4 * 4 + 1);
            // The importer of the wizard reads the file.
            assertThat(RecommendationSources.har(text).all()).isNotEmpty();
        }
    }

    /** Returns a secret of 8 to 40 characters with all kinds of characters. */
    private static String secret(Random random) {
        String characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                + (random.nextBoolean() ? "+/=&?%\"\\<>:;,.-_~!$'()* äß€" : "");
        StringBuilder secret = new StringBuilder();
        int length = 8 + random.nextInt(33);
        while (secret.length() < length) {
            secret.append(characters.charAt(random.nextInt(characters.length())));
        }
        return secret.toString().strip().isEmpty()
                ? secret(random)
                : secret.toString().replaceAll("^ | $", "x");
    }

    /** Returns the secret as far as a header field can contain it. */
    private static String header(String secret) {
        return secret.replaceAll("[^!-~]", "x");
    }

    private static String url(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String json(Object value) {
        try {
            return new ObjectMapper().writeValueAsString(value);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static List<String> spellings(String secret) {
        List<String> all = new ArrayList<>();
        for (String text : List.of(secret, header(secret))) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            String quoted = json(text);
            String escaped = json(quoted.substring(1, quoted.length() - 1));
            all.addAll(List.of(
                    text,
                    url(text),
                    url(text).toLowerCase(Locale.ROOT),
                    url(text).replace("+", "%20"),
                    quoted.substring(1, quoted.length() - 1),
                    escaped.substring(1, escaped.length() - 1),
                    HexFormat.of().formatHex(bytes)));
            for (int before = 0; before < 3; before++) {
                byte[] padded = new byte[before + bytes.length];
                System.arraycopy(bytes, 0, padded, before, bytes.length);
                String encoded = Base64.getEncoder().encodeToString(padded);
                int start = (before * 8 + 5) / 6;
                String core = encoded.substring(start, padded.length * 8 / 6);
                all.add(core);
                all.add(core.replace('+', '-').replace('/', '_'));
            }
        }
        return all;
    }

    /** Returns the bodies that are Base64 in the file. */
    private static List<String> decoded(String text) throws IOException {
        List<String> all = new ArrayList<>();
        for (JsonNode entry : new ObjectMapper().readTree(text).at("/log/entries")) {
            for (JsonNode body : List.of(entry.at("/request/postData"), entry.at("/response/content"))) {
                if (body.has("encoding") || body.has("_encoding")) {
                    all.add(new String(
                            Base64.getDecoder().decode(body.path("text").asText()), StandardCharsets.UTF_8));
                }
            }
        }
        return all;
    }
}
