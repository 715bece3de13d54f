package io.httpconnector.spring.test;

import io.httpconnector.spring.ConnectorTriggers;
import io.httpconnector.spring.Connectors;
import io.httpconnector.testing.VirtualTime;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.core.annotation.AliasFor;

/**
 * A test of connections, triggers and webhooks with only that part of the application: its connections, the components that have
 * methods with {@code @ConnectorTrigger}, and what the test imports. Requires the test dependency {@code connector-testing}.
 *
 * <pre>{@code
 * @ConnectorTest
 * @Import(OrderTable.class)
 * class OrderEventsTest {
 *     @Autowired MockServices services;
 *     @Autowired ConnectorTriggers triggers;
 *
 *     @Test
 *     void anOrderIsStored(@Autowired OrderTable table) {
 *         services.of("shop").on("GET", "/orders", MockResponse.json("..."));
 *         triggers.poll("shop/updated-orders");
 *         assertThat(table.find("7")).isPresent();
 *     }
 * }
 * }</pre>
 *
 * <ul>
 *   <li>Each connection leads to a mock service of its own: {@link MockServices}. For other URLs, such as those of tokens, the
 *       property {@code connectors.test.url.CONNECTION} is the URL of the mock service.
 *   <li>With a bean of type {@link io.httpconnector.testing.recording.Recording}, connections keep their URLs, and the recording
 *       takes the place of the mock services. With several, each one is for the connection of its bean name.
 *   <li>Triggers do not start: tests poll by {@link ConnectorTriggers#poll}. The receiver of a webhook is that of its connector:
 *       {@link Connectors#connector}.
 *   <li>Time is virtual: the bean {@link VirtualTime}.
 *   <li>State, tokens and events are kept in memory. There is no web server, no data source and no other auto-configuration.
 * </ul>
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.NONE)
@ImportAutoConfiguration
public @interface ConnectorTest {

    /**
     * Returns properties of the test.
     *
     * @return properties such as {@code connectors.connections.shop.secrets.token=t1}
     */
    @AliasFor(annotation = SpringBootTest.class, attribute = "properties")
    String[] properties() default {};

    /**
     * Returns the configuration of the test.
     *
     * @return the configuration classes; by default, the class of the application with {@code @SpringBootApplication}
     */
    @AliasFor(annotation = SpringBootTest.class, attribute = "classes")
    Class<?>[] classes() default {};
}
