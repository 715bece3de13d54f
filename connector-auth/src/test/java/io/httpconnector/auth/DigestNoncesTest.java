package io.httpconnector.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.AuthStrategy;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

/** Digest authentication with services that limit the use and lifetime of a nonce: RFC 7616, sections 3.3, 3.5 and 5.4. */
@Timeout(30)
class DigestNoncesTest {

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Service service = new Service();
    private HttpServer server;

    /** A service with nonces that are valid for {@code uses} requests. */
    private static final class Service {
        private String user = "ann";
        private String password = "p\u00e4ss";
        private String realm = "shop";
        private String more = ", qop=\"auth\"";
        private String algorithm = "SHA-256";
        private int uses = 1;
        private boolean saysStale;
        private boolean announcesNext;
        private boolean inOneHeader;
        private boolean fixedNonce;
        private int issued;
        private int unsigned;
        private int rejected;
        private int served;
        private final Map<String, Integer> left = new HashMap<>();
        private final Set<String> counts = new HashSet<>();
        private final List<String> headers = new ArrayList<>();

        private synchronized String nonce() {
            String nonce = fixedNonce ? "n" : "n" + ++issued;
            left.putIfAbsent(nonce, uses);
            return nonce;
        }

        private synchronized boolean isGood(String method, String target, byte[] body, String header) {
            Map<String, String> sent = parameters(header);
            headers.add(header);
            String nonce = sent.getOrDefault("nonce", "");
            int remaining = left.getOrDefault(nonce, 0);
            if (remaining == 0 || !isRight(method, target, body, sent)) {
                return false;
            }
            if (sent.containsKey("nc")) {
                int count = Integer.parseInt(sent.get("nc"), 16);
                if (!counts.add(nonce + " " + count)) {
                    return false;
                }
            }
            left.put(nonce, remaining - 1);
            return true;
        }

        private boolean isRight(String method, String target, byte[] body, Map<String, String> sent) {
            String name =
                    sent.getOrDefault("username", "").replace("\\\\", "\\").replace("\\\"", "\"");
            String expected = "true".equals(sent.get("userhash")) ? hash(bytes(user + ":" + realm)) : user;
            String secret = hash(bytes(user + ":" + realm + ":" + password));
            if (algorithm.endsWith("-sess")) {
                secret = hash(bytes(secret + ":" + sent.get("nonce") + ":" + sent.get("cnonce")));
            }
            String data = method + ":" + target;
            if ("auth-int".equals(sent.get("qop"))) {
                data += ":" + hash(body);
            }
            String middle = sent.containsKey("qop")
                    ? ":" + sent.get("nc") + ":" + sent.get("cnonce") + ":" + sent.get("qop")
                    : "";
            String response = hash(bytes(secret + ":" + sent.get("nonce") + middle + ":" + hash(bytes(data))));
            return name.equals(expected) && target.equals(sent.get("uri")) && response.equals(sent.get("response"));
        }

        private String hash(byte[] bytes) {
            String name = algorithm.replace("-sess", "").replace("SHA-512-256", "SHA-512/256");
            try {
                return HexFormat.of().formatHex(MessageDigest.getInstance(name).digest(bytes));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        private void handle(HttpExchange exchange) throws IOException {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String header = exchange.getRequestHeaders().getFirst("Authorization");
            boolean good = header != null
                    && isGood(
                            exchange.getRequestMethod(),
                            exchange.getRequestURI().toString(),
                            body,
                            header);
            synchronized (this) {
                if (good) {
                    served++;
                    if (announcesNext) {
                        exchange.getResponseHeaders()
                                .add("Authentication-Info", "qop=auth, nextnonce=\"" + nonce() + "\", nc=00000001");
                    }
                } else {
                    if (header == null) {
                        unsigned++;
                    } else {
                        rejected++;
                    }
                    challenge(exchange, header != null && saysStale);
                }
            }
            exchange.sendResponseHeaders(good ? 200 : 401, -1);
            exchange.close();
        }

        private void challenge(HttpExchange exchange, boolean stale) {
            String weak = "Digest realm=\"" + realm + "\", nonce=\"weak\", qop=\"auth\", algorithm=MD5";
            String unknown = "Digest realm=\"" + realm + "\", nonce=\"unknown\", qop=\"auth\", algorithm=SHA3-256";
            String strong = "Digest realm=\"" + realm + "\", nonce=\"" + nonce() + "\", opaque=\"o\\\"p\", algorithm="
                    + algorithm + more + (stale ? ", stale=true" : "");
            List<String> challenges = algorithm.startsWith("MD5")
                    ? List.of(strong)
                    : List.of("Basic realm=\"a, b\"", weak, unknown, strong);
            if (inOneHeader) {
                exchange.getResponseHeaders().add("WWW-Authenticate", String.join(", ", challenges));
            } else {
                challenges.forEach(one -> exchange.getResponseHeaders().add("WWW-Authenticate", one));
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, String> parameters(String header) {
        Map<String, String> parameters = new HashMap<>();
        Matcher parameter = Pattern.compile("([a-z]+\\*?)=(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^,]*))")
                .matcher(header);
        while (parameter.find()) {
            parameters.put(parameter.group(1), parameter.group(2) == null ? parameter.group(3) : parameter.group(2));
        }
        return parameters;
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", service::handle);
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private HttpConnection connection(AuthStrategy auth) {
        return HttpConnection.named("Camera")
                .baseUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .auth(auth)
                .build();
    }

    private HttpConnection connection() {
        return connection(DigestAuth.of(service.user, Secret.of(service.password)));
    }

    private void send(HttpConnection connection, int times) {
        for (int i = 0; i < times; i++) {
            Response response = connection.send(Request.post("/a%20b?c=d").json(Map.of("n", i)));
            assertThat(response.status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, false, MD5",
        "1, true, MD5",
        "1, false, SHA-256",
        "1, false, SHA-256-sess",
        "1, false, MD5-sess",
        "1, false, SHA-512-256",
        "2, false, SHA-256",
        "3, true, MD5-sess"
    })
    void exhaustedNonceIsReplaced(int uses, boolean saysStale, String algorithm) {
        service.uses = uses;
        service.saysStale = saysStale;
        service.algorithm = algorithm;
        try (HttpConnection connection = connection()) {
            send(connection, 6);
        }
        assertThat(service.served).isEqualTo(6);
        assertThat(service.unsigned).isEqualTo(1);
        assertThat(service.rejected).isEqualTo((6 - 1) / uses);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ", qop=\"\"", ", qop=\"auth-int\"", ", qop=\"auth-int, auth\"", ", userhash=true"})
    void qualityOfProtectionOfTheChallengeIsUsed(String more) {
        service.more = more;
        try (HttpConnection connection = connection()) {
            send(connection, 3);
        }
        assertThat(service.served).isEqualTo(3);
        assertThat(service.rejected).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void strongestOfSeveralChallengesIsUsed(boolean inOneHeader) {
        service.inOneHeader = inOneHeader;
        try (HttpConnection connection = connection()) {
            send(connection, 3);
        }
        assertThat(service.headers).allMatch(header -> header.contains("algorithm=SHA-256"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"SHA-256", "MD5", "SHA-256-sess"})
    void nextNonceIsUsed(String algorithm) {
        service.announcesNext = true;
        service.algorithm = algorithm;
        try (HttpConnection connection = connection()) {
            send(connection, 5);
        }
        assertThat(service.served).isEqualTo(5);
        assertThat(service.unsigned).isEqualTo(1);
        assertThat(service.rejected).isZero();
        assertThat(service.headers.stream().map(header -> parameters(header).get("nonce")))
                .containsExactly("n1", "n2", "n3", "n4", "n5");
    }

    @Test
    void requestsWithTheSameNonceAreCounted() {
        service.uses = 100;
        try (HttpConnection connection = connection()) {
            send(connection, 4);
        }
        assertThat(service.headers.stream().map(header -> parameters(header).get("nc")))
                .containsExactly("00000001", "00000002", "00000003", "00000004");
    }

    @ParameterizedTest
    @CsvSource({"1, false, false", "1, true, false", "1000, false, false", "1000, false, true", "3, false, false"})
    void concurrentRequestsSucceed(int uses, boolean announcesNext, boolean fixedNonce) throws Exception {
        service.uses = uses;
        service.announcesNext = announcesNext;
        service.fixedNonce = fixedNonce;
        try (HttpConnection connection = connection()) {
            for (int round = 0; round < 3; round++) {
                List<Callable<Integer>> calls = Stream.<Callable<Integer>>generate(
                                () -> () -> connection.send(Request.get("/a")).status())
                        .limit(32)
                        .toList();
                for (Future<Integer> call : threads.invokeAll(calls)) {
                    assertThat(call.get()).isEqualTo(200);
                }
            }
        }
        assertThat(service.served).isEqualTo(96);
    }

    @ParameterizedTest
    @CsvSource({"1, false", "1, true", "1000, false"})
    void wrongPasswordIsSentOncePerCall(int uses, boolean announcesNext) {
        service.uses = uses;
        service.announcesNext = announcesNext;
        try (HttpConnection connection = connection(DigestAuth.of(service.user, Secret.of("wrong")))) {
            for (int call = 1; call <= 3; call++) {
                assertThatThrownBy(() -> connection.send(Request.get("/")))
                        .isInstanceOf(StatusException.class)
                        .hasMessageContaining("401")
                        .hasMessageNotContaining("wrong");
                assertThat(service.rejected).isEqualTo(call);
            }
        }
    }

    @Test
    void changedPasswordIsUsed() {
        String[] password = {service.password};
        try (HttpConnection connection = connection(DigestAuth.of(service.user, Secret.from(() -> password[0])))) {
            send(connection, 2);
            service.password = "new";
            assertThatThrownBy(() -> connection.send(Request.get("/"))).isInstanceOf(StatusException.class);
            password[0] = "new";
            send(connection, 2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dom\\user", "a\"b", "a:b", "a b", "user@example.com"})
    void userNameIsQuoted(String user) {
        service.user = user;
        try (HttpConnection connection = connection()) {
            send(connection, 2);
        }
    }

    @Test
    void nonAsciiUserNameIsEncoded() {
        service.user = "J\u00e4s\u00f8n";
        try (HttpConnection connection = connection()) {
            assertThatThrownBy(() -> connection.send(Request.get("/"))).isInstanceOf(StatusException.class);
        }
        assertThat(service.headers.get(0))
                .contains("username*=UTF-8''J%C3%A4s%C3%B8n,")
                .doesNotContain("username=");
    }
}
