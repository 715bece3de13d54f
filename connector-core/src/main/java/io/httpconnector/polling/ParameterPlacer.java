package io.httpconnector.polling;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Body;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.internal.graphql.GraphQlDocument;
import io.httpconnector.internal.http.Url;
import io.httpconnector.internal.json.JsonSupport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Adds the parameters of pages to a request without pills. Not thread-safe. */
final class ParameterPlacer {

    private static final String USE_TEMPLATE = ": use a RequestTemplate with PagedRequest.of(...)";

    private static final String VARIABLES = "/variables/";

    private Request request;

    ParameterPlacer(Request request) {
        this.request = request;
    }

    Request request() {
        return request;
    }

    /** Adds the reasons why a parameter has no place in the request. */
    void check(ParameterLocation location, List<String> problems) {
        try {
            switch (location.type()) {
                case TEMPLATE ->
                    problems.add(location.reportedAt() + ": the template has no pills, because this is a request"
                            + USE_TEMPLATE);
                case QUERY -> {
                    if (hasParameter(location.name())) {
                        problems.add(location.reportedAt() + ": the request has a query parameter \"" + location.name()
                                + "\" already: remove it from the request");
                    }
                }
                case HEADER, FIELD -> place(location, JsonNodeFactory.instance.textNode("1"));
                case JSON -> {
                    place(location, JsonNodeFactory.instance.textNode("1"));
                    checkVariable(location, problems);
                }
            }
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add(location.reportedAt() + ": " + problem));
        }
    }

    /** A GraphQL query must declare its variables. */
    private void checkVariable(ParameterLocation location, List<String> problems) {
        ObjectNode body = body();
        if (location.name().startsWith(VARIABLES) && body.path("query").isTextual()) {
            List<String> found = new ArrayList<>();
            String operation = body.path("operationName").textValue();
            GraphQlDocument.parse(body.path("query").textValue(), found)
                    .check(operation, Set.of(location.name().substring(VARIABLES.length())), found);
            found.forEach(problem -> problems.add(location.reportedAt() + ": " + problem));
        }
    }

    private boolean hasParameter(String name) {
        return Url.parseReference(request.uri().toString()).hasParameter(name);
    }

    /** Sets a parameter; replaces a header field or a member of the body with the same name. */
    void place(ParameterLocation location, JsonNode value) {
        String name = location.name();
        request = switch (location.type()) {
            case QUERY -> request.query(name, value.asText());
            case HEADER -> request.header(name, value.asText());
            case FIELD -> request.withoutBodyField(name).bodyField(name, value.asText());
            case JSON -> request.body(Body.json(withMember(JsonSupport.pointer(name), value)));
            case TEMPLATE -> request;
        };
    }

    private ObjectNode withMember(JsonPointer pointer, JsonNode value) {
        ObjectNode json = body();
        try {
            json.withObject(pointer.head()).set(pointer.last().getMatchingProperty(), value);
        } catch (UnsupportedOperationException e) {
            throw invalid("the body has no object at " + pointer.head());
        }
        return json;
    }

    /** The JSON body as a tree. A body with secrets would lose their masking. */
    private ObjectNode body() {
        Body body = request.body().orElse(null);
        if (body == null) {
            return JsonNodeFactory.instance.objectNode();
        }
        try {
            JsonNode json = JsonSupport.read(body.toBytes());
            if (!(json instanceof ObjectNode object)) {
                throw invalid("the body is not a JSON object");
            }
            if (!JsonSupport.readLenient(request.preview().requestBody()).equals(json)) {
                throw invalid("the body contains secrets, or has more than 64 KiB" + USE_TEMPLATE);
            }
            return object;
        } catch (IOException e) {
            throw invalid("the body is not a JSON object");
        }
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("pagination", problem);
    }
}
