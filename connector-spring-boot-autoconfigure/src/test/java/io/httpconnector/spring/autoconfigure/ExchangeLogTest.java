package io.httpconnector.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.log.ExchangeLog;
import io.httpconnector.log.ExchangeQuery;
import io.httpconnector.log.LoggedExchange;
import io.httpconnector.spring.ConnectorTrigger;
import io.httpconnector.spring.ConnectorTriggers;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.TriggerEvent;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

/** Tests the log of exchanges, and the endpoint that searches it. */
class ExchangeLogTest {

    private static final String SECRET = "k1-very-secret";

    /** An application whose handler sends a request, and whose endpoints are public. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @ConnectorTrigger("updated-orders")
        void on(TriggerEvent event, HttpConnection connection) {
            connection.send(Request.get("/orders/" + event.key()));
        }

        @Bean
        SecurityFilterChain security(HttpSecurity http) throws Exception {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                    .build();
        }
    }

    private static HttpResponse<String> get(ConfigurableApplicationContext context, String query) throws Exception {
        String url = "http://localhost:" + context.getEnvironment().getProperty("local.server.port")
                + "/actuator/connectorexchanges" + query;
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static List<String> requests(ConfigurableApplicationContext context, String query) throws Exception {
        JsonNode found = new ObjectMapper().readTree(get(context, query).body());
        return found.path("exchanges").findValuesAsText("request").stream()
                .map(request -> request.replaceAll("http://[^/]+", ""))
                .toList();
    }

    @Test
    void theEndpointSearchesTheLogInTheDatabase() throws Exception {
        try (MockService service = MockService.start();
                ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                        .properties(
                                "spring.main.banner-mode=off",
                                "server.port=0",
                                "spring.datasource.url=jdbc:h2:mem:exchanges",
                                "management.endpoints.web.exposure.include=*",
                                "connectors.auto-startup=false",
                                "connectors.exchange-log.enabled=true",
                                "connectors.exchange-log.type=jdbc",
                                "connectors.connections.acme.connector=shop",
                                "connectors.connections.acme.values.url=" + service.baseUrl(),
                                "connectors.connections.acme.secrets.api-key=" + SECRET)
                        .run()) {
            service.on("GET", "/orders", MockResponse.json("{\"orders\": [{\"id\": 1, \"updated\": \"1\"}]}"));
            service.on("GET", "/orders/1", MockResponse.json("{\"echo\":\"" + SECRET + "\"}"));
            HttpConnection connection = context.getBean("acme", HttpConnection.class);
            context.getBean(ConnectorTriggers.class).poll("acme/updated-orders");
            assertThatThrownBy(() -> connection.send(Request.get("/missing"))).isInstanceOf(ConnectorException.class);

            assertThat(requests(context, "")).containsExactly("GET /missing", "GET /orders/1", "GET /orders");
            assertThat(requests(context, "?trigger=acme/shop/updated-orders"))
                    .containsExactly("GET /orders/1", "GET /orders");
            assertThat(requests(context, "?status=4xx&connection=acme")).containsExactly("GET /missing");
            assertThat(requests(context, "?failed=true&limit=5")).containsExactly("GET /missing");
            assertThat(requests(context, "?status=200-299&limit=1")).containsExactly("GET /orders/1");
            assertThat(requests(context, "?to=2026-01-01T00:00:00Z")).isEmpty();
            String details = get(context, "?details=true").body();
            assertThat(details)
                    .contains("\"requestHeaders\":")
                    .contains("{\\\"echo\\\":\\\"***")
                    .doesNotContain(SECRET);
            assertThat(get(context, "?status=bad").statusCode()).isEqualTo(400);
            assertThat(get(context, "?status=bad").body())
                    .contains("\\\"bad\\\" is no status: use 404, 4xx or 400-599");
            assertThat(get(context, "?limit=0").statusCode()).isEqualTo(400);
        }
    }

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ConnectorsAutoConfiguration.class,
                    StoreAutoConfiguration.class,
                    ExchangeLogAutoConfiguration.class))
            .withPropertyValues("connectors.exchange-log.enabled=true");

    private static ApplicationContextRunner sending(ApplicationContextRunner application, MockService service) {
        service.on("GET", "/me", MockResponse.json("{}"));
        return application.withPropertyValues(
                "connectors.connections.shop.base-url=" + service.baseUrl(),
                "connectors.exchange-log.errors-only=true");
    }

    private static List<Integer> logged(ExchangeLog log) {
        return log.search(ExchangeQuery.latest(10)).stream()
                .map(LoggedExchange::exchange)
                .map(exchange -> exchange.status().orElse(0))
                .toList();
    }

    @Test
    void errorsAreKeptInMemoryOrInFiles(@TempDir Path directory) {
        try (MockService service = MockService.start()) {
            for (String type : List.of("memory", "file")) {
                sending(application, service)
                        .withPropertyValues(
                                "connectors.exchange-log.type=" + type, "connectors.store.directory=" + directory)
                        .run(context -> {
                            HttpConnection shop = context.getBean(HttpConnection.class);
                            shop.send(Request.get("/me"));
                            assertThatThrownBy(() -> shop.send(Request.get("/missing")))
                                    .isInstanceOf(ConnectorException.class);

                            assertThat(logged(context.getBean(ExchangeLog.class)))
                                    .as(type)
                                    .containsExactly(404);
                        });
            }
        }
        assertThat(directory.resolve("exchanges")).isNotEmptyDirectory();
    }

    @Test
    void aDatabaseThatDoesNotExistIsReported() {
        application
                .withPropertyValues(
                        "connectors.exchange-log.type=jdbc",
                        "connectors.connections.shop.base-url=https://shop.example")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining(
                                "jdbc requires the dependency connector-jdbc and a single DataSource"));
    }
}
