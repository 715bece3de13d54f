package io.httpconnector.examples.snippets;

import com.sun.net.httpserver.HttpServer;
import io.httpconnector.definition.configuration.ConfiguredConnectors;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.webhook.server.JdkHandler;
import java.util.Map;

/** The code of docs/frameworks.md that needs no framework; the other code is that of the examples with Quarkus and Micronaut. */
final class FrameworksSnippets {

    private FrameworksSnippets() {}

    static ConfiguredConnectors start(Map<String, String> properties, HttpServer server, EventHandler orders) {
        ConfiguredConnectors connectors = ConfiguredConnectors.of(properties).build();
        connectors.on("updated-orders", orders);
        server.createContext("/hooks", JdkHandler.of(connectors.webhooks()));
        connectors.start();
        return connectors; // close() stops triggers, webhooks and connections
    }
}
