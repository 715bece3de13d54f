package io.httpconnector.auth.oauth2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.HttpConnection;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where the metadata of a service and its authorization server is found, and the scopes that it names. */
class DiscoveryLocationsTest {

    private MockService service;

    @BeforeEach
    void start() {
        service = MockService.start();
        service.on("GET", "/mcp", MockResponse.status(401));
        service.on("GET", "/.well-known/oauth-authorization-server", json("""
                {"issuer": "BASE", "authorization_endpoint": "BASE/authorize", "token_endpoint": "BASE/token",
                 "code_challenge_methods_supported": ["S256"]}"""));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private MockResponse json(String text) {
        return MockResponse.json(text.replace("BASE", service.baseUrl()));
    }

    private String query() {
        try (HttpConnection connection = HttpConnection.named("MCP")
                .baseUrl(service.baseUrl() + "/mcp")
                .auth(OAuth2.authorizationCode()
                        .discover()
                        .publicClient("c")
                        .redirectUri("https://app.example.com/callback")
                        .build())
                .build()) {
            return AuthorizationCodeFlow.of(connection).start("s").getQuery();
        }
    }

    @Test
    void metadataIsFoundAtTheRoot() {
        service.on("GET", "/.well-known/oauth-protected-resource", json("""
                {"resource": "BASE/mcp", "authorization_servers": ["BASE"], "scopes_supported": ["files:read", "profile"]}"""));
        assertThat(query())
                .contains("client_id=c", "scope=files:read profile&", "resource=" + service.baseUrl() + "/mcp");
    }

    @Test
    void metadataOfAnotherResourceAtTheRootIsRefused() {
        service.on("GET", "/.well-known/oauth-protected-resource", json("""
                {"resource": "BASE/other", "authorization_servers": ["BASE"]}"""));
        assertThatThrownBy(this::query).isInstanceOf(OAuth2Exception.class).hasMessageContaining("another resource");
    }

    @Test
    void theScopeOfTheChallengeTakesPrecedence() {
        service.on(
                "GET",
                "/mcp",
                MockResponse.status(401)
                        .header(
                                "WWW-Authenticate",
                                "Bearer scope=\"files:write\", resource_metadata=\"" + service.baseUrl() + "/meta\""));
        service.on("GET", "/meta", json("""
                {"resource": "BASE/mcp", "authorization_servers": ["BASE"], "scopes_supported": ["files:read"]}"""));
        assertThat(query()).contains("scope=files:write&").doesNotContain("files:read");
    }

    @Test
    void aServiceWithoutMetadataIsItsOwnAuthorizationServer() {
        assertThat(query()).contains("client_id=c").doesNotContain("scope=", "resource=");
        service.on("GET", "/.well-known/oauth-authorization-server", MockResponse.status(404));
        assertThatThrownBy(this::query)
                .hasMessageContaining("there is no metadata of the service: ")
                .hasMessageContaining("/.well-known/oauth-protected-resource/mcp responds with status 404")
                .hasMessageContaining("nor of an authorization server at its origin");
    }
}
