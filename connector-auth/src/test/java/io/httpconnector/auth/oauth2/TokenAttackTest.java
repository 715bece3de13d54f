package io.httpconnector.auth.oauth2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.Origin.Received;
import io.httpconnector.auth.oauth2.Origin.Reply;
import io.httpconnector.testing.VirtualTime;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile token responses, callbacks and metadata: none reveals a secret or causes an exception of another library. */
@Timeout(60)
class TokenAttackTest {

    private static final List<String> SECRETS = List.of(
            "canary+secret/1",
            "canary%2Bsecret%2F1",
            "canary%252Bsecret",
            "canary%2bsecret",
            "aWQ6Y2FuYXJ5JTJCc2VjcmV0JTJGMQ==",
            "canary-refresh",
            "canary-code",
            "canary-password",
            "canary-access");

    private final Origin service = new Origin();
    private final Origin server = new Origin();
    private final VirtualTime clock = new VirtualTime();
    private final TokenStore store = TokenStore.inMemory();
    private final List<HttpConnection> opened = new ArrayList<>();

    @AfterEach
    void tearDown() {
        opened.forEach(HttpConnection::close);
        service.close();
        server.close();
    }

    private HttpConnection connection(OAuth2Builder auth) {
        HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.url("/api"))
                .auth(auth.tokenStore(store).timeSource(clock).build())
                .retry(RetryPolicy.none())
                .build();
        opened.add(connection);
        return connection;
    }

    private OAuth2Builder configured(OAuth2Builder auth) {
        return auth.tokenUrl(server.url("/token")).client("id", Secret.of("canary+secret/1"));
    }

    private OAuth2Builder browser() {
        return configured(OAuth2.authorizationCode())
                .authorizationUrl(server.url("/authorize"))
                .redirectUri("https://app.example.com/callback");
    }

    private static String parameter(URI url, String name) {
        return Origin.form(new Received("", "", "", "", url.getRawQuery())).get(name);
    }

    private static String everything(Throwable failure) {
        StringWriter all = new StringWriter();
        failure.printStackTrace(new PrintWriter(all));
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            all.append(cause.toString());
            if (cause instanceof ConnectorException known) {
                all.append(known.exchange()
                        .map(exchange -> exchange + exchange.responseBody() + exchange.url())
                        .orElse(""));
            }
        }
        return all.toString();
    }

    private static void failsWithoutSecret(Runnable code) {
        assertThatThrownBy(code::run)
                .isInstanceOf(ConnectorException.class)
                .satisfies(failure -> assertThat(everything(failure)).doesNotContain(SECRETS));
    }

    /** The ways in which a token endpoint can echo the parameters of a request. */
    static List<Function<Received, Reply>> echoes() {
        List<Function<Received, Reply>> all = new ArrayList<>();
        Function<Received, String> sent = request -> URLEncoder.encode(
                        request.body() + " "
                                + String.join(" ", Origin.form(request).values()) + " "
                                + basic(request) + " " + request.authorization(),
                        StandardCharsets.UTF_8)
                .replace("+", "%20");
        Function<Received, String> plain = request -> request.body().replace("\"", "") + " "
                + String.join(" ", Origin.form(request).values()) + " " + basic(request) + " "
                + request.authorization();
        for (int status : new int[] {200, 400, 401, 403, 429, 500, 503}) {
            all.add(request -> Reply.json(
                    status,
                    "{\"error\": \"invalid_request\", \"error_description\": \"" + plain.apply(request) + "\"}"));
            all.add(request -> Reply.json(status, "{\"error\": \"" + plain.apply(request) + "\"}"));
            all.add(request -> Reply.json(status, "{\"error\": {\"code\": \"" + plain.apply(request) + "\"}}"));
            all.add(request -> Reply.json(
                    status, "{\"error\": \"x\", \"error_uri\": \"https://x/?" + sent.apply(request) + "\"}"));
            all.add(request -> Reply.json(status, "error=x&error_description=" + sent.apply(request)));
            all.add(request -> Reply.json(status, plain.apply(request)));
            all.add(request -> Reply.json(status, "[\"" + plain.apply(request) + "\"]"));
            all.add(request -> Reply.json(status, "<html>" + plain.apply(request)));
        }
        all.add(request -> Reply.redirect(302, "https://evil.example.com/?" + sent.apply(request)));
        all.add(request -> Reply.redirect(307, "https://evil.example.com/#" + sent.apply(request)));
        all.add(request -> Reply.json("{\"access_token\": \"canary-access\", \"token_type\": \"DPoP\", \"x\": \""
                + plain.apply(request) + "\"}"));
        all.add(request -> Reply.json("{\"access_token\": \"canary-access\\n\"}"));
        all.add(request -> Reply.json("{\"access_token\": {\"a\": \"canary-access\"}}"));
        return all;
    }

    private static String basic(Received request) {
        return request.authorization().startsWith("Basic ")
                ? new String(Base64.getDecoder().decode(request.authorization().substring(6)), StandardCharsets.UTF_8)
                : "";
    }

    @ParameterizedTest
    @MethodSource("echoes")
    void echoedRequestShowsNoSecret(Function<Received, Reply> echo) {
        server.on("/token", echo);
        // A client with a certificate has no secret.
        for (ClientAuthentication proof : EnumSet.complementOf(EnumSet.of(ClientAuthentication.TLS))) {
            failsWithoutSecret(() -> connection(configured(OAuth2.refreshToken(Secret.of("canary-refresh")))
                            .provider(ProviderSettings.defaults().clientAuthentication(proof)))
                    .send(Request.get("/")));
            failsWithoutSecret(() -> connection(configured(OAuth2.password("ann", Secret.of("canary-password")))
                            .provider(ProviderSettings.defaults().clientAuthentication(proof)))
                    .send(Request.get("/")));
            AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(
                    connection(browser().provider(ProviderSettings.defaults().clientAuthentication(proof))));
            String state = parameter(flow.start("s"), "state");
            failsWithoutSecret(() -> flow.finish("code=canary-code&state=" + state, "s"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9223372036854775807",
                "-9223372036854775808",
                "99999999999999999999999999",
                "1e400",
                "1e-400",
                "0",
                "-1",
                "\"NaN\"",
                "\"Infinity\"",
                "null",
                "[]",
                "{}",
                "true",
                "\"\\u0000\""
            })
    void invalidLifetimeIsIgnored(String expires) {
        server.on("/token", Reply.json("{\"access_token\": \"t\", \"expires_in\": " + expires + "}"));
        service.on("/api/", Reply.json("{}"));

        assertThat(connection(configured(OAuth2.clientCredentials()))
                        .send(Request.get("/"))
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(ints = {600, 1_100, 50_000})
    void deeplyNestedResponseIsReported(int depth) {
        String deep = "[".repeat(depth) + "]".repeat(depth);
        server.on("/token", Reply.json("{\"error\": " + deep + "}"));
        failsWithoutSecret(
                () -> connection(configured(OAuth2.clientCredentials())).send(Request.get("/")));
        server.on("/token", Reply.json(400, "{\"error\": " + deep + "}"));
        failsWithoutSecret(() ->
                connection(configured(OAuth2.clientCredentials().scopes("b"))).send(Request.get("/")));
        server.on("/.well-known/oauth-authorization-server", Reply.json("{\"issuer\": " + deep + "}"));
        failsWithoutSecret(() -> connection(
                        OAuth2.clientCredentials().client("id", Secret.of("x")).discover(server.url("")))
                .send(Request.get("/")));
        String idToken = "a." + Base64.getUrlEncoder().encodeToString(deep.getBytes(StandardCharsets.UTF_8)) + ".c";
        server.on("/token", Reply.json("{\"access_token\": \"canary-access\", \"id_token\": \"" + idToken + "\"}"));
        AuthorizationCodeFlow flow =
                AuthorizationCodeFlow.of(connection(browser().nonce()));
        String state = parameter(flow.start("s"), "state");
        failsWithoutSecret(() -> flow.finish("code=canary-code&state=" + state, "s"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"authorization_endpoint", "token_endpoint", "device_authorization_endpoint"})
    void metadataWithoutAnEndpointIsReported(String missing) {
        Map<String, String> members = new java.util.LinkedHashMap<>(Map.of(
                "issuer", server.url(""),
                "authorization_endpoint", server.url("/a"),
                "token_endpoint", server.url("/token"),
                "device_authorization_endpoint", server.url("/d")));
        members.remove(missing);
        StringBuilder document = new StringBuilder("{");
        members.forEach((name, value) ->
                document.append((document.length() > 1 ? ", " : "") + "\"" + name + "\": \"" + value + "\""));
        server.on("/.well-known/oauth-authorization-server", Reply.json(document + "}"));

        assertThatThrownBy(() -> {
                    if (missing.startsWith("device")) {
                        DeviceFlow.of(connection(
                                        OAuth2.deviceCode().publicClient("id").discover(server.url(""))))
                                .authorize(prompt -> {});
                    } else {
                        AuthorizationCodeFlow.of(connection(OAuth2.authorizationCode()
                                        .publicClient("id")
                                        .redirectUri("https://app.example.com/callback")
                                        .discover(server.url(""))))
                                .start("s");
                    }
                })
                .isInstanceOf(OAuth2Exception.class)
                .hasMessageContaining("metadata of the authorization server " + server.url(""))
                .hasMessageContaining("has no " + missing);
    }

    @Test
    void issuerIsComparedExactly() {
        server.on(
                "/.well-known/oauth-authorization-server",
                Reply.json("{\"issuer\": \"" + server.url("/") + "\", \"token_endpoint\": \"" + server.url("/token")
                        + "\"}"));

        assertThatThrownBy(() -> connection(OAuth2.clientCredentials()
                                .client("id", Secret.of("x"))
                                .discover(server.url("")))
                        .send(Request.get("/")))
                .isInstanceOf(OAuth2Exception.class)
                .hasMessageContaining(server.url("") + ", but of " + server.url("/"));
    }

    @Test
    void questionMarkInACallbackValueHidesNothing() {
        server.on("/token", Reply.json("{\"access_token\": \"t\"}"));
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection(browser()));
        String state = parameter(flow.start("s"), "state");

        flow.finish("code=a?b&state=" + state, "s");

        assertThat(server.forms("/token").get(0)).containsEntry("code", "a?b");
        String other = parameter(flow.start("s"), "state");
        assertThatThrownBy(() -> flow.finish("code=good&state=" + other + "&x=?code=evil&state=" + other, "s"))
                .isInstanceOf(InvalidCallbackException.class);
        assertThat(server.received("/token")).hasSize(1);
    }

    /** Every process on the host can send requests to the listener. */
    @Test
    void loopbackListenerIgnoresForgedCallbacks() throws Exception {
        server.on("/token", Reply.json("{\"access_token\": \"t\"}"));
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(
                connection(configured(OAuth2.authorizationCode()).authorizationUrl(server.url("/authorize"))));
        HttpClient client = HttpClient.newHttpClient();
        List<Integer> statuses = new ArrayList<>();

        TokenSet tokens = flow.authorize(
                url -> {
                    String callback = parameter(url, "redirect_uri");
                    String state = parameter(url, "state");
                    for (String query : List.of(
                            "",
                            "?code=evil",
                            "?code=evil&state=evil",
                            "?error=access_denied",
                            "?error=access_denied&state=evil",
                            "?code=evil&state=" + state + "&state=evil",
                            "?code=canary-code&state=" + state)) {
                        HttpRequest request = HttpRequest.newBuilder(URI.create(callback + query))
                                .timeout(Duration.ofSeconds(20))
                                .build();
                        try {
                            statuses.add(client.send(request, HttpResponse.BodyHandlers.ofString())
                                    .statusCode());
                        } catch (java.io.IOException | InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                },
                Duration.ofSeconds(30));

        assertThat(tokens.toString()).doesNotContain("\"t\"");
        assertThat(statuses).containsExactly(400, 400, 400, 400, 400, 400, 200);
        assertThat(server.forms("/token"))
                .singleElement()
                .satisfies(form -> assertThat(form).containsEntry("code", "canary-code"));
    }

    @Test
    void refreshTokenGrantRequestsTheConfiguredScopes() {
        server.on("/token", Reply.json("{\"access_token\": \"t\", \"expires_in\": 60}"));
        service.on("/api/", Reply.json("{}"));

        connection(configured(OAuth2.refreshToken(Secret.of("r")))
                        .scopes("a", "b")
                        .tokenParameter("audience", "x")
                        .tokenParameter("both", "1")
                        .provider(ProviderSettings.defaults().refreshParameter("both", "2")))
                .send(Request.get("/"));

        assertThat(server.forms("/token").get(0))
                .containsEntry("scope", "a b")
                .containsEntry("audience", "x")
                .containsEntry("both", "2");
    }

    @Test
    void refreshAfterAConsentKeepsItsScope() {
        server.on("/token", Reply.json("{\"access_token\": \"t\", \"refresh_token\": \"r\", \"expires_in\": 60}"));
        service.on("/api/", Reply.json("{}"));
        HttpConnection connection = connection(browser().scopes("a").tokenParameter("audience", "x"));
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
        flow.finish("code=c&state=" + parameter(flow.start("s"), "state"), "s");
        clock.advance(Duration.ofMinutes(2));

        connection.send(Request.get("/"));

        assertThat(server.forms("/token").get(1))
                .containsEntry("grant_type", "refresh_token")
                .doesNotContainKeys("scope", "audience");
    }
}
