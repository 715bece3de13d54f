package io.httpconnector.auth;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.client.BasicCredentials;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.AuthStrategy;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class StrategiesTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @BeforeEach
    void respondToEverything() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
    }

    private static void send(AuthStrategy auth, Request request) {
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .auth(auth)
                .build()) {
            connection.send(request);
        }
    }

    @Test
    void noneAddsNothing() {
        send(AuthStrategy.none(), Request.get("/"));

        service.verify(getRequestedFor(urlEqualTo("/")).withHeader("Authorization", absent()));
    }

    @Test
    void basicEncodesUserAndPasswordAsUtf8() {
        send(BasicAuth.of("test", Secret.of("123£")), Request.get("/"));

        // The example of RFC 7617, section 2.1.
        service.verify(getRequestedFor(urlEqualTo("/")).withHeader("Authorization", equalTo("Basic dGVzdDoxMjPCow==")));
    }

    @Test
    void basicSendsAKeyAsTheUserName() {
        send(BasicAuth.ofKey(Secret.of("sk_test_4711")), Request.get("/"));

        service.verify(anyRequestedFor(urlEqualTo("/")).withBasicAuth(new BasicCredentials("sk_test_4711", "")));
    }

    @Test
    void basicRejectsAnAmbiguousUserName() {
        assertThatThrownBy(() -> BasicAuth.of("us:er", Secret.of("x"))).isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> BasicAuth.of("us\ner", Secret.of("x"))).isInstanceOf(InvalidDefinitionException.class);
    }

    @Test
    void customSendsEachFieldInItsLocation() {
        CustomAuth auth = CustomAuth.header("X-Account", "4711")
                .andHeader("X-Api-Key", Secret.of("key/1"))
                .andQuery("token", Secret.of("t&1"))
                .andQuery("v", "2")
                .andBodyField("secret", Secret.of("s=1"))
                .andBodyField("format", "json");

        send(auth, Request.post("/json").json(Map.of("name", "Hall")));
        send(auth, Request.post("/form").bodyField("name", "Hall"));
        send(auth, Request.post("/empty"));
        send(auth, Request.get("/none"));
        send(auth, Request.get("/query-by-body").json("{}"));

        service.verify(postRequestedFor(urlEqualTo("/json?token=t%261&v=2"))
                .withHeader("X-Account", equalTo("4711"))
                .withHeader("X-Api-Key", equalTo("key/1"))
                .withRequestBody(equalToJson("{\"name\": \"Hall\", \"secret\": \"s=1\", \"format\": \"json\"}")));
        service.verify(postRequestedFor(urlEqualTo("/form?token=t%261&v=2"))
                .withRequestBody(equalTo("name=Hall&secret=s%3D1&format=json")));
        service.verify(postRequestedFor(urlEqualTo("/empty?token=t%261&v=2"))
                .withRequestBody(equalTo("secret=s%3D1&format=json")));
        service.verify(getRequestedFor(urlEqualTo("/query-by-body?token=t%261&v=2"))
                .withRequestBody(equalToJson("{\"secret\": \"s=1\", \"format\": \"json\"}")));
        service.verify(getRequestedFor(urlEqualTo("/none?token=t%261&v=2")).withRequestBody(absent()));
    }

    @Test
    void cookiesAreSentInOneHeader() {
        CustomAuth auth = CustomAuth.cookie("session", Secret.of("a/b=")).andCookie("csrf", Secret.of("x"));
        send(auth, Request.get("/none"));
        send(auth, Request.get("/one").header("Cookie", "theme=dark"));

        service.verify(getRequestedFor(urlEqualTo("/none")).withHeader("Cookie", equalTo("session=a/b=; csrf=x")));
        service.verify(
                getRequestedFor(urlEqualTo("/one")).withHeader("Cookie", equalTo("theme=dark; session=a/b=; csrf=x")));
        for (String value : new String[] {"a;b", "a b", "a\nb", "ü", "a,b"}) {
            assertThatThrownBy(() -> send(CustomAuth.cookie("session", Secret.of(value)), Request.get("/")))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("session")
                    .hasMessageNotContaining(value);
        }
        assertThatThrownBy(() -> CustomAuth.cookie("a", null)).hasMessageContaining("secret: it is null");
        assertThatThrownBy(() -> CustomAuth.nothing().andField("a", (String) null))
                .hasMessageContaining("is null");
        assertThatThrownBy(() -> CustomAuth.cookie("a=b", Secret.of("x")))
                .isInstanceOf(InvalidDefinitionException.class);
    }

    @Test
    void fieldsAreAvailableToTheBaseUrl() {
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl() + "/{{auth.region}}/{{auth.tenant}}")
                .auth(CustomAuth.bearer(Secret.of("t")).andField("region", "eu").andField("tenant", "acme"))
                .build()) {
            connection.send(Request.get("/orders"));
        }
        service.verify(getRequestedFor(urlEqualTo("/eu/acme/orders")).withHeader("Authorization", equalTo("Bearer t")));
    }

    @Test
    void customRejectsBodyFieldsForUnsupportedBodies() {
        CustomAuth auth = CustomAuth.bodyField("key", Secret.of("k1"));

        assertThatThrownBy(() -> send(auth, Request.post("/").json("[1]")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("no field key can be added to a JSON array");
        assertThatThrownBy(() -> CustomAuth.header("X Key", Secret.of("k1")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("\"X Key\" is not a header name");
    }

    @Test
    void suppliedSecretIsLookedUpForEachRequest() {
        AtomicInteger version = new AtomicInteger();
        CustomAuth auth = CustomAuth.bearer(Secret.from(() -> "token-" + version.incrementAndGet()));

        send(auth, Request.get("/"));
        send(auth, Request.get("/"));

        service.verify(1, getRequestedFor(urlEqualTo("/")).withHeader("Authorization", equalTo("Bearer token-1")));
        service.verify(1, getRequestedFor(urlEqualTo("/")).withHeader("Authorization", equalTo("Bearer token-2")));
    }

    @Test
    void lambdaSeesTheWholeRequestAndSignsIt() {
        AuthStrategy signed = request -> request.header(
                "X-Signature",
                request.method() + " " + request.uri() + " "
                        + request.body().map(body -> body.toBytes().length).orElse(0));

        send(signed, Request.post("/orders").query("q", "a b").json("{\"n\": 1}"));

        service.verify(postRequestedFor(urlEqualTo("/orders?q=a%20b"))
                .withHeader("X-Signature", equalTo("POST " + service.baseUrl() + "/orders?q=a%20b 8")));
    }

    @Test
    void strategyThatCreatesItsOwnRequestIsRejected() {
        assertThatThrownBy(() -> send(request -> Request.get("https://elsewhere.example/"), Request.get("/")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("must return the request that it was given");
        service.verify(0, anyRequestedFor(anyUrl()));
    }

    @Test
    void connectionTestReportsRejectedCredentials() {
        service.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(401)));
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .auth(BasicAuth.of("user", Secret.of("wrong")))
                .test(Request.get("/myself"))
                .build()) {

            assertThat(connection.test().outcome()).hasToString("UNAUTHORIZED");
        }
    }
}
