package io.httpconnector.micronaut;

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
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import io.micronaut.inject.qualifiers.Qualifiers;
import io.micronaut.runtime.server.EmbeddedServer;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the beans and the endpoint with Micronaut's server. */
class MicronautTest {

    private static final String PREFIX = "connectors.connections.acme.";

    @TempDir
    private Path directory;

    private final MockService service = MockService.start()
            .on("GET", "/me", MockResponse.json("{}"))
            .on("GET", "/orders", MockResponse.json("{\"orders\":[{\"id\":7,\"status\":\"new\"}]}"));

    @AfterEach
    void close() {
        service.close();
    }

    /** Uses connections. */
    @Singleton
    @Requires(property = "test.shop")
    record Shop(
            @Named("acme") HttpConnection connection,
            @Named("acme") Connector connector) {}

    /** Handles a trigger. */
    @Singleton
    @ConnectorTrigger("updated-orders")
    @Requires(property = "test.shop")
    static final class Updated implements EventHandler {

        final List<String> events = new CopyOnWriteArrayList<>();

        @Override
        public void handle(TriggerEvent event) {
            events.add("polled " + event.payload().path("id"));
        }
    }

    /** Creates a handler and code. */
    @Factory
    @Requires(property = "test.shop")
    static final class Beans {

        @Singleton
        @ConnectorTrigger("acme/order-paid")
        EventHandler paid(Updated updated) {
            return event -> updated.events.add("paid " + event.payload());
        }

        @Singleton
        @ConnectorTrigger("acme/pinged")
        EventHandler pinged(Updated updated) {
            return event ->
                    updated.events.add("pinged " + event.parent().path("body").asText());
        }

        @Singleton
        ConnectorCustomizer header() {
            return (connection, context) -> context.connection(builder -> builder.header("X-Connection", connection));
        }

        @Singleton
        WebhookSubscription pushes(@Named("acme") HttpConnection connection) {
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

        @Singleton
        StateStore state() {
            return StateStore.inMemory();
        }
    }

    private Map<String, Object> properties(Object... more) {
        Map<String, Object> properties = new LinkedHashMap<>(Map.of(
                "micronaut.server.port",
                -1,
                "connectors.store.directory",
                directory.toString(),
                "connectors.documents",
                List.of("classpath:connectors/"),
                PREFIX + "connector",
                "shop",
                PREFIX + "values.url",
                service.baseUrl(),
                PREFIX + "secrets.token",
                "t1",
                PREFIX + "secrets.signing",
                "s3cret",
                PREFIX + "rate-limit.requests",
                100,
                PREFIX + "rate-limit.period",
                "1s",
                PREFIX + "cookies",
                true));
        for (int i = 0; i < more.length; i += 2) {
            properties.put(String.valueOf(more[i]), more[i + 1]);
        }
        return properties;
    }

    private static HttpResponse<String> send(EmbeddedServer server, String path, String type, String body)
            throws Exception {
        return send(server, path, "POST", body, "Content-Type", type);
    }

    private static HttpResponse<String> send(
            EmbeddedServer server, String path, String method, String body, String... headers) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec("s3cret".getBytes(UTF_8), "HmacSHA256"));
        String signature = HexFormat.of().formatHex(mac.doFinal(body.getBytes(UTF_8)));
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(server.getURL() + path))
                                .method(method, HttpRequest.BodyPublishers.ofString(body))
                                .headers(headers)
                                .header("X-Signature", signature)
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void connectionsAndHandlersAreBeans() throws Exception {
        ConfiguredConnectors connectors;
        try (ApplicationContext context = ApplicationContext.run(properties("test.shop", "true"));
                EmbeddedServer server = context.getBean(EmbeddedServer.class).start()) {
            Shop shop = context.getBean(Shop.class);
            connectors = context.getBean(ConfiguredConnectors.class);
            List<String> events = context.getBean(Updated.class).events;

            assertThat(shop.connector().connection()).isSameAs(shop.connection());
            shop.connection().send(Request.get("/me"));
            Await.until(() -> events.size() == 1);
            String multipart = "--x\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n3\r\n--x--\r\n";
            List<Integer> statuses = List.of(
                    send(server, "/hooks/acme/order-paid", "application/json", "{\"id\": 1}")
                            .statusCode(),
                    send(server, "/hooks/acme/order-paid", "application/x-www-form-urlencoded", "id=2&note=a+b")
                            .statusCode(),
                    send(server, "/hooks/acme/order-paid", "multipart/form-data; boundary=x", multipart)
                            .statusCode(),
                    send(server, "/hooks/acme/other", "application/json", "{}").statusCode());

            assertThat(statuses).containsExactly(200, 200, 200, 404);
            assertThat(events)
                    .containsExactly(
                            "polled 7",
                            "paid {\"id\":1}",
                            "paid {\"id\":\"2\",\"note\":\"a b\"}",
                            "paid {\"id\":\"3\"}");
            assertThat(service.requests().get(0).headers())
                    .containsEntry("authorization", "Bearer t1")
                    .containsEntry("x-connection", "acme");
        }
        assertThat(connectors.connector("acme").isClosed()).isTrue();
    }

    /** Notifications without a body, such as those of Google, and clients that accept no JSON. */
    @ParameterizedTest
    @CsvSource({
        "POST, '', text/plain",
        "POST, {}, text/html",
        "PUT, {}, application/vnd.github+json",
        "PATCH, {}, application/xml",
        "DELETE, '', image/png"
    })
    void requestsOfAllKindsReachTheReceiver(String method, String body, String accepted) throws Exception {
        try (ApplicationContext context = ApplicationContext.run(properties("test.shop", "true"));
                EmbeddedServer server = context.getBean(EmbeddedServer.class).start()) {
            HttpResponse<String> response = send(server, "/hooks/acme/pinged", method, body, "Accept", accepted);

            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            assertThat(context.getBean(Updated.class).events).contains("pinged " + body);
        }
    }

    @Test
    void subscriptionsAreBeans() {
        service.on("POST", "/hooks", MockResponse.json("{\"id\":\"h1\"}"));
        try (ApplicationContext context = ApplicationContext.run(properties("test.shop", "true"))) {
            WebhookSubscription subscription = context.getBean(WebhookSubscription.class);

            Await.until(() -> subscription.status().state() == SubscriptionState.ACTIVE);
        }
    }

    @Test
    void forgedRequestsAreRejected() throws Exception {
        try (ApplicationContext context =
                        ApplicationContext.run(properties("test.shop", "true", PREFIX + "secrets.signing", "other"));
                EmbeddedServer server = context.getBean(EmbeddedServer.class).start()) {
            HttpResponse<String> response = send(server, "/hooks/acme/order-paid", "application/json", "{\"id\":1}");

            assertThat(response.statusCode()).isEqualTo(401);
            assertThat(context.getBean(Updated.class).events).noneMatch(event -> event.startsWith("paid"));
        }
    }

    @Test
    void invalidPropertiesAreReported() {
        assertThatThrownBy(() -> ApplicationContext.run(
                        properties(PREFIX + "bse-url", "x", PREFIX + "secrets.tokn", "x", "connectors.store.typ", "x")))
                .hasStackTraceContaining("connectors.store.typ: unknown member; did you mean \"type\"?");
        assertThatThrownBy(() -> ApplicationContext.run(properties(PREFIX + "secrets.tokn", "x")))
                .hasStackTraceContaining(
                        "connectors.connections.acme.secrets.tokn: there is no such secret: did you mean \"token\"?");
    }

    @Test
    void eachConnectionIsABean() {
        try (ApplicationContext context = ApplicationContext.run(
                properties("connectors.connections.other-shop.base-url", "https://api.example.com"))) {
            assertThat(context.getBean(HttpConnection.class, Qualifiers.byName("other-shop"))
                            .baseUrl())
                    .isEqualTo("https://api.example.com");
        }
    }
}
