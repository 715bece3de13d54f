package io.httpconnector.cdi;

import jakarta.enterprise.util.Nonbinding;
import jakarta.inject.Qualifier;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a bean of the type {@code EventHandler}, a class or a producer method, as the handler of a trigger or webhook.
 *
 * <pre>{@code
 * @Produces
 * @Singleton
 * @ConnectorTrigger("updated-orders")
 * EventHandler updated(Orders orders) {
 *     return event -> orders.save(event.payload(Order.class));
 * }
 * }</pre>
 */
@Qualifier @Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.METHOD, ElementType.TYPE})
public @interface ConnectorTrigger {

    /**
     * Returns the trigger or webhook.
     *
     * @return its name, of all connections that have it, or {@code CONNECTION/NAME} for one connection
     */
    @Nonbinding
    String value();
}
