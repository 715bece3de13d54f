package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Secret;
import io.httpconnector.auth.definition.AuthDefinition;
import io.httpconnector.auth.definition.InputField;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.Suggestions;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The values that a document refers to by {@code {{auth.NAME}}}: its inputs, and values that are received with the tokens. Reports
 * those that do not exist, or are not allowed where they are used. Immutable.
 *
 * @param inputs by name, whether an input is a secret; with the received values
 * @param received the names of the values that are received with the tokens, and are not inputs
 * @param isChecked whether uses are checked; false if the inputs themselves have problems
 */
record DocumentInputs(Map<String, Boolean> inputs, Set<String> received, boolean isChecked) {

    static DocumentInputs of(AuthDefinition auth) {
        Map<String, Boolean> inputs = new LinkedHashMap<>();
        Set<String> received = new TreeSet<>();
        for (String strategy : auth.strategies()) {
            for (InputField field : auth.fields(strategy)) {
                inputs.merge(field.name(), field.isSecret(), Boolean::logicalOr);
            }
            received.addAll(auth.receivedValues(strategy));
        }
        received.removeAll(inputs.keySet());
        received.forEach(name -> inputs.put(name, false));
        return new DocumentInputs(inputs, received, true);
    }

    /** Returns the inputs that a document uses whose own problems are reported already. */
    static DocumentInputs unchecked(JsonNode document) {
        Map<String, Boolean> used = new LinkedHashMap<>();
        PillTree.inputs(document).forEach(name -> used.put(name, false));
        return new DocumentInputs(used, Set.of(), false);
    }

    /** Returns the names of the inputs in an auth definition, also of an invalid one. */
    static Set<String> names(JsonNode auth) {
        Set<String> names = new TreeSet<>();
        auth.path("fields").forEach(field -> names.add(field.path("name").asText()));
        auth.path("strategies")
                .forEach(strategy -> strategy.path("fields")
                        .forEach(field -> names.add(field.path("name").asText())));
        return names;
    }

    /** Returns the inputs whose names are misspelt where they are used. */
    static Set<String> meant(Set<String> used, JsonNode auth) {
        Set<String> names = names(auth);
        Set<String> meant = new TreeSet<>();
        used.stream()
                .filter(name -> !names.contains(name))
                .flatMap(name -> Stream.ofNullable(Suggestions.of(name, names)))
                .forEach(meant::add);
        return meant;
    }

    /** Whether a problem is that one of these inputs is not used. */
    static boolean isUnused(String problem, Set<String> inputs) {
        return inputs.stream().anyMatch(name -> problem.contains(": the field \"" + name + "\" is not used: "));
    }

    /**
     * Returns a sample for each value.
     *
     * @param used the names that are used, of which unknown ones are reported
     */
    InputValues samples(Set<String> used) {
        Map<String, String> texts = new HashMap<>();
        used.forEach(name -> texts.put(name, "x"));
        Map<String, Secret> secrets = new HashMap<>();
        inputs.forEach((name, isSecret) -> {
            if (isSecret) {
                secrets.put(name, Secret.of("x"));
                texts.remove(name);
            } else {
                texts.put(name, "x");
            }
        });
        return new InputValues(texts, secrets);
    }

    /** Checks the inputs of a connection. Received values are allowed in fields that are sent with each request. */
    void check(JsonObjectReader reader, ConnectionOptions options) {
        options.texts()
                .forEach((pointer, text) -> text.names().forEach(pill -> {
                    String input = InputText.input(pill);
                    check(reader, pointer, input, ConnectionOptions.canBeSecret(pointer));
                    if (received.contains(input) && !ConnectionOptions.canBeReceived(pointer)) {
                        reader.problemAt(pointer, receivedLater(input));
                    }
                }));
    }

    /** Checks the inputs of a request, trigger or webhook, in which secrets would be logged, except in parameters of a subscription. */
    void check(JsonObjectReader reader, JsonNode given) {
        PillTree.forEachInput(
                given, (pointer, input) -> check(reader, pointer, input, DefinedSubscription.canBeSecret(pointer)));
    }

    private void check(JsonObjectReader reader, String pointer, String input, boolean canBeSecret) {
        if (!isChecked) {
            return;
        }
        if (!inputs.containsKey(input)) {
            reader.problemAt(pointer, unknown(input));
        } else if (inputs.get(input) && !canBeSecret) {
            reader.problemAt(pointer, secret(input));
        }
    }

    /** Rejects received values in a member that is read before there are tokens. */
    void checkEntered(JsonObjectReader reader, String base, JsonNode given) {
        PillTree.forEachInput(given, (pointer, input) -> {
            if (received.contains(input)) {
                reader.problemAt(base + pointer, receivedLater(input));
            }
        });
    }

    private static String pill(String input) {
        return "{{" + InputText.STEP + "." + input + "}}";
    }

    private static String secret(String input) {
        return pill(input)
                + " is a secret: use it in auth, in the headers of the connection or in the parameters of a subscription; a webhook refers to secrets by name";
    }

    private static String receivedLater(String input) {
        return pill(input) + " is received with the tokens, later than it is needed here: use an input";
    }

    private String unknown(String input) {
        String nearest = Suggestions.of(input, inputs.keySet());
        return pill(input) + " is not an input"
                + (nearest == null
                        ? ": add it to inputs, or use one of " + inputs.keySet()
                        : ": did you mean " + pill(nearest) + "?");
    }
}
