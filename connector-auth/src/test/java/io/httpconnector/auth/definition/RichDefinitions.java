package io.httpconnector.auth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.AuthStrategy;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.AuthorizationFlow;
import io.httpconnector.auth.oauth2.DeviceFlow;
import io.httpconnector.auth.oauth2.TokenStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** One definition of each type with all members that it can have, and a service that records the requests of any definition. */
final class RichDefinitions implements AutoCloseable {

    static final ObjectMapper JSON = new ObjectMapper();

    private static final String OAUTH2 = """
            "tokenUrl": "BASE/token/{{auth.user}}", "scopes": ["a", "b-{{auth.user}}"], "scopeSeparator": ",", "issuer": "BASE",
            "resource": "https://api.example.com/{{auth.user}}", "tokenParameters": {"t": "1", "s": "{{auth.key | base64}}"},
            "tokenHeaders": {"X-T": "1", "X-S": "{{auth.key}}"}, "tokenRequest": "json",
            "tokenMethod": "PUT", "accessTokenPath": "/data/token",
            "expiresPath": "/data/in", "expiresAs": "minutes", "lifetime": "PT1H", "refreshBefore": "PT30S",
            "tokenFields": {"host": "/data/host"}, "accessTokenHeader": "X-Access",
            "tokenPrefix": "Token ",
            "headers": {"X-Version": "7", "X-User": "{{auth.user}}", "X-Key": "{{auth.key}}"},
            "query": {"q": "{{auth.user}}", "k": "{{auth.key}}", "opt": "{{auth.empty}}"}
            """;
    private static final String PROOF = """
            "clientAuthentication": "body",
            """;
    private static final String REFRESHING = """
            "refreshUrl": "BASE/refresh", "refreshParameters": {"r": "1", "s": "{{auth.key}}"},
            "refreshTokenPath": "/data/refresh", "refusals": ["gone"],
            """;
    private static final String CONSENTED = """
            "authorizationParameters": {"p": "1", "u": "{{auth.user | upper}}", "s": "{{auth.key}}"},
            """;
    private static final String BROWSER = """
            "authorizationUrl": "BASE/authorize?x=1", "revocationUrl": "BASE/revoke", "pkce": false, "nonce": false,
            "callbackFields": ["realm"],
            """;
    private static final String COMMON = """
            "headers": {"X-Version": "7", "X-User": "{{auth.user}}", "X-Key": "{{auth.key | hex}}", "X-Opt": "{{auth.empty}}"},
            "query": {"q": "{{auth.user}}", "k": "{{auth.key}}"}
            """;

    /** The members of each type but {@code type}. */
    static final Map<String, String> TYPES = new TreeMap<>(Map.ofEntries(
            Map.entry("none", COMMON),
            Map.entry("basic", "\"user\": \"{{auth.user}}/x\", \"password\": \"{{auth.key}}\", " + COMMON),
            Map.entry(
                    "custom",
                    "\"cookies\": {\"c\": \"{{auth.key}}\"}, \"bodyFields\": {\"auth\": {\"key\": \"{{auth.key}}\", \"n\": [1, true, null,"
                            + " \"{{auth.user}}\"]}, \"v\": 2}, " + COMMON),
            Map.entry("digest", "\"user\": \"{{auth.user}}\", \"password\": \"{{auth.key}}\", " + COMMON),
            Map.entry(
                    "aws",
                    "\"accessKeyId\": \"{{auth.user}}\", \"secretAccessKey\": \"{{auth.key}}\", \"region\": \"eu\", \"service\": \"sqs\","
                            + " \"sessionToken\": \"{{auth.key}}\", " + COMMON),
            Map.entry(
                    "hmac",
                    "\"algorithm\": \"HmacSHA256\", \"key\": \"{{auth.hex}}\", \"keyEncoding\": \"hex\", \"template\":"
                            + " \"{{method}}{{target}}{{auth.user}}\", \"headers\": {\"X-Sign\": \"{{auth.user}}:{{signature}}\", \"X-Key\":"
                            + " \"{{auth.key}}\"}, \"query\": {\"s\": \"{{signatureBase64}}\", \"u\": \"{{auth.user | upper}}\"}"),
            Map.entry(
                    "oauth1",
                    "\"consumerKey\": \"{{auth.user}}\", \"consumerSecret\": \"{{auth.key}}\", \"token\": \"t-{{auth.user}}\","
                            + " \"tokenSecret\": \"{{auth.key}}\", \"realm\": \"r\", \"signature\": \"HMAC-SHA256\", "
                            + COMMON),
            Map.entry(
                    "oauth1 rsa",
                    "\"consumerKey\": \"{{auth.user}}\", \"privateKey\": \"{{auth.pem}}\", \"signature\": \"RSA-SHA1\", "
                            + COMMON),
            Map.entry(
                    "jwt",
                    "\"algorithm\": \"HS256\", \"key\": \"{{auth.key}}\", \"keyId\": \"k1\", \"prefix\": \"JWT \", \"lifetime\": \"PT5M\","
                            + " \"claims\": {\"iss\": \"{{auth.user}}\", \"aud\": [\"a\", \"b\"], \"n\": {\"m\": [1, 2.5, false, null]}}, "
                            + COMMON),
            Map.entry(
                    "login",
                    "\"method\": \"PUT\", \"loginUrl\": \"BASE/login/{{auth.user}}\", \"loginHeaders\": {\"X-L\": \"{{auth.key}}\"},"
                            + " \"json\": [{\"auth\": {\"user\": \"{{auth.user}}\", \"password\": \"{{auth.key}}\", \"n\": 1}}],"
                            + " \"tokenPath\": \"/data/token\", \"expiresPath\": \"/data/in\", \"expiresAs\": \"minutes\", \"lifetime\": \"PT1H\","
                            + " \"tokenFields\": {\"host\": \"/data/host\"}, \"use\": {\"headers\": {\"X-Session\": \"s {{auth.token}}\"},"
                            + " \"query\": {\"t\": \"{{auth.token}}\"}, \"cookies\": {\"s\": \"{{auth.token}}\"}, \"bodyFields\": {\"f\":"
                            + " \"{{auth.token}}\"}}, " + COMMON),
            Map.entry(
                    "login form",
                    "\"loginUrl\": \"BASE/login\", \"form\": {\"u\": \"{{auth.user}}\", \"p\": \"{{auth.key}}\"}, \"tokenHeader\":"
                            + " \"X-Token\""),
            Map.entry(
                    "login cookie",
                    "\"loginUrl\": \"BASE/login\", \"tokenCookie\": \"sid\", \"use\": {\"cookies\": {\"sid\": \"{{auth.token}}\"}}"),
            Map.entry("oauth2-authorization-code", PROOF + BROWSER + CONSENTED + REFRESHING + OAUTH2),
            Map.entry(
                    "oauth2-client-credentials",
                    OAUTH2
                            + ", \"clientKey\": {\"algorithm\": \"PS256\", \"key\": \"{{auth.pem}}\", \"keyId\": \"k\", \"certificate\":"
                            + " \"CERTIFICATE\"}"),
            Map.entry("oauth2-client-credentials discover", "\"discover\": \"BASE\", \"scopes\": \"a b\""),
            Map.entry(
                    "oauth2-device-code",
                    PROOF + CONSENTED + REFRESHING + "\"deviceAuthorizationUrl\": \"BASE/device\", " + OAUTH2),
            Map.entry(
                    "oauth2-jwt-bearer",
                    PROOF
                            + OAUTH2
                            + ", \"algorithm\": \"RS256\", \"key\": \"{{auth.pem}}\", \"keyId\": \"k\", \"claims\": {\"iss\":"
                            + " \"{{auth.user}}\", \"aud\": [\"a\"]}"),
            Map.entry(
                    "oauth2-password",
                    PROOF + REFRESHING + OAUTH2 + ", \"user\": \"{{auth.user}}\", \"password\": \"{{auth.key}}\""),
            Map.entry("oauth2-refresh-token", PROOF + REFRESHING + OAUTH2 + ", \"refreshToken\": \"{{auth.key}}\"")));

    private static final String CERTIFICATE = RichDefinitions.certificate();
    private static final Set<String> IGNORED =
            Set.of("host", "user-agent", "connection", "content-length", "accept-encoding", "x-amz-date");
    private static final Pattern JWT = Pattern.compile("eyJ[\\w-]+\\.([\\w-]+)\\.[\\w-]+");

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private final List<String> received = Collections.synchronizedList(new ArrayList<>());
    private final String pem;

    RichDefinitions() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
        KeyPairGenerator keys = KeyPairGenerator.getInstance("RSA");
        keys.initialize(2048);
        pem = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder()
                        .encodeToString(keys.generateKeyPair().getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }

    private static String certificate() {
        try (var in = RichDefinitions.class.getResourceAsStream("/io/httpconnector/auth/definition/certificate.pem")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The definition of a type. */
    ObjectNode definition(String type) throws IOException {
        return (ObjectNode) JSON.readTree("""
                {"name": "Shop", "documentation": "https://example.com", "baseUrl": "BASE/{{auth.user}}", "test": "/me",
                 "fields": [{"name": "user", "label": "User", "hint": "h", "default": "ann"},
                            {"name": "key", "secret": true}, {"name": "hex", "secret": true}],
                 "strategies": {"a": {"type": "TYPE", "fields": [{"name": "empty", "optional": true}, {"name": "pem", "secret": true}],
                                      MEMBERS}}}""".replace("TYPE", type.split(" ", 2)[0])
                .replace("MEMBERS", TYPES.get(type))
                .replace("CERTIFICATE", CERTIFICATE.replace("\n", "\\n"))
                .replace("BASE", url()));
    }

    /** A preset with its endpoints at this service. */
    ObjectNode preset(String id) throws IOException {
        return (ObjectNode) JSON.readTree(AuthDefinition.preset(id)
                .toString()
                .replaceAll("(Url\" : \")https://([^/\"]*)", "$1" + url() + "/$2")
                .replaceAll("(baseUrl\" : \")https://([^/\"]*)", "$1" + url() + "/$2"));
    }

    /** Returns the requests of all strategies, without order and random values, or the reason why a strategy can't be built. */
    String meaning(AuthDefinition definition) {
        StringBuilder meaning = new StringBuilder();
        for (String strategy : new java.util.TreeSet<>(definition.strategies())) {
            meaning.append(strategy).append(definition.test()).append('\n');
            for (InputField field : definition.fields(strategy)) {
                meaning.append(field.name()
                        + field.label()
                        + field.hint()
                        + field.isSecret()
                        + field.defaultValue()
                        + field.isOptional());
            }
            received.clear();
            try {
                requests(definition, strategy, meaning);
            } catch (RuntimeException e) {
                meaning.append(e.getClass() + " " + e.getMessage());
            }
            meaning.append(received.stream().sorted().collect(Collectors.joining("\n\n")));
        }
        return meaning.toString();
    }

    private void requests(AuthDefinition definition, String strategy, StringBuilder meaning) {
        AuthStrategy auth = filled(definition, strategy).build();
        try (HttpConnection connection = HttpConnection.named("Shop")
                .baseUrl(definition.baseUrl())
                .auth(auth)
                .build()) {
            if (isType(definition, strategy, "oauth2-authorization-code")) {
                AuthorizationFlow flow = AuthorizationFlow.of(connection);
                URI url = flow.start("s");
                meaning.append(sorted(url.toString().replaceAll("(state|code_challenge|nonce)=[^&]*", "$1"), "[?&]"));
                Matcher state = Pattern.compile("state=([^&]*)").matcher(url.getRawQuery());
                meaning.append(state.find());
                flow.finish("code=c&realm=7&realmId=7&iss=" + url() + "&state=" + state.group(1), "s");
            }
            if (isType(definition, strategy, "oauth2-device-code")) {
                // Only until the user is prompted: there is no consent here.
                var unused = DeviceFlow.of(connection).authorize(prompt -> {
                    throw new IllegalStateException(prompt.userCode());
                });
            }
            connection.send(Request.post("/probe"));
        }
    }

    private static boolean isType(AuthDefinition definition, String strategy, String type) {
        try {
            return JSON.readTree(definition.toString())
                    .path("strategies")
                    .path(strategy)
                    .path("type")
                    .asText()
                    .equals(type);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private AuthMethod filled(AuthDefinition definition, String strategy) {
        AuthMethod choice = definition
                .choose(strategy)
                .redirectUri("https://app.example.com/callback")
                .tokenStore(TokenStore.inMemory(), "customer");
        for (InputField field : definition.fields(strategy)) {
            if (field.name().equals("pem")) {
                choice.value("pem", Secret.of(pem));
            } else if (field.name().equals("hex")) {
                choice.value("hex", Secret.of("00ff"));
            } else if (field.isSecret()) {
                choice.value(field.name(), Secret.of("secret-" + field.name()));
            } else if (!field.isOptional() && field.defaultValue().isEmpty()) {
                choice.value(field.name(), "v" + field.name());
            }
        }
        return choice;
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String path = exchange.getRequestURI().getPath();
        String request = exchange.getRequestMethod() + " " + path + "?"
                + sorted(String.valueOf(exchange.getRequestURI().getRawQuery()), "&");
        String headers = exchange.getRequestHeaders().entrySet().stream()
                .filter(header -> !IGNORED.contains(header.getKey().toLowerCase(Locale.ROOT)))
                .map(header -> header.getKey() + ": " + sorted(header.getValue().get(0), "; "))
                .sorted()
                .collect(Collectors.joining("\n"));
        received.add(masked(request + "\n" + headers + "\n" + body(new String(body, StandardCharsets.UTF_8))));
        String base = url();
        byte[] response = """
                {"access_token": "a-token", "token": "t", "id": "s", "token_endpoint": "BASE/token", "issuer": "BASE",
                 "device_code": "d", "user_code": "u", "verification_uri": "https://x.example.com", "api_domain": "BASE", "instance_url": "BASE",
                 "data": {"token": "a-token", "refresh": "r", "in": 60, "host": "h"}}""".replace("BASE", base).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.getResponseHeaders().add("X-Token", "header-token");
        exchange.getResponseHeaders().add("Set-Cookie", "sid=cookie-token");
        exchange.sendResponseHeaders(200, response.length);
        exchange.getResponseBody().write(response);
        exchange.close();
    }

    private static String sorted(String text, String separator) {
        return Arrays.stream(text.split(separator, -1)).sorted().collect(Collectors.joining(separator));
    }

    private static String body(String body) {
        try {
            return body.startsWith("{") || body.startsWith("[")
                    ? canonical(JSON.readTree(masked(body)))
                    : sorted(body, "&");
        } catch (IOException e) {
            return body;
        }
    }

    private static String canonical(JsonNode json) {
        if (json.isObject()) {
            Map<String, String> sorted = new TreeMap<>();
            json.properties().forEach(entry -> sorted.put(entry.getKey(), canonical(entry.getValue())));
            return sorted.toString();
        }
        List<String> elements = new ArrayList<>();
        json.forEach(element -> elements.add(canonical(element)));
        return json.isArray() ? elements.toString() : json.toString();
    }

    private static String masked(String text) {
        return JWT.matcher(text)
                .replaceAll(jwt -> Matcher.quoteReplacement(claims(jwt.group(1))))
                .replaceAll(
                        "(oauth_nonce|oauth_timestamp|oauth_signature|Signature|SignedHeaders|Credential)=[^,]*", "$1")
                .replaceAll("code_verifier=[^&]*", "code_verifier");
    }

    private static String claims(String payload) {
        try {
            ObjectNode claims =
                    (ObjectNode) JSON.readTree(Base64.getUrlDecoder().decode(payload));
            claims.remove(List.of("iat", "exp", "jti"));
            return "JWT " + canonical(claims).replace('"', '\'');
        } catch (IOException e) {
            return payload;
        }
    }

    /** Returns all JSON Pointers of a document except the empty one. */
    static List<String> pointers(JsonNode json) {
        Map<String, JsonNode> all = new LinkedHashMap<>();
        collect(json, "", all);
        all.remove("");
        return List.copyOf(all.keySet());
    }

    private static void collect(JsonNode json, String pointer, Map<String, JsonNode> all) {
        all.put(pointer, json);
        json.properties()
                .forEach(entry -> collect(
                        entry.getValue(),
                        pointer + "/" + entry.getKey().replace("~", "~0").replace("/", "~1"),
                        all));
        for (int i = 0; json.isArray() && i < json.size(); i++) {
            collect(json.get(i), pointer + "/" + i, all);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
