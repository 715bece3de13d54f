package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.tls.ServerTrust;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.util.net.SshdSocketAddress;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.forward.AcceptAllForwardingFilter;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class PrivateNetworkTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @BeforeEach
    void answer() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{\"inside\":true}")));
    }

    private static HttpConnectionBuilder connection(Proxy proxy, String baseUrl) {
        return HttpConnection.named("Inside")
                .baseUrl(baseUrl)
                .retry(RetryPolicy.none())
                .lookup(PrivateNetworkTest::onlyTheProxy)
                .proxy(proxy);
    }

    /** The DNS of the outside, which knows nothing of what is inside. */
    private static InetAddress[] onlyTheProxy(String host) throws UnknownHostException {
        if (host.equals("127.0.0.1")) {
            return InetAddress.getAllByName(host);
        }
        throw new UnknownHostException(host);
    }

    private interface Tunnel {
        void use(int port) throws Exception;
    }

    /** What {@code ssh -D} does: a SOCKS proxy here, whose connections leave from the other machine. */
    private static void throughSsh(Tunnel tunnel) throws Exception {
        SshServer server = SshServer.setUpDefaultServer();
        server.setKeyPairProvider(new SimpleGeneratorHostKeyProvider());
        server.setPasswordAuthenticator((user, password, session) -> true);
        server.setForwardingFilter(AcceptAllForwardingFilter.INSTANCE);
        server.start();
        try (server;
                SshClient client = SshClient.setUpDefaultClient()) {
            client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
            client.start();
            try (ClientSession session = client.connect("tunnel", "127.0.0.1", server.getPort())
                    .verify(10, TimeUnit.SECONDS)
                    .getSession()) {
                session.addPasswordIdentity("password");
                session.auth().verify(10, TimeUnit.SECONDS);
                tunnel.use(session.startDynamicPortForwarding(new SshdSocketAddress("127.0.0.1", 0))
                        .getPort());
            }
        }
    }

    @Test
    void httpThroughAnSshTunnelWhoseEndResolvesTheName() throws Exception {
        throughSsh(port -> {
            try (HttpConnection connection = connection(
                            Proxy.socks5("127.0.0.1", port), "http://localhost:" + service.getPort())
                    .build()) {
                for (int i = 0; i < 3; i++) {
                    assertThat(connection
                                    .send(Request.get("/"))
                                    .json()
                                    .at("/inside")
                                    .asBoolean())
                            .isTrue();
                }
            }
        });
    }

    @Test
    void httpsThroughAnSshTunnel() throws Exception {
        TestAuthority authority = new TestAuthority("Inside CA");
        try (TlsServer server = new TlsServer(authority.serverContext(authority.server("localhost")), false)) {
            throughSsh(port -> {
                try (HttpConnection connection = connection(Proxy.socks5("127.0.0.1", port), server.url())
                        .trust(ServerTrust.only(authority.pem()))
                        .build()) {
                    assertThat(connection.send(Request.get("/")).text()).isEqualTo("TLSv1.3");
                }
            });
        }
    }

    @Test
    void hostThatTheTunnelDoesNotReach() throws Exception {
        throughSsh(port -> {
            CannotConnectException e = failure(Proxy.socks5("127.0.0.1", port), "http://localhost:1");

            assertThat(e.reason()).isEqualTo(CannotConnectException.Reason.PROXY);
            assertThat(e).hasMessageContaining("no connection through the proxy 127.0.0.1:" + port);
        });
    }

    private static CannotConnectException failure(Proxy proxy, String baseUrl) {
        try (HttpConnection connection = connection(proxy, baseUrl).build()) {
            return catchThrowableOfType(CannotConnectException.class, () -> connection.send(Request.get("/")));
        }
    }

    /** Answers what it is told, and gives what it was sent. */
    private static CompletableFuture<String> socksProxy(ServerSocket server, String... dialogue) {
        return CompletableFuture.supplyAsync(() -> {
            StringBuilder received = new StringBuilder();
            try (Socket socket = server.accept()) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                for (int i = 0; i < dialogue.length; i += 2) {
                    byte[] message = new byte[Integer.parseInt(dialogue[i])];
                    in.readFully(message);
                    received.append(HexFormat.of().formatHex(message)).append(' ');
                    socket.getOutputStream().write(HexFormat.of().parseHex(dialogue[i + 1]));
                }
                if (dialogue.length == 6) {
                    byte[] request = new byte[4096];
                    assertThat(in.read(request)).isPositive();
                    socket.getOutputStream()
                            .write("HTTP/1.1 204 No Content\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return received.toString();
        });
    }

    @Test
    void userNameAndPasswordOfASocksProxy() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<String> proxy = socksProxy(server, "4", "0502", "13", "0100", "17", "0500000301611f90");
            try (HttpConnection connection = connection(
                            Proxy.socks5("127.0.0.1", server.getLocalPort()).credentials("user", Secret.of("secret")),
                            "http://erp.inside:8080")
                    .build()) {
                assertThat(connection.send(Request.get("/")).status()).isEqualTo(204);
            }

            assertThat(proxy.get())
                    .isEqualTo("05020002 " + "0104" + hex("user") + "06" + hex("secret") + " 050100030a"
                            + hex("erp.inside") + "1f90 ");
        }
    }

    /** The name of the host is at the proxy, also one that looks like an address; the service gets no credentials for the proxy. */
    @ParameterizedTest
    @CsvSource({
        "10.0.0.256, 050100030a, 31302e302e302e323536",
        "erp.inside, 050100030a, 6572702e696e73696465",
        "10.0.0.25, 05010001, 0a000019"
    })
    void hostAndHeaderFieldsThatASocksProxyGets(String host, String type, String sent) throws Exception {
        int length = (type.length() + sent.length()) / 2 + 2;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<String> proxy = CompletableFuture.supplyAsync(() -> {
                try (Socket socket = server.accept()) {
                    DataInputStream in = new DataInputStream(socket.getInputStream());
                    in.readFully(new byte[3]);
                    socket.getOutputStream().write(HexFormat.of().parseHex("0500"));
                    byte[] target = new byte[length];
                    in.readFully(target);
                    socket.getOutputStream().write(HexFormat.of().parseHex("0500000301611f90"));
                    byte[] request = new byte[4096];
                    int read = in.read(request);
                    socket.getOutputStream()
                            .write("HTTP/1.1 204 No Content\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    return HexFormat.of().formatHex(target) + "\n"
                            + new String(request, 0, read, StandardCharsets.US_ASCII);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            try (HttpConnection connection = connection(
                            Proxy.socks5("127.0.0.1", server.getLocalPort()), "http://" + host + ":8080")
                    .build()) {
                connection.send(Request.get("/a").header("Proxy-Authorization", "Basic Y2FuYXJ5"));
            }

            assertThat(proxy.get())
                    .startsWith(type + sent + "1f90\nGET /a HTTP/1.1")
                    .doesNotContain("Y2FuYXJ5");
        }
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @CsvSource({
        "05ff, '', the proxy rejected the credentials",
        "4854, '', the server is not a SOCKS 5 proxy",
        "0500, 05050001000000000000, the proxy responded: connection refused",
        "0500, 05020001000000000000, the proxy responded: connection not allowed by ruleset",
        "0500, 05400001000000000000, the proxy responded: error 64",
        "0500, 0500, the proxy closed the connection"
    })
    void refusalsOfASocksProxy(String greeting, String response, String message) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<String> proxy = response.isEmpty()
                    ? socksProxy(server, "3", greeting)
                    : socksProxy(server, "3", greeting, "17", response);

            CannotConnectException e =
                    failure(Proxy.socks5("127.0.0.1", server.getLocalPort()), "http://erp.inside:8080");

            assertThat(e.reason()).isEqualTo(CannotConnectException.Reason.PROXY);
            assertThat(e).hasMessageContaining(message);
            proxy.get();
        }
    }

    @Test
    void silentSocksProxyEndsInTime() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                HttpConnection connection = connection(
                                Proxy.socks5("127.0.0.1", server.getLocalPort()), "http://erp.inside:8080")
                        .connectTimeout(Duration.ofMillis(200))
                        .build()) {
            TimedOutException e =
                    catchThrowableOfType(TimedOutException.class, () -> connection.send(Request.get("/")));

            assertThat(e.phase()).isEqualTo(TimedOutException.Phase.CONNECT);
        }
    }

    @Test
    void exceptionsOfAProxyAreReachedDirectly() {
        for (Proxy proxy : new Proxy[] {Proxy.socks5("127.0.0.1", 1), Proxy.http("127.0.0.1", 1)}) {
            try (HttpConnection connection = connection(
                            proxy.bypass("*.direct.example", "10.0.0.0/8", "127.0.0.1"),
                            "http://127.0.0.1:" + service.getPort())
                    .build()) {
                assertThat(connection.send(Request.get("/")).status()).isEqualTo(200);
                assertThatThrownBy(() -> connection.send(Request.get("http://elsewhere.example/")))
                        .isInstanceOfSatisfying(
                                CannotConnectException.class,
                                e -> assertThat(e.reason()).isEqualTo(CannotConnectException.Reason.PROXY));
                assertThatThrownBy(() -> connection.send(Request.get("http://api.direct.example/")))
                        .isInstanceOfSatisfying(
                                CannotConnectException.class,
                                e -> assertThat(e.reason()).isEqualTo(CannotConnectException.Reason.UNKNOWN_HOST));
            }
        }
    }

    @Test
    @Tag("HttpClient-5.6")
    void unixSocket(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("service.sock");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                HttpConnection connection = HttpConnection.named("Daemon")
                        .baseUrl("http://daemon.local/v1")
                        .unixSocket(file)
                        .retry(RetryPolicy.none())
                        .build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/")))
                    .isInstanceOfSatisfying(
                            CannotConnectException.class,
                            e -> assertThat(e.reason()).isEqualTo(CannotConnectException.Reason.REFUSED));
            server.bind(UnixDomainSocketAddress.of(file));
            CompletableFuture<String> request = CompletableFuture.supplyAsync(() -> answerOne(server));

            assertThat(connection.send(Request.get("/info")).text()).isEqualTo("hello");

            assertThat(request.get()).startsWith("GET /v1/info HTTP/1.1\r\n").contains("Host: daemon.local\r\n");
        }
    }

    private static String answerOne(ServerSocketChannel server) {
        try (SocketChannel socket = server.accept()) {
            ByteBuffer request = ByteBuffer.allocate(4096);
            socket.read(request);
            socket.write(ByteBuffer.wrap(
                    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".getBytes(StandardCharsets.US_ASCII)));
            return new String(request.array(), 0, request.position(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
