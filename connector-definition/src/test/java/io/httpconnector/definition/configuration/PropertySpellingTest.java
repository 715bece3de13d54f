package io.httpconnector.definition.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests spellings of the names of properties, also of those that environment variables cannot have. */
class PropertySpellingTest {

    private static final String CONNECTIONS = "connectors.connections.";

    @TempDir
    private Path directory;

    private final MockService service = MockService.start()
            .on("GET", "/me", MockResponse.json("{\"name\":\"Ann\"}"))
            .on("POST", "/token", MockResponse.json("{\"access_token\":\"t1\",\"expires_in\":3600}"));

    @AfterEach
    void close() {
        service.close();
    }

    private ConfiguredConnectorsBuilder of(String... namesAndValues) {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("connectors.documents", directory.toString());
        properties.put("connectors.store.directory", directory.resolve("data").toString());
        for (int i = 0; i < namesAndValues.length; i += 2) {
            properties.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return ConfiguredConnectors.of(properties);
    }

    private InvalidDefinitionException failure(String... namesAndValues) {
        return catchThrowableOfType(
                InvalidDefinitionException.class,
                () -> of(namesAndValues).build().close());
    }

    @Test
    void valuesAndSecretsHaveTheNamesOfTheTextsThatUseThem() {
        try (ConfiguredConnectors connectors = of(
                        CONNECTIONS + "stock.base-url", service.baseUrl(),
                        CONNECTIONS + "stock.auth.type", "oauth2-client-credentials",
                        CONNECTIONS + "stock.auth.token-url", service.baseUrl() + "/token",
                        CONNECTIONS + "stock.values.CLIENTID", "acme",
                        CONNECTIONS + "stock.secrets.CLIENTSECRET", "hidden",
                        CONNECTIONS + "shop.base-url", service.baseUrl(),
                        CONNECTIONS + "shop.auth.type", "custom",
                        CONNECTIONS + "shop.auth.headers.Authorization", "Bearer {{auth.apiToken | trim}}",
                        CONNECTIONS + "shop.headers.X-Region", "{{ auth.homeRegion }}",
                        CONNECTIONS + "shop.values.HOMEREGION", "eu",
                        CONNECTIONS + "shop.secrets.APITOKEN", "s3cret")
                .build()) {
            connectors.connection("stock").send(Request.get("/me"));
            connectors.connection("shop").send(Request.get("/me"));

            assertThat(service.requests().get(1).headers()).containsEntry("authorization", "Bearer t1");
            assertThat(service.requests().get(2).headers())
                    .containsEntry("authorization", "Bearer s3cret")
                    .containsEntry("x-region", "eu");
        }
    }

    @Test
    void misspeltGroupsHaveTheNameThatIsWritten() {
        assertThat(failure(
                                "connectors.webhook.base-path", "/hooks",
                                "connectors.conections.shop.base-url", "https://shop.example.com",
                                "connectors.auto-startp", "false")
                        .problems())
                .containsExactly(
                        "connectors.auto-startp: unknown member; did you mean \"auto-startup\"?",
                        "connectors.conections: unknown member; did you mean \"connections\"?",
                        "connectors.webhook: unknown member; did you mean \"webhooks\"?");
    }

    @ParameterizedTest
    @CsvSource({
        "connectors.webhooks.base-path, '/a b'",
        "connectors.webhooks.base-path, '/a//b'",
        "connectors.webhooks.base-path, '/a/../b'",
        "connectors.webhooks.base-path, '/a?b'",
        "connectors.webhooks.base-path, '/{a}/*'",
        "connectors.webhooks.base-path, https://app.example.com/hooks",
        "connectors.webhooks.public-url, https://u:pw-s3cret@host/hooks/",
        "connectors.webhooks.public-url, https://host/hooks?x=1",
        "connectors.webhooks.public-url, https://host/hooks#f",
        "connectors.webhooks.public-url, host/hooks",
        "connectors.redirect-uri, foo",
        "connectors.redirect-uri, /callback",
        "connectors.redirect-uri, 'ftp://host/callback'",
        "connectors.redirect-uri, 'https://u:pw-s3cret@host/callback'",
        "connectors.redirect-uri, 'https://host/callback#f'"
    })
    void urlsAndPathsAreChecked(String property, String value) {
        assertThat(failure(property, value).problems())
                .singleElement()
                .asString()
                .startsWith(property + ": ")
                .doesNotContain("pw-s3cret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "", "hooks", "/hooks/", "/a/b.c", "/~a_b-c"})
    void pathsWithoutASlashAreAccepted(String path) {
        of("connectors.webhooks.base-path", path, "connectors.redirect-uri", "http://localhost:8080/callback?a=b")
                .build()
                .close();
    }

    @Test
    void connectionsWithTheSameConnectorAndTenantAreReported() throws Exception {
        Files.copy(
                Path.of("src/test/resources/configuration/shop.connector.yaml"),
                directory.resolve("shop.connector.yaml"));
        assertThat(failure(
                                CONNECTIONS + "acme.connector", "shop",
                                CONNECTIONS + "acme.values.url", service.baseUrl(),
                                CONNECTIONS + "acme.secrets.api-key", "k1",
                                CONNECTIONS + "beta.connector", "shop",
                                CONNECTIONS + "beta.tenant", "acme",
                                CONNECTIONS + "beta.values.url", service.baseUrl(),
                                CONNECTIONS + "beta.secrets.api-key", "k2")
                        .problems())
                .containsExactly(
                        CONNECTIONS + "beta.tenant: the connection \"acme\" has the same connector and tenant, and"
                                + " both would share state and tokens: use another tenant");
    }

    @Test
    void namesThatDifferInTheirSpellingAreNotTwoConnections() {
        assertThat(failure(
                                CONNECTIONS + "shop-one.base-url", "https://shop.example.com",
                                CONNECTIONS + "shopone.secrets.token", "s3cret",
                                CONNECTIONS + "shopOne.secrets.token", "s3cret")
                        .problems())
                .containsExactly(
                        CONNECTIONS + "shopOne: it is another spelling of " + CONNECTIONS
                                + "shop-one: use the same name for all properties of the connection",
                        CONNECTIONS + "shopone: it is another spelling of " + CONNECTIONS
                                + "shop-one: use the same name for all properties of the connection");
    }

    /** All properties of a connection are known to suggestions, as they are written in properties. */
    @ParameterizedTest
    @CsvSource({
        "connecter, connector",
        "tennant, tenant",
        "stratgy, strategy",
        "vales.url, values",
        "Value.url, values",
        "secret.token, secrets",
        "webhook.paid.title, webhooks",
        "base-ur, base-url",
        "responseTimout, response-timeout"
    })
    void misspeltPropertiesOfAConnectionAreSuggested(String written, String meant) {
        assertThat(failure(CONNECTIONS + "acme.base-url", service.baseUrl(), CONNECTIONS + "acme." + written, "x")
                        .problems())
                .singleElement()
                .asString()
                .endsWith("there is no such property: did you mean \"" + meant + "\"?");
    }

    @Test
    void twoSpellingsOfAPropertyAreReported() {
        String acme = CONNECTIONS + "acme.";
        assertThat(failure(
                                acme + "base-url",
                                service.baseUrl(),
                                acme + "responseTimeout",
                                "6s",
                                acme + "response-timeout",
                                "zz",
                                acme + "values.url",
                                "https://a.example.com",
                                acme + "values.URL",
                                "https://b.example.com",
                                "connectors.auto-startup",
                                "true",
                                "connectors.autoStartup",
                                "false",
                                acme + "query.Page",
                                "1",
                                acme + "query.page",
                                "2")
                        .problems())
                .containsExactlyInAnyOrder(
                        acme + "responseTimeout: it is the same property as " + acme
                                + "response-timeout: remove one of them",
                        acme + "values.url: it is the same property as " + acme + "values.URL: remove one of them",
                        "connectors.autoStartup: it is the same property as connectors.auto-startup: remove one of"
                                + " them");
    }
}
