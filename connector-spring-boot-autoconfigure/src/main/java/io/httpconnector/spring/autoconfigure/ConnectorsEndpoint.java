package io.httpconnector.spring.autoconfigure;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.spring.ConnectorTriggers;
import io.httpconnector.spring.ConnectorTriggers.TriggerStatus;
import io.httpconnector.trigger.DeadLetter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * The endpoint {@code connectors} of Actuator: lists triggers and webhooks, polls them now, pauses and resumes them, and replays or
 * discards dead letters. It shows no payloads.
 */
@Endpoint(id = "connectors")
public final class ConnectorsEndpoint {

    private final ConnectorTriggers triggers;
    private final @Nullable ConnectorRegistry registry;

    ConnectorsEndpoint(ConnectorTriggers triggers, @Nullable ConnectorRegistry registry) {
        this.triggers = triggers;
        this.registry = registry;
    }

    /**
     * Lists all triggers and webhooks of the connections, and counts the instances of the registry; or lists the triggers and webhooks
     * of a customer of the registry.
     *
     * @param tenant the ID of the customer; by default those of the connections
     * @return their status
     */
    @ReadOperation
    public Map<String, Object> list(@org.springframework.lang.Nullable @Nullable String tenant) {
        Map<String, Object> json = new LinkedHashMap<>();
        List<TriggerStatus> listed = tenant == null ? triggers.list() : triggers.ofTenant(tenant);
        json.put("triggers", listed.stream().map(ConnectorsEndpoint::json).toList());
        if (registry != null && tenant == null) {
            InstanceHealth.of(registry).addTo(json);
        }
        return json;
    }

    /**
     * Shows a trigger or webhook of a customer of the registry with its dead letters.
     *
     * @param tenant the ID of the customer
     * @param connector the ID of the connector
     * @param trigger the name of the trigger
     * @return its status and dead letters; null if there is none, which is the status 404
     */
    @ReadOperation
    public @Nullable Map<String, Object> showInstance(
            @Selector String tenant, @Selector String connector, @Selector String trigger) {
        return show(triggers.ofTenant(tenant), tenant + "/" + connector + "/" + trigger);
    }

    /**
     * Polls, pauses or resumes a trigger of a customer of the registry, or replays or discards its dead letters.
     *
     * @param tenant the ID of the customer
     * @param connector the ID of the connector
     * @param trigger the name of the trigger
     * @param action {@code poll}, {@code pause}, {@code resume}, {@code replay} or {@code discard}
     * @param event the id of the event of a dead letter; by default, all dead letters are replayed
     * @return the number of events that the action concerned, and the status afterwards
     */
    @WriteOperation
    public Map<String, Object> actOnInstance(
            @Selector String tenant,
            @Selector String connector,
            @Selector String trigger,
            String action,
            @org.springframework.lang.Nullable @Nullable String event) {
        long count = checkedAct(tenant + "/" + connector + "/" + trigger, action, event);
        return result(count, showInstance(tenant, connector, trigger));
    }

    /**
     * Shows a trigger or webhook with its dead letters.
     *
     * @param connection the name of the connection
     * @param trigger the name of the trigger
     * @return its status and dead letters; null if there is none, which is the status 404
     */
    @ReadOperation
    public @Nullable Map<String, Object> show(@Selector String connection, @Selector String trigger) {
        return show(triggers.list(), connection + "/" + trigger);
    }

    private @Nullable Map<String, Object> show(List<TriggerStatus> all, String id) {
        return all.stream()
                .filter(status -> status.id().equals(id))
                .findFirst()
                .map(status -> {
                    Map<String, Object> json = json(status);
                    json.put(
                            "deadLetters",
                            triggers.deadLetters(id).stream()
                                    .map(ConnectorsEndpoint::json)
                                    .toList());
                    return json;
                })
                .orElse(null);
    }

    /**
     * Polls, pauses or resumes a trigger, or replays or discards its dead letters.
     *
     * @param connection the name of the connection
     * @param trigger the name of the trigger
     * @param action {@code poll}, {@code pause}, {@code resume}, {@code replay} or {@code discard}
     * @param event the id of the event of a dead letter; by default, all dead letters are replayed
     * @return the number of events that the action concerned, and the status afterwards
     */
    @WriteOperation
    public Map<String, Object> act(
            @Selector String connection,
            @Selector String trigger,
            String action,
            @org.springframework.lang.Nullable @Nullable String event) {
        long count = checkedAct(connection + "/" + trigger, action, event);
        return result(count, show(connection, trigger));
    }

    private long checkedAct(String id, String action, @Nullable String event) {
        try {
            return act(id, action, event);
        } catch (InvalidDefinitionException e) {
            throw new InvalidEndpointRequestException(String.valueOf(e.getMessage()), "invalid action");
        }
    }

    private static Map<String, Object> result(long events, @Nullable Map<String, Object> trigger) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("events", events);
        result.put("trigger", trigger);
        return result;
    }

    private long act(String id, String action, @Nullable String event) {
        return switch (action) {
            case "poll" -> triggers.poll(id);
            case "pause" -> {
                triggers.pause(id);
                yield 0;
            }
            case "resume" -> {
                triggers.resume(id);
                yield 0;
            }
            case "replay" ->
                events(id, event).stream()
                        .filter(each -> triggers.replay(id, each))
                        .count();
            case "discard" -> {
                if (event == null) {
                    throw new InvalidDefinitionException("action", "discard needs the id of the event");
                }
                yield triggers.discard(id, event) ? 1 : 0;
            }
            default ->
                throw new InvalidDefinitionException(
                        "action", "\"" + action + "\" is unknown: use poll, pause, resume, replay or discard");
        };
    }

    private List<String> events(String id, @Nullable String event) {
        List<String> events = new ArrayList<>();
        if (event == null) {
            triggers.deadLetters(id).forEach(letter -> events.add(letter.event().id()));
        } else {
            events.add(event);
        }
        return events;
    }

    private static Map<String, Object> json(TriggerStatus status) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", status.id());
        json.put("kind", status.kind().name().toLowerCase(Locale.ROOT));
        json.put("state", status.state());
        json.put("consecutiveFailures", status.consecutiveFailures());
        put(json, "lastSuccess", status.lastSuccess());
        put(json, "lastError", status.lastError());
        put(json, "nextPoll", status.nextPoll());
        put(json, "path", status.path());
        json.put("deadLetterCount", status.deadLetters());
        return json;
    }

    private static void put(Map<String, Object> json, String member, @Nullable Object value) {
        if (value != null) {
            json.put(member, value.toString());
        }
    }

    private static Map<String, Object> json(DeadLetter letter) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("event", letter.event().id());
        json.put("key", letter.event().key());
        json.put("error", letter.error());
        json.put("attempts", letter.attempts());
        json.put("time", letter.time().toString());
        return json;
    }
}
