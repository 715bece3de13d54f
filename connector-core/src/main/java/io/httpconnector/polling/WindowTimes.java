package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Response;
import io.httpconnector.polling.PageReader.RecordConsumer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adds the start or the end of the window to its records. Not thread-safe.
 *
 * @param members the names of the added members, by the names of the times
 * @param window the times of the window as the request has them
 */
record WindowTimes(Map<String, String> members, Map<?, ?> window, RecordConsumer next) implements RecordConsumer {

    /** Returns a consumer that adds the times which the cursor requests. */
    static RecordConsumer addedTo(@Nullable Cursor cursor, Map<String, Object> query, RecordConsumer next) {
        return cursor instanceof TimeCursor time
                        && !time.windowTimes().isEmpty()
                        && query.get("window") instanceof Map<?, ?> window
                ? new WindowTimes(time.windowTimes(), window, next)
                : next;
    }

    private void addTo(JsonNode item) {
        if (item instanceof ObjectNode record) {
            members.forEach((bound, member) -> record.put(member, String.valueOf(window.get(bound))));
        }
    }

    @Override
    public Fingerprint accept(JsonNode item, long bytes) {
        addTo(item);
        return next.accept(item, bytes);
    }

    @Override
    public void skip(JsonNode item) {
        addTo(item);
        next.skip(item);
    }

    @Override
    public void onResponse(Response response) {
        next.onResponse(response);
    }

    @Override
    public boolean isIdentified() {
        return next.isIdentified();
    }
}
