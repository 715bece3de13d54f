package io.httpconnector.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.cli.Instance.SavedValues;
import io.httpconnector.definition.Connector;
import io.httpconnector.internal.io.OwnerOnlyFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Asks for the inputs of a connector document, and saves them. */
@Command(
        name = "form",
        header = "Enter the values and secrets for a connector.",
        description = {
            "Asks for each input of the document, and writes a values file and a secrets file that only you can read."
                    + " Values that were saved before are offered as defaults.",
            "An input with --value, or with an environment variable CONNECTOR_ID_NAME, is not asked for."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  connector form jira.connector.yaml",
            "  CONNECTOR_JIRA_APITOKEN=... connector form jira.connector.yaml --no-input \\",
            "    --value site=https://acme.atlassian.net --value email=ann@acme.example"
        })
final class FormCommand extends InstanceCommand {

    @Option(names = "--no-input", description = "Ask for nothing: an input without value is an error.")
    private boolean noInput;

    FormCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        Instance instance = instance();
        // A file that is named, but does not exist yet, is written.
        SavedValues saved = Files.exists(terminal().resolve(instance.valuesFile()))
                ? instance.saved()
                : new SavedValues(null, Map.of());
        Map<String, String> savedSecrets =
                Files.exists(terminal().resolve(instance.secretsFile())) ? instance.savedSecrets() : Map.of();
        FormDialog dialog = new FormDialog(terminal(), instance, saved.values(), savedSecrets, noInput);
        String strategy = dialog.strategy(instance.strategy(saved), instance.isStrategyGiven());
        dialog.enter(strategy);
        Map<String, String> secrets = new LinkedHashMap<>(savedSecrets);
        secrets.putAll(dialog.secrets());
        try (Connector validated = instance.connect(instance.context(strategy, dialog.values(), secrets))) {
            write(
                    instance,
                    strategy,
                    dialog.values(),
                    secrets,
                    validated.connection().name());
        }
        if (isJson()) {
            ObjectNode json = JsonNodeFactory.instance.objectNode().put("strategy", strategy);
            json.put("values", instance.valuesFile().toString());
            if (!secrets.isEmpty()) {
                json.put("secrets", instance.secretsFile().toString());
            }
            terminal().print(json.toPrettyString());
        }
        terminal().note("Next: connector " + (dialog.needsConsent(strategy) ? "authorize" : "test") + " " + file());
        return ExitCode.OK;
    }

    private void write(
            Instance instance, String strategy, Map<String, String> values, Map<String, String> secrets, String name) {
        ObjectNode file = JsonNodeFactory.instance.objectNode();
        file.put("connector", instance.definition().id()).put("strategy", strategy);
        ObjectNode members = file.putObject("values");
        values.forEach(members::put);
        save(instance.valuesFile(), YamlFiles.write(file), false);
        terminal().note("Wrote " + instance.valuesFile() + ": the values for " + name);
        if (!secrets.isEmpty()) {
            ObjectNode all = JsonNodeFactory.instance.objectNode();
            secrets.forEach(all::put);
            save(instance.secretsFile(), YamlFiles.write(all), true);
            terminal().note("Wrote " + instance.secretsFile() + ": the secrets, readable by you only");
        }
    }

    private void save(Path file, String text, boolean isSecret) {
        Path target = terminal().resolve(file);
        try {
            if (isSecret) {
                OwnerOnlyFiles.write(target, text);
            } else {
                Files.writeString(target, text);
            }
        } catch (IOException e) {
            throw new CommandException(ExitCode.USAGE, file + " cannot be written: " + OwnerOnlyFiles.problem(e), e);
        }
    }
}
