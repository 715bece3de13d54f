package io.httpconnector.spring.snippets;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ExchangeListener;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.definition.registry.InstanceSettings;
import io.httpconnector.definition.registry.StoredSecrets;
import io.httpconnector.spring.ConnectorCustomizer;
import io.httpconnector.spring.ConnectorTrigger;
import io.httpconnector.trigger.TriggerEvent;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The code of docs/spring-boot.md. */
final class SpringBootGuide {

    private SpringBootGuide() {}

    /** The orders of the application. */
    @Component
    static class OrderTable {

        final Map<String, String> rows = new ConcurrentHashMap<>();

        void save(Order order) {
            rows.put(order.id(), order.status());
        }

        void saveAll(List<Order> orders) {
            orders.forEach(this::save);
        }

        void paid(String id) {
            rows.put(id, "paid");
        }
    }

    record Order(String id, String status) {}

    @Component
    static class OrderEvents {

        private final OrderTable table;

        OrderEvents(OrderTable table) {
            this.table = table;
        }

        @ConnectorTrigger("updated-orders")
        void updated(Order order) {
            table.save(order);
        }

        @ConnectorTrigger("order-paid")
        void paid(TriggerEvent event) {
            table.paid(event.payload().path("order").asText());
        }
    }

    @Component
    static class Shop {

        private final HttpConnection connection;

        Shop(HttpConnection shop) { // the name of the parameter, or @Qualifier("shop")
            this.connection = shop;
        }

        JsonNode account() {
            return connection.send(Request.get("/me")).json();
        }
    }

    /** Handles batches in a transaction. */
    static class OrderBatches {

        private final OrderTable table = new OrderTable();

        @Transactional
        @ConnectorTrigger(value = "updated-orders", connection = "shop", maxBatch = 500)
        void updated(List<Order> orders, HttpConnection connection) {
            table.saveAll(orders);
        }
    }

    /** Handles events exactly once. */
    static class OrderTransactions {

        private final OrderTable table = new OrderTable();

        @ConnectorTrigger(value = "updated-orders", exactlyOnce = true)
        void updated(Order order) {
            table.save(order);
        }
    }

    /** Adds customers at run time. */
    static class Customers {

        private final ConnectorRegistry registry;
        private final TokenStore tokenStore;

        Customers(ConnectorRegistry registry, TokenStore tokenStore) {
            this.registry = registry;
            this.tokenStore = tokenStore;
        }

        void add(String url, String token) {
            StoredSecrets.in(tokenStore).put("acme", "shop", "token", Secret.of(token)); // tenant, connector, name
            registry.add("acme", "shop", InstanceSettings.of(Map.of("url", url)));
        }
    }

    /** Adds code to connections. */
    @Configuration(proxyBeanMethods = false)
    static class Auditing {

        @Bean
        ConnectorCustomizer audit(ExchangeListener audit) {
            return (connection, context) -> context.connection(builder -> builder.listener(audit));
        }
    }
}
