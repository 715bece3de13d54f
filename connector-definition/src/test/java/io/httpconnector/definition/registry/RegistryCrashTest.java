package io.httpconnector.definition.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.Secret;
import io.httpconnector.jdbc.JdbcSchema;
import io.httpconnector.jdbc.JdbcStateStore;
import io.httpconnector.polling.PollResult;
import io.httpconnector.polling.PollingException;
import io.httpconnector.polling.PollingListener;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.state.StateStore;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kills a process with a registry at random times: between an event and its checkpoint, between checkpoints, and while the state
 * of an instance is stored. The seed is printed; {@code -Dseed=...} repeats a run, except for the timing of threads.
 */
@Timeout(120)
class RegistryCrashTest {

    private static final int KILLS = 3;
    private static final int MAX_EVENTS = 40;
    private static final List<String> POLLED = List.of("a", "b", "c");
    /** Distinguishes what a process reports from its log. */
    private static final String PREFIX = "> ";
    /** Is started and stopped all the time. */
    private static final String TOGGLED = "z";

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Shop shop = new Shop();
    private final Map<String, Integer> orders = new HashMap<>();

    /** The IDs of the events by tenant and key, in all processes. */
    private final Map<String, Set<String>> events = new HashMap<>();

    /** The events that were handled before the end of their poll: they must not be repeated. */
    private final Set<String> completed = new HashSet<>();

    private int repeated;

    @AfterEach
    void close() {
        shop.close();
    }

    /** A process with a registry. Prints what it does: a line is complete before the next step begins. */
    static final class Node {

        public static void main(String[] arguments) {
            Path directory = Path.of(arguments[1]);
            StateStore state;
            InstanceStore instances;
            if (arguments[0].equals("file")) {
                state = StateStore.file(directory.resolve("state"));
                instances = InstanceStore.file(directory.resolve("instances"));
            } else {
                // By default, H2 writes a commit to its file up to 500 ms later.
                JdbcConnectionPool pool = JdbcConnectionPool.create(
                        "jdbc:h2:retry:" + directory.resolve("database").toAbsolutePath() + ";WRITE_DELAY=0", "sa", "");
                JdbcSchema.create(pool);
                state = JdbcStateStore.of(pool);
                instances = InstanceStore.in(state);
            }
            ConnectorRegistry registry = ConnectorRegistry.in(instances)
                    .state(state)
                    .secrets(reference -> Secret.of("k-1"))
                    .context(context -> context.triggers(trigger -> trigger.listener(new Completed())))
                    .build();
            registry.define(Shop.definition());
            registry.on("shop", "orders", (instance, event) -> {
                print("event " + instance.tenant() + " " + event.key() + " " + event.id());
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(3));
            });
            registry.start();
            registry.instances().forEach(instance -> print("found " + instance.tenant() + " " + instance.state()));
            print("ready");
            for (String tenant : arguments[3].split(",", -1)) {
                if (registry.instance(tenant, "shop").isEmpty()) {
                    registry.add(tenant, "shop", InstanceSettings.of(Map.of("url", arguments[2], "shop", tenant)));
                    print("stored " + tenant + " ACTIVE");
                }
            }
            for (String tenant : POLLED) {
                new Thread(() -> poll(registry.instance(tenant, "shop").orElseThrow())).start();
            }
            toggle(registry.instance(TOGGLED, "shop").orElseThrow());
        }

        private static void poll(ConnectorInstance instance) {
            while (true) {
                try {
                    instance.withTrigger("orders", PollingTrigger::pollOnce);
                } catch (PollingException e) {
                    if (e.reason() != PollingException.Reason.BUSY) {
                        throw e;
                    }
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
        }

        private static void toggle(ConnectorInstance instance) {
            while (true) {
                print("storing " + instance.tenant() + " DISABLED");
                instance.stop();
                print("stored " + instance.tenant() + " DISABLED");
                print("storing " + instance.tenant() + " ACTIVE");
                instance.start();
                print("stored " + instance.tenant() + " ACTIVE");
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }

        private static void print(String line) {
            synchronized (System.out) {
                System.out.println(PREFIX + line);
                System.out.flush();
            }
        }

        /** Prints when a poll has ended. */
        private static final class Completed implements PollingListener {
            @Override
            public void onSuccess(String trigger, PollResult result) {
                print("completed " + trigger.replaceFirst("/.*", ""));
            }
        }
    }

    private Process start(String store, Path directory) throws Exception {
        List<String> tenants = new ArrayList<>(POLLED);
        tenants.add(TOGGLED);
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xshare:auto",
                        "-Xmx200m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Node.class.getName(),
                        store,
                        directory.toString(),
                        shop.url(),
                        String.join(",", tenants))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** The states that the killed processes have stored, or were storing. */
    private static final class States {
        private final Map<String, Set<String>> possible = new HashMap<>();

        void line(String[] words) {
            if (words[0].equals("storing")) {
                possible.computeIfAbsent(words[1], tenant -> new TreeSet<>()).add(words[2]);
            } else {
                possible.put(words[1], new TreeSet<>(Set.of(words[2])));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "h2"})
    void noEventIsLostAndStatesSurvive(String store, @TempDir Path directory) throws Exception {
        System.out.println("RegistryCrashTest: " + store + " -Dseed=" + seed);
        for (String tenant : POLLED) {
            orders(tenant, 3);
        }
        orders(TOGGLED, 3);
        States states = new States();
        for (int kill = 0; kill < KILLS; kill++) {
            run(start(store, directory), states, 1 + random.nextInt(MAX_EVENTS));
        }
        run(start(store, directory), states, Integer.MAX_VALUE);

        for (String tenant : POLLED) {
            for (int id = 1; id <= orders.get(tenant); id++) {
                assertThat(events).as("seed %s", seed).containsKey(tenant + " " + id);
            }
        }
        assertThat(events.values()).as("ids of repeated events, seed %s", seed).allMatch(ids -> ids.size() == 1);
        System.out.println("RegistryCrashTest: " + store + ": " + KILLS + " kills, " + events.size() + " events, "
                + repeated + " repeated");
    }

    private void orders(String tenant, int count) {
        orders.put(tenant, count);
        shop.customer(tenant, count);
    }

    /** Reads what a process prints, and kills it after a number of events, or when it has handled all orders. */
    private void run(Process process, States states, int maxEvents) throws Exception {
        try (BufferedReader output = process.inputReader()) {
            Map<String, Set<String>> found = new HashMap<>();
            Map<String, List<String>> handled = new HashMap<>();
            int count = 0;
            boolean isKilled = false;
            String line = output.readLine();
            while (line != null) {
                if (!line.startsWith(PREFIX)) {
                    line = output.readLine();
                    continue;
                }
                String[] words = line.substring(PREFIX.length()).split(" ", -1);
                handle(words, states, found, handled);
                count += words[0].equals("event") ? 1 : 0;
                if (words[0].equals("completed")
                        && orders.get(words[1]) < MAX_EVENTS
                        && maxEvents < Integer.MAX_VALUE) {
                    orders(words[1], orders.get(words[1]) + 1 + random.nextInt(4));
                }
                if (!isKilled && (count >= maxEvents || (maxEvents == Integer.MAX_VALUE && isComplete()))) {
                    isKilled = true;
                    LockSupport.parkNanos(random.nextInt(4_000_000));
                    // That of the process would also close its output, of which the last lines are needed.
                    process.toHandle().destroyForcibly();
                }
                line = output.readLine();
            }
            assertThat(isKilled).as("ended without being killed, seed %s", seed).isTrue();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private boolean isComplete() {
        return POLLED.stream()
                .allMatch(tenant -> events.keySet().stream()
                                .filter(key -> key.startsWith(tenant + " "))
                                .count()
                        == orders.get(tenant));
    }

    private void handle(
            String[] words, States states, Map<String, Set<String>> found, Map<String, List<String>> handled) {
        switch (words[0]) {
            case "event" -> {
                String key = words[1] + " " + words[2];
                assertThat(completed)
                        .as("events of completed polls, seed %s", seed)
                        .doesNotContain(key);
                Set<String> ids = events.computeIfAbsent(key, any -> new HashSet<>());
                repeated += ids.isEmpty() ? 0 : 1;
                ids.add(words[3]);
                handled.computeIfAbsent(words[1], any -> new ArrayList<>()).add(key);
            }
            case "completed" -> {
                List<String> keys = handled.remove(words[1]);
                completed.addAll(keys == null ? List.of() : keys);
            }
            case "found" -> found.put(words[1], Set.of(words[2]));
            case "ready" ->
                states.possible.forEach((tenant, possible) -> {
                    assertThat(found).as("instances, seed %s", seed).containsKey(tenant);
                    assertThat(possible)
                            .as("states of %s, seed %s", tenant, seed)
                            .containsAll(found.get(tenant));
                });
            case "storing", "stored" -> states.line(words);
            default -> throw new AssertionError(String.join(" ", words));
        }
    }
}
