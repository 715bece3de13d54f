package io.httpconnector.webhook.subscription;

import io.httpconnector.Secret;
import io.httpconnector.webhook.DeliveredSecrets;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Secrets in memory, which are lost with the process. Thread-safe. */
final class MemorySecrets implements DeliveredSecrets {

    private final Map<String, Secret> secrets = new ConcurrentHashMap<>();

    @Override
    public Optional<Secret> find(String name) {
        return Optional.ofNullable(secrets.get(name));
    }

    @Override
    public boolean save(String name, Secret secret) {
        Secret kept = secrets.computeIfAbsent(name, absent -> secret);
        return MessageDigest.isEqual(bytes(kept), bytes(secret));
    }

    @Override
    public void remove(String name) {
        secrets.remove(name);
    }

    private static byte[] bytes(Secret secret) {
        return secret.reveal().getBytes(StandardCharsets.UTF_8);
    }
}
