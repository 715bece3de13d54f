package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.polling.PaginationCandidate.Evidence;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Pagination by offset: the number of records to skip.
 *
 * @param location the location of the offset
 */
record OffsetPaginator(ParameterLocation location) implements Paginator {

    static final PaginatorType TYPE = new OffsetType();

    @Override
    public PageSequence start() {
        return new PositionSequence(false);
    }

    @Override
    public PageParameter parameter() {
        return new PageParameter("page.offset", location);
    }

    @Override
    public int firstNumber() {
        return 0;
    }

    @Override
    public boolean isPositional() {
        return true;
    }

    @Override
    public void writeTo(ObjectNode definition) {
        definition.set(TYPE.member(), location.toJson());
    }

    private static final class OffsetType implements PaginatorType {

        @Override
        public String member() {
            return "offset";
        }

        @Override
        public void read(JsonObjectReader reader, Consumer<Paginator> found) {
            reader.object(member(), ParameterLocation::read, location -> found.accept(new OffsetPaginator(location)));
        }

        @Override
        public List<PaginationCandidate> detect(FirstResponse response) {
            List<PaginationCandidate> found = new ArrayList<>();
            String offset = response.pointerOf(PagePosition.OFFSETS);
            if (offset != null) {
                found.addAll(byPosition(response, offset));
            }
            found.add(guess(response, "offset"));
            if (response.path().equals("/value")) {
                // OData.
                found.add(guess(response, "$skip"));
            }
            return found;
        }

        private static PaginationCandidate guess(FirstResponse response, String parameter) {
            String reason =
                    "a second page by " + parameter + "=" + response.page().count();
            return candidate(response, parameter, Evidence.GUESS, reason);
        }

        /** The first offset, or that of the next page: the response to a request without an offset can state either. */
        private static List<PaginationCandidate> byPosition(FirstResponse response, String pointer) {
            JsonNode value = response.page().at(pointer);
            String name = FirstResponse.lastName(pointer);
            EndConditions flags = response.endsByFlags();
            boolean isNumber =
                    value.isTextual() ? value.asText().matches("\\d{1,9}") : value.canConvertToExactIntegral();
            boolean isToken = value.isTextual() && name.equalsIgnoreCase("offset");
            PaginationCandidate token = PaginationCandidate.of(
                    new TokenPaginator(ParameterLocation.query(name)).inBody(pointer),
                    flags,
                    Evidence.POSITION,
                    (isNumber ? "the offset of the next page at " : "a token at ") + pointer);
            if (!isNumber || (!value.canConvertToInt() && !value.isTextual())) {
                return isToken ? List.of(token) : List.of();
            }
            int number = value.asInt();
            PaginationCandidate first = candidate(response, name, Evidence.POSITION, "the value " + pointer);
            if (number == 0) {
                return List.of(first.startingAt(0));
            }
            List<PaginationCandidate> found = new ArrayList<>();
            if (isToken || number == response.page().count()) {
                // Without a flag, only an empty page ends the pages.
                found.add(isToken || !flags.isEmpty() ? token : first.startingAt(0));
            } else if (!flags.isEmpty() && number > 1) {
                found.add(token);
            }
            found.add(first.startingAtUncertain(number));
            return found;
        }

        private static PaginationCandidate candidate(
                FirstResponse response, String parameter, Evidence evidence, String reason) {
            Paginator paginator = new OffsetPaginator(ParameterLocation.query(parameter));
            return PaginationCandidate.of(paginator, response.endsByRecords(), evidence, reason);
        }
    }
}
