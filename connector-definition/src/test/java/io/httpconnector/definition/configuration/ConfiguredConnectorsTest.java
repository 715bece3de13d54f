package io.httpconnector.definition.configuration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.RepositoryService;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.Await;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests connections, triggers and webhooks by properties, without a framework. */
class ConfiguredConnectorsTest {

    private static final String CONNECTIONS = "connectors.connections.";

    @TempDir
    private Path directory;

    private final MockService service = MockService.start()
            .on("GET", "/me", MockResponse.json("{\"name\":\"Ann\"}"))
            .on("GET", "/orders", MockResponse.json("{\"orders\":[{\"id\":7,\"status\":\"new\"}]}"));

    @AfterEach
    void close() {
        service.close();
    }

    private ConfiguredConnectorsBuilder of(String... namesAndValues) {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("connectors.documents", "classpath:configuration/");
        properties.put("connectors.store.directory", directory.resolve("data").toString());
        for (int i = 0; i < namesAndValues.length; i += 2) {
            if (namesAndValues[i].startsWith("connectors.documents")) {
                properties.remove("connectors.documents");
            }
            properties.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return ConfiguredConnectors.of(properties);
    }

    private ConfiguredConnectorsBuilder shop(String... more) {
        String[] all = new String[6 + more.length];
        System.arraycopy(
                new String[] {
                    CONNECTIONS + "acme.connector", "shop",
                    CONNECTIONS + "acme.values.url", service.baseUrl(),
                    CONNECTIONS + "acme.secrets.api-key", "k1"
                },
                0,
                all,
                0,
                6);
        System.arraycopy(more, 0, all, 6, more.length);
        return of(all);
    }

    private static WebhookRequest signed(String path, String body, String secret) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
        String signature = HexFormat.of().formatHex(mac.doFinal(body.getBytes(UTF_8)));
        return WebhookRequest.of(
                "POST",
                path,
                null,
                Map.of("X-Signature", List.of(signature), "Content-Type", List.of("application/json")),
                body.getBytes(UTF_8));
    }

    @Test
    void propertiesDescribeConnectionsWithTheTypesOfADocument() {
        service.on("POST", "/token", MockResponse.json("{\"access_token\":\"t1\",\"expires_in\":3600}"));
        try (ConfiguredConnectors connectors = of(
                        CONNECTIONS + "shop.base-url", service.baseUrl(),
                        CONNECTIONS + "shop.auth.type", "custom",
                        CONNECTIONS + "shop.auth.headers.Authorization", "Bearer {{auth.token}}",
                        CONNECTIONS + "shop.secrets.token", "s3cret",
                        CONNECTIONS + "shop.headers.X-Version", "7",
                        CONNECTIONS + "shop.headers.\"X.Dots\"", "yes",
                        CONNECTIONS + "shop.responseTimeout", "5s",
                        CONNECTIONS + "shop.max-connections", "7",
                        CONNECTIONS + "shop.dedicated-pool", "true",
                        CONNECTIONS + "shop.transport", "http2",
                        CONNECTIONS + "shop.tls-versions", "TLSv1.3, TLSv1.2",
                        CONNECTIONS + "shop.retry.max-attempts", "2",
                        CONNECTIONS + "shop.retry.backoff.first", "100ms",
                        CONNECTIONS + "shop.retry.backoff.max", "1m",
                        CONNECTIONS + "shop.rate-limit.requests", "100",
                        CONNECTIONS + "shop.rate-limit.period", "PT1S",
                        CONNECTIONS + "shop.route-rate-limits[0].route", "/search/*",
                        CONNECTIONS + "shop.route-rate-limits[0].adaptive", "true",
                        CONNECTIONS + "shop-eu.base-url", service.baseUrl(),
                        CONNECTIONS + "shop-eu.retry", "none",
                        CONNECTIONS + "shop-eu.auth.type", "oauth2-client-credentials",
                        CONNECTIONS + "shop-eu.auth.token-url", service.baseUrl() + "/token",
                        CONNECTIONS + "shop-eu.auth.scopes[0]", "orders",
                        CONNECTIONS + "shop-eu.auth.scopes[1]", "stock",
                        CONNECTIONS + "shop-eu.values.client-id", "acme",
                        CONNECTIONS + "shop-eu.secrets.client-secret", "hidden")
                .build()) {
            Response first = connectors.connection("shop").send(Request.get("/me"));
            Response second = connectors.connection("shop-eu").send(Request.get("/me"));

            assertThat(first.status() + " " + second.status()).isEqualTo("200 200");
            assertThat(service.requests().get(0).headers())
                    .containsEntry("authorization", "Bearer s3cret")
                    .containsEntry("x-version", "7")
                    .containsEntry("x.dots", "yes");
            assertThat(service.requests().get(1).body()).contains("scope=orders%20stock");
            assertThat(service.requests().get(2).headers()).containsEntry("authorization", "Bearer t1");
            JsonNode connection =
                    connectors.definition("shop").toJson().path("connection").deepCopy();
            assertThat(connection.path("responseTimeout").asText()).isEqualTo("PT5S");
            assertThat(connection.path("maxConnections").isInt()).isTrue();
            assertThat(connection.path("dedicatedPool").isBoolean()).isTrue();
            assertThat(connection.path("transport").asText()).isEqualTo("http2");
            assertThat(connection.path("tlsVersions")).hasToString("[\"TLSv1.3\",\"TLSv1.2\"]");
            assertThat(connection.at("/retry/backoff")).hasToString("{\"first\":\"PT0.1S\",\"max\":\"PT1M\"}");
            assertThat(connection.path("rateLimit")).hasToString("{\"period\":\"PT1S\",\"requests\":100}");
            assertThat(connection.path("routeRateLimits")).hasToString("[{\"adaptive\":true,\"route\":\"/search/*\"}]");
            assertThat(connectors.names()).containsExactly("shop", "shop-eu");
            assertThat(connectors.connector("shop")).hasToString("shop of tenant \"shop\"");
        }
    }

    @Test
    void namesOfEnvironmentVariablesAreUnderstood() {
        try (ConfiguredConnectors connectors = of(
                        CONNECTIONS + "shop.base.url",
                        service.baseUrl(),
                        CONNECTIONS + "shop.auth.type",
                        "custom",
                        CONNECTIONS + "shop.auth.headers.Authorization",
                        "Bearer {{auth.apiToken}}",
                        CONNECTIONS + "shop.secrets.api.token",
                        "s3cret",
                        CONNECTIONS + "shop.rate.limit.requests",
                        "100",
                        CONNECTIONS + "shop.rate.limit.period",
                        "1s",
                        "connectors.auto.startup",
                        "false")
                .build()) {
            connectors.connection("shop").send(Request.get("/me"));

            assertThat(service.requests().get(0).headers()).containsEntry("authorization", "Bearer s3cret");
            assertThat(connectors.definition("shop").toJson().at("/connection/rateLimit"))
                    .hasToString("{\"period\":\"PT1S\",\"requests\":100}");
        }
    }

    @Test
    void placeholdersThatNobodyReplacedAreReported() {
        assertThatThrownBy(() -> shop(
                                CONNECTIONS + "acme.secrets.signing", "${SHOP_WEBHOOK_SECRET}",
                                CONNECTIONS + "acme.headers.X-Region", "region-${shop.region:eu}",
                                CONNECTIONS + "acme.headers.X-Price", "5 $ {each} ${}")
                        .build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(
                        CONNECTIONS + "acme.secrets.signing: the variable SHOP_WEBHOOK_SECRET was not replaced")
                .hasMessageContaining(CONNECTIONS + "acme.headers.X-Region: the variable shop.region was not replaced")
                .hasMessageNotContaining("X-Price");
    }

    @Test
    void subscriptionRegistersThePublicUrl() throws Exception {
        Files.writeString(directory.resolve("code.connector.yaml"), """
                connector: 1
                id: code
                version: 1.0.0
                title: Code
                inputs: [{name: site, label: Site}]
                connection: {baseUrl: "{{auth.site}}"}
                webhooks:
                  pushed: {subscription: {preset: github, parameters: {owner: octo, repository: app}}}
                """);
        try (RepositoryService repositories = new RepositoryService()) {
            Map<String, Object> properties = new HashMap<>(Map.of(
                    "connectors.store.directory",
                    directory.resolve("data").toString(),
                    "connectors.documents",
                    directory.toString(),
                    CONNECTIONS + "code.connector",
                    "code",
                    CONNECTIONS + "code.values.site",
                    repositories.baseUrl()));
            try (ConfiguredConnectors connectors =
                    ConfiguredConnectors.of(properties).build()) {
                assertThatThrownBy(() -> connectors.on("pushed", event -> {}))
                        .hasMessageContaining(
                                "property connectors.webhooks.public-url: it is missing: the webhook code/pushed");
            }
            properties.put("connectors.webhooks.public-url", "https://app.example.com/hooks/");
            try (ConfiguredConnectors connectors =
                    ConfiguredConnectors.of(properties).build()) {
                connectors.on("pushed", event -> {});
                connectors.start();

                Await.until(() -> repositories.hooks().size() == 1);
                assertThat(repositories.hooks().get(0).url()).isEqualTo("https://app.example.com/hooks/code/pushed");
            }
        }
    }

    @Test
    void typedValuesOfAYamlFileAreAccepted() {
        try (ConfiguredConnectors connectors = ConfiguredConnectors.of(Map.of(
                        "connectors.store.directory",
                        directory.resolve("data").toString(),
                        CONNECTIONS + "shop.base-url",
                        service.baseUrl(),
                        CONNECTIONS + "shop.max-connections",
                        7,
                        CONNECTIONS + "shop.headers",
                        Map.of("X-Version", 3),
                        CONNECTIONS + "shop.tls-versions",
                        List.of("TLSv1.3"),
                        "unrelated.property",
                        new Object()))
                .build()) {
            assertThat(connectors.definition("shop").toJson().path("connection").toString())
                    .contains("\"maxConnections\":7", "\"X-Version\":\"3\"", "[\"TLSv1.3\"]");
        }
    }

    @Test
    void documentsPollAndReceive() throws Exception {
        List<String> events = new CopyOnWriteArrayList<>();
        try (ConfiguredConnectors connectors = shop(
                        CONNECTIONS + "acme.secrets.signing", "sign1",
                        CONNECTIONS + "acme.headers.X-Region", "eu",
                        CONNECTIONS + "beta.connector", "shop",
                        CONNECTIONS + "beta.values.URL", service.baseUrl(),
                        CONNECTIONS + "beta.secrets.API_KEY", "k2",
                        CONNECTIONS + "beta.secrets.signing", "sign2")
                .build()) {
            connectors.on(
                    "updated-orders",
                    event -> events.add("polled " + event.payload().path("id")));
            connectors.on(
                    "acme/order-paid",
                    event -> events.add("paid " + event.payload().path("order")));

            assertThat(service.requests()).isEmpty();
            connectors.start();
            Await.until(() -> events.size() == 2);
            WebhookResponse response =
                    connectors.webhooks().receive(signed("/hooks/acme/order-paid", "{\"id\":1,\"order\":7}", "sign1"));
            WebhookResponse forged =
                    connectors.webhooks().receive(signed("/hooks/acme/order-paid", "{\"id\":2,\"order\":8}", "sign2"));
            WebhookResponse unhandled =
                    connectors.webhooks().receive(signed("/hooks/beta/order-paid", "{\"id\":3,\"order\":9}", "sign2"));

            assertThat(List.of(response.status(), forged.status(), unhandled.status()))
                    .containsExactly(200, 401, 404);
            assertThat(events).containsExactly("polled 7", "polled 7", "paid 7");
            assertThat(service.requests())
                    .extracting(request -> request.headers().get("x-api-key"))
                    .containsExactlyInAnyOrder("k1", "k2");
            assertThat(service.requests())
                    .filteredOn(request -> "k1".equals(request.headers().get("x-api-key")))
                    .allSatisfy(request -> assertThat(request.headers())
                            .containsEntry("x-region", "eu")
                            .containsEntry("x-client", "shop"));
        }

        // The state is in files: nothing is delivered again.
        try (ConfiguredConnectors connectors = shop().build()) {
            connectors.on("acme/updated-orders", event -> events.add("again"));
            connectors.connector("acme").trigger("updated-orders").orElseThrow().pollOnce();
        }
        assertThat(events).hasSize(3);
    }

    @Test
    void triggersDoNotStartWithoutAutoStartup() throws Exception {
        List<String> threads = new CopyOnWriteArrayList<>();
        try (ConfiguredConnectors connectors = shop(
                        "connectors.auto-startup",
                        "false",
                        "connectors.webhooks.inbox",
                        "true",
                        "connectors.webhooks.base-path",
                        "events/",
                        CONNECTIONS + "acme.secrets.signing",
                        "sign1")
                .build()) {
            connectors.on("updated-orders", event -> {});
            connectors.on(
                    "order-paid", event -> threads.add(Thread.currentThread().getName()));
            connectors.start();

            assertThat(connectors
                            .webhooks()
                            .receive(signed("/events/acme/order-paid", "{\"id\":1}", "sign1"))
                            .status())
                    .isEqualTo(200);
            Await.until(() -> !threads.isEmpty());

            assertThat(threads).doesNotContain(Thread.currentThread().getName());
            assertThat(directory.resolve("data/inbox")).isNotEmptyDirectory();
            assertThat(service.requests()).isEmpty();
        }
    }

    @Test
    void theApplicationProvidesStoresDocumentsAndCode() throws Exception {
        String text = Files.readString(Path.of("src/test/resources/configuration/shop.connector.yaml"))
                .replace("id: shop", "id: stock");
        try (ConfiguredConnectors connectors = of(
                        CONNECTIONS + "acme.connector", "stock", CONNECTIONS + "acme.values.url", service.baseUrl())
                .document("row 1", text)
                .state(StateStore.inMemory())
                .tokens(TokenStore.inMemory())
                .secrets(reference -> reference.name().equals("apiKey") ? io.httpconnector.Secret.of("k9") : null)
                .customizer((connection, context) ->
                        context.connection(builder -> builder.header("X-Connection", connection)))
                .build()) {
            connectors.connection("acme").send(Request.get("/me"));

            assertThat(service.requests().get(0).headers())
                    .containsEntry("x-api-key", "k9")
                    .containsEntry("x-connection", "acme");
            assertThat(directory.resolve("data")).doesNotExist();
        }
    }

    @Test
    void documentsAreFoundInJarsFoldersAndFiles() throws Exception {
        String text = Files.readString(Path.of("src/test/resources/configuration/shop.connector.yaml"));
        Path jar = directory.resolve("documents.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new JarEntry("services/"));
            out.putNextEntry(new JarEntry("services/a.connector.yaml"));
            out.write(text.replace("id: shop", "id: in-jar").getBytes(UTF_8));
            out.putNextEntry(new JarEntry("services/readme.txt"));
        }
        Path folder = Files.createDirectory(directory.resolve("services"));
        Files.writeString(folder.resolve("b.connector.yml"), text.replace("id: shop", "id: in-folder"));
        Path file = directory.resolve("single.connector.yaml");
        Files.writeString(file, text.replace("id: shop", "id: in-file"));

        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()});
                ConfiguredConnectors connectors = of(
                                "connectors.documents[0]",
                                "classpath*:services/",
                                "connectors.documents[1]",
                                "file:" + folder + "/",
                                "connectors.documents[2]",
                                file.toString(),
                                CONNECTIONS + "a.connector",
                                "in-jar",
                                CONNECTIONS + "a.values.url",
                                service.baseUrl(),
                                CONNECTIONS + "a.secrets.api-key",
                                "k",
                                CONNECTIONS + "b.connector",
                                "in-folder",
                                CONNECTIONS + "b.values.url",
                                service.baseUrl(),
                                CONNECTIONS + "b.secrets.api-key",
                                "k",
                                CONNECTIONS + "c.connector",
                                "in-file",
                                CONNECTIONS + "c.values.url",
                                service.baseUrl(),
                                CONNECTIONS + "c.secrets.api-key",
                                "k")
                        .classLoader(loader)
                        .build()) {
            assertThat(connectors.names()).containsExactly("a", "b", "c");
        }
    }

    @Test
    void invalidPropertiesOfAllConnectionsAreReportedTogether() {
        InvalidDefinitionException failure = catchThrowableOfType(
                InvalidDefinitionException.class,
                () -> of(
                                CONNECTIONS + "acme.connector",
                                "shp",
                                CONNECTIONS + "beta.connector",
                                "shop",
                                CONNECTIONS + "beta.values.ur1",
                                "x",
                                CONNECTIONS + "beta.secrets.api-kee",
                                "s3cret",
                                CONNECTIONS + "beta.max-conections",
                                "5",
                                CONNECTIONS + "gamma.base-url",
                                "https://api.example.com",
                                CONNECTIONS + "gamma.total-timeout",
                                "0s",
                                CONNECTIONS + "gamma.max-connections",
                                "many",
                                CONNECTIONS + "gamma.rate-limit.requests",
                                "5",
                                CONNECTIONS + "gamma.auth.typ",
                                "basic",
                                CONNECTIONS + "delta.base-url",
                                "https://api.example.com",
                                CONNECTIONS + "delta.proxy.type",
                                "http",
                                CONNECTIONS + "delta.proxy.host",
                                "proxy.example.com",
                                CONNECTIONS + "delta.proxy.port",
                                "8080",
                                CONNECTIONS + "delta.proxy.user",
                                "ann",
                                CONNECTIONS + "epsilon.bse-url",
                                "https://api.example.com",
                                CONNECTIONS + "Zeta.base-url",
                                "https://api.example.com",
                                CONNECTIONS + "eta.ssl.bundle",
                                "b",
                                CONNECTIONS + "theta",
                                "b")
                        .build());

        String problems = String.join("\n", failure.problems());
        assertThat(problems)
                .contains(CONNECTIONS + "acme.connector: there is no document with the id \"shp\"")
                .contains("did you mean \"shop\"?")
                .contains(CONNECTIONS + "beta.values.ur1: there is no such input: did you mean \"url\"?")
                .contains(CONNECTIONS
                        + "beta.max-conections: there is no such property: did you mean \"max-connections\"?")
                .contains(CONNECTIONS + "beta.secrets.api-kee: there is no such secret: did you mean \"apiKey\"?")
                .contains(CONNECTIONS + "gamma.total-timeout: ")
                .contains(CONNECTIONS + "gamma.max-connections: ")
                .contains(CONNECTIONS + "gamma.rate-limit.period: ")
                .contains(CONNECTIONS + "gamma.auth.typ: unknown member; did you mean \"type\"?")
                .contains(CONNECTIONS + "delta.proxy.password: it is missing")
                .contains(CONNECTIONS + "epsilon.bse-url: there is no such property: did you mean \"base-url\"?")
                .contains(CONNECTIONS + "Zeta: use a name of lower-case letters")
                .contains(CONNECTIONS + "eta.ssl: it is a property for Spring Boot only")
                .contains(CONNECTIONS + "theta: use properties below it");
        assertThat(failure).hasMessageNotContaining("s3cret");
    }

    @Test
    void missingValuesAndSecretsNameTheirProperties() {
        InvalidDefinitionException failure = catchThrowableOfType(
                InvalidDefinitionException.class,
                () -> of(
                                CONNECTIONS + "acme.connector",
                                "shop",
                                CONNECTIONS + "acme.values.ulr",
                                "https://shop.example.com",
                                CONNECTIONS + "beta.connector",
                                "shop",
                                CONNECTIONS + "beta.strategy",
                                "tokn",
                                CONNECTIONS + "gamma.connector",
                                "shop",
                                CONNECTIONS + "gamma.values.api-key",
                                "k1")
                        .build());

        String problems = String.join("\n", failure.problems());
        assertThat(problems)
                .contains(CONNECTIONS + "acme.values.ulr: there is no such input: did you mean \"url\"?")
                .contains("set the property " + CONNECTIONS + "acme.values.url")
                .contains("set the property " + CONNECTIONS + "acme.secrets.api-key, or add a SecretSource that has it")
                .contains(CONNECTIONS + "beta.strategy: the strategy \"tokn\" is unknown: use one of ")
                .contains(CONNECTIONS + "gamma.values.api-key: it is a secret: set the property " + CONNECTIONS
                        + "gamma.secrets.api-key")
                .doesNotContain("value(\"");
    }

    @Test
    void aMissingSecretOfAWebhookNamesItsProperty() {
        try (ConfiguredConnectors connectors = of(
                        CONNECTIONS + "acme.connector", "shop",
                        CONNECTIONS + "acme.values.url", "https://shop.example.com",
                        CONNECTIONS + "acme.secrets.api-key", "k1")
                .build()) {
            assertThatThrownBy(() -> connectors.on("order-paid", event -> {}))
                    .hasMessageContaining(
                            "connectors.connections.acme: /webhooks/order-paid/verify/0/secrets/0: the secret"
                                    + " \"signing\" is missing: set the property"
                                    + " connectors.connections.acme.secrets.signing");
        }
    }

    @Test
    void invalidPropertiesOfTheApplicationAreReportedTogether() {
        assertThatThrownBy(() -> of(
                                "connectors.conections.shop.base-url",
                                "https://api.example.com",
                                "connectors.auto-startup",
                                "maybe",
                                "connectors.shutdown-timeout",
                                "soon",
                                "connectors.webhooks.base-pth",
                                "/x",
                                "connectors.store.type",
                                "jdbc",
                                "connectors.polling.clustered",
                                "true",
                                "connectors..x",
                                "1",
                                CONNECTIONS + "acme.base-url",
                                "htp://api.example.com",
                                CONNECTIONS + "acme.response-timeout",
                                "soon",
                                CONNECTIONS + "beta.connector",
                                "shop",
                                "connectors.documents",
                                "classpath:configuration/")
                        .build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContainingAll(
                        "connectors.conections: unknown member",
                        "connectors.auto-startup: ",
                        CONNECTIONS + "acme.base-url: ",
                        CONNECTIONS + "acme.response-timeout: ",
                        "connectors.shutdown-timeout: ",
                        "connectors.webhooks.base-pth: unknown member; did you mean \"base-path\"?",
                        "connectors.store.type: \"jdbc\" is for Spring Boot only",
                        "connectors.polling: it is a property for Spring Boot only",
                        "connectors..x: it is no name of a property");
    }

    @Test
    void invalidDocumentsAreReportedTogether() throws Exception {
        Path folder = Files.createDirectory(directory.resolve("broken"));
        Files.writeString(folder.resolve("a.connector.yaml"), "connector: 1\nid: a\nversion: 1.0.0\ntitel: A\n");
        Files.writeString(folder.resolve("b.connector.yaml"), "connector: 1\nid: b\nversion: [");

        assertThatThrownBy(() -> of(
                                "connectors.documents",
                                folder + ",jdbc:,classpath:none.connector.yaml,/does/not/exist/",
                                CONNECTIONS + "a.connector",
                                "a",
                                CONNECTIONS + "b.base-url",
                                "nonsense")
                        .build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContainingAll(
                        "a.connector.yaml: /titel (line 4, column 1): unknown member",
                        "b.connector.yaml: ",
                        "connectors.documents: \"jdbc:\" is read with Spring Boot only",
                        "connectors.documents: \"classpath:none.connector.yaml\" does not exist",
                        "connectors.documents: \"/does/not/exist/\" does not exist",
                        "connectors.connections.b.base-url: ")
                .hasMessageNotContaining("connections.a.");
    }

    @Test
    void unknownNamesOfHandlersAndConnectionsAreReported() {
        try (ConfiguredConnectors connectors = shop().build()) {
            assertThatThrownBy(() -> connectors.on("updated-order", event -> {}))
                    .hasMessageContaining("no connection has a trigger or webhook \"updated-order\": did you mean"
                            + " \"updated-orders\"?");
            assertThatThrownBy(() -> connectors.on("acme/x", event -> {}))
                    .hasMessageContaining("the connection \"acme\" has no trigger or webhook \"x\"; there are"
                            + " [order-paid, updated-orders]");
            assertThatThrownBy(() -> connectors.on("acne/order-paid", event -> {}))
                    .hasMessageContaining("there is no connection \"acne\": did you mean \"acme\"?");
            assertThatThrownBy(() -> connectors.connection("other")).hasMessageContaining("connectors.connections");
        }
    }
}
