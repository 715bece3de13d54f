package io.httpconnector.spring.autoconfigure;

import io.httpconnector.TimeSource;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.log.ExchangeLog;
import io.httpconnector.spring.ConnectorSubscriptions;
import io.httpconnector.spring.ConnectorTriggers;
import io.httpconnector.spring.Connectors;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Endpoint, health and information of Actuator. */
@AutoConfiguration(
        after = {TriggerAutoConfiguration.class, SubscriptionAutoConfiguration.class, ExchangeLogAutoConfiguration.class
        },
        beforeName = {
            "org.springframework.boot.actuate.autoconfigure.health.HealthContributorAutoConfiguration",
            "org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration"
        })
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
public class ActuatorAutoConfiguration {

    /** Creates the configuration; called by Spring. */
    public ActuatorAutoConfiguration() {}

    @Bean
    @ConditionalOnAvailableEndpoint
    ConnectorsEndpoint connectorsEndpoint(
            ConnectorTriggers triggers,
            ConnectorSubscriptions subscriptions,
            ObjectProvider<ConnectorRegistry> registry) {
        return new ConnectorsEndpoint(triggers, subscriptions, registry.getIfUnique());
    }

    @Bean
    @ConditionalOnAvailableEndpoint
    @ConditionalOnBean(ExchangeLog.class)
    ExchangesEndpoint connectorExchangesEndpoint(ExchangeLog log) {
        return new ExchangesEndpoint(log);
    }

    /** The actions by HTTP. */
    @Bean
    @ConditionalOnAvailableEndpoint(endpoint = ConnectorsEndpoint.class, exposure = EndpointExposure.WEB)
    @ConditionalOnBean(ConnectorsEndpoint.class)
    ConnectorsWebEndpoint connectorsWebEndpoint(ConnectorsEndpoint endpoint) {
        return new ConnectorsWebEndpoint(endpoint);
    }

    /** The search by HTTP. */
    @Bean
    @ConditionalOnAvailableEndpoint(endpoint = ExchangesEndpoint.class, exposure = EndpointExposure.WEB)
    @ConditionalOnBean(ExchangesEndpoint.class)
    ExchangesWebEndpoint connectorExchangesWebEndpoint(ExchangesEndpoint endpoint) {
        return new ExchangesWebEndpoint(endpoint);
    }

    /** Shows the document and the version of each connection. */
    @Bean
    @ConditionalOnBooleanProperty(name = "management.info.connectors.enabled", matchIfMissing = true)
    InfoContributor connectorsInfo(Connectors connectors) {
        return builder -> {
            Map<String, Object> versions = new LinkedHashMap<>();
            for (String name : connectors.names()) {
                ConnectorDefinition definition = connectors.definition(name);
                versions.put(name, Map.of("connector", definition.id(), "version", definition.version()));
            }
            builder.withDetail("connectors", versions);
        };
    }

    private static Instant now(ObjectProvider<TimeSource> time) {
        return time.getIfUnique(() -> TimeSource.SYSTEM).now();
    }

    /** The health in Spring Boot 3. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "org.springframework.boot.actuate.health.HealthIndicator")
    static class HealthConfiguration {

        @Bean
        @ConditionalOnBooleanProperty(name = "management.health.connectors.enabled", matchIfMissing = true)
        org.springframework.boot.actuate.health.HealthIndicator connectorsHealthIndicator(
                ConnectorTriggers triggers, ObjectProvider<ConnectorRegistry> registry) {
            ConnectorRegistry customers = registry.getIfUnique();
            return () -> {
                TriggerHealth health = TriggerHealth.of(triggers, customers);
                return (health.isUp()
                                ? org.springframework.boot.actuate.health.Health.up()
                                : org.springframework.boot.actuate.health.Health.down())
                        .withDetails(health.details())
                        .build();
            };
        }

        @Bean
        @ConditionalOnBooleanProperty(name = "management.health.subscriptions.enabled", matchIfMissing = true)
        org.springframework.boot.actuate.health.HealthIndicator subscriptionsHealthIndicator(
                ConnectorSubscriptions subscriptions, ObjectProvider<TimeSource> time) {
            return () -> {
                SubscriptionHealth health = SubscriptionHealth.of(subscriptions, now(time));
                return org.springframework.boot.actuate.health.Health.status(health.status())
                        .withDetails(health.details())
                        .build();
            };
        }
    }

    /** The health in Spring Boot 4. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "org.springframework.boot.health.contributor.HealthIndicator")
    static class Boot4HealthConfiguration {

        @Bean
        @ConditionalOnBooleanProperty(name = "management.health.connectors.enabled", matchIfMissing = true)
        org.springframework.boot.health.contributor.HealthIndicator connectorsHealthIndicator(
                ConnectorTriggers triggers, ObjectProvider<ConnectorRegistry> registry) {
            ConnectorRegistry customers = registry.getIfUnique();
            return () -> {
                TriggerHealth health = TriggerHealth.of(triggers, customers);
                return (health.isUp()
                                ? org.springframework.boot.health.contributor.Health.up()
                                : org.springframework.boot.health.contributor.Health.down())
                        .withDetails(health.details())
                        .build();
            };
        }

        @Bean
        @ConditionalOnBooleanProperty(name = "management.health.subscriptions.enabled", matchIfMissing = true)
        org.springframework.boot.health.contributor.HealthIndicator subscriptionsHealthIndicator(
                ConnectorSubscriptions subscriptions, ObjectProvider<TimeSource> time) {
            return () -> {
                SubscriptionHealth health = SubscriptionHealth.of(subscriptions, now(time));
                return org.springframework.boot.health.contributor.Health.status(health.status())
                        .withDetails(health.details())
                        .build();
            };
        }
    }
}
