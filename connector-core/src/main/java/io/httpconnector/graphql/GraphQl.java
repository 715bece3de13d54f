package io.httpconnector.graphql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.graphql.GraphQlDocument;
import io.httpconnector.internal.json.JsonSupport;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A GraphQL query with variables, from which a {@link Request} is created. For values that differ in each job, use a template:
 * {@link io.httpconnector.template.RequestTemplateBuilder#graphql}.
 *
 * <pre>{@code
 * Request issue = GraphQl.query("/graphql", "query($id: ID!) { node(id: $id) { ... on Issue { title } } }")
 *         .variable("id", "I_1")
 *         .toRequest();
 * String title = github.send(issue).json().at("/data/node/title").asText();
 * }</pre>
 *
 * <p>Errors in a response, whatever its status, are a {@link io.httpconnector.GraphQlException}. A query may be retried when its
 * response was lost, a mutation not: it is sent again only if the service has refused all of it, for a rate limit or rejected
 * credentials. Immutable.
 */
public final class GraphQl {

    private final String url;
    private final String document;
    private final ObjectNode variables;
    private final @Nullable String operationName;
    private final boolean partialData;
    /** The variables that are secrets. */
    private final List<Secret> secrets;

    private final boolean isGet;
    private final boolean isPersisted;

    private GraphQl(
            String url,
            String document,
            ObjectNode variables,
            @Nullable String operationName,
            boolean partialData,
            List<Secret> secrets,
            boolean isGet,
            boolean isPersisted) {
        this.secrets = secrets;
        this.url = url;
        this.document = document;
        this.variables = variables;
        this.operationName = operationName;
        this.partialData = partialData;
        this.isGet = isGet;
        this.isPersisted = isPersisted;
    }

    /**
     * Starts a request with a query or a mutation.
     *
     * @param url the URL of the endpoint, relative to the base URL, or absolute
     * @param document the GraphQL document; pass values as variables, and never as parts of its text
     * @return a request without variables
     */
    public static GraphQl query(String url, String document) {
        return new GraphQl(
                Arguments.notNull(url, "URL"),
                Arguments.notNull(document, "query"),
                JsonNodeFactory.instance.objectNode(),
                null,
                false,
                List.of(),
                false,
                false);
    }

    /**
     * Sets a variable.
     *
     * @param name the name, without {@code $}
     * @param value the value: a text, number, Boolean, list, map, record or tree, or null; a {@link Secret} is read now, sent as a text
     *     and masked, as by {@link Request#masking}
     * @return a new query
     * @throws InvalidDefinitionException if the value can't be written as JSON
     */
    public GraphQl variable(String name, @Nullable Object value) {
        ObjectNode more = variables.deepCopy();
        Arguments.notNull(name, "name of a variable");
        List<Secret> masked = new ArrayList<>(secrets);
        if (value == null) {
            more.putNull(name);
        } else if (value instanceof Secret secret) {
            String revealed = secret.reveal();
            more.put(name, revealed);
            masked.add(Secret.of(revealed));
        } else {
            more.set(name, JsonSupport.tree(value));
        }
        return new GraphQl(url, document, more, operationName, partialData, List.copyOf(masked), isGet, isPersisted);
    }

    /**
     * Selects the operation of a document with several.
     *
     * @param name the name of the operation
     * @return a new query
     */
    public GraphQl operationName(String name) {
        return new GraphQl(
                url,
                document,
                variables,
                Arguments.notNull(name, "operation name"),
                partialData,
                secrets,
                isGet,
                isPersisted);
    }

    /**
     * Accepts responses with errors if they have data. Read the errors from the response then: {@code json().path("errors")}.
     *
     * @return a new query
     */
    public GraphQl acceptPartialData() {
        return new GraphQl(url, document, variables, operationName, true, secrets, isGet, isPersisted);
    }

    /**
     * Sends the query by GET, with its parts in the URL, so that caches can store the response. Not for mutations.
     *
     * @return a new query
     */
    public GraphQl get() {
        return new GraphQl(url, document, variables, operationName, partialData, secrets, true, isPersisted);
    }

    /**
     * Sends the hash of the query in place of its text, which follows once if the service does not know it (automatic persisted
     * queries).
     *
     * @return a new query
     * @see Request#persistedQuery()
     */
    public GraphQl persisted() {
        return new GraphQl(url, document, variables, operationName, partialData, secrets, isGet, true);
    }

    /**
     * Creates the request.
     *
     * @return a request, by POST unless {@link #get()} was called, to which header fields, timeouts and rules can be added
     * @throws InvalidDefinitionException if the document is malformed, its operation is not unique, or it declares no variable of
     *     a name; lists all problems with line and column
     */
    public Request toRequest() {
        List<String> problems = new ArrayList<>();
        GraphQlDocument parsed = GraphQlDocument.parse(document, problems);
        Set<String> names = new LinkedHashSet<>();
        variables.fieldNames().forEachRemaining(names::add);
        parsed.check(operationName, names, problems);
        if (problems.isEmpty() && isGet && !parsed.isQuery(operationName)) {
            problems.add(GraphQlDocument.NOT_BY_GET);
        }
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("GraphQL query", problems);
        }
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("query", document);
        if (operationName != null) {
            body.put("operationName", operationName);
        }
        if (!variables.isEmpty()) {
            body.set("variables", variables);
        }
        Request request = (isGet ? Request.get(url) : Request.post(url).json(body))
                .header("Accept", GraphQlDocument.ACCEPT)
                .graphQlResponse(partialData);
        if (isGet) {
            for (Map.Entry<String, JsonNode> part : body.properties()) {
                request = request.query(part.getKey(), GraphQlDocument.inUrl(part.getValue()));
            }
        }
        request = request.masking(secrets.toArray(Secret[]::new));
        Request declared = parsed.isQuery(operationName) ? request.idempotent() : request;
        return isPersisted ? declared.persistedQuery() : declared;
    }

    /**
     * Describes the query without the values of its variables.
     *
     * @return the URL and the names of the variables
     */
    @Override
    public String toString() {
        List<String> names = new ArrayList<>();
        variables.fieldNames().forEachRemaining(name -> names.add("$" + name));
        return "GraphQL " + url + " " + names;
    }
}
