package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SecretTest {

    @Test
    void showsNothingOfItsValue() {
        Secret secret = Secret.of("s3cr3t");

        assertThat(secret).hasToString("***");
        assertThat(secret.map(value -> "Bearer " + value)).hasToString("***");
    }

    @Test
    void suppliedSecretIsLookedUpAtEachUse() {
        AtomicInteger reads = new AtomicInteger();
        Secret rotating = Secret.from(() -> "v" + reads.incrementAndGet());

        assertThat(rotating.reveal()).isEqualTo("v1");
        assertThat(rotating.map(value -> "Bearer " + value).reveal()).isEqualTo("Bearer v2");
    }

    @Test
    void madeSecretHidesWhatItWasMadeFrom() {
        List<String> hidden = new ArrayList<>();

        Secret.of("pass")
                .map(value -> "user:" + value)
                .map(value -> "Basic " + value)
                .eachValue(hidden::add);

        assertThat(hidden).containsExactly("Basic user:pass", "user:pass", "pass");
    }

    @Test
    void emptyValueIsRefused() {
        assertThatThrownBy(() -> Secret.of(""))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessage("Invalid secret: the value is empty: a secret needs a value");
        assertThatThrownBy(() -> Secret.fromEnv("HTTP_CONNECTOR_NO_SUCH_VARIABLE"))
                .hasMessageContaining("HTTP_CONNECTOR_NO_SUCH_VARIABLE is not set");
        assertThatThrownBy(() -> Secret.from(() -> "").reveal()).isInstanceOf(InvalidDefinitionException.class);
    }
}
