package io.httpconnector.spring.autoconfigure;

import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.micrometer.ConnectorMetrics;
import io.httpconnector.spring.ConnectorCustomizer;
import io.httpconnector.spring.Connectors;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Measures and traces connections, triggers, webhooks and subscriptions with {@code connector-micrometer}. */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.actuate.autoconfigure.observation.ObservationAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"
        })
@ConditionalOnClass({ConnectorMetrics.class, MeterRegistry.class})
@ConditionalOnBean(MeterRegistry.class)
public class MetricsAutoConfiguration {

    /** Creates the configuration; called by Spring. */
    public MetricsAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    ConnectorMetrics connectorMetrics(MeterRegistry meters, ObjectProvider<ObservationRegistry> observations) {
        ConnectorMetrics metrics = ConnectorMetrics.of(meters);
        ObservationRegistry registry = observations.getIfUnique();
        return registry == null || registry.isNoop() ? metrics : metrics.observations(registry);
    }

    @Bean
    ConnectorGauges connectorGauges(
            ConnectorMetrics metrics,
            ObjectProvider<Connectors> connectors,
            ObjectProvider<ConnectorsProperties> properties) {
        ConnectorsProperties known = properties.getIfAvailable();
        boolean withTenants = known != null && known.registry().tenantMetrics();
        return new ConnectorGauges(metrics, connectors, withTenants);
    }

    @Bean
    ConnectorCustomizer connectorMetricsCustomizer(ConnectorMetrics metrics) {
        return (connection, context) -> {
            if (!connection.equals(ConnectorCustomizer.REGISTRY)) {
                listen(metrics, context);
            }
        };
    }

    /** The registry has listeners of its own, see {@link TriggerGauges#measure}. */
    private static void listen(ConnectorMetrics metrics, ConnectorContext.Builder context) {
        context.connection(builder -> builder.listener(metrics.connections()))
                .triggers(builder -> builder.listener(metrics.triggers()))
                .receivers(builder -> builder.listener(metrics.receivers()))
                .subscriptions(builder -> builder.listener(metrics.subscriptions()));
    }
}
