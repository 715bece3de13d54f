package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Request;
import io.httpconnector.StatusException;
import io.httpconnector.polling.Checkpoint.Validators;
import io.httpconnector.polling.HighWaterMarkDetection.Beginning;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.polling.Reading.End;
import io.httpconnector.template.Pills;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One poll below one parent: asks, walks over the pages, and moves the checkpoint. */
final class PartitionPoll {

    private final TriggerDefinition definition;
    private final PollTransaction transaction;
    private final Pills pills;
    private final PollContext run;
    private final ChangeDetection mode;
    private final RecordProcessor intake;
    private boolean notModified;
    private int queries;
    private long pagesRead;
    private boolean hasLooked;
    private Duration asked = Duration.ZERO;
    private @Nullable Validators validators;
    private @Nullable String warning;

    PartitionPoll(
            TriggerDefinition definition,
            PollTransaction transaction,
            JsonNode parent,
            PollContext run,
            ServerClock clock,
            Beginning beginning) {
        this.definition = definition;
        this.transaction = transaction;
        this.pills =
                parent.isMissingNode() ? definition.pills() : definition.pills().and("parent", parent);
        this.run = run;
        Cursor cursor = definition.cursor();
        if (cursor == null) {
            this.mode = new FullComparisonDetection(
                    definition, transaction, clock.now().toEpochMilli());
        } else if (cursor.isGiven()) {
            this.mode = new SyncTokenDetection(
                    definition, cursor, transaction, clock.now().toEpochMilli());
        } else {
            this.mode = new HighWaterMarkDetection(definition, cursor, transaction, clock, beginning);
        }
        boolean silent = isFirst() && definition.first().isSilent();
        this.intake = new RecordProcessor(definition, transaction, parent, run, clock, mode, silent);
    }

    private boolean isFirst() {
        return !transaction.checkpoint().started();
    }

    /** By the header {@code X-Poll-Interval}, which counts in seconds. */
    Duration askedInterval() {
        return asked;
    }

    private static Duration asked(Page page) {
        String text = page.header("X-Poll-Interval").orElse("").strip();
        return !text.isEmpty() && text.matches("\\d{1,7}") ? Duration.ofSeconds(Long.parseLong(text)) : Duration.ZERO;
    }

    PollResult result() {
        PollResult done = intake.result();
        return notModified ? done.plus(new PollResult(0, 0, 0, 0, 0, true, false)) : done;
    }

    /** Runs to its end; or until it is stopped, by a {@link PollContext.StoppedException}. */
    void run() {
        try {
            runToTheEnd();
        } catch (RuntimeException e) {
            intake.abandon();
            throw e;
        }
    }

    private void runToTheEnd() {
        boolean ignored = false;
        boolean limited = false;
        Map<String, Object> query = mode.nextQuery();
        while (query != null && !notModified) {
            queries++;
            End end = pages(query);
            if (!notModified) {
                ignored |= end == End.IGNORED;
                mode.endQuery(end);
                limited = end == End.LIMITED || (mode.asksOn() && isAtLimit(pagesLeft()));
                transaction.commit();
            }
            query = notModified || limited ? null : mode.nextQuery();
        }
        warning = ignored
                ? "a response was ignored, as the connection or the request says: nothing follows from it"
                : null;
        if (ignored) {
            intake.abandon();
        } else if (limited) {
            endByLimit();
        } else if (!notModified) {
            intake.finishFirst();
            mode.finish(intake);
            warning = mode.warning();
            transaction.setCheckpoint(transaction.checkpoint().withStarted().withValidators(validators));
        }
        transaction.commit();
    }

    /** Not all was read: the first poll is not over, and the next one goes on, or it would end here again. */
    private void endByLimit() {
        intake.abandon();
        transaction.setCheckpoint(transaction.checkpoint().withValidators(null));
        transaction.commit();
        int max = definition.pagination().settings().maxPages();
        if (!mode.goesOnInNextPoll()) {
            throw new PollingException(
                    Reason.LIMIT_REACHED,
                    "There are more pages than maxPages(" + max
                            + "), and the next poll could not go on behind them: nothing follows from this read, and the records on"
                            + " further pages are not lost, but not read; raise maxPages, or use a cursor with Order.ASCENDING where the"
                            + " service lists the oldest first, or Pagination.until(...) where only the first pages are wanted");
        }
        warning = "maxPages(" + max + ") ended the last poll: the next one goes on where it ended";
    }

    /** How many more pages the current poll may read by {@code maxPages}; what proves others does not count. */
    private long pagesLeft() {
        int max = definition.pagination().settings().maxPages();
        return max == 0 ? Long.MAX_VALUE : max - pagesRead;
    }

    /** Where nothing was new, one page more shows whether that was all, which many services tell by an empty page only. */
    private boolean isAtLimit(long left) {
        if (left > 0) {
            return false;
        }
        boolean looksOnce = !hasLooked && !intake.hasFresh();
        hasLooked |= looksOnce;
        return !looksOnce;
    }

    /** What the owner of the trigger should know; null when there is nothing. */
    @Nullable String warning() {
        return warning;
    }

    private End pages(Map<String, Object> query) {
        Pager pager = new Pager(definition.pagination());
        if (definition.sharesPlace() && query.get("cursor") instanceof String cursor) {
            pager.startAt(cursor);
        }
        int max = definition.pagination().settings().maxPages();
        long left = mode.isProof() && max > 0 ? max : pagesLeft();
        boolean more = true;
        while (more) {
            if (run.isStopped()) {
                throw new PollContext.StoppedException();
            }
            int number = pager.number();
            Request request = request(query, pager);
            boolean isConditional = definition.conditional() && number == 1 && queries == 1 && isRead(request);
            mode.beginPage();
            Page page = read(isConditional ? conditional(request) : request, number);
            asked = asked(page);
            if (isConditional && page.answer().status() == 304) {
                notModified = true;
                return End.COMPLETE;
            }
            if (definition.deletions()
                    && !page.isIgnored()
                    && page.isBlank()
                    && !definition.records().isOptional()) {
                // A proxy in trouble must not delete everything.
                throw new PollingException(
                        Reason.UNEXPECTED_RESPONSE,
                        page.answer().exchange().summary()
                                + ": a response without a list (empty, null, or the status 202, 204, 205 or 206) does not prove that all"
                                + " records are deleted; if the service leaves out an empty list, use Records.at(...).optional()");
            }
            intake.flush();
            intake.countPage();
            mode.reading().page();
            if (page.isIgnored()) {
                transaction.commit();
                return End.IGNORED;
            }
            validators = isConditional ? given(request, page) : (number > 1 && !tellsOfAll() ? null : validators);
            boolean hasNext = pager.next(page);
            if (definition.deletions()
                    && !page.showsList(
                            definition.identity(), () -> definition.pagination().confirms(page, pager.total()))) {
                mode.reading().lacksList();
            }
            more = mode.readsOn(page, number, hasNext);
            transaction.commit();
            pagesRead += mode.isProof() ? 0 : 1;
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
                    definition.records(),
                    intake,
                    run.deadline().left());
        } catch (StatusException e) {
            warning = mode.refused(e);
            throw e;
        } catch (PollingException e) {
            warning = e.reason() == Reason.UNEXPECTED_RESPONSE ? mode.refused(e) : null;
            throw e;
        }
    }

    private Request request(Map<String, Object> query, Pager pager) {
        Pills with = pills.and("page", pager.pills());
        for (Map.Entry<String, Object> step : query.entrySet()) {
            with = with.and(step.getKey(), step.getValue());
        }
        if (definition.sharesPlace() && pager.token() != null) {
            with = with.and("cursor", pager.token());
        }
        Request request = definition.template().render(with);
        String url = pager.number() == 1 ? mode.url() : pager.url();
        return url == null ? request : request.withUrl(url);
    }

    /** For other methods a condition that fails is 412, and not 304: RFC 9110, section 13.1.2. */
    private static boolean isRead(Request request) {
        return request.method().equals("GET") || request.method().equals("HEAD");
    }

    /** With what the service gave when it answered the same request, unless more than the first page is to be read again. */
    private Request conditional(Request request) {
        Validators given = transaction.checkpoint().validators();
        Request accepting = request.acceptStatus(304);
        if (given == null
                || !given.request().equals(print(request))
                || transaction.checkpoint().unproven() != null) {
            return accepting;
        }
        Request tagged = given.etag() == null ? accepting : accepting.header("If-None-Match", given.etag());
        return given.lastModified() == null ? tagged : tagged.header("If-Modified-Since", given.lastModified());
    }

    private static @Nullable Validators given(Request request, Page page) {
        return Validators.of(print(request), page.headers());
    }

    private static String print(Request request) {
        return Fingerprint.of(request.method() + " " + request.uri()).toString();
    }

    /** Whether the first page is another one when something is new. */
    private boolean tellsOfAll() {
        Cursor cursor = definition.cursor();
        return cursor != null && cursor.order() == RecordOrder.DESCENDING;
    }
}
