package io.httpconnector.spring.autoconfigure;

import io.httpconnector.micrometer.ObservationListener;
import io.httpconnector.spring.ConnectorCustomizer;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** Observes the exchanges of all connections: metrics and traces with Micrometer. */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.actuate.autoconfigure.observation.ObservationAutoConfiguration",
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"
        })
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean(ObservationRegistry.class)
public class ObservationListenerAutoConfiguration {

    /** Creates the configuration; called by Spring. */
    public ObservationListenerAutoConfiguration() {}

    @Bean
    ConnectorCustomizer connectorObservations(ObservationRegistry registry) {
        return (connection, context) ->
                context.connection(builder -> builder.listener(ObservationListener.of(registry)));
    }
}
