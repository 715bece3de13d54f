package io.httpconnector.definition.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.definition.SecretSource.SecretReference;
import io.httpconnector.template.Pills;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests instances that are added with what a customer has entered in a form. */
class InstanceFormTest {

    private final Shop shop = new Shop().customer("a", 1);
    private final TokenStore tokens = TokenStore.inMemory();
    private final StoredSecrets secrets = StoredSecrets.in(tokens);
    private InstanceStore instances;
    private ConnectorRegistry registry;

    @BeforeEach
    void open(@TempDir Path directory) {
        instances = InstanceStore.file(directory.resolve("instances"));
        registry = registry(secrets);
    }

    private ConnectorRegistry registry(SecretSource source) {
        ConnectorRegistry created =
                ConnectorRegistry.in(instances).secrets(source).tokens(tokens).build();
        created.define(Shop.definition());
        created.start();
        return created;
    }

    @AfterEach
    void close() {
        registry.close();
        instances.close();
        shop.close();
    }

    private Map<String, String> form(String key) {
        return Map.of("url", shop.url(), "shop", "a", "currency", "", "key", key, "hook", "h-1");
    }

    private boolean isStored(String secret) {
        return secrets.find(new SecretReference("acme", "shop", secret)) != null;
    }

    @Test
    void secretsOfAFormAreStoredAndRemovedWithTheInstance() {
        shop.accept("a", "k-7");

        ConnectorInstance acme = registry.add("acme", "shop", form("k-7"));

        assertThat(acme.send("get-shop", Pills.none()).status()).isEqualTo(200);
        assertThat(instances.list().toString()).doesNotContain("k-7", "h-1");
        assertThat(instances.list())
                .singleElement()
                .satisfies(stored -> assertThat(stored.settings().values()).containsOnlyKeys("url", "shop"));
        assertThat(isStored("hook")).isTrue();
        acme.remove();
        assertThat(isStored("key") || isStored("hook")).isFalse();
    }

    @Test
    void strategyOfAFormIsChosen() {
        ConnectorInstance acme = registry.add("acme", "shop", "key", form("k-7"));

        assertThat(acme.settings().strategy()).isEqualTo("key");
        assertThatThrownBy(() -> registry.add("bolt", "shop", "oauth2", form("k-7")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("oauth2");
    }

    @Test
    void invalidFormStoresNothing() {
        assertThatThrownBy(
                        () -> registry.add("acme", "shop", Map.of("url", shop.url(), "kay", "s3cret", "hook", "h-1")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("kay: there is no such input: did you mean \"key\"?")
                .hasMessageNotContaining("s3cret");
        assertThatThrownBy(() -> registry.add("acme", "shop", Map.of("url", shop.url(), "key", "k-1", "hook", "h-1")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("shop");
        assertThat(isStored("key") || isStored("hook")).isFalse();
        assertThat(registry.instances()).isEmpty();
    }

    @Test
    void secondFormLeavesTheSecretsOfTheInstance() {
        shop.accept("a", "k-7");
        ConnectorInstance acme = registry.add("acme", "shop", form("k-7"));

        assertThatThrownBy(() -> registry.add("acme", "shop", form("k-8")))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("there is an instance of shop of tenant \"acme\" already");
        assertThat(acme.send("get-shop", Pills.none()).status()).isEqualTo(200);
        assertThat(secrets.find(new SecretReference("acme", "shop", "key")))
                .satisfies(key -> assertThat(key.reveal()).isEqualTo("k-7"));
    }

    @Test
    void anotherSourceOfSecretsIsReported() {
        try (ConnectorRegistry other = registry(SecretSource.none())) {
            assertThatThrownBy(() -> other.add("acme", "shop", form("k-7")))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("its source of secrets does not find the secret")
                    .hasMessageNotContaining("k-7");
        }
        assertThat(isStored("key") || isStored("hook")).isFalse();
    }
}
