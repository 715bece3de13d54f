package io.httpconnector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.definition.ConnectorDefinition;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** Prints what a connector document offers. */
@Command(
        name = "describe",
        header = "Describe a connector document.",
        description = "Shows the inputs and secrets that a customer supplies, and the requests, triggers and webhooks.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  connector describe jira.connector.yaml",
            "  connector describe --json jira.connector.yaml | jq '.requests[].name'"
        })
final class DescribeCommand extends DocumentCommand {

    DescribeCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        ConnectorDefinition definition = definition();
        JsonNode description = new ConnectorDescription(definition).toJson();
        if (isJson()) {
            terminal().print(description.toPrettyString());
        } else {
            print(definition, description);
        }
        return ExitCode.OK;
    }

    private void print(ConnectorDefinition definition, JsonNode description) {
        terminal().print(terminal().styled("bold", PrintableText.line(definition.title())) + " (" + definition + ")");
        if (!definition.documentation().isEmpty()) {
            terminal().print(definition.documentation());
        }
        for (JsonNode strategy : description.path("strategies")) {
            heading("Authentication \"" + strategy.path("name").asText() + "\" ("
                    + strategy.path("type").asText() + ")");
            List<List<String>> rows = new ArrayList<>();
            strategy.path("inputs").forEach(input -> rows.add(input(input)));
            strategy.path("secrets").forEach(secret -> {
                if (rows.stream().noneMatch(row -> row.get(0).equals(secret.asText()))) {
                    rows.add(List.of(secret.asText(), "secret of a webhook"));
                }
            });
            table(rows, "no inputs");
        }
        section("Requests", description.path("requests"), false);
        section("Triggers", description.path("triggers"), false);
        section("Webhooks", description.path("webhooks"), true);
    }

    private static List<String> input(JsonNode input) {
        StringBuilder text = new StringBuilder(input.path("label").asText());
        if (input.path("secret").asBoolean()) {
            text.append(", secret");
        }
        if (input.path("optional").asBoolean()) {
            text.append(", optional");
        }
        if (!input.path("default").asText("").isEmpty()) {
            text.append(", default ").append(input.path("default").asText());
        }
        if (!input.path("choices").isEmpty()) {
            List<String> choices = new ArrayList<>();
            input.path("choices").forEach(choice -> choices.add(choice.asText()));
            text.append(", one of ").append(String.join(", ", choices));
        }
        if (!input.path("hint").asText("").isEmpty()) {
            text.append(": ").append(input.path("hint").asText());
        }
        return List.of(input.path("name").asText(), text.toString());
    }

    private void section(String title, JsonNode parts, boolean isWebhook) {
        if (parts.isEmpty()) {
            return;
        }
        heading(title);
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode part : parts) {
            String label = part.path("title").asText();
            List<String> facts = new ArrayList<>();
            if (!isWebhook) {
                facts.add(part.path("method").asText() + " " + part.path("url").asText());
            }
            if (!label.isEmpty()) {
                facts.add(label);
            }
            rows.add(List.of(part.path("name").asText(), String.join(", ", facts)));
            if (part.path("isOperation").asBoolean()) {
                rows.add(List.of("", "starts a long-running operation"));
            }
            if (part.has("hybrid")) {
                rows.add(List.of(
                        "",
                        "hybrid: also receives the webhook "
                                + part.at("/hybrid/webhook").asText()));
            }
            if (part.has("stream")) {
                rows.add(List.of("", stream(part.path("stream"))));
            }
            subscription(part.path("subscription")).forEach(fact -> rows.add(List.of("", fact)));
            List<String> pills = new ArrayList<>();
            part.path("pills")
                    .forEach(pill -> pills.add(
                            pill.path("path").asText() + (pill.path("required").asBoolean() ? "" : " (optional)")));
            if (!pills.isEmpty()) {
                rows.add(List.of("", "pills: " + String.join(", ", pills)));
            }
        }
        table(rows, "");
    }

    private static String stream(JsonNode stream) {
        List<String> types = new ArrayList<>();
        stream.path("types").forEach(type -> types.add(type.asText()));
        return "stream: receives " + (types.isEmpty() ? "all events" : "the events " + String.join(", ", types));
    }

    /** Returns how the library registers a webhook; nothing if the customer does. */
    private static List<String> subscription(JsonNode subscription) {
        if (subscription.isMissingNode()) {
            return List.of();
        }
        List<String> events = new ArrayList<>();
        subscription.path("events").forEach(event -> events.add(event.asText()));
        List<String> facts = new ArrayList<>();
        facts.add("the library registers it"
                + (subscription.has("preset")
                        ? " at " + subscription.path("preset").asText()
                        : "")
                + (events.isEmpty() ? "" : ", events " + String.join(", ", events))
                + (subscription.has("lifetime")
                        ? ", renewed every half of "
                                + subscription.path("lifetime").asText()
                        : ""));
        List<String> requests = new ArrayList<>();
        subscription.path("requests").forEach(request -> {
            String text =
                    request.path("method").asText() + " " + request.path("url").asText();
            if (!requests.contains(text)) {
                requests.add(text);
            }
        });
        facts.add("the service must permit: " + String.join(", ", requests));
        return facts;
    }

    private void heading(String text) {
        terminal().print("");
        terminal().print(terminal().styled("bold", PrintableText.line(text)));
    }

    /** Prints rows of two columns. */
    private void table(List<List<String>> rows, String empty) {
        if (rows.isEmpty()) {
            terminal().print("  " + empty);
        }
        int width = rows.stream().mapToInt(row -> row.get(0).length()).max().orElse(0);
        for (List<String> row : rows) {
            terminal()
                    .print(("  " + row.get(0) + " ".repeat(width - row.get(0).length()) + "  "
                                    + PrintableText.line(row.get(1)))
                            .stripTrailing());
        }
    }
}
