package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(30)
class CustomizedClientTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private static HttpConnectionBuilder connection() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        return HttpConnection.named("Service").baseUrl(service.baseUrl());
    }

    @Test
    void aRequestInterceptorOfApacheIsCalled() {
        try (HttpConnection connection = connection()
                .customizeClient(client -> client.addRequestInterceptorFirst(
                        (request, entity, context) -> request.addHeader("X-Apache", "yes")))
                .build()) {
            connection.send(Request.get("/x"));
        }
        service.verify(getRequestedFor(urlEqualTo("/x")).withHeader("X-Apache", equalTo("yes")));
    }

    @Test
    void socketsAreNotReusedIfTheHookForbidsIt() {
        try (HttpConnection usual = connection().dedicatedPool().build();
                HttpConnection closing = connection()
                        .customizeClient(
                                client -> client.setConnectionReuseStrategy((request, response, context) -> false))
                        .build()) {
            usual.send(Request.get("/"));
            closing.send(Request.get("/"));
            assertThat(usual.poolStatus().idle()).isEqualTo(1);
            assertThat(closing.poolStatus().idle()).isZero();
        }
    }

    @Test
    void eachConnectionWithAHookHasAPoolOfItsOwn() {
        AtomicInteger calls = new AtomicInteger();
        Consumer<HttpClientBuilder> hook = client -> calls.incrementAndGet();
        try (HttpConnection one = connection().customizeClient(hook).build();
                HttpConnection other = connection().customizeClient(hook).build();
                HttpConnection plain = connection().build()) {
            assertThat(calls).hasValue(0);
            one.send(Request.get("/"));
            other.send(Request.get("/"));
            one.send(Request.get("/"));
            plain.send(Request.get("/"));
            assertThat(calls).hasValue(2);
            assertThat(one.poolStatus().idle()).isEqualTo(1);
        }
    }

    @Test
    void whatTheLibraryDependsOnCannotBeReplaced() {
        service.stubFor(any(urlEqualTo("/moved"))
                .willReturn(com.github.tomakehurst.wiremock.client.WireMock.temporaryRedirect("/to")));
        AtomicInteger foreign = new AtomicInteger();
        try (PoolingHttpClientConnectionManager sockets = new PoolingHttpClientConnectionManager();
                HttpConnection connection = connection()
                        .customizeClient(client -> client.setConnectionManager(sockets)
                                .setProxy(new HttpHost("localhost", 1))
                                .useSystemProperties()
                                .setUserAgent("mine")
                                .setRoutePlanner((host, context) -> {
                                    foreign.incrementAndGet();
                                    return null;
                                }))
                        .build()) {
            service.stubFor(any(urlEqualTo("/moved"))
                    .willReturn(com.github.tomakehurst.wiremock.client.WireMock.temporaryRedirect("/to")));
            assertThat(connection.send(Request.get("/moved")).status()).isEqualTo(200);
            assertThat(sockets.getTotalStats().getAvailable()).isZero();
            assertThat(connection.poolStatus().idle()).isEqualTo(1);
        }
        assertThat(foreign).hasValue(0);
        service.verify(getRequestedFor(urlEqualTo("/to")).withHeader("User-Agent", equalTo("http-connector")));
    }

    @Test
    void aHookThatFailsIsReportedByTheFirstRequest() {
        try (HttpConnection connection = connection()
                .customizeClient(client -> {
                    throw new IllegalArgumentException("no such option");
                })
                .build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/")))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("customizeClient: the function failed")
                    .hasMessageContaining("no such option");
        }
        assertThatThrownBy(() -> connection().customizeClient(null).build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("customizeClient");
    }
}
