package io.httpconnector.examples.spring;

import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.definition.registry.InstanceSettings;
import io.httpconnector.definition.registry.StoredSecrets;
import io.httpconnector.spring.ConnectorTrigger;
import io.httpconnector.trigger.TriggerEvent;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Copies the orders of customers, and the payments that Stripe reports, to the database. */
@SpringBootApplication
public class OrderSync {

    /** Starts the application. */
    public static void main(String[] arguments) {
        SpringApplication.run(OrderSync.class, arguments);
    }

    record Order(String id, String status) {}

    @Component
    record Events(JdbcTemplate database) {

        @ConnectorTrigger("updated-orders")
        void updated(Order order, Connector shop) {
            database.update("merge into orders values (?, ?, ?)", shop.tenant(), order.id(), order.status());
        }

        @ConnectorTrigger("shop/closed")
        void closed(TriggerEvent event, Connector shop) {
            database.update("delete from orders where shop = ?", shop.tenant());
        }

        @ConnectorTrigger("payment")
        void paid(TriggerEvent event) {
            String payment = event.payload().toString();
            database.update("merge into payments values (?, ?)", event.id(), payment);
        }
    }

    /** Adds customers at run time, and shows the URLs that all of them share. */
    @RestController
    record Customers(ConnectorRegistry registry, TokenStore tokens) {

        @PutMapping("/customers/{name}")
        void add(@PathVariable String name, @RequestBody Map<String, String> shop) {
            for (String secret : List.of("clientSecret", "webhookSecret")) {
                StoredSecrets.in(tokens).put(name, "shop", secret, Secret.of(shop.remove(secret)));
            }
            registry.add(name, "shop", InstanceSettings.of(shop));
        }

        @GetMapping("/webhooks")
        Map<String, URI> webhooks() {
            return registry.webhookUrls();
        }
    }
}
