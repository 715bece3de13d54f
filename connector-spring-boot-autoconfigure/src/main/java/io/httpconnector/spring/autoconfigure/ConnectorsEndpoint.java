package io.httpconnector.spring.autoconfigure;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.registry.ConnectorRegistry;
import io.httpconnector.polling.PushStatus;
import io.httpconnector.spring.ConnectorSubscriptions;
import io.httpconnector.spring.ConnectorTriggers;
import io.httpconnector.spring.ConnectorTriggers.TriggerStatus;
import io.httpconnector.trigger.DeadLetter;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * The endpoint {@code connectors} of Actuator: lists triggers, webhooks and their subscriptions, polls triggers now, pauses and resumes
 * them, replays or discards dead letters, and renews, checks and rotates subscriptions. It shows no payloads.
 */
@Endpoint(id = "connectors")
public final class ConnectorsEndpoint {

    /** The first part of the path of a trigger whose id has only one part. */
    private static final String TRIGGERS = "triggers";

    /** The first part of the path of a subscription whose id has only one part. */
    private static final String SUBSCRIPTIONS = "subscriptions";

    private static final String SUBSCRIPTION = "subscription";
    private static final String TRIGGER = "trigger";

    private final ConnectorTriggers triggers;
    private final ConnectorSubscriptions subscriptions;
    private final @Nullable ConnectorRegistry registry;

    ConnectorsEndpoint(
            ConnectorTriggers triggers, ConnectorSubscriptions subscriptions, @Nullable ConnectorRegistry registry) {
        this.triggers = triggers;
        this.subscriptions = subscriptions;
        this.registry = registry;
    }

    /**
     * Lists all triggers, webhooks and subscriptions of the connections, counts the instances of the registry, and shows the webhook
     * URLs that they share; or lists the triggers and webhooks of a customer of the registry.
     *
     * @param tenant the ID of the customer; by default those of the connections
     * @return their status
     */
    @ReadOperation
    public Map<String, Object> list(@org.springframework.lang.Nullable @Nullable String tenant) {
        Map<String, Object> json = new LinkedHashMap<>();
        List<TriggerStatus> listed = tenant == null ? triggers.list() : triggers.ofTenant(tenant);
        json.put("triggers", listed.stream().map(ConnectorsEndpoint::json).toList());
        if (tenant == null) {
            json.put(
                    SUBSCRIPTIONS,
                    subscriptions.list().entrySet().stream()
                            .map(each -> SubscriptionJson.of(each.getKey(), each.getValue()))
                            .toList());
        }
        if (registry != null && tenant == null) {
            InstanceHealth.of(registry).addTo(json);
            json.put("webhookUrls", sharedUrls(registry));
        }
        return json;
    }

    /** Returns the URLs that all customers share; none as long as the registry is not started. */
    private static Map<String, URI> sharedUrls(ConnectorRegistry registry) {
        try {
            return registry.webhookUrls();
        } catch (IllegalStateException e) {
            return Map.of();
        }
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
        return trigger(triggers.ofTenant(tenant), tenant + "/" + connector + "/" + trigger);
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
        return result(count, TRIGGER, showInstance(tenant, connector, trigger));
    }

    /**
     * Shows a trigger or webhook with its dead letters and its subscription, or a subscription of its own.
     *
     * @param connection the name of the connection; "subscriptions" or "triggers" for one that is a bean
     * @param trigger the name of the trigger or subscription
     * @return the status; null if there is none, which is the status 404
     */
    @ReadOperation
    public @Nullable Map<String, Object> show(@Selector String connection, @Selector String trigger) {
        Map<String, Object> json = trigger(triggers.list(), id(connection, trigger));
        Map<String, Object> subscription = subscription(connection, trigger)
                .flatMap(id -> subscriptions.status(id).map(status -> SubscriptionJson.of(id, status)))
                .orElse(null);
        if (json == null || subscription == null) {
            return json == null ? subscription : json;
        }
        json.put(SUBSCRIPTION, subscription);
        return json;
    }

    /** Returns the id of the trigger at a path. */
    private String id(String connection, String trigger) {
        String id = connection + "/" + trigger;
        boolean isBean = connection.equals(TRIGGERS)
                && triggers.list().stream().noneMatch(status -> status.id().equals(id));
        return isBean ? trigger : id;
    }

    private @Nullable Map<String, Object> trigger(List<TriggerStatus> all, String id) {
        return all.stream()
                .filter(status -> status.id().equals(id))
                .findFirst()
                .map(this::details)
                .orElse(null);
    }

    private Map<String, Object> details(TriggerStatus status) {
        Map<String, Object> json = json(status);
        json.put(
                "deadLetters",
                triggers.deadLetters(status.id()).stream()
                        .map(ConnectorsEndpoint::json)
                        .toList());
        return json;
    }

    /** Returns the id of the subscription at a path. */
    private Optional<String> subscription(String connection, String trigger) {
        Optional<String> ofWebhook = Optional.of(connection + "/" + trigger).filter(this::isSubscription);
        return connection.equals(SUBSCRIPTIONS) && ofWebhook.isEmpty()
                ? Optional.of(trigger).filter(this::isSubscription)
                : ofWebhook;
    }

    private boolean isSubscription(String id) {
        return subscriptions.status(id).isPresent();
    }

    /**
     * Polls, pauses or resumes a trigger, replays or discards its dead letters, or renews, checks or rotates a subscription.
     *
     * @param connection the name of the connection; "subscriptions" or "triggers" for one that is a bean
     * @param trigger the name of the trigger or subscription
     * @param action {@code poll}, {@code pause}, {@code resume}, {@code replay} or {@code discard}; {@code renew}, {@code check} or
     *     {@code rotate}
     * @param event the id of the event of a dead letter; by default, all dead letters are replayed
     * @return the number of events that the action concerned, and the status afterwards
     */
    @WriteOperation
    public Map<String, Object> act(
            @Selector String connection,
            @Selector String trigger,
            String action,
            @org.springframework.lang.Nullable @Nullable String event) {
        String path = id(connection, trigger);
        long count = 0;
        switch (action) {
            case "renew", "check", "rotate" -> manage(connection, trigger, action);
            default -> count = checkedAct(path, action, event);
        }
        boolean isTrigger =
                triggers.list().stream().anyMatch(status -> status.id().equals(path));
        return result(count, isTrigger ? TRIGGER : SUBSCRIPTION, show(connection, trigger));
    }

    private void manage(String connection, String trigger, String action) {
        try {
            String id = required(connection, trigger);
            switch (action) {
                case "renew" -> subscriptions.renew(id);
                case "check" -> subscriptions.check(id);
                default -> subscriptions.rotate(id);
            }
        } catch (InvalidDefinitionException e) {
            throw new InvalidEndpointRequestException(String.valueOf(e.getMessage()), "invalid action");
        }
    }

    private long checkedAct(String id, String action, @Nullable String event) {
        try {
            return act(id, action, event);
        } catch (ConnectorException e) {
            // Such as a trigger that does not exist, that needs an authorization, or that another node works for.
            throw new InvalidEndpointRequestException(String.valueOf(e.getMessage()), "invalid action");
        }
    }

    private static Map<String, Object> result(long events, String kind, @Nullable Map<String, Object> shown) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("events", events);
        result.put(kind, shown);
        return result;
    }

    private String required(String connection, String trigger) {
        return subscription(connection, trigger)
                .orElseThrow(() -> new InvalidDefinitionException(
                        "action", "\"" + connection + "/" + trigger + "\" is no webhook subscription"));
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
                        "action",
                        (action.isEmpty() ? "it is missing" : "\"" + action + "\" is unknown")
                                + ": use poll, pause, resume, replay or discard, or renew, check or rotate");
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
        PushStatus webhook = status.webhook();
        if (webhook != null) {
            json.put("missedEvents", webhook.missed());
            json.put("missedShare", webhook.missedShare());
            json.put("isSilent", webhook.isSilent());
        }
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
