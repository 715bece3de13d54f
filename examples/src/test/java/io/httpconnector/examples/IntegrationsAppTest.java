package io.httpconnector.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
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

    /** The statements of the method that connects the application, with their lines. */
    @Test
    void glueCodeHasLessThan15Lines() throws IOException {
        String source = Files.readString(Path.of("src/main/java/io/httpconnector/examples/IntegrationsApp.java"));
        int start = source.indexOf("    private ConnectorRegistry open(");
        String body = source.substring(start, source.indexOf("\n    }", start));

        assertThat(body).contains("ConnectorRegistry.in(", "registry.define(", "registry.on(", "registry.start()");
        assertThat(body.lines().filter(line -> !line.isBlank()).count() + 1).isLessThan(15);
        assertThat(source.split("\\bConnectorRegistry\\.in\\(", -1)).hasSize(2);
    }
}
