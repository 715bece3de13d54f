package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The service gives everything each time: it is compared with what was seen. Marks are times, in milliseconds. */
final class SnapshotMode implements Mode {

    private final Definition definition;
    private final Scope scope;
    private final boolean first;
    private final long begun;
    private boolean asked;
    private boolean mayHaveMoved;

    SnapshotMode(Definition definition, Scope scope, long now) {
        this.definition = definition;
        this.scope = scope;
        this.first = !scope.checkpoint().started();
        this.begun = scope.beginRound(now);
    }

    @Override
    public @Nullable Map<String, Object> nextQuery() {
        if (asked) {
            return null;
        }
        asked = true;
        return Map.of();
    }

    @Override
    public Long mark(JsonNode item) {
        return begun;
    }

    @Override
    public boolean keepsMarks() {
        return false;
    }

    @Override
    public boolean readsOn(Page page, int number, boolean hasNext) {
        mayHaveMoved |= number > 1 && definition.pagination().isPositional();
        return hasNext;
    }

    /** What was on no page is gone. Where pages are positions, a record may have moved from one to another: it gets a second chance. */
    @Override
    public void finish(Intake intake) {
        long since = mayHaveMoved ? scope.roundBefore() : begun;
        if (definition.deletions() && !first) {
            List<Fingerprint> gone = new ArrayList<>();
            scope.seen().forEach((key, version, mark) -> {
                if (mark < since) {
                    gone.add(key);
                }
            });
            intake.deliverDeleted(gone);
        } else {
            long forgotten = begun - definition.limits().memory().toMillis();
            scope.seen().removeIf((key, mark) -> mark < forgotten);
        }
        scope.endRound();
    }
}
