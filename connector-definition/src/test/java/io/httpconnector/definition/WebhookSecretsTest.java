package io.httpconnector.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenStore;
import org.junit.jupiter.api.Test;

/** Tests of the secrets of webhooks in a token store. */
class WebhookSecretsTest {

    private final TokenStore tokens = TokenStore.inMemory();

    @Test
    void firstSecretIsKeptUntilItIsRemoved() {
        WebhookSecrets secrets = new WebhookSecrets(tokens, "acme", "pushes");

        assertThat(secrets.save("a", Secret.of("first"))).isTrue();
        assertThat(secrets.save("a", Secret.of("first"))).isTrue();
        assertThat(secrets.save("a", Secret.of("second"))).isFalse();
        assertThat(secrets.find("a").orElseThrow().reveal()).isEqualTo("first");

        secrets.remove("a");
        assertThat(secrets.find("a")).isEmpty();
        assertThat(secrets.save("a", Secret.of("second"))).isTrue();
    }

    @Test
    void secretsOfWebhooksAndAccountsAreSeparate() {
        new WebhookSecrets(tokens, "acme", "pushes").save("a", Secret.of("first"));

        assertThat(new WebhookSecrets(tokens, "acme", "others").find("a")).isEmpty();
        assertThat(new WebhookSecrets(tokens, "other", "pushes").find("a")).isEmpty();
    }

    @Test
    void nullIsRejected() {
        assertThatThrownBy(() -> new WebhookSecrets(null, "acme", "pushes"))
                .isInstanceOf(InvalidDefinitionException.class);
    }
}
