package io.httpconnector.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class HybridWeeksTest {

    @Test
    @Timeout(120)
    void tellsTheStory() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        long seed = Long.getLong("seed", 33);

        boolean good = new HybridWeeks(new PrintStream(bytes, true, UTF_8), seed).run();

        String story = bytes.toString(UTF_8);
        assertThat(good).as(story).isTrue();
        assertThat(story)
                .contains(
                        "GitHub: subscribed, id 1",
                        "Microsoft Graph: subscribed again",
                        "GitHub: measured loss ",
                        "Microsoft Graph: measured loss ",
                        "Subscriptions left: 0")
                .contains(" 0 without, 0 with several");
    }
}
