package io.httpconnector.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ExportDownloadTest {

    @Test
    @Timeout(120)
    void startsOneExportAndDownloadsItsFileAlthoughTheProcessIsKilled() throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        boolean complete = new ExportDownload(new PrintStream(printed, true, StandardCharsets.UTF_8)).run();

        String text = printed.toString(StandardCharsets.UTF_8);
        assertThat(complete).as(text).isTrue();
        assertThat(text)
                .contains("It was killed")
                .contains("downloaded 2026-11.json")
                .contains("Exports started: 1,");
    }
}
