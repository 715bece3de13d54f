package io.httpconnector.polling;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.PollingException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Sends the request of a page, and hands on its records while they come. */
final class PageReader implements RecordReader.Sink {

    private final RecordSelector records;
    private final Taker taker;
    private JsonNode last = MissingNode.getInstance();
    private int count;
    private long content;
    private @Nullable JsonNode skipped;

    /** Takes the records of a page. */
    interface Taker {

        /** Takes a record that is about so large, and says by what it is known again. */
        Fingerprint take(JsonNode item, long bytes);

        /** A response has begun. */
        default void answered(Response response) {}

        /** A record does not count. */
        default void skip(JsonNode item) {}
    }

    private PageReader(RecordSelector records, Taker taker) {
        this.records = records;
        this.taker = taker;
    }

    /** Within {@code totalTimeout} of the connection, and within the time that is left; what the taker does does not count. */
    static Page read(
            HttpConnection connection,
            Request request,
            int number,
            RecordSelector records,
            Taker taker,
            Duration left) {
        PageReader reader = new PageReader(records, taker);
        int max = connection.maxResponseBytes();
        return connection.read(request, (response, body) -> reader.read(response, body, number, max), left);
    }

    private Page read(Response response, InputStream body, int number, int max) throws IOException {
        // What the request accepts beside a success has no records: 304, 404 for nothing.
        boolean good = Page.hasRecords(response);
        taker.answered(response);
        String type = response.headers().first("Content-Type").orElse("");
        try {
            PageEnvelope envelope = good ? RecordReader.read(records, type, body, max, this) : new PageEnvelope();
            skipLast();
            return new Page(
                    number,
                    response,
                    envelope,
                    count,
                    last.deepCopy(),
                    new Fingerprint(content + Fingerprint.of(last).low(), count));
        } catch (JsonProcessingException e) {
            throw new PollingException(
                    Reason.UNEXPECTED_RESPONSE,
                    response.exchange().summary() + ": the answer is not as it was described: "
                            + JsonSupport.describe(e),
                    e);
        }
    }

    @Override
    public void raw(JsonNode item) {
        skipLast();
        last = item;
        skipped = item;
        count++;
    }

    private void skipLast() {
        if (skipped != null) {
            taker.skip(skipped);
            skipped = null;
        }
    }

    @Override
    public void accept(JsonNode item, long bytes) {
        skipped = null;
        // In any order: a page that comes again may be sorted in another way.
        content += taker.take(item, bytes).low();
    }
}
