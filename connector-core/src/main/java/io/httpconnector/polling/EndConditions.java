package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.MemberSteps;
import io.httpconnector.polling.PollingException.Reason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The conditions that detect the last page, in addition to the rule of the {@link Paginator}. Immutable. */
final class EndConditions {

    static final EndConditions NONE = new EndConditions(Map.of());

    private static final String SHORT_PAGE = "endsWithShortPage";
    private static final String END_STATUS = "endsWithStatus";
    private static final String TOTAL = "total";
    private static final Pattern DECIMAL = Pattern.compile("\\d{1,18}(\\.\\d{1,18})?");
    private static final List<String> FLAGS = List.of("moreWhile", "lastWhen");

    /** The conditions by a value of the response, by their member in a definition. */
    private static final Map<String, Function<ValueSource, Condition>> BY_VALUE = byValue();

    /** The statement of a page about its successor. */
    enum LastPageSignal {
        LAST,
        MORE,
        NOTHING
    }

    /** A condition that detects the last page. */
    private interface Condition {
        LastPageSignal evaluate(PageProgress seen);
    }

    /** A page, the number of records read so far including this page, and the requested page size. */
    private record PageProgress(Page page, long total, int size) {}

    /**
     * A condition and its value in a definition.
     *
     * @param value null for code
     */
    private record Entry(Condition condition, @Nullable JsonNode value) {}

    private final Map<String, Entry> entries;

    private EndConditions(Map<String, Entry> entries) {
        this.entries = entries;
    }

    private static Map<String, Function<ValueSource, Condition>> byValue() {
        Map<String, Function<ValueSource, Condition>> conditions = new LinkedHashMap<>();
        conditions.put("moreWhile", EndConditions::moreWhile);
        conditions.put("lastWhen", EndConditions::lastWhen);
        conditions.put(TOTAL, EndConditions::total);
        conditions.put("totalPages", EndConditions::totalPages);
        return Collections.unmodifiableMap(conditions);
    }

    private static Condition moreWhile(ValueSource flag) {
        return seen -> switch (Flag.of(flag.in(seen.page))) {
            case MISSING -> LastPageSignal.NOTHING;
            case FALSE, NULL -> LastPageSignal.LAST;
            case TRUE, OTHER -> LastPageSignal.MORE;
        };
    }

    private static Condition lastWhen(ValueSource flag) {
        return seen -> switch (Flag.of(flag.in(seen.page))) {
            case TRUE -> LastPageSignal.LAST;
            case FALSE -> LastPageSignal.MORE;
            case NULL, MISSING -> LastPageSignal.NOTHING;
            case OTHER ->
                throw new PollingException(
                        Reason.UNEXPECTED_RESPONSE,
                        "lastWhen(\"" + flag + "\"): page " + seen.page.number()
                                + " has a value there that is neither true nor false");
        };
    }

    private static Condition total(ValueSource total) {
        return lastIf(seen -> seen.total >= statedCount(seen.page, total));
    }

    private static Condition totalPages(ValueSource total) {
        return seen -> {
            long pages = statedCount(seen.page, total);
            if (pages == Long.MAX_VALUE) {
                return LastPageSignal.NOTHING;
            }
            return seen.page.number() >= pages ? LastPageSignal.LAST : LastPageSignal.MORE;
        };
    }

    private static Condition lastIf(Predicate<PageProgress> last) {
        return seen -> last.test(seen) ? LastPageSignal.LAST : LastPageSignal.NOTHING;
    }

    /** The stated total; {@code Long.MAX_VALUE} when it is unknown or implausible. */
    private static long statedCount(Page page, ValueSource total) {
        long stated = count(total.in(page));
        return stated < 0 || (stated == 0 && page.count() > 0) ? Long.MAX_VALUE : stated;
    }

    /** A number of pages may be a quotient: 1.5 are two pages. */
    private static long count(JsonNode stated) {
        if (stated.isIntegralNumber()) {
            return stated.canConvertToLong() ? stated.longValue() : Long.MAX_VALUE;
        }
        boolean isDecimal = stated.isNumber()
                || (stated.isTextual()
                        && DECIMAL.matcher(stated.textValue().strip()).matches());
        // A conversion of a value out of range returns the greatest number.
        return isDecimal ? (long) Math.ceil(stated.asDouble()) : stated.asLong(Long.MAX_VALUE);
    }

    /** The members of a definition. */
    static List<String> members() {
        List<String> members = new ArrayList<>(List.of(SHORT_PAGE, END_STATUS));
        members.addAll(BY_VALUE.keySet());
        return members;
    }

    /** Reads the members of a definition. */
    static EndConditions read(JsonObjectReader reader) {
        MemberSteps<EndConditions> steps = new MemberSteps<>(reader, NONE);
        JsonNode shortPage = reader.any(SHORT_PAGE);
        if (shortPage != null && shortPage.isObject()) {
            // "records": The number of records of a full page.
            Integer records = reader.object(SHORT_PAGE, full -> full.requiredInteger("records"));
            steps.with(SHORT_PAGE, records, EndConditions::withShortPage);
        } else if (reader.isMarked(SHORT_PAGE)) {
            steps.flag(SHORT_PAGE, EndConditions::withShortPage);
        }
        reader.requireElement(END_STATUS);
        steps.eachInteger(END_STATUS, EndConditions::withStatus);
        for (String member : BY_VALUE.keySet()) {
            steps.text(member, (ends, pointer) -> ends.with(member, pointer));
        }
        return steps.value();
    }

    /** Adds the members to a definition. */
    void writeTo(ObjectNode definition) {
        entries.forEach((member, entry) -> {
            if (entry.value == null) {
                throw SettingsDocument.containsCode("pagination");
            }
            definition.set(member, entry.value);
        });
    }

    /** Adds a condition by the value at a pointer; one of the same kind is replaced. */
    EndConditions with(String member, String pointer) {
        Function<ValueSource, Condition> condition = BY_VALUE.get(member);
        if (condition == null) {
            throw new IllegalArgumentException(member);
        }
        return with(
                member,
                new Entry(condition.apply(ValueSource.ofPage("pagination", pointer)), TextNode.valueOf(pointer)));
    }

    /** Ends with a page that has fewer records than requested. */
    EndConditions withShortPage() {
        return with(SHORT_PAGE, new Entry(lastIf(seen -> seen.page.count() < seen.size), BooleanNode.TRUE));
    }

    /** Ends with a page that has fewer records than this. */
    EndConditions withShortPage(int records) {
        if (records < 1) {
            throw invalid("endsWithShortPage: pages of " + records + " records: use at least 1");
        }
        return with(
                SHORT_PAGE,
                new Entry(
                        lastIf(seen -> seen.page.count() < records),
                        JsonNodeFactory.instance.objectNode().put("records", records)));
    }

    /** Ends with a response of this status instead of a further page. */
    EndConditions withStatus(int status) {
        if (status < 300 || status > 599) {
            throw invalid("the status " + status + " is out of range: use 300 to 599");
        }
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        IntStream.concat(IntStream.of(statuses()), IntStream.of(status)).forEach(all::add);
        return with(END_STATUS, new Entry(seen -> LastPageSignal.NOTHING, all));
    }

    /** The statuses of a response instead of a page after the last one. */
    int[] statuses() {
        Entry entry = entries.get(END_STATUS);
        return entry == null || entry.value == null
                ? new int[0]
                : StreamSupport.stream(entry.value.spliterator(), false)
                        .mapToInt(JsonNode::intValue)
                        .toArray();
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("pagination", List.of(problem));
    }

    /** Ends when the code decides so. */
    EndConditions until(Predicate<Page> last) {
        return with("until " + entries.size(), new Entry(lastIf(seen -> last.test(seen.page)), null));
    }

    private EndConditions with(String name, Entry entry) {
        Map<String, Entry> more = new LinkedHashMap<>(entries);
        more.put(name, entry);
        return new EndConditions(Collections.unmodifiableMap(more));
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    boolean needsPageSize() {
        Entry entry = entries.get(SHORT_PAGE);
        return entry != null && BooleanNode.TRUE.equals(entry.value);
    }

    /**
     * Whether a flag states that a page is the last one, after it stated the opposite: a response that the service repeats
     * would have the same flag.
     *
     * @param total the number of records read so far, including this page
     * @param size the requested page size
     */
    boolean isLastByFlag(Page page, long total, int size) {
        PageProgress seen = new PageProgress(page, total, size);
        return FLAGS.stream()
                .map(entries::get)
                .anyMatch(entry -> entry != null && entry.condition.evaluate(seen) == LastPageSignal.LAST);
    }

    /**
     * Evaluates a page. Of several conditions, one that detects the last page is sufficient.
     *
     * @param total the number of records read so far, including this page
     * @param size the requested page size
     */
    LastPageSignal evaluate(Page page, long total, int size) {
        PageProgress seen = new PageProgress(page, total, size);
        LastPageSignal signal = LastPageSignal.NOTHING;
        for (Entry entry : entries.values()) {
            LastPageSignal one = entry.condition.evaluate(seen);
            if (one == LastPageSignal.LAST) {
                return one;
            }
            signal = one == LastPageSignal.MORE ? one : signal;
        }
        return signal;
    }

    /** The total that a page states; empty when there is none, or it is implausible. */
    OptionalLong statedTotal(Page page) {
        Entry entry = entries.get(TOTAL);
        if (entry == null || entry.value == null) {
            return OptionalLong.empty();
        }
        long stated = statedCount(page, ValueSource.ofPage("pagination", entry.value.asText()));
        return stated == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(stated);
    }

    /** Whether a page has none of the numbers of records or pages that the conditions need; false without such conditions. */
    boolean isTotalMissing(Page page) {
        List<Entry> totals = Stream.of(TOTAL, "totalPages")
                .map(entries::get)
                .filter(Objects::nonNull)
                .toList();
        return !totals.isEmpty()
                && totals.stream()
                        .allMatch(entry -> entry.value != null
                                && ValueSource.ofPage("pagination", entry.value.asText())
                                        .in(page)
                                        .isMissingNode());
    }

    /** Whether the total on a page states that there are no more records than were read; also where the page omits the list. */
    boolean isTotalReached(Page page, long total) {
        Entry entry = entries.get(TOTAL);
        return entry != null && entry.condition.evaluate(new PageProgress(page, total, 0)) == LastPageSignal.LAST;
    }
}
