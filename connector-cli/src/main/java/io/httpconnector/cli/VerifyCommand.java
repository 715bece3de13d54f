package io.httpconnector.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Secret;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.verification.CheckResult;
import io.httpconnector.definition.verification.CheckResult.CheckStatus;
import io.httpconnector.definition.verification.ConnectorVerification;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks a connector document against the live service. */
@Command(
        name = "verify",
        header = "Check a connector document against the service.",
        description = {
            "Tests the connection, and checks that page 2 of each list differs from page 1, keys are unique, a"
                    + " repeated poll yields no event, the service honours the cursor, and the signature of each"
                    + " webhook verifies.",
            "Only GET, HEAD and OPTIONS are sent unless --unsafe. No position is kept and no event is handled. The exit"
                    + " code is 1 if a check fails."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  connector verify shop.connector.yaml",
            "  connector verify shop.connector.yaml updated-orders --max-pages 5",
            "  connector verify shop.connector.yaml --json | jq '.checks[] | select(.status == \"failed\")'"
        })
final class VerifyCommand extends InstanceCommand {

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "NAME",
            description = "The requests, triggers and webhooks to check. Default: all.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--max-pages",
            paramLabel = "COUNT",
            defaultValue = "3",
            description = "The pages that are read of a list, at least 2. Default: ${DEFAULT-VALUE}.")
    private int maxPages = 3;

    @Option(names = "--unsafe", description = "Also send requests that may change data, such as a search by POST.")
    private boolean unsafe;

    VerifyCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        Instance instance = instance();
        ConnectorDefinition definition = instance.definition();
        List<String> known = new ArrayList<>(definition.requests());
        known.addAll(definition.triggers());
        known.addAll(definition.webhooks());
        names.forEach(name -> require("request, trigger or webhook", name, known));
        Map<String, String> saved = instance.savedSecrets();
        ConnectorVerification verification = ConnectorVerification.of(definition, instance.context())
                .maxPages(maxPages)
                .secrets(name -> secret(instance, saved, name));
        if (unsafe) {
            verification.unsafe();
        }
        List<CheckResult> results = verification.run(names.isEmpty() ? known : names);
        boolean isFailed = results.stream().anyMatch(result -> result.status() == CheckStatus.FAILED);
        if (isJson()) {
            ObjectNode json = JsonNodeFactory.instance.objectNode().put("ok", !isFailed);
            results.forEach(result -> json.withArray("/checks")
                    .addObject()
                    .put("name", result.name())
                    .put("status", status(result))
                    .put("message", result.message()));
            terminal().print(json.toPrettyString());
        } else {
            results.forEach(this::print);
        }
        return isFailed ? ExitCode.FAILED : ExitCode.OK;
    }

    private static @Nullable Secret secret(Instance instance, Map<String, String> saved, String name) {
        String value = instance.environment(name);
        String known = value == null ? saved.get(name) : value;
        return known == null || known.isEmpty() ? null : Secret.of(known);
    }

    private static String status(CheckResult result) {
        return result.status().name().toLowerCase(Locale.ROOT);
    }

    private void print(CheckResult result) {
        String style = switch (result.status()) {
            case OK -> "fg(green)";
            case FAILED -> "fg(red)";
            case SKIPPED -> "fg(yellow)";
        };
        terminal().print(terminal().styled(style, status(result)) + " " + result.name() + ": " + result.message());
    }
}
