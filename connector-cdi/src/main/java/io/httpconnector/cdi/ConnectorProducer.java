package io.httpconnector.cdi;

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
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.spi.InjectionPoint;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Produces the connections of {@code connectors.connections}: {@link ConfiguredConnectors}, and with {@link ConnectionName} each
 * {@code HttpConnection} and {@code Connector}. Beans of the types {@link ConnectorCustomizer}, {@code ConnectorComponents},
 * {@code SecretSource}, {@code StateStore}, {@code TokenStore} and {@code Inbox} replace the defaults.
 */
@ApplicationScoped
public class ConnectorProducer {

    /** Creates the bean; called by the container. */
    public ConnectorProducer() {}

    @Produces
    @Singleton
    ConfiguredConnectors connectors(
            Instance<ConnectorProperties> properties,
            Instance<ConnectorCustomizer> customizers,
            Instance<ConnectorComponents> components,
            Instance<SecretSource> secrets,
            Instance<StateStore> state,
            Instance<TokenStore> tokens,
            Instance<Inbox> inbox) {
        ConnectorProperties source = properties.isUnsatisfied() ? defaultProperties() : properties.get();
        ConfiguredConnectorsBuilder builder = ConfiguredConnectors.of(source.properties());
        ifPresent(components, builder::components);
        ifPresent(secrets, builder::secrets);
        ifPresent(state, builder::state);
        ifPresent(tokens, builder::tokens);
        ifPresent(inbox, builder::inbox);
        customizers.forEach(builder::customizer);
        return builder.build();
    }

    private static <T> void ifPresent(Instance<T> beans, Consumer<T> use) {
        if (!beans.isUnsatisfied()) {
            use.accept(beans.get());
        }
    }

    private static ConnectorProperties defaultProperties() {
        try {
            return new MicroProfileProperties();
        } catch (NoClassDefFoundError | IllegalStateException e) {
            // There is no such API, or no implementation of it.
            return ConnectorProducer::systemProperties;
        }
    }

    private static Map<String, String> systemProperties() {
        Map<String, String> properties = new LinkedHashMap<>();
        System.getProperties().stringPropertyNames().forEach(name -> properties.put(name, System.getProperty(name)));
        return properties;
    }

    void close(@Disposes ConfiguredConnectors connectors) {
        connectors.close();
    }

    @Produces
    @Dependent
    @ConnectionName("")
    HttpConnection connection(InjectionPoint point, ConfiguredConnectors connectors) {
        return connectors.connection(name(point));
    }

    @Produces
    @Dependent
    @ConnectionName("")
    Connector connector(InjectionPoint point, ConfiguredConnectors connectors) {
        return connectors.connector(name(point));
    }

    private static String name(InjectionPoint point) {
        return point.getQualifiers().stream()
                .filter(ConnectionName.class::isInstance)
                .map(qualifier -> ((ConnectionName) qualifier).value())
                .findFirst()
                .orElse("");
    }
}
