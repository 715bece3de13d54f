package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.requestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.http.Url;
import io.httpconnector.internal.transport.CallContext;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where credentials go on the way is tested in connector-auth. */
class RedirectsTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private HttpConnection connection;

    @BeforeEach
    void connect() {
        connection = HttpConnection.named("Service").baseUrl(service.baseUrl()).build();
        service.stubFor(any(urlEqualTo("/to")).willReturn(okJson("{\"at\": \"to\"}")));
    }

    @AfterEach
    void close() {
        connection.close();
    }

    private static ResponseDefinitionBuilder redirect(int status, String location) {
        return aResponse().withStatus(status).withHeader("Location", location);
    }

    @ParameterizedTest
    @CsvSource({
        "301, GET, GET",
        "302, POST, GET",
        "301, POST, GET",
        "303, PUT, GET",
        "303, HEAD, HEAD",
        "307, POST, POST",
        "308, PUT, PUT",
        "302, DELETE, DELETE"
    })
    void methodAfterARedirect(int status, String method, String then) {
        service.stubFor(any(urlEqualTo("/from")).willReturn(redirect(status, "/to")));
        Request request = Request.of(method, "/from");

        connection.send(method.startsWith("P") ? request.json("{}") : request);

        boolean keepsBody = then.startsWith("P");
        service.verify(requestedFor(then, urlEqualTo("/to"))
                .withHeader("Content-Type", keepsBody ? equalTo("application/json") : absent())
                .withRequestBody(keepsBody ? equalTo("{}") : absent()));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 202, 300, 304, 305, 306, 404})
    void locationOfAnyOtherStatusIsNotFollowed(int status) {
        service.stubFor(any(urlEqualTo("/from")).willReturn(redirect(status, "/to")));

        if (status < 300) {
            assertThat(connection.send(Request.get("/from")).status()).isEqualTo(status);
        } else {
            assertThatThrownBy(() -> connection.send(Request.get("/from"))).isInstanceOf(StatusException.class);
        }

        service.verify(0, requestedFor("GET", urlEqualTo("/to")));
    }

    @ParameterizedTest
    @CsvSource({
        "/to",
        "to",
        "../to",
        "./x/../to",
        "/to#part",
        "?page=2",
        "//localhost:PORT/to",
        "http://LOCALHOST:PORT/to"
    })
    void locationMayBeRelative(String location) {
        String from = location.startsWith("../") ? "/a/from" : "/from";
        String target = location.startsWith("?") ? "/from?page=2" : "/to";
        service.stubFor(any(urlEqualTo(from))
                .willReturn(redirect(302, location.replace("PORT", String.valueOf(service.getPort())))));
        service.stubFor(any(urlEqualTo(target)).willReturn(okJson("{\"at\": \"to\"}")));

        assertThat(connection.send(Request.get(from)).json().at("/at").asText()).isEqualTo("to");
    }

    @Test
    void urlWithoutAPathMeansTheRoot() {
        service.stubFor(any(urlEqualTo("/")).willReturn(okJson("{\"at\": \"root\"}")));
        service.stubFor(any(urlEqualTo("/from")).willReturn(redirect(302, service.baseUrl())));

        assertThat(connection
                        .send(Request.get(service.baseUrl()))
                        .json()
                        .at("/at")
                        .asText())
                .isEqualTo("root");
        assertThat(connection.send(Request.get("/from")).json().at("/at").asText())
                .isEqualTo("root");
    }

    @Test
    void headersThatDescribeTheBodyGoWithIt() {
        service.stubFor(any(urlEqualTo("/from")).willReturn(redirect(303, "/to")));

        connection.send(Request.post("/from")
                .json("{}")
                .header("Content-Type", "application/merge-patch+json")
                .header("X-Trace", "1"));

        service.verify(requestedFor("POST", urlEqualTo("/from"))
                .withHeader("Content-Type", equalTo("application/merge-patch+json")));
        service.verify(requestedFor("GET", urlEqualTo("/to"))
                .withHeader("X-Trace", equalTo("1"))
                .withHeader("Content-Type", absent()));
    }

    @Test
    void circleEnds() {
        service.stubFor(any(anyUrl()).willReturn(redirect(302, "/again")));

        assertThatThrownBy(() -> connection.send(Request.get("/again")))
                .isInstanceOf(InvalidResponseException.class)
                .hasMessageContaining("more than 5 redirects");
        service.verify(6, requestedFor("GET", urlEqualTo("/again")));
    }

    @ParameterizedTest
    @CsvSource({
        "/a/b/from, ../../../to",
        "/a/from, ../../to",
        "/from, /x/../to",
        "/from, /./to",
        "/from, /../../to",
        "/a/from, .././to",
        "/from, http://localhost:PORT/x/../to",
        "/from, //localhost:PORT/./x/../to#f"
    })
    void dotSegmentsAreRemoved(String from, String location) {
        service.stubFor(any(urlEqualTo(from))
                .willReturn(redirect(302, location.replace("PORT", String.valueOf(service.getPort())))));

        assertThat(connection.send(Request.get(from)).json().at("/at").asText()).isEqualTo("to");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "#part", "#"})
    void emptyLocationMeansTheSameUrlWithItsQuery(String location) {
        service.stubFor(any(urlEqualTo("/a/b?d=0&q=1"))
                .inScenario("s")
                .willReturn(redirect(303, location))
                .willSetStateTo("again"));
        service.stubFor(any(urlEqualTo("/a/b?q=1&d=0"))
                .inScenario("s")
                .willReturn(redirect(303, location))
                .willSetStateTo("again"));
        service.stubFor(
                any(anyUrl()).inScenario("s").whenScenarioStateIs("again").willReturn(okJson("{\"at\": \"again\"}")));

        try (HttpConnection withDefault = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .query("d", "0")
                .build()) {
            Response response =
                    withDefault.send(Request.post("/a/b").query("q", "1").json("{}"));

            assertThat(response.json().at("/at").asText()).isEqualTo("again");
        }
        service.verify(1, requestedFor("POST", urlEqualTo("/a/b?q=1&d=0")));
        service.verify(1, requestedFor("GET", urlEqualTo("/a/b?q=1&d=0")));
    }

    @Test
    void redirectSaysTheWholeQuery() {
        service.stubFor(any(urlEqualTo("/from?d=0")).willReturn(redirect(302, "/to")));
        service.stubFor(any(urlEqualTo("/from?q=1&d=0")).willReturn(redirect(302, "?page=2")));
        service.stubFor(any(urlEqualTo("/from?page=2")).willReturn(redirect(302, "")));

        try (HttpConnection withDefault = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .query("d", "0")
                .auth(request -> request.query("key", Secret.of("k1")))
                .build()) {
            service.stubFor(any(urlEqualTo("/from?d=0&key=k1")).willReturn(redirect(302, "/to")));
            service.stubFor(any(urlEqualTo("/to?key=k1")).willReturn(okJson("{}")));

            assertThat(withDefault.send(Request.get("/from")).status()).isEqualTo(200);
        }
        service.verify(1, requestedFor("GET", urlEqualTo("/to?key=k1")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://localhost:PORT@evil.example.com/ | it has user info before the \"@\"",
                "http://evil.example.com\\@localhost:PORT/ | character 24: \"\\\" is not allowed in a URL",
                "\\\\evil.example.com/ | \"\\\" is not allowed in a URL",
                "/\\evil.example.com/ | \"\\\" is not allowed in a URL",
                "//user@localhost:PORT/to | it has user info before the \"@\"",
                "http://l\u00f6calhost/to | is not a host name",
                "http:to | is not followed by \"//\" and a host",
                "http:/to | is not followed by \"//\" and a host",
                "http://localhost:99999/ | \"99999\" is not a port: use 1 to 65535",
                "http://localhost::/ | is not a port",
                "http://[::1/ | is not an IPv6 address",
                "http://[fe80::1%25eth0]/ | has a zone ID",
                "http:///| the host is missing",
                "data:text/html,x | the scheme is \"data\": only http and https are known",
                "javascript:alert(1) | the scheme is \"javascript\"",
                "ftp://localhost/ | the scheme is \"ftp\"",
                "http://user:pass@localhost/ | it has user info before the \"@\"",
                "/a\u0001b | a control character (U+0001)",
                "a:b | the scheme is \"a\""
            })
    void locationThatIsNoAcceptableUrl(String location, String problem) {
        service.stubFor(any(urlEqualTo("/from"))
                .willReturn(redirect(302, location.replace("PORT", String.valueOf(service.getPort())))));

        assertThatThrownBy(() -> connection.send(Request.get("/from")))
                .isInstanceOf(InvalidResponseException.class)
                .hasMessageContaining("its Location is not a valid URL (")
                .hasMessageContaining(problem)
                .hasMessageContaining("acceptStatus(302) returns the response itself")
                .hasMessageNotContaining("user:pass");
        service.verify(1, requestedFor("GET", urlEqualTo("/from")));
    }

    @Test
    void locationThatIsNoAcceptableUrlShowsNoSecret() {
        service.stubFor(any(urlEqualTo("/from")).willReturn(redirect(302, "http://local_k3y-0f9e!/")));

        assertThatThrownBy(() -> connection.send(Request.get("/from").header("X-Key", Secret.of("k3y-0f9e"))))
                .hasMessageContaining("\"local_***!\" is not a host name");
    }

    @Test
    void redirectThatIsAcceptedIsTheAnswer() {
        service.stubFor(any(urlEqualTo("/from")).willReturn(redirect(302, "/to")));

        Response response = connection.send(Request.get("/from").acceptStatus(302));

        assertThat(response.status()).isEqualTo(302);
        assertThat(response.headers().first("location")).hasValue("/to");
    }

    @Test
    void redirectWithoutLocationIsAStatusLikeAnyOther() {
        service.stubFor(any(urlEqualTo("/from")).willReturn(aResponse().withStatus(302)));

        assertThatThrownBy(() -> connection.send(Request.get("/from"))).isInstanceOf(StatusException.class);
    }

    @Test
    void redirectFromHttpsToHttpIsNotFollowed() {
        Request request = Request.get("https://localhost/from");
        Response response = new Response(
                request,
                302,
                NameValuePair.headerFields(NameValuePair.of("Location", "http://localhost/to")),
                new byte[0],
                new CallContext(TimeSource.SYSTEM, Duration.ofMinutes(1)));

        assertThatThrownBy(() -> OriginPolicy.redirect(request, response, 0))
                .isInstanceOf(InvalidResponseException.class)
                .hasMessageContaining("from https to http");
    }

    /** A port may be empty (RFC 3986, section 3.2.3). */
    @ParameterizedTest
    @CsvSource({
        "http://localhost:/to, http://localhost/to",
        "https://localhost:/to, https://localhost/to",
        "https://[::1]:?a, https://[::1]/?a",
        "//localhost:/to, http://localhost/to",
    })
    void emptyPortIsTheDefaultPort(String location, String expected) {
        Request request = Request.get("http://localhost:8080/from");
        Response response = new Response(
                request,
                302,
                NameValuePair.headerFields(NameValuePair.of("Location", location)),
                new byte[0],
                new CallContext(TimeSource.SYSTEM, Duration.ofMinutes(1)));

        assertThat(OriginPolicy.redirect(request, response, 0))
                .isNotNull()
                .extracting(next -> next.url().toString())
                .isEqualTo(Url.parseAbsolute(expected).toString());
    }
}
