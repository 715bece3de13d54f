package io.httpconnector.examples.micronaut;

import io.httpconnector.micronaut.ConnectorTrigger;
import io.httpconnector.trigger.EventHandler;
import io.micronaut.context.annotation.Factory;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.runtime.Micronaut;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** An application with Micronaut: it polls the orders of a shop, and receives a webhook for each payment. */
@Controller("/orders")
public class OrderSync {

    private final Map<String, String> orders = new ConcurrentHashMap<>();

    public static void main(String... args) {
        Micronaut.run(OrderSync.class, args);
    }

    @Get
    Map<String, String> orders() {
        return orders;
    }

    /** The handlers of events. */
    @Factory
    static class Handlers {

        @Singleton
        @ConnectorTrigger("updated-orders")
        EventHandler updated(OrderSync sync) {
            return event -> sync.orders.put(
                    event.payload().path("id").asText(),
                    event.payload().path("status").asText());
        }

        @Singleton
        @ConnectorTrigger("order-paid")
        EventHandler paid(OrderSync sync) {
            return event -> sync.orders.put(event.payload().path("order").asText(), "paid");
        }
    }
}
