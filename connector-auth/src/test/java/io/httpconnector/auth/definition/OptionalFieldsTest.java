package io.httpconnector.auth.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An optional field that is left empty, in every place that can have one: its element is omitted, wherever it is. */
class OptionalFieldsTest {

    private static final String DEFINITION = """
            {"name": "Shop", "baseUrl": "BASE/api",
             "fields": [{"name": "o", "optional": true}, {"name": "s", "secret": true, "optional": true}],
             "strategies": {
               "custom": {"type": "custom",
                 "headers": {"X-O": "{{auth.o}}", "X-S": "{{auth.s}}", "X-P": "p {{auth.o}}"},
                 "query": {"omit": "{{auth.o}}", "omit2": "{{auth.s}}"}, "cookies": {"omit": "{{auth.o}}", "k": "1"},
                 "bodyFields": {"a": {"omit": "{{auth.o}}", "k": 1}, "l": ["{{auth.s}}", "z"]}},
               "basic": {"type": "basic", "user": "{{auth.o}}", "password": "{{auth.s}}", "headers": {"X-O": "{{auth.o}}"}},
               "client": {"type": "oauth2-client-credentials", "tokenUrl": "BASE/token", "scopes": ["omit{{auth.o}}", "b"],
                 "resource": ["https://omit.example.com/{{auth.o}}", "https://kept.example.com"],
                 "tokenParameters": {"omit": "{{auth.o}}", "omit2": "{{auth.s}}"},
                 "tokenHeaders": {"X-O": "{{auth.o}}", "X-S": "{{auth.s}}"}},
               "bearer": {"type": "oauth2-jwt-bearer", "tokenUrl": "BASE/token", "algorithm": "HS256", "key": "{{auth.key}}",
                 "claims": {"omit": "{{auth.o}}", "n": {"omit": "{{auth.o}}"}, "l": ["{{auth.o}}"]}, "fields": [{"name": "key", "secret": true}]},
               "jwt": {"type": "jwt", "algorithm": "HS256", "key": "{{auth.key}}", "keyId": "omit{{auth.o}}", "claims": {"omit": "{{auth.o}}"},
                 "fields": [{"name": "key", "secret": true}]},
               "login": {"type": "login", "loginUrl": "BASE/login", "loginQuery": {"omit": "{{auth.o}}"},
                 "loginHeaders": {"X-O": "{{auth.o}}"}, "json": {"omit": "{{auth.o}}", "k": {"omit": "{{auth.s}}"}}, "tokenPath": "/token",
                 "use": {"headers": {"X-T": "{{auth.token}}", "X-O": "{{auth.o}}"}, "query": {"omit": "{{auth.o}}"}}},
               "form": {"type": "login", "loginUrl": "BASE/login", "form": {"omit": "{{auth.o}}", "k": "1"}, "tokenPath": "/token",
                 "use": {"headers": {"X-T": "{{auth.token}}"}, "cookies": {"omit": "{{auth.s}}"}}},
               "oauth1": {"type": "oauth1", "consumerKey": "c", "consumerSecret": "{{auth.key}}", "realm": "{{auth.o}}",
                 "headers": {"X-O": "{{auth.o}}"}, "fields": [{"name": "key", "secret": true}]},
               "hmac": {"type": "hmac", "algorithm": "HmacSHA256", "key": "{{auth.key}}", "template": "{{time}}",
                 "headers": {"X-Sig": "{{signature}}", "X-O": "{{auth.o}}", "X-S": "{{auth.s}} {{signature}}"},
                 "query": {"omit": "{{auth.o}}"}, "fields": [{"name": "key", "secret": true}]}}}""";

    private final List<String> received = Collections.synchronizedList(new java.util.ArrayList<>());
    private HttpServer server;

    @BeforeEach
    void setUp() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.start();
    }

    @AfterEach
    void tearDown() {
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        received.add(exchange.getRequestURI() + " " + Map.copyOf(exchange.getRequestHeaders()) + " " + body);
        byte[] response = "{\"access_token\": \"t\", \"token\": \"t\"}".getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, response.length);
        exchange.getResponseBody().write(response);
        exchange.close();
    }

    private static String claims(String text) {
        return Pattern.compile("(eyJ[\\w-]+)\\.([\\w-]+)\\.")
                .matcher(text)
                .replaceAll(jwt -> decoded(jwt.group(1)) + decoded(jwt.group(2)));
    }

    private static String decoded(String part) {
        return new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"custom", "basic", "client", "bearer", "jwt", "login", "form", "oauth1", "hmac"})
    void elementOfAnEmptyFieldIsOmitted(String strategy) {
        AuthDefinition definition = AuthDefinition.parse(DEFINITION.replace(
                "BASE", "http://127.0.0.1:" + server.getAddress().getPort()));
        for (String empty : List.of("not set", "")) {
            AuthMethod method = definition.choose(strategy);
            if (empty.isEmpty()) {
                method.value("o", empty);
            }
            for (InputField field : definition.fields(strategy)) {
                if (field.name().equals("key") || field.name().equals("clientSecret")) {
                    method.value(field.name(), Secret.of("0123456789abcdef0123456789abcdef"));
                } else if (field.name().equals("clientId")) {
                    method.value("clientId", "app");
                }
            }
            try (HttpConnection connection = method.connection().build()) {
                connection.send(Request.post("").json(Map.of("x", 1)));
            }
        }
        assertThat(received)
                .isNotEmpty()
                .allSatisfy(request -> assertThat(claims(request))
                        .doesNotContain("omit")
                        .doesNotContainIgnoringCase("X-O=", "X-S=", "X-P=", "realm", "Basic Og=="));
    }
}
