package io.httpconnector.spring.autoconfigure;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.Connector;
import io.httpconnector.spring.ConnectorSubscriptions;
import io.httpconnector.spring.Connectors;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Registers webhooks at services. */
@AutoConfiguration(after = TriggerAutoConfiguration.class)
@EnableConfigurationProperties(ConnectorsProperties.class)
public class SubscriptionAutoConfiguration {

    /** Creates the configuration; called by Spring. */
    public SubscriptionAutoConfiguration() {}

    @Bean
    ConnectorSubscriptions connectorSubscriptions(
            ObjectProvider<WebhookSubscription> beans,
            Connectors connectors,
            ConnectorsProperties properties,
            ObjectProvider<TriggerGauges> gauges) {
        return new SubscriptionLifecycle(() -> all(beans, connectors, properties), properties, gauges.getIfAvailable());
    }

    private static SortedMap<String, WebhookSubscription> all(
            ObjectProvider<WebhookSubscription> beans, Connectors connectors, ConnectorsProperties properties) {
        SortedMap<String, WebhookSubscription> all = new TreeMap<>();
        beans.stream().forEach(subscription -> add(all, subscription.name(), subscription));
        for (String connection : connectors.names()) {
            Connector connector = connectors.connector(connection);
            for (String webhook : connectors.definition(connection).subscriptions()) {
                // Without a method that handles it, nothing receives its events.
                if (connector.receiver(webhook).isPresent()) {
                    String id = connection + "/" + webhook;
                    connector.subscription(webhook).ifPresent(subscription -> {
                        checkUrl(id, properties);
                        add(all, id, subscription);
                    });
                }
            }
        }
        return all;
    }

    private static void checkUrl(String id, ConnectorsProperties properties) {
        if (properties.autoStartup() && properties.webhooks().publicUrl() == null) {
            throw new InvalidDefinitionException(
                    "property connectors.webhooks.public-url",
                    "it is missing: the webhook " + id + " has a subscription, which registers its URL at the service");
        }
    }

    private static void add(Map<String, WebhookSubscription> all, String id, WebhookSubscription subscription) {
        if (all.put(id, subscription) != null) {
            throw new InvalidDefinitionException(
                    "webhook subscriptions",
                    "two have the name \"" + id
                            + "\", and beans of the same name would have the same state: use another" + " name");
        }
    }
}
