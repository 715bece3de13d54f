package io.httpconnector.definition.verification;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.verification.CheckResult.CheckStatus;
import io.httpconnector.polling.PollResult;
import io.httpconnector.polling.PollingException;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RenderException;
import io.httpconnector.trigger.TriggerEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Checks requests and triggers that read lists. */
final class ListChecks {

    private static final String REPEATED =
            "page 2 has the same records as page 1: the service ignores the parameter of the"
                    + " pagination; correct its name";

    /** The polls after a repeated one with events. */
    private static final int MORE_POLLS = 2;

    private final Connector connector;
    private final ExchangeCounter exchanges;
    private final int maxPages;
    private final List<CheckResult> results;

    ListChecks(Connector connector, ExchangeCounter exchanges, int maxPages, List<CheckResult> results) {
        this.connector = connector;
        this.exchanges = exchanges;
        this.maxPages = maxPages;
        this.results = results;
    }

    private void add(String name, CheckStatus status, String message) {
        results.add(new CheckResult(name, status, message));
    }

    /** Reads the pages of a request. */
    void request(String title, String name, JsonNode request) {
        read(title + ": pages", name).ifPresent(list -> pages(title + ": pages", request, list));
    }

    /**
     * The result of reading a list.
     *
     * @param records the records
     * @param pages their records by the number of the page
     * @param isComplete whether there are no more pages
     */
    private record ReadList(List<JsonNode> records, Map<Integer, List<JsonNode>> pages, boolean isComplete) {}

    /** Reads a list up to the limit of the pages; empty if that is not possible, which is a result. */
    private Optional<ReadList> read(String check, String request) {
        exchanges.clear();
        List<JsonNode> read = new ArrayList<>();
        Map<Integer, List<JsonNode>> pages = new HashMap<>();
        try (Stream<JsonNode> records = connector.request(request).records(Pills.none())) {
            Iterator<JsonNode> each = records.iterator();
            boolean hasNext = each.hasNext();
            while (hasNext && exchanges.count() <= maxPages) {
                JsonNode next = each.next();
                read.add(next);
                // A page is requested when the records before it have been read.
                pages.computeIfAbsent(exchanges.count(), page -> new ArrayList<>())
                        .add(next);
                hasNext = each.hasNext();
            }
            return Optional.of(new ReadList(read, pages, !hasNext));
        } catch (RenderException e) {
            add(check, CheckStatus.SKIPPED, "it needs values: " + e.getMessage());
        } catch (PollingException e) {
            if (e.reason() == Reason.LIMIT_REACHED) {
                return Optional.of(new ReadList(read, pages, false));
            }
            // The message says how the pages repeat: an ignored parameter is only one of the causes.
            add(check, CheckStatus.FAILED, String.valueOf(e.getMessage()));
        } catch (ConnectorException e) {
            add(check, CheckStatus.FAILED, String.valueOf(e.getMessage()));
        }
        return Optional.empty();
    }

    /** Compares the first two pages that were read. */
    private void pages(String check, JsonNode list, ReadList read) {
        if (list.path("pagination").isEmpty()) {
            add(
                    check,
                    CheckStatus.SKIPPED,
                    "it has no pagination: " + CheckResult.count(read.records().size(), "record"));
        } else if (exchanges.count() < 2) {
            add(
                    check,
                    CheckStatus.SKIPPED,
                    "there is only one page with "
                            + CheckResult.count(read.records().size(), "record"));
        } else {
            List<JsonNode> first = read.pages().getOrDefault(1, List.of());
            List<JsonNode> second = read.pages().getOrDefault(2, List.of());
            if (first.isEmpty() || second.isEmpty()) {
                add(check, CheckStatus.SKIPPED, "a page has no records of its own: there is nothing to compare");
            } else if (first.equals(second)) {
                add(check, CheckStatus.FAILED, REPEATED);
            } else {
                add(check, CheckStatus.OK, "page 2 differs from page 1");
            }
        }
    }

    /**
     * The copies of a trigger.
     *
     * @param request the name of a request that reads the records without a cursor
     * @param trigger the name of a trigger that reads one page
     */
    record Copies(String request, String trigger) {}

    /** Reads the records of a trigger, and polls it. */
    void trigger(String title, String name, Copies copies, JsonNode trigger) {
        CursorCheck cursor = new CursorCheck(connector, title + ": cursor", copies.trigger(), trigger.path("cursor"));
        Optional<ReadList> read = read(title + ": records", copies.request());
        if (read.isEmpty()) {
            return;
        }
        ReadList list = read.get();
        pages(title + ": pages", trigger, list);
        Set<JsonNode> records = new LinkedHashSet<>(list.records());
        keys(title + ": keys", trigger, records);
        if (!list.isComplete()) {
            add(
                    title + ": poll",
                    CheckStatus.SKIPPED,
                    "there are more than " + maxPages + " pages: permit more pages to check a repeated poll");
            cursor.checkPart().ifPresent(results::add);
            return;
        }
        List<TriggerEvent> events = Collections.synchronizedList(new ArrayList<>());
        try (PollingTrigger polling =
                connector.triggerBuilder(name, events::add).build()) {
            PollResult first = polling.pollOnce();
            events.clear();
            PollResult again = polling.pollOnce();
            if (isLimited(trigger, first) || isLimited(trigger, again)) {
                add(title + ": poll", CheckStatus.SKIPPED, "a poll has more pages: permit more pages to check it");
                cursor.checkPart().ifPresent(results::add);
                return;
            }
            for (int poll = 0; poll < MORE_POLLS && !events.isEmpty(); poll++) {
                // The service may have changed meanwhile.
                events.clear();
                again = polling.pollOnce();
            }
            repeated(title + ": repeated poll", again.records(), List.copyOf(events));
            cursor.check(records.size(), again).ifPresent(results::add);
        } catch (PollingException e) {
            boolean isLimit = e.reason() == Reason.LIMIT_REACHED;
            add(title + ": poll", isLimit ? CheckStatus.SKIPPED : CheckStatus.FAILED, String.valueOf(e.getMessage()));
        } catch (ConnectorException e) {
            add(title + ": poll", CheckStatus.FAILED, String.valueOf(e.getMessage()));
        }
    }

    private static boolean isLimited(JsonNode trigger, PollResult poll) {
        int max = trigger.path("pagination").path("maxPages").asInt(0);
        return poll.stopped() || (max > 0 && poll.pages() >= max);
    }

    /** Counts the keys; a record may be on two pages, but then it is equal. */
    private void keys(String check, JsonNode trigger, Set<JsonNode> records) {
        JsonNode fields = trigger.path("key");
        if (fields.isEmpty()) {
            add(check, CheckStatus.SKIPPED, "the whole record is the key");
            return;
        }
        if (records.size() < 2) {
            add(
                    check,
                    CheckStatus.SKIPPED,
                    "it takes two records, but there is " + CheckResult.count(records.size(), "record"));
            return;
        }
        Set<List<JsonNode>> keys = new HashSet<>();
        int incomplete = 0;
        for (JsonNode record : records) {
            List<JsonNode> key = new ArrayList<>();
            fields.forEach(field -> key.add(record.at(field.asText())));
            incomplete += key.stream().anyMatch(JsonNode::isMissingNode) ? 1 : 0;
            keys.add(key);
        }
        if (incomplete > 0) {
            add(check, CheckStatus.FAILED, CheckResult.count(incomplete, "record") + " without the key " + fields);
        } else if (keys.size() < records.size()) {
            add(
                    check,
                    CheckStatus.FAILED,
                    CheckResult.count(records.size(), "different record") + " have only "
                            + CheckResult.count(keys.size(), "key") + ": " + fields + " does not identify a record");
        } else {
            add(check, CheckStatus.OK, CheckResult.count(keys.size(), "different key"));
        }
    }

    private void repeated(String check, long records, List<TriggerEvent> events) {
        if (!events.isEmpty()) {
            add(
                    check,
                    CheckStatus.FAILED,
                    CheckResult.count(events.size(), "event") + " in each repeated poll, such as for the key "
                            + events.get(0).key() + ": key or version of a record differ in each response");
        } else if (records == 0) {
            add(check, CheckStatus.SKIPPED, "it returns no records");
        } else {
            add(check, CheckStatus.OK, "no event");
        }
    }
}
