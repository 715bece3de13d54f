package io.httpconnector.definition.registry;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.internal.json.Suggestions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The secrets of an instance that have another name in the source of secrets than in the document. Immutable.
 *
 * @param names the names in the source by those in the document
 */
record SecretReferences(Map<String, String> names) {

    private static final Pattern MISSING = Pattern.compile("supply the secret \"([^\"]+)\"");

    SecretReferences {
        names = Map.copyOf(names);
    }

    /** Returns the name of a secret in the source. */
    String nameOf(String secret) {
        return names.getOrDefault(secret, secret);
    }

    /** Returns the references to secrets of a document. */
    Map<String, String> of(ConnectorDefinition definition) {
        Set<String> known = secrets(definition);
        return names.entrySet().stream()
                .filter(reference -> known.contains(reference.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static Set<String> secrets(ConnectorDefinition definition) {
        Set<String> known = new TreeSet<>();
        definition.strategies().forEach(strategy -> known.addAll(definition.secrets(strategy)));
        return known;
    }

    /**
     * Creates a connector with these secrets.
     *
     * @throws InvalidDefinitionException if there is no such secret, or a value or a secret is missing; names each secret as the source
     *     does
     */
    Connector connect(InstanceId instance, ConnectorDefinition definition, ConnectorContext context) {
        Set<String> known = secrets(definition);
        List<String> problems = names.keySet().stream()
                .filter(name -> !known.contains(name))
                .sorted()
                .map(name -> unknown(name, known))
                .toList();
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("settings of " + instance, problems);
        }
        try {
            return definition.connect(context);
        } catch (InvalidDefinitionException e) {
            if (names.isEmpty()) {
                throw e;
            }
            throw new InvalidDefinitionException(
                    "connector " + instance,
                    e.problems().stream().map(this::named).toList());
        }
    }

    private String named(String problem) {
        return MISSING.matcher(problem)
                .replaceAll(found -> Matcher.quoteReplacement("supply the secret \"" + nameOf(found.group(1)) + "\""));
    }

    private static String unknown(String name, Set<String> known) {
        String nearest = Suggestions.of(name, known);
        return name + ": there is no such secret"
                + (nearest == null ? ": use one of " + known : ": did you mean \"" + nearest + "\"?");
    }
}
