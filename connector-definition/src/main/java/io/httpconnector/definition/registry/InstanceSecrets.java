package io.httpconnector.definition.registry;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.definition.SecretSource.SecretReference;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The secrets of a started instance, which are looked up each time they are used, because they may be removed and added again. Thread-safe. */
final class InstanceSecrets {

    private final SecretSource source;
    private final InstanceId instance;
    private final Consumer<String> failed;
    private final Runnable complete;

    /** The names of secrets that were missing when they were used. */
    private final Set<String> missing = ConcurrentHashMap.newKeySet();

    /**
     * Finds the secrets of an instance.
     *
     * @param failed receives the problem when a secret is missing
     * @param complete called when the last missing secret was found
     */
    InstanceSecrets(SecretSource source, InstanceId instance, Consumer<String> failed, Runnable complete) {
        this.source = source;
        this.instance = instance;
        this.failed = failed;
        this.complete = complete;
    }

    /** Returns a secret; null if it is missing now. */
    @Nullable Secret find(SecretReference reference) {
        if (source.find(reference) == null) {
            return null;
        }
        return Secret.from(() -> {
            Secret found = source.find(reference);
            if (found == null) {
                missing.add(reference.name());
                String problem =
                        "the secret \"" + reference.name() + "\" is missing: supply it by the source of secrets";
                failed.accept(problem);
                throw new InvalidDefinitionException("instance " + instance, problem);
            }
            String text = found.reveal();
            if (missing.remove(reference.name()) && missing.isEmpty()) {
                complete.run();
            }
            return text;
        });
    }
}
