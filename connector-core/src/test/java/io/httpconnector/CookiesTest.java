package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CookiesTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @BeforeEach
    void answer() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        service.stubFor(any(urlEqualTo("/login"))
                .willReturn(aResponse()
                        .withStatus(302)
                        .withHeader("Location", "/home")
                        .withHeader("Set-Cookie", "session=s1; Path=/")
                        .withHeader("Set-Cookie", "other=o; Path=/other")));
    }

    private static HttpConnectionBuilder connection() {
        return HttpConnection.named("Service").baseUrl(service.baseUrl());
    }

    private static String cookieAt(String url) {
        return service.findAll(getRequestedFor(urlEqualTo(url))).get(0).getHeader("Cookie");
    }

    @Test
    void cookiesAreKeptForTheConnectionAlone() {
        try (HttpConnection one = connection().cookies().build();
                HttpConnection other = connection().cookies().build()) {
            one.send(Request.get("/login"));
            one.send(Request.get("/mine"));
            other.send(Request.get("/theirs"));
        }

        assertThat(cookieAt("/home")).isEqualTo("session=s1");
        assertThat(cookieAt("/mine")).isEqualTo("session=s1");
        assertThat(cookieAt("/theirs")).isNull();
    }

    @Test
    void noCookiesUnlessTheyAreAskedFor() {
        try (HttpConnection connection = connection().build()) {
            connection.send(Request.get("/login"));
            connection.send(Request.get("/mine"));
        }

        assertThat(cookieAt("/home")).isNull();
        assertThat(cookieAt("/mine")).isNull();
    }
}
