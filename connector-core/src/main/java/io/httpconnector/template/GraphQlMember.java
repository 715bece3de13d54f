package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.RequestDefinition.BodyDefinition.GraphQlBody;
import org.jspecify.annotations.Nullable;

/** The member {@code graphql} of a request. */
final class GraphQlMember {

    private GraphQlMember() {}

    static @Nullable GraphQlBody read(JsonObjectReader reader) {
        // "query": The GraphQL document, without pills.
        String query = reader.requiredText("query");
        // "variables": The values of the variables by name, of any JSON type, with pills in texts. Default: none.
        JsonNode variables = reader.object("variables");
        // "operationName": The operation, if the document has several.
        String operationName = reader.text("operationName");
        // "acceptPartialData": Whether a response with errors is accepted if it has data. Default: false.
        boolean partialData = Boolean.TRUE.equals(reader.flag("acceptPartialData"));
        // "persistedQuery": Whether the hash of the query is sent in place of its text, which follows once if the
        // service does
        // not know it. Default: false.
        boolean isPersisted = Boolean.TRUE.equals(reader.flag("persistedQuery"));
        return reader.has("query")
                ? new GraphQlBody(
                        query,
                        variables == null ? "{}" : variables.toPrettyString(),
                        operationName,
                        partialData,
                        isPersisted)
                : null;
    }

    static ObjectNode write(GraphQlBody graphQl) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("query", graphQl.query());
        JsonNode variables = JsonSupport.parse(graphQl.variables());
        if (!variables.isEmpty()) {
            json.set("variables", variables);
        }
        if (graphQl.operationName() != null) {
            json.put("operationName", graphQl.operationName());
        }
        if (graphQl.persisted()) {
            json.put("persistedQuery", true);
        }
        return graphQl.partialData() ? json.put("acceptPartialData", true) : json;
    }
}
