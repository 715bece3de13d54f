package io.httpconnector.spring.autoconfigure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.ConnectorException;
import io.httpconnector.spring.ConnectorTrigger;
import io.httpconnector.spring.ConnectorTriggers;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.Await;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.TriggerEvent;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

/** Tests webhooks in applications with all filters and resolvers that Spring Boot configures by default, and Spring Security. */
class WebhooksTest {

    /** An application that handles a webhook. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        final List<String> received = new CopyOnWriteArrayList<>();

        /** A payload, mapped by the mapper of the application. */
        record Paid(String event, String note) {}

        @ConnectorTrigger("order-paid")
        void on(Paid paid, TriggerEvent event) {
            received.add(paid.event() + ": " + paid.note());
        }

        @Bean
        StateStore state() {
            return StateStore.inMemory();
        }
    }

    private static ConfigurableApplicationContext start(String type, String... more) {
        return new SpringApplicationBuilder(Application.class)
                .initializers(new NettyServer())
                .properties(
                        "spring.main.banner-mode=off",
                        "spring.main.web-application-type=" + type,
                        "server.port=0",
                        "spring.datasource.url=jdbc:h2:mem:webhooks-" + type,
                        "connectors.connections.acme.connector=shop",
                        "connectors.connections.acme.values.url=https://shop.example.com",
                        "connectors.connections.acme.secrets.api-key=k1",
                        "connectors.connections.acme.secrets.signing=s3cret")
                .properties(more)
                .run();
    }

    private static HttpResponse<String> send(
            ConfigurableApplicationContext context,
            String path,
            String method,
            String contentType,
            String body,
            String... headers)
            throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec("s3cret".getBytes(UTF_8), "HmacSHA256"));
        String signature = HexFormat.of().formatHex(mac.doFinal(body.getBytes(UTF_8)));
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(
                        "http://localhost:" + context.getEnvironment().getProperty("local.server.port") + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .header("Content-Type", contentType)
                .header("X-Signature", signature);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"servlet", "reactive"})
    void bodiesArriveAsTheyWereSent(String type) throws Exception {
        try (ConfigurableApplicationContext context = start(type)) {
            String path = "/hooks/acme/order-paid";
            String multipart = """
                    --x\r
                    Content-Disposition: form-data; name="event"\r
                    \r
                    e3\r
                    --x\r
                    Content-Disposition: form-data; name="note"\r
                    \r
                    multipart\r
                    --x--\r
                    """;

            assertThat(send(context, path, "POST", "application/json", "{\"event\":\"e1\",\"note\":\"json\"}")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(send(context, path, "POST", "application/x-www-form-urlencoded", "event=e2&note=a+form")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(send(context, path, "POST", "multipart/form-data; boundary=x", multipart)
                            .statusCode())
                    .isEqualTo(200);
            assertThat(send(context, path, "PUT", "application/x-www-form-urlencoded", "event=e4&note=put")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(send(context, path + "/x", "POST", "application/json", "{}")
                            .statusCode())
                    .isIn(401, 403);

            assertThat(context.getBean(Application.class).received)
                    .containsExactly("e1: json", "e2: a form", "e3: multipart", "e4: put");
        }
    }

    @Test
    void webhooksDoNotDependOnThePathOfTheDispatcherServlet() throws Exception {
        try (ConfigurableApplicationContext context =
                start("servlet", "server.servlet.context-path=/shop", "spring.mvc.servlet.path=/api")) {
            String body = "{\"event\":\"e1\",\"note\":\"below /api\"}";

            assertThat(send(context, "/shop/hooks/acme/order-paid", "POST", "application/json", body)
                            .statusCode())
                    .isEqualTo(200);
            assertThat(send(context, "/shop/hooks/acme/unknown", "POST", "application/json", body)
                            .statusCode())
                    .isIn(401, 403, 404);
            assertThat(context.getBean(Application.class).received).containsExactly("e1: below /api");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"servlet", "reactive"})
    void theBasePathMayLackItsSlash(String type) throws Exception {
        try (ConfigurableApplicationContext context =
                start(type, "connectors.webhooks.base-path=hk/", "spring.mvc.servlet.path=/api")) {
            assertThat(send(context, "/hk/acme/order-paid", "POST", "application/json", "{\"event\":\"e1\"}")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(context.getBean(ConnectorTriggers.class).list().get(0).path())
                    .isEqualTo("/hk/acme/order-paid");
        }
    }

    /** The path of the application as the proxy before it has published it. */
    @ParameterizedTest
    @CsvSource({
        "servlet, framework, , /gw",
        "servlet, framework, /shop, /gw",
        "servlet, framework, /shop, /",
        "servlet, framework, , /shop/v2",
        "reactive, framework, , /gw",
        "reactive, framework, /shop, /gw",
        "reactive, native, , /gw",
        "reactive, native, /shop, /gw"
    })
    void webhooksArriveThroughAProxyThatRemovesAPrefix(String type, String strategy, String contextPath, String prefix)
            throws Exception {
        String application = contextPath == null ? "" : contextPath;
        try (ConfigurableApplicationContext context = start(
                type,
                "server.forward-headers-strategy=" + strategy,
                "server.servlet.context-path=" + application,
                "spring.webflux.base-path=" + application)) {
            String path = application + "/hooks/acme/order-paid";
            String body = "{\"event\":\"e1\",\"note\":\"" + prefix + "\"}";

            assertThat(send(context, path, "POST", "application/json", body, "X-Forwarded-Prefix", prefix)
                            .statusCode())
                    .isEqualTo(200);
            assertThat(context.getBean(Application.class).received).containsExactly("e1: " + prefix);
        }
    }

    /** Spring rejects such paths with an exception, if the dispatcher servlet has a path. */
    @ParameterizedTest
    @ValueSource(strings = {"//hooks/acme/order-paid", "/ho%6fks/acme/order-paid", "/hooks;a=1/acme/order-paid"})
    void otherSpellingsOfThePathAreNotFound(String path) throws Exception {
        try (ConfigurableApplicationContext context = start("servlet", "spring.mvc.servlet.path=/api")) {
            assertThat(send(context, path, "POST", "application/json", "{\"event\":\"e1\"}")
                            .statusCode())
                    .isIn(400, 404);
            assertThat(context.getBean(Application.class).received).isEmpty();
        }
    }

    @Test
    void webhooksAreBelowTheBasePathOfWebFlux() throws Exception {
        try (ConfigurableApplicationContext context = start("reactive", "spring.webflux.base-path=/api")) {
            String body = "{\"event\":\"e1\",\"note\":\"below /api\"}";

            assertThat(send(context, "/api/hooks/acme/order-paid", "POST", "application/json", body)
                            .statusCode())
                    .isEqualTo(200);
            assertThat(context.getBean(Application.class).received).containsExactly("e1: below /api");
            assertThat(context.getBean(ConnectorTriggers.class).list().get(0).path())
                    .isEqualTo("/api/hooks/acme/order-paid");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc", "file"})
    void theInboxStoresEvents(String store, @TempDir Path directory) throws Exception {
        try (ConfigurableApplicationContext context = start(
                "servlet",
                "connectors.webhooks.inbox=true",
                "connectors.store.type=" + store,
                "connectors.store.directory=" + directory,
                "connectors.webhooks.base-path=/events/",
                "server.servlet.context-path=/shop")) {
            assertThat(send(
                                    context,
                                    "/shop/events/acme/order-paid",
                                    "POST",
                                    "application/json",
                                    "{\"event\":\"e1\",\"note\":\"kept\"}")
                            .statusCode())
                    .isEqualTo(200);

            Await.until(() -> context.getBean(Application.class).received.contains("e1: kept"));
            assertThat(context.getBean(ConnectorTriggers.class).list().get(0).path())
                    .isEqualTo("/shop/events/acme/order-paid");
        }
    }

    @Test
    void actuatorShowsAndControlsTriggers() throws Exception {
        try (MockService service = MockService.start();
                ConfigurableApplicationContext context = new SpringApplicationBuilder(Polling.class)
                        .properties(
                                "spring.main.banner-mode=off",
                                "server.port=0",
                                "spring.datasource.url=jdbc:h2:mem:actuator",
                                "spring.security.user.name=ops",
                                "spring.security.user.password=secret",
                                "management.endpoints.web.exposure.include=*",
                                "management.endpoint.health.show-details=always",
                                "connectors.auto-startup=false",
                                "connectors.connections.acme.connector=shop",
                                "connectors.connections.acme.values.url=" + service.baseUrl(),
                                "connectors.connections.acme.secrets.api-key=k1")
                        .run()) {
            service.on("GET", "/orders", MockResponse.json("{\"orders\": [{\"id\": 1, \"updated\": \"1\"}]}"));
            String path = "/actuator/connectors/acme/updated-orders";

            assertThat(operate(context, path, "POST", "{\"action\":\"poll\"}")).contains("\"deadLetterCount\":1");
            assertThat(operate(context, path, "GET", ""))
                    .contains("the table is locked")
                    .contains("\"attempts\":1");
            context.getBean(Polling.class).isRepaired = true;
            assertThat(operate(context, path, "POST", "{\"action\":\"replay\"}"))
                    .contains("\"events\":1")
                    .contains("\"deadLetterCount\":0");
            assertThat(operate(context, path, "POST", "{\"action\":\"pause\"}")).contains("\"events\":0");
            assertThat(operate(context, "/actuator/connectors", "GET", "")).contains("\"id\":\"acme/updated-orders\"");
            assertThat(operate(context, "/actuator/info", "GET", ""))
                    .contains("\"acme\":{")
                    .contains("\"connector\":\"shop\"");
            service.on("GET", "/orders", MockResponse.status(400));
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(
                                () -> context.getBean(ConnectorTriggers.class).poll("acme/updated-orders"))
                        .isInstanceOf(ConnectorException.class);
            }
            assertThat(operate(context, "/actuator/health", "GET", ""))
                    .contains("\"status\":\"DOWN\"")
                    .contains("\"acme/updated-orders\":\"3 failed polls: ");
        }
    }

    /** An application whose handler fails until it is repaired. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Polling {

        volatile boolean isRepaired;

        @ConnectorTrigger("updated-orders")
        void on(TriggerEvent event) {
            if (!isRepaired) {
                throw new IllegalStateException("the table is locked");
            }
        }

        /** Without CSRF protection, which is for browsers. */
        @Bean
        SecurityFilterChain security(HttpSecurity http) throws Exception {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .httpBasic(basic -> {})
                    .csrf(csrf -> csrf.disable())
                    .build();
        }
    }

    private static String operate(ConfigurableApplicationContext context, String path, String method, String body)
            throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:"
                                        + context.getEnvironment().getProperty("local.server.port") + path))
                                .method(method, HttpRequest.BodyPublishers.ofString(body))
                                .header("Content-Type", "application/json")
                                .header(
                                        "Authorization",
                                        "Basic " + Base64.getEncoder().encodeToString("ops:secret".getBytes(UTF_8)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
