package io.httpconnector.definition.registry;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Response;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.DefinitionChange;
import io.httpconnector.internal.Arguments;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.template.Pills;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    private static final Logger LOG = LoggerFactory.getLogger(ConnectorInstance.class);

    private static final int MAX_TRIES = 5;

    private final RegistryEnvironment environment;

    /** Held while the instance is changed, which includes waiting for polls in progress. */
    private final ReentrantLock lifecycle = new ReentrantLock();

    private volatile StoredInstance stored;
    private volatile @Nullable InstanceRuntime runtime;

    /** The state of an instance. */
    public enum State {
        /** The instance polls and receives webhooks. A service that fails is tried again, with increasing delays. */
        ACTIVE,
        /**
         * The service has rejected the credentials, or there are none: the instance does not poll until the customer has authorized
         * the connection again. Then it becomes active by itself, if new tokens are stored, or by {@link #start()} or {@link
         * #change}. It continues to receive webhooks.
         */
        NEEDS_AUTHORIZATION,
        /**
         * The instance cannot run: a value or a secret is missing or invalid, or its version is not defined. See the reason. It
         * becomes active by itself if a missing secret is added, or by {@link #start()}, {@link #change} or an upgrade.
         */
        FAILED,
        /** The instance was stopped. */
        DISABLED
    }

    ConnectorInstance(RegistryEnvironment environment, StoredInstance stored) {
        this.environment = environment;
        this.stored = stored;
    }

    /**
     * Returns the tenant.
     *
     * @return the ID of the customer
     */
    public String tenant() {
        return stored.id().tenant();
    }

    /**
     * Returns the connector.
     *
     * @return the ID of the connector document
     */
    public String connector() {
        return stored.id().connector();
    }

    /**
     * Returns the version.
     *
     * @return the version of the connector document
     */
    public String version() {
        return stored.version();
    }

    /**
     * Returns the settings.
     *
     * @return what the customer has chosen
     */
    public InstanceSettings settings() {
        return stored.settings();
    }

    /**
     * Returns the state.
     *
     * @return the state
     */
    public State state() {
        return stored.state();
    }

    /**
     * Returns why the instance has failed or needs authorization.
     *
     * @return the reason, without secrets; empty in other states
     */
    public Optional<String> reason() {
        return Optional.of(stored.reason()).filter(reason -> !reason.isEmpty());
    }

    /**
     * Returns why a poll has failed last, since the instance was started on this node.
     *
     * @return the message, without secrets; empty if none has failed
     */
    public Optional<String> lastFailure() {
        InstanceRuntime current = runtime;
        return current == null ? Optional.empty() : current.lastFailure();
    }

    /**
     * Returns when a trigger polls next.
     *
     * @param trigger the name of the trigger
     * @return the time; empty if the trigger does not poll, or this is not determined yet
     */
    public Optional<Instant> nextPoll(String trigger) {
        InstanceRuntime current = runtime;
        return current == null ? Optional.empty() : current.nextPoll(Arguments.notNull(trigger, "trigger"));
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
        InstanceRuntime current = runtime;
        return current == null ? Optional.empty() : current.webhookUrl(Arguments.notNull(webhook, "webhook"));
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
     * AuthorizationCodeFlow}. The connector must not be used after the work.
     *
     * @param work the work
     * @param <T> the type of the result
     * @return the result
     * @throws ConnectorException if the instance is disabled or the work fails
     * @throws InvalidDefinitionException if the settings are invalid
     */
    public <T> T with(Function<Connector, T> work) {
        return running().call(Arguments.notNull(work, "work"));
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
        return running().withTrigger(Arguments.notNull(trigger, "trigger"), Arguments.notNull(work, "work"));
    }

    private InstanceRuntime running() {
        InstanceRuntime current = runtime;
        if (current == null) {
            throw new ConnectorException("The instance " + this + " is not started: call start()");
        }
        return current;
    }

    /**
     * Starts the instance, also after it has failed or its connection was authorized again. Starting an active instance again has no
     * effect.
     *
     * @throws InvalidDefinitionException if a value or a secret is missing or invalid: the instance has failed
     * @throws io.httpconnector.state.StateException if the change could not be stored: nothing is changed
     */
    public void start() {
        changing(() -> {
            if (stored.state() == State.ACTIVE && runtime != null) {
                return;
            }
            store(stored.with(State.ACTIVE, ""));
            reopen();
            try {
                Connector unused = running().call(connector -> connector);
            } catch (InvalidDefinitionException e) {
                throw e;
            } catch (RuntimeException e) {
                LOG.warn("{} was started, but cannot be used yet; its polls try again", this, e);
            }
        });
    }

    /**
     * Stops the instance: it no longer polls, its webhook URLs do not exist, and it cannot send. Events that are being handled are
     * finished, for at most 30 seconds. The state of its triggers is kept. Stopping again has no effect.
     *
     * @throws io.httpconnector.state.StateException if the change could not be stored: nothing is changed
     */
    public void stop() {
        changing(() -> {
            if (stored.state() != State.DISABLED) {
                store(stored.with(State.DISABLED, ""));
            }
            InstanceRuntime old = runtime;
            if (old != null) {
                old.endPolls();
            }
            closeRuntime();
        });
    }

    /**
     * Changes the settings. An instance that had failed or needed authorization becomes active; a disabled one remains disabled.
     *
     * @param settings the new settings
     * @throws InvalidDefinitionException if a value or a secret is missing or invalid; reports all problems: nothing is changed
     * @throws io.httpconnector.state.StateException if the change could not be stored: nothing is changed
     */
    public void change(InstanceSettings settings) {
        Arguments.notNull(settings, "settings");
        changing(() -> {
            check(stored.version(), settings);
            StoredInstance changed = stored.with(stored.version(), settings);
            store(stored.state() == State.DISABLED ? changed : withState(changed, State.ACTIVE));
            reopen();
        });
    }

    private static StoredInstance withState(StoredInstance changed, State state) {
        return new StoredInstance(
                changed.id(), changed.version(), changed.settings(), state, "", changed.created(), changed.revision());
    }

    /**
     * Returns what an upgrade to another version would change for this instance.
     *
     * @param version a version that the registry has
     * @return the changes, the most severe ones first
     * @throws InvalidDefinitionException if the registry does not have this version or the current one
     */
    public List<DefinitionChange> changes(String version) {
        return InstanceUpgrade.of(environment.definitions, stored, version).changes();
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
        Arguments.notNull(version, "version");
        changing(() -> {
            InstanceUpgrade upgrade = InstanceUpgrade.of(environment.definitions, stored, version);
            upgrade.requireNoCustomer();
            check(version, upgrade.settings());
            upgrade(version, upgrade.settings(), stored.state() == State.DISABLED ? State.DISABLED : State.ACTIVE, "");
        });
    }

    /**
     * Upgrades the instance to another version, although the customer must do something for it. Afterwards the instance is active,
     * or {@link State#NEEDS_AUTHORIZATION} if there are other scopes or another authorization server, or {@link State#FAILED} if
     * values are missing: then call {@link #change}. A disabled instance remains disabled.
     *
     * @param version a version that the registry has
     * @param settings the settings for this version
     * @return the new state
     * @throws InvalidDefinitionException if the registry does not have this version
     * @throws io.httpconnector.state.StateException if the change could not be stored: nothing is changed
     */
    public State upgrade(String version, InstanceSettings settings) {
        Arguments.notNull(version, "version");
        Arguments.notNull(settings, "settings");
        changing(() -> {
            String consent =
                    InstanceUpgrade.of(environment.definitions, stored, version).consent();
            State next = consent.isEmpty() ? State.ACTIVE : State.NEEDS_AUTHORIZATION;
            String why = consent;
            try {
                check(version, settings);
            } catch (InvalidDefinitionException e) {
                next = State.FAILED;
                why = String.join("; ", e.problems());
            }
            boolean isDisabled = stored.state() == State.DISABLED;
            upgrade(version, settings, isDisabled ? State.DISABLED : next, isDisabled ? "" : why);
        });
        return state();
    }

    private void upgrade(String version, InstanceSettings settings, State state, String reason) {
        StoredInstance changed = stored.with(version, settings);
        store(new StoredInstance(
                changed.id(), version, settings, state, reason, changed.created(), changed.revision()));
        InstanceRuntime old = runtime;
        if (old != null) {
            // A trigger may have been removed.
            old.endPolls();
        }
        reopen();
    }

    /** Creates a connector and closes it. */
    void check(String version, InstanceSettings settings) {
        InstanceRuntime probe = new InstanceRuntime(
                environment,
                this,
                stored,
                environment.definitions.get(stored.id().connector(), version));
        probe.connect(settings).close();
    }

    /**
     * Stops the instance and removes it with the state of its triggers and its tokens.
     *
     * @throws io.httpconnector.state.StateException if this could not be stored
     */
    public void remove() {
        changing(() -> {
            if (stored.state() != State.DISABLED) {
                store(stored.with(State.DISABLED, ""));
            }
            closeRuntime();
            environment.forget(stored);
            environment.settings.instances().remove(stored);
            boolean unused = environment.instances.remove(stored.id(), this);
        });
    }

    /** Adds the instance to the registry. Others find it when it is stored. */
    void add() {
        lifecycle.lock();
        try {
            if (environment.instances.putIfAbsent(stored.id(), this) != null) {
                throw new InvalidDefinitionException(
                        "connector registry",
                        "there is an instance of " + this + " already: change it, or remove it first");
            }
            try {
                environment.settings.instances().put(stored, 0);
            } catch (RuntimeException e) {
                boolean unused = environment.instances.remove(stored.id(), this);
                throw e;
            }
            open(Duration.ZERO);
        } finally {
            lifecycle.unlock();
        }
    }

    private void changing(Runnable change) {
        try {
            lifecycle.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectorException("The thread was interrupted while it waited to change " + this, e);
        }
        try {
            if (environment.instances.get(stored.id()) != this) {
                throw new ConnectorException("The instance " + this + " was removed");
            }
            boolean isLatest = false;
            for (int tries = 1; !isLatest; tries++) {
                try {
                    change.run();
                    isLatest = true;
                } catch (StateException e) {
                    if (e.reason() != StateFailure.CONFLICT || tries == MAX_TRIES) {
                        throw e;
                    }
                    // Another node has changed the instance.
                    refresh(environment.settings.instances().find(stored.id()).orElse(null));
                }
            }
        } finally {
            lifecycle.unlock();
        }
    }

    long revision() {
        return stored.revision();
    }

    PollingTriggerBuilder triggerBuilder(String trigger) {
        return running().triggerBuilder(trigger);
    }

    /** Applies what another node has stored; null if it has removed the instance. A change in progress on this node comes first. */
    void refresh(@Nullable StoredInstance latest) {
        if (!lifecycle.tryLock()) {
            return;
        }
        try {
            if (latest == null) {
                closeRuntime();
                boolean unused = environment.instances.remove(stored.id(), this);
            } else if (latest.revision() != stored.revision()
                    || (runtime == null && latest.state() != State.DISABLED)) {
                stored = latest;
                closeRuntime();
                // The other node has planned the polls.
                open(null);
            }
        } finally {
            lifecycle.unlock();
        }
    }

    /** Stores a change before it takes effect. The caller holds the lifecycle lock. */
    private void store(StoredInstance changed) {
        environment.settings.instances().put(changed, stored.revision());
        stored = changed;
    }

    /** Applies the stored state. */
    private void reopen() {
        closeRuntime();
        if (stored.state() != State.DISABLED) {
            open(Duration.ZERO);
        }
    }

    private void closeRuntime() {
        InstanceRuntime old = runtime;
        runtime = null;
        if (old != null) {
            old.close();
        }
    }

    /**
     * Starts the instance when the registry starts, or after a change. Creates no connector yet.
     *
     * @param delay before the first polls; null to plan none
     */
    void open(@Nullable Duration delay) {
        lifecycle.lock();
        try {
            if (stored.state() == State.DISABLED || runtime != null) {
                return;
            }
            InstanceRuntime opened = new InstanceRuntime(
                    environment,
                    this,
                    stored,
                    environment.definitions.get(stored.id().connector(), stored.version()));
            runtime = opened;
            boolean polls = delay != null && stored.state() != State.NEEDS_AUTHORIZATION;
            opened.start(polls, delay == null ? Duration.ZERO : delay);
        } catch (InvalidDefinitionException e) {
            fail(String.join("; ", e.problems()));
        } finally {
            lifecycle.unlock();
        }
    }

    /** Starts triggers and webhooks whose handler was registered after the start. */
    void handlersChanged() {
        lifecycle.lock();
        try {
            InstanceRuntime current = runtime;
            if (current != null) {
                current.start(stored.state() == State.ACTIVE, Duration.ZERO);
            }
        } finally {
            lifecycle.unlock();
        }
    }

    /** Called when a connector was created: the instance has not failed any more. */
    void connected(InstanceRuntime of) {
        if (stored.state() == State.FAILED) {
            boolean unused = changed(of, State.FAILED, State.ACTIVE, "");
        }
    }

    /** Called when a connector could not be created. */
    void failed(InstanceRuntime of, String reason) {
        boolean unused = changed(of, State.ACTIVE, State.FAILED, reason);
    }

    /**
     * Called when the service has rejected the credentials.
     *
     * @return whether this is stored
     */
    boolean authorizationLost(InstanceRuntime of, String reason) {
        if (changed(of, State.ACTIVE, State.NEEDS_AUTHORIZATION, reason)) {
            of.endPolls();
        }
        return runtime == of && stored.state() == State.NEEDS_AUTHORIZATION;
    }

    /** Called when tokens were stored, by a thread that may hold a lease. */
    void authorized(InstanceRuntime of) {
        if (runtime == of && stored.state() == State.NEEDS_AUTHORIZATION) {
            environment.background(() -> {
                try {
                    changing(() -> {
                        if (runtime == of && stored.state() == State.NEEDS_AUTHORIZATION) {
                            store(stored.with(State.ACTIVE, ""));
                            of.start(true, Duration.ZERO);
                        }
                    });
                } catch (RuntimeException e) {
                    LOG.warn("{} was authorized, but could not be started: start it again", this, e);
                }
            });
        }
    }

    /**
     * Stores a state that was noticed by a thread of the instance. It does not wait for a concurrent change, because that may wait
     * for this thread; the change makes it obsolete.
     */
    private boolean changed(InstanceRuntime of, State from, State to, String reason) {
        if (!lifecycle.tryLock()) {
            return false;
        }
        try {
            if (runtime != of || stored.state() != from) {
                return false;
            }
            store(stored.with(to, reason));
            LOG.info("{} is {}{}", this, to, reason.isEmpty() ? "" : ": " + reason);
            return true;
        } catch (ConnectorException e) {
            LOG.warn("{}: the state {} could not be stored", this, to, e);
            return false;
        } finally {
            lifecycle.unlock();
        }
    }

    private void fail(String reason) {
        try {
            if (stored.state() != State.FAILED || !stored.reason().equals(reason)) {
                store(stored.with(State.FAILED, reason));
            }
            LOG.warn("{} has failed: {}", this, reason);
        } catch (ConnectorException e) {
            LOG.warn("{}: the failure could not be stored: {}", this, reason, e);
        }
    }

    /** Ends the instance with the registry, without changing its stored state. */
    void shutDown() {
        lifecycle.lock();
        try {
            closeRuntime();
        } finally {
            lifecycle.unlock();
        }
    }

    /** Returns the connector and the tenant. */
    @Override
    public String toString() {
        return stored.id().toString();
    }
}
