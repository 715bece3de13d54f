package io.httpconnector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.cli.ListDialog.NewTrigger;
import io.httpconnector.definition.Connector;
import io.httpconnector.wizard.OutputPill;
import io.httpconnector.wizard.RequestWizard;
import io.httpconnector.wizard.SampleExchange;
import io.httpconnector.wizard.SavedRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Adds a request to a connector document: sends a sample, and saves what the service has accepted. */
@Command(
        name = "wizard",
        header = "Add a request to a connector document, step by step.",
        description = {
            "Asks for method and URL, or a curl command, then for parameters, header fields and body. Sends the"
                    + " sample, and shows the response; a rejected sample can be corrected and sent again. Then asks which"
                    + " values become pills, such as {{order.id}}, and adds the request to the document, with the schema"
                    + " of the response. Of a list, it also proposes the path of the records, the pagination, and a"
                    + " polling trigger.",
            "What an option says is not asked for; with --yes, nothing is. The exit code is 1 if the service rejects"
                    + " the sample; the document is unchanged then."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  connector wizard shop.connector.yaml",
            "  connector wizard shop.connector.yaml --curl 'curl https://shop.example.com/orders/42'",
            "  connector wizard shop.connector.yaml --yes --name get-order --url /orders/42 --pill order.id=42",
            "  connector wizard shop.connector.yaml --yes --url /orders --trigger updated-orders",
            "  connector wizard shop.connector.yaml --yes --name create-order --url /orders --body @order.json \\",
            "    --pill customer.Id=4711 --pill order.quantity:=2"
        })
final class WizardCommand extends InstanceCommand {

    private static final int SHOWN_OUTPUTS = 12;

    @Mixin
    private WizardOptions options = new WizardOptions();

    WizardCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        Instance instance = instance();
        DocumentFile document = DocumentFile.read(terminal(), file());
        Dialog dialog = new Dialog(terminal(), options.yes);
        try (Connector connector = instance.connect()) {
            RequestWizard wizard = RequestWizard.of(connector.connection());
            RequestEntry entry = new RequestEntry(
                    terminal(), dialog, options, wizard, connector.connection().baseUrl());
            entry.enter(document);
            ObjectNode definition = entry.definition();
            options.accept.forEach(status -> definition.withArray("/accept").add(status));
            SamplePills pills = new SamplePills(dialog, options.pill, instance.inputs());
            SampleDialog samples = new SampleDialog(terminal(), dialog, wizard, pills, definition);
            Optional<SampleExchange> accepted = samples.accepted(changed -> check(document, entry.name(), changed));
            if (accepted.isEmpty()) {
                return rejected(entry.name(), samples.last());
            }
            ListDialog lists = new ListDialog(dialog, options, connector.connection());
            return save(document, entry, accepted.get(), pills, dialog, lists);
        }
    }

    /** Checks the request before it is sent. */
    private void check(DocumentFile document, String name, ObjectNode request) {
        if (terminal().mask().isIn(request.toString())) {
            throw new InvalidDefinitionException(
                    "request \"" + name + "\"",
                    List.of("it contains a secret of the connector: the auth of the document adds it, so leave it"
                            + " out"));
        }
        document.check(name, request);
    }

    private int rejected(String name, Optional<SampleExchange> last) {
        terminal().note("Nothing was saved.");
        if (isJson()) {
            ObjectNode json =
                    JsonNodeFactory.instance.objectNode().put("request", name).put("saved", false);
            last.ifPresent(sample -> addResponse(json, sample));
            terminal().print(json);
        }
        return last.flatMap(SampleExchange::failure)
                        .filter(ConnectorException::needsAuthorization)
                        .isPresent()
                ? ExitCode.UNAUTHORIZED
                : ExitCode.FAILED;
    }

    private static void addResponse(ObjectNode json, SampleExchange sample) {
        sample.status().ifPresent(status -> json.put("status", status));
        if (sample.status().isPresent()) {
            json.set("body", JsonOutput.body(sample.body()));
        } else {
            sample.failure().ifPresent(failure -> json.put("error", failure.getMessage()));
        }
    }

    private int save(
            DocumentFile document,
            RequestEntry entry,
            SampleExchange sample,
            SamplePills pills,
            Dialog dialog,
            ListDialog lists) {
        String title = entry.title().isEmpty() ? entry.name() : entry.title();
        SavedRequest saved =
                pills.replace(sample.review(), sample.draft().definition()).apply(title);
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        if (!entry.title().isEmpty()) {
            request.put("title", title);
        }
        request.setAll(saved.template().toJson());
        request.remove("name");
        warnOfOtherHost(request.path("url").asText());
        showOutputs(saved.outputs());
        ObjectNode definition = sample.draft().definition();
        Optional<NewTrigger> trigger = lists.addList(request, definition, pills.valuesOf(definition), sample.json())
                .flatMap(path -> lists.trigger(
                        entry.name(), hasPills(saved), sample.json().at(path), document));
        // A service may echo a secret as the name of a member.
        JsonNode schema = terminal().mask().mask(saved.schema("2xx"));
        if (!schema.isEmpty()
                && !options.noSchema
                && dialog.isConfirmed("Save the schema of the response, to find changes of it later?")) {
            request.putObject("responses").set("2xx", schema);
        }
        ObjectNode shown = request.deepCopy();
        shown.remove("responses");
        if (!dialog.isSilent()) {
            YamlFiles.write(JsonNodeFactory.instance.objectNode().set(entry.name(), shown))
                    .lines()
                    .forEach(line -> terminal().note("  " + line));
            if (!dialog.isConfirmed("Save this request?")) {
                return rejected(entry.name(), Optional.of(sample));
            }
        }
        document.add(
                Map.of(entry.name(), request),
                trigger.map(added -> Map.of(added.name(), added.definition())).orElse(Map.of()));
        if (isJson()) {
            print(entry.name(), request, sample, saved, trigger);
        }
        terminal()
                .note(file() + ": added " + entry.name()
                        + trigger.map(added -> ", and the trigger " + added.name())
                                .orElse(""));
        terminal().note("Next: connector send " + file() + " " + entry.name() + pills.arguments());
        trigger.ifPresent(
                added -> terminal().note("      connector poll " + file() + " " + added.name() + " --last 3"));
        if (!pills.credentials().isEmpty()) {
            terminal()
                    .note("FILE is JSON or YAML with " + String.join(", ", pills.credentials())
                            + "; \"--pills -\" reads it from the standard input. Others can see secrets in arguments.");
        }
        return ExitCode.OK;
    }

    private void warnOfOtherHost(String url) {
        if (url.matches("(?i)https?://.*")) {
            terminal()
                    .note(terminal().styled("fg(yellow)", "warning: ")
                            + "the URL is not below the base URL of the connection: it is saved as it is, and sent"
                            + " without the credentials if its host is another one");
        }
    }

    private void showOutputs(List<OutputPill> outputs) {
        if (outputs.isEmpty()) {
            return;
        }
        String shown = outputs.stream()
                .limit(SHOWN_OUTPUTS)
                .map(output -> output.path() + " (" + output.type() + ")")
                .collect(Collectors.joining(", "));
        int more = outputs.size() - SHOWN_OUTPUTS;
        terminal().note("Later steps can use: " + shown + (more > 0 ? " and " + more + " more" : ""));
    }

    /** Whether a request needs values that are not inputs. */
    private static boolean hasPills(SavedRequest saved) {
        return saved.template().pills().stream().anyMatch(pill -> !pill.path().startsWith("auth."));
    }

    private void print(
            String name, ObjectNode request, SampleExchange sample, SavedRequest saved, Optional<NewTrigger> trigger) {
        ObjectNode json =
                JsonNodeFactory.instance.objectNode().put("request", name).put("saved", true);
        json.put("file", file().toString());
        json.set("definition", request);
        trigger.ifPresent(
                added -> json.putObject("trigger").put("name", added.name()).set("definition", added.definition()));
        addResponse(json, sample);
        saved.template().pills().forEach(pill -> json.withArray("/pills").add(pill.path()));
        saved.outputs()
                .forEach(output -> json.withArray("/outputs")
                        .addObject()
                        .put("path", output.path())
                        .put("type", output.type())
                        .put("label", output.label()));
        terminal().print(json);
    }
}
