package io.httpconnector.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ClusterTest {

    @Test
    @Timeout(120)
    void tellsTheStory() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        boolean good = new Cluster(new PrintStream(bytes, true, UTF_8)).run();

        String[] parts = bytes.toString(UTF_8).split("node-2 is killed", -1);
        assertThat(parts).hasSize(2);
        assertThat(parts[0]).contains("  node-1: ", "  node-2: ", "  node-3: ");
        assertThat(parts[1])
                .contains("  node-1: ", "  node-3: ", "222 effects of 222 events, 0 twice.")
                .doesNotContain("  node-2: ");
        assertThat(good).isTrue();
    }
}
