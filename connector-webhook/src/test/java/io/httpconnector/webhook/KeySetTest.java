package io.httpconnector.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.HttpConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A key of a published set is used only if it is meant for signatures, long enough, and published at the expected origin. */
class KeySetTest {

    private final List<HttpServer> servers = new ArrayList<>();

    @AfterEach
    void stop() {
        servers.forEach(server -> server.stop(0));
    }

    private String server(int status, Map<String, String> headers, String body) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        servers.add(server);
        server.createContext("/", exchange -> {
            boolean isFirst = exchange.getRequestURI().getPath().equals("/keys");
            headers.forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(isFirst ? status : 200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        return "http://localhost:" + server.getAddress().getPort();
    }

    private static int count(String baseUrl, String path) {
        try (HttpConnection connection =
                HttpConnection.named("Issuer").baseUrl(baseUrl).build()) {
            return PublicKeys.jwks(connection, path)
                    .of(WebhookRequest.of("POST", "/", "", Map.of(), null))
                    .size();
        }
    }

    private static RSAKey.Builder rsa(int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return new RSAKey.Builder((RSAPublicKey) generator.generateKeyPair().getPublic());
    }

    private static ECKey.Builder ec() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return new ECKey.Builder(
                Curve.P_256, (ECPublicKey) generator.generateKeyPair().getPublic());
    }

    private int used(JWK key) throws IOException {
        return count(server(200, Map.of(), new JWKSet(key).toString()), "/keys");
    }

    @Test
    void keysForSignaturesAreUsed() throws Exception {
        assertThat(used(rsa(2048).build())).isEqualTo(1);
        assertThat(used(rsa(2048).keyUse(KeyUse.SIGNATURE).build())).isEqualTo(1);
        assertThat(used(ec().keyOperations(Set.of(KeyOperation.VERIFY)).build()))
                .isEqualTo(1);
        assertThat(used(rsa(2048).keyUse(KeyUse.ENCRYPTION).build())).isZero();
        assertThat(used(ec().keyUse(KeyUse.ENCRYPTION).build())).isZero();
        assertThat(used(ec().keyOperations(Set.of(KeyOperation.ENCRYPT)).build()))
                .isZero();
        assertThat(used(rsa(1024).build())).isZero();
    }

    @Test
    void redirectToAnotherOriginIsNotUsed() throws Exception {
        String keys = new JWKSet(ec().build()).toString();
        String other = server(200, Map.of(), keys);

        assertThat(count(server(302, Map.of("Location", "/moved"), keys), "/keys"))
                .isEqualTo(1);
        assertThat(count(server(302, Map.of("Location", other + "/keys"), ""), "/keys"))
                .isZero();
        assertThat(count("http://localhost:1", other + "/keys")).isEqualTo(1);
    }
}
