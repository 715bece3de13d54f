package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.Hashing;
import io.httpconnector.polling.DeduplicationIndex.KeyEntry;
import io.httpconnector.polling.RecordIdentity.Item;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Handles the records of one push: like those of a page, but without any conclusion about other records. */
final class PushRunner {

    /** The maximum number of attempts when another process changes the state at the same time. */
    private static final int MAX_ATTEMPTS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(PollingTrigger.class);

    private final TriggerDefinition definition;
    private final PushSettings settings;
    private final OpenState state;
    private final ServerClock clock;
    private final TimeSource time;
    private final Executor handlers;
    private final Supplier<CountDownLatch> stop;
    private final PushMonitor monitor;

    PushRunner(
            TriggerDefinition definition,
            PushSettings settings,
            OpenState state,
            ServerClock clock,
            TimeSource time,
            Executor handlers,
            Supplier<CountDownLatch> stop,
            PushMonitor monitor) {
        this.definition = definition;
        this.settings = settings;
        this.state = state;
        this.clock = clock;
        this.time = time;
        this.handlers = handlers;
        this.stop = stop;
        this.monitor = monitor;
    }

    /**
     * Handles a push. The caller holds the lock of the polls.
     *
     * @param duringPoll whether a poll uses the state
     * @throws StateException when the outcome cannot be stored: then the state is closed, and a poll must not continue
     */
    PushResult run(PushedRecords given, boolean duringPoll) {
        PushedRecords records = given.read();
        Set<String> handled = new HashSet<>();
        for (int attempt = 1; ; attempt++) {
            TriggerState open = state.open();
            try {
                return run(open, records, handled);
            } catch (StateException e) {
                state.close();
                monitor.discardNotifications();
                if (duringPoll || e.reason() != StateFailure.CONFLICT || attempt == MAX_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private PushResult run(TriggerState open, PushedRecords records, Set<String> handled) {
        HighWaterMarkDetection.TriggerStart start = StartTimes.of(open, definition, false, time);
        PollTransaction transaction = new PollTransaction(open, open.partition(""));
        ChangeDetection detection = PartitionPoll.detection(definition, transaction, clock, start, time);
        long now = time.now().toEpochMilli();
        PollContext context = new PollContext(
                time,
                stop.get(),
                handlers,
                soFar -> {},
                new PollDeadline(time, definition.limits().pollTimeout()),
                () -> false);
        PushJudge judge = PushJudge.ofPush(settings, transaction, detection, records.isCurrent(), now);
        RecordProcessor processor = new RecordProcessor(
                definition, transaction, MissingNode.getInstance(), context, clock, detection, false, judge, handled);
        List<Item> deleted = items(records.deleted());
        monitor.startPush(open);
        for (Map<Fingerprint, JsonNode> part : parts(records.changed())) {
            push(part, processor, transaction, judge);
        }
        processor.deletions().deliverPushed(deleted);
        monitor.pushed(open, records.changed().size() + records.deleted().size());
        transaction.commit();
        PollResult result = processor.result();
        monitor.notifyListeners();
        int unknown = records.deleted().size() - deleted.size();
        return new PushResult(result.events(), result.deadLetters(), judge.known(), judge.outdated() + unknown);
    }

    /** Returns the deleted records; those without a key are omitted, because it is unknown what they stand for. */
    private List<Item> items(List<JsonNode> records) {
        MessageDigest digest = Hashing.sha256();
        List<Item> items = new ArrayList<>();
        for (JsonNode record : records) {
            try {
                items.add(definition.identity().of(record, digest));
            } catch (ConnectorException e) {
                LOG.warn("{}: a deletion was pushed that is not usable: {}", definition.id(), e.getMessage());
            }
        }
        return items;
    }

    /** Divides the records into parts in which each key occurs once, so that its versions are handled one after the other. */
    private List<Map<Fingerprint, JsonNode>> parts(List<JsonNode> records) {
        MessageDigest digest = Hashing.sha256();
        List<Map<Fingerprint, JsonNode>> parts = new ArrayList<>();
        Map<Fingerprint, JsonNode> part = new LinkedHashMap<>();
        for (JsonNode record : records) {
            Fingerprint print = print(record, digest);
            if (part.containsKey(print) || part.size() == definition.limits().batch()) {
                parts.add(part);
                part = new LinkedHashMap<>();
            }
            part.put(print, record);
        }
        parts.add(part);
        return parts;
    }

    private Fingerprint print(JsonNode record, MessageDigest digest) {
        try {
            return definition.identity().of(record, digest).print();
        } catch (ConnectorException e) {
            // An invalid record: it becomes a dead letter.
            return Fingerprint.of(record);
        }
    }

    private static void push(
            Map<Fingerprint, JsonNode> part, RecordProcessor processor, PollTransaction transaction, PushJudge judge) {
        Map<Fingerprint, @Nullable KeyEntry> before = new HashMap<>();
        part.keySet().forEach(print -> before.put(print, transaction.seen().get(print)));
        try {
            part.values().forEach(record -> processor.accept(record, 0));
            processor.flush();
        } catch (RuntimeException e) {
            // What was not finished does not count as seen, also not for a running poll.
            before.forEach((print, entry) -> {
                if (!judge.isFinished(print)) {
                    restore(transaction.seen(), print, entry);
                }
            });
            throw e;
        }
    }

    private static void restore(DeduplicationIndex seen, Fingerprint print, @Nullable KeyEntry entry) {
        if (entry == null) {
            seen.remove(print);
        } else {
            seen.put(print, entry);
        }
    }
}
