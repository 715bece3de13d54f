package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The service remembers what we have seen, and gives a token for it. */
final class OpaqueMode implements Mode {

    private final Cursor cursor;
    private final TriggerState state;
    private final Scope scope;
    private final long polls;
    private boolean asked;
    private @Nullable String token;

    OpaqueMode(Cursor cursor, TriggerState state, Scope scope) {
        this.cursor = cursor;
        this.state = state;
        this.scope = scope;
        this.polls = scope.checkpoint().polls();
    }

    @Override
    public @Nullable Map<String, Object> nextQuery() {
        if (asked) {
            return null;
        }
        asked = true;
        String known = scope.checkpoint().token();
        return known == null ? Map.of() : Map.of("cursor", known);
    }

    @Override
    public void beginPage() {
        // Pages don't differ.
    }

    @Override
    public Long mark(JsonNode item) {
        return polls;
    }

    @Override
    public boolean isOlder(long mark, long known) {
        return false;
    }

    @Override
    public boolean keepsMarks() {
        return true;
    }

    @Override
    public boolean readsOn(Page page, int number, boolean hasNext) {
        token = cursor.token(page).orElse(token);
        return hasNext;
    }

    @Override
    public void finish(Intake intake) {
        if (token != null) {
            state.checkpoint(scope, scope.checkpoint().withToken(token));
        }
        scope.seen().removeIf((key, mark) -> mark < polls - 1);
    }
}
