package io.httpconnector.definition.registry;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.definition.InputField;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.internal.json.Suggestions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a customer in the form of a connector document, divided into settings and secrets.
 *
 * @param settings the settings with the values that are not secrets
 * @param secrets the secrets by name
 */
record InstanceForm(InstanceSettings settings, Map<String, Secret> secrets) {

    /**
     * Divides the entries of a form; empty ones are omitted.
     *
     * @param strategy the way to authenticate; null for the first one of the document
     * @throws InvalidDefinitionException if the document has no such strategy or input; names it, without the value
     */
    static InstanceForm read(ConnectorDefinition definition, @Nullable String strategy, Map<String, String> entered) {
        String used = strategy == null ? definition.strategies().get(0) : strategy;
        Set<String> secretNames = definition.secrets(used);
        Set<String> names = new TreeSet<>(secretNames);
        definition.inputs(used).stream().map(InputField::name).forEach(names::add);
        Map<String, String> values = new HashMap<>();
        Map<String, Secret> secrets = new TreeMap<>();
        List<String> problems = new ArrayList<>();
        new TreeMap<>(entered).forEach((name, value) -> {
            if (!names.contains(name)) {
                problems.add(unknown(name, names));
            } else if (value != null && !value.isEmpty()) {
                if (secretNames.contains(name)) {
                    secrets.put(name, Secret.of(value));
                } else {
                    values.put(name, value);
                }
            }
        });
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("form of " + definition.id(), problems);
        }
        return new InstanceForm(new InstanceSettings(strategy, values, Map.of()), secrets);
    }

    private static String unknown(String name, Set<String> names) {
        String nearest = Suggestions.of(name, names);
        return name + ": there is no such input"
                + (nearest == null ? ": use one of " + names : ": did you mean \"" + nearest + "\"?");
    }
}
