package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.polling.PaginationCandidate.Evidence;
import io.httpconnector.polling.PollingException.Reason;
import java.util.List;
import java.util.function.Consumer;

/**
 * Pagination by the cursors of a Relay connection in GraphQL: {@code pageInfo { hasNextPage endCursor }}.
 *
 * @param connection the location of the connection
 * @param variable the variable of the query for the cursor
 */
record RelayPaginator(JsonPaths connection, String variable) implements Paginator {

    static final PaginatorType TYPE = new RelayType();

    static final String DEFAULT_VARIABLE = "after";

    static RelayPaginator of(String pointer, String variable) {
        return new RelayPaginator(JsonPaths.of("pagination", pointer), variable);
    }

    @Override
    public PageSequence start() {
        return TokenSequence.ofTokens(this::endCursor);
    }

    /** The cursor of the last record if there is a further page; otherwise a missing node. */
    private JsonNode endCursor(Page page) {
        JsonNode info = page.at(connection).path("pageInfo");
        JsonNode hasNext = info.path("hasNextPage");
        if (!hasNext.isBoolean()) {
            throw new PollingException(
                    Reason.UNEXPECTED_RESPONSE,
                    "Page " + page.number() + " has no \"hasNextPage\" at " + connection
                            + "/pageInfo: select pageInfo { hasNextPage endCursor } in the query, and check the path");
        }
        if (!hasNext.booleanValue()) {
            return MissingNode.getInstance();
        }
        JsonNode cursor = info.path("endCursor");
        if (!cursor.isValueNode() || cursor.isNull() || cursor.asText().isEmpty()) {
            throw new PollingException(
                    Reason.UNEXPECTED_RESPONSE,
                    "Page " + page.number() + " states that there is a next page, but has no \"endCursor\" at "
                            + connection + "/pageInfo: select pageInfo { hasNextPage endCursor } in the query");
        }
        return cursor;
    }

    @Override
    public PageParameter parameter() {
        return new PageParameter(
                "page.cursor", ParameterLocation.json("/variables/" + JsonObjectReader.token(variable)));
    }

    @Override
    public void writeTo(ObjectNode definition) {
        definition.put(TYPE.member(), connection.toString());
        if (!variable.equals(DEFAULT_VARIABLE)) {
            definition.put("variable", variable);
        }
    }

    private static final class RelayType implements PaginatorType {

        @Override
        public String member() {
            return "relay";
        }

        @Override
        public List<String> options() {
            return List.of("variable");
        }

        @Override
        public void read(JsonObjectReader reader, Consumer<Paginator> found) {
            // "variable": With `relay`: the variable of the query for the cursor. Default: `after`.
            String variable = reader.text("variable");
            // "relay": A Relay connection of GraphQL: its JSON Pointer, such as `/data/repository/issues`.
            reader.text(member(), pointer -> found.accept(of(pointer, variable == null ? DEFAULT_VARIABLE : variable)));
        }

        @Override
        public List<PaginationCandidate> detect(FirstResponse response) {
            String records = response.path();
            String connection = records.substring(0, Math.max(0, records.lastIndexOf('/')));
            if (connection.isEmpty()
                    || !response.page().at(connection + "/pageInfo/hasNextPage").asBoolean()) {
                return List.of();
            }
            return List.of(PaginationCandidate.of(
                    of(connection, DEFAULT_VARIABLE),
                    EndConditions.NONE,
                    Evidence.URL,
                    "a Relay connection at " + connection));
        }
    }
}
