package io.httpconnector.examples.quarkus;

import io.httpconnector.cdi.ConnectorTrigger;
import io.httpconnector.definition.configuration.ConfiguredConnectors;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.webhook.server.VertxHandler;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** An application with Quarkus: it polls the orders of a shop, and receives a webhook for each payment. */
@ApplicationScoped
public class OrderSync {

    private final Map<String, String> orders = new ConcurrentHashMap<>();

    @Produces
    @Singleton
    @ConnectorTrigger("updated-orders")
    EventHandler updated() {
        return event -> orders.put(
                event.payload().path("id").asText(),
                event.payload().path("status").asText());
    }

    @Produces
    @Singleton
    @ConnectorTrigger("order-paid")
    EventHandler paid() {
        return event -> orders.put(event.payload().path("order").asText(), "paid");
    }

    void webhooks(@Observes Router router, Vertx vertx, ConfiguredConnectors connectors) {
        VertxHandler webhooks = VertxHandler.of(vertx, connectors.webhooks());
        router.route("/hooks/*").handler(context -> webhooks.handle(context.request()));
        router.get("/orders").handler(context -> context.json(orders));
    }
}
