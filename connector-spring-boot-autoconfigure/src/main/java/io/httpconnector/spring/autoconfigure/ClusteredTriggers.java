package io.httpconnector.spring.autoconfigure;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.HybridHost;
import io.httpconnector.jdbc.ClusteredPolling;
import io.httpconnector.jdbc.ClusteredPollingBuilder;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.polling.PushStatus;
import io.httpconnector.spring.ConnectorTriggers.TriggerKind;
import io.httpconnector.spring.ConnectorTriggers.TriggerStatus;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.trigger.DeadLetter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The polling triggers of a cluster: each one is polled by one node at a time. */
final class ClusteredTriggers {

    private static final int MAX_ATTEMPTS = 5;

    private final ClusteredPollingBuilder builder;
    private final Map<String, Supplier<PollingTriggerBuilder>> factories = new LinkedHashMap<>();

    /** The ids of triggers in the cluster by connection and name. */
    private final Map<String, String> ids = new ConcurrentHashMap<>();

    private @Nullable ClusteredPolling polling;

    ClusteredTriggers(ClusteredPollingBuilder builder) {
        this.builder = builder;
    }

    /** Adds a trigger; before the start. One without a schedule is polled on request only, by this node. */
    ManagedTrigger add(String id, TriggerMethod method, Connector connector) {
        PollingTriggerBuilder first = ManagedPolling.builder(method, connector);
        if (!first.toJson().has("schedule")) {
            return ManagedPolling.of(id, method, connector);
        }
        PollingTrigger trigger = first.build();
        trigger.close();
        factories.put(trigger.id(), () -> ManagedPolling.builder(method, connector));
        ids.put(id, trigger.id());
        return new ClusteredTrigger(id, trigger.id());
    }

    synchronized void start() {
        if (polling == null && !factories.isEmpty()) {
            ClusteredPolling started = builder.start((id, definition) -> {
                Supplier<PollingTriggerBuilder> factory = factories.get(id);
                if (factory == null) {
                    throw new InvalidDefinitionException(
                            "trigger", "this version of the application has no trigger \"" + id + "\"");
                }
                return factory.get();
            });
            polling = started;
            factories.forEach((id, factory) -> started.put(id, factory.get().toJson()));
        }
    }

    synchronized void stop() {
        if (polling != null) {
            polling.close();
            polling = null;
        }
    }

    /** Returns what schedules the polls of the hybrid triggers of a connection. */
    HybridHost hybrids(String connection) {
        return new HybridHost() {
            @Override
            public void requestPoll(String trigger) {
                String id = ids.get(connection + "/" + trigger);
                if (id != null && isStarted()) {
                    boolean unused = polling().pollNow(id);
                }
            }

            @Override
            public void betweenPolls(String trigger, Runnable push) {
                String id = ids.get(connection + "/" + trigger);
                if (id != null && isStarted()) {
                    polling().betweenPolls(id, push);
                } else {
                    push.run();
                }
            }
        };
    }

    private synchronized boolean isStarted() {
        return polling != null;
    }

    private synchronized ClusteredPolling polling() {
        if (polling == null) {
            throw new IllegalStateException("The application has not started, or is stopping");
        }
        return polling;
    }

    /** A trigger of the cluster. */
    private final class ClusteredTrigger implements ManagedTrigger {

        private final String id;
        private final String clusterId;

        ClusteredTrigger(String id, String clusterId) {
            this.id = id;
            this.clusterId = clusterId;
        }

        /** Does the work again if a node has polled at the same time: of two concurrent writes of the state, one is rejected. */
        private <T> T with(Function<PollingTrigger, T> work) {
            for (int attempt = 1; ; attempt++) {
                try {
                    return polling().with(clusterId, work).orElseThrow();
                } catch (StateException e) {
                    if (e.reason() != StateFailure.CONFLICT || attempt == MAX_ATTEMPTS) {
                        throw e;
                    }
                }
            }
        }

        private ClusteredPolling.Status clusterStatus() {
            return polling().list().stream()
                    .filter(each -> each.id().equals(clusterId))
                    .findFirst()
                    .orElseThrow();
        }

        @Override
        public Optional<PushStatus> pushStatus() {
            return isStarted() ? with(ManagedPolling::pushStatus) : Optional.empty();
        }

        @Override
        public void measure(TriggerGauges gauges) {
            // Before the start and after the end they have no value.
            gauges.addTrigger(
                    clusterId,
                    () -> isStarted() ? clusterStatus().failures() : 0,
                    () -> isStarted() ? Optional.ofNullable(clusterStatus().lastSuccess()) : Optional.empty());
        }

        @Override
        public TriggerStatus status() {
            ClusteredPolling.Status status = clusterStatus();
            return new TriggerStatus(
                    id,
                    TriggerKind.POLLING,
                    status.state().name().toLowerCase(Locale.ROOT),
                    status.failures(),
                    status.lastSuccess(),
                    status.failures() == 0 ? null : "see the log of the node that polled at " + status.lastFailure(),
                    status.next(),
                    null,
                    deadLetters().size(),
                    null);
        }

        @Override
        public void start() {}

        @Override
        public void stop(Duration timeout) {}

        @Override
        public long poll() {
            return with(PollingTrigger::pollOnce).events();
        }

        @Override
        public void pause() {
            boolean unused = polling().pause(clusterId);
        }

        @Override
        public void resume() {
            boolean unused = polling().resume(clusterId);
        }

        @Override
        public List<DeadLetter> deadLetters() {
            return with(PollingTrigger::deadLetters);
        }

        @Override
        public boolean replay(String eventId) {
            return with(trigger -> trigger.replay(eventId));
        }

        @Override
        public boolean discard(String eventId) {
            return with(trigger -> trigger.discard(eventId));
        }
    }
}
