package io.httpconnector.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.spring.Connectors;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;

/** Tests misspelt names of properties, and names of environment variables. */
class UnknownPropertiesTest {

    private static final String CONNECTIONS = "connectors.connections.";

    private final MockService service = MockService.start()
            .on("GET", "/me", MockResponse.json("{\"name\":\"Ann\"}"))
            .on("POST", "/token", MockResponse.json("{\"access_token\":\"t1\",\"expires_in\":3600}"));
    private final ApplicationContextRunner application =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ConnectorsAutoConfiguration.class));

    @AfterEach
    void stop() {
        service.close();
    }

    private ApplicationContextRunner withYaml(String text) {
        return application.withInitializer(context -> {
            try {
                List<PropertySource<?>> sources = new YamlPropertySourceLoader()
                        .load("application", new ByteArrayResource(text.getBytes(StandardCharsets.UTF_8), "test.yml"));
                sources.forEach(context.getEnvironment().getPropertySources()::addLast);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    private static ApplicationContextRunner withVariables(ApplicationContextRunner runner, String... namesAndValues) {
        Map<String, Object> all = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            all.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return runner.withInitializer(context -> context.getEnvironment()
                .getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, all)));
    }

    private static String description(AssertableApplicationContext context) {
        assertThat(context).hasFailed();
        FailureAnalysis analysis = new InvalidDefinitionFailureAnalyzer().analyze(context.getStartupFailure());
        assertThat(analysis).as("analysis of %s", context.getStartupFailure()).isNotNull();
        return analysis.getDescription();
    }

    @Test
    void misspeltNamesAreReportedTogetherWithTheirLine() {
        withYaml("""
                connectors:
                  auto-startp: false
                  webhook:
                    base-path: /events
                  conections:
                    shop:
                      base-url: https://shop.example.com
                      response-timeout: 5s
                  connections:
                    shop:
                      base-urll: https://shop.example.com
                    stock:
                      base-url: htp://stock.example.com
                      response-timeoutt: 5s
                      rate-limit: {request: 5, period: 1s}
                      ssl: {bundel: stock}
                      trust: {pem: ca.pem}
                      rules: [{status: 500}]
                """)
                .run(context -> assertThat(description(context))
                        .contains(
                                "connectors.auto-startp: there is no such property: did you mean \"connectors.auto-startup\"? It is"
                                        + " set in Byte array resource [test.yml] - 2:16",
                                "connectors.webhook: there is no such property: did you mean \"connectors.webhooks\"? It is set in"
                                        + " Byte array resource [test.yml] - 4:16",
                                "connectors.conections: there is no such property: did you mean \"connectors.connections\"?",
                                CONNECTIONS + "shop.base-urll: there is no such property: did you mean \"" + CONNECTIONS
                                        + "shop.base-url\"? It is set in Byte array resource [test.yml] - 11:18",
                                CONNECTIONS + "stock.response-timeoutt: there is no such property: did you mean \""
                                        + CONNECTIONS + "stock.response-timeout\"?",
                                CONNECTIONS + "stock.rate-limit.request: there is no such property: did you mean",
                                CONNECTIONS + "stock.ssl.bundel: there is no such property: did you mean \""
                                        + CONNECTIONS + "stock.ssl.bundle\"?",
                                CONNECTIONS + "stock.trust: there is no such property: use ssl.bundle.",
                                CONNECTIONS
                                        + "stock.rules: there is no such property: only connector documents have it.")
                        .containsOnlyOnce("connectors.conections:"));
    }

    @Test
    void misspeltNamesAreReportedTogetherWithOtherProblems() {
        application
                .withPropertyValues(
                        CONNECTIONS + "stock.base-url=htp://stock.example.com",
                        CONNECTIONS + "stock.response-timeoutt=5s",
                        CONNECTIONS + "shop.connector=shp",
                        "connectors.shutdown-timeout=-1s")
                .run(context -> assertThat(description(context))
                        .contains(
                                CONNECTIONS + "stock.response-timeoutt: there is no such property",
                                CONNECTIONS + "stock.base-url: the scheme is \"htp\"",
                                CONNECTIONS + "shop.connector: there is no document with the id \"shp\"",
                                "connectors.shutdown-timeout: it is negative"));
    }

    @Test
    void invalidDocumentsAreReportedTogetherWithProperties() {
        application
                .withPropertyValues(
                        CONNECTIONS + "shop.connector=shop", CONNECTIONS + "stock.base-url=htp://stock.example.com")
                .withBean(
                        io.httpconnector.spring.ConnectorDocumentSource.class,
                        () -> () -> Map.of("row 1", "{\"connector\": 1}"))
                .run(context -> assertThat(description(context))
                        .contains("row 1: /id", CONNECTIONS + "stock.base-url: the scheme is \"htp\"")
                        .doesNotContain(CONNECTIONS + "shop"));
    }

    @Test
    void variablesOfTheEnvironmentAreCheckedIfTheyMeanAProperty() {
        withVariables(
                        application.withPropertyValues(CONNECTIONS + "shop-one.base-url=https://shop.example.com"),
                        "CONNECTORS_HOME",
                        "/opt/connectors",
                        "CONNECTORS_PORT",
                        "tcp://10.0.0.1:80",
                        "CONNECTORS_PORT_80_TCP_ADDR",
                        "10.0.0.1",
                        "CONNECTORS_SERVICE_HOST",
                        "10.0.0.1",
                        "CONNECTORS_REGISTRY_SERVICE_PORT",
                        "443",
                        "CONNECTORS_REGISTRY_PORT_443_TCP",
                        "tcp://10.0.0.2:443",
                        "CONNECTORS_AUTOSTARTP",
                        "false",
                        "CONNECTORS_CONNECTIONS_SHOPONE_RESPONSETIMEOUTT",
                        "5s",
                        "CONNECTORS_CONNECTIONS_SHOP_ONE_SECRETS_TOKEN",
                        "s3cret",
                        "CONNECTORS_CONNECTIONS_SHOPONE_TOTAL_TIMEOUT",
                        "5s",
                        "CONNECTORS_WEBHOOKS_BASEPAHT",
                        "/events")
                .run(context -> assertThat(description(context))
                        .contains(
                                "connectors.autostartp: there is no such property: did you mean \"connectors.auto-startup\"?"
                                        + " It is set in \"CONNECTORS_AUTOSTARTP\" from property source",
                                CONNECTIONS + "shopone.responsetimeoutt: there is no such property: did you mean",
                                CONNECTIONS + "shop.one.secrets.token: there is no such property: as an environment"
                                        + " variable, it is CONNECTORS_CONNECTIONS_SHOPONE_SECRETS_TOKEN.",
                                CONNECTIONS + "shopone.total.timeout: there is no such property: as an environment"
                                        + " variable, it is CONNECTORS_CONNECTIONS_SHOPONE_TOTALTIMEOUT.",
                                "connectors.webhooks.basepaht: there is no such property: did you mean")
                        .doesNotContain(
                                "connectors.home", "connectors.port", "connectors.service", "registry", "s3cret"));
    }

    @Test
    void variablesOfTheEnvironmentSetPropertiesOfAConnectionWithAHyphen() {
        withVariables(
                        application.withPropertyValues(
                                CONNECTIONS + "shop-one.base-url=" + service.baseUrl(),
                                CONNECTIONS + "shop-one.auth.type=custom",
                                CONNECTIONS + "shop-one.auth.headers.Authorization=Bearer {{auth.apiToken}}",
                                CONNECTIONS + "stock.base-url=" + service.baseUrl(),
                                CONNECTIONS + "stock.auth.type=oauth2-client-credentials",
                                CONNECTIONS + "stock.auth.token-url=" + service.baseUrl() + "/token",
                                CONNECTIONS + "stock.values.client-id=acme"),
                        "CONNECTORS_CONNECTIONS_SHOPONE_SECRETS_APITOKEN",
                        "s3cret",
                        "CONNECTORS_CONNECTIONS_SHOP_ONE_RESPONSE_TIMEOUT",
                        "7s",
                        "CONNECTORS_CONNECTIONS_STOCK_RESPONSE_TIMEOUT",
                        "8s",
                        "CONNECTORS_CONNECTIONS_STOCK_RATE_LIMIT_REQUESTS",
                        "11",
                        "CONNECTORS_CONNECTIONS_STOCK_RATE_LIMIT_PERIOD",
                        "1s",
                        "CONNECTORS_CONNECTIONS_STOCK_ROUTERATELIMITS_0_ROUTE",
                        "/search",
                        "CONNECTORS_CONNECTIONS_STOCK_ROUTERATELIMITS_0_ADAPTIVE",
                        "true",
                        "CONNECTORS_AUTO_STARTUP",
                        "false",
                        "CONNECTORS_CONNECTIONS_SHOPONE_RATELIMIT_REQUESTS",
                        "10",
                        "CONNECTORS_CONNECTIONS_SHOPONE_RATELIMIT_PERIOD",
                        "1s",
                        "CONNECTORS_CONNECTIONS_STOCK_SECRETS_CLIENTSECRET",
                        "hidden")
                .run(context -> {
                    assertThat(context.getBean(Connectors.class).names())
                            .containsExactlyInAnyOrder("shop-one", "stock");
                    assertThat(context.getBeansOfType(HttpConnection.class)).containsOnlyKeys("shop-one", "stock");
                    context.getBean("shop-one", HttpConnection.class).send(Request.get("/me"));
                    context.getBean("stock", HttpConnection.class).send(Request.get("/me"));

                    assertThat(service.requests().get(0).headers()).containsEntry("authorization", "Bearer s3cret");
                    assertThat(service.requests().get(2).headers()).containsEntry("authorization", "Bearer t1");
                    assertThat(context.getBean(Connectors.class)
                                    .definition("shop-one")
                                    .toJson()
                                    .path("connection")
                                    .toString())
                            .contains("\"responseTimeout\":\"PT7S\"", "\"requests\":10");
                    assertThat(context.getBean(Connectors.class)
                                    .definition("stock")
                                    .toJson()
                                    .path("connection")
                                    .toString())
                            .contains("\"responseTimeout\":\"PT8S\"", "\"requests\":11", "\"route\":\"/search\"");
                    assertThat(context.getBean(ConnectorsProperties.class).autoStartup())
                            .isFalse();
                });
    }

    @Test
    void twoSpellingsOfAConnectionAreAnError() {
        withYaml("""
                connectors.connections:
                  shop-one: {base-url: "https://shop.example.com"}
                """)
                .withPropertyValues(CONNECTIONS + "shopone.secrets.token=s3cret")
                .run(context -> assertThat(description(context))
                        .contains(
                                "connectors.connections: two spellings of a name are one connection: \"shopone\" in",
                                "\"shop-one\" in Byte array resource [test.yml] - 2:",
                                "use one of them for all properties")
                        .doesNotContain("s3cret"));
    }

    @Test
    void wrongPlacesAndNamesAreReported() {
        application
                .withPropertyValues("connectors.documents=file:/nowhere/connectors/")
                .run(context -> assertThat(description(context))
                        .contains("connectors.documents: \"file:/nowhere/connectors/\" is no folder that exists"));
        application
                .withPropertyValues("connectors.documents=file:src")
                .run(context -> assertThat(description(context))
                        .contains("connectors.documents: \"file:src\" is a folder: add a slash at the end"));
        application
                .withPropertyValues(CONNECTIONS + "environment.base-url=" + service.baseUrl())
                .run(context -> assertThat(description(context))
                        .contains("the application has another bean with the name \"environment\""));
        application
                .withPropertyValues(
                        CONNECTIONS + "acme.connector=shop",
                        CONNECTIONS + "acme.values.url=" + service.baseUrl(),
                        CONNECTIONS + "acme.secrets.api-key=k1",
                        CONNECTIONS + "beta.connector=shop",
                        CONNECTIONS + "beta.tenant=acme",
                        CONNECTIONS + "beta.values.url=" + service.baseUrl(),
                        CONNECTIONS + "beta.secrets.api-key=k2")
                .run(context -> assertThat(description(context))
                        .contains(CONNECTIONS
                                + "beta.tenant: the connection \"acme\" has the same connector and tenant"));
        application
                .withConfiguration(AutoConfigurations.of(
                        StoreAutoConfiguration.class,
                        RegistryAutoConfiguration.class,
                        ExchangeLogAutoConfiguration.class))
                .withPropertyValues(
                        "connectors.registry.enabled=true", "connectors.registry.secrets.shp.signing-secret=s3cret")
                .run(context -> assertThat(description(context))
                        .contains(
                                "connectors.registry.secrets.shp: there is no connector document with this id: did you"
                                        + " mean \"shop\"?")
                        .doesNotContain("s3cret"));
        application
                .withConfiguration(
                        AutoConfigurations.of(StoreAutoConfiguration.class, ExchangeLogAutoConfiguration.class))
                .withPropertyValues("connectors.exchange-log.enabled=true", "connectors.exchange-log.max-age=-1d")
                .run(context -> assertThat(description(context)).contains("connectors.exchange-log.max-age"));
        application
                .withConfiguration(
                        AutoConfigurations.of(StoreAutoConfiguration.class, ExchangeLogAutoConfiguration.class))
                .withPropertyValues("connectors.exchange-log.enabled=true", "connectors.exchange-log.sample=2")
                .run(context -> assertThat(description(context)).contains("property connectors.exchange-log.sample"));
    }

    /** Spring Boot ignores most characters of names outside brackets. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "query.expand[] | write it as connectors.connections.shop.query[expand[]], in YAML with the key \"[expand[]]\"",
                "query.page[size] | write it as connectors.connections.shop.query[page[size]]",
                "query.$filter | write it as connectors.connections.shop.query[$filter]",
                "query.ids[0] | a name has one value and no list",
                "query.filter[0][name] | write it as connectors.connections.shop.query[filter[0][name]]",
                "query.\"[page[size]]\" | write it as connectors.connections.shop.query[page[size]]",
                "query[c][d] | in a connector document only",
                "query.a] | in a connector document only",
                "headers.X:Y | write it as connectors.connections.shop.headers[X:Y]",
            })
    void nameThatSpringBootChangesIsReported(String name, String advice) {
        String property = CONNECTIONS + "shop." + name.replace("\\\"", "\"");
        withYaml("connectors: {connections: {shop: {base-url: https://shop.example.com}}}")
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addLast(new MapPropertySource("test properties", Map.of(property, "v"))))
                .run(context -> assertThat(description(context))
                        .contains(property + ": Spring Boot would change this name: ", advice, "test properties"));
    }

    @Test
    void namesThatSpringBootChangesAreReportedTogether() {
        withYaml("""
                connectors:
                  connections:
                    shop:
                      base-url: https://shop.example.com
                      query: {"expand[]": a, pageSize: 1, page-size: 2, per_page: 3, "[page[number]]": e}
                    a/b:
                      base-url: https://other.example.com
                """)
                .run(context -> assertThat(description(context))
                        .contains(
                                CONNECTIONS + "shop.query.expand[]: Spring Boot would change this name",
                                "it does not distinguish " + CONNECTIONS + "shop.query.pageSize",
                                CONNECTIONS + "a/b.base-url: Spring Boot would change this name: use letters",
                                "test.yml] - 5:27")
                        .doesNotContain("per_page", "page[number]"));
    }

    @Test
    void namesInBracketsAreThoseOfTheService() {
        withYaml("""
                connectors:
                  connections:
                    shop:
                      base-url: %s
                      query: {"[expand[]]": a, "[page[size]]": b, "[$filter]": c, per_page: d}
                """.formatted(service.baseUrl())).run(context -> {
            context.getBean("shop", HttpConnection.class).send(Request.get("/me"));
            assertThat(service.requests().get(0).uri().getQuery())
                    .isEqualTo("expand[]=a&page[size]=b&$filter=c&per_page=d");
        });
    }

    /** Spring Boot ignores the value of a group of which another property is set. */
    @Test
    void valuesOfGroupsAreReported() {
        application
                .withPropertyValues(
                        "connectors.store=file",
                        "connectors.store.directory=target/unused",
                        CONNECTIONS.substring(0, CONNECTIONS.length() - 1) + "=shop",
                        CONNECTIONS + "shop.base-url=https://shop.example.com")
                .run(context -> assertThat(description(context))
                        .contains(
                                "connectors.store: it has a value, but is a group of properties: use one of",
                                "connectors.connections: it has a value, but is a group of properties, such as"
                                        + " connectors.connections.NAME"));
    }

    /** The name of the secret is missing. */
    @Test
    void valueThatMayBeASecretIsNotShown() {
        application
                .withConfiguration(AutoConfigurations.of(StoreAutoConfiguration.class, RegistryAutoConfiguration.class))
                .withPropertyValues("connectors.registry.enabled=true", "connectors.registry.secrets.shop=TOPSECRET")
                .run(context -> {
                    assertThat(context).hasFailed();
                    FailureAnalysis analysis = new SecretPropertyFailureAnalyzer().analyze(context.getStartupFailure());
                    assertThat(analysis).isNotNull();
                    assertThat(analysis.getDescription())
                            .contains("connectors.registry.secrets.shop")
                            .doesNotContain("TOPSECRET");
                    assertThat(analysis.getAction()).contains("connectors.registry.secrets.shop.NAME");
                });
        application.withPropertyValues(CONNECTIONS + "shop.secrets=TOPSECRET").run(context -> {
            FailureAnalysis analysis = new SecretPropertyFailureAnalyzer().analyze(context.getStartupFailure());
            assertThat(analysis).isNotNull();
            assertThat(analysis.getDescription())
                    .contains(CONNECTIONS + "shop.secrets")
                    .doesNotContain("TOPSECRET");
        });
    }

    @Test
    void propertiesOfTheSystemAreCheckedIfTheyMeanAProperty() {
        application
                .withSystemProperties("connectors.home=/opt", "connectors.auto-startp=false")
                .run(context -> assertThat(description(context))
                        .contains("connectors.auto-startp: there is no such property")
                        .doesNotContain("connectors.home"));
    }
}
