package io.httpconnector.spring;

import io.httpconnector.HttpConnection;
import io.httpconnector.definition.Connector;
import io.httpconnector.trigger.TriggerEvent;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.aot.hint.annotation.Reflective;

/**
 * A method that handles the events of a polling trigger or a webhook of a connector document. An event counts as handled when the
 * method returns; if it throws, the event is retried as the document states, and becomes a dead letter after the last attempt.
 *
 * <pre>{@code
 * @ConnectorTrigger("updated-orders")
 * void on(TriggerEvent event) { ... }
 *
 * @ConnectorTrigger("updated-orders")
 * void on(Order order, HttpConnection connection) { ... }
 *
 * @ConnectorTrigger(value = "updated-orders", maxBatch = 500)
 * void on(List<Order> orders) { ... }
 * }</pre>
 *
 * <p>Parameters, in any order: the {@link TriggerEvent}; the payload as an object, which the mapper of the application creates; the
 * {@link HttpConnection} and the {@link Connector} from which the event comes. A {@code List} of events or payloads receives batches, of
 * polling triggers only. The method may be {@code @Transactional}. It is called by several threads if the delivery is concurrent.
 *
 * <p>A {@code CompletionStage}, {@code Mono}, {@code Flux} or another asynchronous result is awaited: the event counts as handled when it
 * completes, and as failed when it fails. Methods whose completion is unknown, such as those with {@code @Async} that return nothing and
 * suspend functions, are an error when the application starts.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Reflective(TriggerMethodHints.class)
public @interface ConnectorTrigger {

    /**
     * Returns the name of the trigger or webhook.
     *
     * @return the name in the connector document; {@code acme/updated-orders} handles the events of the connection {@code acme} only.
     *     With a registry, the part before the slash may also be the ID of a connector: its method handles the events of all its
     *     instances
     */
    String value();

    /**
     * Returns the connection whose events the method handles.
     *
     * @return its name in {@code connectors.connections}; by default, all connections whose document has the trigger
     */
    String connection() default "";

    /**
     * Returns the maximum number of events in a batch, for a method with a {@code List}.
     *
     * @return the maximum, 100 by default
     */
    int maxBatch() default 100;

    /**
     * Whether what the method writes to the database of the application takes place exactly once, even if instances crash. The method
     * is called in a transaction of the application's transaction manager, which also records that the event was handled: a repeated
     * event is not passed to it again. Requires {@code connector-jdbc} and a single {@code DataSource}.
     *
     * @return false by default: after a crash, an event may be repeated
     */
    boolean exactlyOnce() default false;
}
