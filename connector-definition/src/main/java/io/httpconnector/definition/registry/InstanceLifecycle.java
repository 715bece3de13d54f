package io.httpconnector.definition.registry;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.registry.Definitions.Defined;
import io.httpconnector.definition.registry.SubscriptionCleanup.DeletionResult;
import io.httpconnector.webhook.subscription.SubscriptionStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Changes the state of a {@link ConnectorInstance}: each change is stored, and then applied. Thread-safe. */
final class InstanceLifecycle
        implements SubscriptionCleanup.CleanedInstance,
                InstanceVersions.UpgradedInstance,
                HybridDelivery.HybridInstance {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectorInstance.class);

    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(30);

    private final RegistryEnvironment environment;
    private final ConnectorInstance instance;

    /** Held while the instance is changed, which includes waiting for polls in progress. */
    private final ReentrantLock lifecycle = new ReentrantLock();

    private volatile StoredInstance stored;
    private volatile @Nullable InstanceRuntime runtime;

    InstanceLifecycle(RegistryEnvironment environment, ConnectorInstance instance, StoredInstance stored) {
        this.environment = environment;
        this.instance = instance;
        this.stored = stored;
    }

    ConnectorInstance instance() {
        return instance;
    }

    @Override
    public StoredInstance stored() {
        return stored;
    }

    /** Returns the runtime; null if the instance is not started. */
    @Override
    public @Nullable InstanceRuntime runtime() {
        return runtime;
    }

    InstanceRuntime running() {
        InstanceRuntime current = runtime;
        if (current == null) {
            requirePresent();
            throw new ConnectorException("The instance " + this + " is not started: call start()");
        }
        return current;
    }

    void start() {
        changing(() -> {
            if (stored.state() == InstanceState.ACTIVE && runtime != null) {
                return;
            }
            store(stored.with(InstanceState.ACTIVE, ""));
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

    void stop() {
        changing(() -> {
            disable();
            if (environment.cleanup.delete(this) != DeletionResult.NOTHING_LEFT) {
                environment.cleanup.plan(this);
            }
        });
    }

    void disable() {
        if (!stored.isStopped()) {
            store(stored.with(InstanceState.DISABLED, ""));
        }
        InstanceRuntime old = runtime;
        if (old != null) {
            old.endPolls();
        }
        closeRuntime();
    }

    void change(InstanceSettings settings) {
        changing(() -> {
            check(stored.version(), settings);
            StoredInstance changed = stored.with(stored.version(), settings);
            if (environment.cleanup.isMovedBy(stored, settings)) {
                // Afterwards, the subscriptions could not be found. No step may register them again meanwhile.
                closeRuntime();
                environment.cleanup.deleteAll(this);
            }
            try {
                store(stored.state() == InstanceState.DISABLED ? changed : changed.in(InstanceState.ACTIVE));
            } finally {
                reopen();
            }
        });
    }

    Optional<SubscriptionStatus> subscription(String webhook) {
        return environment.cleanup.status(stored.id(), webhook);
    }

    InstanceVersions versions() {
        return new InstanceVersions(environment.definitions, this);
    }

    /** Stores a changed instance, and applies it. A trigger or a subscription may have been removed. */
    @Override
    public void replace(StoredInstance changed) {
        store(changed);
        InstanceRuntime old = runtime;
        if (old != null) {
            old.endPolls();
        }
        reopen();
    }

    @Override
    public void check(String version, InstanceSettings settings) {
        InstanceRuntime probe = new InstanceRuntime(
                environment,
                this,
                stored,
                environment.definitions.get(stored.id().connector(), version));
        probe.connect(settings).close();
    }

    void remove(boolean keepsState) {
        new InstanceRemoval(environment, this).remove(keepsState);
    }

    @Override
    public Connector connect(Defined version) {
        return new InstanceRuntime(environment, this, stored, version).connect(stored.settings());
    }

    @Override
    public boolean deleteUnused() {
        try {
            if (!lifecycle.tryLock(LOCK_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                return false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        try {
            return new InstanceRemoval(environment, this).deleteUnused();
        } finally {
            lifecycle.unlock();
        }
    }

    /** Adds the instance to the registry. Others find it when it is stored. */
    void add() {
        lifecycle.lock();
        try {
            if (environment.instances.putIfAbsent(stored.id(), instance) != null) {
                throw environment.exists(stored.id());
            }
            InstanceStore store = environment.settings.instances();
            try {
                ConflictRetry.run(() -> store.put(stored, 0), () -> {
                    if (store.find(stored.id()).isPresent()) {
                        throw environment.exists(stored.id());
                    }
                });
            } catch (RuntimeException e) {
                boolean unused = environment.instances.remove(stored.id(), instance);
                throw e;
            }
            open(Duration.ZERO);
        } finally {
            lifecycle.unlock();
        }
    }

    private void requirePresent() {
        if (environment.instances.get(stored.id()) != instance) {
            throw new ConnectorException("The instance " + this + " was removed");
        }
    }

    @Override
    public void changing(Runnable change) {
        changingAny(() -> {
            if (stored.state() == InstanceState.REMOVING) {
                throw new ConnectorException("The instance " + this + " is being removed: add it again later");
            }
            change.run();
        });
    }

    void changingAny(Runnable change) {
        environment.requireOpen();
        try {
            lifecycle.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectorException("The thread was interrupted while it waited to change " + this, e);
        }
        try {
            environment.requireOpen();
            requirePresent();
            ConflictRetry.run(change, () -> {
                // Another node has changed or removed the instance.
                refresh(environment.settings.instances().find(stored.id()).orElse(null));
                requirePresent();
            });
        } finally {
            lifecycle.unlock();
        }
    }

    /** Applies what another node has stored; null if it has removed the instance. A change in progress on this node comes first. */
    void refresh(@Nullable StoredInstance latest) {
        if (!lifecycle.tryLock()) {
            return;
        }
        try {
            if (latest == null) {
                closeRuntime();
                boolean unused = environment.instances.remove(stored.id(), instance);
            } else if (latest.revision() != stored.revision() || (runtime == null && !latest.isStopped())) {
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
    void store(StoredInstance changed) {
        environment.settings.instances().put(changed, stored.revision());
        stored = changed;
    }

    /** Applies the stored state. */
    private void reopen() {
        closeRuntime();
        open(Duration.ZERO, true);
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
        open(delay, false);
    }

    private void open(@Nullable Duration delay, boolean endsPauses) {
        lifecycle.lock();
        try {
            if (runtime != null || environment.isClosed()) {
                return;
            }
            environment.cleanup.plan(this, Duration.ZERO);
            if (stored.isStopped()) {
                return;
            }
            InstanceRuntime opened = new InstanceRuntime(
                    environment,
                    this,
                    stored,
                    environment.definitions.get(stored.id().connector(), stored.version()));
            runtime = opened;
            if (endsPauses) {
                opened.endPauses();
            }
            boolean polls = delay != null && stored.state() != InstanceState.NEEDS_AUTHORIZATION;
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
                current.start(stored.state() == InstanceState.ACTIVE, Duration.ZERO);
            }
        } finally {
            lifecycle.unlock();
        }
    }

    /** Called when a connector was created: the instance has not failed any more. */
    void connected(InstanceRuntime of) {
        if (stored.state() == InstanceState.FAILED) {
            boolean unused = changed(of, InstanceState.FAILED, InstanceState.ACTIVE, "");
        }
    }

    /** Called when a connector could not be created. */
    void failed(InstanceRuntime of, String reason) {
        boolean unused = changed(of, InstanceState.ACTIVE, InstanceState.FAILED, reason);
    }

    /**
     * Called when the service has rejected the credentials.
     *
     * @return whether this is stored
     */
    boolean authorizationLost(InstanceRuntime of, String reason) {
        if (changed(of, InstanceState.ACTIVE, InstanceState.NEEDS_AUTHORIZATION, reason)) {
            of.endPolls();
        }
        return runtime == of && stored.state() == InstanceState.NEEDS_AUTHORIZATION;
    }

    /** Called when tokens were stored, by a thread that may hold a lease. */
    void authorized(InstanceRuntime of) {
        if (runtime == of && stored.state() == InstanceState.NEEDS_AUTHORIZATION) {
            environment.background(() -> {
                try {
                    changing(() -> {
                        if (runtime == of && stored.state() == InstanceState.NEEDS_AUTHORIZATION) {
                            store(stored.with(InstanceState.ACTIVE, ""));
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
    private boolean changed(InstanceRuntime of, InstanceState from, InstanceState to, String reason) {
        if (!lifecycle.tryLock()) {
            // Another change is in progress, which must not wait for this poll.
            environment.background(() -> changeLater(of, from, to, reason));
            return false;
        }
        try {
            if (runtime != of || stored.state() != from || environment.isClosed() || isObsolete(of, to)) {
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

    /** Whether a secret was added or removed while the change waited. */
    private static boolean isObsolete(InstanceRuntime of, InstanceState to) {
        return (to == InstanceState.FAILED && !of.isInvalid()) || (to == InstanceState.ACTIVE && of.isInvalid());
    }

    private void changeLater(InstanceRuntime of, InstanceState from, InstanceState to, String reason) {
        lifecycle.lock();
        try {
            if (changed(of, from, to, reason) && to == InstanceState.NEEDS_AUTHORIZATION) {
                of.endPolls();
            }
        } finally {
            lifecycle.unlock();
        }
    }

    private void fail(String reason) {
        try {
            if (stored.state() != InstanceState.FAILED || !stored.reason().equals(reason)) {
                store(stored.with(InstanceState.FAILED, reason));
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

    @Override
    public String toString() {
        return stored.id().toString();
    }
}
