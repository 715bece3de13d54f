package io.httpconnector.auth.oauth2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.Origin.Reply;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contents of token requests, and the accepted tokens. */
class TokenRequestTest {

    private final Origin server = new Origin().on("/x", Reply.json("{}"));

    @AfterEach
    void tearDown() {
        server.close();
    }

    private HttpConnection connection(String tokenUrl, String method) {
        return HttpConnection.named("Service")
                .baseUrl(server.url(""))
                .auth(OAuth2.clientCredentials()
                        .client("id", Secret.of("secret-1"))
                        .tokenUrl(server.url(tokenUrl))
                        .provider(ProviderSettings.defaults().tokenMethod(method))
                        .build())
                .retry(RetryPolicy.none())
                .build();
    }

    /** RFC 6749, section 3.2: the query is kept, and no parameter is sent twice. */
    @ParameterizedTest
    @CsvSource({
        "POST, /token?p=b2c_1&x=a%20b, p=b2c_1&x=a%20b",
        "GET, /token?p=b2c_1, p=b2c_1&grant_type=client_credentials",
        "POST, /token, null"
    })
    void queryOfTheTokenUrlIsSentOnce(String method, String tokenUrl, String query) {
        server.on("/token", Reply.json("{\"access_token\":\"t\"}"));
        try (HttpConnection connection = connection(tokenUrl, method)) {
            connection.send(Request.get("/x"));
        }
        assertThat(server.received("/token"))
                .singleElement()
                .satisfies(request -> assertThat(request.query()).isEqualTo(query))
                .satisfies(request -> assertThat(request.body()).doesNotContain("p=b2c_1", "x=a"));
    }

    /** RFC 6749, section 3.2: a parameter must not be sent twice. */
    @Test
    void configuredParameterReplacesThatOfTheGrant() {
        server.on("/token", Reply.json("{\"access_token\":\"t\"}"));
        OAuth2Builder auth = OAuth2.refreshToken(Secret.of("r0"))
                .publicClient("id")
                .scopes("a")
                .tokenUrl(server.url("/token"))
                .tokenParameter("scope", "b")
                .provider(ProviderSettings.defaults().refreshParameter("grant_type", Secret.of("renew")));
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(server.url(""))
                .auth(auth.build())
                .retry(RetryPolicy.none())
                .build()) {
            connection.send(Request.get("/x"));
        }
        assertThat(server.received("/token"))
                .singleElement()
                .satisfies(request -> assertThat(request.body().split("&"))
                        .containsExactlyInAnyOrder("refresh_token=r0", "scope=b", "grant_type=renew", "client_id=id"));
    }

    @Test
    void configuredParameterReplacesAnOmittedOne() {
        server.on("/token", Reply.json("{\"access_token\":\"t\"}"));
        OAuth2Builder auth = OAuth2.clientCredentials()
                .client("id", Secret.of("s3cret-1"))
                .tokenUrl(server.url("/token"))
                .tokenParameter("grant_type", "client_credential")
                .provider(ProviderSettings.defaults().withoutTokenParameters("grant_type", "scope"))
                .scopes("a");
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(server.url(""))
                .auth(auth.build())
                .retry(RetryPolicy.none())
                .build()) {
            connection.send(Request.get("/x"));
        }
        assertThat(server.received("/token"))
                .singleElement()
                .satisfies(request -> assertThat(request.body()).isEqualTo("grant_type=client_credential"));
    }

    /** RFC 6749, appendix A.12. */
    @ParameterizedTest
    @ValueSource(strings = {"AAAA\\r\\nEvil: 1", "AAAA\\u0000", "\\u00e9\\u4e2d", "AAAA\\u007f"})
    void tokenWithInvalidCharactersIsReported(String token) {
        server.on("/token", Reply.json("{\"access_token\":\"" + token + "\",\"expires_in\":3600}"));
        try (HttpConnection connection = connection("/token", "POST")) {
            assertThatThrownBy(() -> connection.send(Request.get("/x")))
                    .isInstanceOf(OAuth2Exception.class)
                    .hasMessageContaining("character")
                    .hasMessageNotContaining("AAAA");
        }
        assertThat(server.received("/x")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"access_token=a%2Bb+c&scope=x, Bearer a+b c", "access_token=100%&x, Bearer 100%"})
    void formResponseIsDecoded(String response, String authorization) {
        server.on("/token", new Reply(200, response, Map.of("Content-Type", "application/x-www-form-urlencoded")));
        try (HttpConnection connection = connection("/token", "POST")) {
            connection.send(Request.get("/x"));
        }
        assertThat(server.received("/x"))
                .singleElement()
                .satisfies(request -> assertThat(request.authorization()).isEqualTo(authorization));
    }

    @Test
    void tokenWithAllValidCharactersIsAccepted() {
        server.on("/token", Reply.json("{\"access_token\":\"Az 09-._~+/=!#$%&'()*,:;<>?@[]^`{|}\"}"));
        try (HttpConnection connection = connection("/token", "POST")) {
            assertThat(connection.send(Request.get("/x")).status()).isEqualTo(200);
        }
    }
}
