package io.httpconnector.spring.autoconfigure;

import io.httpconnector.ExchangeListener;
import io.httpconnector.ExchangeStarted;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Response;
import io.httpconnector.TimeSource;
import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.polling.PollingEngine;
import io.httpconnector.spring.ConnectorCustomizer;
import io.httpconnector.spring.ConnectorTriggers;
import io.httpconnector.spring.Connectors;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Calls the methods with {@code @ConnectorTrigger}. */
@AutoConfiguration(
        after = {ConnectorsAutoConfiguration.class, StoreAutoConfiguration.class, WebhookAutoConfiguration.class})
public class TriggerAutoConfiguration {

    /** The name of a bean that only the slice {@code @ConnectorTest} has. */
    private static final String OF_TEST = "connectorMockUrls";

    /** Creates the configuration; called by Spring. */
    public TriggerAutoConfiguration() {}

    @Bean
    ConnectorTriggers connectorTriggers(
            Connectors connectors,
            ObjectProvider<ConnectorWebhooks> webhooks,
            ObjectProvider<ClusteredTriggers> cluster,
            ConnectorsProperties properties,
            ConfigurableListableBeanFactory beans,
            ObjectProvider<Response.JsonMapping> mapping,
            ObjectProvider<TriggerGauges> gauges,
            ObjectProvider<TransactionalHandlers> transactions,
            ObjectProvider<ConnectorRegistry> registry,
            ConnectorDocuments documents) {
        ConnectorRegistry customers = registry.getIfUnique();
        ClusteredTriggers shared = cluster.getIfAvailable();
        if (properties.polling().clustered() && shared == null) {
            throw new InvalidDefinitionException(
                    "property connectors.polling.clustered",
                    "it requires " + MissingDatabase.requirement(properties) + ", or this one");
        }
        return new TriggerLifecycle(
                connectors,
                // Without a web server, nothing calls it.
                webhooks.getIfAvailable(() -> new ConnectorWebhooks("", properties.webhooks())),
                shared,
                properties,
                beans,
                mapping.getIfUnique(),
                gauges.getIfAvailable(),
                () -> transactions.getIfAvailable(
                        () -> beans.containsBean(OF_TEST) ? TransactionalHandlers.NONE : null),
                customers == null ? null : new RegistryHandlers(customers, documents));
    }

    /** Sets the time source and the polling engine of the application, if it has its own. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    ConnectorCustomizer connectorEngine(
            ObjectProvider<TimeSource> time,
            ObjectProvider<PollingEngine> engine,
            ObjectProvider<ClusteredTriggers> cluster) {
        return (connection, context) -> {
            time.ifUnique(context::timeSource);
            engine.ifUnique(context::engine);
            ClusteredTriggers shared =
                    connection.equals(ConnectorCustomizer.REGISTRY) ? null : cluster.getIfAvailable();
            if (shared != null) {
                context.hybrids(shared.hybrids(connection));
            }
        };
    }

    /** Continues the triggers of a connection when it has new credentials, such as after the consent of a user. */
    @Bean
    ConnectorCustomizer connectorAuthorizations(ObjectProvider<ConnectorTriggers> triggers) {
        return (connection, context) -> {
            if (!connection.equals(ConnectorCustomizer.REGISTRY)) {
                context.connection(builder -> builder.listener(new CredentialsListener(connection, triggers)));
            }
        };
    }

    /**
     * Observes new credentials of a connection.
     *
     * @param connection the name of the connection
     */
    private record CredentialsListener(String connection, ObjectProvider<ConnectorTriggers> triggers)
            implements ExchangeListener {

        private static final CallObserver NONE = new CallObserver() {};

        @Override
        public CallObserver started(ExchangeStarted start) {
            return NONE;
        }

        @Override
        public void credentials(CredentialsReport report) {
            if (report.outcome() == CredentialsOutcome.OBTAINED
                    && triggers.getIfAvailable() instanceof TriggerLifecycle lifecycle) {
                lifecycle.authorized(connection);
            }
        }
    }
}
