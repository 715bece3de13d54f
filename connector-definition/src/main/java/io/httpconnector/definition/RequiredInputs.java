package io.httpconnector.definition;

import io.httpconnector.auth.definition.InputField;
import io.httpconnector.auth.definition.InputNaming;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The inputs of a strategy for which a customer must enter a value: those that are not optional and have no default, whatever uses
 * them. Immutable.
 *
 * @param inputs all inputs of the strategy
 * @param delivered the names of values that the service delivers, with its tokens or to a webhook
 * @param naming names inputs in messages
 */
record RequiredInputs(Collection<InputField> inputs, Set<String> delivered, InputNaming naming) {

    RequiredInputs {
        inputs = List.copyOf(inputs);
        delivered = Set.copyOf(delivered);
    }

    /**
     * Returns a problem for each value that is missing or empty.
     *
     * @param texts the values that are not secrets, with defaults
     * @param secrets the names of the secrets that are present
     */
    List<String> problems(Map<String, String> texts, Set<String> secrets) {
        return inputs.stream()
                .filter(input -> isRequired(input, texts))
                .filter(input -> !secrets.contains(input.name())
                        && texts.getOrDefault(input.name(), "").isEmpty())
                .map(input -> naming.name(input.name(), input.isSecret()) + ": it is "
                        + (texts.containsKey(input.name()) ? "empty" : "missing") + ": "
                        + naming.advice(input.name(), input.isSecret()))
                .toList();
    }

    private boolean isRequired(InputField input, Map<String, String> texts) {
        return !input.isOptional()
                && input.defaultValue().isEmpty()
                && !delivered.contains(input.name())
                && input.condition()
                        .map(condition -> condition.values().contains(texts.getOrDefault(condition.field(), "")))
                        .orElse(true);
    }
}
