package io.httpconnector.cli;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.RenderException;
import io.httpconnector.wizard.RequestDraft;
import io.httpconnector.wizard.RequestWizard;
import io.httpconnector.wizard.SampleExchange;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The second step of the wizard: sends the sample, shows the response, and lets the user correct the request until the service
 * accepts it. Not thread-safe.
 */
final class SampleDialog {

    private static final String HELP = "Change it by lines such as /venue/name=Garden, ?page=2, Accept: text/csv,"
            + " url /orders, method PUT, or body. \"quit\" ends without saving.";

    private final Dialog dialog;
    private final SampleReport report;
    private final RequestWizard wizard;
    private final SamplePills pills;
    private ObjectNode definition;
    private @Nullable SampleExchange sample;

    SampleDialog(Terminal terminal, Dialog dialog, RequestWizard wizard, SamplePills pills, ObjectNode definition) {
        this.dialog = dialog;
        this.report = new SampleReport(terminal);
        this.wizard = wizard;
        this.pills = pills;
        this.definition = definition.deepCopy();
    }

    /** Checks a definition before it is sent. */
    @FunctionalInterface
    interface Check {

        /**
         * Checks a definition.
         *
         * @throws InvalidDefinitionException if the request cannot be saved
         */
        void check(ObjectNode definition);
    }

    /** Returns the last sample that was sent. */
    Optional<SampleExchange> last() {
        return Optional.ofNullable(sample);
    }

    /**
     * Sends samples until one is accepted.
     *
     * @return the accepted sample; empty if the user gave up, or nothing may be asked for
     * @throws InvalidDefinitionException if the request is invalid, and nothing may be asked for
     */
    Optional<SampleExchange> accepted(Check check) {
        if (dialog.isSilent()) {
            send(check);
            return last().filter(sent -> sent.failure().isEmpty());
        }
        dialog.note(definition.path("method").asText() + " "
                + definition.path("url").asText() + ": " + HELP);
        String command = change("Send it, or change it [send]: ");
        while (!command.equals("quit")) {
            boolean isAccepted = sample != null && sample.failure().isEmpty();
            if (command.equals("save") && isAccepted) {
                return last();
            }
            try {
                send(check);
            } catch (InvalidDefinitionException | RenderException e) {
                sample = null;
                dialog.note("  " + e.getMessage());
            }
            isAccepted = sample != null && sample.failure().isEmpty();
            command = change(isAccepted ? "Save it, or change it [save]: " : "Correct it, and send it again [send]: ");
        }
        return Optional.empty();
    }

    private void send(Check check) {
        check.check(definition);
        RequestDraft draft = wizard.draft(definition).sampleValues(pills.valuesOf(definition));
        SampleExchange sent = draft.send();
        sample = sent;
        report.print(sent);
    }

    /** Reads changes up to a command: send, save or quit. */
    private String change(String prompt) {
        boolean isChanged = false;
        boolean isAccepted = sample != null && sample.failure().isEmpty();
        while (true) {
            String line = dialog.line(isChanged ? "Another change, or send it [send]: " : prompt);
            if (line == null) {
                return "quit";
            }
            String command = line.toLowerCase(Locale.ROOT);
            if (command.equals("quit") || command.equals("send")) {
                return command;
            }
            if (command.isEmpty() || command.equals("save")) {
                return isAccepted && !isChanged ? "save" : "send";
            }
            if (command.equals("accept") && sample != null && sample.status().isPresent()) {
                definition.withArray("/accept").add(sample.status().getAsInt());
                return "send";
            }
            try {
                apply(line);
                isChanged = true;
            } catch (InvalidDefinitionException | CommandException e) {
                dialog.note("  " + e.getMessage());
            }
        }
    }

    private void apply(String line) {
        String[] words = line.split("\\s+", 2);
        String rest = words.length == 2 ? words[1] : "";
        if (line.startsWith("/")) {
            value(line);
        } else if (line.startsWith("?")) {
            pair("query", line.substring(1), "=", true);
        } else if (words[0].equalsIgnoreCase("url") && !rest.isEmpty()) {
            definition.put("url", rest);
        } else if (words[0].equalsIgnoreCase("method") && !rest.isEmpty()) {
            definition.put("method", rest.toUpperCase(Locale.ROOT));
        } else if (words[0].equalsIgnoreCase("body")) {
            String text = rest.isEmpty() ? RequestEntry.askForText(dialog) : rest;
            if (text.isEmpty()) {
                definition.remove("body");
            } else {
                RequestEntry.setBody(definition, text);
            }
        } else if (line.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+:.*")) {
            pair("headers", line, ":", false);
        } else {
            throw new CommandException(ExitCode.USAGE, HELP);
        }
    }

    /** Sets a parameter or header field, or removes it if there is no value. */
    private void pair(String list, String line, String separator, boolean caseMatters) {
        String[] both = line.split(separator, 2);
        String name = both[0].strip();
        String value = both.length == 1 ? "" : both[1].strip();
        if (list.equals("headers") && !value.isEmpty()) {
            // Rejects credentials.
            var unused = wizard.get("/").header(name, value);
        }
        ArrayNode kept = JsonNodeFactory.instance.arrayNode();
        for (JsonNode pair : definition.path(list)) {
            String other = pair.path("name").asText();
            if (!(caseMatters ? other.equals(name) : other.equalsIgnoreCase(name))) {
                kept.add(pair);
            }
        }
        if (!value.isEmpty()) {
            kept.addObject().put("name", name).put("value", value);
        }
        definition.set(list, kept);
    }

    /** Sets a value of the JSON body by its pointer. */
    private void value(String line) {
        String[] both = line.split("=", 2);
        JsonPointer at;
        try {
            at = JsonPointer.compile(both[0].strip());
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, "\"" + both[0] + "\" is not a JSON Pointer");
        }
        JsonNode body = definition.at("/body/json");
        JsonNode parent = body.at(at.head());
        String member = at.last().getMatchingProperty();
        if (both.length == 1) {
            throw new CommandException(ExitCode.USAGE, "write the new value behind the pointer: " + at + "=VALUE");
        }
        JsonNode value = json(both[1].strip(), body.at(at).isTextual());
        if (parent instanceof ObjectNode object) {
            object.set(member, value);
        } else if (parent instanceof ArrayNode array && at.last().getMatchingIndex() < array.size()) {
            array.set(at.last().getMatchingIndex(), value);
        } else {
            throw new CommandException(ExitCode.USAGE, "the JSON body has no object at \"" + at.head() + "\"");
        }
    }

    /** Returns a value: a text stays one, unless it is quoted. */
    private static JsonNode json(String text, boolean wasText) {
        try {
            JsonNode parsed = JsonSupport.parse(text);
            return wasText && !parsed.isTextual() ? TextNode.valueOf(text) : parsed;
        } catch (InvalidDefinitionException e) {
            return TextNode.valueOf(text);
        }
    }
}
