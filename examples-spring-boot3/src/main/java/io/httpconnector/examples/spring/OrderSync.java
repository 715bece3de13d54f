package io.httpconnector.examples.spring;

import io.httpconnector.definition.Connector;
import io.httpconnector.spring.ConnectorTrigger;
import io.httpconnector.trigger.TriggerEvent;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Copies the orders of two customers, and the payments that Stripe reports, to the database. */
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

        @ConnectorTrigger("payment")
        void paid(TriggerEvent event) {
            String payment = event.payload().toString();
            database.update("merge into payments values (?, ?)", event.id(), payment);
        }
    }
}
