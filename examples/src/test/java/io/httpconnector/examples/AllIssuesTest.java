package io.httpconnector.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AllIssuesTest {

    @Test
    void runs() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        boolean asMeant = new AllIssues(new PrintStream(printed, true, StandardCharsets.UTF_8)).run();

        assertThat(asMeant).as(printed.toString(StandardCharsets.UTF_8)).isTrue();
    }
}
