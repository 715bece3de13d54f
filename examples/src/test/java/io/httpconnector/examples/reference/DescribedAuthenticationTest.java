package io.httpconnector.examples.reference;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.httpconnector.Body;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.definition.AuthDefinition;
import io.httpconnector.auth.definition.AuthMethod;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.testing.Await;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.MockService.RecordedRequest;
import io.httpconnector.tls.ServerTrust;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the examples of authentication of the page "Describe a service" against a simulated service. */
class DescribedAuthenticationTest {

    private final MockService service = MockService.start();

    @AfterEach
    void close() {
        service.close();
    }

    private AuthMethod method(String heading) {
        AuthDefinition definition = AuthDefinition.parse(DescribedService.example(heading, service.baseUrl()));
        return definition.choose(definition.strategies().get(0));
    }

    private RecordedRequest last() {
        return service.requests().get(service.requests().size() - 1);
    }

    @Test
    void loginInSeveralSteps() {
        AtomicInteger sessions = new AtomicInteger();
        service.on("GET", "/discover", MockResponse.json("{\"tenant\": {\"id\": \"t7\"}}"))
                .on(
                        "POST",
                        "/tenants/t7/login",
                        login -> MockResponse.json(
                                sessions.incrementAndGet() == 1
                                        ? "{\"session\": {\"token\": \"s1\", \"expires\": "
                                                + (System.currentTimeMillis() + 1000) + "}}"
                                        : "{\"session\": {\"token\": \"s2\", \"expires\": 4102444800000}}"))
                .on("GET", "/me", MockResponse.json("{}"))
                .on("GET", "/deals", MockResponse.json("[1]"));
        try (HttpConnection crm = method("Login in several steps")
                .value("user", "ann")
                .value("password", Secret.of("pw"))
                .connection()
                .build()) {
            crm.test().orThrow();
            assertThat(last().header("X-Session")).contains("s1");
            assertThat(last().header("X-Tenant")).contains("t7");
            // The first session expires, the second one does not.
            Await.until(() -> {
                crm.send(Request.get("/deals"));
                return last().header("X-Session").equals(Optional.of("s2"));
            });
            crm.send(Request.get("/deals"));
        }
        assertThat(service.requests())
                .filteredOn(request -> request.uri().getPath().endsWith("/login"))
                .hasSize(2)
                .allSatisfy(login -> assertThat(JsonSupport.parse(login.body()))
                        .isEqualTo(JsonSupport.parse("{\"credentials\": {\"user\": \"ann\", \"password\": \"pw\"}}")));
        assertThat(service.requests().get(0).uri().getQuery()).isEqualTo("user=ann");
    }

    @Test
    void oauth2WithAnUnusualTokenEndpoint() {
        service.on(
                        "POST",
                        "/oauth/token",
                        MockResponse.json("{\"data\": {\"access_token\": \"t1\", \"expires_in\": 60}}"))
                .on("GET", "/v3/campaigns", MockResponse.json("[]"));
        try (HttpConnection ads = method("OAuth 2 with an unusual token endpoint")
                .value("clientId", "app")
                .value("clientSecret", Secret.of("cs"))
                .connection()
                .build()) {
            ads.send(Request.get("/campaigns"));
            ads.send(Request.get("/campaigns"));
        }
        assertThat(service.requests()).hasSize(3);
        RecordedRequest token = service.requests().get(0);
        assertThat(JsonSupport.parse(token.body()))
                .isEqualTo(JsonSupport.parse(
                        "{\"grant_type\": \"client_credentials\", \"app_id\": \"app\", \"secret\": \"cs\"}"));
        assertThat(token.header("X-Api-Version")).contains("3");
        assertThat(last().header("Access-Token")).contains("t1");
        assertThat(last().header("Authorization")).isEmpty();
    }

    @Test
    void oauth2InQueryParameters() {
        service.on("POST", "/oauth/token", MockResponse.json("{\"access_token\": \"t1\", \"expires_in\": 3600}"))
                .on("GET", "/geocode", MockResponse.json("{}"))
                .on("GET", "/missing", MockResponse.status(404));
        try (HttpConnection maps = method("OAuth 2 in query parameters")
                .value("clientId", "app")
                .value("clientSecret", Secret.of("cs"))
                .connection()
                .build()) {
            maps.send(Request.get("/geocode").query("q", "Bern"));
            assertThat(last().uri().getQuery()).isEqualTo("q=Bern&access_token=t1");
            assertThatThrownBy(() -> maps.send(Request.get("/missing")))
                    .isInstanceOf(ConnectorException.class)
                    .hasMessageNotContaining("access_token=t1");
        }
        assertThat(service.requests().get(0).body())
                .isEqualTo("grant_type=client_credentials&client_id=app&client_secret=cs");
    }

    @Test
    void hmacSignature() throws Exception {
        service.on("POST", "/orders", MockResponse.json("{}"));
        try (HttpConnection exchange = method("HMAC signature")
                .value("key", "k1")
                .value("secret", Secret.of("s1"))
                .connection()
                .build()) {
            exchange.send(Request.post("/orders").query("test", "true").body(Body.json("{\"amount\":1}")));
        }
        String time = last().header("X-Time").orElseThrow();
        String hash = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(last().body().getBytes(StandardCharsets.UTF_8)));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec("s1".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        String signed = "POST\n/orders?test=true\n" + time + "\n" + hash;
        assertThat(last().header("X-Signature"))
                .contains(HexFormat.of().formatHex(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8))));
        assertThat(last().header("X-Key")).contains("k1");
    }

    @Test
    void digestOfSortedParameters() throws Exception {
        service.on("POST", "/pay", MockResponse.json("{}"));
        try (HttpConnection payments = method("Digest of sorted parameters")
                .value("appId", "4711")
                .value("secret", Secret.of("s1"))
                .connection()
                .build()) {
            payments.send(Request.post("/pay?Z=1").bodyField("total", "1.50").bodyField("note", ""));
        }
        String query = last().uri().getQuery();
        String time = query.replaceFirst(".*timestamp=(\\d+).*", "$1");
        String signed = "Z=1&app_id=4711&timestamp=" + time + "&total=1.50&key=s1";
        byte[] digest = MessageDigest.getInstance("MD5").digest(signed.getBytes(StandardCharsets.UTF_8));
        assertThat(query)
                .isEqualTo("Z=1&app_id=4711&sign_type=MD5&timestamp=" + time + "&sign="
                        + HexFormat.of().withUpperCase().formatHex(digest));
    }

    @Test
    void signatureByAPrivateKey() throws Exception {
        service.on("POST", "/pay", MockResponse.json("{}"));
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        try (HttpConnection merchant = method("Signature by a private key")
                .value("merchant", "m1")
                .value("serial", "5157F09EFDC096DE")
                .value(
                        "privateKey",
                        Secret.of(pem("PRIVATE KEY", pair.getPrivate().getEncoded())))
                .connection()
                .build()) {
            merchant.send(Request.post("/pay?sub=1").body(Body.json("{\"amount\":1}")));
        }
        Matcher header = Pattern.compile(
                        "MERCHANT-SHA256-RSA2048 mchid=\"m1\",nonce_str=\"([0-9a-f]{32})\",signature=\"(.*)\",timestamp=\"(\\d+)\",serial_no=\"5157F09EFDC096DE\"")
                .matcher(last().header("Authorization").orElseThrow());
        assertThat(header.matches()).isTrue();
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initVerify(pair.getPublic());
        String lines = "POST\n/pay?sub=1\n" + header.group(3) + "\n" + header.group(1) + "\n{\"amount\":1}\n";
        signature.update(lines.getBytes(StandardCharsets.UTF_8));
        assertThat(signature.verify(Base64.getDecoder().decode(header.group(2))))
                .isTrue();
    }

    @Test
    void awsSignatureVersion4() {
        service.on("GET", "/items", MockResponse.json("[]"));
        try (HttpConnection warehouse = method("AWS Signature Version 4")
                .value("id", "AKIDEXAMPLE")
                .value("key", Secret.of("wJalrXUtnFEMI"))
                .connection()
                .build()) {
            warehouse.send(Request.get("/items"));
        }
        assertThat(last().header("Authorization").orElseThrow())
                .matches("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/[0-9]{8}/eu-central-1/execute-api/aws4_request, ?"
                        + "SignedHeaders=host;[a-z0-9;-]*x-amz-date, ?Signature=[0-9a-f]{64}");
        assertThat(last().header("X-Amz-Date")).isPresent();
    }

    @Test
    void clientCertificate(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("both.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "test",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=dns:localhost,ip:127.0.0.1",
                        "-keystore",
                        file.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "changeit")
                .redirectErrorStream(true)
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream content = Files.newInputStream(file)) {
            store.load(content, "changeit".toCharArray());
        }
        String certificate = pem("CERTIFICATE", store.getCertificate("test").getEncoded());
        String key = pem(
                "PRIVATE KEY", store.getKey("test", "changeit".toCharArray()).getEncoded());
        WireMockServer bank = new WireMockServer(options()
                .dynamicHttpsPort()
                .httpDisabled(true)
                .keystorePath(file.toString())
                .keystoreType("PKCS12")
                .keystorePassword("changeit")
                .keyManagerPassword("changeit")
                .needClientAuth(true)
                .trustStorePath(file.toString())
                .trustStoreType("PKCS12")
                .trustStorePassword("changeit"));
        bank.start();
        try {
            bank.stubFor(get("/accounts").willReturn(ok("[]")));
            AuthDefinition definition = AuthDefinition.parse(
                    DescribedService.example("Client certificate", "https://localhost:" + bank.httpsPort()));
            ServerTrust trust = ServerTrust.only(certificate.getBytes(StandardCharsets.US_ASCII));
            try (HttpConnection connection = definition
                    .choose("certificate")
                    .value("certificate", Secret.of(certificate))
                    .value("privateKey", Secret.of(key))
                    .connection()
                    .trust(trust)
                    .build()) {
                assertThat(connection.send(Request.get("/accounts")).text()).isEqualTo("[]");
            }
            try (HttpConnection without = HttpConnection.named("Bank")
                    .baseUrl("https://localhost:" + bank.httpsPort())
                    .trust(trust)
                    .build()) {
                assertThatThrownBy(() -> without.send(Request.get("/accounts"))).isInstanceOf(ConnectorException.class);
            }
        } finally {
            bank.stop();
        }
    }

    private static String pem(String type, byte[] content) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return String.join("\n", List.of("-----BEGIN " + type + "-----", lines, "-----END " + type + "-----", ""));
    }
}
