package io.httpconnector.definition.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.definition.subscription.KillService.Hook;
import io.httpconnector.definition.subscription.KillService.Moment;
import io.httpconnector.jdbc.JdbcSchema;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.h2.jdbcx.JdbcConnectionPool;
import org.h2.tools.Server;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills processes like {@code kill -9} while they create, renew, check, rotate, replace and delete a subscription: before and after
 * a request is processed, and at random times. Each successor must leave exactly one subscription, whose events it accepts, and
 * lose no record, and
 * repeat events with the same id only. {@code -Dkills=210} sets the number; {@code -Dseed=...} repeats a run, except for the timing of threads; {@code
 * -Dverbose=true} prints commands and requests.
 */
@Timeout(900)
class SubscriptionKillTest {

    private static final int KILLS = Integer.getInteger("kills", 12);
    private static final int MAX_ACTIONS = 5;
    private static final List<String> ACTIONS =
            List.of("renew", "rotate", "check", "drop", "disable", "stop", "days", "again");
    private static final List<String> URLS =
            List.of("https://hooks.example.com/in/6f1cd0", "https://hooks.example.com/in/a93b71");

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Map<String, Integer> points = new TreeMap<>();

    @TempDir
    private static Path directory;

    private static ClassArchive archive;

    /** A process without a kill, whose classes the others share. */
    @BeforeAll
    static void archiveClasses() throws Exception {
        archive = ClassArchive.in(directory.resolve("classes"));
        Path stores = Files.createDirectory(directory.resolve("training"));
        try (KillService service = new KillService(false);
                KillProcess node = KillProcess.start(archive, service, stores.toString(), URLS.get(0))) {
            for (String command : List.of("register", "run PT80H", "check", "rotate", "poll")) {
                assertThat(node.execute(service.now(), command)).startsWith("ACTIVE");
            }
            assertThat(service.send(node.port(), service.hooks().get(0).secret, "{\"id\":\"t\",\"version\":1}"))
                    .isEqualTo(200);
            assertThat(node.execute(service.now(), "stop")).startsWith("NOT_REGISTERED");
            node.end();
        }
    }

    @Test
    void exactlyOneSubscriptionIsLeft() throws Exception {
        run(Files.createDirectory(directory.resolve("chosen-by-client")), false);
    }

    @Test
    void exactlyOneSubscriptionIsLeftWhoseSecretTheServiceChooses() throws Exception {
        run(Files.createDirectory(directory.resolve("chosen-by-service")), true);
    }

    @Test
    void exactlyOneSubscriptionIsLeftWhenOneOfTwoNodesIsKilled() throws Exception {
        try (JdbcServer server = new JdbcServer();
                KillService service = new KillService(false)) {
            System.out.println("SubscriptionKillTest: two nodes, -Dkills=" + KILLS + " -Dseed=" + seed);
            Nodes nodes = new Nodes(service, server.url());
            KillProcess survivor = nodes.start();
            try {
                for (int kill = 0; kill < KILLS / 3; kill++) {
                    KillProcess victim = nodes.start();
                    if (random.nextBoolean()) {
                        KillProcess started = victim;
                        victim = survivor;
                        survivor = started;
                    }
                    nodes.dieAndBeSucceeded(victim, survivor);
                }
            } finally {
                survivor.close();
            }
            nodes.end();
        }
        System.out.println("SubscriptionKillTest: killed at " + points);
    }

    private void run(Path stores, boolean choosesSecret) throws Exception {
        System.out.println("SubscriptionKillTest: -Dkills=" + KILLS + " -Dseed=" + seed);
        try (KillService service = new KillService(choosesSecret)) {
            Nodes nodes = new Nodes(service, stores.toString());
            for (int kill = 0; kill < KILLS / 3; kill++) {
                nodes.liveAndDie();
            }
            nodes.end();
        }
        requireNoSecret(stores);
        System.out.println("SubscriptionKillTest: killed at " + points);
    }

    private static void requireNoSecret(Path stores) throws Exception {
        try (Stream<Path> files = Files.walk(stores)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain("chosen-by-the-service");
            }
        }
    }

    /** The processes, one after the other, and what they have reported. */
    private final class Nodes {

        private final KillService service;
        private final String stores;
        /** The ids of events by the key of the record. */
        private final Map<String, Set<String>> events = new TreeMap<>();

        private final List<String> history = new ArrayList<>();
        private String url = URLS.get(0);
        /** Whether the last process was about to stop the subscription. */
        private boolean mayBeStopped;
        /** The secret of events that may be under way. */
        private String inFlight = "";

        Nodes(KillService service, String stores) {
            this.service = service;
            this.stores = stores;
        }

        private KillProcess start() throws Exception {
            return KillProcess.start(archive, service, stores, url);
        }

        /** One process: recovers from the death of its predecessor, and dies. */
        void liveAndDie() throws Exception {
            describing(this::tryLiveAndDie);
        }

        private void describing(Callable<?> life) {
            try {
                life.call();
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + ", after " + history, e);
            }
        }

        private boolean tryLiveAndDie() throws Exception {
            if (random.nextInt(6) == 0) {
                url = URLS.get(1 - URLS.indexOf(url));
                // Of two replacements in a row, only the newest previous secret is valid.
                inFlight = "";
            }
            boolean diesInRecovery = random.nextInt(4) == 0;
            history.add(diesInRecovery ? "recovery" : "");
            try (KillProcess node = start()) {
                Killer killer = new Killer(node, service);
                if (diesInRecovery) {
                    killer.arm(random.nextInt(4));
                }
                boolean isAlive = recover(node, diesInRecovery);
                if (isAlive && !diesInRecovery) {
                    killer.arm(random.nextInt(8));
                    actUntilKilled(node);
                }
                bury(node, killer);
            }
            return true;
        }

        private void actUntilKilled(KillProcess node) {
            boolean isAlive = true;
            for (int i = 0; i < MAX_ACTIONS && isAlive; i++) {
                isAlive = act(node, ACTIONS.get(random.nextInt(ACTIONS.size())));
            }
        }

        private void bury(KillProcess node, Killer killer) {
            String at = killer.kill();
            history.set(history.size() - 1, history.get(history.size() - 1) + ": " + at);
            points.merge(at, 1, Integer::sum);
            collect(node);
        }

        /** One of two processes dies while both execute steps. */
        void dieAndBeSucceeded(KillProcess victim, KillProcess survivor) {
            describing(() -> {
                history.add("");
                try (victim) {
                    assertThat(recover(random.nextBoolean() ? victim : survivor, false))
                            .isTrue();
                    Killer killer = new Killer(victim, service);
                    killer.arm(random.nextInt(8));
                    Random own = new Random(random.nextLong());
                    Thread concurrent = new Thread(() -> {
                        while (victim.isAlive()) {
                            String unused = survivor.execute(service.now(), own.nextBoolean() ? "check" : "run PT1M");
                        }
                    });
                    concurrent.start();
                    actUntilKilled(victim);
                    bury(victim, killer);
                    concurrent.join();
                }
                return recover(survivor, false);
            });
        }

        /** Executes the steps of an action; returns false if the process was killed. */
        private boolean act(KillProcess node, String action) {
            history.set(history.size() - 1, history.get(history.size() - 1) + " " + action);
            mayBeStopped = action.equals("stop") || action.equals("again");
            inFlight = action.equals("days") ? "" : secretOfActive(node);
            service.change(node.port());
            boolean isAlive = switch (action) {
                case "renew", "rotate", "check", "stop" -> command(node, action);
                case "drop" -> {
                    service.hooks().forEach(hook -> service.drop(hook.id));
                    yield command(node, "check");
                }
                case "disable" -> {
                    service.hooks().forEach(hook -> hook.active = false);
                    yield command(node, "check");
                }
                case "days" -> command(node, "run PT80H");
                case "again" -> command(node, "stop") && command(node, "register");
                default -> throw new IllegalArgumentException(action);
            };
            service.change(node.port());
            return isAlive && command(node, "poll");
        }

        private boolean command(KillProcess node, String command) {
            return node.execute(service.now(), command) != null;
        }

        /** The secret of the subscription that is active for the service and for us; an empty text if there is none. */
        private String secretOfActive(KillProcess node) {
            String active = node.status();
            return service.hooks().stream()
                    .filter(hook -> active.startsWith("ACTIVE " + hook.id + " "))
                    .map(hook -> hook.secret)
                    .findFirst()
                    .orElse("");
        }

        /** Recovers, and asserts that it has succeeded; returns false if the process was killed. */
        private boolean recover(KillProcess node, boolean mayBeKilled) {
            if (!mayBeKilled) {
                requireEventsAccepted(node);
            }
            if (mayBeStopped) {
                String stopped = node.execute(service.now(), "run PT3M");
                if (stopped == null) {
                    assertThat(mayBeKilled).as("ended by itself").isTrue();
                    return false;
                }
                boolean isGone = stopped.startsWith("NOT_REGISTERED");
                assertThat(service.hooks()).hasSize(isGone ? 0 : 1);
            }
            // Another death while it is registered again may leave either.
            boolean isAlive = command(node, "register")
                    && command(node, "run PT30M")
                    && command(node, "check")
                    && command(node, "run PT1M")
                    && command(node, "poll");
            if (!isAlive) {
                assertThat(mayBeKilled).as("ended by itself").isTrue();
                return false;
            }
            String[] status = node.execute(service.now(), "run PT1S").split(" ", -1);
            assertThat(service.hooks())
                    .as("subscriptions at the service, %s", List.of(status))
                    .hasSize(1);
            Hook hook = service.hooks().get(0);
            assertThat(hook.active).isTrue();
            assertThat(hook.url).isEqualTo(url);
            assertThat(status).startsWith("ACTIVE", hook.id, "0");
            int port = node.port();
            assertThat(service.send(port, hook.secret, "{\"id\":\"now\",\"version\":1}"))
                    .isEqualTo(200);
            assertThat(service.send(port, "another", "{\"id\":\"forged\",\"version\":1}"))
                    .isEqualTo(401);
            if (!inFlight.isEmpty()) {
                // An event that was under way when the secret or the subscription was replaced.
                assertThat(service.send(port, inFlight, "{\"id\":\"late\",\"version\":1}"))
                        .isEqualTo(200);
            }
            collect(node);
            assertThat(events.keySet()).containsAll(service.records()).doesNotContain("forged");
            assertThat(events.entrySet())
                    .as("ids of repeated events")
                    .allMatch(event -> event.getValue().size() == 1);
            return true;
        }

        /**
         * Events are accepted before the first step, if we have chosen their secret. Those of a duplicate, which a slow node has
         * created, need not be.
         */
        private void requireEventsAccepted(KillProcess node) {
            assertThat(node.execute(service.now(), "wait PT2S")).isNotNull();
            if (!service.choosesSecret() && !service.hooks().isEmpty()) {
                assertThat(service.hooks())
                        .as("subscriptions before recovery")
                        .anyMatch(hook ->
                                service.send(node.port(), hook.secret, "{\"id\":\"early\",\"version\":1}") == 200);
            }
        }

        private void collect(KillProcess node) {
            for (String[] event : node.events()) {
                events.computeIfAbsent(event[1], any -> new HashSet<>()).add(event[2]);
            }
        }

        /** Stops the subscription for good. */
        void end() throws Exception {
            try (KillProcess node = start()) {
                assertThat(recover(node, false)).isTrue();
                assertThat(node.execute(service.now(), "stop")).startsWith("NOT_REGISTERED");
                assertThat(service.hooks()).isEmpty();
            }
            System.out.println("SubscriptionKillTest: " + service.records().size() + " records, none lost");
        }
    }

    /** A database server. */
    private static final class JdbcServer implements AutoCloseable {

        private final Server server;
        private final JdbcConnectionPool pool;
        private final String url;

        JdbcServer() throws Exception {
            String name = "mem:" + UUID.randomUUID();
            server = Server.createTcpServer("-tcpPort", "0", "-ifNotExists").start();
            pool = JdbcConnectionPool.create("jdbc:h2:" + name + ";DB_CLOSE_DELAY=-1", "sa", "");
            JdbcSchema.create(pool);
            url = "jdbc:h2:tcp://localhost:" + server.getPort() + "/" + name;
        }

        String url() {
            return url;
        }

        @Override
        public void close() {
            pool.dispose();
            server.stop();
        }
    }

    /** Kills a process at a random point. */
    private final class Killer {

        private final KillProcess node;
        private final KillService service;
        private boolean isArmed;

        Killer(KillProcess node, KillService service) {
            this.node = node;
            this.service = service;
        }

        void arm(int requests) {
            isArmed = true;
            if (random.nextInt(3) > 0) {
                service.ambush(1 + requests, random.nextBoolean() ? Moment.BEFORE : Moment.AFTER, node::kill);
                return;
            }
            long delay = TimeUnit.MICROSECONDS.toNanos(random.nextInt(120_000));
            Thread timer = new Thread(() -> {
                LockSupport.parkNanos(delay);
                node.kill();
            });
            timer.setDaemon(true);
            timer.start();
        }

        /** Kills the process if it is still alive; returns the point. */
        String kill() {
            String at = service.endAmbush();
            boolean wasAlive = node.isAlive();
            node.kill();
            return !at.isEmpty() ? at : wasAlive || !isArmed ? "idle" : "any time";
        }
    }
}
