package io.httpconnector.examples;

import com.sun.net.httpserver.HttpExchange;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.definition.registry.ConnectorInstance;
import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.definition.registry.InstanceSettings;
import io.httpconnector.definition.registry.InstanceStore;
import io.httpconnector.state.StateStore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * An example of an application with a table of integrations: each customer has values of their own, and may start, stop and change
 * their integration. The registry keeps the table, so that everything continues after a restart.
 */
public final class IntegrationsApp {

    private static final String SHOP = """
            connector: 1
            id: shop
            version: 1.0.0
            title: Shop
            inputs:
              - {name: url, label: Shop URL}
              - {name: currency, label: Currency}
            connection: {baseUrl: "{{auth.url}}"}
            auth:
              key:
                type: custom
                fields: [{name: key, label: API key, secret: true}]
                headers: {X-Api-Key: "{{auth.key}}"}
            triggers:
              orders:
                request: {method: GET, url: /orders, query: [{name: currency, value: "{{auth.currency}}"}]}
                key: [/id]
                startPosition: {everything: true}
                schedule: {every: PT1M}
            """;

    private final PrintStream out;
    private final BlockingQueue<String> orders = new LinkedBlockingQueue<>();

    IntegrationsApp(PrintStream out) {
        this.out = out;
    }

    /**
     * Runs the example. Exits with 0 if each order arrived.
     *
     * @param args none
     * @throws IOException if temporary files can't be created
     * @throws InterruptedException if the thread is interrupted
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        System.exit(new IntegrationsApp(System.out).run() ? 0 : 1);
    }

    /** All code that connects the application to its customers' shops. */
    private ConnectorRegistry open(InstanceStore instances, StateStore state, Path directory) {
        ConnectorRegistry registry = ConnectorRegistry.in(instances)
                .secrets(SecretSource.files(directory.resolve("secrets")))
                .tokens(TokenStore.file(directory.resolve("tokens")))
                .state(state)
                .build();
        registry.define(ConnectorDefinition.parse(SHOP));
        registry.on("shop", "orders", (instance, event) -> orders.add(instance.tenant() + ": " + event.key()));
        registry.start();
        return registry;
    }

    boolean run() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("integrations");
        // The application's vault.
        for (String tenant : List.of("acme", "bolt")) {
            Path secret = Files.createDirectories(directory.resolve("secrets").resolve(tenant + "/shop"))
                    .resolve("key");
            Files.writeString(secret, "key-of-" + tenant);
        }
        boolean good;
        try (ShopStandIn shop = new ShopStandIn();
                InstanceStore instances = InstanceStore.file(directory.resolve("integrations"));
                StateStore state = StateStore.file(directory.resolve("state"))) {
            try (ConnectorRegistry registry = open(instances, state, directory)) {
                registry.add("acme", "shop", settings(shop, "EUR"));
                registry.add("bolt", "shop", settings(shop, "USD"));
                good = arrived("acme: EUR-1", "bolt: USD-1");
                show(registry);
                registry.instance("bolt", "shop").orElseThrow().stop();
                registry.instance("acme", "shop").orElseThrow().change(settings(shop, "CHF"));
                good &= arrived("acme: CHF-1");
                show(registry);
            }
            out.println("The application is restarted.");
            try (ConnectorRegistry registry = open(instances, state, directory)) {
                ConnectorInstance bolt = registry.instance("bolt", "shop").orElseThrow();
                bolt.change(settings(shop, "JPY"));
                bolt.start();
                good &= arrived("bolt: JPY-1");
                show(registry);
            }
        }
        out.println(good ? "Each order arrived." : "An order is missing.");
        return good;
    }

    private static InstanceSettings settings(ShopStandIn shop, String currency) {
        return InstanceSettings.of(Map.of("url", shop.baseUrl(), "currency", currency));
    }

    private boolean arrived(String... expected) throws InterruptedException {
        Set<String> missing = new HashSet<>(Set.of(expected));
        while (!missing.isEmpty()) {
            String order = orders.poll(30, TimeUnit.SECONDS);
            if (order == null) {
                return false;
            }
            out.println(order);
            missing.remove(order);
        }
        return true;
    }

    private void show(ConnectorRegistry registry) {
        for (ConnectorInstance instance : registry.instances()) {
            out.println(instance + " " + instance.version() + " is " + instance.state());
        }
    }

    /** A shop with one order in each currency. */
    private static final class ShopStandIn extends StandIn {

        @Override
        Answer answer(HttpExchange exchange) {
            String currency = parameters(exchange.getRequestURI().getRawQuery()).get("currency");
            String key = String.valueOf(exchange.getRequestHeaders().getFirst("X-Api-Key"));
            return key.startsWith("key-of-")
                    ? new Answer(200, List.of(Map.of("id", currency + "-1")))
                    : new Answer(401, Map.of("error", "unknown key"));
        }
    }
}
