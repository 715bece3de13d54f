package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.RateLimitedException;
import io.httpconnector.Request;
import io.httpconnector.StatusException;
import io.httpconnector.TimeSource;
import io.httpconnector.TimedOutException;
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
    private static final int SUSPICIOUS_RECORDS = 10;

    /** After this many polls that seem to end at a limit of the service, it is an error. */
    private static final int MAX_CAPPED_POLLS = 5;

    private final TriggerDefinition definition;
    private final PollTransaction transaction;
    private final Pills pills;
    private final PollRequests requests;
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
    /** The state of the read that ended at the page limit. */
    private @Nullable PausedRead paused;

    private @Nullable Page current;
    private @Nullable String warning;
    /** The identity of the current query, once it is needed. */
    private @Nullable String identity;

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
        this.requests = new PollRequests(definition);
        this.records = definition.records().with(pills);
        this.context = run;
        this.detection = detection(definition, transaction, clock, start, run.time());
        boolean silent = isFirst() && definition.first().isSilent();
        this.processor = new RecordProcessor(
                definition,
                transaction,
                parentOfEvents(parents),
                run,
                clock,
                detection,
                silent,
                PushJudge.ofPoll(
                        definition.push(),
                        transaction,
                        detection,
                        run.time().now().toEpochMilli()),
                EventDelivery.NONE);
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

    static ChangeDetection detection(
            TriggerDefinition definition,
            PollTransaction transaction,
            ServerClock clock,
            TriggerStart start,
            TimeSource time) {
        Cursor cursor = definition.cursor();
        if (cursor instanceof PositionCursor position) {
            return new HighWaterMarkDetection(definition, position, transaction, clock, start);
        }
        // By the local clock: the clock of the service is not known before the first response of a process.
        long now = time.now().toEpochMilli();
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
            requests.delivered();
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
            transaction.setCheckpoint(transaction.checkpoint().withPaused(null));
        } else if (limited) {
            endAtPageLimit();
        } else if (!notModified) {
            processor.deliverNewest();
            detection.finish(processor.deletions());
            warning = firstWarning(processor.warning(), detection.warning(), limitWarning());
            countCappedPolls();
            transaction.setCheckpoint(transaction
                    .checkpoint()
                    .withStarted()
                    .withValidators(validators)
                    .withPaused(null));
        }
        transaction.commit();
        requireUncapped();
        String failure = ignored || limited || notModified ? null : detection.failure();
        if (failure != null) {
            throw new PollingException(Reason.UNEXPECTED_RESPONSE, failure);
        }
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
    private boolean seemsCapped() {
        return definition.pagination().paginator() instanceof SinglePage
                && processor.result().records() >= SUSPICIOUS_RECORDS
                && !processor.hasNewOrUpdated()
                && detection.isAtOnePosition();
    }

    private @Nullable String limitWarning() {
        return seemsCapped()
                ? "all " + processor.result().records()
                        + " records of the last poll have the same cursor value and were known: if the"
                        + " service returns no more than these, further records of this time are never read; use a"
                        + " pagination, or a finer resolution"
                : null;
    }

    private void countCappedPolls() {
        int polls = seemsCapped()
                ? Math.min(MAX_CAPPED_POLLS, transaction.checkpoint().cappedPolls() + 1)
                : 0;
        transaction.setCheckpoint(transaction.checkpoint().withCappedPolls(polls));
    }

    /** A number of records such as 50 or 100 is most likely a limit of the service, and not all that there are. */
    private void requireUncapped() {
        long records = processor.result().records();
        boolean isRound = records % 10 == 0 || records % 25 == 0;
        if (transaction.checkpoint().cappedPolls() == MAX_CAPPED_POLLS && isRound && seemsCapped()) {
            throw new PollingException(
                    Reason.LIMIT_REACHED,
                    "The last " + MAX_CAPPED_POLLS + " polls returned the same " + records
                            + " records, which have the same cursor value: if the service returns no more than these"
                            + " at once, further records of this time are never read; use a pagination, a finer"
                            + " resolution, or another size of a page");
        }
    }

    /**
     * Not everything was read: the first poll is not complete. The next poll continues, or this one fails if the next would
     * end here again.
     */
    private void endAtPageLimit() {
        processor.abandon();
        transaction.setCheckpoint(transaction.checkpoint().withValidators(null));
        int max = definition.pagination().limits().maxPages();
        boolean isPausable = paused != null && !definition.deletions();
        transaction.setCheckpoint(transaction.checkpoint().withPaused(isPausable ? paused : null));
        transaction.commit();
        if (!detection.continuesInNextPoll() && !isPausable) {
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
        identity = null;
        Pager pager = new Pager(definition.pagination());
        if (definition.tokenSharesCursorLocation() && query.get("cursor") instanceof String cursor) {
            pager.startAt(cursor);
        }
        resume(pager, query);
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
            Page page = read(isConditional ? conditional(request) : request, pager, query);
            requestedInterval = requestedInterval(page);
            if (isConditional && page.response().status() == 304) {
                notModified = true;
                return End.COMPLETE;
            }
            if (definition.pagination().isAfterLast(page)) {
                processor.flush();
                transaction.commit();
                pager.endBy(page);
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
            current = page;
            if (definition.deletions()
                    && !page.showsList(
                            definition.identity(),
                            () -> definition.pagination().ends().isTotalReached(page, pager.total()))) {
                detection.reading().markListMissing();
            }
            more = detection.continuesAfter(page, number, hasNext);
            transaction.commit();
            acceptPushes();
            pagesRead += detection.isProof() ? 0 : 1;
            left--;
            if (more && isAtLimit(left)) {
                paused = pause(pager, query);
                return End.LIMITED;
            }
        }
        return pager.isRepeated() ? End.REPEATED : End.COMPLETE;
    }

    /** Handles the records that were pushed while the page was read. */
    private void acceptPushes() {
        if (!processor.holdsRecords() && context.deadline().handling(context.pushes()::handleWaiting)) {
            detection.onPush();
        }
    }

    /** Continues the read that the last poll paused, if this is the same query. */
    private void resume(Pager pager, Map<String, Object> query) {
        PausedRead last = transaction.checkpoint().paused();
        if (last == null || queries > 1) {
            return;
        }
        if (last.query().equals(identity(query)) && pager.isResumable() && detection.isResumable()) {
            pager.resume(last.pages());
            detection.resume(last.detection());
        } else {
            transaction.setCheckpoint(transaction.checkpoint().withPaused(null));
        }
    }

    /** The state by which the next poll continues with the current page; null when it cannot. */
    private @Nullable PausedRead pause(Pager pager, Map<String, Object> query) {
        boolean needsAllRecords = isFirst() && definition.first().last() > 0;
        if (needsAllRecords
                || pager.number() == 1
                || !pager.isResumable()
                || !detection.isResumable()
                || detection.isProof()) {
            return null;
        }
        ObjectNode pages = pager.save();
        boolean isSecret = current != null
                && current.response().containsSecret(pages.path("token").asText());
        return isSecret ? null : new PausedRead(identity(query), pages, detection.save());
    }

    private String identity(Map<String, Object> query) {
        String known = identity;
        if (known == null) {
            known = PausedRead.identity(definition, query, detection.firstPageUrl());
            identity = known;
        }
        return known;
    }

    private Page read(Request request, Pager pager, Map<String, Object> query) {
        // Records of this page may be read before it fails.
        PausedRead beforePage = pause(pager, query);
        try {
            return PageReader.read(
                    definition.connection(),
                    request,
                    pager.number(),
                    records,
                    WindowTimes.addedTo(definition.cursor(), query, processor),
                    context.deadline().left());
        } catch (RateLimitedException e) {
            // Before the first record of the page: all records of earlier pages are delivered and stored.
            pauseUntilNextPoll(beforePage);
            throw e;
        } catch (TimedOutException e) {
            if (context.deadline().isOver()) {
                pauseUntilNextPoll(beforePage);
            }
            throw e;
        } catch (StatusException e) {
            warning = detection.onRejection(e);
            discardPaused();
            throw e;
        } catch (PollingException e) {
            if (e.reason() == Reason.TIMED_OUT) {
                pauseUntilNextPoll(beforePage);
            } else if (e.reason() == Reason.UNEXPECTED_RESPONSE) {
                warning = detection.onRejection(e);
                discardPaused();
            }
            throw e;
        }
    }

    private void pauseUntilNextPoll(@Nullable PausedRead read) {
        if (read != null) {
            transaction.setCheckpoint(transaction.checkpoint().withPaused(read));
            transaction.commit();
        }
    }

    /** The token of a paused read may have expired: the next poll starts with the first page. */
    private void discardPaused() {
        if (transaction.checkpoint().paused() != null) {
            transaction.setCheckpoint(transaction.checkpoint().withPaused(null));
            transaction.commit();
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
        Request request = requests.render(with, pager);
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
