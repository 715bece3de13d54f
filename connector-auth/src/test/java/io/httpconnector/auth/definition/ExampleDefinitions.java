package io.httpconnector.auth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.CombinedAuth;
import io.httpconnector.auth.oauth2.AuthorizationCodeFlow;
import io.httpconnector.auth.oauth2.DeviceFlow;
import io.httpconnector.auth.oauth2.OAuth1Flow;
import io.httpconnector.auth.oauth2.TokenStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
import java.util.stream.Stream;

/**
 * Example definitions of each type, with all members that it can have, and a service that records the requests of any definition. Each
 * file in the directory {@code types} of the test resources is an example: the {@code strategy}, and the {@code options} of the builder
 * that its members stand for. {@code BASE} and {@code CERTIFICATE} stand for the URL of the service and a certificate.
 */
final class ExampleDefinitions implements AutoCloseable {

    static final ObjectMapper JSON = new ObjectMapper();

    /** By file name, the examples of all types: resources in the directory {@code types}. */
    static final Map<String, JsonNode> EXAMPLES = examples();

    private static final String CERTIFICATE = ExampleDefinitions.certificate();
    private static final Set<String> IGNORED =
            Set.of("host", "user-agent", "connection", "content-length", "accept-encoding", "x-amz-date");
    private static final Pattern JWT = Pattern.compile("eyJ[\\w-]+\\.([\\w-]+)\\.[\\w-]+");

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private final List<String> received = Collections.synchronizedList(new ArrayList<>());
    private final String pem;
    private TokenStore store = TokenStore.inMemory();
    /** The last pushed authorization request. */
    private volatile String pushed = "";

    ExampleDefinitions() throws Exception {
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

    private static Map<String, JsonNode> examples() {
        Map<String, JsonNode> examples = new TreeMap<>();
        try (Stream<Path> files =
                Files.list(Path.of(ExampleDefinitions.class.getResource("types").toURI()))) {
            for (Path file : files.toList()) {
                examples.put(file.getFileName().toString().replace(".json", ""), JSON.readTree(file.toFile()));
            }
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException(e);
        }
        return examples;
    }

    private static String certificate() {
        try (var in =
                ExampleDefinitions.class.getResourceAsStream("/io/httpconnector/auth/definition/certificate.pem")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Returns a definition with an example as its strategy {@code a}. */
    ObjectNode definition(String example) throws IOException {
        ObjectNode definition = (ObjectNode) JSON.readTree("""
                {"name": "Shop", "documentation": "https://example.com", "baseUrl": "BASE/{{auth.user}}",
                 "test": "/me",
                 "fields": [{"name": "user", "label": "User", "hint": "h", "default": "ann", "choices": ["ann", "bob"], "pattern": "[a-z]+",
                             "example": "bob", "prefix": "@", "suffix": "!"},
                            {"name": "key", "secret": true}, {"name": "hex", "secret": true}],
                 "strategies": {"a": {"fields": [{"name": "empty", "optional": true}, {"name": "pem", "secret": true, "when": {"field": "user", "values": ["ann"]}}]}}}""");
        if (example.equals("none")) {
            definition.set("test", JSON.readTree("""
                    [{"url": "/me/{{auth.user}}"},
                     {"method": "POST", "url": "/test", "headers": {"X-A": "{{auth.user}}"}, "query": {"q": "1"},
                      "json": {"a": "{{auth.user}}"}, "accept": [404]}]"""));
        }
        ((ObjectNode) definition.at("/strategies/a"))
                .setAll((ObjectNode) EXAMPLES.get(example).path("strategy"));
        String texts = definition.toString();
        for (String fields : List.of("/fields", "/strategies/a/fields")) {
            // A field that nothing uses is refused.
            removeUnused((ArrayNode) definition.at(fields), texts);
        }
        return (ObjectNode) JSON.readTree(definition
                .toString()
                .replace("CERTIFICATE", CERTIFICATE.replace("\n", "\\n"))
                .replace("BASE", url()));
    }

    private static void removeUnused(ArrayNode fields, String texts) {
        for (int i = fields.size() - 1; i >= 0; i--) {
            if (!texts.contains("{{auth." + fields.get(i).get("name").asText())) {
                fields.remove(i);
            }
        }
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
            meaning.append(strategy).append('\n');
            for (InputField field : definition.fields(strategy)) {
                meaning.append(field.name()
                        + field.label()
                        + field.hint()
                        + field.isSecret()
                        + field.defaultValue()
                        + field.isOptional()
                        + field.choices()
                        + field.pattern()
                        + field.example()
                        + field.prefix()
                        + field.suffix()
                        + field.condition());
            }
            received.clear();
            store = TokenStore.inMemory();
            try {
                requests(definition, strategy, meaning);
            } catch (RuntimeException | IOException e) {
                meaning.append(e.getClass() + " " + e.getMessage());
            }
            meaning.append(received.stream().sorted().collect(Collectors.joining("\n\n")));
        }
        return meaning.toString();
    }

    private void requests(AuthDefinition definition, String strategy, StringBuilder meaning) throws IOException {
        try (HttpConnection connection =
                filled(definition, strategy).connection().build()) {
            if (isType(definition, strategy, "oauth2-authorization-code")) {
                JsonNode members =
                        JSON.readTree(definition.toString()).path("strategies").path(strategy);
                if (members.has("useToken")) {
                    consent(withAdditionalToken(definition, strategy), strategy, meaning);
                } else {
                    consent(connection, meaning);
                }
            }
            if (isType(definition, strategy, "oauth1")
                    && CombinedAuth.withoutAdditions(connection.auth())
                            .toString()
                            .startsWith("OAuth1 of")) {
                OAuth1Flow flow = OAuth1Flow.of(connection);
                meaning.append(flow.start("s"));
                var unused = flow.finish("oauth_token=ot&oauth_verifier=v", "s");
            }
            if (isType(definition, strategy, "oauth2-device-code")) {
                // Only until the user is prompted: there is no consent here.
                var unused = DeviceFlow.of(connection).authorize(prompt -> {
                    throw new IllegalStateException(prompt.userCode());
                });
            }
            connection.send(Request.post("/probe"));
            if (!definition.tests().requests().isEmpty()) {
                meaning.append(connection.test().outcome());
            }
        }
    }

    /** Returns the definition whose consent stores the additional token that a strategy uses. */
    private static AuthDefinition withAdditionalToken(AuthDefinition definition, String strategy) throws IOException {
        ObjectNode json = (ObjectNode) JSON.readTree(definition.toString());
        ObjectNode members = (ObjectNode) json.path("strategies").path(strategy);
        String name = members.remove("useToken").asText();
        members.putObject("additionalTokens").put(name, "/user");
        return AuthDefinition.parse(json.toString());
    }

    private void consent(AuthDefinition definition, String strategy, StringBuilder meaning) {
        try (HttpConnection connection =
                filled(definition, strategy).connection().build()) {
            consent(connection, meaning);
        }
    }

    private void consent(HttpConnection connection, StringBuilder meaning) {
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
        URI url = flow.start("s");
        meaning.append(sorted(url.toString().replaceAll("(state|code_challenge|nonce)=[^&]*", "$1"), "[?&]"));
        Matcher state = Pattern.compile("state=([^&]*)").matcher(url + "&" + pushed);
        meaning.append(state.find());
        flow.finish("code=c&realm=7&realmId=7&iss=" + url() + "&state=" + state.group(1), "s");
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
                .tokenStore(store, "customer");
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
        if (path.endsWith("/par")) {
            pushed = new String(body, StandardCharsets.UTF_8);
        }
        String request = exchange.getRequestMethod() + " " + path + "?"
                + sorted(String.valueOf(exchange.getRequestURI().getRawQuery()), "&");
        String headers = exchange.getRequestHeaders().entrySet().stream()
                .filter(header -> !IGNORED.contains(header.getKey().toLowerCase(Locale.ROOT)))
                .map(header -> header.getKey() + ": " + sorted(header.getValue().get(0), "; "))
                .sorted()
                .collect(Collectors.joining("\n"));
        received.add(masked(request + "\n" + headers + "\n" + body(new String(body, StandardCharsets.UTF_8))));
        if (path.endsWith("/test") || path.contains("/me/")) {
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
            return;
        }
        String base = url();
        byte[] response = """
                {"AssumeRoleResponse": {"AssumeRoleResult": {"Credentials":
                     {"AccessKeyId": "AK", "SecretAccessKey": "SK", "SessionToken": "ST", "Expiration": 4.1E9}}},
                 "AssumeRoleWithWebIdentityResponse": {"AssumeRoleWithWebIdentityResult": {"Credentials":
                     {"AccessKeyId": "AK", "SecretAccessKey": "SK", "SessionToken": "ST", "Expiration": 4.1E9}}},
                 "user": {"access_token": "user-token"}, "oauth_token": "ot", "oauth_token_secret": "os", "access_token": "a-token", "token": "t", "id": "s", "token_endpoint": "BASE/token", "issuer": "BASE", "client_id": "c", "request_uri": "urn:r",
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
                .replaceAll("timestamp=[0-9]{8}T[0-9:]{8}", "timestamp")
                .replaceAll("(code_verifier|state|code_challenge|nonce)=[^&]*", "$1")
                .replaceAll("assertion=P[^&]*", "SAML assertion");
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
