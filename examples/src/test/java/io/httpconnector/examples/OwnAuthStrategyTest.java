package io.httpconnector.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OwnAuthStrategyTest {

    @Test
    void signsWhatIsSentAndShowsNoSignature() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        boolean asMeant = new OwnAuthStrategy(new PrintStream(printed, true, StandardCharsets.UTF_8)).run();

        assertThat(asMeant).isTrue();
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("The service responds: {\"order\":\"accepted\"}")
                .contains("The service rejects: The signature is invalid.")
                .contains("X-Signature: ***");
    }
}
