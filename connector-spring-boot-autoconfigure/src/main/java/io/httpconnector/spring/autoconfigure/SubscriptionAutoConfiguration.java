package io.httpconnector.spring.autoconfigure;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.spring.ConnectorSubscriptions;
import io.httpconnector.webhook.subscription.WebhookSubscription;
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
            ConnectorsProperties properties,
            ObjectProvider<TriggerGauges> gauges) {
        return new SubscriptionLifecycle(() -> all(beans), properties, gauges.getIfAvailable());
    }

    private static SortedMap<String, WebhookSubscription> all(ObjectProvider<WebhookSubscription> beans) {
        SortedMap<String, WebhookSubscription> all = new TreeMap<>();
        beans.stream().forEach(subscription -> {
            if (all.put(subscription.name(), subscription) != null) {
                throw new InvalidDefinitionException(
                        "webhook subscriptions",
                        "two beans have the name \"" + subscription.name()
                                + "\", and would have the same state: use another name");
            }
        });
        return all;
    }
}
