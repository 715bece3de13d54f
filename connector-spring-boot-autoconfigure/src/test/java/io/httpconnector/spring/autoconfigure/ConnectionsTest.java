package io.httpconnector.spring.autoconfigure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.definition.Connector;
import io.httpconnector.spring.ConnectorCustomizer;
import io.httpconnector.spring.Connectors;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Tests connections of properties and documents as beans. */
class ConnectionsTest {

    private final MockService service = MockService.start();
    private final ApplicationContextRunner application =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ConnectorsAutoConfiguration.class));

    @BeforeEach
    void respond() {
        service.on("GET", "/me", MockResponse.json("{\"name\":\"Ann\"}"));
        service.on("GET", "/orders/7", MockResponse.json("{\"id\":7}"));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    /** Beans that use connections by the names of their parameters, and by qualifiers. */
    @Configuration(proxyBeanMethods = false)
    static class Users {

        @Bean
        Runnable byName(HttpConnection shop) {
            return () -> shop.send(Request.get("/me"));
        }

        @Bean
        Runnable byQualifier(@Qualifier("shop-eu") HttpConnection connection, @Qualifier("shop-eu") Connector same) {
            assertThat(same.connection()).isSameAs(connection);
            return () -> connection.send(Request.get("/me"));
        }

        @Bean
        ConnectorCustomizer headers() {
            return (connection, context) -> context.connection(builder -> builder.header("X-Connection", connection));
        }
    }

    @Test
    void propertiesDescribeConnections() {
        service.on("POST", "/token", MockResponse.json("{\"access_token\":\"t1\",\"expires_in\":3600}"));
        application
                .withUserConfiguration(Users.class)
                .withPropertyValues(
                        "connectors.connections.shop.base-url=" + service.baseUrl(),
                        "connectors.connections.shop.auth.type=custom",
                        "connectors.connections.shop.auth.headers.Authorization=Bearer {{auth.token}}",
                        "connectors.connections.shop.secrets.token=s3cret",
                        "connectors.connections.shop.headers.X-Version=7",
                        "connectors.connections.shop.response-timeout=5s",
                        "connectors.connections.shop.retry.max-attempts=1",
                        "connectors.connections.shop.rate-limit.requests=100",
                        "connectors.connections.shop.rate-limit.period=1s",
                        "connectors.connections.shop.route-rate-limits[0].route=/search/*",
                        "connectors.connections.shop.route-rate-limits[0].adaptive=true",
                        "connectors.connections.shop-eu.base-url=" + service.baseUrl(),
                        "connectors.connections.shop-eu.auth.type=oauth2-client-credentials",
                        "connectors.connections.shop-eu.auth.token-url=" + service.baseUrl() + "/token",
                        "connectors.connections.shop-eu.auth.scopes[0]=orders",
                        "connectors.connections.shop-eu.auth.scopes[1]=stock",
                        "connectors.connections.shop-eu.values.client-id=acme",
                        "connectors.connections.shop-eu.secrets.client-secret=hidden")
                .run(context -> {
                    context.getBean("byName", Runnable.class).run();
                    context.getBean("byQualifier", Runnable.class).run();

                    assertThat(service.requests())
                            .extracting(request -> request.method() + " " + request.uri())
                            .containsExactly("GET /me", "POST /token", "GET /me");
                    assertThat(service.requests().get(0).headers())
                            .containsEntry("authorization", "Bearer s3cret")
                            .containsEntry("x-version", "7")
                            .containsEntry("x-connection", "shop");
                    assertThat(service.requests().get(1).body()).contains("grant_type=client_credentials");
                    assertThat(service.requests().get(2).headers()).containsEntry("authorization", "Bearer t1");
                    assertThat(context.getBean(Connectors.class).names()).containsExactlyInAnyOrder("shop", "shop-eu");
                    assertThat(context.getBean(Connectors.class)
                                    .definition("shop")
                                    .toJson()
                                    .at("/connection/rateLimit"))
                            .hasToString("{\"period\":\"PT1S\",\"requests\":100}");
                    assertThat(context.getBean(Connectors.class)
                                    .definition("shop")
                                    .toJson()
                                    .at("/connection/routeRateLimits"))
                            .hasToString("[{\"adaptive\":true,\"route\":\"/search/*\"}]");
                });
    }

    @Test
    void documentsOfAFolderServeSeveralCustomers() {
        application
                .withPropertyValues(
                        "connectors.connections.acme.connector=shop",
                        "connectors.connections.acme.values.url=" + service.baseUrl(),
                        "connectors.connections.acme.secrets.api-key=k1",
                        "connectors.connections.beta.connector=shop",
                        "connectors.connections.beta.values.url=" + service.baseUrl(),
                        "connectors.connections.beta.secrets.API_KEY=k2",
                        "connectors.connections.beta.secrets.signing=unused",
                        "connectors.connections.beta.headers.X-Region=eu")
                .run(context -> {
                    Connectors connectors = context.getBean(Connectors.class);
                    connectors.connection("acme").test().orThrow();
                    Connector beta = context.getBean("betaConnector", Connector.class);
                    beta.request("get-order").send("order", Map.of("id", 7));

                    assertThat(service.requests().get(0).headers()).containsEntry("x-api-key", "k1");
                    assertThat(service.requests().get(1).headers())
                            .containsEntry("x-api-key", "k2")
                            .containsEntry("x-region", "eu");
                });
    }

    @Test
    void presetsNeedNoFields() {
        application
                .withPropertyValues(
                        "connectors.connections.crm.auth.preset=zendesk",
                        "connectors.connections.crm.strategy=api-token",
                        "connectors.connections.crm.values.subdomain=acme",
                        "connectors.connections.crm.values.email=ann@example.com",
                        "connectors.connections.crm.secrets.api-token=s3cret")
                .run(context -> assertThat(
                                context.getBean("crm", HttpConnection.class).baseUrl())
                        .isEqualTo("https://acme.zendesk.com/api/v2"));
    }

    @Test
    void theMapperOfTheApplicationReadsResponses() {
        application
                .withPropertyValues("connectors.connections.shop.base-url=" + service.baseUrl())
                .withBean(Response.JsonMapping.class, () -> (json, type) -> "mapped " + new String(json, UTF_8))
                .run(context -> assertThat(context.getBean(HttpConnection.class)
                                .send(Request.get("/me"))
                                .json(String.class))
                        .isEqualTo("mapped {\"name\":\"Ann\"}"));
    }

    record Order(String orderId, java.math.BigDecimal price) {}

    @Test
    void theMapperOfTheApplicationWritesRequestsAndKeepsDigits() {
        service.on("POST", "/orders", request -> MockResponse.json(request.body()));
        Order order = new Order("7", new java.math.BigDecimal("1.10"));
        application
                .withConfiguration(AutoConfigurations.of(JsonMappingAutoConfiguration.class))
                .withPropertyValues("connectors.connections.shop.base-url=" + service.baseUrl())
                .withBean(
                        com.fasterxml.jackson.databind.ObjectMapper.class,
                        () -> new com.fasterxml.jackson.databind.ObjectMapper()
                                .setPropertyNamingStrategy(
                                        com.fasterxml.jackson.databind.PropertyNamingStrategies.SNAKE_CASE))
                .run(context -> {
                    Response response = context.getBean(HttpConnection.class)
                            .send(Request.post("/orders").json(order));
                    assertThat(response.text()).isEqualTo("{\"order_id\":\"7\",\"price\":1.10}");
                    assertThat(response.json(Order.class)).isEqualTo(order);
                    assertThat(response.json(java.util.Map.class).get("price"))
                            .isEqualTo(new java.math.BigDecimal("1.10"));
                });
    }

    @Test
    void invalidPropertiesOfAllConnectionsAreReportedTogether() {
        application
                .withPropertyValues(
                        "connectors.connections.acme.connector=shp",
                        "connectors.connections.beta.connector=shop",
                        "connectors.connections.beta.values.ur1=x",
                        "connectors.connections.beta.secrets.api-kee=s3cret",
                        "connectors.connections.gamma.base-url=https://api.example.com",
                        "connectors.connections.gamma.total-timeout=0s",
                        "connectors.connections.gamma.rate-limit.requests=5",
                        "connectors.connections.gamma.auth.typ=basic",
                        "connectors.connections.delta.base-url=https://api.example.com",
                        "connectors.connections.delta.proxy.type=http",
                        "connectors.connections.delta.proxy.host=proxy.example.com",
                        "connectors.connections.delta.proxy.port=8080",
                        "connectors.connections.delta.proxy.user=ann",
                        "connectors.connections.epsilon.base-url=https://api.example.com",
                        "connectors.connections.epsilon.ssl.bundle=unknown")
                .withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
                .run(context -> {
                    FailureAnalysis analysis =
                            new InvalidDefinitionFailureAnalyzer().analyze(context.getStartupFailure());

                    assertThat(analysis.getDescription())
                            .contains("connectors.connections.acme.connector: there is no document with the id \"shp\"")
                            .contains("did you mean \"shop\"?")
                            .contains(
                                    "connectors.connections.beta.secrets.api-kee: there is no such secret: did you mean")
                            .contains("connectors.connections.gamma.total-timeout")
                            .contains("connectors.connections.gamma.rate-limit.period")
                            .contains("connectors.connections.gamma.auth.typ: unknown member; did you mean \"type\"?")
                            .contains("connectors.connections.delta.proxy.password: it is missing")
                            .contains("connectors.connections.epsilon.ssl.bundle: there is no SSL bundle \"unknown\"")
                            .doesNotContain("s3cret");
                });
    }

    @Test
    void problemsNameThePropertyAndHowToSetIt() {
        application
                .withPropertyValues(
                        "connectors.connections.acme.connector=shop",
                        "connectors.connections.acme.values.ulr=https://shop.example.com",
                        "connectors.connections.acme.secrets.signing=s1",
                        "connectors.connections.beta.connector=shop",
                        "connectors.connections.beta.strategy=tokn",
                        "connectors.connections.gamma.base-url=htp:/nope",
                        "connectors.connections.delta.connector=shop",
                        "connectors.connections.delta.values.url=htp:/nope",
                        "connectors.connections.delta.secrets.api-key=k1")
                .run(context -> {
                    String text = new InvalidDefinitionFailureAnalyzer()
                            .analyze(context.getStartupFailure())
                            .getDescription();
                    assertThat(text)
                            .contains("connectors.connections.acme.values.ulr: there is no such input")
                            .contains("set the property connectors.connections.acme.values.url")
                            .contains("set the property connectors.connections.acme.secrets.api-key")
                            .contains("connectors.connections.beta.strategy: the strategy \"tokn\" is unknown")
                            .contains("connectors.connections.gamma.base-url: the scheme is \"htp\"")
                            .contains("connectors.connections.delta: URL \"htp:/nope\"")
                            .doesNotContain("value(\"");
                });
    }

    @Test
    void placeholdersWithoutAValueAreReported() {
        application
                .withPropertyValues(
                        "SHOP_USER=ann",
                        "connectors.connections.acme.connector=shop",
                        "connectors.connections.acme.values.url=${SHOP_URL}/v1",
                        "connectors.connections.acme.secrets.api-key=s3cret-${SHOP_USER}-${SHOP_KEY}",
                        "connectors.connections.acme.secrets.signing=${SHOP_WEBHOOK_SECRET}",
                        "connectors.connections.acme.headers.X-Region=${SHOP_REGION:eu}",
                        "connectors.connections.beta.base-url=https://api.example.com",
                        "connectors.connections.beta.tls-versions[0]=${SHOP_TLS}",
                        "connectors.store.encryption-key=${STORE_KEY}")
                .run(context -> assertThat(new InvalidDefinitionFailureAnalyzer()
                                .analyze(context.getStartupFailure())
                                .getDescription())
                        .contains("connectors.connections.acme.values.url: the variable SHOP_URL is not set")
                        .contains("connectors.connections.acme.secrets.api-key: the variable SHOP_KEY is not set")
                        .contains(
                                "connectors.connections.acme.secrets.signing: the variable SHOP_WEBHOOK_SECRET is not set")
                        .contains("connectors.connections.beta.tls-versions[0]: the variable SHOP_TLS is not set")
                        .contains("connectors.store.encryption-key: the variable STORE_KEY is not set")
                        .doesNotContain("SHOP_REGION")
                        .doesNotContain("s3cret"));
    }

    @Test
    void placeholdersThatAreEscapedAreTexts() {
        application
                .withPropertyValues(
                        "connectors.connections.shop.base-url=" + service.baseUrl(),
                        "connectors.connections.shop.headers.X-Template=\\${name}")
                .run(context -> {
                    context.getBean(HttpConnection.class).send(Request.get("/me"));
                    assertThat(service.requests().get(0).headers()).containsEntry("x-template", "${name}");
                });
    }

    /** Spring Boot 4 has all of Jackson 3; Spring Boot 3 does not. */
    static boolean hasJackson3() {
        try {
            return new tools.jackson.databind.json.JsonMapper() != null;
        } catch (LinkageError e) {
            return false;
        }
    }

    @Test
    @EnabledIf("hasJackson3")
    void withoutTheModuleForJackson3TheDefaultReadsResponses() {
        application
                .withConfiguration(AutoConfigurations.of(JsonMappingAutoConfiguration.class))
                .withClassLoader(new FilteredClassLoader("io.httpconnector.jackson3"))
                .withBean(tools.jackson.databind.json.JsonMapper.class, tools.jackson.databind.json.JsonMapper::new)
                .withPropertyValues("connectors.connections.shop.base-url=" + service.baseUrl())
                .run(context -> {
                    assertThat(context).doesNotHaveBean(Response.JsonMapping.class);
                    assertThat(context.getBean(HttpConnection.class)
                                    .send(Request.get("/me"))
                                    .json(Map.class)
                                    .toString())
                            .isEqualTo("{name=Ann}");
                });
    }

    @Test
    void sslBundlesAreReloaded() throws Exception {
        TestCertificate first = TestCertificate.forLocalhost();
        TestCertificate second = TestCertificate.forLocalhost();
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(second.context()));
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        DefaultSslBundleRegistry bundles =
                new DefaultSslBundleRegistry("shop", SslBundle.of(SslStoreBundle.of(null, null, first.trustStore())));
        try {
            application
                    .withBean(DefaultSslBundleRegistry.class, () -> bundles)
                    .withPropertyValues(
                            "connectors.connections.shop.base-url=https://localhost:"
                                    + server.getAddress().getPort(),
                            "connectors.connections.shop.ssl.bundle=shop")
                    .run(context -> {
                        HttpConnection shop = context.getBean(HttpConnection.class);
                        assertThatThrownBy(() -> shop.send(Request.get("/"))).isInstanceOf(ConnectorException.class);

                        bundles.updateBundle("shop", SslBundle.of(SslStoreBundle.of(null, null, second.trustStore())));

                        assertThat(shop.send(Request.get("/")).status()).isEqualTo(204);
                    });
        } finally {
            server.stop(0);
        }
    }
}
