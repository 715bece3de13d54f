package io.httpconnector.testing.recording;

import io.httpconnector.internal.recording.TappedResponse;
import io.httpconnector.internal.transport.TransportFailure;
import io.httpconnector.testing.VirtualTime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The entries of a recording while a test replays them. Each entry is used once. Thread-safe. */
final class Replay {

    private static final int MAX_LISTED = 10;

    private final Path file;
    private final List<RecordedEntry> entries;
    private final ReplayRules rules;
    private final RequestDifference difference;
    private final @Nullable VirtualTime time;
    private final BitSet used = new BitSet();
    private @Nullable RecordingMismatchError first;

    /**
     * Starts a replay.
     *
     * @param time advances by the duration of each exchange; null if it does not
     */
    Replay(Path file, HarFileReader.Archive archive, ReplayRules rules, @Nullable VirtualTime time) {
        this.file = file;
        this.entries = archive.entries();
        this.rules = rules;
        this.difference = new RequestDifference(rules, archive.isForeign());
        this.time = time;
    }

    /**
     * Returns the response to a request.
     *
     * @param secrets the secrets of the request, which are masked in it
     */
    synchronized TappedResponse response(RecordedEntry.Sent sent, Set<String> secrets) throws TransportFailure {
        int found = find(sent, SecretSearcher.of(secrets));
        if (found < 0) {
            throw fail(notRecorded(sent));
        }
        used.set(found);
        RecordedEntry entry = entries.get(found);
        if (time != null) {
            time.advance(entry.elapsed());
        }
        RecordedEntry.Received received = entry.received();
        RecordedEntry.Failure failure = entry.failure();
        if (received == null) {
            throw Objects.requireNonNull(failure, "an entry has a response or a failure")
                    .toTransportFailure();
        }
        RecordedEntry.StoredBody body = received.body();
        if (body == null) {
            throw fail(name(found) + " in " + file + " has no body of the response (" + sent.summary()
                    + "): export the archive with content");
        }
        return new TappedResponse(
                received.status(),
                RecordedEntry.Field.toHeaderFields(received.headers()),
                body.bytes(),
                received.length(),
                received.isWhole(),
                failure == null ? null : failure.toTransportFailure());
    }

    private int find(RecordedEntry.Sent sent, SecretSearcher searcher) {
        for (int i = 0; i < entries.size(); i++) {
            RecordedEntry entry = entries.get(i);
            if (used.get(i) || entry.isWebhook()) {
                continue;
            }
            // What is a secret of this test may be a usual word of the recording.
            boolean matches = matches(entry.sent(), sent)
                    || (searcher.hasSecrets() && matches(SecretMask.all(entry.sent(), searcher), sent));
            if (matches) {
                return i;
            }
            if (rules.isStrictOrder()) {
                return -1;
            }
        }
        return -1;
    }

    private boolean matches(RecordedEntry.Sent recorded, RecordedEntry.Sent sent) {
        return difference.canMatch(recorded, sent)
                && difference.between(recorded, sent).weight() == 0;
    }

    /** Returns the recorded webhooks that have not been returned yet. */
    synchronized List<RecordedEntry> webhooks() {
        List<RecordedEntry> all = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).isWebhook() && !used.get(i)) {
                used.set(i);
                all.add(entries.get(i));
            }
        }
        return all;
    }

    private RecordingMismatchError fail(String message) {
        RecordingMismatchError error = new RecordingMismatchError(message);
        first = first == null ? error : first;
        return error;
    }

    private String notRecorded(RecordedEntry.Sent sent) {
        int count = (int) entries.stream().filter(entry -> !entry.isWebhook()).count();
        StringBuilder message = new StringBuilder("The request was not recorded: ")
                .append(sent.summary())
                .append("\n  recording: ")
                .append(file)
                .append(", ")
                .append(count)
                .append(count == 1 ? " request, " : " requests, ")
                .append(unusedCount())
                .append(" unused");
        int closest = -1;
        RequestDifference.Result least = null;
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).isWebhook()) {
                continue;
            }
            RequestDifference.Result result = difference.between(entries.get(i).sent(), sent);
            boolean isCloser = least == null
                    || result.weight() < least.weight()
                    || (result.weight() == least.weight() && used.get(closest) && !used.get(i));
            if (rules.isStrictOrder() ? least == null && !used.get(i) : isCloser) {
                closest = i;
                least = result;
            }
        }
        if (least != null) {
            message.append("\n  ")
                    .append(rules.isStrictOrder() ? "next recorded: " : "closest: ")
                    .append(name(closest))
                    .append(" ")
                    .append(entries.get(closest).sent().summary());
            if (used.get(closest)) {
                message.append("\n    it is used already: the request was sent more often than in the recording");
            }
            least.texts().forEach(text -> message.append("\n    ").append(text));
        }
        return message.append("\n  To record again, run the test with -D" + RecordingMode.PROPERTY
                        + "=true. To ignore values that change, see ignoreHeader, ignoreQuery and ignoreBody.")
                .toString();
    }

    private static String name(int index) {
        return "entry " + index + " (/log/entries/" + index + ")";
    }

    private int unusedCount() {
        return (int) entries.stream().filter(entry -> !entry.isWebhook()).count()
                - (int) used.stream().filter(i -> !entries.get(i).isWebhook()).count();
    }

    /** Returns the first mismatch of a request; null if there was none. */
    synchronized @Nullable RecordingMismatchError first() {
        return first;
    }

    /** Fails if a request was not recorded, or recorded requests were not sent. */
    synchronized void verify() {
        if (first != null) {
            // Another error, because the test may have failed with the first one, which can't suppress itself.
            throw new RecordingMismatchError(first);
        }
        List<Integer> unused = new ArrayList<>();
        for (int i = used.nextClearBit(0); i < entries.size(); i = used.nextClearBit(i + 1)) {
            unused.add(i);
        }
        if (!unused.isEmpty() && !rules.allowsUnused()) {
            String list = unused.stream()
                    .limit(MAX_LISTED)
                    .map(i -> "\n  " + name(i) + " "
                            + (entries.get(i).isWebhook() ? "webhook " : "")
                            + entries.get(i).sent().summary())
                    .collect(Collectors.joining());
            throw new RecordingMismatchError(unused.size() + " of " + entries.size() + " recorded exchanges in " + file
                    + " were not used:" + list + (unused.size() > MAX_LISTED ? "\n  ..." : "")
                    + "\n  To record again, run the test with -D" + RecordingMode.PROPERTY
                    + "=true. To permit unused exchanges, see allowUnused.");
        }
    }
}
