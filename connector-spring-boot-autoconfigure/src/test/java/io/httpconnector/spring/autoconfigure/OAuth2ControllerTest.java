package io.httpconnector.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.spring.ConnectorTrigger;
import io.httpconnector.spring.ConnectorTriggers;
import io.httpconnector.testing.Await;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.trigger.TriggerEvent;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
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

/** Tests the endpoints at which users authorize connections. */
class OAuth2ControllerTest {

    private static final Pattern STATE = Pattern.compile("[?&]state=([^&]+)");

    /** An application in which everybody may connect. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        TokenStore tokens() {
            return TokenStore.inMemory();
        }

        @Bean
        @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
        SecurityFilterChain security(HttpSecurity http) throws Exception {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                    .build();
        }

        @Bean
        @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
        SecurityWebFilterChain reactiveSecurity(ServerHttpSecurity http) {
            return http.authorizeExchange(exchanges -> exchanges.anyExchange().permitAll())
                    .build();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"servlet", "reactive"})
    void aUserAuthorizesAConnection(String type) throws Exception {
        try (MockService service = MockService.start();
                ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                        .initializers(new NettyServer())
                        .properties(
                                "spring.main.banner-mode=off",
                                "spring.main.web-application-type=" + type,
                                "server.port=0",
                                "spring.datasource.url=jdbc:h2:mem:oauth2",
                                "connectors.redirect-uri=http://localhost/connectors/callback",
                                "connectors.oauth2.success-url=/connected",
                                "connectors.connections.crm.base-url=" + service.baseUrl(),
                                "connectors.connections.crm.auth.type=oauth2-authorization-code",
                                "connectors.connections.crm.auth.authorization-url=" + service.baseUrl() + "/authorize",
                                "connectors.connections.crm.auth.token-url=" + service.baseUrl() + "/token",
                                "connectors.connections.crm.values.client-id=acme",
                                "connectors.connections.crm.secrets.client-secret=hidden")
                        .run()) {
            service.on("POST", "/token", MockResponse.json("{\"access_token\":\"t1\",\"expires_in\":3600}"));
            service.on("GET", "/me", MockResponse.json("{}"));
            HttpClient browser =
                    HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
            String url =
                    "http://localhost:" + context.getEnvironment().getProperty("local.server.port") + "/connectors/";

            HttpResponse<String> start = get(browser, url + "crm/connect");
            String page = start.headers().firstValue("Location").orElse("");
            assertThat(start.statusCode()).isEqualTo(302);
            assertThat(page).startsWith(service.baseUrl() + "/authorize?");
            Matcher state = STATE.matcher(page);
            assertThat(state.find()).isTrue();
            String callback = url + "callback?code=c1&state=" + state.group(1);
            assertThat(get(HttpClient.newHttpClient(), callback).statusCode())
                    .as("the browser of somebody else")
                    .isEqualTo(400);
            HttpResponse<String> denied = get(
                    browser,
                    url + "callback?error=access_denied&error_description=%3Cb%3Eno&state=" + state(browser, url));
            assertThat(denied.statusCode()).isEqualTo(400);
            assertThat(denied.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain");
            assertThat(denied.body())
                    .isEqualTo("The connection was not authorized (access_denied). Please start again.");
            HttpResponse<String> failed =
                    get(browser, url + "callback?error=server_error&state=" + state(browser, url));
            assertThat(failed.statusCode()).isEqualTo(502);
            assertThat(failed.body())
                    .isEqualTo("The service responded with an error (server_error). Please start again.");
            HttpResponse<String> forged = get(browser, url + "callback?code=c1&state=forged");
            assertThat(forged.statusCode()).isEqualTo(400);
            assertThat(forged.body()).isEqualTo("This link is not valid, or no longer valid. Please start again.");
            HttpResponse<String> end = get(browser, callback);

            assertThat(end.statusCode()).isEqualTo(302);
            assertThat(end.headers().firstValue("Location")).hasValue("/connected");
            context.getBean("crm", HttpConnection.class).send(Request.get("/me"));
            assertThat(service.requests().get(1).headers()).containsEntry("authorization", "Bearer t1");
            assertThat(get(browser, callback).statusCode()).isEqualTo(400);
            assertThat(get(browser, callback).body()).startsWith("No authorization was started in this browser");
            assertThat(get(browser, url + "other/connect").statusCode()).isEqualTo(404);
        }
    }

    /** The handler of the trigger of a connection that a user has to authorize. */
    @Configuration(proxyBeanMethods = false)
    static class Handlers {

        final List<String> handled = new CopyOnWriteArrayList<>();

        @ConnectorTrigger("crm/contacts")
        void on(TriggerEvent event) {
            handled.add(event.key());
        }
    }

    @ParameterizedTest
    @CsvSource({"file, false", "cluster, false", "file, true", "cluster, true"})
    void triggersPollAfterTheConsentOfTheUser(String stores, boolean isPaused) throws Exception {
        try (MockService service = MockService.start();
                ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class, Handlers.class)
                        .initializers(new NettyServer())
                        .properties(
                                "spring.main.banner-mode=off",
                                "server.port=0",
                                "server.servlet.context-path=/app",
                                "connectors.oauth2.success-url=/connected",
                                "spring.datasource.url=jdbc:h2:mem:consent-" + stores + isPaused,
                                "connectors.documents=classpath:consent/",
                                "connectors.redirect-uri=http://localhost/connectors/callback",
                                "connectors.polling.clustered=" + stores.equals("cluster"),
                                "connectors.connections.crm.connector=contacts",
                                "connectors.connections.crm.values.url=" + service.baseUrl(),
                                "connectors.connections.crm.values.client-id=acme",
                                "connectors.connections.crm.secrets.client-secret=hidden")
                        .run()) {
            service.on("POST", "/token", MockResponse.json("{\"access_token\":\"t1\",\"expires_in\":3600}"));
            service.on("GET", "/contacts", MockResponse.json("{\"contacts\":[{\"id\":7,\"updated\":1}]}"));
            ConnectorTriggers triggers = context.getBean(ConnectorTriggers.class);
            Await.until(() -> triggers.list().get(0).state().equals("authorization_needed"));
            assertThat(TriggerHealth.of(triggers, null).details()).containsKey("crm/contacts");
            if (isPaused) {
                triggers.pause("crm/contacts");
            }
            HttpClient browser =
                    HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
            String url = "http://localhost:" + context.getEnvironment().getProperty("local.server.port")
                    + "/app/connectors/";

            HttpResponse<String> end = get(browser, url + "callback?code=c1&state=" + state(browser, url));
            assertThat(end.headers().firstValue("Location")).hasValue("/app/connected");

            if (isPaused) {
                assertThat(triggers.list().get(0).state()).isEqualTo("paused");
                assertThat(context.getBean(Handlers.class).handled).isEmpty();
                triggers.resume("crm/contacts");
            }
            Await.until(() -> context.getBean(Handlers.class).handled.contains("7"));
            assertThat(triggers.list().get(0).state()).isNotEqualTo("authorization_needed");
        }
    }

    private static String state(HttpClient browser, String url) throws Exception {
        HttpResponse<String> start = get(browser, url + "crm/connect");
        Matcher state = STATE.matcher(start.headers().firstValue("Location").orElse(""));
        assertThat(state.find()).isTrue();
        return state.group(1);
    }

    private static HttpResponse<String> get(HttpClient browser, String url) throws Exception {
        return browser.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
