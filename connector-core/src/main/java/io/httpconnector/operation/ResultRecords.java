package io.httpconnector.operation;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.StatusException;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Iterates over the records of all URLs of a result. A URL that has expired before its first record is requested once more. */
final class ResultRecords extends AbstractSpliterator<JsonNode> {

    private final ResultLocation location;
    private final Function<String, Stream<JsonNode>> reader;
    private @Nullable List<String> urls;
    private int index;
    private @Nullable Spliterator<JsonNode> records;
    private boolean isStarted;
    private boolean isRenewed;
    private @Nullable JsonNode next;

    /** @param reader reads the records at a URL */
    ResultRecords(ResultLocation location, Function<String, Stream<JsonNode>> reader) {
        super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
        this.location = location;
        this.reader = reader;
    }

    @Override
    public boolean tryAdvance(Consumer<? super JsonNode> action) {
        while (true) {
            List<String> all = urls == null ? location.urlsOfRecords() : urls;
            urls = all;
            if (index >= all.size()) {
                return false;
            }
            if (hasNext(all.get(index))) {
                JsonNode record = next;
                next = null;
                if (record != null) {
                    action.accept(record);
                }
                return true;
            }
        }
    }

    /** Reads the next record; false if the URL has no more, or was replaced. */
    private boolean hasNext(String url) {
        Spliterator<JsonNode> current = records == null ? reader.apply(url).spliterator() : records;
        records = current;
        try {
            if (current.tryAdvance(record -> next = record)) {
                isStarted = true;
                return true;
            }
            index++;
            isRenewed = false;
        } catch (StatusException e) {
            if (isStarted || !ResultLocation.isExpired(e)) {
                throw e;
            }
            if (isRenewed) {
                throw location.expired(e);
            }
            isRenewed = true;
            List<String> others = location.renewed();
            urls = others;
            if (index >= others.size()) {
                throw location.expired(e);
            }
        }
        records = null;
        isStarted = false;
        return false;
    }
}
