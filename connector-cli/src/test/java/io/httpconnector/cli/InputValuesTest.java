package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.cli.CommandRun.Result;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the values of inputs, pills and secrets that commands receive in options and files. */
class InputValuesTest {

    @TempDir
    private Path directory;

    private final MockService service = MockService.start();
    private CommandRun connector;

    @BeforeEach
    void start() {
        connector = new CommandRun(directory);
        connector.write("shop.yaml", """
                connector: 1
                id: shop
                version: 1.0.0
                title: Shop
                connection: {baseUrl: "BASE"}
                inputs:
                  - {name: must}
                  - {name: more, optional: true}
                requests:
                  me: {method: GET, url: "/me?m={{auth.must}}"}
                  path: {method: GET, url: "/more/{{auth.more}}"}
                triggers:
                  t: {request: me, key: [/id], startPosition: {everything: true}}
                """.replace("BASE", service.baseUrl()));
        service.on("GET", "/me", request -> MockResponse.json("[]"));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"send shop.yaml me", "send shop.yaml me --dry-run", "poll shop.yaml t", "test shop.yaml"})
    void missingInputNamesItsOptionAndTheForm(String command) {
        Result result = connector.run(command.split(" ", -1));

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err())
                .contains("must: it is missing: use --value must=VALUE", "Run \"connector form\" to enter the values")
                .doesNotContain("--pill");
        assertThat(service.requests()).isEmpty();
    }

    @Test
    void emptyInputIsReported() {
        Result result = connector.run("send", "shop.yaml", "me", "--value", "must=");

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).contains("must: it is empty: use --value must=VALUE");
    }

    @Test
    void optionalInputThatAUrlNeedsIsNoPill() {
        Result result = connector.run("send", "shop.yaml", "path", "--value", "must=1");

        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).contains("auth.more", "--value NAME=VALUE").doesNotContain("--pill ");
    }
}
