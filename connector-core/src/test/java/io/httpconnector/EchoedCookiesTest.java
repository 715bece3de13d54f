package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Cookies that the service has set, where it repeats them. */
@Timeout(30)
class EchoedCookiesTest {

    private static final String VALUE = "cookval-1357924680";

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @RegisterExtension
    static WireMockExtension other = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private final List<String> seen = new ArrayList<>();

    private HttpConnectionBuilder connection() {
        return HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .retry(RetryPolicy.none())
                .around(chain -> {
                    Response response = chain.proceed(chain.request());
                    seen.add(response.text() + response.headers());
                    return response;
                });
    }

    private static void echoes() {
        service.stubFor(any(anyUrl())
                .willReturn(aResponse().withHeader("X-Echo", "sid=" + VALUE).withBody("your cookie: " + VALUE)));
        service.stubFor(get("/bad").willReturn(aResponse().withStatus(400).withBody("unknown session " + VALUE)));
        service.stubFor(get("/set")
                .willReturn(aResponse()
                        .withHeader("Set-Cookie", "sid=" + VALUE + "; HttpOnly")
                        .withHeader("X-Echo", VALUE)
                        .withBody("new session " + VALUE)));
    }

    @Test
    void aCookieOfTheConnectionIsMaskedWhereTheServiceRepeatsIt() {
        echoes();
        try (HttpConnection connection = connection().cookies().build()) {
            Response set = connection.send(Request.get("/set"));
            assertThat(set.text()).isEqualTo("new session " + VALUE);
            Response echo = connection.send(Request.get("/echo").header("Cookie", "own=value-of-request"));
            assertThat(echo.text()).isEqualTo("your cookie: " + VALUE);
            for (Response response : List.of(set, echo)) {
                assertThat(response.exchange().responseBody()).endsWith(": ***".substring(response == set ? 1 : 0));
                assertThat(response.exchange().asHar()
                                + response.exchange().toJson()
                                + response.exchange().asCurl())
                        .doesNotContain(VALUE)
                        .doesNotContain("value-of-request");
                assertThat(response.containsSecret("x " + VALUE)).isTrue();
            }
            assertThat(echo.exchange().requestHeaders().first("Cookie")).hasValue("***");
            assertThatThrownBy(() -> connection.send(Request.get("/bad")))
                    .isInstanceOf(StatusException.class)
                    .hasMessageContaining("unknown session ***")
                    .hasMessageNotContaining(VALUE);
        }
        assertThat(seen)
                .hasSize(2)
                .allSatisfy(text -> assertThat(text).contains("***").doesNotContain(VALUE));
        service.verify(getRequestedFor(urlEqualTo("/echo"))
                .withHeader("Cookie", equalTo("sid=" + VALUE + "; own=value-of-request")));
    }

    @Test
    void aCookieThatTheServiceSetsIsMaskedInItsResponseWithoutAJar() {
        echoes();
        try (HttpConnection connection = connection().build()) {
            Response set = connection.send(Request.get("/set"));
            assertThat(set.exchange().responseBody()).isEqualTo("new session ***");
            assertThat(set.exchange().responseHeaders().first("X-Echo")).hasValue("***");
        }
        assertThat(seen).hasSize(1).noneMatch(text -> text.contains(VALUE));
    }

    @Test
    void aServiceMayRepeatItsCookieInARedirectToAnotherOrigin() {
        other.stubFor(get(anyUrl()).willReturn(aResponse().withBody("signed in")));
        service.stubFor(get("/start")
                .willReturn(aResponse()
                        .withStatus(302)
                        .withHeader("Set-Cookie", "state=" + VALUE)
                        .withHeader("Location", "/next")));
        service.stubFor(get("/next")
                .willReturn(aResponse()
                        .withStatus(302)
                        .withHeader("Location", other.baseUrl() + "/authorize?state=" + VALUE)));
        try (HttpConnection connection = connection().cookies().build()) {
            Response response = connection.send(Request.get("/start"));
            assertThat(response.text()).isEqualTo("signed in");
            assertThat(response.exchange().url()).doesNotContain(VALUE);
        }
        other.verify(getRequestedFor(urlEqualTo("/authorize?state=" + VALUE)).withoutHeader("Cookie"));
    }
}
