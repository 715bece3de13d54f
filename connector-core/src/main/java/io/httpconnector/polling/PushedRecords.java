package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.Arguments;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Records that the application passes to a trigger, such as those of a webhook. They have the form of the records of a poll, as far
 * as the fields of key, version and cursor are concerned. Immutable.
 */
public final class PushedRecords {

    private final List<JsonNode> changed;
    private final List<JsonNode> deleted;
    private final boolean current;
    private final @Nullable Supplier<PushedRecords> supplier;

    private PushedRecords(
            List<JsonNode> changed,
            List<JsonNode> deleted,
            boolean current,
            @Nullable Supplier<PushedRecords> supplier) {
        this.changed = changed;
        this.deleted = deleted;
        this.current = current;
        this.supplier = supplier;
    }

    /**
     * New or updated records.
     *
     * @param records the records, in the order of their changes
     * @return the records
     */
    public static PushedRecords changed(List<JsonNode> records) {
        return changed(Arguments.notNull(records, "pushed records").toArray(new JsonNode[0]));
    }

    /**
     * New or updated records.
     *
     * @param records the records, in the order of their changes
     * @return the records
     */
    public static PushedRecords changed(JsonNode... records) {
        return new PushedRecords(Arguments.all(records, "pushed records"), List.of(), false, null);
    }

    /**
     * Deleted records.
     *
     * @param records objects with at least the fields of the key
     * @return the records
     */
    public static PushedRecords deleted(JsonNode... records) {
        return new PushedRecords(List.of(), Arguments.all(records, "deleted records"), false, null);
    }

    /**
     * Adds deleted records.
     *
     * @param records objects with at least the fields of the key
     * @return other records
     */
    public PushedRecords andDeleted(List<JsonNode> records) {
        JsonNode[] all = Arguments.notNull(records, "deleted records").toArray(new JsonNode[0]);
        return new PushedRecords(changed, Arguments.all(all, "deleted records"), current, supplier);
    }

    /**
     * Records that are read from the service when the trigger is ready for them. While they are read the trigger does not poll, so
     * that they are known to be newer than everything that was read before.
     *
     * @param records reads the current records; what it throws is thrown by {@link PollingTrigger#push}
     * @return the records
     */
    public static PushedRecords reading(Supplier<PushedRecords> records) {
        return new PushedRecords(List.of(), List.of(), true, Arguments.notNull(records, "supplier of records"));
    }

    /** The records themselves. */
    PushedRecords read() {
        if (supplier == null) {
            return this;
        }
        PushedRecords read =
                Arguments.notNull(supplier.get(), "supplied records").read();
        return new PushedRecords(read.changed, read.deleted, true, null);
    }

    List<JsonNode> changed() {
        return changed;
    }

    List<JsonNode> deleted() {
        return deleted;
    }

    /** Whether the records were read from the service after everything else. */
    boolean isCurrent() {
        return current;
    }
}
