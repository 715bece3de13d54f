package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Body;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.internal.graphql.GraphQlDocument;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.RequestDefinition.BodyDefinition.GraphQlBody;
import io.httpconnector.template.TemplateProblem.Code;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compiles a GraphQL query to a JSON body, in which only the variables have pills. */
final class GraphQlCompiler {

    private static final String PART = "graphql";

    private GraphQlCompiler() {}

    /**
     * Returns the request with what the query implies: the meaning of responses, and whether it only reads.
     *
     * @param hasAccept whether the template sets Accept itself
     */
    static Request declare(Request request, GraphQlBody graphQl, boolean hasAccept) {
        Request declared = (hasAccept ? request : request.header("Accept", GraphQlDocument.ACCEPT))
                .graphQlResponse(graphQl.partialData());
        boolean isQuery =
                GraphQlDocument.parse(graphQl.query(), new ArrayList<>()).isQuery(graphQl.operationName());
        return isQuery ? declared.idempotent() : declared;
    }

    /** Returns the request with a rendered body: by GET, its members are parameters of the URL. */
    static Request withBody(Request request, Body content, GraphQlBody graphQl) {
        Request whole = request.method().equals("GET") ? request : request.body(content);
        if (whole == request) {
            for (Map.Entry<String, JsonNode> part : JsonSupport.parse(
                            new String(content.toBytes(), StandardCharsets.UTF_8))
                    .properties()) {
                whole = whole.query(part.getKey(), GraphQlDocument.inUrl(part.getValue()));
            }
        }
        return graphQl.persisted() ? whole.persistedQuery() : whole;
    }

    /** Compiles a query. Returns null if there are problems, which are added to {@code problems}. */
    static @Nullable JsonTemplate compile(
            PillSyntax syntax, String method, GraphQlBody graphQl, List<TemplateProblem> problems) {
        int before = problems.size();
        String query = graphQl.query();
        if (query.contains(syntax.open())) {
            add(
                    problems,
                    "/query",
                    "the text " + syntax.open() + " starts a pill, whose value could change the query: declare a"
                            + " variable, such as query($id: ID!), and set its value to the pill");
            return null;
        }
        List<String> found = new ArrayList<>();
        JsonNode variables = variables(graphQl, found);
        Set<String> names = new HashSet<>();
        variables.fieldNames().forEachRemaining(names::add);
        GraphQlDocument document = GraphQlDocument.parse(query, found);
        document.check(graphQl.operationName(), names, found);
        if (found.isEmpty() && method.equals("GET") && !document.isQuery(graphQl.operationName())) {
            found.add(GraphQlDocument.NOT_BY_GET);
        }
        found.forEach(problem -> add(problems, "", problem));
        if (problems.size() > before) {
            return null;
        }
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("query", query);
        if (graphQl.operationName() != null) {
            body.put("operationName", graphQl.operationName());
        }
        if (!variables.isEmpty()) {
            body.set("variables", variables);
        }
        return JsonCompiler.compile(syntax, body.toString(), problems);
    }

    private static JsonNode variables(GraphQlBody graphQl, List<String> problems) {
        try {
            JsonNode variables = JsonSupport.parse(graphQl.variables());
            if (variables.isObject()) {
                return variables;
            }
        } catch (InvalidDefinitionException e) {
            problems.addAll(e.problems());
        }
        problems.add("the variables are not a JSON object");
        return JsonNodeFactory.instance.objectNode();
    }

    private static void add(List<TemplateProblem> problems, String member, String problem) {
        problems.add(TemplateProblem.of(SourceLocation.of(PART + member), Code.MALFORMED, null, problem));
    }
}
