package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.RateLimitedException;
import io.httpconnector.StatusException;
import io.httpconnector.polling.ParentListing.ParentGroup;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.state.StateException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The polls of all parents, one after the other, starting with the one at which the last poll had to end. A failing parent does
 * not prevent the others from being polled; the poll fails at its end.
 */
final class ParentsPoll {

    private final TriggerDefinition definition;
    private final ServerClock clock;
    private final TriggerState open;
    private final PollContext context;
    private final PollTotals totals;
    private final ParentPoll parentPoll;

    private @Nullable RuntimeException failure;
    /** The parent with which the next poll starts; null for the first one. */
    private @Nullable String next;

    private int locked;
    private int polled;
    private boolean isEnded;

    /** Polls one parent, given the values of its pills. */
    interface ParentPoll {
        void run(String parent, ObjectNode values);
    }

    ParentsPoll(
            TriggerDefinition definition,
            ServerClock clock,
            TriggerState open,
            PollContext context,
            PollTotals totals,
            ParentPoll parentPoll) {
        this.definition = definition;
        this.clock = clock;
        this.open = open;
        this.context = context;
        this.totals = totals;
        this.parentPoll = parentPoll;
    }

    void run(ParentRecords all) {
        PartitionState origin = open.partition("");
        ParentListing listing = new ParentListing(
                definition.connection(),
                definition.pillsAt(clock.now()),
                definition.limits().parents(),
                clock,
                context.deadline(),
                origin.checkpoint().started() ? origin.checkpoint().position() : null);
        pollParts(
                listing.parts(all, origin.checkpoint().token()),
                origin.checkpoint().token());
        totals.failures().putAll(listing.failures());
        boolean isListed = isEnded || listing.problem() == null;
        RuntimeException problem = isListed ? failure : listing.problem();
        PollTransaction transaction = new PollTransaction(open, origin);
        transaction.setCheckpoint(origin.checkpoint().withStarted().withToken(next));
        Long reached = listing.reached();
        if (problem == null && reached != null) {
            // Unchanged parents are not listed again: the position moves only after all of the changed ones were
            // polled.
            transaction.setCheckpoint(transaction.checkpoint().withPosition(reached));
        }
        transaction.commit();
        if (problem != null && needsAuthorization(problem) && totals.hasSucceeded()) {
            throw new PollingException(
                    Reason.UNEXPECTED_RESPONSE,
                    "The service rejected the credentials for a parent: " + problem.getMessage(),
                    problem);
        }
        if (problem != null) {
            throw problem;
        }
    }

    private void pollParts(List<ParentGroup> parts, @Nullable String first) {
        for (int i = 0; i < parts.size() && !isEnded; i++) {
            ParentGroup part = parts.get(i);
            String following = parts.get((i + 1) % parts.size()).key();
            Map<String, ObjectNode> found;
            try {
                found = part.list().get();
            } catch (RuntimeException e) {
                if (!endsPoll(e) || parts.size() == 1) {
                    throw e;
                }
                end(e, totals.hasSucceeded() ? part.key() : following);
                return;
            }
            poll(found, rotated(found.keySet(), first), i + 1 == parts.size(), following);
        }
    }

    private static List<String> rotated(Collection<String> parents, @Nullable String first) {
        List<String> order = new ArrayList<>(parents);
        int at = first == null ? -1 : order.indexOf(first);
        if (at > 0) {
            Collections.rotate(order, -at);
        }
        return order;
    }

    /**
     * Polls a part of the parents.
     *
     * @param isLast whether there are no others
     * @param following the key of the part after this one
     */
    private void poll(Map<String, ObjectNode> parents, List<String> order, boolean isLast, String following) {
        for (int i = 0; i < order.size() && !isEnded; i++) {
            String parent = order.get(i);
            polled++;
            try {
                parentPoll.run(parent, parents.getOrDefault(parent, JsonNodeFactory.instance.objectNode()));
                totals.countSuccess();
            } catch (PollContext.StoppedException | StateException e) {
                throw e;
            } catch (RuntimeException e) {
                if (isNotFound(e)) {
                    continue;
                }
                totals.failures().put(parent, String.valueOf(e.getMessage()));
                failure = failure == null ? e : failure;
                boolean isOnly = isLast && polled == 1 && order.size() == 1;
                requireAuthorization(e, isOnly);
                if (endsPoll(e)) {
                    // When nothing else was done, start with another parent the next time.
                    boolean hasOther = i + 1 < order.size() || following.isEmpty();
                    String other = hasOther ? order.get((i + 1) % order.size()) : following;
                    end(e, polled == 1 ? other : parent);
                }
            }
        }
    }

    /** Where the credentials are rejected for the first parents, the failure concerns all: sends no further requests. */
    private void requireAuthorization(RuntimeException e, boolean isOnly) {
        if (needsAuthorization(e) && !totals.hasSucceeded()) {
            locked++;
            if (locked == 2 || isOnly) {
                throw e;
            }
        }
    }

    private void end(RuntimeException reason, String continueWith) {
        failure = reason;
        next = continueWith;
        isEnded = true;
    }

    private static boolean needsAuthorization(RuntimeException e) {
        return e instanceof ConnectorException failure && failure.needsAuthorization();
    }

    private static boolean isNotFound(RuntimeException e) {
        return e instanceof StatusException status && (status.status() == 404 || status.status() == 410);
    }

    /** Whether the other parents would fail in the same way: the quota is exhausted, or the handler waits. */
    private static boolean endsPoll(RuntimeException e) {
        return e instanceof RateLimitedException
                || (e instanceof PollingException waits
                        && (waits.reason() == Reason.HANDLER_WAITS || waits.reason() == Reason.TIMED_OUT));
    }
}
