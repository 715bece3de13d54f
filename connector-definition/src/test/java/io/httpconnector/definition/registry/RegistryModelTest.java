package io.httpconnector.definition.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.state.StateStore;
import io.httpconnector.testing.VirtualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares the registry with a model: random changes, failures of services, and crashes. Prints its seed when it fails. */
class RegistryModelTest {

    private static final int TENANTS = 5;

    private final Random random;
    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Shop shop = new Shop();
    private final Map<String, String> secrets = new ConcurrentHashMap<>();
    private final Map<String, Set<String>> delivered = new ConcurrentHashMap<>();
    private final Map<String, Model> model = new HashMap<>();
    private final List<String> operations = new ArrayList<>();
    private final Map<String, Integer> orders = new HashMap<>();
    private Path directory;
    private int crashes;
    private ConnectorRegistry registry;
    private StateStore store;

    /** What is known about an instance. */
    private static final class Model {
        private InstanceState state = InstanceState.ACTIVE;
        private String shop;
        private Set<String> seen = new HashSet<>();
    }

    RegistryModelTest() {
        random = new Random(seed);
    }

    @Test
    void registryBehavesAsTheModel(@TempDir Path temporary) throws Exception {
        directory = Files.createDirectory(temporary.resolve("0"));
        for (int i = 0; i < TENANTS; i++) {
            orders.put("s" + i, 1);
            shop.customer("s" + i, 1);
            secrets.put("t" + i + "/key", "k-0");
            secrets.put("t" + i + "/hook", "h");
            shop.accept("s" + i, "k-0");
        }
        open();
        try {
            int steps = Integer.getInteger("steps", 150);
            for (int step = 0; step < steps; step++) {
                step(temporary);
                compare();
            }
        } catch (Throwable e) {
            throw new AssertionError("-Dseed=" + seed + ": " + operations, e);
        } finally {
            registry.close();
            store.close();
            shop.close();
        }
    }

    private void open() {
        store = StateStore.file(directory);
        registry = ConnectorRegistry.in(InstanceStore.in(store))
                .secrets(Shop.secrets(secrets))
                .state(store)
                .time(new VirtualTime())
                .maxOpen(2)
                .build();
        // Without a schedule, so that the test decides when to poll.
        registry.define(Shop.definition("1.0.0", "schedule: {every: PT1H}", "detectDeletions: false"));
        registry.on(
                "shop",
                "orders",
                (instance, event) -> delivered
                        .computeIfAbsent(instance.tenant(), tenant -> ConcurrentHashMap.newKeySet())
                        .add(instance.settings().values().get("shop") + " " + event.key()));
        registry.start();
    }

    /** Continues with a copy of the files, as a process that was killed would find them. */
    private void crash(Path temporary) throws IOException {
        Path copy = Files.createDirectory(temporary.resolve(String.valueOf(++crashes)));
        try (Stream<Path> files = Files.list(directory)) {
            files.filter(file -> !file.getFileName().toString().endsWith("lock"))
                    .forEach(file -> {
                        try {
                            Files.copy(file, copy.resolve(file.getFileName()));
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        }
        registry.close();
        store.close();
        directory = copy;
        open();
    }

    private void step(Path temporary) throws Exception {
        String tenant = "t" + random.nextInt(TENANTS);
        String target = "s" + random.nextInt(TENANTS);
        Model known = model.get(tenant);
        ConnectorInstance instance = registry.instance(tenant, "shop").orElse(null);
        int operation = random.nextInt(12);
        operations.add(operation + " " + tenant + " " + target);
        if (operation == 0) {
            crash(temporary);
        } else if (operation <= 2) {
            orders.merge(target, 1, Integer::sum);
            shop.customer(target, orders.get(target));
        } else if (operation == 3) {
            // The customer revokes the key, or the application rotates it.
            String key = "k-" + random.nextInt(2);
            secrets.put(tenant + "/key", key);
        } else if (known == null || instance == null) {
            assertThat(instance).isNull();
            Throwable failure = catchThrowable(() -> registry.add(tenant, "shop", shop.settings(target)));
            boolean hasKey = secrets.containsKey(tenant + "/key");
            assertThat(failure == null).isEqualTo(hasKey);
            if (hasKey) {
                model.put(tenant, new Model());
                model.get(tenant).shop = target;
                delivered.remove(tenant);
            }
        } else {
            change(operation, tenant, target, known, instance);
        }
    }

    private void change(int operation, String tenant, String target, Model known, ConnectorInstance instance) {
        boolean hasKey = secrets.containsKey(tenant + "/key");
        switch (operation) {
            case 4 -> {
                instance.stop();
                known.state = InstanceState.DISABLED;
            }
            case 5 -> {
                Throwable failure = catchThrowable(instance::start);
                boolean isChecked = known.state != InstanceState.ACTIVE;
                assertThat(failure instanceof InvalidDefinitionException).isEqualTo(isChecked && !hasKey);
                known.state = isChecked && !hasKey ? InstanceState.FAILED : InstanceState.ACTIVE;
            }
            case 6 -> {
                Throwable failure = catchThrowable(() -> instance.change(shop.settings(target)));
                if (hasKey) {
                    known.shop = target;
                    known.state = known.state == InstanceState.DISABLED ? InstanceState.DISABLED : InstanceState.ACTIVE;
                } else {
                    assertThat(failure).isInstanceOf(InvalidDefinitionException.class);
                }
            }
            case 7 -> {
                instance.remove();
                model.remove(tenant);
            }
            case 8 -> {
                Throwable failure = catchThrowable(() -> instance.change(InstanceSettings.of(Map.of("shap", target))));
                assertThat(failure).isInstanceOf(InvalidDefinitionException.class);
            }
            default -> poll(tenant, known, instance);
        }
    }

    private void poll(String tenant, Model known, ConnectorInstance instance) {
        boolean authorized = secrets.get(tenant + "/key").equals("k-0");
        Throwable failure = catchThrowable(() -> instance.withTrigger("orders", PollingTrigger::pollOnce));
        if (known.state == InstanceState.DISABLED) {
            assertThat(failure).hasMessageContaining("is not started");
        } else if (authorized) {
            assertThat(failure).isNull();
            for (int id = 1; id <= orders.get(known.shop); id++) {
                // Another shop has orders with the same ids, which are known.
                if (known.seen.add(String.valueOf(id))) {
                    known.seen.add(known.shop + " " + id);
                }
            }
        } else {
            assertThat(failure).isInstanceOf(ConnectorException.class);
            known.state = InstanceState.NEEDS_AUTHORIZATION;
        }
    }

    private void compare() {
        assertThat(registry.instances())
                .extracting(ConnectorInstance::tenant)
                .containsExactlyElementsOf(new TreeSet<>(model.keySet()));
        model.forEach((tenant, known) -> {
            ConnectorInstance instance = registry.instance(tenant, "shop").orElseThrow();
            assertThat(instance.state()).as(tenant).isEqualTo(known.state);
            assertThat(instance.settings().values()).containsEntry("shop", known.shop);
            assertThat(delivered.getOrDefault(tenant, Set.of()))
                    .as(tenant)
                    .isEqualTo(known.seen.stream()
                            .filter(text -> text.contains(" "))
                            .collect(Collectors.toSet()));
        });
    }
}
