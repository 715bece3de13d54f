package io.httpconnector.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.AuthStrategy;
import io.httpconnector.GraphQlException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.RetryPolicy;
import io.httpconnector.cache.CacheSettings;
import io.httpconnector.cache.ResponseCache;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Persisted queries and queries by GET, against a server that follows Apollo's protocol and GraphQL over HTTP. */
@Timeout(30)
class PersistedQueryTest {

    private static final String QUERY = "query($id: ID!) { node(id: $id) { title } }";
    private static final String MUTATION = "mutation($id: ID!) { close(id: $id) { id } }";

    /** The requests: method and the names of their parts. */
    private final List<String> received = new CopyOnWriteArrayList<>();

    private final Map<String, String> known = new ConcurrentHashMap<>();
    private final AtomicInteger executed = new AtomicInteger();
    private final AtomicInteger signatures = new AtomicInteger();
    private volatile String error =
            "{\"message\": \"PersistedQueryNotFound\", \"extensions\": {\"code\": \"PERSISTED_QUERY_NOT_FOUND\"}}";
    private volatile int errorStatus = 200;
    private HttpServer server;
    private HttpConnection connection;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/graphql", exchange -> {
            Map<String, JsonNode> parts = new HashMap<>();
            if (exchange.getRequestMethod().equals("GET")) {
                for (String pair : exchange.getRequestURI().getRawQuery().split("&", -1)) {
                    String[] both = pair.split("=", 2);
                    String value = URLDecoder.decode(both[1], StandardCharsets.UTF_8);
                    parts.put(
                            both[0],
                            value.startsWith("{") && !both[0].equals("query")
                                    ? JsonSupport.parse(value)
                                    : JsonSupport.tree(value));
                }
            } else {
                JsonSupport.parse(exchange.getRequestBody().readAllBytes())
                        .properties()
                        .forEach(part -> parts.put(part.getKey(), part.getValue()));
            }
            received.add(exchange.getRequestMethod() + " "
                    + parts.keySet().stream().sorted().toList());
            String hash = parts.getOrDefault("extensions", JsonSupport.parse("{}"))
                    .at("/persistedQuery/sha256Hash")
                    .asText();
            String query = parts.containsKey("query") ? parts.get("query").asText() : known.get(hash);
            int status = 200;
            String body;
            if (query == null) {
                body = "{\"errors\": [" + error + "]}";
                status = errorStatus;
            } else if (!hash.isEmpty() && !hash.equals(Hashing.sha256Hex(query))) {
                body = "{\"errors\": [{\"message\": \"provided sha does not match query\"}]}";
            } else {
                known.put(hash, query);
                executed.incrementAndGet();
                body = "{\"data\": {\"id\": "
                        + JsonSupport.tree(parts.get("variables").path("id").asText()) + "}}";
            }
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.getResponseHeaders()
                    .set("Cache-Control", status == 200 && query != null ? "max-age=60" : "no-store");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        AuthStrategy signing = request -> request.header("X-Signature", "s" + signatures.incrementAndGet());
        connection = HttpConnection.named("Service")
                .baseUrl("http://localhost:" + server.getAddress().getPort())
                .auth(signing)
                .retry(RetryPolicy.none())
                .build();
    }

    @AfterEach
    void stop() {
        connection.close();
        server.stop(0);
    }

    private static GraphQl query() {
        return GraphQl.query("/graphql", QUERY).variable("id", 7);
    }

    private static String id(Response response) {
        return response.json().at("/data/id").asText();
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 400})
    void theQueryFollowsOnceIfItsHashIsUnknown(int status) {
        errorStatus = status;
        Request request = query().persisted().toRequest();

        assertThat(id(connection.send(request))).isEqualTo("7");
        assertThat(id(connection.send(request))).isEqualTo("7");

        assertThat(received)
                .containsExactly(
                        "POST [extensions, variables]",
                        "POST [extensions, query, variables]",
                        "POST [extensions, variables]");
        assertThat(signatures).hasValue(3);
        assertThat(executed).hasValue(2);
    }

    @Test
    void aMutationIsExecutedOnce() {
        Request request = GraphQl.query("/graphql", MUTATION)
                .variable("id", 7)
                .persisted()
                .toRequest();

        assertThat(id(connection.send(request))).isEqualTo("7");

        assertThat(received).hasSize(2);
        assertThat(executed).hasValue(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"message\": \"PersistedQueryNotSupported\"} | 2",
                "{\"message\": \"PersistedQueryNotFound\"} | 2",
                "{\"message\": \"unknown field\"} | 1"
            })
    void anotherErrorIsNotRepeated(String message, int requests) {
        error = message;
        Request request = query().persisted().toRequest();
        if (requests == 1) {
            assertThatThrownBy(() -> connection.send(request)).isInstanceOf(GraphQlException.class);
        } else {
            assertThat(id(connection.send(request))).isEqualTo("7");
        }
        assertThat(received).hasSize(requests);
    }

    @Test
    void aServiceThatNeverKnowsTheHashDoesNotCauseALoop() {
        server.removeContext("/graphql");
        server.createContext("/graphql", exchange -> {
            received.add("");
            byte[] bytes = ("{\"errors\": [" + error + "]}").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });

        assertThatThrownBy(() -> connection.send(query().persisted().toRequest()))
                .isInstanceOf(GraphQlException.class)
                .hasMessageContaining("PersistedQueryNotFound");
        assertThat(received).hasSize(2);
    }

    @Test
    void aQueryIsSentByGetAndItsResponseIsStored() {
        ResponseCache cache = ResponseCache.of(CacheSettings.defaults());
        try (HttpConnection cached = HttpConnection.named("Cached")
                .baseUrl("http://localhost:" + server.getAddress().getPort())
                .around(cache)
                .build()) {
            Request request = query().get().toRequest();
            assertThat(id(cached.send(request))).isEqualTo("7");
            assertThat(id(cached.send(request))).isEqualTo("7");
            assertThat(received).containsExactly("GET [query, variables]");
            Request persisted = query().persisted().get().toRequest();
            for (int i = 0; i < 4; i++) {
                assertThat(id(cached.send(persisted))).isEqualTo("7");
            }
        }
        assertThat(received)
                .containsExactly(
                        "GET [query, variables]",
                        "GET [extensions, variables]",
                        "GET [extensions, query, variables]",
                        // Stored under the URL with the hash.
                        "GET [extensions, variables]");
        assertThat(cache.statistics().hits()).isEqualTo(3);
    }

    @Test
    void aMutationIsNotSentByGet() {
        GraphQl mutation = GraphQl.query("/graphql", MUTATION).variable("id", 7).get();

        assertThatThrownBy(mutation::toRequest)
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("a mutation can't be sent by GET: use POST");
        assertThatThrownBy(() -> RequestTemplate.named("close")
                        .get("/graphql")
                        .graphql(MUTATION)
                        .variable("id", "{{id}}")
                        .build())
                .hasMessageContaining("a mutation can't be sent by GET: use POST");
        assertThatThrownBy(() -> Request.post("/graphql").json(Map.of("a", 1)).persistedQuery())
                .isInstanceOf(InvalidDefinitionException.class);
        assertThat(received).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"GET, false", "GET, true", "POST, true"})
    void templatesHaveTheSameOptions(String method, boolean isPersisted) {
        RequestTemplate template = RequestTemplate.fromJson(JsonSupport.parse("{\"name\": \"node\", \"method\": \""
                + method + "\", \"url\": \"/graphql\", \"graphql\": {\"query\": \""
                + QUERY + "\", \"variables\": {\"id\": \"{{id}}\"}" + (isPersisted ? ", \"persistedQuery\": true" : "")
                + "}}"));

        assertThat(id(connection.send(template.render(Pills.of("id", "a\" } b & c=d #")))))
                .isEqualTo("a\" } b & c=d #".replace("\"", "\""));

        assertThat(template.toJson().path("graphql").path("persistedQuery").asBoolean())
                .isEqualTo(isPersisted);
        assertThat(RequestTemplate.fromJson(template.toJson()).toJson()).isEqualTo(template.toJson());
        assertThat(received).allMatch(one -> one.startsWith(method)).hasSize(isPersisted ? 2 : 1);
    }
}
