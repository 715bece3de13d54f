package io.httpconnector.auth.oauth2;

import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The loopback listener, with a simulated browser. */
@Timeout(30)
class LoopbackTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<HttpResponse<String>> pages = new ArrayList<>();
    private String redirect = "";

    private TokenSet authorize(@Nullable String redirectUri, Consumer<URI> browser, Duration timeout) {
        service.stubFor(post("/token").willReturn(okJson("{\"access_token\": \"a1\"}")));
        OAuth2Builder auth = OAuth2.authorizationCode()
                .authorizationUrl("https://login.example.com/authorize")
                .tokenUrl(service.url("/token"))
                .publicClient("id");
        if (redirectUri != null) {
            auth.redirectUri(redirectUri);
        }
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .auth(auth.build())
                .build()) {
            return AuthorizationCodeFlow.of(connection).authorize(browser, timeout);
        }
    }

    /** A browser that returns from the authorization endpoint with the given suffix of the redirect URI. */
    private Consumer<URI> browser(String... callbacks) {
        return url -> {
            redirect = parameter(url, "redirect_uri");
            for (String callback : callbacks) {
                pages.add(get(redirect + callback.replace("STATE", parameter(url, "state"))));
            }
        };
    }

    private static String parameter(URI url, String name) {
        Matcher matcher = Pattern.compile("[?&]" + name + "=([^&]*)").matcher(url.toString());
        assertThat(matcher.find()).isTrue();
        return URLDecoder.decode(matcher.group(1), StandardCharsets.UTF_8);
    }

    private static HttpResponse<String> get(String url) {
        try {
            return HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void userConsentsAndCanCloseTheWindow() {
        TokenSet tokens = authorize(null, browser("?code=c1&state=STATE"), PATIENCE);

        assertThat(tokens.accessToken().reveal()).isEqualTo("a1");
        assertThat(redirect).matches("http://127\\.0\\.0\\.1:\\d+/callback");
        assertThat(pages.get(0).body()).contains("You can close this window");
        assertThat(pages.get(0).headers().firstValue("Referrer-Policy")).contains("no-referrer");
        service.verify(postRequestedFor(urlEqualTo("/token"))
                .withRequestBody(containing("code=c1"))
                .withRequestBody(containing("client_id=id")));
        assertThatThrownBy(() -> get(redirect)).hasCauseInstanceOf(ConnectException.class);
    }

    @Test
    void otherRequestsAreRejected() {
        TokenSet tokens = authorize(
                null, browser("/favicon.ico", "?code=x&state=%3Cscript%3E", "", "?code=c1&state=STATE"), PATIENCE);

        assertThat(tokens.accessToken().reveal()).isEqualTo("a1");
        assertThat(pages).extracting(HttpResponse::statusCode).containsExactly(404, 400, 400, 200);
        assertThat(pages.get(1).body()).doesNotContain("script");
        service.verify(1, postRequestedFor(urlEqualTo("/token")));
    }

    @Test
    void deniedConsentIsReported() {
        assertThatThrownBy(() -> authorize(null, browser("?error=access_denied&state=STATE"), PATIENCE))
                .isInstanceOf(AuthorizationRequiredException.class)
                .hasMessageContaining("access_denied");
        assertThat(pages.get(0).body()).contains("Authorization failed");
    }

    @Test
    void waitingForTheUserTimesOut() {
        assertThatThrownBy(() -> authorize(null, url -> {}, Duration.ofMillis(50)))
                .isInstanceOf(AuthorizationRequiredException.class)
                .hasMessageContaining("No callback was received");
    }

    @Test
    void interruptedThreadStopsWaiting() {
        assertThatThrownBy(() -> authorize(null, url -> Thread.currentThread().interrupt(), PATIENCE))
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void portAndPathOfTheRedirectUriAreKept() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        String registered = "http://localhost:" + port + "/oauth/back";
        assertThat(authorize(registered, browser("?code=c&state=STATE"), PATIENCE))
                .isNotNull();
        assertThat(redirect).isEqualTo(registered);
    }

    @Test
    void portInUseIsReported() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String registered = "http://127.0.0.1:" + socket.getLocalPort() + "/";
            assertThatThrownBy(() -> authorize(registered, browser(), PATIENCE))
                    .isInstanceOf(ConnectorException.class)
                    .hasMessageContaining("The server for the callback can't be started at " + registered);
        }
    }

    @Test
    void redirectUriOfAnotherHostIsRejected() {
        assertThatThrownBy(() -> authorize("https://app.example.com/callback", browser(), PATIENCE))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("is not on the loopback interface");
    }
}
