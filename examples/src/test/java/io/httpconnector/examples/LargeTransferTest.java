package io.httpconnector.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LargeTransferTest {

    @Test
    void movesTheFileBothWaysAndShowsHowFarItIs() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        boolean complete =
                new LargeTransfer(new PrintStream(printed, true, StandardCharsets.UTF_8), 20L * 1024 * 1024).run();

        assertThat(complete).isTrue();
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("up   [#########################                         ]  50 % of 20 MB")
                .contains("down [##################################################] 100 % of 20 MB")
                .contains("The service has 20971520 bytes, and 20971520 were downloaded.");
    }
}
