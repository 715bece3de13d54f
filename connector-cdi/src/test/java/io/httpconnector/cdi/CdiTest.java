package io.httpconnector.cdi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.configuration.ConfiguredConnectors;
import io.httpconnector.definition.configuration.ConnectorCustomizer;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.Await;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the beans with Weld, the reference implementation of CDI, without MicroProfile Config. */
class CdiTest {

    private static final String PREFIX = "connectors.connections.acme.";

    private static MockService service;
    private static Path directory;

    private final SeContainerInitializer container = SeContainerInitializer.newInstance();

    @BeforeEach
    void start(@TempDir Path stores) {
        start(stores, MockService.start());
    }

    private static void start(Path stores, MockService shop) {
        directory = stores;
        service = shop.on("GET", "/me", MockResponse.json("{}"))
                .on("GET", "/orders", MockResponse.json("{\"orders\":[{\"id\":7,\"status\":\"new\"}]}"));
    }

    @AfterEach
    void close() {
        service.close();
    }

    /** Uses connections. */
    @ApplicationScoped
    static class Shop {

        @Inject
        @ConnectionName("acme")
        HttpConnection connection;

        @Inject
        @ConnectionName("acme")
        Connector connector;

        void use() {
            assertThat(connector.connection()).isSameAs(connection);
            connection.send(Request.get("/me"));
        }
    }

    /** A misspelt name. */
    @ApplicationScoped
    static class Misspelt {

        @Inject
        @ConnectionName("acne")
        HttpConnection connection;

        HttpConnection connection() {
            return connection;
        }
    }

    /** What was handled. */
    @ApplicationScoped
    static class Events {

        private final List<String> all = new CopyOnWriteArrayList<>();

        List<String> all() {
            return all;
        }
    }

    /** Handles a trigger. */
    @ApplicationScoped
    @ConnectorTrigger("updated-orders")
    static class Updated implements EventHandler {

        @Inject
        Events events;

        @Override
        public void handle(TriggerEvent event) {
            events.all().add("polled " + event.payload().path("id"));
        }
    }

    /** Produces a handler and code. */
    @ApplicationScoped
    static class Producers {

        @Produces
        @Singleton
        @ConnectorTrigger("acme/order-paid")
        EventHandler paid(Events events) {
            return event -> events.all().add("paid " + event.payload().path("order"));
        }

        @Produces
        @Singleton
        ConnectorCustomizer header() {
            return (connection, context) -> context.connection(builder -> builder.header("X-Connection", connection));
        }

        @Produces
        @Singleton
        StateStore state() {
            return StateStore.inMemory();
        }
    }

    /** The properties of the test. */
    @ApplicationScoped
    static class Properties implements ConnectorProperties {

        @Override
        public Map<String, ?> properties() {
            return CdiTest.properties();
        }
    }

    private static Map<String, String> properties() {
        return Map.of(
                "connectors.store.directory",
                directory.toString(),
                PREFIX + "connector",
                "shop",
                PREFIX + "values.url",
                service.baseUrl(),
                PREFIX + "secrets.token",
                "t1",
                PREFIX + "secrets.signing",
                "s3cret");
    }

    private static WebhookRequest signed(String body) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec("s3cret".getBytes(UTF_8), "HmacSHA256"));
        String signature = HexFormat.of().formatHex(mac.doFinal(body.getBytes(UTF_8)));
        return WebhookRequest.of(
                "POST",
                "/hooks/acme/order-paid",
                null,
                Map.of("X-Signature", List.of(signature)),
                body.getBytes(UTF_8));
    }

    @Test
    void connectionsAndHandlersAreBeans() throws Exception {
        ConfiguredConnectors connectors;
        try (SeContainer beans = container
                .addBeanClasses(Shop.class, Events.class, Updated.class, Producers.class, Properties.class)
                .initialize()) {
            beans.select(Shop.class).get().use();
            connectors = beans.select(ConfiguredConnectors.class).get();
            List<String> events = beans.select(Events.class).get().all();
            Await.until(() -> events.size() == 1);

            assertThat(connectors
                            .webhooks()
                            .receive(signed("{\"id\":1,\"order\":7}"))
                            .status())
                    .isEqualTo(200);

            assertThat(events).containsExactly("polled 7", "paid 7");
            assertThat(service.requests())
                    .allSatisfy(request -> assertThat(request.headers())
                            .containsEntry("authorization", "Bearer t1")
                            .containsEntry("x-connection", "acme"));
        }
        assertThat(connectors.connector("acme").isClosed()).isTrue();
    }

    /** Produces a subscription. */
    @ApplicationScoped
    static class Subscriptions {

        @Produces
        @Singleton
        WebhookSubscription pushes(@ConnectionName("acme") HttpConnection connection) {
            return WebhookSubscription.named("acme-pushes")
                    .connection(connection)
                    .url(URI.create("https://app.example.com/pushes"))
                    .create(RequestTemplate.named("Create")
                            .post("/hooks")
                            .json("{\"url\": \"{{webhook.url}}\"}")
                            .build())
                    .id("/id")
                    .build();
        }
    }

    @Test
    void subscriptionsAreBeans() {
        service.on("POST", "/hooks", MockResponse.json("{\"id\":\"h1\"}"));
        try (SeContainer beans =
                container.addBeanClasses(Subscriptions.class, Properties.class).initialize()) {
            WebhookSubscription subscription =
                    beans.select(WebhookSubscription.class).get();

            Await.until(() -> subscription.status().state() == SubscriptionState.ACTIVE);
        }
        assertThat(service.requests()).hasSize(1);
    }

    @Test
    void systemPropertiesAreTheDefault() {
        properties().forEach(System::setProperty);
        try (SeContainer beans = container.addBeanClasses(Shop.class).initialize()) {
            beans.select(Shop.class).get().use();

            assertThat(service.requests()).hasSize(1);
        } finally {
            properties().keySet().forEach(System::clearProperty);
        }
    }

    /** A handler that exists in requests only. */
    @RequestScoped
    @ConnectorTrigger("updated-orders")
    static class PerRequest implements EventHandler {

        @Override
        public void handle(TriggerEvent event) {}
    }

    @Test
    void handlersThatExistInRequestsOnlyAreReported() {
        assertThatThrownBy(() -> container
                        .addBeanClasses(PerRequest.class, Properties.class)
                        .initialize()
                        .close())
                .hasStackTraceContaining(
                        "PerRequest has the scope RequestScoped, but events are handled outside of requests");
    }

    /** A handler of a trigger that does not exist. */
    @ApplicationScoped
    @ConnectorTrigger("updated-ordrs")
    static class OfUnknown implements EventHandler {

        @Override
        public void handle(TriggerEvent event) {}
    }

    /** In development, the corrected application starts in the same process. */
    @Test
    void failedStartReleasesTheStores() {
        assertThatThrownBy(() -> container
                        .addBeanClasses(OfUnknown.class, Properties.class)
                        .initialize()
                        .close())
                .hasStackTraceContaining("updated-orders");
        try (SeContainer beans = SeContainerInitializer.newInstance()
                .disableDiscovery()
                .addBeanClasses(
                        Shop.class,
                        Properties.class,
                        Events.class,
                        Updated.class,
                        Producers.class,
                        ConnectorLifecycle.class,
                        ConnectorProducer.class)
                .initialize()) {
            List<String> events = beans.select(Events.class).get().all();

            Await.until(() -> events.contains("polled 7"));
        }
    }

    @Test
    void unknownNamesAreReported() {
        try (SeContainer beans =
                container.addBeanClasses(Misspelt.class, Properties.class).initialize()) {
            assertThatThrownBy(() -> beans.select(Misspelt.class).get().connection())
                    .hasStackTraceContaining("there is no connection \"acne\": did you mean \"acme\"?");
        }
    }
}
