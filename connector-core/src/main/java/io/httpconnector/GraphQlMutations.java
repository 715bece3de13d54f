package io.httpconnector;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.graphql.GraphQlDocument;
import io.httpconnector.internal.graphql.GraphQlResponse;
import io.httpconnector.internal.json.JsonSupport;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** Finds GraphQL mutations that the service may have executed, also in part, so that they must not be sent again. */
final class GraphQlMutations {

    private GraphQlMutations() {}

    /** Returns whether the request of a classified GraphQL response is no query, and may have been executed. */
    static boolean isExecuted(Response response) {
        GraphQlResponse meaning = response.graphQl();
        if (meaning == null || response.request().isRepeatable()) {
            return false;
        }
        return switch (meaning.execution()) {
            case NONE -> false;
            // It is the only one: then there is no field that was executed before.
            case ONE_FIELD_REFUSED -> !hasOneField(response.request().content());
            case STARTED -> true;
        };
    }

    private static boolean hasOneField(@Nullable Body body) {
        if (body == null || !body.shown().isInMemory()) {
            return false;
        }
        JsonNode request = JsonSupport.readLenient(new String(body.shown().content(), StandardCharsets.UTF_8));
        JsonNode name = request.path("operationName");
        return GraphQlDocument.parse(request.path("query").asText(), new ArrayList<>())
                .hasOneField(name.isTextual() ? name.asText() : null);
    }
}
