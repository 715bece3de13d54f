package io.httpconnector.spring.autoconfigure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.definition.registry.ConnectorInstance;
import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.definition.registry.InstanceSettings;
import io.httpconnector.definition.registry.StoredSecrets;
import io.httpconnector.spring.ConnectorDocumentSource;
import io.httpconnector.spring.ConnectorSubscriptions;
import io.httpconnector.spring.ConnectorTrigger;
import io.httpconnector.spring.ConnectorTriggers;
import io.httpconnector.testing.Await;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookSigner;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Tests customers that are added at run time. */
class RegistryTest {

    private static final String KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

    private final ApplicationContextRunner withoutSecrets = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ConnectorsAutoConfiguration.class,
                    StoreAutoConfiguration.class,
                    RegistryAutoConfiguration.class,
                    TriggerAutoConfiguration.class))
            .withBean(Orders.class)
            .withBean(
                    ConnectorWebhooks.class,
                    () -> new ConnectorWebhooks("", new ConnectorsProperties.Webhooks("/hooks", null, false)))
            .withPropertyValues("connectors.registry.enabled=true");
    private final ApplicationContextRunner application =
            withoutSecrets.withBean(SecretSource.class, () -> reference -> Secret.of("s3cret"));

    /** Handles the events of all customers. */
    static class Orders {

        static final List<String> HANDLED = new CopyOnWriteArrayList<>();

        @ConnectorTrigger("updated-orders")
        void updated(TriggerEvent event, Connector connector) {
            HANDLED.add(connector.tenant() + " " + event.key());
        }

        @ConnectorTrigger("order-paid")
        void paid(Map<String, String> payload, Connector connector) {
            HANDLED.add(connector.tenant() + " paid " + payload.get("event"));
        }
    }

    private static WebhookRequest paid(String path) throws Exception {
        byte[] body = "{\"event\":\"e1\"}".getBytes(UTF_8);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec("s3cret".getBytes(UTF_8), "HmacSHA256"));
        return WebhookRequest.of(
                "POST",
                path,
                null,
                Map.of(
                        "Content-Type", List.of("application/json"),
                        "X-Signature", List.of(HexFormat.of().formatHex(mac.doFinal(body)))),
                body);
    }

    /** Such a customer would have the state and tokens of the connection. */
    @Test
    void theNameOfAConnectionIsNoCustomer(@TempDir Path directory) {
        try (MockService service = MockService.start()) {
            service.on("GET", "/orders", MockResponse.json("{\"orders\": []}"));
            application
                    .withPropertyValues(
                            "connectors.store.directory=" + directory,
                            "connectors.connections.shop.connector=shop",
                            "connectors.connections.shop.values.url=" + service.baseUrl(),
                            "connectors.connections.shop.secrets.api-key=k1")
                    .run(context -> {
                        ConnectorRegistry registry = context.getBean(ConnectorRegistry.class);
                        InstanceSettings settings = InstanceSettings.of(Map.of("url", service.baseUrl()));

                        assertThatThrownBy(() -> registry.add("shop", "shop", settings))
                                .isInstanceOf(InvalidDefinitionException.class)
                                .hasMessageContaining("\"shop\" is the tenant of a connection of the application");
                        assertThat(registry.instances()).isEmpty();
                        assertThat(registry.add("acme", "shop", settings).tenant())
                                .isEqualTo("acme");
                    });
        }
    }

    private static void addCustomers(ApplicationContextRunner application) {
        Orders.HANDLED.clear();
        try (MockService service = MockService.start()) {
            service.on("GET", "/orders", MockResponse.json("{\"orders\": [{\"id\": 1, \"updated\": \"1\"}]}"));
            application.run(context -> {
                ConnectorRegistry registry = context.getBean(ConnectorRegistry.class);
                ConnectorInstance acme =
                        registry.add("acme", "shop", InstanceSettings.of(Map.of("url", service.baseUrl())));
                registry.add("globex", "shop", InstanceSettings.of(Map.of("url", service.baseUrl())));
                Await.until(() -> Orders.HANDLED.containsAll(List.of("acme 1", "globex 1")));

                String path = acme.webhookUrl("order-paid").orElseThrow().getPath();
                assertThat(path).startsWith("/hooks/");
                assertThat(context.getBean(ConnectorWebhooks.class)
                                .receive(paid(path))
                                .status())
                        .isEqualTo(200);
                Await.until(() -> Orders.HANDLED.contains("acme paid e1"));
            });
            Orders.HANDLED.clear();
            application.run(context -> assertThat(
                            context.getBean(ConnectorRegistry.class).instances())
                    .extracting(ConnectorInstance::tenant)
                    .containsExactly("acme", "globex"));
        }
    }

    @Test
    void customersAreKeptInTheDatabase() {
        JdbcConnectionPool database = JdbcConnectionPool.create("jdbc:h2:mem:registry;DB_CLOSE_DELAY=-1", "sa", "");
        ApplicationContextRunner jdbc = application.withBean(
                DataSource.class, () -> database, definition -> definition.setDestroyMethodName(""));
        try {
            addCustomers(jdbc.withPropertyValues("connectors.store.encryption-key=" + KEY));
            jdbc.run(context -> assertThat(context.getStartupFailure())
                    .hasStackTraceContaining("connectors.store.encryption-key: it is missing"));
        } finally {
            database.dispose();
        }
    }

    @Test
    void customersAreKeptInFiles(@TempDir Path directory) {
        addCustomers(application.withPropertyValues("connectors.store.directory=" + directory));
    }

    private static void addCustomerWithStoredSecret(ApplicationContextRunner application) {
        try (MockService service = MockService.start()) {
            service.on("GET", "/orders", MockResponse.json("{\"orders\": []}"));
            application.run(context -> {
                StoredSecrets secrets = StoredSecrets.in(context.getBean(TokenStore.class));
                secrets.put("acme", "shop", "apiKey", Secret.of("k9"));
                secrets.put("acme", "shop", "signing", Secret.of("s9"));
                context.getBean(ConnectorRegistry.class)
                        .add("acme", "shop", InstanceSettings.of(Map.of("url", service.baseUrl())));

                Await.until(() -> !service.requests().isEmpty());
                assertThat(service.requests().get(0).headers()).containsEntry("x-api-key", "k9");
            });
        }
    }

    @Test
    void secretsOfCustomersAreInTheTokenStore(@TempDir Path directory) {
        addCustomerWithStoredSecret(withoutSecrets.withPropertyValues("connectors.store.directory=" + directory));
        JdbcConnectionPool database = JdbcConnectionPool.create("jdbc:h2:mem:secrets;DB_CLOSE_DELAY=-1", "sa", "");
        try {
            addCustomerWithStoredSecret(withoutSecrets
                    .withBean(DataSource.class, () -> database, definition -> definition.setDestroyMethodName(""))
                    .withPropertyValues("connectors.store.encryption-key=" + KEY));
        } finally {
            database.dispose();
        }
    }

    private static final String CHAT = """
            connector: 1
            id: chat
            version: 1.0.0
            title: Chat
            inputs: [{name: team, label: Team}]
            connection: {baseUrl: "https://chat.example.com"}
            webhooks:
              message:
                verify: [{type: preset, name: github, secrets: [appSecret]}]
                id: {body: /id}
                tenant: {body: /team}
                tenantValue: "{{auth.team}}"
            """;

    /** Handles the events of all customers of one connector. */
    static class Messages {

        final List<String> handled = new CopyOnWriteArrayList<>();

        @ConnectorTrigger("chat/message")
        void on(TriggerEvent event, Connector connector) {
            handled.add(connector.tenant() + " " + event.payload().path("id").asText());
        }
    }

    @Test
    void aWebhookThatAllCustomersShareHasASecretOfTheApplication(@TempDir Path directory) {
        withoutSecrets
                .withConfiguration(AutoConfigurations.of(SubscriptionAutoConfiguration.class))
                .withBean(Messages.class)
                .withBean(ConnectorDocumentSource.class, () -> () -> Map.of("chat", CHAT))
                .withPropertyValues(
                        "connectors.store.directory=" + directory, "connectors.registry.secrets.chat.app-secret=s4")
                .run(context -> {
                    ConnectorRegistry registry = context.getBean(ConnectorRegistry.class);
                    registry.add("acme", "chat", InstanceSettings.of(Map.of("team", "T1")));
                    String path = registry.webhookUrls().get("chat/message").getPath();
                    assertThat(new ConnectorsEndpoint(
                                            context.getBean(ConnectorTriggers.class),
                                            context.getBean(ConnectorSubscriptions.class),
                                            registry)
                                    .list(null))
                            .containsEntry("webhookUrls", registry.webhookUrls());
                    WebhookRequest request = WebhookSigner.preset("github", Secret.of("s4"))
                            .sign(WebhookRequest.of(
                                    "POST",
                                    path,
                                    null,
                                    Map.of("Content-Type", List.of("application/json")),
                                    "{\"id\":\"m1\",\"team\":\"T1\"}".getBytes(UTF_8)));

                    assertThat(context.getBean(ConnectorWebhooks.class)
                                    .receive(request)
                                    .status())
                            .isEqualTo(200);
                    Await.until(() -> context.getBean(Messages.class).handled.contains("acme m1"));
                    assertThat(context.getBean(ConnectorsProperties.class).toString())
                            .doesNotContain("s4");
                });
    }
}
