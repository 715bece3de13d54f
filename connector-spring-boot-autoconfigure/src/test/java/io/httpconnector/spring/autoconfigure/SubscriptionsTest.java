package io.httpconnector.spring.autoconfigure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.micrometer.ConnectorMeter;
import io.httpconnector.spring.ConnectorSubscriptions;
import io.httpconnector.spring.ConnectorTrigger;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.Await;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.StoredWebhookSecrets;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookSigner;
import io.httpconnector.webhook.server.WebhookServlet;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

/** Tests webhook subscriptions in an application, with a service that sends an event while it creates a subscription. */
class SubscriptionsTest {

    private static final String DEFINITION = """
            {"create": {"name": "Create", "method": "POST", "url": "/hooks",
               "body": {"json": {"url": "{{webhook.url}}", "secret": "{{webhook.secret}}"}}},
             "id": "/id", "expiry": "/expires",
             "renew": {"name": "Renew", "method": "PATCH", "url": "/hooks/{{subscription.id}}", "body": {"json": {}}},
             "check": {"name": "Check", "method": "GET", "url": "/hooks/{{subscription.id}}"},
             "rotate": {"name": "Rotate", "method": "PATCH", "url": "/hooks/{{subscription.id}}",
               "body": {"json": {"secret": "{{webhook.secret}}"}}},
             "delete": {"name": "Delete", "method": "DELETE", "url": "/hooks/{{subscription.id}}"},
             "verify": [{"type": "preset", "name": "github", "secrets": ["current", "previous", "next"]}]}""";

    @TempDir
    Path directory;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<Integer> pings = new CopyOnWriteArrayList<>();
    private volatile int status = 200;
    /** A part of the URL that is registered at the service. */
    private int port;

    private HttpServer service;

    @BeforeEach
    void startService() throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.setExecutor(threads);
        service.createContext("/hooks", this::handle);
        service.start();
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
    }

    @AfterEach
    void stopService() {
        service.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String method = exchange.getRequestMethod();
        JsonNode body = JsonSupport.read(
                        ("[" + new String(exchange.getRequestBody().readAllBytes(), UTF_8) + "]").getBytes(UTF_8))
                .path(0);
        requests.add(method);
        if (method.equals("POST") && status == 200) {
            pings.add(ping(body.path("url").asText(), body.path("secret").asText()));
        }
        byte[] reply = ("{\"id\":\"h1\",\"expires\":\"" + Instant.now().plusSeconds(3600) + "\"}").getBytes(UTF_8);
        exchange.sendResponseHeaders(status, reply.length);
        exchange.getResponseBody().write(reply);
        exchange.close();
    }

    /** Sends an event with the secret of the subscription that is being created. */
    private static int ping(String url, String secret) {
        WebhookRequest signed = WebhookSigner.preset("github", Secret.of(secret))
                .sign(WebhookRequest.of("POST", "/", "", Map.of(), "{}".getBytes(UTF_8)));
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .header("Content-Type", "application/json");
        signed.headers().forEach((name, values) -> {
            if (name.startsWith("x-")) {
                request.header(name, values.get(0));
            }
        });
        try {
            return HttpClient.newHttpClient()
                    .send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    /** An application with a subscription of its own. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        HttpConnection github(@Value("${service.url}") String url) {
            return HttpConnection.named("github")
                    .baseUrl(url)
                    .retry(RetryPolicy.none())
                    .build();
        }

        @Bean
        WebhookSubscription pushes(
                HttpConnection github, StateStore state, TokenStore tokens, @Value("${server.port}") int port) {
            return WebhookSubscription.named("acme-pushes")
                    .definition(JsonSupport.parse(DEFINITION))
                    .connection(github)
                    .url(URI.create("http://localhost:" + port + "/pushes"))
                    .store(state)
                    .secrets(StoredWebhookSecrets.in(tokens, "acme", "pushes"))
                    .build();
        }

        @Bean
        WebhookReceiver receiver(WebhookSubscription pushes) {
            return WebhookReceiver.named("acme-pushes")
                    .subscription(pushes)
                    .handler(event -> {})
                    .build();
        }

        @Bean
        ServletRegistrationBean<WebhookServlet> pushesServlet(WebhookReceiver receiver) {
            return new ServletRegistrationBean<>(WebhookServlet.of(receiver), "/pushes");
        }

        @Bean
        SecurityFilterChain security(HttpSecurity http) throws Exception {
            return http.authorizeHttpRequests(all -> all.anyRequest().permitAll())
                    .csrf(csrf -> csrf.disable())
                    .build();
        }
    }

    /** A second subscription with the same name, by mistake. */
    @Configuration(proxyBeanMethods = false)
    static class Duplicate {

        @Bean
        WebhookSubscription again(HttpConnection github) {
            return WebhookSubscription.named("acme-pushes")
                    .definition(JsonSupport.parse(DEFINITION))
                    .connection(github)
                    .url(URI.create("http://localhost/other"))
                    .build();
        }
    }

    private ConfigurableApplicationContext start(String... more) {
        return start(new SpringApplicationBuilder(Application.class), more);
    }

    private ConfigurableApplicationContext start(SpringApplicationBuilder application, String... more) {
        return application
                .properties(
                        "spring.main.banner-mode=off",
                        "server.port=" + port,
                        "service.url=http://localhost:" + service.getAddress().getPort(),
                        "spring.datasource.url=jdbc:h2:file:" + directory.resolve("db"),
                        "connectors.store.encryption-key=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
                        "management.endpoints.web.exposure.include=*",
                        "management.endpoint.health.show-details=always")
                .properties(more)
                .run();
    }

    private static SubscriptionState state(ConfigurableApplicationContext context) {
        return context.getBean(ConnectorSubscriptions.class)
                .status("acme-pushes")
                .orElseThrow()
                .state();
    }

    private static String operate(ConfigurableApplicationContext context, String path, String method, String body)
            throws Exception {
        String port = context.getEnvironment().getProperty("local.server.port");
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                                .method(method, HttpRequest.BodyPublishers.ofString(body))
                                .header("Content-Type", "application/json")
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void subscriptionIsRegisteredWhenTheWebServerRunsAndKeptForTheNextStart() throws Exception {
        for (int i = 0; i < 2; i++) {
            try (ConfigurableApplicationContext context = start()) {
                Await.until(() -> state(context) == SubscriptionState.ACTIVE);
                assertThat(context.getBean(MeterRegistry.class)
                                .get(ConnectorMeter.SUBSCRIPTION_STATE.meterName())
                                .tag("state", "active")
                                .tag("messaging.destination.name", "acme-pushes")
                                .gauge()
                                .value())
                        .isEqualTo(1);
            }
        }

        assertThat(pings).containsExactly(200);
        assertThat(requests).containsOnlyOnce("POST").doesNotContain("DELETE");
    }

    @Test
    void subscriptionIsDeletedOnShutdownOnRequest() throws Exception {
        try (ConfigurableApplicationContext context = start("connectors.subscriptions.delete-on-shutdown=true")) {
            Await.until(() -> state(context) == SubscriptionState.ACTIVE);
        }

        assertThat(requests).containsExactly("POST", "DELETE");
    }

    @Test
    void subscriptionIsNotRegisteredWithoutAutomaticStart() throws Exception {
        try (ConfigurableApplicationContext context = start("connectors.auto-startup=false")) {
            assertThat(state(context)).isEqualTo(SubscriptionState.NOT_REGISTERED);
        }
        assertThat(requests).isEmpty();
    }

    @Test
    void actuatorShowsAndControlsSubscriptions() throws Exception {
        try (ConfigurableApplicationContext context = start()) {
            Await.until(() -> state(context) == SubscriptionState.ACTIVE);
            String path = "/actuator/connectors/subscriptions/acme-pushes";

            assertThat(operate(context, "/actuator/connectors", "GET", ""))
                    .contains("\"id\":\"acme-pushes\",\"state\":\"active\",\"idAtService\":\"h1\"");
            assertThat(operate(context, path, "GET", "")).contains("\"state\":\"active\"");
            assertThat(operate(context, path, "POST", "{\"action\":\"renew\"}"))
                    .contains("\"subscription\":{\"id\":\"acme-pushes\"")
                    .contains("\"lastRenewal\"");
            assertThat(operate(context, path, "POST", "{\"action\":\"check\"}")).contains("\"state\":\"active\"");
            assertThat(operate(context, path, "POST", "{\"action\":\"rotate\"}"))
                    .contains("\"state\":\"active\"");
            assertThat(requests).contains("PATCH", "GET");
            assertThat(operate(context, path, "POST", "{\"action\":\"poll\"}")).contains("\"status\":400");
            assertThat(operate(context, path + "x", "POST", "{\"action\":\"renew\"}"))
                    .contains("\"status\":400");
            assertThat(operate(context, "/actuator/health/subscriptions", "GET", ""))
                    .contains("\"status\":\"UP\"")
                    .contains("\"state\":\"active\"");

            status = 401;
            assertThat(operate(context, path, "POST", "{\"action\":\"renew\"}"))
                    .contains("\"state\":\"authorization_needed\"");
            assertThat(operate(context, "/actuator/health/subscriptions", "GET", ""))
                    .contains("\"status\":\"DEGRADED\"")
                    .contains("a user must authorize the connection again")
                    .contains("1 failures in a row: renew: ");
            assertThat(JsonSupport.parse(operate(context, "/actuator/health", "GET", ""))
                            .path("status")
                            .asText())
                    .isEqualTo("UP");
        }
    }

    @Test
    void healthIsDownWithoutASubscription() throws Exception {
        status = 401;
        try (ConfigurableApplicationContext context = start()) {
            Await.until(() -> state(context) == SubscriptionState.AUTHORIZATION_NEEDED);

            assertThat(operate(context, "/actuator/health/subscriptions", "GET", ""))
                    .contains("\"status\":\"DOWN\"");
        }
    }

    /** An application that handles a webhook whose document has a subscription. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Handlers {

        final List<String> handled = new CopyOnWriteArrayList<>();

        @ConnectorTrigger("pushed")
        void on(TriggerEvent event) {
            handled.add(event.trigger());
        }
    }

    @Test
    void subscriptionsOfDocumentsAreRegistered() throws Exception {
        String[] properties = {
            "connectors.documents=classpath*:subscriptions/",
            "connectors.connections.acme.connector=code",
            "connectors.connections.acme.values.url=http://localhost:"
                    + service.getAddress().getPort(),
            "connectors.webhooks.public-url=http://localhost:" + port + "/hooks"
        };
        try (ConfigurableApplicationContext context = start(new SpringApplicationBuilder(Handlers.class), properties)) {
            ConnectorSubscriptions subscriptions = context.getBean(ConnectorSubscriptions.class);
            Await.until(() -> subscriptions.list().get("acme/pushed").state() == SubscriptionState.ACTIVE);

            assertThat(pings).containsExactly(200);
            assertThat(context.getBean(Handlers.class).handled).containsExactly("acme/code/pushed");
            assertThat(context.getBean(ConnectorsEndpoint.class).show("acme", "pushed"))
                    .containsEntry("kind", "webhook")
                    .extractingByKey("subscription")
                    .asString()
                    .contains("state=active");
            assertThat(subscriptions.renew("acme/pushed").lastRenewal()).isPresent();
            assertThat(context.getBean(MeterRegistry.class)
                            .get(ConnectorMeter.SUBSCRIPTION_RENEWALS.meterName())
                            .counter()
                            .count())
                    .isEqualTo(1);
        }
        try (ConfigurableApplicationContext context = start(new SpringApplicationBuilder(Handlers.class), properties)) {
            Await.until(() -> context.getBean(ConnectorSubscriptions.class)
                            .list()
                            .get("acme/pushed")
                            .state()
                    == SubscriptionState.ACTIVE);
        }
        assertThat(requests).containsOnlyOnce("POST").doesNotContain("DELETE");
    }

    @Test
    void subscriptionsOfDocumentsRequireThePublicUrl() {
        assertThatThrownBy(() -> start(
                        new SpringApplicationBuilder(Handlers.class),
                        "connectors.documents=classpath*:subscriptions/",
                        "connectors.connections.acme.connector=code",
                        "connectors.connections.acme.values.url=http://localhost:1"))
                .rootCause()
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(
                        "property connectors.webhooks.public-url: it is missing: the webhook acme/pushed");
    }

    @Test
    void twoSubscriptionsWithTheSameNameAreAnError() {
        assertThatThrownBy(() -> start(new SpringApplicationBuilder(Application.class, Duplicate.class)))
                .rootCause()
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("two have the name \"acme-pushes\"");
    }
}
