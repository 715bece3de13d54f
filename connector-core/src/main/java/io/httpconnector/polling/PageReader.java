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
import java.util.Locale;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** Sends the request of a page and streams its records to a consumer. */
final class PageReader implements RecordReader.Sink {

    private final RecordSelector records;
    private final RecordConsumer consumer;
    private JsonNode last = MissingNode.getInstance();
    private int count;
    private long content;
    private @Nullable JsonNode skipped;
    private @Nullable Fingerprint first;
    private boolean isUniform = true;

    /** Consumes the records of a page. */
    interface RecordConsumer {

        /** Accepts a record of approximately this size and returns the fingerprint of its key. */
        Fingerprint accept(JsonNode item, long bytes);

        /** Called when the head of a response was received. */
        default void onResponse(Response response) {}

        /** Whether the records that were accepted from a page have an identity: equal ones are the same. */
        default boolean isIdentified() {
            return false;
        }

        /** Whether a page may have an empty body, which ends the pages: otherwise it would hide that they are truncated. */
        default boolean permitsEmptyBody(int number) {
            return number == 1;
        }

        /** The fingerprint of the ids of the records that were accepted from a page, in any order; null when they have none. */
        default @Nullable Fingerprint ids() {
            return null;
        }

        /** Called for a record that is filtered out. */
        default void skip(JsonNode item) {}
    }

    private PageReader(RecordSelector records, RecordConsumer consumer) {
        this.records = records;
        this.consumer = consumer;
    }

    /**
     * Sends the request within {@code totalTimeout} of the connection and within the remaining time; the time of the consumer
     * does not count.
     */
    static Page read(
            HttpConnection connection,
            Request request,
            int number,
            RecordSelector records,
            RecordConsumer consumer,
            Duration left) {
        PageReader reader = new PageReader(records, consumer);
        int max = connection.maxResponseBytes();
        return connection.read(request, (response, body) -> reader.read(response, body, number, max), left);
    }

    /** Reads a response that was received before, as the first page. */
    static Page read(Response response, InputStream body, RecordSelector records, RecordConsumer consumer, int max)
            throws IOException {
        return new PageReader(records, consumer).read(response, body, 1, max);
    }

    private Page read(Response response, InputStream body, int number, int max) throws IOException {
        // A response that the request itself accepts besides success has no records: 304, or 404 for an empty list.
        boolean good = Page.hasRecords(response);
        consumer.onResponse(response);
        String type = response.headers().first("Content-Type").orElse("");
        try {
            PageEnvelope envelope = good
                    ? RecordReader.read(records.onPage(response, number), type, body, max, this)
                    : new PageEnvelope();
            skipLast();
            checkBody(response, number, envelope);
            return new Page(
                    number,
                    response,
                    envelope,
                    envelope.elementsOr(count),
                    count,
                    last.deepCopy(),
                    new Fingerprint(content + Fingerprint.of(last).low(), count),
                    likeness(),
                    consumer.ids());
        } catch (JsonProcessingException e) {
            throw new PollingException(
                    Reason.UNEXPECTED_RESPONSE,
                    response.exchange().summary() + ": unexpected response: " + JsonSupport.describe(e),
                    e);
        } catch (ZipException e) {
            throw new PollingException(
                    Reason.UNEXPECTED_RESPONSE,
                    response.exchange().summary() + ": unexpected response: the " + kind(e) + " file is malformed: "
                            + e.getMessage(),
                    e);
        }
    }

    /** A response without a list must not end the pages in silence. */
    private void checkBody(Response response, int number, PageEnvelope envelope) {
        int status = response.status();
        boolean isAccepted = status == 202 && count == 0;
        if (!Page.hasRecords(response)
                || status == 204
                || status > 299
                || records.isOptional()
                || !(isAccepted || envelope.isBodyEmpty())
                || consumer.permitsEmptyBody(number)) {
            return;
        }
        throw new PollingException(
                Reason.UNEXPECTED_RESPONSE,
                response.exchange().summary() + ": page " + number + " has the status " + status + " and "
                        + (envelope.isBodyEmpty() ? "an empty body" : "no records")
                        + ", which does not prove that there are no further records: if the service responds"
                        + " like this to mean an empty list, use RecordSelector.at(...).optional()");
    }

    private static String kind(ZipException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("gzip") ? "gzip" : "ZIP";
    }

    private Page.Likeness likeness() {
        if (first != null && (!isUniform || count == 1) && consumer.isIdentified()) {
            return Page.Likeness.IDENTIFIED;
        }
        return isUniform ? Page.Likeness.UNIFORM : Page.Likeness.ANONYMOUS;
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
            consumer.skip(skipped);
            skipped = null;
        }
    }

    @Override
    public void accept(JsonNode item, long bytes) {
        skipped = null;
        // Independent of the order: a repeated page may be sorted differently.
        Fingerprint print = consumer.accept(item, bytes);
        content += print.low();
        first = first == null ? print : first;
        isUniform &= print.equals(first);
    }
}
