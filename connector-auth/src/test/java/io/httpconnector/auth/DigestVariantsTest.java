package io.httpconnector.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.HttpConnection;
import io.httpconnector.Proxy;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Digest authentication with unusual URLs, realms and passwords, computed independently, and compared with curl. */
class DigestVariantsTest {

    private static final Pattern PARAMETER = Pattern.compile("(\\w+)=(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^,\\s]+))");

    private final List<String> authorizations = Collections.synchronizedList(new ArrayList<>());
    private volatile String challenge = "";
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (authorization == null) {
            exchange.getResponseHeaders().add("WWW-Authenticate", challenge);
            exchange.sendResponseHeaders(401, -1);
        } else {
            authorizations.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + "\n" + authorization);
            exchange.sendResponseHeaders(200, -1);
        }
        exchange.close();
    }

    private static String digest(String algorithm, String text) throws GeneralSecurityException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static Map<String, String> parameters(String authorization) {
        Map<String, String> all = new TreeMap<>();
        Matcher matcher = PARAMETER.matcher(authorization);
        while (matcher.find()) {
            all.put(
                    matcher.group(1),
                    matcher.group(2) == null
                            ? matcher.group(3)
                            : matcher.group(2).replaceAll("\\\\(.)", "$1"));
        }
        return all;
    }

    /** RFC 7616, section 3.4: the response of the client, from its own parameters. */
    private static void check(String received, String hash, String user, String realm, String password)
            throws GeneralSecurityException {
        String[] lines = received.split("\n", 2);
        Map<String, String> sent = parameters(lines[1]);
        String target = lines[0].substring(lines[0].indexOf(' ') + 1);
        assertThat(sent).containsEntry("uri", target);
        assertThat(sent).containsEntry("realm", realm);
        String first = digest(hash, user + ":" + realm + ":" + password);
        if (String.valueOf(sent.get("algorithm")).endsWith("-sess")) {
            first = digest(hash, first + ":" + sent.get("nonce") + ":" + sent.get("cnonce"));
        }
        String second = digest(hash, lines[0].substring(0, lines[0].indexOf(' ')) + ":" + target);
        String middle = sent.containsKey("qop")
                ? sent.get("nonce") + ":" + sent.get("nc") + ":" + sent.get("cnonce") + ":" + sent.get("qop")
                : sent.get("nonce");
        assertThat(sent).containsEntry("response", digest(hash, first + ":" + middle + ":" + second));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "Digest realm=\"a \\\"b\\\" c\", nonce=\"n\\\\1\", qop=\"auth\" | MD5 | a \"b\" c | /a?b=c%20d",
                "Digest realm=\"\", nonce=\"n1\", qop=\"auth-int,auth\", algorithm=SHA-256 | SHA-256 | ~~ | /a_b/%C3%BC?x",
                "Digest realm=\"r, s\", nonce=\"n=1,2\", qop=auth, algorithm=MD5-sess, opaque=\"o p\" | MD5 | r, s | /",
                "digest REALM=\"r\" , NONCE=\"n1\" , Algorithm=md5 , QOP=AUTH | MD5 | r | /a",
                "Digest realm=\"r\", nonce=\"n1\", qop=\"auth\", algorithm=\"SHA-512-256\" | SHA-512/256 | r | /?a=b&c=,\"",
                "Digest realm=\"r\", nonce=\"n1\", qop=\"auth\", charset=UTF-8, unknown=\"x\" | MD5 | r | /a;b/c@d",
                "Digest realm=\"r\", nonce=\"n1\" | MD5 | r | /old"
            })
    void responseIsThatOfTheRfc(String given, String hash, String realm, String target) throws Exception {
        challenge = given;
        String password = "p\u00e4:\"\\ ";
        String url = "http://localhost:" + server.getAddress().getPort();
        String path = target.replace("\"", "%22");
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(url)
                .auth(DigestAuth.of("ann", Secret.of(password)))
                .build()) {
            connection.send(Request.get(path));
        }
        check(authorizations.get(0), hash, "ann", realm, password);
        if (hash.equals("SHA-512/256") || given.startsWith("digest")) {
            return; // curl does not know the algorithm, and requires a comma after the value without white space.
        }
        try {
            Process curl = new ProcessBuilder(
                            "curl", "-s", "--path-as-is", "--digest", "-u", "ann:" + password, url + path)
                    .redirectErrorStream(true)
                    .start();
            Assumptions.assumeTrue(curl.waitFor() == 0);
        } catch (IOException e) {
            Assumptions.abort("curl is not installed");
        }
        assertThat(parameters(authorizations.get(1)).keySet())
                .as("parameters that curl sends")
                .containsAnyOf("response")
                .contains("realm", "nonce", "uri", "username");
    }

    /** A host with an underscore is no host for {@code java.net.URI}. */
    @ParameterizedTest
    @CsvSource({"GET", "HEAD", "POST"})
    void hostWithAnUnderscore(String method) throws Exception {
        challenge = "Digest realm=\"r\", nonce=\"n1\", qop=\"auth\"";
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl("http://my_host.example.com")
                .proxy(Proxy.http("localhost", server.getAddress().getPort()))
                .auth(DigestAuth.of("ann", Secret.of("pass-word")))
                .build()) {
            connection.send(Request.of(method, "/a_b"));
        }
        String[] lines = authorizations.get(0).split("\n", 2);
        assertThat(lines[0]).isEqualTo(method + " http://my_host.example.com/a_b");
        assertThat(parameters(lines[1])).containsEntry("uri", "/a_b");
    }
}
