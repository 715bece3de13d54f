package io.httpconnector.webhook.inbox;

import io.httpconnector.state.StateException;
import io.httpconnector.state.StateLog;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A log that recovers from failed writes: it is written again after a failure, unless its content shows that another process has
 * written to it in the meantime. Used by one thread at a time.
 */
final class RecoveringLog implements AutoCloseable {

    private final StateLog log;
    private LogContent content = LogContent.NOTHING;

    /** The content of the log if the failed write was actually performed. */
    private @Nullable LogContent perhaps;

    /** The number of entries, their total size, and a checksum over all of them. */
    private record LogContent(long entries, long bytes, long sum) {

        private static final LogContent NOTHING = new LogContent(0, 0, 0);

        LogContent plus(byte[] entry) {
            CRC32C sums = new CRC32C();
            sums.update(ByteBuffer.allocate(Long.BYTES).putLong(0, sum));
            sums.update(entry);
            return new LogContent(entries + 1, bytes + entry.length, sums.getValue());
        }
    }

    RecoveringLog(StateLog log) {
        this.log = log;
    }

    /** Reads all entries. */
    void read(Consumer<byte[]> reader) {
        content = LogContent.NOTHING;
        log.read(entry -> {
            content = content.plus(entry);
            reader.accept(entry);
        });
        perhaps = null;
    }

    /** Returns the total size of the entries in bytes. */
    long size() {
        return content.bytes;
    }

    /**
     * Appends an entry.
     *
     * @throws StateException if the entry was not appended, as far as is known
     */
    void append(byte[] entry) {
        recover();
        LogContent next = content.plus(entry);
        perhaps = next;
        log.append(entry);
        content = next;
        perhaps = null;
    }

    /**
     * Replaces all entries.
     *
     * @throws StateException if the entries were not replaced, as far as is known
     */
    void replace(List<byte[]> entries) {
        recover();
        LogContent next = LogContent.NOTHING;
        for (byte[] entry : entries) {
            next = next.plus(entry);
        }
        perhaps = next;
        log.replace(entries);
        content = next;
        perhaps = null;
    }

    /** Determines after a failure whether the data was written. */
    private void recover() {
        LogContent before = content;
        LogContent after = perhaps;
        if (after == null) {
            return;
        }
        try {
            read(entry -> {});
        } catch (RuntimeException e) {
            content = before;
            throw e;
        }
        if (!content.equals(before) && !content.equals(after)) {
            content = before;
            perhaps = after;
            throw new StateException(
                    StateException.StateFailure.CONFLICT,
                    "the inbox was written by another process: close it, and open it again");
        }
    }

    @Override
    public void close() {
        log.close();
    }
}
