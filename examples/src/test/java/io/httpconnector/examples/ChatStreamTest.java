package io.httpconnector.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ChatStreamTest {

    @Test
    @Timeout(60)
    void tellsTheStory() throws InterruptedException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        boolean good = new ChatStream(new PrintStream(bytes, true, UTF_8)).run();

        assertThat(bytes.toString(UTF_8))
                .contains("the listener decides when it has heard enough.", "cancelled after 12 words");
        assertThat(good).isTrue();
    }
}
