package io.httpconnector.micronaut;

import io.httpconnector.HttpConnection;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorComponents;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.definition.configuration.ConfiguredConnectors;
import io.httpconnector.definition.configuration.ConfiguredConnectorsBuilder;
import io.httpconnector.definition.configuration.ConnectorCustomizer;
import io.httpconnector.state.StateStore;
import io.httpconnector.webhook.inbox.Inbox;
import io.micronaut.context.BeanProvider;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.EachBean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.env.Environment;
import io.micronaut.core.naming.conventions.StringConvention;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The connections of {@code connectors.connections}: {@link ConfiguredConnectors}, and each {@code HttpConnection} and {@code Connector} with
 * its name as qualifier. Beans of the types {@link ConnectorCustomizer}, {@code ConnectorComponents}, {@code SecretSource},
 * {@code StateStore}, {@code TokenStore} and {@code Inbox} replace the defaults.
 */
@Factory
final class ConnectorBeans {

    @Singleton
    @Bean(preDestroy = "close")
    ConfiguredConnectors connectors(
            Environment environment,
            List<ConnectorCustomizer> customizers,
            BeanProvider<ConnectorComponents> components,
            BeanProvider<SecretSource> secrets,
            BeanProvider<StateStore> state,
            BeanProvider<TokenStore> tokens,
            BeanProvider<Inbox> inbox) {
        Map<String, Object> properties = new LinkedHashMap<>();
        environment
                .getProperties("connectors", StringConvention.RAW)
                .forEach((name, value) -> properties.put("connectors." + name, value));
        ConfiguredConnectorsBuilder builder =
                ConfiguredConnectors.of(properties).classLoader(environment.getClassLoader());
        components.ifPresent(builder::components);
        secrets.ifPresent(builder::secrets);
        state.ifPresent(builder::state);
        tokens.ifPresent(builder::tokens);
        inbox.ifPresent(builder::inbox);
        customizers.forEach(builder::customizer);
        return builder.build();
    }

    @EachBean(ConnectionName.class)
    HttpConnection connection(ConnectionName connection, ConfiguredConnectors connectors) {
        return connectors.connection(connection.name());
    }

    @EachBean(ConnectionName.class)
    Connector connector(ConnectionName connection, ConfiguredConnectors connectors) {
        return connectors.connector(connection.name());
    }
}
