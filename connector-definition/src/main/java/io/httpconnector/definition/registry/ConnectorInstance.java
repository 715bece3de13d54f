package io.httpconnector.definition.registry;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Response;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.DefinitionChange;
import io.httpconnector.internal.Arguments;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.stream.StreamTrigger;
import io.httpconnector.template.Pills;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.webhook.hybrid.HybridStatus;
import io.httpconnector.webhook.subscription.SubscriptionStatus;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * An instance of a connector document for one customer, managed by a {@link ConnectorRegistry}. Each change is stored before its
 * method returns. Thread-safe.
 *
 * <pre>{@code
 * ConnectorInstance acme = registry.instance("acme", "shopify").orElseThrow();
 * acme.stop();
 * acme.change(InstanceSettings.of(Map.of("shop", "acme-eu")));
 * acme.start();
 * }</pre>
 */
public final class ConnectorInstance {

    private final RegistryEnvironment environment;
    private final InstanceLifecycle lifecycle;

    ConnectorInstance(RegistryEnvironment environment, StoredInstance stored) {
        this.environment = environment;
        this.lifecycle = new InstanceLifecycle(environment, this, stored);
    }

    InstanceLifecycle lifecycle() {
        return lifecycle;
    }

    /**
     * Returns the tenant.
     *
     * @return the ID of the customer
     */
    public String tenant() {
        return lifecycle.stored().id().tenant();
    }

    /**
     * Returns the connector.
     *
     * @return the ID of the connector document
     */
    public String connector() {
        return lifecycle.stored().id().connector();
    }

    /**
     * Returns the version.
     *
     * @return the version of the connector document
     */
    public String version() {
        return lifecycle.stored().version();
    }

    /**
     * Returns the settings.
     *
     * @return what the customer has chosen
     */
    public InstanceSettings settings() {
        return lifecycle.stored().settings();
    }

    /**
     * Returns the state.
     *
     * @return the state
     */
    public InstanceState state() {
        return lifecycle.stored().state();
    }

    /**
     * Returns why the instance has failed or needs authorization.
     *
     * @return the reason, without secrets; empty in other states
     */
    public Optional<String> reason() {
        return Optional.of(lifecycle.stored().reason()).filter(reason -> !reason.isEmpty());
    }

    /**
     * Returns why a poll or a handler has failed last, since the instance was started on this node.
     *
     * @return the message, without secrets; empty if none has failed
     */
    public Optional<String> lastFailure() {
        InstanceRuntime current = lifecycle.runtime();
        return current == null ? Optional.empty() : current.lastFailure();
    }

    /**
     * Returns when a trigger polls next.
     *
     * @param trigger the name of the trigger
     * @return the time; empty if the trigger does not poll, or this is not determined yet
     */
    public Optional<Instant> nextPoll(String trigger) {
        InstanceRuntime current = lifecycle.runtime();
        return current == null ? Optional.empty() : current.plans().nextPoll(Arguments.notNull(trigger, "trigger"));
    }

    /**
     * Returns the URL of a webhook, which contains the token that authorizes senders. It remains the same if the token store of the
     * registry is durable.
     *
     * @param webhook the name of the webhook
     * @return the URL to register at the service; empty if the webhook has no handler, the registry has no router, or the instance
     *     is disabled
     */
    public Optional<URI> webhookUrl(String webhook) {
        InstanceRuntime current = lifecycle.runtime();
        return current == null ? Optional.empty() : current.webhookUrl(Arguments.notNull(webhook, "webhook"));
    }

    /**
     * Returns the status of the subscription of a webhook at the service, as all nodes have stored it.
     *
     * @param webhook the name of the webhook
     * @return the status; empty if no version of the document has a subscription for it
     * @throws io.httpconnector.state.StateException if the state cannot be read
     */
    public Optional<SubscriptionStatus> subscription(String webhook) {
        return lifecycle.subscription(Arguments.notNull(webhook, "webhook"));
    }

    /**
     * Sends a request of the document with the values of one step.
     *
     * @param request the name of the request
     * @param step the name of the step, such as {@code order} for {@code {{order.id}}}
     * @param value its value: a map, a record, a bean or a tree
     * @return the response
     */
    public Response send(String request, String step, Object value) {
        return send(request, Pills.of(step, value));
    }

    /**
     * Sends a request of the document.
     *
     * @param request the name of the request
     * @param pills the values
     * @return the response
     * @throws ConnectorException if the request fails, or the instance is disabled
     */
    public Response send(String request, Pills pills) {
        return with(connector -> connector.request(request).send(pills));
    }

    /**
     * Executes work with the connector, for example to test its connection, or to authorize it with an {@code
     * AuthorizationCodeFlow}. The connector must not be used after the work, nor closed: the next use creates another one.
     *
     * @param work the work
     * @param <T> the type of the result
     * @return the result
     * @throws ConnectorException if the instance is disabled or the work fails
     * @throws InvalidDefinitionException if the settings are invalid
     */
    public <T> T with(Function<Connector, T> work) {
        return lifecycle.running().call(Arguments.notNull(work, "work"));
    }

    /**
     * Executes work with a polling trigger, for example to poll it now or to replay its dead letters.
     *
     * @param trigger the name of a trigger that has a handler
     * @param work the work
     * @param <T> the type of the result
     * @return the result
     * @throws ConnectorException if the instance is disabled or the work fails
     */
    public <T> T withTrigger(String trigger, Function<PollingTrigger, T> work) {
        return lifecycle
                .running()
                .require(Arguments.notNull(trigger, "trigger"), false)
                .withTrigger(trigger, Arguments.notNull(work, "work"));
    }

    /**
     * Executes work with the stream of a trigger on this node, for example to read its status.
     *
     * @param trigger the name of a trigger with a stream that has a handler
     * @param work the work
     * @param <T> the type of the result
     * @return the result
     * @throws InvalidDefinitionException if there is no such trigger
     * @throws ConnectorException if the instance is disabled or the work fails
     */
    public <T> T withStream(String trigger, Function<StreamTrigger, T> work) {
        return lifecycle
                .running()
                .require(Arguments.notNull(trigger, "trigger"), true)
                .withStream(trigger, Arguments.notNull(work, "work"));
    }

    /**
     * Returns the status of a hybrid trigger: of its polls on this node, and of its webhook with the events that it has missed on all
     * nodes.
     *
     * @param trigger the name of a trigger that has a handler
     * @return the status; empty if the trigger has no webhook
     * @throws InvalidDefinitionException if there is no such polling trigger
     * @throws ConnectorException if the instance is disabled
     */
    public Optional<HybridStatus> hybridStatus(String trigger) {
        InstanceRuntime current = lifecycle.running().require(trigger, false);
        return current.call(connector -> {
            PollingTrigger unused = current.trigger(connector, trigger);
            return connector.hybridStatus(trigger);
        });
    }

    /**
     * Returns the triggers and webhooks that have a handler.
     *
     * @return the triggers by name; empty if the instance is disabled
     */
    public List<InstanceTrigger> triggers() {
        InstanceRuntime current = lifecycle.runtime();
        return current == null ? List.of() : current.triggers();
    }

    /**
     * Pauses the polls of a trigger, or its stream, on all nodes of a cluster, until it is resumed, or the instance is changed or
     * started. Pausing again has no effect. The pause of a stream is stored: it also lasts when the nodes are restarted.
     *
     * @param trigger the name of a trigger
     * @throws InvalidDefinitionException if there is no such trigger
     * @throws ConnectorException if the instance is disabled
     */
    public void pause(String trigger) {
        lifecycle.running().require(trigger).pause(trigger);
    }

    /**
     * Resumes a trigger: polls on the node that has paused it, a stream on any node. Has no effect if it is not paused.
     *
     * @param trigger the name of a trigger
     * @throws InvalidDefinitionException if there is no such trigger
     * @throws ConnectorException if the instance is disabled
     */
    public void resume(String trigger) {
        lifecycle.running().require(trigger).resume(trigger);
    }

    /**
     * Returns the dead letters of a trigger, or of a webhook if the registry has an inbox.
     *
     * @param name the name of the trigger or webhook
     * @return the dead letters, oldest first; none for a webhook without an inbox
     * @throws InvalidDefinitionException if there is no such trigger or webhook
     * @throws ConnectorException if the instance is disabled and it is a trigger
     */
    public List<DeadLetter> deadLetters(String name) {
        if (isStream(name)) {
            return withStream(name, StreamTrigger::deadLetters);
        }
        if (isPolling(name)) {
            return withTrigger(name, PollingTrigger::deadLetters);
        }
        RegistryInbox inbox = environment.inbox();
        return inbox == null ? List.of() : inbox.deadLetters(lifecycle.stored().id(), name);
    }

    /**
     * Replays a dead letter, starting with the first attempt.
     *
     * @param name the name of the trigger or webhook
     * @param eventId the id of the event
     * @return whether the dead letter exists; for a trigger also whether it was handled
     * @throws InvalidDefinitionException if there is no such trigger or webhook
     * @throws ConnectorException if the instance is disabled and it is a trigger
     */
    public boolean replay(String name, String eventId) {
        Arguments.notNull(eventId, "id of an event");
        if (isStream(name)) {
            return withStream(name, stream -> stream.replay(eventId));
        }
        if (isPolling(name)) {
            return withTrigger(name, trigger -> trigger.replay(eventId));
        }
        RegistryInbox inbox = environment.inbox();
        return inbox != null && inbox.replay(lifecycle.stored().id(), name, eventId);
    }

    /**
     * Discards a dead letter.
     *
     * @param name the name of the trigger or webhook
     * @param eventId the id of the event
     * @return whether the dead letter existed
     * @throws InvalidDefinitionException if there is no such trigger or webhook
     * @throws ConnectorException if the instance is disabled and it is a trigger
     */
    public boolean discard(String name, String eventId) {
        Arguments.notNull(eventId, "id of an event");
        if (isStream(name)) {
            return withStream(name, stream -> stream.discard(eventId));
        }
        if (isPolling(name)) {
            return withTrigger(name, trigger -> trigger.discard(eventId));
        }
        RegistryInbox inbox = environment.inbox();
        return inbox != null && inbox.discard(lifecycle.stored().id(), name, eventId);
    }

    private boolean isStream(String name) {
        InstanceRuntime current = lifecycle.runtime();
        return current != null && current.defined().isStream(name);
    }

    private boolean isPolling(String name) {
        environment.definitions.requireName(connector(), name);
        return environment.definitions.triggers(connector()).contains(name);
    }

    /**
     * Starts the instance, also after it has failed or its connection was authorized again. Starting an active instance again has no
     * effect.
     *
     * @throws InvalidDefinitionException if a value or a secret is missing or invalid: the instance has failed
     * @throws io.httpconnector.state.StateException if the change could not be stored: nothing is changed
     */
    public void start() {
        lifecycle.start();
    }

    /**
     * Stops the instance: it no longer polls, its webhook URLs do not exist, and it cannot send. Events that are being handled are
     * finished, for at most 30 seconds. The state of its triggers is kept. Its subscriptions are deleted at the service; if that
     * fails, it is tried again until it succeeds, also after a restart. Stopping again has no effect.
     *
     * @throws io.httpconnector.state.StateException if the change could not be stored: nothing is changed
     */
    public void stop() {
        lifecycle.stop();
    }

    /**
     * Changes the settings. An instance that had failed or needed authorization becomes active; a disabled one remains disabled.
     *
     * @param settings the new settings
     * @throws InvalidDefinitionException if a value or a secret is missing or invalid; reports all problems: nothing is changed
     * @throws io.httpconnector.state.StateException if the change could not be stored: nothing is changed
     */
    public void change(InstanceSettings settings) {
        lifecycle.change(Arguments.notNull(settings, "settings"));
    }

    /**
     * Returns what an upgrade to another version would change for this instance.
     *
     * @param version a version that the registry has
     * @return the changes, the most severe ones first
     * @throws InvalidDefinitionException if the registry does not have this version or the current one
     */
    public List<DefinitionChange> changes(String version) {
        return lifecycle.versions().changes(Arguments.notNull(version, "version"));
    }

    /**
     * Upgrades the instance to another version, with the same settings. Values of inputs that do not exist any more are dropped. The
     * state of its triggers is kept, as far as {@link #changes} says. A disabled instance remains disabled.
     *
     * @param version a version that the registry has
     * @throws InvalidDefinitionException if the customer must enter values or authorize the connection again, or a secret is
     *     missing: nothing is changed
     * @throws io.httpconnector.state.StateException if the change could not be stored: nothing is changed
     */
    public void upgrade(String version) {
        lifecycle.versions().upgrade(Arguments.notNull(version, "version"));
    }

    /**
     * Upgrades the instance to another version, although the customer must do something for it. Afterwards the instance is active,
     * or {@link InstanceState#NEEDS_AUTHORIZATION} if there are other scopes or another authorization server, or {@link InstanceState#FAILED} if
     * values are missing: then call {@link #change}. A disabled instance remains disabled.
     *
     * @param version a version that the registry has
     * @param settings the settings for this version
     * @return the new state
     * @throws InvalidDefinitionException if the registry does not have this version
     * @throws io.httpconnector.state.StateException if the change could not be stored: nothing is changed
     */
    public InstanceState upgrade(String version, InstanceSettings settings) {
        return lifecycle
                .versions()
                .upgrade(Arguments.notNull(version, "version"), Arguments.notNull(settings, "settings"));
    }

    /**
     * Stops the instance and removes it with the state of its triggers and its tokens. They are not revoked at the service. Secrets
     * belong to the application, which removes them. Its subscriptions are deleted at the service first; if that fails, the instance
     * is {@link InstanceState#REMOVING} until it succeeds, unless the service has rejected the credentials.
     *
     * @throws io.httpconnector.state.StateException if this could not be stored
     */
    public void remove() {
        lifecycle.remove(false);
    }

    /**
     * Stops the instance and removes it, but keeps the state of its triggers, its tokens and its subscriptions at the service: an
     * instance that is added again for the same tenant and connector continues there.
     *
     * @throws io.httpconnector.state.StateException if this could not be stored
     */
    public void removeKeepingState() {
        lifecycle.remove(true);
    }

    /** Returns the connector and the tenant. */
    @Override
    public String toString() {
        return lifecycle.toString();
    }
}
