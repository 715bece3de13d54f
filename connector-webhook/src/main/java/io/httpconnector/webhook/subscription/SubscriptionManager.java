package io.httpconnector.webhook.subscription;

import io.httpconnector.ConnectorException;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.TimeSource;
import io.httpconnector.state.StateException;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.webhook.subscription.StoredState.Failure;
import io.httpconnector.webhook.subscription.StoredState.Intent;
import io.httpconnector.webhook.subscription.StoredState.Registration;
import io.httpconnector.webhook.subscription.StoredState.RetainedSecret;
import io.httpconnector.webhook.subscription.SubscriptionClient.Checked;
import io.httpconnector.webhook.subscription.SubscriptionClient.Created;
import io.httpconnector.webhook.subscription.SubscriptionClient.Listed;
import io.httpconnector.webhook.subscription.SubscriptionPlanner.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Executes the steps of a subscription, one at a time. Each step is stored before its request, so that another node waits for it,
 * and the next start knows that its outcome may be unknown. Its result is stored only if the step is still the current one:
 * whatever a node that was suspended has created in the meantime is deleted. Thread-safe.
 */
final class SubscriptionManager {

    /** How long other nodes wait for a step. Requests have shorter timeouts. */
    static final Duration CLAIM = Duration.ofMinutes(2);

    /** After an attempt whose outcome was unknown, a late subscription is looked for earlier than usual. */
    private static final Duration EARLY_CHECK = Duration.ofMinutes(10);

    private static final int MAX_STEPS = 100;
    private final SubscriptionDefinition definition;
    private final SubscriptionStore store;
    private final SubscriptionSecrets secrets;
    private final SubscriptionClient client;
    private final SubscriptionPlanner planner;
    private final SubscriptionSearch search;
    private final SubscriptionNotifier notifier;
    private final TimeSource time;
    private final ReentrantLock lock = new ReentrantLock();

    SubscriptionManager(
            SubscriptionDefinition definition,
            String url,
            SubscriptionStore store,
            SubscriptionSecrets secrets,
            SubscriptionClient client,
            SubscriptionNotifier notifier,
            TimeSource time) {
        this.definition = definition;
        this.store = store;
        this.secrets = secrets;
        this.client = client;
        this.planner = new SubscriptionPlanner(
                definition,
                SubscriptionDefinition.urlFingerprint(url),
                definition.fingerprint(),
                UUID.randomUUID().toString());
        this.search = new SubscriptionSearch(definition, secrets, planner.url(), planner.fingerprint());
        this.notifier = notifier;
        this.time = time;
    }

    /** A step that was claimed. */
    private record ClaimedStep(Decision decision, @Nullable Intent intent) {}

    /** Executes all steps that are due; returns when the next one is. */
    Instant manage() {
        lock.lock();
        try {
            for (int i = 0; i < MAX_STEPS; i++) {
                ClaimedStep step = claim();
                if (step.intent == null) {
                    return step.decision.due();
                }
                execute(step.decision, step.intent);
            }
            return time.now().plus(SubscriptionFailures.BACKOFF.first());
        } finally {
            lock.unlock();
        }
    }

    /** Finds the step that is due, and stores that this node executes it. */
    private ClaimedStep claim() {
        ClaimedStep[] claimed = new ClaimedStep[1];
        List<String> orphans = new ArrayList<>();
        List<String> expired = new ArrayList<>();
        StoredState unused = store.update(state -> {
            Instant now = time.now();
            orphans.clear();
            expired.clear();
            StoredState before = state.copy();
            state.retained.removeIf(one -> isExpired(one, now, expired));
            Decision decision = planner.decide(state, now);
            state.orphans.stream().filter(one -> !before.orphans.contains(one)).forEach(orphans::add);
            SubscriptionAction action = decision.action();
            if (action != null) {
                boolean needsSecret = action == SubscriptionAction.CREATE && definition.hasSecret();
                state.intent = new Intent(
                        action,
                        UUID.randomUUID().toString(),
                        planner.node(),
                        now.plus(CLAIM),
                        needsSecret ? secrets.newName() : "",
                        planner.url(),
                        planner.fingerprint());
            }
            claimed[0] = new ClaimedStep(decision, action == null ? null : state.intent);
            return action != null
                    || !expired.isEmpty()
                    || !Objects.equals(before.intent, state.intent)
                    || before.unresolved.size() != state.unresolved.size();
        });
        expired.forEach(secrets::forget);
        orphans.forEach(one -> notifier.notify(listener -> listener.onPossibleOrphan(notifier.name(), one)));
        return claimed[0];
    }

    private static boolean isExpired(RetainedSecret secret, Instant now, List<String> expired) {
        if (secret.until().isAfter(now)) {
            return false;
        }
        expired.add(secret.name());
        return true;
    }

    private void execute(Decision decision, Intent intent) {
        try {
            switch (intent.action()) {
                case RECOVER -> recover(intent);
                case CREATE -> create(intent);
                case RENEW -> renew(intent, subject(decision));
                case ROTATE -> rotate(intent, subject(decision));
                case CHECK -> check(intent, subject(decision));
                case DELETE -> delete(intent, subject(decision), decision.duplicate());
                default -> throw new IllegalStateException("no request for " + intent.action());
            }
        } catch (StateException e) {
            throw e;
        } catch (RuntimeException e) {
            fail(intent, e, SubscriptionFailures.isOutcomeUnknown(e));
        }
    }

    private static Registration subject(Decision decision) {
        Registration subject = decision.subject();
        if (subject == null) {
            throw new IllegalStateException("the step concerns no subscription");
        }
        return subject;
    }

    /** Stores the result of a step, unless another node has taken over; returns whether it was stored. */
    private boolean complete(Intent mine, Consumer<StoredState> change) {
        boolean[] isMine = new boolean[1];
        StoredState unused = store.update(state -> {
            isMine[0] = state.isCurrent(mine);
            if (isMine[0]) {
                state.intent = null;
                state.failures.remove(mine.action());
                state.lastEvent = notifier.lastEvent(state.lastEvent);
                change.accept(state);
            }
            return isMine[0];
        });
        return isMine[0];
    }

    private void fail(Intent intent, RuntimeException e, boolean isOutcomeUnknown) {
        int[] count = new int[1];
        String message = notifier.message(intent.action(), e);
        StoredState unused = store.update(state -> {
            if (!state.isCurrent(intent)) {
                return false;
            }
            Instant now = time.now();
            state.intent = null;
            if (intent.action() == SubscriptionAction.CREATE && isOutcomeUnknown) {
                // After a response, nothing is created late.
                state.unresolved.add(e instanceof StatusException ? intent.endedAt(now) : intent);
            } else if (intent.action() == SubscriptionAction.CREATE) {
                // The reason may be another subscription with our URL.
                state.searched = false;
            }
            Failure before = state.failures.get(intent.action());
            count[0] = before == null ? 1 : before.count() + 1;
            boolean needsAuthorization = e instanceof ConnectorException failure && failure.needsAuthorization();
            state.failures.put(
                    intent.action(),
                    new Failure(
                            message,
                            now,
                            count[0],
                            now.plus(SubscriptionFailures.delay(e, count[0])),
                            needsAuthorization));
            state.lastError = message;
            state.lastErrorTime = now;
            return true;
        });
        if (intent.action() == SubscriptionAction.CREATE
                && !isOutcomeUnknown
                && !intent.secret().isEmpty()) {
            secrets.forget(intent.secret());
        }
        notifier.failed(intent.action(), e, Math.max(1, count[0]));
    }

    private void create(Intent intent) {
        Secret chosen = definition.choosesSecret() ? secrets.generate(intent.secret()) : null;
        Created created = client.create(intent, chosen);
        String id = created.id();
        if (id == null) {
            throw new ConnectorException("The response to create has no id at the configured location");
        }
        Instant now = time.now();
        Registration registration = new Registration(
                id, intent.secret(), intent.url(), intent.definition(), created.values(), now, created.expires());
        ConnectorException problem = storeSecret(intent, created);
        if (problem == null && created.expires() != null && !created.expires().isAfter(now)) {
            problem = new ConnectorException(
                    "The expiry in the response is in the past: compare the clock of this host with that of the service");
        }
        if (problem != null) {
            StoredState unused = store.update(state -> {
                state.retire(registration, true);
                return true;
            });
            fail(intent, problem, false);
            return;
        }
        activate(intent, registration, now, state -> {});
    }

    private @Nullable ConnectorException storeSecret(Intent intent, Created created) {
        Secret returned = created.secret();
        if (returned != null) {
            secrets.put(intent.secret(), returned);
        }
        if (created.failure() != null || !definition.hasSecret() || secrets.get(intent.secret()) != null) {
            return created.failure();
        }
        return new ConnectorException(
                "The service has created a subscription, but neither returned nor delivered its secret");
    }

    /** Makes a subscription the active one; deletes it if another node has taken over. */
    private void activate(Intent intent, Registration registration, Instant now, Consumer<StoredState> change) {
        String[] reason = new String[1];
        boolean[] isRotated = new boolean[1];
        boolean stored = complete(intent, state -> {
            reason[0] = state.recreate;
            isRotated[0] = state.rotation != null;
            state.activate(registration, now, definition.secretOverlap());
            change.accept(state);
        });
        if (stored) {
            notifier.activated(registration.id(), reason[0], isRotated[0], definition.deleteFirst());
        } else {
            StoredState unused = store.update(state -> {
                boolean isAdopted = state.active != null && state.active.id().equals(registration.id());
                if (!isAdopted) {
                    state.retire(registration, true);
                }
                return !isAdopted;
            });
        }
    }

    private void recover(Intent intent) {
        SubscriptionList list = definition.list();
        if (list == null) {
            throw new IllegalStateException("no request lists subscriptions");
        }
        List<Listed> all = client.list(list);
        Instant now = time.now();
        String[] adopted = new String[2];
        boolean stored = complete(intent, state -> {
            adopted[0] = null;
            List<Registration> unknown = search.unknown(all, state, now);
            Registration ours = search.adoptable(unknown, state, now);
            adopted[1] = state.recreate;
            if (ours == null) {
                unknown.forEach(one -> state.retire(one, true));
            } else {
                adopted[0] = ours.id();
                state.activate(ours, now, definition.secretOverlap());
                state.renewNow = ours.expires() == null && definition.lifetime() != null;
            }
            if (ours == null && !state.unresolved.isEmpty()) {
                state.earlyCheck = now.plus(EARLY_CHECK);
            }
            state.unresolved.clear();
            state.searched = true;
        });
        if (stored && adopted[0] != null) {
            notifier.activated(adopted[0], adopted[1], false, definition.deleteFirst());
        }
    }

    private void renew(Intent intent, Registration subject) {
        RequestTemplate template = required(definition.renew());
        try {
            Instant expires = client.renew(template, subject, secrets.get(subject.secret()));
            Instant now = time.now();
            boolean stored = complete(intent, state -> {
                Registration active = state.active;
                state.renewNow = false;
                state.lastRenewal = now;
                if (active != null && active.id().equals(subject.id())) {
                    state.active = active.renewed(now, expires == null ? active.expires() : expires);
                }
            });
            if (stored) {
                notifier.notify(listener -> listener.onRenewed(notifier.name(), subject.id()));
            }
        } catch (ConnectorException e) {
            loseIfGone(intent, subject, e, "renew");
        }
    }

    private void rotate(Intent intent, Registration subject) {
        RequestTemplate template = required(definition.rotate());
        String name = store.last().rotation;
        if (name == null) {
            throw new IllegalStateException("no rotation was requested");
        }
        boolean isReturned = definition.locations().secret() != null;
        Secret known = isReturned ? null : secrets.get(name);
        Secret next = known == null && !isReturned ? secrets.generate(name) : known;
        try {
            Secret returned = client.rotate(template, subject, next);
            if (returned != null) {
                secrets.put(name, returned);
            }
            Instant now = time.now();
            boolean stored = complete(intent, state -> {
                Registration active = state.active;
                state.rotation = null;
                if (active != null && active.id().equals(subject.id())) {
                    state.retain(active.secret(), now, definition.secretOverlap());
                    state.active = active.withSecret(name);
                }
            });
            if (stored) {
                notifier.notify(listener -> listener.onRotated(notifier.name()));
            }
        } catch (ConnectorException e) {
            loseIfGone(intent, subject, e, "rotate");
        }
    }

    /** Records that the subscription does not exist, if a failure says so. */
    private void loseIfGone(Intent intent, Registration subject, ConnectorException e, String what) {
        if (!SubscriptionClient.isGone(e)) {
            throw e;
        }
        boolean unused = complete(intent, state -> lose(state, subject, what + ": it does not exist any more"));
    }

    private void lose(StoredState state, Registration subject, String reason) {
        if (state.active != null && state.active.id().equals(subject.id())) {
            state.lose(reason, time.now(), definition.secretOverlap());
        }
    }

    private void check(Intent intent, Registration subject) {
        Checked checked = null;
        boolean isGone = false;
        RequestTemplate template = definition.check();
        if (template != null) {
            try {
                checked = client.check(template, subject);
            } catch (ConnectorException e) {
                if (!SubscriptionClient.isGone(e)) {
                    throw e;
                }
                isGone = true;
            }
        }
        SubscriptionList list = definition.list();
        List<Listed> all = list == null ? List.of() : client.list(list);
        if (template == null) {
            isGone = all.stream().noneMatch(one -> one.id().equals(subject.id()));
        }
        boolean isLost = isGone;
        Checked found = checked;
        Instant now = time.now();
        boolean unused = complete(intent, state -> {
            state.lastCheck = now;
            state.earlyCheck = null;
            search.unknown(all, state, now).forEach(one -> state.retire(one, true));
            Registration active = state.active;
            if (active == null || !active.id().equals(subject.id())) {
                return;
            }
            if (isLost) {
                lose(state, subject, "check: it does not exist any more");
            } else if (found != null && !found.healthy()) {
                state.recreate = "check: the service does not send events to it";
            } else if (found != null && found.expires() != null) {
                state.active = active.renewed(active.since(), found.expires());
            }
        });
    }

    private void delete(Intent intent, Registration subject, boolean isDuplicate) {
        RequestTemplate template = definition.delete();
        Registration active = store.last().active;
        Registration complete =
                subject.values().isEmpty() && active != null ? subject.withValues(active.values()) : subject;
        if (complete.values().isEmpty() && definition.needsValuesToDelete()) {
            giveUp(intent, subject);
            return;
        }
        if (template != null) {
            client.delete(template, complete);
        }
        boolean stored = complete(
                intent,
                state -> state.retired.removeIf(one -> one.registration().id().equals(subject.id())));
        if (stored && isDuplicate) {
            notifier.notify(listener -> listener.onDuplicateRemoved(notifier.name(), subject.id()));
        } else if (stored) {
            notifier.notify(listener -> listener.onDeleted(notifier.name(), subject.id()));
        }
    }

    /** Reports a subscription whose values, which are needed to delete it, were in a response that was lost. */
    private void giveUp(Intent intent, Registration subject) {
        String description = "created at about " + subject.since() + " with the id " + subject.id();
        boolean stored = complete(intent, state -> {
            state.retired.removeIf(one -> one.registration().id().equals(subject.id()));
            state.addOrphan(description);
        });
        if (stored) {
            notifier.notify(listener -> listener.onPossibleOrphan(notifier.name(), description));
        }
    }

    private static RequestTemplate required(@Nullable RequestTemplate template) {
        if (template == null) {
            throw new IllegalStateException("the definition has no request for this step");
        }
        return template;
    }
}
