package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.stream.StreamTrigger;
import io.httpconnector.template.PillFilter;
import io.httpconnector.template.PillInfo;
import io.httpconnector.template.RequestTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The stream of a trigger in a connector document: the definition of a stream trigger without its request, which is that of the
 * trigger. Immutable.
 *
 * @param json the definition, without defaults
 */
record DefinedStream(ObjectNode json) {

    static final String MEMBER = "stream";

    private static final String REQUEST = "request";
    private static final String DELIVERY = "delivery";
    private static final String PILLS = "pills";

    /** The members of a trigger with a stream. */
    private static final List<String> BESIDE = List.of("title", "handler", REQUEST, "rules", "retry", MEMBER);

    /** The members of a trigger that polls, beside those of its definition. */
    private static final Set<String> OF_POLLS = Set.of("hybrid", DefinedOperation.MEMBER);

    /** The members that were meant for the stream. */
    private static final Set<String> WITHIN = Set.of(
            "types",
            "id",
            "key",
            PILLS,
            DELIVERY,
            "idleTimeout",
            "maxReconnectDelay",
            "maxEventBytes",
            "maxDeadLetters");

    /** What a stream trigger without settings writes. */
    private static final ObjectNode DEFAULTS = StreamTrigger.named("defaults").toJson();

    /**
     * Reads the member {@code stream}, if it is present.
     *
     * @param given the trigger with the defaults of the document
     */
    static @Nullable DefinedStream read(JsonObjectReader reader, JsonNode given) {
        return reader.document(MEMBER, json -> {
            ObjectNode complete = json.deepCopy();
            JsonNode delivery = given.path(MEMBER).get(DELIVERY);
            if (delivery != null) {
                complete.set(DELIVERY, delivery);
            }
            if (json.has(REQUEST)) {
                throw new InvalidDefinitionException(
                        MEMBER, "/request: the request is a member of the trigger: move it beside \"stream\"");
            }
            return new DefinedStream(CanonicalJson.without(
                    DEFAULTS, StreamTrigger.named("probe").definition(complete).toJson()));
        });
    }

    /** Reports members beside the stream that only a trigger has that polls. */
    static void checkMembers(JsonObjectReader reader, JsonNode given) {
        ObjectNode others = given.deepCopy();
        others.remove(BESIDE);
        Set<String> unknown = unknown(others);
        others.fieldNames().forEachRemaining(name -> {
            if (WITHIN.contains(name)) {
                reader.problem(name, "it is a setting of the stream: move it into \"stream\"");
            } else if (unknown.contains(name)) {
                String nearest = Suggestions.of(name, BESIDE);
                reader.problem(
                        name,
                        "unknown member; "
                                + (nearest == null
                                        ? "known members are " + String.join(", ", new TreeSet<>(BESIDE))
                                        : "did you mean \"" + nearest + "\"?"));
            } else {
                reader.problem(name, "a trigger with \"stream\" does not poll: remove the member, or \"stream\"");
            }
        });
    }

    /** Returns the members that a trigger that polls does not have. */
    private static Set<String> unknown(ObjectNode others) {
        Set<String> unknown = new TreeSet<>();
        try {
            var unused = PollingTrigger.named("probe").definition(others).toJson();
        } catch (InvalidDefinitionException e) {
            others.fieldNames().forEachRemaining(name -> {
                String start = "/" + JsonObjectReader.token(name) + ": unknown member";
                if (e.problems().stream().anyMatch(problem -> problem.startsWith(start))) {
                    unknown.add(name);
                }
            });
        }
        unknown.removeAll(OF_POLLS);
        return unknown;
    }

    /**
     * Validates the request of the stream.
     *
     * @param request the request as a template
     * @return the template without defaults
     * @throws InvalidDefinitionException if it is invalid, or uses values that are not known
     */
    static ObjectNode canonicalRequest(
            JsonNode request, @Nullable DefinedStream stream, Map<String, PillFilter> filters) {
        ObjectNode trigger = JsonNodeFactory.instance.objectNode().set(REQUEST, request);
        ObjectNode written =
                StreamTrigger.named("probe").definition(trigger, filters).toJson();
        if (stream != null) {
            checkValues(RequestTemplate.fromJson(request, filters), stream);
        }
        return (ObjectNode) written.path(REQUEST);
    }

    private static void checkValues(RequestTemplate template, DefinedStream stream) {
        Set<String> steps = new TreeSet<>(Set.of(InputText.STEP));
        stream.json().path(PILLS).fieldNames().forEachRemaining(steps::add);
        List<String> problems = new ArrayList<>();
        for (PillInfo pill : template.pills()) {
            String step = pill.path().split("[.\\[]", 2)[0];
            if (pill.required() && !steps.contains(step)) {
                String nearest = Suggestions.of(step, steps);
                problems.add("/request: there is no value {{" + pill.path() + "}} for the request of a stream: "
                        + (nearest == null
                                ? "use {{auth...}} for an input, or add \"" + step + "\" to /stream/pills"
                                : "did you mean {{" + nearest + "...}}?"));
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException(MEMBER, problems);
        }
    }

    /** Returns the definition as it is given to a builder. */
    ObjectNode forBuilder(JsonNode request) {
        return json.deepCopy().set(REQUEST, request);
    }
}
