package io.httpconnector.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.Secret;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuthenticationSnippetsTest {

    @Test
    void strategiesGrantsAndDefinitionsAreValid() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        Secret pem = Secret.of(Base64.getEncoder()
                .encodeToString(generator.generateKeyPair().getPrivate().getEncoded()));
        Secret secret = Secret.of("secret");

        assertThat(AuthenticationSnippets.strategies(secret, secret, secret)).hasSize(8);
        assertThat(AuthenticationSnippets.grants(pem, secret, secret)).hasSize(7);
        assertThat(AuthenticationSnippets.document().strategies()).containsExactly("key", "oauth2");
        AuthenticationSnippets.preset(secret).close();
        AuthenticationSnippets.testKit(List.of());
    }
}
