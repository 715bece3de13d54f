package io.httpconnector.spring.autoconfigure;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.ConnectorComponents;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.definition.SecretSource.SecretReference;
import io.httpconnector.definition.configuration.ConnectionConfiguration;
import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.definition.registry.ConnectorRegistryBuilder;
import io.httpconnector.definition.registry.InstanceId;
import io.httpconnector.definition.registry.InstanceStore;
import io.httpconnector.definition.registry.StoredSecrets;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.polling.PollingEngine;
import io.httpconnector.spring.ConnectorCustomizer;
import io.httpconnector.state.StateStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.annotation.Order;

/** The registry for customers that are added at run time, if {@code connectors.registry.enabled} is set. */
@AutoConfiguration(
        after = {StoreAutoConfiguration.class, WebhookAutoConfiguration.class, ConnectorsAutoConfiguration.class},
        before = TriggerAutoConfiguration.class)
@ConditionalOnBooleanProperty("connectors.registry.enabled")
public class RegistryAutoConfiguration {

    /** The names of customizers for the connections of the properties only. */
    private static final Set<String> OF_PROPERTIES = Set.of("connectorStores", "connectorSslBundles");

    /** Creates the configuration; called by Spring. */
    public RegistryAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    ConnectorRegistry connectorRegistry(
            ConnectorRegistryBuilder builder,
            ConnectorDocuments documents,
            ConnectorsProperties properties,
            ObjectProvider<SecretSource> secrets,
            ObjectProvider<TokenStore> tokens,
            ObjectProvider<ConnectorComponents> components,
            Map<String, ConnectorCustomizer> customizers,
            ObjectProvider<ConnectorWebhooks> webhooks,
            ObjectProvider<TimeSource> time,
            ObjectProvider<PollingEngine> engine,
            ObjectProvider<TriggerGauges> gauges) {
        secrets.ifUnique(builder::secrets);
        if (!properties.registry().secrets().isEmpty()) {
            SecretSource customers = secrets.getIfUnique(() -> StoredSecrets.in(tokens.getObject()));
            builder.secrets(ofApplication(properties.registry().secrets()).or(customers));
        }
        time.ifUnique(builder::time);
        engine.ifUnique(builder::engine);
        gauges.ifAvailable(measurement -> measurement.measure(builder));
        builder.webhooks(webhooks.getIfAvailable(() -> new ConnectorWebhooks("", properties.webhooks()))
                .router());
        List<ConnectorCustomizer> all = customizers.entrySet().stream()
                .filter(customizer -> !OF_PROPERTIES.contains(customizer.getKey()))
                .map(Map.Entry::getValue)
                .toList();
        String redirectUri = properties.redirectUri();
        builder.context(context -> {
            components.ifUnique(context::components);
            if (redirectUri != null) {
                context.redirectUri(redirectUri);
            }
            all.forEach(customizer -> customizer.customize(ConnectorCustomizer.REGISTRY, context));
        });
        builder.reserve(reserved(properties));
        checkSecrets(properties.registry().secrets().keySet(), documents);
        ConnectorRegistry registry = builder.build();
        documents.all().forEach(registry::define);
        return registry;
    }

    /** Returns the tenants and connectors of the connections of the properties, whose stores are those of the registry. */
    private static List<InstanceId> reserved(ConnectorsProperties properties) {
        List<InstanceId> ids = new ArrayList<>();
        properties.connections().forEach((name, connection) -> {
            String tenant = connection.tenant() == null ? name : connection.tenant();
            ids.add(new InstanceId(tenant, connection.connector() == null ? name : connection.connector()));
        });
        return ids;
    }

    private static void checkSecrets(Set<String> connectors, ConnectorDocuments documents) {
        Set<String> known = new TreeSet<>();
        documents.all().forEach(definition -> known.add(definition.id()));
        List<String> problems = new ArrayList<>();
        for (String connector : connectors) {
            if (!known.contains(connector)) {
                String nearest = Suggestions.of(connector, known);
                problems.add(
                        "connectors.registry.secrets." + connector + ": there is no connector document with this id"
                                + (nearest == null ? ", only " + known : ": did you mean \"" + nearest + "\"?"));
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("properties of the application", problems);
        }
    }

    /** Returns the source of the secrets that belong to no customer. */
    private static SecretSource ofApplication(Map<String, Map<String, String>> properties) {
        Map<String, SecretSource> byConnector = new HashMap<>();
        properties.forEach(
                (connector, secrets) -> byConnector.put(connector, ConnectionConfiguration.secrets(secrets)));
        return reference -> reference.tenant().equals(SecretReference.APPLICATION)
                ? byConnector
                        .getOrDefault(reference.connector(), SecretSource.none())
                        .find(reference)
                : null;
    }

    /** Instances in the database, which the instances of the application share. */
    @Order(1)
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBean(StoreAutoConfiguration.Tables.class)
    static class SharedInstancesConfiguration {

        @Bean
        @Lazy
        @ConditionalOnMissingBean
        ConnectorRegistryBuilder connectorRegistryBuilder(
                StoreAutoConfiguration.Tables connectorTables, ConnectorsProperties properties) {
            return ConnectorRegistry.clustered(
                    connectorTables.dataSource(), connectorTables.prefix(), encryption(properties));
        }
    }

    /** Instances in files. */
    @Order(2)
    @Configuration(proxyBeanMethods = false)
    static class LocalInstancesConfiguration {

        @Bean
        @Lazy
        @ConditionalOnMissingBean
        InstanceStore connectorInstanceStore(ConnectorsProperties properties) {
            return InstanceStore.file(properties.store().directory().resolve("instances"));
        }

        @Bean
        @Lazy
        @ConditionalOnMissingBean
        ConnectorRegistryBuilder connectorRegistryBuilder(
                @Lazy InstanceStore instances, StateStore state, TokenStore tokens) {
            return ConnectorRegistry.in(instances).state(state).tokens(tokens).secrets(StoredSecrets.in(tokens));
        }
    }

    private static TokenEncryption encryption(ConnectorsProperties properties) {
        String key = properties.store().encryptionKey();
        if (key == null) {
            throw new InvalidDefinitionException(
                    "property connectors.store.encryption-key",
                    "it is missing: the registry encrypts tokens and secrets; create a key with openssl rand -base64 32");
        }
        return TokenEncryption.aesGcm(Secret.of(key));
    }
}
