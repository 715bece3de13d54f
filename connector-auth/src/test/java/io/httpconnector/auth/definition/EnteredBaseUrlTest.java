package io.httpconnector.auth.definition;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.AuthorizationCodeFlow;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A base URL that the user types, below which the strategy itself sends requests. */
class EnteredBaseUrlTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @BeforeEach
    void setUp() {
        String base = service.baseUrl();
        service.stubFor(any(anyUrl()).willReturn(okJson("{\"access_token\": \"t\", \"token\": \"t\"}")));
        service.stubFor(any(urlEqualTo("/.well-known/oauth-protected-resource/acme/api"))
                .willReturn(okJson(
                        "{\"resource\": \"" + base + "/acme/api\", \"authorization_servers\": [\"" + base + "\"]}")));
        service.stubFor(any(urlEqualTo("/.well-known/oauth-authorization-server"))
                .willReturn(okJson("{\"issuer\": \"" + base + "\", \"authorization_endpoint\": \"" + base
                        + "/authorize\", \"token_endpoint\": \"" + base + "/token\"}")));
    }

    private static AuthMethod chosen(String baseUrl, String members) {
        return AuthDefinition.parse("""
                        {"name": "Shop", "baseUrl": BASE,
                         "fields": [{"name": "host"}, {"name": "port"}, {"name": "shop"}],
                         "strategies": {"a": {MEMBERS}}}""".replace("BASE", baseUrl).replace("MEMBERS", members))
                .choose("a")
                .value("host", "localhost")
                .value("port", String.valueOf(service.getPort()))
                .value("shop", "acme");
    }

    private static final String TYPED = "http://{{auth.host}}:{{auth.port}}/{{auth.shop}}/api";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"" + TYPED + "\"",
                "[\"" + TYPED + "\"]",
                "\"http://{{auth.host | lower}}:{{auth.port}}/{{auth.shop}}/api\""
            })
    void isDiscovered(String baseUrl) {
        AuthMethod machine = chosen(
                        baseUrl,
                        "\"type\": \"oauth2-client-credentials\", \"discover\": true,"
                                + " \"fields\": [{\"name\": \"clientId\", \"default\": \"our-app\"}]")
                .value("clientSecret", Secret.of("client-secret"));
        try (HttpConnection connection = machine.connection().build()) {
            connection.send(Request.get("/orders"));
        }
        service.verify(postRequestedFor(urlEqualTo("/token"))
                .withBasicAuth(
                        new com.github.tomakehurst.wiremock.client.BasicCredentials("our-app", "client-secret")));
        service.verify(
                getRequestedFor(urlEqualTo("/acme/api/orders")).withHeader("Authorization", containing("Bearer t")));

        AuthMethod user = chosen(baseUrl, "\"type\": \"oauth2-authorization-code\", \"discover\": true")
                .value("clientId", "app")
                .redirectUri("https://app.example.com/callback");
        try (HttpConnection connection = user.connection().build()) {
            assertThat(AuthorizationCodeFlow.of(connection).start("s").toString())
                    .startsWith(service.baseUrl() + "/authorize?")
                    .contains("client_id=app");
        }
    }

    @ParameterizedTest
    @CsvSource({"/login", "login", "/login?x=1"})
    void relativeLoginIsBelowIt(String loginUrl) {
        AuthMethod login = chosen(
                "\"" + TYPED + "\"",
                "\"type\": \"login\", \"loginUrl\": \"" + loginUrl
                        + "\", \"json\": {\"a\": 1}, \"tokenPath\": \"/token\","
                        + " \"use\": {\"headers\": {\"Authorization\": \"Bearer {{auth.token}}\"}}");
        try (HttpConnection connection = login.connection().build()) {
            connection.send(Request.get("/orders"));
        }
        service.verify(postRequestedFor(urlEqualTo("/acme/api/" + loginUrl.replaceFirst("^/", ""))));
        service.verify(
                getRequestedFor(urlEqualTo("/acme/api/orders")).withHeader("Authorization", containing("Bearer t")));
    }
}
