package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.absent;
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
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Base URLs with values that the auth strategy knows. */
class BaseUrlTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @RegisterExtension
    static WireMockExtension other = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private final Map<String, String> fields = new HashMap<>();

    /** Knows some values, and asks for them by a request of its own when the connection is opened for the first time. */
    private final class Strategy implements AuthStrategy {
        @Override
        public AuthStrategy open(AuthContext context) {
            return new AuthStrategy() {
                @Override
                public Request apply(Request request) {
                    return request.header("Authorization", "Bearer t");
                }

                @Override
                public Map<String, String> fields(Request request) {
                    context.send(Request.get(service.url("/values")));
                    return fields;
                }
            };
        }

        @Override
        public Request apply(Request request) {
            throw new IllegalStateException("open it");
        }
    }

    @BeforeEach
    void begin() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        other.stubFor(any(anyUrl()).willReturn(okJson("{}")));
    }

    private HttpConnection connection(String baseUrl) {
        return HttpConnection.named("Service")
                .baseUrl(baseUrl)
                .header("X-Default", "d")
                .auth(new Strategy())
                .build();
    }

    @Test
    void valuesAreTakenWhenARequestIsSent() {
        try (HttpConnection connection = connection("{{auth.instance_url}}/v1/{{ auth.tenant }}")) {
            fields.putAll(Map.of("instance_url", service.baseUrl() + "/", "tenant", "a/b ?ü"));
            connection.send(Request.get("/orders"));
            fields.putAll(Map.of("instance_url", other.baseUrl(), "tenant", "c"));
            connection.send(Request.get("/orders"));

            service.verify(getRequestedFor(urlEqualTo("/v1/a%2Fb%20%3F%C3%BC/orders"))
                    .withHeader("Authorization", equalTo("Bearer t"))
                    .withHeader("X-Default", equalTo("d")));
            other.verify(getRequestedFor(urlEqualTo("/v1/c/orders")));
            assertThat(connection).hasToString("\"Service\" at {{auth.instance_url}}/v1/{{ auth.tenant }}");
        }
    }

    @Test
    void credentialsGoToTheOriginThatTheValuesName() {
        try (HttpConnection connection = connection("http://{{auth.host}}/v1")) {
            fields.put("host", "localhost:" + service.getPort());
            connection.send(Request.get("/orders"));
            connection.send(Request.get(other.url("/orders")));

            service.verify(getRequestedFor(urlEqualTo("/v1/orders")).withHeader("Authorization", equalTo("Bearer t")));
            other.verify(getRequestedFor(urlEqualTo("/orders"))
                    .withHeader("Authorization", absent())
                    .withHeader("X-Default", absent()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example.com/x", "a@evil", "evil.example.com#", "evil?", "", "a b", "-", ".", "a:1:2"})
    void valueInTheHostCannotLeadElsewhere(String value) {
        fields.put("subdomain", value);
        try (HttpConnection connection = connection("https://{{auth.subdomain}}.example.com")) {
            assertThatThrownBy(() -> connection.send(Request.get("/orders")))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("subdomain");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", ".", "ftp://example.com", "https://user@example.com", "https://example.com?q="})
    void valueThatMakesNoUrlIsRefused(String value) {
        fields.putAll(Map.of("tenant", value, "url", value));
        try (HttpConnection inPath = connection(service.baseUrl() + "/{{auth.tenant}}/v1");
                HttpConnection first = connection("{{auth.url}}/v1")) {
            assertThatThrownBy(() -> first.send(Request.get("/orders"))).isInstanceOf(InvalidDefinitionException.class);
            if (value.startsWith(".")) {
                assertThatThrownBy(() -> inPath.send(Request.get("/orders")))
                        .isInstanceOf(InvalidDefinitionException.class);
            }
        }
    }

    @Test
    void missingValueIsNamedWithThoseThereAre() {
        fields.put("region", "eu");
        try (HttpConnection connection = connection("https://{{auth.subdomain}}.example.com")) {
            assertThatThrownBy(() -> connection.send(Request.get("/orders")))
                    .hasMessageContaining("{{auth.subdomain}}")
                    .hasMessageContaining("[region]");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{{auth.subdomain}}/v1 2", "https://{{auth.x}}.example.com/?a=b", "https://{{sub}}.example.com"})
    void whatCanBeNoUrlIsRefusedWhenItIsBuilt(String url) {
        assertThatThrownBy(() -> connection(url)).isInstanceOf(InvalidDefinitionException.class);
    }

    @Test
    void strategyCannotAskBelowAUrlThatNeedsIt() {
        AuthStrategy circle = new AuthStrategy() {
            @Override
            public AuthStrategy open(AuthContext context) {
                return request -> {
                    context.send(Request.get("/token"));
                    return request;
                };
            }

            @Override
            public Request apply(Request request) {
                return request;
            }
        };
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl("https://{{auth.x}}.example.com")
                .auth(circle)
                .build()) {
            assertThatThrownBy(() -> connection.auth().apply(Request.get("/")))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("is incomplete until the auth strategy is known");
        }
    }
}
