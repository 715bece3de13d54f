package io.httpconnector.examples.snippets;

import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.CustomAuth;
import io.httpconnector.auth.oauth2.AuthorizationCodeFlow;
import io.httpconnector.auth.oauth2.InvalidCallbackException;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.micrometer.ConnectorMetrics;
import io.httpconnector.micrometer.ObservationListener;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.StoredWebhookSecrets;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.server.SpringMvcHandler;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import io.micrometer.observation.ObservationRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.function.RequestPredicates;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/** The code of {@code docs/spring-boot.md}. */
final class SpringBootSnippets {

    private SpringBootSnippets() {}

    interface Tickets {
        void upsert(com.fasterxml.jackson.databind.JsonNode record);
    }

    @Configuration
    static class SubscriptionConfiguration {

        @Bean
        WebhookSubscription pushes(
                HttpConnection github, StateStore state, TokenStore tokens, ConnectorMetrics metrics) {
            return WebhookSubscription.named("acme-pushes")
                    .preset("github")
                    .parameter("owner", "acme")
                    .parameter("repository", "app")
                    .events("push")
                    .connection(github)
                    .url(URI.create("https://app.example.com/pushes"))
                    .store(state)
                    .secrets(StoredWebhookSecrets.in(tokens, "acme", "pushes"))
                    .listener(metrics.subscriptions())
                    .build();
        }
    }

    @Configuration
    static class ShopConfiguration {

        @Bean
        HttpConnection shop(
                @Value("${shop.url}") String url, @Value("${shop.token}") String token, ObservationRegistry registry) {
            return HttpConnection.named("Shop")
                    .baseUrl(url)
                    .auth(CustomAuth.bearer(Secret.of(token)))
                    .listener(ObservationListener.of(registry))
                    .test(Request.get("/me"))
                    .build();
        }

        @Bean
        StateStore stateStore(@Value("${shop.state}") Path directory) {
            return StateStore.file(directory);
        }

        @Bean(initMethod = "start")
        PollingTrigger newOrders(HttpConnection shop, StateStore stateStore, Tickets tickets) {
            return PollingTrigger.named("new-orders")
                    .connection(shop)
                    .request(RequestTemplate.named("Orders").get("/orders").build())
                    .records(RecordSelector.at("/orders"))
                    .key("/id")
                    .every(Duration.ofMinutes(5))
                    .store(stateStore)
                    .handler(event -> tickets.upsert(event.payload()))
                    .build();
        }

        @Bean
        WebhookReceiver orderWebhook(@Value("${shop.webhook-secret}") String secret, Tickets tickets) {
            return WebhookReceiver.named("orders")
                    .verify(Signatures.shopify(Secret.of(secret)))
                    .handler(event -> tickets.upsert(event.payload()))
                    .build();
        }

        @Bean
        RouterFunction<ServerResponse> webhooks(WebhookReceiver orderWebhook) {
            return RouterFunctions.route(RequestPredicates.path("/hooks/orders"), SpringMvcHandler.of(orderWebhook));
        }
    }

    @RestController
    static class ConnectController {

        private final AuthorizationCodeFlow flow;

        ConnectController(HttpConnection crm) {
            this.flow = AuthorizationCodeFlow.of(crm);
        }

        @GetMapping("/connect")
        ResponseEntity<Void> connect(HttpSession session) {
            return ResponseEntity.status(HttpStatus.FOUND)
                    .location(flow.start(session.getId()))
                    .build();
        }

        @GetMapping("/oauth/callback")
        String callback(HttpServletRequest request, HttpSession session) {
            flow.finish(request.getQueryString(), session.getId());
            return "Connected";
        }

        @ExceptionHandler(InvalidCallbackException.class)
        @ResponseStatus(HttpStatus.BAD_REQUEST)
        String invalid() {
            return "This link is no longer valid. Please start again.";
        }
    }
}
