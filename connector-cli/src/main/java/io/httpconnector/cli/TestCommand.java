package io.httpconnector.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.ConnectionTestResult;
import io.httpconnector.ConnectorException;
import io.httpconnector.definition.Connector;
import java.util.Locale;
import picocli.CommandLine.Command;

/** Tests the connection of a connector. */
@Command(
        name = "test",
        header = "Test the connection.",
        description = "Sends the test request of the document, and says why it fails: DNS, TLS, credentials, ...",
        footerHeading = "%nExamples:%n",
        footer = {
            "  connector test jira.connector.yaml",
            "  CONNECTOR_JIRA_APITOKEN=... connector test jira.connector.yaml \\",
            "    --value site=https://acme.atlassian.net --value email=ann@acme.example"
        })
final class TestCommand extends InstanceCommand {

    TestCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        Instance instance = instance();
        ConnectionTestResult result;
        try (Connector connector = instance.connect()) {
            result = connector.connection().test();
        }
        if (isJson()) {
            terminal()
                    .print(JsonNodeFactory.instance
                            .objectNode()
                            .put("ok", result.ok())
                            .put("outcome", result.outcome().name().toLowerCase(Locale.ROOT))
                            .put("message", result.message())
                            .put("milliseconds", result.elapsed().toMillis())
                            .toPrettyString());
        } else if (result.ok()) {
            terminal().print(terminal().styled("fg(green)", "ok: ") + result.message());
        } else {
            terminal().note(terminal().styled("fg(red)", "failed: ") + result.message());
        }
        if (result.ok()) {
            return ExitCode.OK;
        }
        return result.failure().filter(ConnectorException::needsAuthorization).isPresent()
                ? ExitCode.UNAUTHORIZED
                : ExitCode.FAILED;
    }
}
