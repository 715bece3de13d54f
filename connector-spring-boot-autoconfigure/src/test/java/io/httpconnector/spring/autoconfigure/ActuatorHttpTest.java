package io.httpconnector.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.spring.ConnectorTrigger;
import io.httpconnector.spring.ConnectorTriggers;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.Await;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.TriggerEvent;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;

/** Sends requests to the endpoint {@code connectors} of a running application. */
class ActuatorHttpTest {

    private static final String TRIGGER = "/actuator/connectors/acme/updated-orders";

    private final MockService service = MockService.start();

    @BeforeEach
    void answer() {
        orders("");
    }

    private void orders(String records) {
        service.on("GET", "/orders", MockResponse.json("{\"orders\":[" + records + "]}"));
    }

    @AfterEach
    void close() {
        service.close();
    }

    /** An application that everyone may operate, as if a proxy protected it. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        final List<String> handled = new CopyOnWriteArrayList<>();
        volatile boolean isFailing;

        @ConnectorTrigger("updated-orders")
        void on(TriggerEvent event) {
            if (isFailing) {
                throw new IllegalStateException("no table");
            }
            handled.add(event.key());
        }

        @ConnectorTrigger("order-paid")
        void paid(TriggerEvent event) {
            handled.add(event.id());
        }

        @Bean
        StateStore state() {
            return StateStore.inMemory();
        }

        /** The security of Spring MVC. */
        @Configuration(proxyBeanMethods = false)
        @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
        static class Mvc {

            @Bean
            SecurityFilterChain security(HttpSecurity http) throws Exception {
                return http.authorizeHttpRequests(all -> all.anyRequest().permitAll())
                        .csrf(csrf -> csrf.disable())
                        .build();
            }
        }

        /** The security of WebFlux. */
        @Configuration(proxyBeanMethods = false)
        @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
        static class WebFlux {

            @Bean
            SecurityWebFilterChain security(ServerHttpSecurity http) {
                return http.authorizeExchange(all -> all.anyExchange().permitAll())
                        .csrf(csrf -> csrf.disable())
                        .build();
            }
        }
    }

    private ConfigurableApplicationContext start(String type, boolean hasManagementPort, String... more) {
        return new SpringApplicationBuilder(Application.class)
                .initializers(new NettyServer())
                .properties(
                        "spring.main.banner-mode=off",
                        "spring.main.web-application-type=" + type,
                        "server.port=0",
                        hasManagementPort ? "management.server.port=0" : "management.server.base-path=",
                        // The class path of the tests has two reactive web servers, for each of which Spring Boot 4 has
                        // a factory.
                        "spring.main.allow-bean-definition-overriding="
                                + (type.equals("reactive") && hasManagementPort),
                        "spring.datasource.url=jdbc:h2:mem:actuator-" + type + hasManagementPort,
                        "management.endpoints.web.exposure.include=connectors",
                        "connectors.connections.acme.connector=shop",
                        "connectors.connections.acme.values.url=" + service.baseUrl(),
                        "connectors.connections.acme.secrets.api-key=k1",
                        "connectors.connections.acme.secrets.signing=s3cret")
                .properties(more)
                .run();
    }

    /** Sends a request to the port of the management server. */
    private HttpResponse<String> send(ConfigurableApplicationContext context, String method, String path, String body)
            throws Exception {
        String port = context.getEnvironment()
                .getProperty("local.management.port", context.getEnvironment().getProperty("local.server.port", ""));
        return send(port, method, path, body);
    }

    private HttpResponse<String> send(String port, String method, String path, String body) throws Exception {
        // Without a kept connection: servers close it after a refused request whose body they did not read.
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                                .method(method, HttpRequest.BodyPublishers.ofString(body))
                                .header("Content-Type", "application/json")
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private String error(ConfigurableApplicationContext context, String path, String body) throws Exception {
        HttpResponse<String> response = send(context, "POST", path, body);
        assertThat(response.statusCode()).isEqualTo(400);
        return JsonSupport.read(response.body().getBytes(StandardCharsets.UTF_8))
                .path("message")
                .asText();
    }

    private static JsonNode read(HttpResponse<String> response) throws IOException {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JsonSupport.read(response.body().getBytes(StandardCharsets.UTF_8));
    }

    private JsonNode get(ConfigurableApplicationContext context, String path) throws Exception {
        return read(send(context, "GET", path, ""));
    }

    private JsonNode act(ConfigurableApplicationContext context, String body) throws Exception {
        return read(send(context, "POST", TRIGGER, body));
    }

    @ParameterizedTest
    @CsvSource({"servlet,false", "servlet,true", "reactive,false", "reactive,true"})
    void triggersAreListedAndOperated(String type, boolean hasManagementPort) throws Exception {
        try (ConfigurableApplicationContext context = start(type, hasManagementPort)) {
            Application application = context.getBean(Application.class);
            assertThat(get(context, "/actuator/connectors").at("/triggers").findValuesAsText("id"))
                    .containsExactly("acme/order-paid", "acme/updated-orders");
            assertThat(get(context, TRIGGER).path("kind").asText()).isEqualTo("polling");
            assertThat(get(context, "/actuator/connectors/acme/order-paid")
                            .path("path")
                            .asText())
                    .isEqualTo("/hooks/acme/order-paid");

            Await.until(
                    () -> context.getBean(ConnectorTriggers.class).list().get(1).lastSuccess() != null);
            orders("{\"id\":7,\"updated\":\"1\"}");
            assertThat(act(context, "{\"action\":\"poll\"}").path("events").asInt())
                    .isEqualTo(1);
            assertThat(application.handled).containsExactly("7");
            assertThat(act(context, "{\"action\":\"pause\"}")
                            .at("/trigger/state")
                            .asText())
                    .isEqualTo("paused");
            assertThat(act(context, "{\"action\":\"resume\"}")
                            .at("/trigger/state")
                            .asText())
                    .isNotEqualTo("paused");

            application.isFailing = true;
            orders("{\"id\":8,\"updated\":\"2\"}");
            act(context, "{\"action\":\"poll\"}");
            JsonNode letter = get(context, TRIGGER).at("/deadLetters/0");
            assertThat(letter.path("key").asText()).isEqualTo("8");
            assertThat(letter.path("error").asText()).contains("no table");
            application.isFailing = false;
            JsonNode replayed = act(
                    context,
                    "{\"action\":\"replay\",\"event\":\"" + letter.path("event").asText() + "\"}");
            assertThat(replayed.path("events").asInt()).isEqualTo(1);
            assertThat(replayed.at("/trigger/deadLetterCount").asInt(-1)).isZero();
            assertThat(application.handled).containsExactly("7", "8");
        }
    }

    @ParameterizedTest
    @CsvSource({"servlet,false", "servlet,true", "reactive,false"})
    void invalidRequestsAreRefused(String type, boolean hasManagementPort) throws Exception {
        try (ConfigurableApplicationContext context = start(type, hasManagementPort)) {
            assertThat(send(context, "GET", "/actuator/connectors/acme/updated-order", "")
                            .statusCode())
                    .isEqualTo(404);
            assertThat(send(context, "GET", "/actuator/connectors/acme/shop/updated-orders", "")
                            .statusCode())
                    .isEqualTo(404);
            assertThat(send(context, "GET", "/actuator/health", "").statusCode())
                    .as("not exposed")
                    .isEqualTo(404);
            assertThat(send(context, "DELETE", TRIGGER, "").statusCode()).isEqualTo(405);
            assertThat(send(context, "POST", "/actuator/connectors", "{}").statusCode())
                    .isEqualTo(405);
            assertThat(send(context, "POST", TRIGGER, "{\"action\":\"stop\"}").statusCode())
                    .isEqualTo(400);
            assertThat(send(context, "POST", TRIGGER, "{}").statusCode()).isEqualTo(400);
            assertThat(send(context, "POST", TRIGGER, "{\"action\":").statusCode())
                    .isEqualTo(400);
            assertThat(send(context, "POST", "/actuator/connectors/acme/order-paid", "{\"action\":\"poll\"}")
                            .statusCode())
                    .isEqualTo(400);
            assertThat(error(context, TRIGGER, "{\"action\":\"stop\"}"))
                    .contains("\"stop\" is unknown: use poll, pause");
            assertThat(error(context, TRIGGER, "{}")).contains("it is missing: use poll, pause");
            assertThat(error(context, TRIGGER, "{\"action\":\"discard\"}"))
                    .contains("discard needs the id of the event");
            assertThat(error(context, "/actuator/connectors/acme/updated-order", "{\"action\":\"poll\"}"))
                    .contains("did you mean \"acme/updated-orders\"?");
            assertThat(error(context, "/actuator/connectors/acme/shop/updated-orders", "{\"action\":\"poll\"}"))
                    .contains("there is no trigger");
            assertThat(error(context, TRIGGER, "{\"action\":\"renew\"}")).contains("is no webhook subscription");
            assertThat(context.getBean(Application.class).handled).isEmpty();
            if (hasManagementPort) {
                String application = context.getEnvironment().getProperty("local.server.port", "");
                assertThat(send(application, "GET", "/actuator/connectors", "").statusCode())
                        .isEqualTo(404);
            }
        }
    }

    @Test
    void accessCanBeReadOnly() throws Exception {
        for (String type : List.of("servlet", "reactive")) {
            try (ConfigurableApplicationContext context =
                    start(type, false, "management.endpoint.connectors.access=read-only")) {
                assertThat(get(context, TRIGGER).path("id").asText()).isEqualTo("acme/updated-orders");
                assertThat(send(context, "POST", TRIGGER, "{\"action\":\"poll\"}")
                                .statusCode())
                        .isEqualTo(405);
                assertThat(context.getBean(Application.class).handled).isEmpty();
            }
        }
    }

    @Test
    void theEndpointIsNotExposedByDefault() throws Exception {
        try (ConfigurableApplicationContext context =
                start("servlet", false, "management.endpoints.web.exposure.include=health")) {
            assertThat(send(context, "GET", "/actuator/connectors", "").statusCode())
                    .isEqualTo(404);
        }
    }
}
