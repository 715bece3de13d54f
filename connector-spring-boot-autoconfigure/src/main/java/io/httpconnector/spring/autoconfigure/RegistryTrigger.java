package io.httpconnector.spring.autoconfigure;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.registry.ConnectorInstance;
import io.httpconnector.definition.registry.InstanceState;
import io.httpconnector.definition.registry.InstanceTrigger;
import io.httpconnector.polling.PollingStatus;
import io.httpconnector.polling.PollingStatus.State;
import io.httpconnector.spring.ConnectorTriggers.TriggerKind;
import io.httpconnector.spring.ConnectorTriggers.TriggerStatus;
import io.httpconnector.stream.StreamTrigger;
import io.httpconnector.trigger.DeadLetter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A trigger or webhook of an instance of the registry, which starts and stops it.
 *
 * @param instance the instance
 * @param name the name of the trigger or webhook
 * @param kind whether it polls or receives
 */
record RegistryTrigger(ConnectorInstance instance, String name, TriggerKind kind) implements ManagedTrigger {

    private String id() {
        return instance.tenant() + "/" + instance.connector() + "/" + name;
    }

    /** The status without the URL of a webhook, which is a secret. */
    @Override
    public TriggerStatus status() {
        InstanceState state = instance.state();
        String reason = instance.reason().or(instance::lastFailure).orElse(null);
        if (state != InstanceState.ACTIVE) {
            return status(state.name().toLowerCase(Locale.ROOT), 0, null, reason);
        }
        if (kind == TriggerKind.WEBHOOK) {
            return status("receiving", deadLetters().size(), null, reason);
        }
        try {
            boolean isPaused = instance.triggers().stream()
                    .anyMatch(trigger -> trigger.name().equals(name) && trigger.isPaused());
            if (kind == TriggerKind.STREAM) {
                return ManagedStream.status(
                        id(),
                        instance.withStream(name, StreamTrigger::status),
                        isPaused,
                        deadLetters().size());
            }
            PollingStatus polling = instance.withTrigger(name, trigger -> trigger.status());
            boolean isPolling = polling.state() == State.POLLING;
            return status(
                    isPaused ? "paused" : isPolling ? "polling" : "idle",
                    deadLetters().size(),
                    polling,
                    reason);
        } catch (ConnectorException e) {
            return status("failed", 0, null, e.getMessage());
        }
    }

    private TriggerStatus status(String state, int letters, @Nullable PollingStatus polling, @Nullable String reason) {
        return new TriggerStatus(
                id(),
                kind,
                state,
                polling == null ? 0 : polling.consecutiveFailures(),
                polling == null ? null : polling.lastSuccess().orElse(null),
                polling == null ? reason : polling.lastError().orElse(reason),
                instance.nextPoll(name).orElse(null),
                null,
                letters,
                null);
    }

    @Override
    public void measure(TriggerGauges gauges) {
        // The registry is measured as a whole.
    }

    @Override
    public void start() {
        // By the registry.
    }

    @Override
    public void stop(Duration timeout) {
        // By the registry.
    }

    private void requireTrigger() {
        if (kind == TriggerKind.WEBHOOK) {
            throw ManagedTrigger.notPolling(id());
        }
        requireStarted();
    }

    private void requireStarted() {
        if (instance.state() == InstanceState.DISABLED) {
            throw new InvalidDefinitionException(
                    "trigger", "the instance of \"" + id() + "\" is disabled: start it first");
        }
    }

    @Override
    public long poll() {
        if (kind == TriggerKind.STREAM) {
            throw ManagedStream.notPolling(id());
        }
        requireTrigger();
        return instance.withTrigger(name, trigger -> trigger.pollOnce().events());
    }

    @Override
    public void pause() {
        requireTrigger();
        instance.pause(name);
    }

    @Override
    public void resume() {
        requireTrigger();
        instance.resume(name);
    }

    /** The triggers of an instance that is disabled or has failed cannot be opened; its state and the reason are in the status. */
    @Override
    public List<DeadLetter> deadLetters() {
        boolean isClosed = instance.state() == InstanceState.DISABLED || instance.state() == InstanceState.FAILED;
        return isClosed && kind != TriggerKind.WEBHOOK ? List.of() : instance.deadLetters(name);
    }

    @Override
    public boolean replay(String eventId) {
        requireStarted();
        return instance.replay(name, eventId);
    }

    @Override
    public boolean discard(String eventId) {
        requireStarted();
        return instance.discard(name, eventId);
    }

    static RegistryTrigger of(ConnectorInstance instance, InstanceTrigger trigger) {
        return new RegistryTrigger(
                instance,
                trigger.name(),
                trigger.isWebhook()
                        ? TriggerKind.WEBHOOK
                        : trigger.isStream() ? TriggerKind.STREAM : TriggerKind.POLLING);
    }
}
