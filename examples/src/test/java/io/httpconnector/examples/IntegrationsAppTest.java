package io.httpconnector.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class IntegrationsAppTest {

    @Test
    @Timeout(90)
    void startsChangesStopsAndRestarts() throws IOException, InterruptedException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        boolean good = new IntegrationsApp(new PrintStream(bytes, true, UTF_8)).run();

        assertThat(bytes.toString(UTF_8))
                .contains(
                        "shop of tenant \"bolt\" 1.0.0 is DISABLED",
                        "The application is restarted.",
                        "shop of tenant \"bolt\" 1.0.0 is ACTIVE",
                        "Each order arrived.");
        assertThat(good).isTrue();
    }
}
