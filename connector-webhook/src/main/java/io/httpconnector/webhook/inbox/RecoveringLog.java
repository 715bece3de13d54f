package io.httpconnector.webhook.inbox;

import io.httpconnector.state.StateException;
import io.httpconnector.state.StateLog;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A log that is written again after a failure, once that is over: as long as nobody else has written it in the meantime, which its
 * content tells. Used by one thread at a time.
 */
final class RecoveringLog implements AutoCloseable {

    private final StateLog log;
    private LogContent content = LogContent.NOTHING;

    /** What the log has when the write succeeded that has failed. */
    private @Nullable LogContent perhaps;

    /** How many entries there are, how long, and a sum over all. */
    private record LogContent(long entries, long bytes, long sum) {

        private static final LogContent NOTHING = new LogContent(0, 0, 0);

        LogContent and(byte[] entry) {
            CRC32C sums = new CRC32C();
            sums.update(ByteBuffer.allocate(Long.BYTES).putLong(0, sum));
            sums.update(entry);
            return new LogContent(entries + 1, bytes + entry.length, sums.getValue());
        }
    }

    RecoveringLog(StateLog log) {
        this.log = log;
    }

    /** Reads all entries, as the log does. */
    void read(Consumer<byte[]> reader) {
        content = LogContent.NOTHING;
        log.read(entry -> {
            content = content.and(entry);
            reader.accept(entry);
        });
        perhaps = null;
    }

    /** How many bytes the entries have. */
    long size() {
        return content.bytes;
    }

    /**
     * Adds an entry.
     *
     * @throws StateException when it was not added, as far as is known
     */
    void append(byte[] entry) {
        recover();
        LogContent next = content.and(entry);
        perhaps = next;
        log.append(entry);
        content = next;
        perhaps = null;
    }

    /**
     * Puts others into the place of all entries.
     *
     * @throws StateException when they were not replaced, as far as is known
     */
    void replace(List<byte[]> entries) {
        recover();
        LogContent next = LogContent.NOTHING;
        for (byte[] entry : entries) {
            next = next.and(entry);
        }
        perhaps = next;
        log.replace(entries);
        content = next;
        perhaps = null;
    }

    /** After a failure nobody knows whether it was written. */
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
                    StateException.Reason.CONFLICT,
                    "the inbox was written by somebody else: close it, and open it again");
        }
    }

    @Override
    public void close() {
        log.close();
    }
}
