package io.httpconnector.definition.registry;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.DefinitionChange;
import java.util.List;

/** Upgrades an instance to other versions of its document. */
record InstanceVersions(Definitions definitions, UpgradedInstance instance) {

    /** An instance that may be upgraded. Thread-safe. */
    interface UpgradedInstance {

        StoredInstance stored();

        /** Changes the instance while nothing else does. */
        void changing(Runnable change);

        /** Creates a connector and closes it. */
        void check(String version, InstanceSettings settings);

        /** Stores a changed instance, and applies it. */
        void replace(StoredInstance changed);
    }

    List<DefinitionChange> changes(String version) {
        return upgradeTo(version).changes();
    }

    private InstanceUpgrade upgradeTo(String version) {
        return InstanceUpgrade.of(definitions, instance.stored(), version);
    }

    void upgrade(String version) {
        instance.changing(() -> {
            InstanceUpgrade upgrade = upgradeTo(version);
            upgrade.requireNoCustomer();
            instance.check(version, upgrade.settings());
            boolean isDisabled = instance.stored().state() == InstanceState.DISABLED;
            replace(version, upgrade.settings(), isDisabled ? InstanceState.DISABLED : InstanceState.ACTIVE, "");
        });
    }

    InstanceState upgrade(String version, InstanceSettings settings) {
        instance.changing(() -> {
            String consent = upgradeTo(version).consent();
            InstanceState next = consent.isEmpty() ? InstanceState.ACTIVE : InstanceState.NEEDS_AUTHORIZATION;
            String why = consent;
            try {
                instance.check(version, settings);
            } catch (InvalidDefinitionException e) {
                next = InstanceState.FAILED;
                why = String.join("; ", e.problems());
            }
            boolean isDisabled = instance.stored().state() == InstanceState.DISABLED;
            replace(version, settings, isDisabled ? InstanceState.DISABLED : next, isDisabled ? "" : why);
        });
        return instance.stored().state();
    }

    private void replace(String version, InstanceSettings settings, InstanceState state, String reason) {
        StoredInstance changed = instance.stored().with(version, settings);
        instance.replace(new StoredInstance(
                changed.id(), version, settings, state, reason, changed.created(), changed.revision()));
    }
}
