package io.httpconnector.spring.test.orders;

import io.httpconnector.spring.ConnectorTrigger;
import io.httpconnector.trigger.TriggerEvent;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.stereotype.Component;

/** The handlers of the application. */
@Component
class OrderHandlers {

    /** What the handlers need. */
    static class Orders {

        final List<String> all = new CopyOnWriteArrayList<>();
    }

    record Order(int id, String status) {}

    private final Orders orders;

    OrderHandlers(Orders orders) {
        this.orders = orders;
    }

    @ConnectorTrigger(value = "updated-orders", exactlyOnce = true)
    void updated(Order order) {
        orders.all.add(order.id() + " " + order.status());
    }

    @ConnectorTrigger("order-paid")
    void paid(Map<String, String> payload) {
        orders.all.add("paid " + payload.get("event"));
    }

    @ConnectorTrigger("changed-items")
    void changed(TriggerEvent event) {
        orders.all.add("item " + event.key());
        throw new IllegalStateException("the table is locked");
    }
}
