package io.httpconnector.polling;

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
                found.add(candidate(response, FirstResponse.lastName(offset), Evidence.POSITION, "the value " + offset)
                        .startingAt(response.page().at(offset).asInt()));
            }
            String reason = "a second page by offset=" + response.page().count();
            found.add(candidate(response, "offset", Evidence.GUESS, reason));
            return found;
        }

        private static PaginationCandidate candidate(
                FirstResponse response, String parameter, Evidence evidence, String reason) {
            Paginator paginator = new OffsetPaginator(ParameterLocation.query(parameter));
            return PaginationCandidate.of(paginator, response.endsByRecords(), evidence, reason);
        }
    }
}
