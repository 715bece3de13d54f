package io.httpconnector.auth.oauth2;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A Keycloak with a realm {@code orders}, configured through its REST API, in which the user {@code ann} has the password {@code pass}. */
final class KeycloakServer implements AutoCloseable {

    static final String REDIRECT_URI = "https://app.example.com/callback";
    static final Secret SECRET = Secret.of("s%cret: 1");

    private static final Pattern LISTENING = Pattern.compile("Listening on: (http://\\S+)");

    private final @Nullable Process process;
    private final String url;
    private final HttpConnection admin;

    /**
     * Starts a distribution, or uses a server.
     *
     * @param location the directory of an unpacked distribution, or the URL of a server whose administrator is admin, with this password
     */
    KeycloakServer(String location) throws IOException {
        process = location.startsWith("http:") ? null : process(location);
        url = process == null ? location : url(process);
        admin = HttpConnection.named("Keycloak administration")
                .baseUrl(url)
                .auth(OAuth2.password("admin", Secret.of("admin"))
                        .discover(url + "/realms/master")
                        .publicClient("admin-cli")
                        .build())
                .build();
    }

    private static Process process(String directory) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(directory, "bin", "kc.sh").toString(),
                "start-dev",
                "--db=dev-mem",
                "--http-host=127.0.0.1",
                "--http-port=" + port);
        builder.environment()
                .putAll(Map.of("KC_BOOTSTRAP_ADMIN_USERNAME", "admin", "KC_BOOTSTRAP_ADMIN_PASSWORD", "admin"));
        return builder.redirectErrorStream(true).start();
    }

    private static String url(Process process) throws IOException {
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        StringBuilder log = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            log.append(line).append('\n');
            Matcher listening = LISTENING.matcher(line);
            if (listening.find()) {
                Thread reader = new Thread(() -> output.lines().forEach(ignored -> {}), "Keycloak log");
                reader.setDaemon(true);
                reader.start();
                return listening.group(1);
            }
        }
        throw new IOException("Keycloak did not start:\n" + log);
    }

    String issuer() {
        return url + "/realms/orders";
    }

    /** Creates the realm, its user and its clients; replaces an earlier one. */
    void configure(Map<String, KeyPair> keys) {
        admin.send(Request.delete("/admin/realms/orders").acceptStatus(404));
        admin.send(Request.post("/admin/realms")
                .json(Map.of(
                        "realm",
                        "orders",
                        "enabled",
                        true,
                        "accessTokenLifespan",
                        60,
                        "revokeRefreshToken",
                        true,
                        "users",
                        List.of(user()))));
        post(
                "/client-scopes",
                Map.of(
                        "name",
                        "orders:read",
                        "protocol",
                        "openid-connect",
                        "attributes",
                        Map.of("include.in.token.scope", "true")));
        client("web", Map.of("consentRequired", true));
        client("pushed", Map.of("attributes", Map.of("require.pushed.authorization.requests", "true")));
        client(
                "tv",
                Map.of(
                        "publicClient",
                        true,
                        "attributes",
                        Map.of("oauth2.device.authorization.grant.enabled", "true")));
        List<Map<String, Object>> jwks = keys.entrySet().stream()
                .map(key -> jwk(key.getKey(), key.getValue()))
                .toList();
        client(
                "signed",
                Map.of(
                        "clientAuthenticatorType",
                        "client-jwt",
                        "attributes",
                        Map.of("use.jwks.string", "true", "jwks.string", json(Map.of("keys", jwks)))));
    }

    private static Map<String, Object> user() {
        return Map.of(
                "username", "ann",
                "enabled", true,
                "email", "ann@example.com",
                "firstName", "Ann",
                "lastName", "Example",
                "realmRoles", List.of("offline_access"),
                "credentials", List.of(Map.of("type", "password", "value", "pass")));
    }

    private void client(String id, Map<String, Object> settings) {
        Map<String, Object> client = new LinkedHashMap<>(Map.of(
                "clientId", id,
                "secret", SECRET.reveal(),
                "redirectUris", List.of(REDIRECT_URI),
                "serviceAccountsEnabled", !settings.containsKey("publicClient"),
                "directAccessGrantsEnabled", true,
                "defaultClientScopes", List.of("basic", "profile"),
                "optionalClientScopes", List.of("offline_access", "orders:read")));
        client.putAll(settings);
        post("/clients", client);
    }

    /** Lets anyone on this host register clients. */
    void permitRegistration() {
        admin.send(Request.get("/admin/realms/orders/components")
                        .query("type", "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy"))
                .json()
                .forEach(policy -> {
                    if (policy.path("subType").asText().equals("anonymous")) {
                        admin.send(Request.delete("/admin/realms/orders/components/"
                                + policy.path("id").asText()));
                    }
                });
    }

    /** Deletes a client. */
    void forget(String clientId) {
        String id = admin.send(Request.get("/admin/realms/orders/clients").query("clientId", clientId))
                .json()
                .at("/0/id")
                .asText();
        admin.send(Request.delete("/admin/realms/orders/clients/" + id));
    }

    /** Ends all sessions of the user, whose tokens are then invalid. */
    void logOutUser() {
        String id = admin.send(Request.get("/admin/realms/orders/users").query("username", "ann"))
                .json()
                .at("/0/id")
                .asText();
        admin.send(Request.post("/admin/realms/orders/users/" + id + "/logout"));
    }

    private void post(String path, Map<String, Object> body) {
        admin.send(Request.post("/admin/realms/orders" + path).json(body));
    }

    private static String json(Map<String, ?> value) {
        return new ObjectMapper().valueToTree(value).toString();
    }

    private static Map<String, Object> jwk(String id, KeyPair pair) {
        Map<String, Object> jwk = new LinkedHashMap<>(Map.of("kid", id, "use", "sig"));
        if (pair.getPublic() instanceof RSAPublicKey rsa) {
            jwk.putAll(
                    Map.of("kty", "RSA", "n", base64(rsa.getModulus(), 256), "e", base64(rsa.getPublicExponent(), 3)));
        } else if (pair.getPublic() instanceof ECPublicKey ec) {
            jwk.putAll(Map.of(
                    "kty",
                    "EC",
                    "crv",
                    "P-256",
                    "x",
                    base64(ec.getW().getAffineX(), 32),
                    "y",
                    base64(ec.getW().getAffineY(), 32)));
        } else {
            byte[] encoded = ((EdECPublicKey) pair.getPublic()).getEncoded();
            jwk.putAll(Map.of(
                    "kty",
                    "OKP",
                    "crv",
                    "Ed25519",
                    "x",
                    base64(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length))));
        }
        return jwk;
    }

    private static String base64(BigInteger number, int length) {
        byte[] bytes = number.toByteArray();
        byte[] padded = new byte[length];
        int used = Math.min(bytes.length, length);
        System.arraycopy(bytes, bytes.length - used, padded, length - used, used);
        return base64(padded);
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public void close() {
        admin.close();
        if (process != null) {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
    }
}
