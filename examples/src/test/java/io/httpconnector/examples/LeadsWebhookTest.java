package io.httpconnector.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LeadsWebhookTest {

    @Test
    @Timeout(60)
    void tellsTheStory() throws IOException, InterruptedException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        boolean good = new LeadsWebhook(new PrintStream(bytes, true, UTF_8)).run();

        assertThat(bytes.toString(UTF_8))
                .contains(
                        "Ada again, because the form did not receive the response: 200",
                        "Eve, with Ada's signature: 401",
                        "Bob, at an unknown URL: 404",
                        "the signature is valid for the body with JSON with a space after each comma and colon")
                .doesNotContain("the-secret-of-the-form");
        assertThat(good).isTrue();
    }
}
