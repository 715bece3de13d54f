package io.httpconnector.definition.registry;

import io.httpconnector.definition.registry.SubscriptionCleanup.DeletionResult;

/** Removes an instance, after its subscriptions are deleted at the service. */
record InstanceRemoval(RegistryEnvironment environment, InstanceLifecycle instance) {

    private static final String REASON = "its subscription is not deleted at the service yet";

    void remove(boolean keepsState) {
        instance.changingAny(() -> {
            instance.disable();
            if (!keepsState && environment.cleanup.delete(instance) == DeletionResult.LEFT) {
                if (instance.stored().state() != InstanceState.REMOVING) {
                    instance.store(instance.stored().with(InstanceState.REMOVING, REASON));
                }
                environment.cleanup.plan(instance);
            } else {
                removeNow(keepsState);
            }
        });
    }

    private void removeNow(boolean keepsState) {
        if (!keepsState) {
            environment.forget(instance.stored());
        }
        environment.settings.instances().remove(instance.stored());
        boolean unused = environment.instances.remove(instance.stored().id(), instance.instance());
    }

    /** Deletes subscriptions that are not needed any more; returns whether there is nothing more to do. */
    boolean deleteUnused() {
        if (environment.instances.get(instance.stored().id()) != instance.instance()) {
            return true;
        }
        DeletionResult outcome = environment.cleanup.delete(instance);
        if (outcome != DeletionResult.LEFT && instance.stored().state() == InstanceState.REMOVING) {
            removeNow(false);
            return true;
        }
        return outcome == DeletionResult.NOTHING_LEFT;
    }
}
