package io.httpconnector.auth.oauth2;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.moreThanOrExactly;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.temporaryRedirect;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import java.net.URI;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Discovery with a service that names its authorization server, and a server with all other metadata. */
@Timeout(30)
class DiscoveryTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @RegisterExtension
    static WireMockExtension login = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private static final String SERVER = "/.well-known/oauth-authorization-server/tenant";

    private final TokenStore store = TokenStore.inMemory();

    @BeforeEach
    void setUp() {
        service.stubFor(any(anyUrl())
                .willReturn(aResponse()
                        .withStatus(401)
                        .withHeader(
                                "WWW-Authenticate",
                                "Bearer realm=\"x\", resource_metadata=\"" + service.url("/meta") + "\"")));
        service.stubFor(
                get("/mcp").withHeader("Authorization", equalTo("Bearer a1")).willReturn(okJson("{}")));
        resource(service.url("/mcp"));
        server(login.url("/tenant"), "\"registration_endpoint\": \"" + login.url("/register") + "\"");
        login.stubFor(post("/register")
                .willReturn(okJson("{\"client_id\": \"c-1\", \"redirect_uris\": []}")
                        .withStatus(201)));
        login.stubFor(post("/token").willReturn(okJson("{\"access_token\": \"a1\"}")));
    }

    private static void resource(String resource) {
        service.stubFor(get("/meta")
                .willReturn(okJson("{\"resource\": \"" + resource + "\", \"authorization_servers\": [\""
                        + login.url("/tenant") + "\"]}")));
    }

    private static void server(String issuer, String more) {
        login.stubFor(get(SERVER)
                .willReturn(okJson(
                        "{\"issuer\": \"" + issuer + "\", \"authorization_endpoint\": \"" + login.url("/authorize")
                                + "\", \"token_endpoint\": \"" + login.url("/token") + "\", " + more + "}")));
    }

    private HttpConnection connection(OAuth2Builder auth) {
        return HttpConnection.named("Tools")
                .baseUrl(service.url("/mcp"))
                .auth(auth.tokenStore(store).build())
                .retry(RetryPolicy.none())
                .build();
    }

    private static OAuth2Builder user() {
        return OAuth2.authorizationCode().discover().redirectUri("https://app.example.com/callback");
    }

    private static String parameter(URI url, String name) {
        return url.toString().replaceAll(".*[?&]" + name + "=([^&]*).*", "$1");
    }

    @Test
    void everythingIsDiscoveredFromTheService() {
        try (HttpConnection connection = connection(user().scopes("tools"))) {
            AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
            URI url = flow.start("s");
            assertThat(url.toString()).startsWith(login.url("/authorize") + "?");
            assertThat(parameter(url, "client_id")).isEqualTo("c-1");
            assertThat(parameter(url, "resource")).contains("mcp");

            flow.finish("code=c&state=" + parameter(url, "state"), "s");
            connection.send(Request.get(""));
        }
        login.verify(postRequestedFor(urlEqualTo("/register"))
                .withRequestBody(equalToJson(
                        "{\"client_name\": \"Tools\", \"redirect_uris\": [\"https://app.example.com/callback\"],"
                                + " \"grant_types\": [\"authorization_code\", \"refresh_token\"],"
                                + " \"response_types\": [\"code\"], \"token_endpoint_auth_method\": \"none\","
                                + " \"scope\": \"tools\"}")));
        login.verify(postRequestedFor(urlEqualTo("/token"))
                .withRequestBody(containing("client_id=c-1"))
                .withRequestBody(containing("resource=http")));
    }

    @Test
    void clientIsRegisteredOnceForTheStore() {
        for (int i = 0; i < 3; i++) {
            try (HttpConnection connection = connection(user())) {
                assertThat(parameter(AuthorizationCodeFlow.of(connection).start("s"), "client_id"))
                        .isEqualTo("c-1");
            }
        }
        login.verify(1, postRequestedFor(urlEqualTo("/register")));
    }

    @Test
    void registeredClientWithASecretAuthenticates() {
        login.stubFor(post("/register").willReturn(okJson("{\"client_id\": \"c-1\", \"client_secret\": \"canary\"}")));
        try (HttpConnection connection = connection(user())) {
            AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
            flow.finish("code=c&state=" + parameter(flow.start("s"), "state"), "s");
        }
        login.verify(postRequestedFor(urlEqualTo("/token")).withHeader("Authorization", containing("Basic ")));
    }

    @Test
    void metadataIsReadFromItsDefaultLocationWithoutAChallenge() {
        service.stubFor(get("/mcp").willReturn(aResponse().withStatus(405)));
        service.stubFor(get("/.well-known/oauth-protected-resource/mcp")
                .willReturn(okJson("{\"resource\": \"" + service.url("/mcp") + "\", \"authorization_servers\": [\""
                        + login.url("/tenant") + "\"]}")));
        try (HttpConnection connection = connection(user())) {
            assertThat(parameter(AuthorizationCodeFlow.of(connection).start("s"), "client_id"))
                    .isEqualTo("c-1");
        }
    }

    @Test
    void openIdConfigurationIsUsedAndConfiguredEndpointsTakePrecedence() {
        login.stubFor(get(SERVER).willReturn(aResponse().withStatus(404)));
        login.stubFor(get("/tenant/.well-known/openid-configuration")
                .willReturn(
                        okJson("{\"issuer\": \"" + login.url("/tenant") + "\", \"authorization_endpoint\": \"x:/no\","
                                + " \"token_endpoint\": \"" + login.url("/token") + "\","
                                + " \"token_endpoint_auth_methods_supported\": [\"client_secret_post\"]}")));
        OAuth2Builder auth = OAuth2.authorizationCode()
                .discover(login.url("/tenant"))
                .authorizationUrl("https://login.example.com/ours")
                .client("own", Secret.of("secret"))
                .redirectUri("https://app.example.com/callback");
        try (HttpConnection connection = connection(auth)) {
            AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
            URI url = flow.start("s");
            assertThat(url.toString()).startsWith("https://login.example.com/ours?");
            flow.finish("code=c&state=" + parameter(url, "state"), "s");
        }
        login.verify(postRequestedFor(urlEqualTo("/token"))
                .withRequestBody(containing("client_id=own"))
                .withRequestBody(containing("client_secret=secret")));
    }

    @Test
    void declaredIssuerIsRequiredInTheCallback() {
        server(
                login.url("/tenant"),
                "\"authorization_response_iss_parameter_supported\": true, \"registration_endpoint\": \""
                        + login.url("/register") + "\"");
        try (HttpConnection connection = connection(user())) {
            AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
            String state = parameter(flow.start("s"), "state");
            assertThatThrownBy(() -> flow.finish("code=c&state=" + state, "s"))
                    .isInstanceOf(InvalidCallbackException.class);
        }
    }

    @Test
    void metadataForAnotherResourceIsRejected() {
        resource("https://bank.example.com/api");
        assertFails("is for another resource, https://bank.example.com/api");
    }

    @Test
    void metadataOfAnotherServerIsRejected() {
        server("https://bank.example.com", "\"x\": 1");
        assertFails("is not of " + login.url("/tenant"));
    }

    @Test
    void missingRegistrationEndpointIsReported() {
        server(login.url("/tenant"), "\"x\": 1");
        assertFails("does not register clients");
    }

    @Test
    void rejectedRegistrationIsReported() {
        login.stubFor(post("/register")
                .willReturn(okJson("{\"error\": \"invalid_redirect_uri\", \"error_description\": \"no https\"}")
                        .withStatus(400)));
        assertFails("invalid_redirect_uri: no https");
    }

    @Test
    void locationsWithoutMetadataAreReported() {
        login.stubFor(get(SERVER).willReturn(aResponse().withStatus(503)));
        assertFails(SERVER + " responds with status 503");
        service.stubFor(get("/meta").willReturn(aResponse().withStatus(404)));
        assertFails("/meta responds with status 404");
    }

    private void assertFails(String why) {
        try (HttpConnection connection = connection(user())) {
            assertThatThrownBy(() -> AuthorizationCodeFlow.of(connection).start("s"))
                    .isInstanceOf(OAuth2Exception.class)
                    .hasMessageContaining(why);
        }
        assertThat(login.findAll(getRequestedFor(urlEqualTo("/authorize")))).isEmpty();
    }

    @Test
    void tokensAreNotRevokedByARedirect() {
        OAuth2Builder auth = OAuth2.authorizationCode()
                .authorizationUrl("https://login.example.com/authorize")
                .tokenUrl(login.url("/token"))
                .revocationUrl(login.url("/revoke"))
                .publicClient("id")
                .redirectUri("https://app.example.com/callback");
        login.stubFor(post("/revoke").willReturn(temporaryRedirect("/elsewhere")));
        login.stubFor(get("/elsewhere").willReturn(okJson("{}")));
        try (HttpConnection connection = connection(auth)) {
            AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connection);
            flow.finish("code=c&state=" + parameter(flow.start("s"), "state"), "s");
            assertThatThrownBy(flow::revoke).hasMessageContaining("redirects, with status 302");
            assertThat(flow.tokens()).isPresent();
        }
    }

    @Test
    void revokingWithoutTokensSendsNothing() {
        try (HttpConnection connection = connection(user())) {
            AuthorizationCodeFlow.of(connection).revoke();
        }
        assertThat(service.getAllServeEvents()).isEmpty();
        assertThat(login.getAllServeEvents()).isEmpty();
    }

    @Test
    void devicePollsAgainAfterALostResponse() {
        deviceResponses(
                okJson(
                        "{\"device_code\": \"device-4711\", \"user_code\": \"AB-CD\", \"verification_uri\": \"https://x\","
                                + " \"expires_in\": 20, \"interval\": 1}"),
                aResponse().withFault(Fault.EMPTY_RESPONSE));
        try (HttpConnection connection = connection(device())) {
            TokenSet tokens = DeviceFlow.of(connection).authorize(prompt -> {
                login.stubFor(post("/token")
                        .inScenario("d")
                        .willReturn(aResponse().withFault(Fault.EMPTY_RESPONSE))
                        .willSetStateTo("lost"));
                login.stubFor(post("/token")
                        .inScenario("d")
                        .whenScenarioStateIs("lost")
                        .willReturn(okJson("{\"access_token\": \"a1\"}")));
            });
            assertThat(tokens.accessToken().reveal()).isEqualTo("a1");
        }
    }

    private static void deviceResponses(ResponseDefinitionBuilder device, ResponseDefinitionBuilder token) {
        login.stubFor(post("/device").willReturn(device));
        login.stubFor(post("/token").willReturn(token));
    }

    @ParameterizedTest
    @CsvSource({
        "access_denied, true, the user did not consent",
        "expired_token, true, the code has expired",
        "authorization_pending, true, the code has expired",
        "invalid_client, false, invalid_client"
    })
    void deviceErrorIsReported(String error, boolean userCanMendIt, String why) {
        deviceResponses(
                okJson(
                        "{\"device_code\": \"device-4711\", \"user_code\": \"AB-CD\", \"verification_url\": \"https://x\","
                                + " \"expires_in\": 1, \"interval\": 0}"),
                okJson("{\"error\": \"" + error + "\"}").withStatus(400));
        try (HttpConnection connection = connection(device())) {
            assertThatThrownBy(() -> DeviceFlow.of(connection)
                            .authorize(prompt ->
                                    assertThat(prompt.verificationUri()).isEqualTo("https://x")))
                    .isInstanceOf(userCanMendIt ? AuthorizationRequiredException.class : OAuth2Exception.class)
                    .hasMessageContaining(why);
        }
        login.verify(
                moreThanOrExactly(1),
                postRequestedFor(urlEqualTo("/token"))
                        .withFormParam("grant_type", equalTo("urn:ietf:params:oauth:grant-type:device_code"))
                        .withFormParam("device_code", equalTo("device-4711")));
    }

    @Test
    void devicePollsBeforeTheCodeExpiresDespiteALongInterval() {
        deviceResponses(
                okJson(
                        "{\"device_code\": \"device-4711\", \"user_code\": \"AB-CD\", \"verification_uri\": \"https://x\","
                                + " \"expires_in\": 1, \"interval\": 9223372036854775807}"),
                okJson("{\"access_token\": \"a1\"}"));
        try (HttpConnection connection = connection(device())) {
            TokenSet tokens = DeviceFlow.of(connection).authorize(prompt -> {});
            assertThat(tokens.accessToken().reveal()).isEqualTo("a1");
        }
    }

    private static OAuth2Builder device() {
        return OAuth2.deviceCode()
                .deviceAuthorizationUrl(login.url("/device"))
                .tokenUrl(login.url("/token"))
                .publicClient("tv");
    }

    @Test
    void interruptedDeviceFlowEnds() {
        deviceResponses(
                okJson(
                        "{\"device_code\": \"device-4711\", \"user_code\": \"AB-CD\", \"verification_uri\": \"https://x\"}"),
                okJson("{}"));
        try (HttpConnection connection = connection(device())) {
            assertThatThrownBy(() -> DeviceFlow.of(connection)
                            .authorize(prompt -> Thread.currentThread().interrupt()))
                    .hasMessageContaining("interrupted while it waited for the user");
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void missingDeviceCodeIsReported() {
        deviceResponses(okJson("{}"), okJson("{}"));
        try (HttpConnection connection = connection(device())) {
            assertThatThrownBy(() -> DeviceFlow.of(connection).authorize(prompt -> {}))
                    .hasMessageContaining("has no code");
            deviceResponses(
                    okJson(
                            "{\"device_code\": \"d\", \"user_code\": \"u\", \"verification_uri\": \"https://x\", \"expires_in\": -9223372036854775808}"),
                    okJson("{}"));
            assertThatThrownBy(() -> DeviceFlow.of(connection).authorize(prompt -> {}))
                    .isInstanceOf(AuthorizationRequiredException.class)
                    .hasMessageContaining("the code has expired");
            assertThatThrownBy(() -> AuthorizationCodeFlow.of(connection))
                    .isInstanceOf(InvalidDefinitionException.class);
        }
        try (HttpConnection connection = connection(user())) {
            assertThatThrownBy(() -> DeviceFlow.of(connection)).isInstanceOf(InvalidDefinitionException.class);
        }
        assertThatThrownBy(() -> OAuth2.deviceCode()
                        .tokenUrl("https://x.example.com")
                        .publicClient("a")
                        .build())
                .hasMessageContaining("device authorization URL: it is missing");
    }
}
