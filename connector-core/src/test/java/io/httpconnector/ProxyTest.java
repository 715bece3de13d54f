package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ProxyTest {

    private static final String USER_PASS = "Basic dXNlcjpwYTU1";

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort().dynamicHttpsPort())
            .build();

    @BeforeEach
    void answer() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
    }

    private static HttpConnection through(Proxy proxy, String baseUrl) {
        return HttpConnection.named("Service")
                .baseUrl(baseUrl)
                .proxy(proxy)
                .test(Request.get("/myself"))
                .build();
    }

    private static String http() {
        return "http://localhost:" + service.getPort();
    }

    private static String https() {
        return "https://localhost:" + service.getHttpsPort();
    }

    @Test
    void forwardsHttpWithTheWholeUrl() throws IOException {
        try (TestProxy proxy = new TestProxy(null);
                HttpConnection connection = through(Proxy.http("localhost", proxy.port()), http())) {

            connection.send(Request.get("/items").query("key", Secret.of("k3y")));

            assertThat(proxy.heads())
                    .singleElement()
                    .asString()
                    .startsWith("GET " + http() + "/items?key=k3y HTTP/1.1\r\n");
            service.verify(getRequestedFor(urlEqualTo("/items?key=k3y")));
        }
    }

    @Test
    void answersAProxyThatAsksForCredentialsAndNobodyElse() throws IOException {
        try (TestProxy proxy = new TestProxy(USER_PASS);
                HttpConnection connection =
                        through(Proxy.http("localhost", proxy.port()).credentials("user", Secret.of("pa55")), http())) {

            connection.send(Request.get("/items"));

            assertThat(proxy.heads()).hasSize(1);
            service.verify(getRequestedFor(urlEqualTo("/items")).withoutHeader("Authorization"));
        }
    }

    @Test
    void tunnelsHttps() throws IOException {
        try (TestProxy proxy = new TestProxy(USER_PASS);
                HttpConnection connection = through(
                        Proxy.http("localhost", proxy.port()).credentials("user", Secret.of("pa55")), https())) {

            // The tunnel stands: what fails behind it is the certificate, which nobody has signed.
            assertThat(connection.test().outcome()).isEqualTo(ConnectionTestResult.Outcome.TLS);
            assertThat(proxy.heads())
                    .singleElement()
                    .asString()
                    .startsWith("CONNECT localhost:" + service.getHttpsPort() + " ");
        }
    }

    @ParameterizedTest
    @CsvSource({"http", "https"})
    void proxyThatWantsOtherCredentials(String scheme) throws IOException {
        try (TestProxy proxy = new TestProxy("Basic b3RoZXI=");
                HttpConnection connection = through(
                        Proxy.http("localhost", proxy.port()).credentials("user", Secret.of("pa55")),
                        scheme.equals("http") ? http() : https())) {

            ConnectionTestResult test = connection.test();

            assertThat(test.outcome()).isEqualTo(ConnectionTestResult.Outcome.PROXY);
            assertThat(test.message()).contains("407").doesNotContain("pa55");
        }
    }

    @ParameterizedTest
    @CsvSource({"http", "https"})
    void proxyThatIsDown(String scheme) throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        try (HttpConnection connection =
                through(Proxy.http("localhost", port), scheme.equals("http") ? http() : https())) {

            ConnectionTestResult test = connection.test();

            assertThat(test.outcome()).isEqualTo(ConnectionTestResult.Outcome.PROXY);
            assertThat(test.message()).contains("no connection through the proxy localhost:" + port);
        }
    }

    @Test
    void bodyThatCanBeReadOnceIsSentWithTheCredentials() throws IOException {
        try (TestProxy proxy = new TestProxy(USER_PASS);
                HttpConnection connection =
                        through(Proxy.http("localhost", proxy.port()).credentials("user", Secret.of("pa55")), http())) {

            connection.send(Request.post("/items")
                    .body(Body.stream(new ByteArrayInputStream(new byte[] {'h', 'i'}), "text/plain")));

            assertThat(proxy.heads()).hasSize(1);
            service.verify(postRequestedFor(urlEqualTo("/items")).withRequestBody(equalTo("hi")));
        }
    }

    @Test
    void credentialsGoToTheProxyAndNotToAServiceThatBypassesIt() throws IOException {
        try (WirePeer peer = new WirePeer((number, request) -> "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n");
                HttpConnection connection = HttpConnection.named("Service")
                        .baseUrl(peer.url())
                        .proxy(Proxy.http("localhost", 9)
                                .credentials("user", Secret.of("pa55"))
                                .bypass("localhost"))
                        .build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/"))).isInstanceOf(StatusException.class);

            assertThat(peer.received()).startsWith("GET / ").doesNotContainIgnoringCase("authorization");
        }
    }

    /** Only a proxy that receives the request itself, and not through a tunnel, gets a Proxy-Authorization of the caller. */
    @ParameterizedTest
    @ValueSource(strings = {"none", "bypassed", "http"})
    void credentialsOfARequestGoOnlyToAProxy(String kind) throws IOException {
        try (WirePeer peer = new WirePeer((number, request) -> "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) {
            HttpConnectionBuilder builder = HttpConnection.named("Service").baseUrl(peer.url());
            if (!kind.equals("none")) {
                Proxy proxy = Proxy.http("localhost", peer.port());
                builder.proxy(kind.equals("http") ? proxy : proxy.bypass("localhost"));
            }
            try (HttpConnection connection = builder.build()) {
                connection.send(Request.get("/a").header("Proxy-Authorization", "Basic Y2FuYXJ5"));
            }

            assertThat(peer.received()).startsWith("GET " + (kind.equals("http") ? peer.url() : "") + "/a HTTP/1.1");
            assertThat(peer.received().contains("Proxy-Authorization: Basic Y2FuYXJ5"))
                    .isEqualTo(kind.equals("http"));
        }
    }

    @Test
    void proxyThatWantsDigestGetsIt() throws IOException {
        try (WirePeer proxy = new WirePeer((number, request) -> request.contains("Proxy-Authorization: Digest ")
                        ? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                        : String.join(
                                "\r\n",
                                "HTTP/1.1 407 No",
                                "Proxy-Authenticate: Digest realm=\"p\", nonce=\"n\", qop=\"auth\"",
                                "Content-Length: 0",
                                "",
                                ""));
                HttpConnection connection =
                        through(Proxy.http("localhost", proxy.port()).credentials("user", Secret.of("pa55")), http())) {
            assertThat(connection.send(Request.get("/")).status()).isEqualTo(200);
            assertThat(proxy.requests()).hasSize(2);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "http://[2001:db8::1]/a?b=c, http://[2001:db8::1]/a?b=c, [2001:db8::1]",
        "http://[2001:db8::1]:8080, http://[2001:db8::1]:8080/, [2001:db8::1]:8080",
        "http://[::FFFF:1.2.3.4]/, http://[::ffff:102:304]/, [::ffff:102:304]"
    })
    void addressOfIpv6HasBrackets(String url, String target, String host) throws IOException {
        try (WirePeer proxy = new WirePeer((number, request) -> "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                HttpConnection connection = through(Proxy.http("localhost", proxy.port()), "http://unused")) {
            connection.send(Request.get(url));

            assertThat(proxy.received())
                    .startsWith("GET " + target + " HTTP/1.1\r\n")
                    .contains("\r\nHost: " + host + "\r\n");
        }
    }

    @Test
    void credentialsOfAProxyAreNoDefaultField() {
        for (HttpConnectionBuilder builder : List.of(
                HttpConnection.named("x").header("proxy-authorization", "Basic x"),
                HttpConnection.named("x").header("Proxy-Authorization", Secret.of("Basic x")))) {
            assertThatThrownBy(() -> builder.baseUrl("http://x").build())
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("Proxy.http(host, port).credentials(user, password)");
        }
    }

    @ParameterizedTest
    @CsvSource({"http://proxy, 80", "proxy/x, 80", "'', 80", "proxy, 0", "proxy, 65536", "user@proxy, 80"})
    void proxyThatCanNotBeRight(String host, int port) {
        assertThatThrownBy(() -> Proxy.http(host, port)).isInstanceOf(InvalidDefinitionException.class);
    }

    /** The user name ends at the first colon (RFC 7617). */
    @Test
    void userNameWithAColonIsRejected() {
        assertThatThrownBy(() -> Proxy.http("proxy", 80).credentials("a:b", Secret.of("pa55")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("the user name contains a colon")
                .hasMessageNotContaining("a:b");
        assertThat(Proxy.socks5("proxy", 80).credentials("a:b", Secret.of("pa55")))
                .isNotNull();
    }
}
