package io.httpconnector.spring.autoconfigure;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.jdbc.JdbcExchangeStore;
import io.httpconnector.log.ExchangeLog;
import io.httpconnector.log.ExchangeStore;
import io.httpconnector.log.ExchangeStore.Retention;
import io.httpconnector.spring.ConnectorCustomizer;
import io.httpconnector.spring.autoconfigure.ConnectorsProperties.ExchangeLogType;
import io.httpconnector.trigger.DeliveryListener;
import io.httpconnector.webhook.WebhookListener;
import java.nio.file.Path;
import java.util.Optional;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/** Logs the exchanges of all connections, if {@code connectors.exchange-log.enabled} is set. */
@AutoConfiguration(after = StoreAutoConfiguration.class, before = ConnectorsAutoConfiguration.class)
@ConditionalOnBooleanProperty("connectors.exchange-log.enabled")
@EnableConfigurationProperties(ConnectorsProperties.class)
public class ExchangeLogAutoConfiguration {

    /** Creates the configuration; called by Spring. */
    public ExchangeLogAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    ExchangeLog connectorExchangeLog(ExchangeStore store, ConnectorsProperties properties) {
        ExchangeLog.Builder builder = PropertyChecks.named(
                "connectors.exchange-log.sample",
                () -> ExchangeLog.to(store).sample(properties.exchangeLog().sample()));
        return (properties.exchangeLog().errorsOnly() ? builder.errorsOnly() : builder).open();
    }

    @Bean
    ConnectorCustomizer connectorExchangeLogCustomizer(ExchangeLog log) {
        WebhookListener receivers = new DeliveryOfReceivers(log.deliveries());
        return (connection, context) -> context.connection(builder -> builder.listener(log.connections()))
                .triggers(builder -> builder.listener(log.triggers()))
                .receivers(builder -> builder.listener(receivers));
    }

    /** The listener of deliveries as one of receivers, whose settings for the delivery it leaves to the application. */
    private record DeliveryOfReceivers(DeliveryListener deliveries) implements WebhookListener {

        @Override
        public void onResponse(RequestOutcome outcome) {}

        @Override
        public AttemptObserver onAttempt(DeliveryAttempt attempt) {
            return deliveries.onAttempt(attempt);
        }
    }

    private static Retention retention(ConnectorsProperties properties) {
        return PropertyChecks.named(
                "connectors.exchange-log.max-age or connectors.exchange-log.max-size",
                () -> new Retention(
                        properties.exchangeLog().maxAge(),
                        properties.exchangeLog().maxSize().toBytes()));
    }

    /** A log in the database. */
    @Order(1)
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(JdbcExchangeStore.class)
    @ConditionalOnBean(StoreAutoConfiguration.Tables.class)
    @ConditionalOnProperty(name = "connectors.exchange-log.type", havingValue = "jdbc")
    static class SharedLogConfiguration {

        @Bean
        @ConditionalOnMissingBean
        ExchangeStore connectorExchangeStore(
                StoreAutoConfiguration.Tables connectorTables, ConnectorsProperties properties) {
            return JdbcExchangeStore.of(connectorTables.dataSource(), connectorTables.prefix(), retention(properties));
        }
    }

    /** A log in memory or in files. */
    @Order(2)
    @Configuration(proxyBeanMethods = false)
    static class LocalLogConfiguration {

        @Bean
        @ConditionalOnMissingBean
        ExchangeStore connectorExchangeStore(ConnectorsProperties properties) {
            ExchangeLogType type = properties.exchangeLog().type();
            if (type == ExchangeLogType.JDBC) {
                throw new InvalidDefinitionException(
                        "property connectors.exchange-log.type",
                        "jdbc requires " + MissingDatabase.requirement(properties));
            }
            Path directory = Optional.ofNullable(properties.exchangeLog().directory())
                    .orElseGet(() -> properties.store().directory().resolve("exchanges"));
            return type == ExchangeLogType.FILE
                    ? ExchangeStore.file(directory, retention(properties))
                    : ExchangeStore.inMemory(retention(properties));
        }
    }
}
