package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Request;
import io.httpconnector.StatusException;
import io.httpconnector.polling.Checkpoint.Validators;
import io.httpconnector.polling.HighWaterMarkDetection.TriggerStart;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.polling.Reading.End;
import io.httpconnector.template.Pills;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One poll of one partition (parent): sends the queries, reads the pages, and moves the checkpoint. */
final class PartitionPoll {

    /** The smallest number of records that may be a limit of the service. */
    private static final int SUSPICIOUS_RECORDS = 20;

    private final TriggerDefinition definition;
    private final PollTransaction transaction;
    private final Pills pills;
    private final RecordSelector records;
    private final PollContext context;
    private final ChangeDetection detection;
    private final RecordProcessor processor;
    private boolean notModified;
    private int queries;
    private long pagesRead;
    private boolean hasReadExtraPage;
    private Duration requestedInterval = Duration.ZERO;
    private @Nullable Validators validators;
    private @Nullable String warning;

    PartitionPoll(
            TriggerDefinition definition,
            PollTransaction transaction,
            ObjectNode parents,
            PollContext run,
            ServerClock clock,
            TriggerStart start) {
        this.definition = definition;
        this.transaction = transaction;
        this.pills = pills(definition, parents, clock);
        this.records = definition.records().with(pills);
        this.context = run;
        this.detection = detection(definition, transaction, clock, start);
        boolean silent = isFirst() && definition.first().isSilent();
        this.processor =
                new RecordProcessor(definition, transaction, parentOfEvents(parents), run, clock, detection, silent);
    }

    private static Pills pills(TriggerDefinition definition, ObjectNode parents, ServerClock clock) {
        Pills pills = definition.pillsAt(clock.now());
        for (Map.Entry<String, JsonNode> parent : parents.properties()) {
            pills = pills.and(parent.getKey(), parent.getValue());
        }
        return pills;
    }

    /** The only parent itself, or several by their names. */
    private static JsonNode parentOfEvents(ObjectNode parents) {
        return switch (parents.size()) {
            case 0 -> MissingNode.getInstance();
            case 1 -> parents.elements().next();
            default -> parents;
        };
    }

    private static ChangeDetection detection(
            TriggerDefinition definition, PollTransaction transaction, ServerClock clock, TriggerStart start) {
        Cursor cursor = definition.cursor();
        if (cursor instanceof PositionCursor position) {
            return new HighWaterMarkDetection(definition, position, transaction, clock, start);
        }
        long now = clock.now().toEpochMilli();
        return cursor instanceof TokenCursor token
                ? new SyncTokenDetection(definition, token, transaction, now)
                : new FullComparisonDetection(definition, transaction, now);
    }

    private boolean isFirst() {
        return !transaction.checkpoint().started();
    }

    /** The interval requested by the {@code X-Poll-Interval} header, in seconds. */
    Duration requestedInterval() {
        return requestedInterval;
    }

    private static Duration requestedInterval(Page page) {
        String text = page.header("X-Poll-Interval").orElse("").strip();
        return !text.isEmpty() && text.matches("\\d{1,7}") ? Duration.ofSeconds(Long.parseLong(text)) : Duration.ZERO;
    }

    PollResult result() {
        PollResult done = processor.result();
        return notModified ? done.plus(new PollResult(0, 0, 0, 0, 0, true, false)) : done;
    }

    /** Runs the poll to its end. Throws {@link PollContext.StoppedException} when it is stopped. */
    void run() {
        try {
            runToCompletion();
        } catch (RuntimeException e) {
            processor.abandon();
            throw e;
        }
    }

    private void runToCompletion() {
        boolean ignored = false;
        boolean limited = false;
        Map<String, Object> query = detection.nextQuery();
        while (query != null && !notModified) {
            queries++;
            End end = readPages(query);
            if (!notModified) {
                ignored |= end == End.IGNORED;
                detection.endQuery(end);
                limited = end == End.LIMITED || (detection.hasNextQuery() && isAtLimit(pagesLeft()));
                transaction.commit();
            }
            query = notModified || limited ? null : detection.nextQuery();
        }
        warning = ignored
                ? "a response was ignored by a rule of the connection or the request: nothing is concluded from it"
                : null;
        if (ignored) {
            processor.abandon();
        } else if (limited) {
            endAtPageLimit();
        } else if (!notModified) {
            processor.deliverNewest();
            detection.finish(processor);
            warning = firstWarning(processor.warning(), detection.warning(), limitWarning());
            transaction.setCheckpoint(transaction.checkpoint().withStarted().withValidators(validators));
        }
        transaction.commit();
    }

    private static @Nullable String firstWarning(@Nullable String... warnings) {
        for (String warning : warnings) {
            if (warning != null) {
                return warning;
            }
        }
        return null;
    }

    /** Without pagination, more records of one time than the service returns at once would never be read. */
    private @Nullable String limitWarning() {
        long records = processor.result().records();
        boolean isSuspicious = definition.pagination().paginator() instanceof SinglePage
                && records >= SUSPICIOUS_RECORDS
                && !processor.hasNewOrUpdated()
                && detection.isAtOnePosition();
        return isSuspicious
                ? "all " + records + " records of the last poll have the same cursor value and were known: if the"
                        + " service returns no more than these, further records of this time are never read; use a"
                        + " pagination, or a finer resolution"
                : null;
    }

    /**
     * Not everything was read: the first poll is not complete. The next poll continues, or this one fails if the next would
     * end here again.
     */
    private void endAtPageLimit() {
        processor.abandon();
        transaction.setCheckpoint(transaction.checkpoint().withValidators(null));
        transaction.commit();
        int max = definition.pagination().limits().maxPages();
        if (!detection.continuesInNextPoll()) {
            throw new PollingException(
                    Reason.LIMIT_REACHED,
                    "There are more pages than maxPages(" + max
                            + "), and the next poll could not continue after them: nothing is concluded from"
                            + " this read, and the records on further pages are not lost, but not read;"
                            + " raise maxPages, or use a cursor with RecordOrder.ASCENDING"
                            + " where the service lists the oldest records first, or"
                            + " Pagination.until(...) where only the first"
                            + " pages are wanted");
        }
        warning = "maxPages(" + max + ") ended the last poll: the next poll continues where it ended";
    }

    /** The number of pages that {@code maxPages} still permits in this poll; verification reads are not counted. */
    private long pagesLeft() {
        int max = definition.pagination().limits().maxPages();
        return max == 0 ? Long.MAX_VALUE : max - pagesRead;
    }

    /** Where nothing was new, one more page shows whether that was the end, which many services signal only by an empty page. */
    private boolean isAtLimit(long left) {
        if (left > 0) {
            return false;
        }
        boolean looksOnce = !hasReadExtraPage && !processor.hasNewOrUpdated();
        hasReadExtraPage |= looksOnce;
        return !looksOnce;
    }

    /** A warning for the status; null when there is none. */
    @Nullable String warning() {
        return warning;
    }

    private End readPages(Map<String, Object> query) {
        Pager pager = new Pager(definition.pagination());
        if (definition.tokenSharesCursorLocation() && query.get("cursor") instanceof String cursor) {
            pager.startAt(cursor);
        }
        int max = definition.pagination().limits().maxPages();
        long left = detection.isProof() && max > 0 ? max : pagesLeft();
        boolean more = true;
        while (more) {
            if (context.isStopped()) {
                throw new PollContext.StoppedException();
            }
            int number = pager.number();
            Request request = definition.pagination().request(request(query, pager), number);
            boolean isConditional =
                    definition.conditional() && number == 1 && queries == 1 && isConditionalMethod(request);
            detection.startPage();
            Page page = read(isConditional ? conditional(request) : request, number);
            requestedInterval = requestedInterval(page);
            if (isConditional && page.response().status() == 304) {
                notModified = true;
                return End.COMPLETE;
            }
            if (definition.pagination().isAfterLast(page)) {
                processor.flush();
                transaction.commit();
                return End.COMPLETE;
            }
            if (definition.deletions()
                    && !page.isIgnored()
                    && page.isBodyMissing()
                    && !definition.records().isOptional()) {
                // A response of a failing proxy must not delete everything.
                throw new PollingException(
                        Reason.UNEXPECTED_RESPONSE,
                        page.response().exchange().summary()
                                + ": a response without a list (empty, null, or status 202, 204, 205 or 206)"
                                + " does not prove that all records are deleted; if the service omits"
                                + " an empty list, use RecordSelector.at(...).optional()");
            }
            processor.flush();
            processor.countPage();
            detection.reading().countPage();
            if (page.isIgnored()) {
                transaction.commit();
                return End.IGNORED;
            }
            validators = isConditional
                    ? validators(request, page)
                    : (number > 1 && !firstPageShowsAllChanges() ? null : validators);
            boolean hasNext = pager.next(page);
            if (definition.deletions()
                    && !page.showsList(
                            definition.identity(),
                            () -> definition.pagination().ends().isTotalReached(page, pager.total()))) {
                detection.reading().markListMissing();
            }
            more = detection.continuesAfter(page, number, hasNext);
            transaction.commit();
            pagesRead += detection.isProof() ? 0 : 1;
            left--;
            if (more && isAtLimit(left)) {
                return End.LIMITED;
            }
        }
        return pager.isRepeated() ? End.REPEATED : End.COMPLETE;
    }

    private Page read(Request request, int number) {
        try {
            return PageReader.read(
                    definition.connection(),
                    request,
                    number,
                    records,
                    processor,
                    context.deadline().left());
        } catch (StatusException e) {
            warning = detection.onRejection(e);
            throw e;
        } catch (PollingException e) {
            warning = e.reason() == Reason.UNEXPECTED_RESPONSE ? detection.onRejection(e) : null;
            throw e;
        }
    }

    private Request request(Map<String, Object> query, Pager pager) {
        Pills with = pills.and("page", pager.pills());
        for (Map.Entry<String, Object> step : query.entrySet()) {
            with = with.and(step.getKey(), step.getValue());
        }
        if (definition.tokenSharesCursorLocation() && pager.token() != null) {
            with = with.and("cursor", pager.token());
        }
        Request request = definition.template().render(with);
        String first = pager.number() == 1 ? detection.firstPageUrl() : null;
        return first == null ? pager.request(request) : request.withUrl(first);
    }

    /** For other methods a failed condition results in 412 instead of 304: RFC 9110, section 13.1.2. */
    private static boolean isConditionalMethod(Request request) {
        return request.method().equals("GET") || request.method().equals("HEAD");
    }

    /** Adds the validators of the last response to the same request, unless more than the first page has to be read again. */
    private Request conditional(Request request) {
        Validators given = transaction.checkpoint().validators();
        Request accepting = request.acceptStatus(304);
        if (given == null
                || !given.request().equals(requestFingerprint(request))
                || transaction.checkpoint().unproven() != null) {
            return accepting;
        }
        Request tagged = given.etag() == null ? accepting : accepting.header("If-None-Match", given.etag());
        return given.lastModified() == null ? tagged : tagged.header("If-Modified-Since", given.lastModified());
    }

    private static @Nullable Validators validators(Request request, Page page) {
        return Validators.of(requestFingerprint(request), page.headers());
    }

    private static String requestFingerprint(Request request) {
        return Fingerprint.of(request.method() + " " + request.uri()).toString();
    }

    /** Whether the first page changes whenever a record is new. */
    private boolean firstPageShowsAllChanges() {
        Cursor cursor = definition.cursor();
        return cursor != null && cursor.order() == RecordOrder.DESCENDING;
    }
}
