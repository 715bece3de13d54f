package io.httpconnector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.cli.CommandRun.Result;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code diff}. */
class DiffCommandTest {

    @TempDir
    private Path directory;

    private CommandRun connector;

    @BeforeEach
    void start() {
        connector = new CommandRun(directory);
        connector.write("old.yaml", CheckCommandTest.SHOP);
    }

    @Test
    void changesWithTheirConsequencesTheMostSevereOnesFirst() {
        connector.write(
                "new.yaml",
                CheckCommandTest.SHOP
                        .replace("version: 1.2.0", "version: 1.3.0")
                        .replace("test: /me", "test: /self")
                        .replace("key: [/id]", "key: [/number]")
                        .replace("{{auth.key}}\"}", "{{auth.key}}\", X-Region: \"{{auth.region}}\"}")
                        .replace("  get-order:", "  get-one-order:")
                        .replace(
                                "hint: in the settings, secret: true}",
                                "hint: in the settings, secret: true}\n      - {name: region, label: Region}"));

        Result result = connector.run("diff", "old.yaml", "new.yaml");

        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.out().lines())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .isEqualTo(
                                        "customer /auth/key/fields/1 (required input): customers must enter \"region\";"
                                                + " instances with key"),
                        line -> assertThat(line).startsWith("application /requests/get-order (removed request): "),
                        line -> assertThat(line).startsWith("state /triggers/updated-orders/key (key): "),
                        line -> assertThat(line).startsWith("none /auth/key/headers (strategy): "),
                        line -> assertThat(line).startsWith("none /connection/test (connection): "),
                        line -> assertThat(line).startsWith("none /requests/get-one-order (added request): "));
    }

    @Test
    void changesWithoutConsequenceSucceed() {
        connector.write("new.yaml", CheckCommandTest.SHOP.replace("test: /me", "test: /self"));

        Result result = connector.run("diff", "old.yaml", "new.yaml");

        assertThat(result.code()).isZero();
        assertThat(result.out()).isEqualTo("none /connection/test (connection): applies to the next requests\n");
    }

    @Test
    void documentsThatMeanTheSame() {
        connector.write("new.yaml", "# a comment\n" + CheckCommandTest.SHOP.replace("1.2.0", "1.2.1"));

        assertThat(connector.run("diff", "old.yaml", "new.yaml"))
                .isEqualTo(new Result(0, "shop 1.2.0 and shop 1.2.1: no difference for running instances\n", ""));
    }

    @Test
    void json() throws Exception {
        connector.write("new.yaml", CheckCommandTest.SHOP.replace("key: [/id]", "key: [/number]"));

        Result result = connector.run("diff", "--json", "old.yaml", "new.yaml");

        JsonNode json = new ObjectMapper().readTree(result.out());
        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(json.path("affectsInstances").asBoolean()).isTrue();
        assertThat(json.path("changes")).hasSize(1);
        assertThat(json.at("/changes/0/impact").asText()).isEqualTo("state");
        assertThat(json.at("/changes/0/kind").asText()).isEqualTo("key");
        assertThat(json.at("/changes/0/pointer").asText()).isEqualTo("/triggers/updated-orders/key");
        assertThat(json.at("/changes/0/strategies").isArray()).isTrue();
    }

    @Test
    void anotherConnectorAndInvalidDocuments() {
        connector.write("other.yaml", CheckCommandTest.SHOP.replace("id: shop", "id: store"));
        connector.write("bad.yaml", CheckCommandTest.SHOP.replace("title:", "titel:"));

        Result other = connector.run("diff", "old.yaml", "other.yaml");
        Result bad = connector.run("diff", "old.yaml", "bad.yaml");

        assertThat(other.code()).isEqualTo(ExitCode.INVALID);
        assertThat(other.err()).contains("\"store\" is another connector than \"shop\"");
        assertThat(bad.code()).isEqualTo(ExitCode.INVALID);
        assertThat(bad.err()).contains("bad.yaml", "did you mean \"title\"");
        assertThat(connector.run("diff", "old.yaml").code()).isEqualTo(ExitCode.USAGE);
        assertThat(connector.run("diff", "old.yaml", "none.yaml").code()).isEqualTo(ExitCode.USAGE);
    }
}
