package io.httpconnector.auth.oauth2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.testing.VirtualTime;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Interoperability with protected servers of the Model Context Protocol, made with its TypeScript SDK: only the URL of the server is
 * known; metadata of the resource and its authorization server, registration of the client, PKCE. Runs only with
 * {@code -Dmcp-sdk=DIRECTORY}, in which {@code npm install @modelcontextprotocol/sdk} was run.
 */
@Timeout(60)
@EnabledIfSystemProperty(named = "mcp-sdk", matches = ".+")
class McpServerTest {

    private static final String REDIRECT_URI = "https://app.example.com/callback";

    private static NodeServer server;
    /** The example of the SDK, whose authorization server is another one, and which accepts only tokens for its URL. */
    private static NodeServer example;

    private final VirtualTime clock = new VirtualTime();
    private final TokenStore store = TokenStore.inMemory();
    private final List<HttpConnection> opened = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        server = NodeServer.start("mcp-server.mjs", System.getProperty("mcp-sdk"));
        example = NodeServer.start("mcp-server.mjs", System.getProperty("mcp-sdk"), "example");
    }

    @AfterAll
    static void stop() {
        List.of(server, example).forEach(NodeServer::close);
    }

    @BeforeEach
    void setUp() {
        clock.advance(Duration.between(clock.now(), Instant.now()));
    }

    @AfterEach
    void tearDown() {
        opened.forEach(HttpConnection::close);
    }

    private HttpConnection connection(NodeServer of, OAuth2Builder auth) {
        HttpConnection connection = HttpConnection.named("MCP server")
                .baseUrl(of.url())
                .auth(auth.discover().timeSource(clock).tokenStore(store).build())
                .retry(RetryPolicy.none())
                .build();
        opened.add(connection);
        return connection;
    }

    private HttpConnection connection(NodeServer of) {
        return connection(of, OAuth2.authorizationCode().redirectUri(REDIRECT_URI));
    }

    private static TokenSet consent(HttpConnection connection) throws Exception {
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
        return flow.finish(new Browser().go(flow.start("s")), "s");
    }

    private static String parameter(HttpConnection connection, String name) {
        return AuthorizationCodeFlow.of(connection)
                .start("s")
                .toString()
                .replaceAll(".*[?&]" + name + "=([^&]*).*", "$1");
    }

    private static Response call(HttpConnection connection, String session, String method, Map<String, Object> params) {
        Request request = Request.post("")
                .header("Accept", "application/json, text/event-stream")
                .json(Map.of("jsonrpc", "2.0", "id", 1, "method", method, "params", params));
        return connection.send(session.isEmpty() ? request : request.header("Mcp-Session-Id", session));
    }

    private static Response initialize(HttpConnection connection) {
        Map<String, Object> client = Map.of("name", "test", "version", "1");
        return call(
                connection,
                "",
                "initialize",
                Map.of("protocolVersion", "2025-06-18", "capabilities", Map.of(), "clientInfo", client));
    }

    /** Returns the result of the first message of an event stream. */
    private static JsonNode result(Response response) throws IOException {
        String data = response.text()
                .lines()
                .filter(line -> line.startsWith("data: {"))
                .findFirst()
                .orElseThrow();
        return new ObjectMapper().readTree(data.substring("data: ".length())).path("result");
    }

    private static void revokeAccessToken(HttpConnection connection) throws Exception {
        String token = AuthorizationCodeFlow.of(connection)
                .tokens()
                .orElseThrow()
                .accessToken()
                .reveal();
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(server.url()).resolve("/revoke"))
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(HttpRequest.BodyPublishers.ofString(
                                        "client_id=" + parameter(connection, "client_id") + "&token=" + token))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
    }

    @Test
    void exampleOfTheSdkIsCalledWithItsUrlOnly() throws Exception {
        HttpConnection connection = connection(example);
        assertThatThrownBy(() -> initialize(connection)).isInstanceOf(AuthorizationRequiredException.class);
        assertThat(consent(connection).scopes()).containsExactly("mcp:tools");

        Response initialized = initialize(connection);
        assertThat(result(initialized).at("/serverInfo/name").asText()).isEqualTo("simple-streamable-http-server");
        Response tools =
                call(connection, initialized.headers().first("Mcp-Session-Id").orElseThrow(), "tools/list", Map.of());
        assertThat(result(tools).path("tools").findValuesAsText("name")).contains("greet");
    }

    @Test
    void tokenForAnotherResourceIsRefused() throws Exception {
        HttpConnection connection = connection(
                server, OAuth2.authorizationCode().redirectUri(REDIRECT_URI).resource("https://other.example.com/"));
        assertThatThrownBy(() -> consent(connection))
                .isInstanceOfSatisfying(
                        OAuth2Exception.class, e -> assertThat(e.error()).contains("invalid_target"));
    }

    @Test
    void toolIsCalledWhileTheTokensRotate() throws Exception {
        HttpConnection connection = connection(server);
        TokenSet first = consent(connection);
        for (int i = 0; i < 3; i++) {
            Response called = call(connection, "", "tools/call", Map.of("name", "count", "arguments", Map.of()));
            assertThat(result(called).at("/content/0/text").asText()).isEqualTo("42");
            clock.advance(Duration.ofMinutes(2));
        }
        TokenSet last = AuthorizationCodeFlow.of(connection).tokens().orElseThrow();
        assertThat(last.refreshToken().map(Secret::reveal))
                .isNotEqualTo(first.refreshToken().map(Secret::reveal));
    }

    @Test
    void revokedAccessTokenIsRefreshed() throws Exception {
        HttpConnection connection = connection(server);
        consent(connection);
        revokeAccessToken(connection);
        clock.advance(Duration.ofSeconds(20));
        assertThat(initialize(connection).status()).isEqualTo(200);
    }

    @Test
    void revokedGrantRequiresConsent() throws Exception {
        HttpConnection connection = connection(server);
        consent(connection);
        AuthorizationCodeFlow.of(connection).revoke();
        assertThatThrownBy(() -> initialize(connection)).isInstanceOf(AuthorizationRequiredException.class);
        consent(connection);
        assertThat(initialize(connection).status()).isEqualTo(200);
    }

    @Test
    void missingScopeIsRequestedByTheNextConsent() throws Exception {
        HttpConnection connection = connection(server);
        consent(connection);
        assertThatThrownBy(() -> connection.send(Request.get("/admin")))
                .isInstanceOf(AuthorizationRequiredException.class)
                .hasMessageContaining("mcp:admin");
        assertThat(consent(connection).scopes()).containsExactlyInAnyOrder("mcp:tools", "mcp:admin");
        assertThat(connection.send(Request.get("/admin")).json()).hasSize(2);
    }

    @Test
    void forgottenClientIsRegisteredAgain() throws Exception {
        HttpConnection connection = connection(server);
        consent(connection);
        String first = parameter(connection, "client_id");
        var unused = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(server.url()).resolve("/forget"))
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
        clock.advance(Duration.ofMinutes(2));
        assertThatThrownBy(() -> initialize(connection)).isInstanceOf(AuthorizationRequiredException.class);
        assertThat(parameter(connection, "client_id")).isNotEqualTo(first);
        consent(connection);
        assertThat(initialize(connection).status()).isEqualTo(200);
    }

    @Test
    void nativeApplicationIsRegisteredWithItsPort() {
        HttpConnection connection = connection(server, OAuth2.authorizationCode());
        AuthorizationCodeFlow.of(connection)
                .authorize(url -> new Thread(() -> new Browser().goToLoopback(url)).start(), Duration.ofSeconds(30));
        assertThat(initialize(connection).status()).isEqualTo(200);
    }

    @Test
    void clientCredentialsAreNotSupported() {
        HttpConnection connection =
                connection(server, OAuth2.clientCredentials().client("app", Secret.of("secret-1")));
        assertThatThrownBy(() -> initialize(connection))
                .isInstanceOfSatisfying(
                        OAuth2Exception.class, e -> assertThat(e.error()).contains("invalid_client"));
    }
}
