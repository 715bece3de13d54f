package io.httpconnector.definition.registry;

import io.httpconnector.Secret;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A shop with customers: each has a path, and orders. */
final class Shop implements AutoCloseable {

    private static final String TEXT = """
            connector: 1
            id: shop
            version: 1.0.0
            title: Shop
            inputs:
              - {name: url, label: URL}
              - {name: shop, label: Shop}
              - {name: currency, label: Currency, default: EUR}
            connection:
              baseUrl: "{{auth.url}}"
              retry: {maxAttempts: 1}
              headers: {X-Currency: "{{auth.currency}}"}
            auth:
              key:
                type: custom
                fields: [{name: key, label: API key, secret: true}]
                headers: {X-Api-Key: "{{auth.key}}"}
            requests:
              get-shop: {method: GET, url: "/{{auth.shop}}/shop"}
              list-orders:
                method: GET
                url: /{{auth.shop}}/orders
                records: {path: /orders}
            triggers:
              orders:
                request: list-orders
                key: [/id]
                startPosition: {everything: true}
                schedule: {every: PT1H}
                delivery: {attempts: 1}
            webhooks:
              paid:
                verify: [{type: preset, name: github, secrets: [hook]}]
                key: {body: /id}
            """;

    private final MockService service = MockService.start();
    private final Map<String, Integer> orders = new ConcurrentHashMap<>();
    private final Map<String, Integer> failures = new ConcurrentHashMap<>();
    private final Map<String, String> keys = new ConcurrentHashMap<>();

    static ConnectorDefinition definition() {
        return ConnectorDefinition.parse(TEXT);
    }

    /** Returns another version, with replacements: texts and what replaces them, in turn. */
    static ConnectorDefinition definition(String version, String... replacements) {
        String text = TEXT.replace("version: 1.0.0", "version: " + version);
        for (int i = 0; i < replacements.length; i += 2) {
            text = text.replace(replacements[i], replacements[i + 1]);
        }
        return ConnectorDefinition.parse(text);
    }

    /** Adds a customer with orders 1 to {@code count}. */
    Shop customer(String shop, int count) {
        orders.put(shop, count);
        service.on("GET", "/" + shop + "/shop", request -> MockResponse.json("{\"name\": \"" + shop + "\"}"));
        service.on("GET", "/" + shop + "/orders", request -> {
            if (failures.containsKey(shop)) {
                return failures.get(shop) == 0
                        ? MockResponse.connectionReset()
                        : MockResponse.status(failures.get(shop));
            }
            if (keys.containsKey(shop)
                    && !keys.get(shop).equals(request.header("X-Api-Key").orElse(""))) {
                return MockResponse.status(401);
            }
            return MockResponse.json(IntStream.rangeClosed(1, orders.get(shop))
                    .mapToObj(id -> "{\"id\": " + id + "}")
                    .collect(Collectors.joining(",", "{\"orders\": [", "]}")));
        });
        return this;
    }

    String url() {
        return service.baseUrl();
    }

    /** Issues tokens for each authorization code. */
    void issueTokens() {
        service.on(
                "POST",
                "/token",
                request -> MockResponse.json(
                        "{\"access_token\": \"t\", \"token_type\": \"Bearer\", \"refresh_token\": \"r\"}"));
    }

    /** Makes the requests of a customer fail with a status, or by a reset for 0. */
    void fail(String shop, int status) {
        failures.put(shop, status);
    }

    void recover(String shop) {
        failures.remove(shop);
    }

    /** Accepts only one key from now on. */
    void accept(String shop, String key) {
        keys.put(shop, key);
    }

    InstanceSettings settings(String shop) {
        return InstanceSettings.of(Map.of("url", service.baseUrl(), "shop", shop));
    }

    int requests() {
        return service.requests().size();
    }

    /** Secrets that can be changed: {@code tenant/name}. */
    static SecretSource secrets(Map<String, String> values) {
        return reference -> {
            String key = reference.tenant() + "/" + reference.name();
            return values.containsKey(key) || values.containsKey(reference.name())
                    ? Secret.from(() -> values.getOrDefault(key, values.getOrDefault(reference.name(), "")))
                    : null;
        };
    }

    @Override
    public void close() {
        service.close();
    }
}
