package io.httpconnector.auth;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.request;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.definition.AuthDefinition;
import io.httpconnector.testing.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logins that set their cookies in a redirect, as most web applications do. */
class LoginRedirectTest {

    private final VirtualTime clock = new VirtualTime();

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @BeforeEach
    void start() {
        on("GET", "/orders", okJson("[]"));
    }

    private static void on(String method, String path, ResponseDefinitionBuilder response) {
        service.stubFor(request(method, urlEqualTo(path)).willReturn(response));
    }

    private HttpConnection connection(UnaryOperator<LoginAuthBuilder> more) {
        return HttpConnection.named("Shop")
                .baseUrl(service.baseUrl())
                .auth(more.apply(LoginAuth.by(Request.post("/login").bodyField("password", Secret.of("pa55word")))
                                .timeSource(clock))
                        .build())
                .build();
    }

    private static ResponseDefinitionBuilder redirect(String location, String... cookies) {
        return aResponse().withStatus(302).withHeader("Location", location).withHeader("Set-Cookie", cookies);
    }

    private static List<LoggedRequest> to(String path) {
        return service.findAll(anyRequestedFor(urlEqualTo(path)));
    }

    private static String cookies(String path) {
        List<LoggedRequest> sent = to(path);
        LoggedRequest last = sent.get(sent.size() - 1);
        return last.containsHeader("Cookie") ? last.getHeader("Cookie") : "";
    }

    @Test
    void cookieOfARedirectIsSentToItsTargetAndKept() {
        on("POST", "/login", redirect("/home", "sid=s1; Path=/; HttpOnly"));
        on("GET", "/home", ok().withHeader("Set-Cookie", "lang=de"));
        try (HttpConnection shop = connection(LoginAuthBuilder::keepCookies)) {
            shop.send(Request.get("/orders"));
            shop.send(Request.get("/orders"));
        }
        assertThat(cookies("/home")).isEqualTo("sid=s1");
        assertThat(cookies("/orders")).isEqualTo("sid=s1; lang=de");
        assertThat(to("/login")).hasSize(1);
    }

    /** The session of the visitor is replaced by that of the user: RFC 6265, section 5.3, step 11. */
    @Test
    void eachResponseOfAChainReplacesDeletesAndRestrictsCookies() {
        on("POST", "/login", redirect("/login/check", "sid=visitor; Path=/", "step=1; Path=/login", "old=1"));
        on("GET", "/login/check", redirect("../home", "sid=user; Path=/", "old=; Max-Age=0", "tls=1; Secure"));
        on("GET", "/home", ok());
        try (HttpConnection shop = connection(LoginAuthBuilder::keepCookies)) {
            shop.send(Request.get("/orders"));
        }
        assertThat(cookies("/login/check")).isEqualTo("step=1; sid=visitor; old=1");
        assertThat(cookies("/home")).isEqualTo("sid=user; old=1");
        assertThat(cookies("/orders")).isEqualTo("sid=user; old=1");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tokenIsReadFromTheCookieOfARedirect(boolean keepsCookies) {
        on("POST", "/login", redirect("/home", "csrf=c1; Path=/", "token=t1; Path=/"));
        on("GET", "/home", ok());
        try (HttpConnection shop = connection(login -> (keepsCookies ? login.keepCookies() : login)
                .tokenCookie("token")
                .use(token -> CustomAuth.header("X-Token", token)))) {
            shop.send(Request.get("/orders"));
        }
        assertThat(cookies("/home")).isEqualTo("csrf=c1; token=t1");
        assertThat(to("/orders").get(0).getHeader("X-Token")).isEqualTo("t1");
        assertThat(cookies("/orders")).isEqualTo(keepsCookies ? "csrf=c1; token=t1" : "");
    }

    @Test
    void deletedCookieIsNoToken() {
        on("POST", "/login", redirect("/home", "token=t1; Path=/"));
        on("GET", "/home", ok().withHeader("Set-Cookie", "token=; Max-Age=0; Path=/"));
        try (HttpConnection shop = connection(login -> login.tokenCookie("token"))) {
            assertThatThrownBy(() -> shop.send(Request.get("/orders")))
                    .isInstanceOf(LoginException.class)
                    .hasMessageContaining("no token in the cookie token");
        }
    }

    @Test
    void sessionEndsWithTheFirstCookieOfTheLastStep() {
        on("POST", "/login", redirect("/home", "sid=s1; Path=/; Max-Age=120"));
        on("GET", "/home", ok().withHeader("Set-Cookie", "lang=de; Max-Age=9999999"));
        try (HttpConnection shop = connection(LoginAuthBuilder::keepCookies)) {
            shop.send(Request.get("/orders"));
            clock.advance(Duration.ofSeconds(60));
            shop.send(Request.get("/orders"));
            assertThat(to("/login")).hasSize(1);
            clock.advance(Duration.ofSeconds(61));
            shop.send(Request.get("/orders"));
        }
        assertThat(to("/login")).hasSize(2);
    }

    @Test
    void nextStepHasTheCookiesOfTheRedirect() {
        on("POST", "/login", redirect("/home", "sid=s1; Path=/"));
        on("GET", "/home", okJson("{\"csrf\": \"c1\"}"));
        on("POST", "/token", okJson("{\"token\": \"t1\"}"));
        AuthDefinition definition = AuthDefinition.parse("""
                {"name": "Shop", "baseUrl": "BASE",
                 "fields": [{"name": "password", "secret": true}],
                 "strategies": {"a": {"type": "login", "keepCookies": true,
                    "steps": [{"method": "POST", "url": "BASE/login", "form": {"p": "{{auth.password}}"}, "tokenFields": {"csrf": "/csrf"}}],
                    "method": "POST", "loginUrl": "BASE/token", "loginHeaders": {"X-Csrf": "{{auth.csrf}}"},
                    "tokenPath": "/token", "use": {"headers": {"X-Token": "{{auth.token}}"}}}}}
                """.replace("BASE", service.baseUrl()));
        try (HttpConnection shop = definition
                .choose("a")
                .value("password", Secret.of("pa55word"))
                .connection()
                .build()) {
            shop.send(Request.get("/orders"));
        }
        assertThat(cookies("/token")).isEqualTo("sid=s1");
        assertThat(to("/token").get(0).getHeader("X-Csrf")).isEqualTo("c1");
        assertThat(to("/orders").get(0).getHeader("X-Token")).isEqualTo("t1");
        assertThat(cookies("/orders")).isEqualTo("sid=s1");
    }
}
