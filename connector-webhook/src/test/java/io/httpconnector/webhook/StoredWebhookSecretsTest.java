package io.httpconnector.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenStore;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests of secrets in a token store. */
class StoredWebhookSecretsTest {

    private final TokenStore tokens = TokenStore.inMemory();
    private final StoredWebhookSecrets secrets = StoredWebhookSecrets.in(tokens, "acme", "orders");

    private static String text(DeliveredSecrets secrets, String name) {
        return secrets.find(name).map(Secret::reveal).orElse("");
    }

    @Test
    void anExistingSecretIsNotReplaced() {
        assertThat(secrets.find("next")).isEmpty();
        assertThat(secrets.save("next", Secret.of("s1"))).isTrue();
        assertThat(secrets.save("next", Secret.of("s1"))).isTrue();
        assertThat(secrets.save("next", Secret.of("s2"))).isFalse();

        assertThat(text(secrets, "next")).isEqualTo("s1");
        secrets.remove("next");
        secrets.remove("next");
        assertThat(secrets.save("next", Secret.of("s2"))).isTrue();
        assertThat(secrets).asString().isEqualTo("secrets of the webhook acme/orders");
    }

    @Test
    void oneOfSeveralConcurrentSecretsIsStored() {
        List<Integer> stored = IntStream.range(0, 50)
                .parallel()
                .filter(i -> secrets.save("next", Secret.of("s" + i)))
                .boxed()
                .toList();

        assertThat(stored).hasSize(1);
        assertThat(text(secrets, "next")).isEqualTo("s" + stored.get(0));
    }

    @Test
    void accountsAndWebhooksHaveSecretsOfTheirOwn() {
        assertThat(secrets.save("a", Secret.of("s1"))).isTrue();

        assertThat(StoredWebhookSecrets.in(tokens, "acme", "invoices").find("a"))
                .isEmpty();
        assertThat(StoredWebhookSecrets.in(tokens, "acm", "eorders").find("a")).isEmpty();
        assertThat(text(StoredWebhookSecrets.in(tokens, "acme", "orders"), "a")).isEqualTo("s1");
    }

    @Test
    void invalidArgumentsAreRejected() {
        assertThatThrownBy(() -> StoredWebhookSecrets.in(null, "acme", "orders"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("token store");
    }
}
