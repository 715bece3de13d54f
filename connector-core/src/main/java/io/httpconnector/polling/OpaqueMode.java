package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.StatusException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The service remembers what we have seen, and gives a token or a URL for it. */
final class OpaqueMode implements Mode {

    private static final Logger LOG = LoggerFactory.getLogger(PollingTrigger.class);

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
        return known == null || cursor.isUrl() ? Map.of() : Map.of("cursor", known);
    }

    @Override
    public @Nullable String url() {
        return cursor.isUrl() ? scope.checkpoint().token() : null;
    }

    @Override
    public Long mark(JsonNode item) {
        return polls;
    }

    @Override
    public boolean keepsMarks() {
        return true;
    }

    @Override
    public boolean readsOn(Page page, int number, boolean hasNext) {
        token = cursor.token(page)
                .map(given -> cursor.isUrl() ? page.resolved(given) : given)
                .orElse(token);
        return hasNext;
    }

    /** A token that has expired is of no use any more: the next poll begins with everything. */
    @Override
    public void refused(StatusException e) {
        if (e.status() == 410 && scope.checkpoint().token() != null) {
            LOG.warn(
                    "The token of the last poll has expired: the next poll reads everything, and what it knows comes again");
            state.checkpoint(scope, scope.checkpoint().withToken(null));
            state.commit();
        }
    }

    @Override
    public void finish(Intake intake) {
        if (token != null) {
            state.checkpoint(scope, scope.checkpoint().withToken(token));
        }
        scope.seen().removeIf((key, mark) -> mark < polls - 1);
    }
}
