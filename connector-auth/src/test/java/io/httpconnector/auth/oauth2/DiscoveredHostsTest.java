package io.httpconnector.auth.oauth2;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.AuthContext;
import io.httpconnector.AuthStrategy;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.SsrfPolicy;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Authorization servers that a service names at addresses where it may not name any; configured ones may be there. */
@Timeout(30)
class DiscoveredHostsTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @RegisterExtension
    static WireMockExtension login = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private final Strategy publicOnly = new Strategy(AuthStrategy.none());
    private final HttpConnection guard = HttpConnection.named("guard")
            .baseUrl(service.url("/mcp"))
            .retry(RetryPolicy.none())
            .destinations(SsrfPolicy.publicInternetOnly().allow("localhost"))
            .auth(publicOnly)
            .build();

    @BeforeEach
    void setUp() {
        service.stubFor(any(anyUrl())
                .willReturn(aResponse()
                        .withStatus(401)
                        .withHeader("WWW-Authenticate", "Bearer resource_metadata=\"" + service.url("/meta") + "\"")));
        service.stubFor(
                get("/mcp").withHeader("Authorization", equalTo("Bearer a1")).willReturn(okJson("{}")));
        login.stubFor(post("/token").willReturn(okJson("{\"access_token\": \"a1\"}")));
    }

    @AfterEach
    void close() {
        guard.close();
    }

    /** A URL of the authorization server by its address; the name localhost is permitted. */
    private static String internal(String path) {
        return "http://127.0.0.1:" + login.getPort() + path;
    }

    private static void names(String issuer, String tokenUrl) {
        service.stubFor(get("/meta")
                .willReturn(okJson("{\"resource\": \"" + service.url("/mcp") + "\", \"authorization_servers\": [\""
                        + issuer + "\"]}")));
        login.stubFor(get("/.well-known/oauth-authorization-server")
                .willReturn(okJson("{\"issuer\": \"" + issuer + "\", \"token_endpoint\": \"" + tokenUrl + "\"}")));
    }

    private int status(OAuth2Builder auth) {
        try (HttpConnection connection = HttpConnection.named("Tools")
                .baseUrl(service.url("/mcp"))
                .auth(new Strategy(
                        auth.client("c", Secret.of("canary-secret-1234")).build()))
                .retry(RetryPolicy.none())
                .build()) {
            return connection.send(Request.get("")).status();
        }
    }

    @Test
    void namedServerAtAnInternalAddressIsNotAsked() {
        names(internal(""), internal("/token"));

        assertThatThrownBy(() -> status(OAuth2.clientCredentials().discover()))
                .isInstanceOf(OAuth2Exception.class)
                .hasMessageContaining(internal("") + ", which is not permitted")
                .hasMessageContaining("discover(issuer)");
        assertThat(login.getAllServeEvents()).isEmpty();
        assertThat(status(OAuth2.clientCredentials().discover(internal("")))).isEqualTo(200);
    }

    @Test
    void namedServerCannotPointToAnInternalEndpoint() {
        names(login.url("").replaceFirst("/$", ""), internal("/token"));

        assertThatThrownBy(() -> status(OAuth2.clientCredentials().discover()))
                .isInstanceOf(OAuth2Exception.class)
                .hasMessageContaining(internal("") + ", which is not permitted");
        assertThat(login.findAll(postRequestedFor(urlEqualTo("/token")))).isEmpty();
    }

    @Test
    void permittedServerIsUsed() {
        names(login.url("").replaceFirst("/$", ""), login.url("/token"));

        assertThat(status(OAuth2.clientCredentials().discover())).isEqualTo(200);
    }

    /** A strategy whose requests to discovered hosts are sent by the guard. */
    private final class Strategy implements AuthStrategy {

        private final AuthStrategy other;
        private final AtomicReference<AuthContext> opened = new AtomicReference<>();

        Strategy(AuthStrategy other) {
            this.other = other;
        }

        @Override
        public Request apply(Request request) {
            return request;
        }

        @Override
        public AuthStrategy open(AuthContext context) {
            opened.set(context);
            return this == publicOnly ? this : other.open(new Guarded(context));
        }
    }

    private final class Guarded implements AuthContext {

        private final AuthContext context;

        Guarded(AuthContext context) {
            this.context = context;
        }

        @Override
        public String connection() {
            return context.connection();
        }

        @Override
        public Response send(Request request) {
            return context.send(request);
        }

        @Override
        public AuthContext forDiscoveredHosts() {
            return publicOnly.opened.get();
        }

        @Override
        public ConnectorException failure(Response response) {
            return context.failure(response);
        }

        @Override
        public String mask(Response response, String text) {
            return context.mask(response, text);
        }

        @Override
        public <T> Function<Request, T> singleFlight(Supplier<T> work) {
            return context.singleFlight(work);
        }

        @Override
        public <T> T requestCredentials(Supplier<T> request, Function<T, Optional<Instant>> expiry) {
            return request.get();
        }
    }
}
