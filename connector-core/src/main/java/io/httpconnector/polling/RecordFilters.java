package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Response;
import io.httpconnector.template.Pills;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.stream.Stream;

/**
 * The conditions that a record must meet, and the values of their expressions. Immutable.
 *
 * @param conditions the conditions
 * @param values the values that do not depend on the record
 */
record RecordFilters(List<RecordFilter> conditions, Pills values) {

    static final RecordFilters NONE = new RecordFilters(List.of(), Pills.none());

    /** The step of the response around the records. */
    private static final String RESPONSE = "response";

    /** The steps whose values a page determines. */
    static final Set<String> PAGE_STEPS = Set.of(RESPONSE, "headers", "status", "page");

    /**
     * A condition on a record.
     *
     * @param steps the steps whose values it needs, besides the record
     */
    record RecordFilter(BiPredicate<JsonNode, Pills> condition, Set<String> steps) {}

    RecordFilters and(RecordFilter filter) {
        return new RecordFilters(
                Stream.concat(conditions.stream(), Stream.of(filter)).toList(), values);
    }

    /** The steps whose values the conditions need, besides the record. */
    Set<String> steps() {
        Set<String> steps = new TreeSet<>();
        conditions.forEach(filter -> steps.addAll(filter.steps));
        return steps;
    }

    RecordFilters with(Pills constants) {
        return new RecordFilters(conditions, constants);
    }

    /** These filters with the values of the head of a page. */
    RecordFilters onPage(Response response, int number) {
        return steps().stream().noneMatch(PAGE_STEPS::contains)
                ? this
                : with(values.and("headers", Page.fields(response.headers()))
                        .and("status", response.status())
                        .and("page", Map.of("number", number)));
    }

    /** Whether a condition needs the content around the records, which is known only when the response was read to its end. */
    boolean needResponse() {
        return steps().contains(RESPONSE);
    }

    /** These filters with the content around the records. */
    RecordFilters around(JsonNode response) {
        return with(values.and(RESPONSE, response));
    }

    /** A loop, as it is called for each record. */
    boolean match(JsonNode item) {
        for (RecordFilter filter : conditions) {
            if (!filter.condition.test(item, values)) {
                return false;
            }
        }
        return true;
    }
}
