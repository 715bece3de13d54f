package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.httpconnector.tls.ClientCertificate;
import io.httpconnector.tls.ServerTrust;
import io.httpconnector.tls.TlsInternals;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaMiscPEMGenerator;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class TlsTest {

    private static final TestAuthority CA = new TestAuthority("Test CA");
    private static final TestAuthority BELOW = CA.intermediate("Test CA below");
    private static final Provider BC = new BouncyCastleProvider();
    private static final Secret PASSWORD = Secret.of("canary-password");

    @TempDir
    private Path dir;

    private static TlsServer server(TestAuthority.Identity identity, boolean asksForCertificate, String... versions)
            throws Exception {
        return new TlsServer(CA.serverContext(identity), asksForCertificate, versions);
    }

    HttpConnectionBuilder connection(TlsServer server) {
        return HttpConnection.named("Service")
                .baseUrl(server.url())
                .retry(RetryPolicy.none())
                .trust(ServerTrust.only(CA.pem()));
    }

    private String send(HttpConnectionBuilder builder) {
        try (HttpConnection connection = builder.build()) {
            return connection.send(Request.get("/")).text();
        }
    }

    private CannotConnectException failure(HttpConnectionBuilder builder) {
        CannotConnectException e = catchThrowableOfType(CannotConnectException.class, () -> send(builder));
        assertThat(e.reason()).isEqualTo(CannotConnectException.Reason.TLS);
        return e;
    }

    private Path file(String name, byte[] content) throws Exception {
        return Files.write(dir.resolve(name), content);
    }

    private Path file(String name, String content) throws Exception {
        return file(name, content.getBytes(StandardCharsets.US_ASCII));
    }

    private static String keyPem(PrivateKey key, String format) throws Exception {
        char[] password = PASSWORD.reveal().toCharArray();
        return switch (format) {
            case "PKCS8" -> TestAuthority.pem(new JcaPKCS8Generator(key, null));
            case "PKCS8-AES" ->
                TestAuthority.pem(new JcaPKCS8Generator(
                        key,
                        new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                                .setProvider(BC)
                                .setPassword(password)
                                .build()));
            case "PKCS8-3DES" ->
                TestAuthority.pem(new JcaPKCS8Generator(
                        key,
                        new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.PBE_SHA1_3DES)
                                .setProvider(BC)
                                .setPassword(password)
                                .build()));
            case "OLD" -> TestAuthority.pem(new JcaMiscPEMGenerator(withCurve(key)));
            default ->
                TestAuthority.pem(new JcaMiscPEMGenerator(
                        withCurve(key),
                        new JcePEMEncryptorBuilder(format.substring(4))
                                .setProvider(BC)
                                .build(password)));
        };
    }

    /** The JDK's own form of an EC key lacks the curve, which OpenSSL writes. */
    private static PrivateKey withCurve(PrivateKey key) throws Exception {
        return KeyFactory.getInstance(key.getAlgorithm(), BC)
                .generatePrivate(new PKCS8EncodedKeySpec(key.getEncoded()));
    }

    @ParameterizedTest
    @CsvSource({
        "RSA, PKCS8",
        "RSA, PKCS8-AES",
        "RSA, PKCS8-3DES",
        "RSA, OLD",
        "RSA, OLD-AES-256-CBC",
        "RSA, OLD-AES-128-CBC",
        "RSA, OLD-DES-EDE3-CBC",
        "RSASSA-PSS, PKCS8",
        "RSASSA-PSS-SHA256, PKCS8-AES",
        "EC, PKCS8",
        "EC, PKCS8-AES",
        "EC, OLD",
        "EC, OLD-AES-256-CBC",
        "Ed25519, PKCS8",
        "Ed25519, PKCS8-AES"
    })
    void clientCertificateFromPem(String algorithm, String format) throws Exception {
        TestAuthority.Identity client = BELOW.client("client-7", algorithm);
        Path chain = file("client.crt", client.chainPem());
        String key = keyPem(client.keys().getPrivate(), format);
        try (TlsServer server = server(CA.server("localhost"), true)) {
            Path file = file("client.key", key);
            boolean open = format.equals("PKCS8") || format.equals("OLD");
            ClientCertificate certificate =
                    open ? ClientCertificate.pem(chain, file) : ClientCertificate.pem(chain, file, PASSWORD);

            assertThat(send(connection(server).clientCertificate(certificate))).isEqualTo("TLSv1.3 CN=client-7");
            if (!open) {
                assertThatThrownBy(() -> ClientCertificate.pem(chain, file))
                        .isInstanceOf(InvalidDefinitionException.class)
                        .hasMessageContaining("client.crt: it is encrypted: give its password");
                assertThatThrownBy(() -> ClientCertificate.pem(chain, file, Secret.of("wrong-password")))
                        .isInstanceOf(InvalidDefinitionException.class)
                        .hasMessageNotContaining("wrong-password");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS"})
    void clientCertificateFromAKeyStore(String type) throws Exception {
        KeyStore store = BELOW.client("client-8", "RSA").keyStore(type, PASSWORD.reveal());
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        store.store(content, PASSWORD.reveal().toCharArray());
        Path file = file("store", content.toByteArray());
        try (TlsServer server = server(CA.server("localhost"), true)) {
            for (ClientCertificate certificate : new ClientCertificate[] {
                ClientCertificate.keyStore(file, PASSWORD),
                ClientCertificate.keyStore(content.toByteArray(), PASSWORD),
                ClientCertificate.keyStore(new ByteArrayInputStream(content.toByteArray()), PASSWORD)
            }) {
                assertThat(send(connection(server).clientCertificate(certificate)))
                        .isEqualTo("TLSv1.3 CN=client-8");
            }
        }
        assertThatThrownBy(() -> ClientCertificate.keyStore(file, Secret.of("wrong-password")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("store")
                .hasMessageNotContaining("wrong-password");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS"})
    void keyStoreWithAnEmptyPassword(String type) throws Exception {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        BELOW.client("client-10", "RSA").keyStore(type, "").store(content, new char[0]);
        Path file = file("empty", content.toByteArray());
        try (TlsServer server = server(CA.server("localhost"), true)) {
            for (ClientCertificate certificate : new ClientCertificate[] {
                ClientCertificate.keyStore(file), ClientCertificate.keyStore(content.toByteArray())
            }) {
                assertThat(send(connection(server).clientCertificate(certificate)))
                        .isEqualTo("TLSv1.3 CN=client-10");
            }
        }
        assertThatThrownBy(() -> ClientCertificate.keyStore(file, PASSWORD))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("empty");
        ByteArrayOutputStream closed = new ByteArrayOutputStream();
        BELOW.client("client-11", "RSA")
                .keyStore(type, PASSWORD.reveal())
                .store(closed, PASSWORD.reveal().toCharArray());
        assertThatThrownBy(() -> ClientCertificate.keyStore(file("closed.p12", closed.toByteArray())))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("closed.p12");
    }

    /** Without a MAC, only the key is protected by the password. */
    @Test
    void wrongPasswordOfAKeyStoreWithoutMacIsReported() throws Exception {
        Path file = file("open.p12", new byte[0]);
        Map<String, String> settings =
                Map.of("keystore.pkcs12.macAlgorithm", "NONE", "keystore.pkcs12.certProtectionAlgorithm", "NONE");
        settings.forEach(System::setProperty);
        try (OutputStream out = Files.newOutputStream(file)) {
            BELOW.client("client-9", "RSA")
                    .keyStore("PKCS12", PASSWORD.reveal())
                    .store(out, PASSWORD.reveal().toCharArray());
        } finally {
            settings.keySet().forEach(System::clearProperty);
        }

        assertThat(ClientCertificate.keyStore(file, PASSWORD)).isNotNull();
        assertThatThrownBy(() -> ClientCertificate.keyStore(file, Secret.of("wrong-password")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("open.p12")
                .hasMessageNotContaining("wrong-password");
    }

    /** As mutual TLS for OAuth 2 wants it: RFC 8705, section 2. */
    @Test
    void authStrategyAsksOverTheSameTls() throws Exception {
        TestAuthority.Identity client = BELOW.client("client-11", "RSA");
        Path chain = file("client.crt", client.chainPem());
        Path key = file("client.key", keyPem(client.keys().getPrivate(), "PKCS8"));
        try (TlsServer server = server(CA.server("localhost"), true);
                TlsServer login = server(CA.server("localhost"), true)) {
            AtomicReference<String> asked = new AtomicReference<>();
            AuthStrategy strategy = new AuthStrategy() {
                @Override
                public AuthStrategy open(AuthContext context) {
                    return request -> {
                        asked.set(context.send(Request.get(login.url())).text());
                        return request;
                    };
                }

                @Override
                public Request apply(Request request) {
                    return request;
                }
            };
            send(connection(server)
                    .clientCertificate(ClientCertificate.pem(chain, key))
                    .auth(strategy));
            assertThat(asked.get()).isEqualTo("TLSv1.3 CN=client-11");
        }
    }

    @Test
    void pemFromBytesAndStreams() throws Exception {
        TestAuthority.Identity client = BELOW.client("client-10", "RSA");
        byte[] chain = client.chainPem().getBytes(StandardCharsets.US_ASCII);
        byte[] key = keyPem(client.keys().getPrivate(), "PKCS8-AES").getBytes(StandardCharsets.US_ASCII);
        try (TlsServer server = server(CA.server("localhost"), true)) {
            for (ClientCertificate certificate : new ClientCertificate[] {
                ClientCertificate.pem(chain, key, PASSWORD),
                ClientCertificate.pem(new ByteArrayInputStream(chain), new ByteArrayInputStream(key), PASSWORD)
            }) {
                assertThat(send(connection(server)
                                .trust(ServerTrust.only(new ByteArrayInputStream(CA.pem())))
                                .clientCertificate(certificate)))
                        .isEqualTo("TLSv1.3 CN=client-10");
            }
        }
    }

    @Test
    void chainInAnyOrderAndKeyInTheSameFile() throws Exception {
        TestAuthority.Identity client = BELOW.client("client-9", "EC");
        Path file = file(
                "all.pem",
                keyPem(client.keys().getPrivate(), "OLD")
                        + "some words\r\n"
                        + TestAuthority.pem(
                                client.chain().get(2),
                                client.chain().get(1),
                                client.chain().get(0)));
        try (TlsServer server = server(CA.server("localhost"), true)) {
            assertThat(send(connection(server).clientCertificate(ClientCertificate.pem(file, file))))
                    .isEqualTo("TLSv1.3 CN=client-9");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void serviceThatMissesTheClientCertificate(String version) throws Exception {
        try (TlsServer server = server(CA.server("localhost"), true, version)) {
            assertThat(failure(connection(server))).hasMessageContaining("it may require a client certificate");
        }
    }

    @Test
    void filesThatDoNotFit() throws Exception {
        Path chain = file("client.crt", BELOW.client("one", "EC").chainPem());
        Path key = file("client.key", keyPem(BELOW.client("other", "EC").keys().getPrivate(), "PKCS8"));
        Path nothing = file("nothing", "nothing");

        assertThatThrownBy(() -> ClientCertificate.pem(chain, key))
                .hasMessage("Invalid client certificate from " + chain
                        + ": the private key is not the one of the certificate");
        assertThatThrownBy(() -> ClientCertificate.pem(nothing, key))
                .hasMessageContaining("there is no certificate in it");
        assertThatThrownBy(() -> ClientCertificate.pem(chain, nothing)).hasMessageContaining("there is no private key");
        assertThatThrownBy(() -> ClientCertificate.pem(dir.resolve("none"), key))
                .hasMessageContaining("there is no file");
        assertThatThrownBy(() -> ClientCertificate.keyStore(nothing, PASSWORD))
                .isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> ServerTrust.only(nothing)).hasMessageContaining("there is no certificate in it");
    }

    @Test
    void certificatesAreReadAgainWhenTheFilesHaveChanged() throws Exception {
        TestAuthority.Identity first = BELOW.client("first", "EC");
        Path chain = file("client.crt", first.chainPem());
        Path key = file("client.key", keyPem(first.keys().getPrivate(), "PKCS8"));
        ClientCertificate certificate = ClientCertificate.pem(chain, key);
        try (TlsServer server = server(CA.server("localhost"), true);
                HttpConnection connection =
                        connection(server).clientCertificate(certificate).build()) {
            assertThat(connection.send(Request.get("/")).text()).endsWith("CN=first");

            TestAuthority.Identity second = BELOW.client("second", "RSA");
            file("client.crt", second.chainPem());
            // Half done: the old one stays.
            assertThat(connection.send(Request.get("/")).text()).endsWith("CN=first");

            file("client.key", keyPem(second.keys().getPrivate(), "PKCS8"));
            assertThat(connection.send(Request.get("/")).text()).endsWith("CN=second");
            assertThat(TlsInternals.keyStore(certificate))
                    .as("read once for each change")
                    .isSameAs(TlsInternals.keyStore(certificate));
        }
    }

    @Test
    void trustIsReadAgainWhenTheFileHasChanged() throws Exception {
        Path file = file("ca.pem", new TestAuthority("Other CA").pem());
        try (TlsServer server = server(CA.server("localhost"), false);
                HttpConnection connection =
                        connection(server).trust(ServerTrust.only(file)).build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/"))).isInstanceOf(CannotConnectException.class);

            file("ca.pem", CA.pem());

            assertThat(connection.send(Request.get("/")).status()).isEqualTo(200);
        }
    }

    @Test
    void suppliedCertificatesAreReadAgain() throws Exception {
        AtomicReference<byte[]> trusted = new AtomicReference<>(new TestAuthority("Other CA").pem());
        AtomicReference<byte[]> own = new AtomicReference<>(store("first"));
        try (TlsServer server = server(CA.server("localhost"), true);
                HttpConnection connection = connection(server)
                        .trust(ServerTrust.only(trusted::get))
                        .clientCertificate(ClientCertificate.keyStore(own::get, PASSWORD))
                        .build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/"))).isInstanceOf(CannotConnectException.class);
            trusted.set(CA.pem());
            assertThat(connection.send(Request.get("/")).text()).endsWith("CN=first");
            own.set(store("second"));
            assertThat(connection.send(Request.get("/")).text()).endsWith("CN=second");
        }
    }

    private static byte[] store(String client) throws Exception {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        BELOW.client(client, "EC")
                .keyStore("PKCS12", PASSWORD.reveal())
                .store(content, PASSWORD.reveal().toCharArray());
        return content.toByteArray();
    }

    @Test
    void certificatesThatAreNotGood() throws Exception {
        try (TlsServer expired = server(CA.expired("localhost"), false);
                TlsServer wrongHost = server(CA.server("elsewhere.example"), false);
                TlsServer good = server(CA.server("localhost"), false)) {
            assertThat(failure(connection(expired))).hasMessageContaining("the certificate of CN=server expired on 20");
            assertThat(failure(connection(wrongHost))).hasMessageContaining("localhost");
            assertThat(failure(connection(good).trust(ServerTrust.jvm())))
                    .hasMessageContaining("PKIX path building failed");
            assertThat(failure(connection(good).trust(ServerTrust.only(new TestAuthority("Test CA").pem()))))
                    .isNotNull();
            assertThat(send(connection(good).trust(ServerTrust.only(CA.pem()).andJvm())))
                    .startsWith("TLS");
            assertIsAccepted(() -> send(connection(wrongHost).withoutHostnameCheck()));
        }
    }

    /** Asserts that a certificate for another host is accepted if host names are not checked. */
    void assertIsAccepted(Supplier<String> exchange) {
        assertThat(exchange.get()).startsWith("TLS");
    }

    /** The common name does not count: RFC 9110, section 4.3.4. */
    @Test
    void certificateWithoutSubjectAltNameIsRejectedUnlessItIsTrustedItself() throws Exception {
        TestAuthority.Identity named = CA.client("localhost", "EC");
        TestAuthority.Identity elsewhere = CA.client("elsewhere.example", "EC");
        byte[] itself = TestAuthority.pem(named.chain().get(0)).getBytes(StandardCharsets.US_ASCII);
        byte[] other = TestAuthority.pem(elsewhere.chain().get(0)).getBytes(StandardCharsets.US_ASCII);
        try (TlsServer server = server(named, false);
                TlsServer wrongName = server(elsewhere, false)) {
            assertThat(failure(connection(server))).hasMessageContaining("no subjectAltName for localhost");
            assertThat(failure(
                            connection(server).trust(ServerTrust.only(CA.pem()).andJvm())))
                    .hasMessageContaining("subjectAltName");
            assertThat(send(connection(server).trust(ServerTrust.only(itself)))).startsWith("TLS");
            assertThat(failure(connection(wrongName).trust(ServerTrust.only(other))))
                    .hasMessageContaining("localhost");
            assertIsAccepted(() -> send(connection(server).withoutHostnameCheck()));
        }
    }

    @Test
    void pinnedKeys() throws Exception {
        TestAuthority.Identity identity = BELOW.server("localhost");
        TestAuthority.Identity other = BELOW.server("localhost");
        UnaryOperator<String> stranger = pin -> pin.replaceFirst("/.{4}", "/AAAA");
        try (TlsServer server = server(identity, false)) {
            for (int height = 0; height < 3; height++) {
                String pin = TlsInternals.pinOf(identity.chain().get(height));

                assertThat(send(connection(server)
                                .trust(ServerTrust.only(CA.pem()).pin(stranger.apply(pin), pin))))
                        .startsWith("TLS");
            }
            assertThat(failure(connection(server)
                            .trust(ServerTrust.only(CA.pem())
                                    .pin(TlsInternals.pinOf(other.chain().get(0))))))
                    .hasMessageContaining(TlsInternals.pinOf(identity.chain().get(0)));
        }
    }

    @Test
    void certificateThatIsOnlySentAlongDoesNotCountForAPin() throws Exception {
        TestAuthority.Identity pinned = CA.server("pinned.example");
        TestAuthority.Identity own = BELOW.server("localhost");
        KeyPair keys = own.keys();
        KeyStore store = KeyStore.getInstance("JKS");
        store.load(null, null);
        store.setKeyEntry("key", keys.getPrivate(), "server".toCharArray(), new X509Certificate[] {
            own.chain().get(0), own.chain().get(1), pinned.chain().get(0)
        });
        X509ExtendedTrustManager manager = TlsInternals.trustManager(
                ServerTrust.only(CA.pem()).pin(TlsInternals.pinOf(pinned.chain().get(0))));

        assertThatThrownBy(() -> manager.checkServerTrusted(
                        Arrays.copyOf(store.getCertificateChain("key"), 3, X509Certificate[].class), "ECDHE_ECDSA"))
                .hasMessageContaining("none of its keys is pinned");
    }

    @Test
    void versions() throws Exception {
        try (TlsServer old = server(CA.server("localhost"), false, "TLSv1.2");
                TlsServer both = server(CA.server("localhost"), false)) {
            assertThat(send(connection(old))).isEqualTo("TLSv1.2");
            assertThat(send(connection(both))).isEqualTo("TLSv1.3");
            assertThat(send(connection(both).tlsVersions("TLSv1.2"))).isEqualTo("TLSv1.2");
            assertThat(failure(connection(old).tlsVersions("TLSv1.3"))).isNotNull();
            assertThatThrownBy(() -> connection(old).tlsVersions("SSLv3").build())
                    .hasMessageContaining("tlsVersions: [SSLv3]: use TLSv1.2, TLSv1.3 or both");
        }
    }

    @Test
    void noVersionAtAll() {
        HttpConnectionBuilder builder = HttpConnection.named("Service").baseUrl("https://localhost");

        assertThatThrownBy(() -> builder.tlsVersions((String[]) null).build()).hasMessageContaining("tlsVersions: []");
        assertThatThrownBy(() -> builder.tlsVersions("TLSv1.3", null).build())
                .hasMessageContaining("tlsVersions: [TLSv1.3, null]");
    }

    @Test
    void badPins() {
        assertThatThrownBy(() -> ServerTrust.jvm().pin("sha1/abc")).hasMessageContaining("\"sha1/abc\" is not sha256/");
        assertThatThrownBy(() -> ServerTrust.jvm().pin("sha256/?")).hasMessageContaining("is not sha256/");
    }
}
