package io.httpconnector.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Proxy;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Digest authentication with a service that computes the response by the formulas of RFC 7616, section 3.4.1, and counts requests. */
@Timeout(30)
class DigestAuthTest {

    private static final String USER = "Mufasa";
    private static final String PASSWORD = "Circle of L\u00effe";

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Integer> counts = new HashMap<>();
    private HttpServer server;
    private String challenges = "";
    private int nonce = 1;
    private int challenged;
    private boolean isAbsolute;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        Map<String, String> sent = parameters(exchange.getRequestHeaders().getFirst("Authorization"));
        boolean good;
        synchronized (this) {
            good = isGood(exchange, sent, body);
            if (!good) {
                challenged++;
                boolean isStale =
                        sent.containsKey("nonce") && !sent.get("nonce").equals("n" + nonce);
                for (String challenge : challenges.split("\n", -1)) {
                    exchange.getResponseHeaders()
                            .add(
                                    "WWW-Authenticate",
                                    challenge.replace("NONCE", "n" + nonce) + (isStale ? ", stale=true" : ""));
                }
            }
        }
        exchange.sendResponseHeaders(good ? 200 : 401, -1);
        exchange.close();
    }

    private boolean isGood(HttpExchange exchange, Map<String, String> sent, byte[] body) {
        if (!("n" + nonce).equals(sent.get("nonce")) || !uri(exchange).equals(sent.get("uri"))) {
            return false;
        }
        String algorithm = sent.getOrDefault("algorithm", "MD5");
        String hash = algorithm.startsWith("SHA-256") ? "SHA-256" : "MD5";
        String a1 = hash(hash, bytes(USER + ":http-auth@example.org:" + PASSWORD));
        if (algorithm.endsWith("-sess")) {
            a1 = hash(hash, bytes(a1 + ":" + sent.get("nonce") + ":" + sent.get("cnonce")));
        }
        String a2 = exchange.getRequestMethod() + ":" + sent.get("uri");
        String qop = sent.get("qop");
        if ("auth-int".equals(qop)) {
            a2 += ":" + hash(hash, body);
        }
        String middle = qop == null ? "" : ":" + sent.get("nc") + ":" + sent.get("cnonce") + ":" + qop;
        String response = hash(hash, bytes(a1 + ":" + sent.get("nonce") + middle + ":" + hash(hash, bytes(a2))));
        if (!response.equals(sent.get("response"))) {
            return false;
        }
        return qop == null || counts.put(sent.get("nonce") + sent.get("nc"), 1) == null;
    }

    private String uri(HttpExchange exchange) {
        String uri = exchange.getRequestURI().toString();
        return isAbsolute ? uri.replaceFirst("^http://front_door\\.example", "") : uri;
    }

    private static String hash(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, String> parameters(String header) {
        Map<String, String> parameters = new HashMap<>();
        Matcher parameter = Pattern.compile("([a-z]+)=(?:\"([^\"]*)\"|([^,]*))").matcher(header == null ? "" : header);
        while (parameter.find()) {
            parameters.put(parameter.group(1), parameter.group(2) == null ? parameter.group(3) : parameter.group(2));
        }
        return parameters;
    }

    private HttpConnection connection(String password) {
        return HttpConnection.named("Camera")
                .baseUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .auth(DigestAuth.of(USER, Secret.of(password)))
                .build();
    }

    private static String challenge(String more) {
        return "Digest realm=\"http-auth@example.org\", nonce=\"NONCE\", opaque=\"o\"" + more;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "''",
                "', qop=\"auth\"'",
                "', qop=\"auth-int,auth\", algorithm=MD5'",
                "', qop=\"auth-int\", algorithm=SHA-256'",
                "', qop=\"auth\", algorithm=SHA-256, charset=UTF-8'",
                "', qop=\"auth\", algorithm=MD5-sess'",
                "', qop=\"auth\", algorithm=SHA-256-sess'",
                "', algorithm=MD5-sess'",
                "', algorithm=SHA-256-sess'",
                "', qop=\"\"'",
                "', qop=\",auth,,\"'",
                "' , ,qop = \"auth\" ,,algorithm = SHA-256,'",
                "',QOP=auth,ALGORITHM=\"SHA-256\"'"
            })
    void challengeIsUsedForFurtherRequestsWithItsCount(String more) {
        challenges = challenge(more);
        try (HttpConnection connection = connection(PASSWORD)) {
            for (int i = 0; i < 3; i++) {
                int status = connection
                        .send(Request.post("/dir/index.html?a=b%20c").json(Map.of("n", i)))
                        .status();
                assertThat(status).isEqualTo(200);
            }
        }
        assertThat(challenged).isEqualTo(1);
    }

    @Test
    void strongestChallengeIsUsed() {
        challenges = "Basic realm=\"x\"\n" + challenge(", qop=\"auth\", algorithm=MD5") + ", "
                + challenge(", qop=\"auth\", algorithm=SHA-256") + "\n" + challenge(", algorithm=UNKNOWN");
        try (HttpConnection connection = connection(PASSWORD)) {
            assertThat(connection
                            .send(Request.get("/"))
                            .exchange()
                            .requestHeaders()
                            .first("Authorization"))
                    .contains("***");
        }
        assertThat(counts).hasSize(1);
        assertThat(challenged).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ", , DIGEST, ,",
                "Negotiate, DIGEST",
                "Negotiate YII=, DIGEST",
                "NTLM TlRMTVNTUAAC+/==,,DIGEST,, Basic realm=\"x\"",
                "Basic realm=\"a, Digest realm=\\\"x\\\", nonce=\\\"no\\\"\", DIGEST",
                "Basic realm=\"\\\\\", DIGEST",
                "Bearer realm=x, error=\"Digest nonce=\", DIGEST, Unknown a=b",
                "Digest realm=\"x\", nonce=\"no\", algorithm=SHA3-256, DIGEST",
                "Digest realm=\"x\", nonce=\"no\", qop=\"auth-conf\", DIGEST",
                "Digest nonce=\"no\", algorithm=SHA-512-256, DIGEST",
                "Basic realm=\"x\"\nDIGEST\nNegotiate",
                "Basic\trealm=\"x\",\tDIGEST",
                "\"stray\", ;, DIGEST",
                "DIGEST, Basic realm=\"not closed"
            })
    void digestIsFoundAmongOtherChallenges(String all) {
        challenges = all.replace("DIGEST", challenge(", qop=\"auth\", algorithm=SHA-256"));
        try (HttpConnection connection = connection(PASSWORD)) {
            assertThat(connection.send(Request.get("/")).status()).isEqualTo(200);
        }
        assertThat(challenged).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Basic realm=\"DIGEST\"",
                "Basic realm=\"a, DIGEST\"",
                "x=\"DIGEST\"",
                "Basic realm=\"\\\", DIGEST"
            })
    void digestInAQuotedStringIsNotAChallenge(String all) {
        challenges = all.replace("DIGEST", challenge(", qop=auth").replace("\"", ""));
        try (HttpConnection connection = connection(PASSWORD)) {
            assertThatThrownBy(() -> connection.send(Request.get("/"))).isInstanceOf(StatusException.class);
        }
        assertThat(challenged).isEqualTo(1);
    }

    /** {@code java.net.URI} has no host for such a name. */
    @Test
    void hostMayHaveAnUnderscore() {
        challenges = challenge(", qop=\"auth\"");
        try (HttpConnection connection = HttpConnection.named("Camera")
                .baseUrl("http://front_door.example/api")
                .proxy(Proxy.http("127.0.0.1", server.getAddress().getPort()))
                .auth(DigestAuth.of(USER, Secret.of(PASSWORD)))
                .build()) {
            // The proxy receives the absolute URL, the digest covers the path.
            isAbsolute = true;

            assertThat(connection.send(Request.get("/a")).status()).isEqualTo(200);
            assertThat(connection.send(Request.get("/b?c=1")).status()).isEqualTo(200);
        }
        assertThat(challenged).isEqualTo(1);
    }

    @Test
    void staleNonceIsReplaced() {
        challenges = challenge(", qop=\"auth\"");
        try (HttpConnection connection = connection(PASSWORD)) {
            connection.send(Request.get("/"));
            nonce = 2;
            connection.send(Request.get("/"));
            connection.send(Request.get("/"));
        }
        assertThat(challenged).isEqualTo(2);
    }

    @Test
    void wrongPasswordIsSentOnce() {
        challenges = challenge(", qop=\"auth\"");
        try (HttpConnection connection = connection("wrong")) {
            assertThatThrownBy(() -> connection.send(Request.get("/")))
                    .isInstanceOf(StatusException.class)
                    .hasMessageContaining("401")
                    .hasMessageNotContaining("wrong");
        }
        assertThat(challenged).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "a,", "a ", "\\\"", ", "})
    @Timeout(value = 6, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void maliciousChallengeIsParsedInLinearTime(String piece) {
        challenges = challenge(", qop=\"" + piece.repeat(60_000 / piece.length()) + "x\"");
        try (HttpConnection connection = connection(PASSWORD)) {
            assertThatThrownBy(() -> connection.send(Request.get("/"))).isInstanceOf(ConnectorException.class);
        }
        assertThat(challenged).isPositive();
    }

    @Test
    void serviceWithoutADigestChallengeGetsNoCredentials() {
        challenges = "Bearer realm=\"x\"";
        try (HttpConnection connection = connection(PASSWORD)) {
            assertThatThrownBy(() -> connection.send(Request.get("/"))).isInstanceOf(StatusException.class);
        }
        assertThat(challenged).isEqualTo(1);
    }

    @Test
    void threadsShareTheNonceCount() throws Exception {
        challenges = challenge(", qop=\"auth\", algorithm=SHA-256");
        try (HttpConnection connection = connection(PASSWORD)) {
            List<Callable<Integer>> calls = Stream.<Callable<Integer>>generate(
                            () -> () -> connection.send(Request.get("/a")).status())
                    .limit(64)
                    .toList();
            for (Future<Integer> call : threads.invokeAll(calls)) {
                assertThat(call.get()).isEqualTo(200);
            }
        }
        assertThat(counts).hasSize(64);
    }

    @Test
    void missingValuesAreReported() {
        assertThatThrownBy(() -> DigestAuth.of("", null))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("user: it is missing")
                .hasMessageContaining("password: it is null");
        assertThatThrownBy(() -> DigestAuth.of("a", Secret.of("b")).apply(Request.get("/")))
                .hasMessageContaining("open(...)");
    }
}
