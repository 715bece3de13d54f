package io.httpconnector.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.Response;
import io.httpconnector.definition.ConnectorRequest;
import io.httpconnector.operation.OperationHandle;
import io.httpconnector.operation.OperationResult;
import io.httpconnector.operation.OperationStatus;
import io.httpconnector.template.Pills;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Runs a long-running operation in the foreground: starts it, shows its progress, and prints its result or writes it to a file. */
final class OperationRun {

    private final Terminal terminal;
    private final boolean isJson;

    OperationRun(Terminal terminal, boolean isJson) {
        this.terminal = terminal;
        this.isJson = isJson;
    }

    int run(ConnectorRequest request, Pills values, @Nullable Path output) {
        OperationHandle handle = request.start(values);
        terminal.note("started " + PrintableText.line(handle.id()));
        Duration timeout = request.operation().timeout();
        OperationResult result = handle.await(timeout, status -> terminal.progress(line(status)));
        if (output != null) {
            Response response = result.download(output);
            terminal.note(line(result.status()) + ", HTTP " + response.status() + ", written to " + output);
        } else if (isJson) {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("id", result.id()).put("state", result.status().value());
            json.set("body", JsonOutput.body(result.text()));
            terminal.print(json);
        } else {
            terminal.note(line(result.status()));
            terminal.print(result.text().stripTrailing());
        }
        delete(request, result);
        return ExitCode.OK;
    }

    /** Deletes the operation at the service, if it has a request for it: the result was read. */
    private void delete(ConnectorRequest request, OperationResult result) {
        if (!request.operation().toJson().has("delete")) {
            return;
        }
        try {
            terminal.note(result.delete() ? "deleted at the service" : "the service has deleted it already");
        } catch (ConnectorException e) {
            terminal.note("not deleted at the service: " + PrintableText.line(String.valueOf(e.getMessage())));
        }
    }

    private static String line(OperationStatus status) {
        String progress = status.progress().asText();
        return PrintableText.line(status.value() + (progress.isEmpty() ? "" : ", progress " + progress));
    }
}
