package io.httpconnector.operation;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.template.PillInfo;
import io.httpconnector.template.RequestTemplate;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Checks the pills of requests against the values that an operation has.
 *
 * @param parameters the parameters of the definition
 * @param values the names of the further values of the response to the start
 */
record PillCheck(JsonNode parameters, Set<String> values) {

    private static final List<String> RESERVED =
            List.of(OperationDefinition.OPERATION, OperationDefinition.PARAMETERS, OperationDefinition.STATUS);
    private static final Set<String> ALWAYS = Set.of("key");
    private static final Set<String> STARTED = Set.of("id", "url", "key");

    /**
     * Reads a template.
     *
     * @param isStarted whether the request is sent after the operation was started
     */
    @Nullable RequestTemplate template(JsonObjectReader reader, String name, boolean isStarted) {
        RequestTemplate template = reader.document(name, RequestTemplate::fromJson);
        if (template != null) {
            problems(template, isStarted).forEach(problem -> reader.problem(name, problem));
        }
        return template;
    }

    /** Returns the problems of the pills of a template. */
    List<String> problems(RequestTemplate template, boolean isStarted) {
        return template.pills().stream()
                .map(PillInfo::path)
                .map(path -> problem(path, isStarted))
                .filter(problem -> problem != null)
                .toList();
    }

    private @Nullable String problem(String path, boolean isStarted) {
        String[] segments = path.split("[.\\[]", 3);
        String step = segments[0];
        String second = segments.length < 2 ? "" : segments[1];
        if (step.equals(OperationDefinition.PARAMETERS) && !parameters.has(second)) {
            return "the parameter \"" + second + "\" is missing: set it by parameter(\"" + second
                    + "\", ...) or in the member parameters";
        }
        if (step.equals(OperationDefinition.STATUS) && !isStarted) {
            return "the pill {{" + path + "}} has no value before the operation is started";
        }
        if (step.equals(OperationDefinition.OPERATION)) {
            Set<String> known = new TreeSet<>(isStarted ? STARTED : ALWAYS);
            if (isStarted) {
                known.addAll(values);
            }
            if (!known.contains(second)) {
                String nearest = Suggestions.of(second, known);
                return "the pill {{" + path + "}} has no value here: "
                        + (nearest == null
                                ? "operation has " + String.join(", ", known)
                                : "did you mean {{operation." + nearest + "}}?");
            }
        }
        boolean isReserved = RESERVED.contains(step);
        String nearest = isReserved || step.length() < 6 ? null : Suggestions.ofName(step, RESERVED);
        return nearest == null || !isMisspelt(second, nearest)
                ? null
                : "the pill {{" + path + "}} resembles {{" + nearest + "." + second
                        + "}}: correct it, or rename the step";
    }

    /** Whether a step that resembles a reserved one also has one of its values. */
    private boolean isMisspelt(String second, String step) {
        return step.equals(OperationDefinition.OPERATION) ? STARTED.contains(second) : parameters.has(second);
    }
}
