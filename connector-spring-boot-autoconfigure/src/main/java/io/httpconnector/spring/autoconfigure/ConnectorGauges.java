package io.httpconnector.spring.autoconfigure;

import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.definition.registry.ConnectorRegistryBuilder;
import io.httpconnector.micrometer.ConnectorMetrics;
import io.httpconnector.micrometer.RegistryMetrics;
import io.httpconnector.polling.PushStatus;
import io.httpconnector.spring.Connectors;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.hybrid.HybridTrigger;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/** The gauges of all connections, triggers, webhooks and subscriptions, until the application stops. */
final class ConnectorGauges implements TriggerGauges, SmartInitializingSingleton, DisposableBean {

    private final ConnectorMetrics metrics;
    private final ObjectProvider<Connectors> connectors;
    private final boolean withTenants;
    private final List<ConnectorMetrics.Monitor> monitors = new CopyOnWriteArrayList<>();

    ConnectorGauges(ConnectorMetrics metrics, ObjectProvider<Connectors> connectors, boolean withTenants) {
        this.withTenants = withTenants;
        this.metrics = metrics;
        this.connectors = connectors;
    }

    @Override
    public void afterSingletonsInstantiated() {
        connectors.ifAvailable(all -> all.names().forEach(name -> monitors.add(metrics.monitor(all.connection(name)))));
    }

    @Override
    public void addTrigger(String id, IntSupplier failures, Supplier<Optional<Instant>> lastSuccess) {
        monitors.add(metrics.monitor(id, failures, lastSuccess));
    }

    @Override
    public void measure(ConnectorRegistryBuilder registry) {
        var unused = registryMetrics().measure(registry);
    }

    private RegistryMetrics registryMetrics() {
        return withTenants ? metrics.registry().withTenants() : metrics.registry();
    }

    @Override
    public void addRegistry(ConnectorRegistry registry) {
        monitors.add(metrics.registry().monitor(registry));
    }

    @Override
    public void addReceiver(WebhookReceiver receiver) {
        monitors.add(metrics.monitor(receiver));
    }

    @Override
    public void addHybrid(HybridTrigger trigger) {
        monitors.add(metrics.monitor(trigger));
    }

    @Override
    public void addWebhook(String id, Supplier<Optional<PushStatus>> webhook) {
        monitors.add(metrics.monitor(id, webhook));
    }

    @Override
    public void addSubscription(WebhookSubscription subscription) {
        monitors.add(metrics.monitor(subscription));
    }

    @Override
    public void destroy() {
        monitors.forEach(ConnectorMetrics.Monitor::close);
        monitors.clear();
    }
}
