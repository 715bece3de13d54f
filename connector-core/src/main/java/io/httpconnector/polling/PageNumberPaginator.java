package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.polling.PaginationCandidate.Evidence;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Pagination by page number.
 *
 * @param location the location of the number
 */
record PageNumberPaginator(ParameterLocation location) implements Paginator {

    static final PaginatorType TYPE = new PageNumberType();

    @Override
    public PageSequence start() {
        return new PositionSequence(true);
    }

    @Override
    public PageParameter parameter() {
        return new PageParameter("page.number", location);
    }

    @Override
    public boolean isPositional() {
        return true;
    }

    @Override
    public void writeTo(ObjectNode definition) {
        definition.set(TYPE.member(), location.toJson());
    }

    private static final class PageNumberType implements PaginatorType {

        @Override
        public String member() {
            return "pages";
        }

        @Override
        public void read(JsonObjectReader reader, Consumer<Paginator> found) {
            reader.object(
                    member(), ParameterLocation::read, location -> found.accept(new PageNumberPaginator(location)));
        }

        @Override
        public List<PaginationCandidate> detect(FirstResponse response) {
            Set<Integer> numbers = new LinkedHashSet<>();
            String number = response.pointerOf(PagePosition.NUMBERS);
            if (number != null && response.page().at(number).canConvertToInt()) {
                numbers.add(Math.max(0, response.page().at(number).asInt()));
            }
            numbers.addAll(List.of(1, 0));
            List<PaginationCandidate> found = new ArrayList<>();
            numbers.forEach(first -> found.add(candidate(response, "page", first)));
            if (response.path().equals("/data")) {
                // JSON:API.
                found.add(candidate(response, "page[number]", 1));
            }
            return found;
        }

        private static PaginationCandidate candidate(FirstResponse response, String parameter, int first) {
            return PaginationCandidate.of(
                            new PageNumberPaginator(ParameterLocation.query(parameter)),
                            response.endsByPages(),
                            Evidence.GUESS,
                            "a second page by " + parameter + "=" + (first + 1))
                    .startingAtUncertain(first);
        }
    }
}
