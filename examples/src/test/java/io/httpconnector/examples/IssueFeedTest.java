package io.httpconnector.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class IssueFeedTest {

    @Test
    @Timeout(60)
    void tellsTheStory() throws IOException, InterruptedException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        boolean good = new IssueFeed(new PrintStream(bytes, true, UTF_8)).run();

        assertThat(bytes.toString(UTF_8)).contains("pages, ", "Lost: 0, twice: 0");
        assertThat(good).isTrue();
    }
}
