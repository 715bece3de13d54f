package io.httpconnector.cdi;

import jakarta.enterprise.util.Nonbinding;
import jakarta.inject.Qualifier;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The name of the connection whose {@code HttpConnection} or {@code Connector} is injected. For names that are known at run time only,
 * inject {@code ConfiguredConnectors}.
 *
 * <pre>{@code
 * @Inject
 * @ConnectionName("shop")
 * HttpConnection shop;
 * }</pre>
 */
@Qualifier @Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.METHOD, ElementType.TYPE})
public @interface ConnectionName {

    /**
     * Returns the name.
     *
     * @return the name in {@code connectors.connections}
     */
    @Nonbinding
    String value();
}
