package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.tls.ClientCertificate;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Variants of cookies, redirects, content types, charsets, multipart forms, keys, proxies and framing, as curl and OpenSSL treat them. */
class HttpVariantsTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    private static HttpConnection connection(String url) {
        return HttpConnection.named("Service")
                .baseUrl(url)
                .retry(RetryPolicy.none())
                .dedicatedPool()
                .build();
    }

    // Cookies: RFC 6265, section 5.2. The last attribute of a name is the effective one, and names have no case.

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "sid=1; Path=/app; Path=/other            | ",
                "sid=1; Path=/other; PATH=/app            | sid=1",
                "sid=1; Max-Age=60; Max-Age=0             | ",
                "sid=1; max-age=0; MAX-AGE=60             | sid=1",
                "sid=1; DOMAIN=LOCALHOST                  | sid=1",
                "sid=1; Domain=example.com; Domain=       | sid=1",
                "sid=1; Path=\"/other\"                   | sid=1",
                "sid=\"a;b\"                              | sid=\"a",
                "sid=1; Secure=false                      | ",
                "SID=1; HttpOnly                          | SID=1",
            })
    void cookieAttributes(String setCookie, @Nullable String expected) throws Exception {
        try (WirePeer peer = new WirePeer((number, request) ->
                        "HTTP/1.1 200 OK\r\nSet-Cookie: " + setCookie + "\r\nContent-Length: 0\r\n\r\n");
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl(peer.url())
                        .dedicatedPool()
                        .cookies()
                        .build()) {
            connection.send(Request.get("/app/login"));
            connection.send(Request.get("/app/data"));
            assertThat(peer.requests().get(1).lines().filter(line -> line.startsWith("Cookie:")))
                    .isEqualTo(expected == null ? List.of() : List.of("Cookie: " + expected));
        }
    }

    // Redirects: RFC 3986, section 5.2.

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                ". /dir/",
                ".. /",
                "../../../y /y",
                "./y /dir/y",
                "? /dir/page?",
                "?a=1&b=%20 /dir/page?a=1&b=%20",
                "/a//b /a//b",
                "y;p=1?q=/../x /dir/y;p=1?q=/../x",
                "//localhost:PORT/y /y",
                "HTTP://LOCALHOST:PORT/y /y",
                "http://localhost:PORT /",
                "/%7euser/%41 /%7euser/%41",
                "/a+b?c+d /a+b?c+d",
                "/y#?x /y"
            })
    void locations(String location, String target) throws Exception {
        int[] port = {0};
        try (WirePeer peer = new WirePeer((number, request) -> request.startsWith("GET /dir/page?q=1 ")
                        ? "HTTP/1.1 302 Found\r\nLocation: " + location.replace("PORT", String.valueOf(port[0]))
                                + "\r\nContent-Length: 0\r\n\r\n"
                        : OK);
                HttpConnection connection = connection(peer.url())) {
            port[0] = peer.port();
            connection.send(Request.get("/dir/page?q=1"));
            assertThat(peer.requests().get(1)).startsWith("GET " + target + " HTTP/1.1\r\n");
        }
    }

    /** Compared with curl: a POST becomes a GET after 301, 302 and 303 only, and keeps its body after 307 and 308. */
    @ParameterizedTest
    @CsvSource({"301, GET", "302, GET", "303, GET", "307, POST", "308, POST"})
    void methodAfterARedirect(int status, String method) throws Exception {
        try (WirePeer peer = new WirePeer((number, request) -> request.contains(" /from ")
                        ? "HTTP/1.1 " + status + " R\r\nLocation: /to\r\nContent-Length: 0\r\n\r\n"
                        : OK);
                HttpConnection connection = connection(peer.url())) {
            connection.send(Request.post("/from").body(Body.text("abc", "text/plain")));
            String second = peer.requests().get(1);
            assertThat(second).startsWith(method + " /to HTTP/1.1\r\n");
            assertThat(second.endsWith("\r\n\r\nabc")).isEqualTo(method.equals("POST"));
            assertThat(second.contains("Content-Type:")).isEqualTo(method.equals("POST"));
            Process curl = new ProcessBuilder(
                            "curl", "-s", "-L", "-d", "abc", "-H", "Content-Type: text/plain", peer.url() + "/from")
                    .redirectErrorStream(true)
                    .start();
            Assumptions.assumeTrue(curl.waitFor() == 0);
            String last = peer.requests().get(peer.requests().size() - 1);
            assertThat(last).startsWith(method + " /to HTTP/1.1\r\n");
        } catch (java.io.IOException e) {
            Assumptions.abort("curl is not installed");
        }
    }

    // The type of a body.

    @Test
    void contentTypeOfOtherBodies() throws Exception {
        try (WirePeer peer = new WirePeer((number, request) -> OK);
                HttpConnection connection = connection(peer.url())) {
            connection.send(
                    Request.put("/").json(Map.of("a", 1)).header("content-type", "application/merge-patch+json"));
            connection.send(Request.post("/")
                    .header("Content-Type", "multipart/form-data")
                    .body(Body.multipart().field("a", "1")));
            connection.send(Request.post("/").header("Content-Type", "application/json"));

            assertThat(peer.requests().get(0)).contains("\r\ncontent-type: application/merge-patch+json\r\n");
            assertThat(peer.requests().get(1)).contains("\r\nContent-Type: multipart/form-data; boundary=");
            // As curl sends it: the request itself has the field.
            assertThat(peer.requests().get(2)).contains("\r\nContent-Type: application/json\r\n");
        }
    }

    // Charsets of JSON: text() and json() read alike.

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json; charset=\"ISO-8859-1\" | ISO-8859-1",
                "application/json;charset=windows-1252    | windows-1252",
                "application/json; CHARSET=UTF-16LE       | UTF-16LE",
                "application/json; charset='utf-8'        | UTF-8",
                "application/json; charset=latin1         | ISO-8859-1",
                "application/json; charset=no-such        | UTF-8",
                "application/problem+json                 | UTF-8",
                "text/plain; charset=Shift_JIS            | Shift_JIS"
            })
    void jsonInACharset(String type, String charset) throws Exception {
        String text = charset.equals("Shift_JIS") ? "{\"a\":\"\u65e5\u672c\"}" : "{\"a\":\"\u00e4\u00df\"}";
        byte[] json = text.getBytes(Charset.forName(charset));
        String bytes = new String(json, StandardCharsets.ISO_8859_1);
        try (WirePeer peer = new WirePeer((number, request) -> "HTTP/1.1 200 OK\r\nContent-Type: " + type
                        + "\r\nContent-Length: " + json.length + "\r\n\r\n" + bytes);
                HttpConnection connection = connection(peer.url())) {
            Response response = connection.send(Request.get("/"));
            assertThat(response.text()).isEqualTo(text);
            assertThat(response.json().path("a").asText()).isEqualTo(text.substring(6, 8));
        }
    }

    // Multipart forms, as curl -F writes them.

    @Test
    void partsHaveATypeAndEncodedNames() throws Exception {
        try (WirePeer peer = new WirePeer((number, request) -> OK);
                HttpConnection connection = connection(peer.url())) {
            Body body = Body.multipart()
                    .part("meta", Body.json("{\"a\":1}"))
                    .part("na\"me\r\n", Body.text("x", "text/plain"))
                    .part("f", "a\"b\r\nc.txt", Body.text("y", "text/csv"))
                    .part("empty", Body.text("", "text/plain"));
            connection.send(Request.post("/").body(body));

            String sent = peer.requests().get(0);
            assertThat(sent)
                    .contains("Content-Disposition: form-data; name=\"meta\"\r\n")
                    .contains("Content-Type: application/json\r\n")
                    .contains("name=\"na%22me%0D%0A\"\r\n")
                    .contains("name=\"f\"; filename=\"a%22b%0D%0Ac.txt\"\r\n")
                    .doesNotContain("name=\"meta\"; filename");
        }
    }

    // Keys as OpenSSL writes them now.

    @ParameterizedTest
    @ValueSource(
            strings = {
                "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -aes256 -pass pass:geheim",
                "genpkey -algorithm ED25519 -aes-128-cbc -pass pass:geheim",
                "ecparam -name prime256v1 -genkey",
                "genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -aes-192-cbc -pass pass:geheim",
                "genrsa -aes128 -passout pass:geheim 2048"
            })
    void keysOfOpenssl(String command, @TempDir Path directory) throws Exception {
        Path key = directory.resolve("key.pem");
        List<String> words = new ArrayList<>(List.of("openssl"));
        words.addAll(List.of(command.split(" ", -1)));
        boolean isRsa = command.startsWith("genrsa");
        words.addAll(words.size() - (isRsa ? 1 : 0), List.of("-out", key.toString()));
        Assumptions.assumeTrue(run(words));
        Path certificate = directory.resolve("cert.pem");
        Assumptions.assumeTrue(run(List.of(
                "openssl",
                "req",
                "-x509",
                "-new",
                "-key",
                key.toString(),
                "-passin",
                "pass:geheim",
                "-subj",
                "/CN=a",
                "-out",
                certificate.toString())));
        boolean isEncrypted = command.contains("geheim");
        // Text around the blocks, as openssl pkcs12 writes it.
        String text = "Bag Attributes\n    friendlyName: a\nKey Attributes: <No Attributes>\n" + Files.readString(key);
        assertThat(ClientCertificate.pem(
                        Files.readAllBytes(certificate),
                        text.getBytes(StandardCharsets.US_ASCII),
                        isEncrypted ? Secret.of("geheim") : null))
                .isNotNull();
        if (isEncrypted) {
            assertThatThrownBy(() -> ClientCertificate.pem(
                            Files.readAllBytes(certificate), Files.readAllBytes(key), Secret.of("falsch")))
                    .isInstanceOf(InvalidDefinitionException.class);
        }
    }

    private static boolean run(List<String> command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getInputStream().transferTo(new ByteArrayOutputStream());
            return process.waitFor() == 0;
        } catch (java.io.IOException e) {
            return false;
        }
    }

    // Proxies.

    @ParameterizedTest
    @CsvSource({"üser, p:a:ß", "u ser, p%40 a", "user, \"\\"})
    void unusualCredentialsOfAProxy(String user, String password) throws Exception {
        try (WirePeer proxy = new WirePeer((number, request) -> OK);
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl("http://service.example.com")
                        .dedicatedPool()
                        .proxy(Proxy.http("localhost", proxy.port()).credentials(user, Secret.of(password)))
                        .build()) {
            connection.send(Request.get("/a"));
            assertThat(proxy.received())
                    .contains("\r\nProxy-Authorization: Basic "
                            + Base64.getEncoder()
                                    .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8))
                            + "\r\n");
        }
    }

    // Framing: RFC 9112, sections 6 and 7.

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Content-Length: 3~Transfer-Encoding: chunked | 2~OK~0~~",
                "Transfer-Encoding: chunked                   | 0002;a=b;c=\"d e\"~OK~0~~",
                "Transfer-Encoding: chunked                   | 2 ~OK~0~~",
                "Transfer-Encoding: chunked                   | 1~O~1~K~0;x~Trailer: a~~",
                "X-Folded: a~ b~Content-Length: 2             | OK",
                "Content-Length: 00002                        | OK"
            })
    void bodyIsRead(String head, String body) throws Exception {
        try (WirePeer peer = new WirePeer((number, request) ->
                        "HTTP/1.1 200 OK\r\n" + head.replace("~", "\r\n") + "\r\n\r\n" + body.replace("~", "\r\n"));
                HttpConnection connection = connection(peer.url())) {
            assertThat(connection.send(Request.get("/")).text()).isEqualTo("OK");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Content-Length: +2         | OK",
                "Content-Length: 0x2        | OK",
                "Content-Length: 2 2        | OK",
                "Content-Length: -2         | OK",
                "Transfer-Encoding: chunked | 0x2~OK~0~~",
                "Transfer-Encoding: chunked | -2~OK~0~~",
                "Transfer-Encoding: chunked | g~OK~0~~",
                "Transfer-Encoding: chunked | 2~OKx~0~~",
                "Transfer-Encoding: chunked | ffffffffffffffffffff~OK~0~~"
            })
    void malformedBodyIsRejected(String head, String body) throws Exception {
        try (WirePeer peer = new WirePeer((number, request) ->
                        "HTTP/1.1 200 OK\r\n" + head + "\r\n\r\n" + body.replace("~", "\r\n") + WirePeer.CLOSE);
                HttpConnection connection = connection(peer.url())) {
            assertThatThrownBy(() -> connection.send(Request.get("/").timeout(Duration.ofSeconds(5))))
                    .isInstanceOf(ConnectorException.class)
                    .isNotInstanceOf(TimedOutException.class);
        }
    }

    // Half of a surrogate pair.

    @Test
    void halfOfASurrogatePairIsRejectedEverywhere() {
        String half = "a\ud83d";
        int number = 0;
        for (Supplier<Object> use : List.<Supplier<Object>>of(
                () -> Request.get("/").header("X-A", half),
                () -> Request.get("/" + half),
                () -> Request.post("/").json("{\"a\":\"" + half + "\"}"),
                () -> Body.multipart().field(half, "1"),
                () -> Body.multipart().field("a", half).toBytes(),
                () -> Body.text(half, "text/plain; charset=utf-8").toBytes(),
                () -> HttpConnection.named("x")
                        .baseUrl("http://localhost/")
                        .query("q", half)
                        .build())) {
            assertThatThrownBy(use::get).as("use %s", number++).isInstanceOf(ConnectorException.class);
        }
        // JSON has a notation for it (RFC 8259, section 8.2), in which a value of a service comes back unchanged.
        assertThat(new String(Body.json(Map.of("a", half)).toBytes(), StandardCharsets.US_ASCII))
                .isEqualTo("{\"a\":\"a\\uD83D\"}");
    }
}
