package io.httpconnector.examples.snippets;

import io.httpconnector.HttpConnection;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.definition.registry.InstanceStore;
import io.httpconnector.micrometer.ConnectorMetrics;
import io.httpconnector.micrometer.RegistryMetrics;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.webhook.DeliveredSecrets;
import io.httpconnector.webhook.Verifier;
import io.httpconnector.webhook.WebhookHandler;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.inbox.Inbox;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.net.URI;

/** The code of {@code docs/metrics.md}. */
final class MetricsSnippets {

    private MetricsSnippets() {}

    static void listeners(
            MeterRegistry meterRegistry,
            String url,
            RequestTemplate search,
            StateStore store,
            EventHandler handler,
            Verifier verifier,
            Inbox inbox,
            WebhookHandler webhookHandler) {
        ConnectorMetrics metrics = ConnectorMetrics.of(meterRegistry);

        HttpConnection jira = HttpConnection.named("Jira")
                .baseUrl(url)
                .listener(metrics.connections())
                .build();
        PollingTrigger issues = PollingTrigger.named("issues")
                .connection(jira)
                .request(search)
                .key("/id")
                .store(store)
                .handler(handler)
                .listener(metrics.triggers())
                .build();
        WebhookReceiver hooks = WebhookReceiver.named("hooks")
                .verify(verifier)
                .inbox(inbox)
                .handler(webhookHandler)
                .listener(metrics.receivers())
                .build();
        hooks.close();
        monitor(metrics, issues);
    }

    static WebhookSubscription subscription(
            ConnectorMetrics metrics,
            HttpConnection github,
            URI publicUrl,
            StateStore store,
            DeliveredSecrets secrets) {
        WebhookSubscription pushes = WebhookSubscription.named("pushes")
                .preset("github")
                .connection(github)
                .url(publicUrl)
                .store(store)
                .secrets(secrets)
                .listener(metrics.subscriptions())
                .build();
        return pushes;
    }

    private static void monitor(ConnectorMetrics metrics, PollingTrigger issues) {
        ConnectorMetrics.Monitor monitor =
                metrics.monitor(issues); // also for connections, receivers, subscriptions and hybrid triggers
        monitor.close();
    }

    static void registry(ConnectorMetrics metrics, InstanceStore instances) {
        RegistryMetrics measured = metrics.registry();
        ConnectorRegistry registry =
                measured.measure(ConnectorRegistry.in(instances)).build();
        registry.start();
        ConnectorMetrics.Monitor monitor = measured.monitor(registry);
        monitor.close();
    }

    static ConnectorContext documents(ConnectorMetrics metrics) {
        ConnectorContext context = ConnectorContext.forTenant("acme")
                .connection(connection -> connection.listener(metrics.connections()))
                .triggers(trigger -> trigger.listener(metrics.triggers()))
                .receivers(receiver -> receiver.listener(metrics.receivers()))
                .build();
        return context;
    }

    static ConnectorMetrics names(MeterRegistry meterRegistry) {
        ConnectorMetrics metrics =
                ConnectorMetrics.of(meterRegistry).names(name -> name.substring(name.indexOf('/') + 1));
        return metrics;
    }

    static ConnectorMetrics traces(MeterRegistry meterRegistry, ObservationRegistry observationRegistry) {
        ConnectorMetrics metrics = ConnectorMetrics.of(meterRegistry).observations(observationRegistry);
        return metrics;
    }
}
