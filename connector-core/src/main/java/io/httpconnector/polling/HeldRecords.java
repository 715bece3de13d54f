package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.polling.PollingException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjLongConsumer;

/** The records of a response that are held in memory until it was read to its end, because their filters need all of it. */
final class HeldRecords {

    private final int max;
    private final List<Held> records = new ArrayList<>();
    private long total;

    private record Held(JsonNode item, long bytes) {}

    /**
     * Creates an empty list.
     *
     * @param max the maximum number of bytes of the records
     */
    HeldRecords(int max) {
        this.max = max;
    }

    /**
     * Adds a record.
     *
     * @param bytes its approximate size
     * @throws PollingException when the records are larger than the limit
     */
    void add(JsonNode item, long bytes) {
        total += bytes;
        if (total > max) {
            throw new PollingException(
                    Reason.LIMIT_REACHED,
                    "A filter of the records uses \"response\", so that the records of a page are held in memory until"
                            + " the response is complete: they are larger than the limit of " + max
                            + " bytes (maxResponseBytes of the connection). Request smaller pages, or raise the limit");
        }
        records.add(new Held(item, bytes));
    }

    /** Passes the records and their sizes to a consumer, in their order. */
    void forEach(ObjLongConsumer<JsonNode> consumer) {
        records.forEach(held -> consumer.accept(held.item, held.bytes));
    }
}
