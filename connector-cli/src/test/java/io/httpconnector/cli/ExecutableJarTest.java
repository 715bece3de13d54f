package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Runs the executable jar, after it is packaged. */
@Execution(ExecutionMode.CONCURRENT)
class ExecutableJarTest {

    private record Outcome(int code, String output) {}

    private static Outcome run(String... args) throws Exception {
        List<String> command = JarProcess.command();
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), output);
    }

    @Test
    void versionAndHelp() throws Exception {
        assertThat(run("--version").output()).matches("connector \\d+\\.\\d+\\.\\d+.*\\s*");
        assertThat(run("--help")).satisfies(help -> {
            assertThat(help.code()).isZero();
            assertThat(help.output()).startsWith("Check, test and run").doesNotContain("\u001b[");
        });
    }

    @Test
    void documentsWithAllLibraries() throws Exception {
        Outcome valid = run("check", "../examples/connectors/jira.connector.yaml");
        assertThat(valid.code()).as(valid.output()).isZero();

        Outcome refused = run("test", "../examples/connectors/jira.connector.yaml", "--values=none.yaml");
        assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
        assertThat(refused.output()).isEqualTo("error: none.yaml: there is no such file" + System.lineSeparator());
    }
}
