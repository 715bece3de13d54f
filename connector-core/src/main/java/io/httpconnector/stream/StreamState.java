package io.httpconnector.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateRetry;
import io.httpconnector.state.StateStore;
import io.httpconnector.trigger.DeadLetter;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The durable state of a stream trigger: its position, its dead letters, and which node reads the stream. Each entry names the node
 * that has written it and repeats whole values, so that it can be appended again when it is unknown whether it was stored.
 * Thread-safe.
 */
final class StreamState {

    private static final long WORTH_COMPACTING = 64 * 1024;
    private static final StateRetry RETRY = new StateRetry(50, 1000);

    private final StateLog log;
    private final String node;

    private StoredStream content = new StoredStream();
    private long appended;
    private long compacted;
    private boolean uncertain;

    /** The stored data. */
    private static final class StoredStream {
        private StreamPosition position = StreamPosition.START;
        private final Map<String, DeadLetter> dead = new LinkedHashMap<>();
        private String writer = "";
        private long sequence;
        private boolean released = true;
        private boolean paused;

        private void apply(JsonNode entry) {
            if (entry.has("lastEventId")) {
                position = new StreamPosition(
                        entry.path("lastEventId").asText(), entry.path("count").asLong());
            }
            for (JsonNode letter : entry.path("deadLetters")) {
                DeadLetter read = DeadLetter.fromJson(letter);
                dead.put(read.event().id(), read);
            }
            entry.path("removed").forEach(id -> dead.remove(id.asText()));
            writer = entry.path("writer").asText();
            sequence = entry.path("sequence").asLong();
            released = entry.path("released").asBoolean();
            if (entry.has("paused")) {
                paused = entry.path("paused").asBoolean();
            }
        }
    }

    /**
     * A position in the stream.
     *
     * @param lastEventId the last id that the service has set
     * @param count the number of events since then, or since the first event if there is no id
     */
    record StreamPosition(String lastEventId, long count) {
        static final StreamPosition START = new StreamPosition("", 0);
    }

    /** Identifies the last entry. */
    record EntryMark(String writer, long sequence) {}

    private StreamState(StateLog log, String node) {
        this.log = log;
        this.node = node;
    }

    /** Opens the state of a trigger. */
    static StreamState open(StateStore store, String id, String node) {
        StateLog log = store.open(id);
        boolean isOpen = false;
        try {
            StreamState state = new StreamState(log, node);
            state.reload();
            isOpen = true;
            return state;
        } finally {
            if (!isOpen) {
                log.close();
            }
        }
    }

    /** Reads the state again. */
    synchronized void reload() {
        StoredStream read = new StoredStream();
        long[] size = {0};
        log.read(entry -> {
            size[0] += entry.length;
            try {
                read.apply(JsonSupport.parse(entry));
            } catch (IOException | InvalidDefinitionException e) {
                throw new StateException(
                        StateFailure.CORRUPT, "The state of the stream is invalid: " + e.getMessage(), e);
            }
        });
        content = read;
        appended = size[0];
        uncertain = false;
    }

    /** Returns whether no other node reads the stream. */
    synchronized boolean isFree() {
        return content.released || content.writer.equals(node);
    }

    /** Returns whether no node may read the stream. */
    synchronized boolean isPaused() {
        return content.paused;
    }

    /**
     * Stores whether nodes may read the stream. The node that reads it keeps it, until it notices the change.
     *
     * @return whether this is a change
     */
    synchronized boolean setPaused(boolean isPaused) {
        return RETRY.run(() -> {
            reload();
            if (content.paused == isPaused) {
                return false;
            }
            write(
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("paused", isPaused)
                            .put("released", content.released),
                    content.writer);
            return true;
        });
    }

    synchronized EntryMark mark() {
        return new EntryMark(content.writer, content.sequence);
    }

    synchronized StreamPosition position() {
        return content.position;
    }

    synchronized List<DeadLetter> deadLetters() {
        return List.copyOf(content.dead.values());
    }

    synchronized @Nullable DeadLetter deadLetter(String eventId) {
        return content.dead.get(eventId);
    }

    /**
     * Claims the stream for this node, or confirms that it still reads it.
     *
     * @throws StateException with {@link StateFailure#CONFLICT} if another node has written in the meantime
     */
    synchronized void claim() {
        append(JsonNodeFactory.instance.objectNode());
    }

    /** Stores how far the events are handled. */
    synchronized void checkpoint(StreamPosition position, List<DeadLetter> letters) {
        ObjectNode entry = JsonNodeFactory.instance.objectNode();
        entry.put("lastEventId", position.lastEventId()).put("count", position.count());
        put(entry, letters);
        append(entry);
    }

    private static void put(ObjectNode entry, Iterable<DeadLetter> letters) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        letters.forEach(letter -> all.add(letter.toJson()));
        if (!all.isEmpty()) {
            entry.set("deadLetters", all);
        }
    }

    /** Replaces a dead letter by others; by none if it was handled. */
    synchronized void replaceDeadLetter(String eventId, List<DeadLetter> letters) {
        ObjectNode entry = JsonNodeFactory.instance.objectNode();
        if (letters.isEmpty()) {
            entry.putArray("removed").add(eventId);
        }
        put(entry, letters);
        append(entry);
    }

    /** Permits other nodes to read the stream, and closes the state. */
    synchronized void release() {
        try {
            if (content.writer.equals(node) && !content.released) {
                append(JsonNodeFactory.instance.objectNode().put("released", true));
            }
        } finally {
            log.close();
        }
    }

    /** Closes the state without writing. */
    synchronized void close() {
        log.close();
    }

    private void append(ObjectNode entry) {
        if (uncertain) {
            reload();
            if (!isFree()) {
                throw new StateException(StateFailure.CONFLICT, "Another node reads the stream now");
            }
        }
        try {
            write(entry, node);
        } catch (StateException e) {
            if (e.reason() != StateFailure.CONFLICT || !isStillMine()) {
                throw e;
            }
            // The stream was paused or resumed, but is still read by this node.
            write(entry, node);
        }
        if (appended > WORTH_COMPACTING + 3 * compacted) {
            compact();
        }
    }

    /** Reads the state again; returns whether this node still reads the stream. */
    private boolean isStillMine() {
        reload();
        return content.writer.equals(node) && !content.released;
    }

    private void write(ObjectNode entry, String writer) {
        entry.put("writer", writer).put("sequence", content.sequence + 1);
        byte[] bytes = JsonSupport.write(entry);
        boolean isStored = false;
        try {
            log.append(bytes);
            isStored = true;
        } finally {
            uncertain = !isStored;
        }
        content.apply(entry);
        appended += bytes.length;
    }

    private void compact() {
        ObjectNode whole = JsonNodeFactory.instance.objectNode();
        whole.put("lastEventId", content.position.lastEventId()).put("count", content.position.count());
        put(whole, content.dead.values());
        whole.put("writer", content.writer).put("sequence", content.sequence).put("released", content.released);
        whole.put("paused", content.paused);
        byte[] bytes = JsonSupport.write(whole);
        boolean isStored = false;
        try {
            log.replace(List.of(bytes));
            isStored = true;
        } finally {
            uncertain = !isStored;
        }
        appended = bytes.length;
        compacted = bytes.length;
    }
}
