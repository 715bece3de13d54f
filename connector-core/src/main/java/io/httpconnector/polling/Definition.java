package io.httpconnector.polling;

import io.httpconnector.HttpConnection;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.Delivery;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a trigger does, checked. */
record Definition(
        String id,
        HttpConnection connection,
        RequestTemplate template,
        Pills pills,
        Records records,
        Identity identity,
        Pagination pagination,
        @Nullable Cursor cursor,
        boolean deletions,
        boolean conditional,
        FirstPoll first,
        Delivery delivery,
        Limits limits) {

    /**
     * What is not exceeded.
     *
     * @param keys how many keys are remembered
     * @param deadLetters how many dead letters are kept
     * @param parents how many parents there may be
     * @param batch how many records are held in memory at once
     * @param memory how long a key is remembered after its record was seen for the last time, when there is no cursor
     */
    record Limits(int keys, int deadLetters, int parents, int batch, Duration memory) {
        static final Limits DEFAULTS = new Limits(1_000_000, 1000, 10_000, 1000, Duration.ofDays(7));
    }

    Definition withFirst(FirstPoll other) {
        return new Definition(
                id,
                connection,
                template,
                pills,
                records,
                identity,
                pagination,
                cursor,
                deletions,
                conditional,
                other,
                delivery,
                limits);
    }

    /** What decides whether the state of an earlier definition still has a meaning. */
    String identityText() {
        return identity.key() + " " + identity.version() + " " + identity.hashed() + " " + identity.ignored();
    }

    String cursorText() {
        return cursor == null ? "snapshot" : cursor.definition();
    }
}
