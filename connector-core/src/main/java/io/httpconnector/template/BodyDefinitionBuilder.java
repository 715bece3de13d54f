package io.httpconnector.template;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.RequestDefinition.BodyDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Builder for the body of a request definition, which is either the fields of a form, the parts of a multipart form, or another
 * body. Not thread-safe.
 */
final class BodyDefinitionBuilder {

    private final List<RequestDefinition.PairDefinition> fields = new ArrayList<>();
    private final List<RequestDefinition.PartDefinition> parts = new ArrayList<>();
    private final BiConsumer<String, String> problems;
    private @Nullable BodyDefinition other;

    /** @param problems receives the location and the message of each problem */
    BodyDefinitionBuilder(BiConsumer<String, String> problems) {
        this.problems = problems;
    }

    /** Continues with the body of an existing definition. */
    void start(@Nullable BodyDefinition body) {
        if (body instanceof BodyDefinition.FormBody form) {
            fields.addAll(form.fields());
        } else if (body instanceof BodyDefinition.MultipartBody multipart) {
            parts.addAll(multipart.parts());
        } else {
            other = body;
        }
    }

    void field(RequestDefinition.PairDefinition field) {
        fields.add(field);
    }

    void part(RequestDefinition.PartDefinition part) {
        parts.add(part);
    }

    /** Sets a body that is not a form. */
    void set(BodyDefinition body) {
        if (other != null) {
            problems.accept("body", "there are two bodies: a request has one");
        }
        other = body;
    }

    /** Sets a JSON body, given as text with pills, or as an object that Jackson can serialise. */
    void json(Object json) {
        try {
            set(new BodyDefinition.JsonBody(
                    json instanceof String text ? text : JsonSupport.tree(json).toPrettyString()));
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.accept("body", problem));
        }
    }

    /** Sets a variable of the GraphQL query. */
    void variable(String name, Object value) {
        changeGraphQl("variable " + name, query -> {
            ObjectNode variables = (ObjectNode) JsonSupport.parse(query.variables());
            variables.set(name, value instanceof String text ? TextNode.valueOf(text) : JsonSupport.tree(value));
            return new BodyDefinition.GraphQlBody(
                    query.query(),
                    variables.toPrettyString(),
                    query.operationName(),
                    query.partialData(),
                    query.persisted());
        });
    }

    /** Changes the GraphQL query. */
    void changeGraphQl(String location, UnaryOperator<BodyDefinition.GraphQlBody> change) {
        if (!(other instanceof BodyDefinition.GraphQlBody query)) {
            problems.accept(location, "there is no GraphQL query: call graphql(query) first");
            return;
        }
        try {
            other = change.apply(query);
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.accept(location, problem));
        }
    }

    /** Sets a member of the JSON body, which is created if there is no body. */
    void jsonMember(String pointer, String value) {
        if (other instanceof BodyDefinition.GraphQlBody && pointer.matches("/variables/[^/]+")) {
            variable(JsonPointer.compile(pointer).last().getMatchingProperty(), value);
            return;
        }
        String location = "body member " + pointer;
        try {
            JsonNode tree = other instanceof BodyDefinition.JsonBody json
                    ? JsonSupport.parse(json.json())
                    : JsonNodeFactory.instance.objectNode();
            JsonPointer path = pointer(pointer);
            boolean isOther = !fields.isEmpty()
                    || !parts.isEmpty()
                    || (other != null && !(other instanceof BodyDefinition.JsonBody));
            if (isOther || !tree.isObject() || path.matches()) {
                problems.accept(location, "the body is not a JSON object");
                return;
            }
            ObjectNode parent = ((ObjectNode) tree).withObject(path.head());
            parent.put(path.last().getMatchingProperty(), value);
            other = new BodyDefinition.JsonBody(tree.toPrettyString());
        } catch (InvalidDefinitionException e) {
            problems.accept(location, "the body has pills outside of strings: add the member to its text");
        } catch (IllegalArgumentException | UnsupportedOperationException e) {
            problems.accept(location, "it is not a JSON pointer (RFC 6901) to a member of an object");
        }
    }

    private static JsonPointer pointer(String text) {
        try {
            return JsonSupport.pointer(text);
        } catch (InvalidDefinitionException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Returns whether more than one kind of body was set. */
    boolean hasSeveral() {
        return Stream.of(other != null, !fields.isEmpty(), !parts.isEmpty())
                        .filter(Boolean::booleanValue)
                        .count()
                > 1;
    }

    /** Returns the body; null if there is none. */
    @Nullable BodyDefinition build() {
        if (other != null) {
            return other;
        }
        if (!parts.isEmpty()) {
            return new BodyDefinition.MultipartBody(List.copyOf(parts));
        }
        return fields.isEmpty() ? null : new BodyDefinition.FormBody(List.copyOf(fields));
    }
}
