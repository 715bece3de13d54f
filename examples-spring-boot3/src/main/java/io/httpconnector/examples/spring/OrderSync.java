package io.httpconnector.examples.spring;

import io.httpconnector.definition.Connector;
import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.spring.ConnectorTrigger;
import io.httpconnector.trigger.TriggerEvent;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.jdbc.core.JdbcTemplate;
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

    /** Handles the events of all customers, and adds customers at run time. */
    @RestController
    record Customers(JdbcTemplate database, ConnectorRegistry registry) {

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
            database.update("merge into payments values (?, ?)", event.id(), String.valueOf(event.payload()));
        }

        @PutMapping("/customers/{name}")
        void add(@PathVariable String name, @RequestBody Map<String, String> form) {
            registry.add(name, "shop", form);
        }
    }
}
