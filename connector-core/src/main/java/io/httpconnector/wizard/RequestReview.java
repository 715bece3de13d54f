package io.httpconnector.wizard;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.http.RelativeUrl;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.RequestTemplate;
import java.util.ArrayList;
import java.util.List;

/**
 * A request with an accepted sample, in which fixed values are replaced by pills before it is saved. Immutable: each method
 * returns a new review.
 */
public final class RequestReview {

    private final ObjectNode definition;
    private final List<SampleExchange> samples;
    private final ObjectNode list;

    private RequestReview(ObjectNode definition, List<SampleExchange> samples, ObjectNode list) {
        this.definition = definition;
        this.samples = List.copyOf(samples);
        this.list = list;
    }

    static RequestReview of(SampleExchange sample) {
        sample.failure().ifPresent(failure -> {
            throw new InvalidDefinitionException(
                    "sample",
                    List.of("the sample was not accepted (" + sample.exchange().summary()
                            + "): correct the draft and send it again, or accept its status"));
        });
        return new RequestReview(sample.draft().definition(), List.of(sample), JsonNodeFactory.instance.objectNode());
    }

    /**
     * Adds another sample of the same request, so that the inferred schema contains optional fields.
     *
     * @param sample another sample; a sample that was not accepted contributes to the schema of its status class
     * @return a new review
     */
    public RequestReview withSample(SampleExchange sample) {
        List<SampleExchange> more = new ArrayList<>(samples);
        more.add(Arguments.notNull(sample, "sample"));
        return new RequestReview(definition, more, list);
    }

    /**
     * Replaces a value of the JSON body with a pill.
     *
     * @param pointer the JSON Pointer (RFC 6901) of the value, such as {@code /venue/name}
     * @param path the replacement: a pill without braces, {@code account.Name}, {@code account.Name | trim}; or text with
     *     pills, {@code CRM-{{account.Id}}}
     * @return a new review
     * @throws InvalidDefinitionException if there is no such value
     */
    public RequestReview pill(String pointer, String path) {
        ObjectNode changed = definition.deepCopy();
        JsonPointer at = JsonPointer.compile("/body/json").append(pointer(Arguments.notNull(pointer, "pointer")));
        JsonNode parent = changed.at(at.head());
        if (changed.at(at).isMissingNode()) {
            throw missing("the JSON body has no value at \"" + pointer + "\"");
        }
        TextNode pill = TextNode.valueOf(withBraces(path));
        if (parent instanceof ObjectNode object) {
            object.set(at.last().getMatchingProperty(), pill);
        } else {
            ((ArrayNode) parent).set(at.last().getMatchingIndex(), pill);
        }
        return new RequestReview(changed, samples, list);
    }

    private static JsonPointer pointer(String text) {
        try {
            return JsonSupport.pointer(text);
        } catch (InvalidDefinitionException e) {
            throw missing("\"" + text + "\" is not a JSON Pointer");
        }
    }

    /**
     * Replaces the value of a query parameter with a pill.
     *
     * @param name the parameter name
     * @param path the replacement: a pill without braces, or text with pills
     * @return a new review
     * @throws InvalidDefinitionException if there is no such parameter
     */
    public RequestReview queryPill(String name, String path) {
        return pairPill("query", "/query", name, path);
    }

    /**
     * Replaces the value of a header field with a pill.
     *
     * @param name the field name
     * @param path the replacement: a pill without braces, or text with pills
     * @return a new review
     * @throws InvalidDefinitionException if there is no such field
     */
    public RequestReview headerPill(String name, String path) {
        return pairPill("header", "/headers", name, path);
    }

    /**
     * Replaces the value of a form field or part with a pill.
     *
     * @param name the field name
     * @param path the replacement: a pill without braces, or text with pills
     * @return a new review
     * @throws InvalidDefinitionException if there is no such field
     */
    public RequestReview fieldPill(String name, String path) {
        return pairPill(
                "field", definition.at("/body/form").isMissingNode() ? "/body/multipart" : "/body/form", name, path);
    }

    private RequestReview pairPill(String what, String list, String name, String path) {
        ObjectNode changed = definition.deepCopy();
        for (JsonNode pair : changed.at(list)) {
            if (pair.path("name").asText().equals(name)) {
                ((ObjectNode) pair).put("value", withBraces(path));
                return new RequestReview(changed, samples, this.list);
            }
        }
        throw missing("there is no " + what + " \"" + name + "\"");
    }

    /**
     * Replaces a segment of the URL's path, or the value of a parameter in the URL, with a pill.
     *
     * @param text the segment or value as written in the URL, such as {@code 4711}
     * @param path the replacement: a pill without braces, or text with pills
     * @return a new review
     * @throws InvalidDefinitionException if the URL does not contain it exactly once
     */
    public RequestReview urlPill(String text, String path) {
        String url = definition.path("url").asText();
        String[] pieces = url.split("(?<=[/?&=])|(?=[/?&=])", -1);
        int found = 0;
        StringBuilder changed = new StringBuilder();
        for (String piece : pieces) {
            boolean same = piece.equals(Arguments.notNull(text, "text")) && !text.isEmpty();
            found += same ? 1 : 0;
            changed.append(same ? withBraces(path) : piece);
        }
        if (found != 1) {
            throw missing(
                    "the URL has " + (found == 0 ? "no" : "more than one") + " \"" + text + "\" as a segment or value");
        }
        return new RequestReview(definition.deepCopy().put("url", changed.toString()), samples, list);
    }

    private static String withBraces(String path) {
        return Arguments.notNull(path, "pill").contains("{{") ? path : "{{" + path + "}}";
    }

    private static InvalidDefinitionException missing(String problem) {
        return new InvalidDefinitionException("pill", List.of(problem));
    }

    /**
     * Saves the request as a list, such as with the pagination that {@code Pagination.detect} of the package {@code polling} has
     * found.
     *
     * @param definition the members {@code records} and {@code pagination} of a polling trigger, such as {@code
     *     DetectedPagination.toJson()}
     * @return a new review
     * @throws InvalidDefinitionException if there are other members, or none
     */
    public RequestReview list(ObjectNode definition) {
        ObjectNode given =
                Arguments.notNull(definition, "definition of the list").deepCopy();
        List<String> problems = SavedRequestFormat.problemsOfList(given);
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("list", problems);
        }
        return new RequestReview(this.definition, samples, given);
    }

    /**
     * Creates the saved request from the template, its sample and the schema of its responses. A URL below the base URL of
     * the connection becomes relative to it, so that the request can be sent over a connection to another environment.
     *
     * @param name a name that describes the request, such as {@code Create venue}
     * @return the saved request
     * @throws InvalidDefinitionException if the request or a pill is invalid; lists all problems
     */
    public SavedRequest apply(String name) {
        String url = RelativeUrl.of(
                definition.path("url").asText(), samples.get(0).draft().baseUrl());
        return SavedRequest.of(
                RequestTemplate.fromJson(definition
                        .deepCopy()
                        .put("name", Arguments.notNull(name, "name of the request"))
                        .put("url", url)),
                samples,
                list);
    }
}
