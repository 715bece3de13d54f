package io.httpconnector.definition.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.ConnectorException;
import io.httpconnector.definition.registry.Definitions.Defined;
import io.httpconnector.internal.threads.BackgroundThread;
import io.httpconnector.internal.threads.BackgroundThread.BackgroundTask;
import io.httpconnector.jdbc.ClusteredPolling;
import io.httpconnector.jdbc.ClusteredPollingBuilder;
import io.httpconnector.polling.PollingTriggerBuilder;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** Polls by {@link ClusteredPolling}, and notices what other nodes have changed. Thread-safe. */
final class JdbcClusterMember implements ClusterMember {

    private static final Duration REFRESH = Duration.ofSeconds(2);
    private static final Duration JOIN = Duration.ofSeconds(10);

    /** The revision of a trigger that this node has not planned. */
    private static final long UNKNOWN = 0;

    private final RegistryEnvironment environment;
    private final ClusteredPolling polling;

    /** The revision with which a trigger was planned, by its ID. */
    private final Map<String, Long> planned = new ConcurrentHashMap<>();

    private final CountDownLatch closing = new CountDownLatch(1);
    private final BackgroundThread refreshing;

    JdbcClusterMember(RegistryEnvironment environment, ClusteredPollingBuilder cluster) {
        this.environment = environment;
        this.polling = cluster.start(this::create);
        polling.list()
                .forEach(status -> planned.put(
                        status.id(), status.definition().path("revision").asLong()));
        this.refreshing =
                new BackgroundThread("http-connector registry refresh", environment.settings.time(), new Refresh());
        refreshing.ensureRunning();
    }

    private static String id(StoredInstance instance, String trigger) {
        return instance.id().tenant() + "/" + instance.id().connector() + "/" + trigger;
    }

    @Override
    public void plan(StoredInstance instance, String trigger) {
        String id = id(instance, trigger);
        Long known = planned.get(id);
        if (known == null || known != instance.revision()) {
            polling.put(id, JsonNodeFactory.instance.objectNode().put("revision", instance.revision()));
            boolean polls = known != null && polling.resume(id);
            if (!polls && isHybrid(instance, trigger)) {
                // Webhooks may have been lost while the instance was not started.
                boolean unused = polling.pollNow(id);
            }
            planned.put(id, instance.revision());
        }
    }

    private boolean isHybrid(StoredInstance instance, String trigger) {
        Defined defined = environment.definitions.find(instance.id().connector(), instance.version());
        return defined != null && defined.hybrids().containsKey(trigger);
    }

    @Override
    public void pollNow(StoredInstance instance, String trigger) {
        boolean unused = polling.pollNow(id(instance, trigger));
    }

    @Override
    public void betweenPolls(StoredInstance instance, String trigger, Runnable push) {
        polling.betweenPolls(id(instance, trigger), push);
    }

    @Override
    public void notice(StoredInstance instance, String trigger) {
        planned.putIfAbsent(id(instance, trigger), UNKNOWN);
    }

    @Override
    public void pause(StoredInstance instance, String trigger) {
        boolean unused = polling.pause(id(instance, trigger));
        planned.put(id(instance, trigger), UNKNOWN);
    }

    @Override
    public void remove(StoredInstance instance, String trigger) {
        boolean unused = polling.remove(id(instance, trigger));
        planned.remove(id(instance, trigger));
    }

    /** Creates a trigger for a poll on this node. */
    private PollingTriggerBuilder create(String id, JsonNode definition) {
        int trigger = id.lastIndexOf('/');
        int connector = id.lastIndexOf('/', trigger - 1);
        InstanceId owner = new InstanceId(id.substring(0, connector), id.substring(connector + 1, trigger));
        ConnectorInstance instance = environment.instances.get(owner);
        if (instance == null
                || instance.lifecycle().stored().revision()
                        < definition.path("revision").asLong()) {
            environment.refresh(owner);
            instance = environment.instances.get(owner);
        }
        if (instance == null) {
            environment.background(() -> {
                boolean unused = polling.remove(id);
            });
            throw new ConnectorException(owner + " does not exist any more: its polls end");
        }
        if (instance.lifecycle().stored().isStopped()) {
            environment.background(() -> {
                boolean unused = polling.pause(id);
            });
        }
        return instance.lifecycle().running().triggerBuilder(id.substring(trigger + 1));
    }

    /** Reads what other nodes have changed. */
    private final class Refresh implements BackgroundTask {

        @Override
        public void step() throws InterruptedException {
            if (!environment.settings.time().await(closing, REFRESH)) {
                environment.refresh();
            }
        }

        @Override
        public boolean isEnded() {
            return closing.getCount() == 0;
        }
    }

    @Override
    public void close() {
        closing.countDown();
        boolean unused = refreshing.join(JOIN);
        polling.close();
    }
}
