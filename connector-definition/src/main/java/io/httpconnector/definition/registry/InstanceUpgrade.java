package io.httpconnector.definition.registry;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.definition.InputField;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.DefinitionChange;
import io.httpconnector.definition.DefinitionChange.ChangeKind;
import io.httpconnector.definition.DefinitionChange.Impact;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An upgrade of an instance to another version of its document.
 *
 * @param changes what it changes for this instance
 * @param settings the settings of the instance without values of inputs and secrets that do not exist any more
 */
record InstanceUpgrade(
        StoredInstance instance, String version, List<DefinitionChange> changes, InstanceSettings settings) {

    static InstanceUpgrade of(Definitions definitions, StoredInstance instance, String version) {
        String connector = instance.id().connector();
        ConnectorDefinition older =
                definitions.get(connector, instance.version()).definition();
        ConnectorDefinition newer = definitions.get(connector, version).definition();
        InstanceSettings given = instance.settings();
        String chosen = given.strategy();
        String strategy = chosen == null ? older.strategies().get(0) : chosen;
        List<DefinitionChange> changes = older.changes(newer).stream()
                .filter(change -> change.concerns(strategy))
                .toList();
        if (!newer.strategies().contains(strategy)) {
            return new InstanceUpgrade(instance, version, changes, given);
        }
        Set<String> inputs =
                newer.inputs(strategy).stream().map(InputField::name).collect(Collectors.toSet());
        Map<String, String> values = new HashMap<>(given.values());
        values.keySet().retainAll(inputs);
        // The first strategy may be another one in the newer version.
        boolean isFirst = newer.strategies().get(0).equals(strategy);
        return new InstanceUpgrade(
                instance,
                version,
                changes,
                new InstanceSettings(
                        chosen == null && isFirst ? null : strategy,
                        values,
                        new SecretReferences(given.secrets()).of(newer)));
    }

    /** Rejects an upgrade for which the customer must do something. */
    void requireNoCustomer() {
        List<String> problems = changes.stream()
                .filter(change -> change.impact() == Impact.CUSTOMER)
                .map(change -> change.pointer() + ": " + change.consequence())
                .toList();
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException(
                    "upgrade of " + instance.id() + " to " + version
                            + " without the customer: ask for what is missing, then pass the settings",
                    problems);
        }
    }

    /** Returns why the customer must authorize the connection again; empty if that is not necessary. */
    String consent() {
        return changes.stream()
                .filter(change -> change.impact() == Impact.CUSTOMER
                        && (change.kind() == ChangeKind.SCOPES || change.kind() == ChangeKind.AUTHORIZATION))
                .map(DefinitionChange::consequence)
                .distinct()
                .collect(Collectors.joining("; "));
    }
}
