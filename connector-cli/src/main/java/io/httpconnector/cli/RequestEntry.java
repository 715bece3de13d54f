package io.httpconnector.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.text.PillToken;
import io.httpconnector.wizard.RecommendationSources;
import io.httpconnector.wizard.RequestWizard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The first step of the wizard: method and URL, or a curl command, then parameters, header fields, body and name of the request.
 * What the options do not say is asked for. Not thread-safe.
 */
final class RequestEntry {

    private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH");
    /** The names of requests and triggers in a document. */
    static final String NAME = "[A-Za-z0-9][A-Za-z0-9_-]{0,62}";

    private final Terminal terminal;
    private final Dialog dialog;
    private final WizardOptions options;
    private final RequestWizard wizard;
    private final String baseUrl;
    private ObjectNode definition = JsonNodeFactory.instance.objectNode();
    private String title = "";
    private String name = "";

    RequestEntry(Terminal terminal, Dialog dialog, WizardOptions options, RequestWizard wizard, String baseUrl) {
        this.terminal = terminal;
        this.dialog = dialog;
        this.options = options;
        this.wizard = wizard;
        this.baseUrl = baseUrl;
    }

    /** Returns the request as a definition of a template, which may be incomplete. */
    ObjectNode definition() {
        return definition;
    }

    /** Returns the title of the request; empty if there is none. */
    String title() {
        return title;
    }

    /** Returns the name of the request in the document. */
    String name() {
        return name;
    }

    /**
     * Reads the options, and asks for what they do not say.
     *
     * @param document the document, which must not have a request of the same name
     * @throws CommandException if an option is malformed, or a required entry is missing
     */
    void enter(DocumentFile document) {
        boolean isImported = start();
        definition.put("url", belowBase(definition.path("url").asText()));
        options.query.forEach(this::query);
        options.headers.forEach(this::header);
        if (options.body != null) {
            body(content(options.body));
        }
        if (!isImported && !dialog.isSilent()) {
            askForParts();
        }
        enterName(document);
    }

    /** Reads method and URL. Returns whether they come from a curl command. */
    private boolean start() {
        if (options.curl != null) {
            curl(options.curl.equals("-") ? standardInput() : options.curl);
            return true;
        }
        String method = options.method == null ? "" : options.method;
        String url = options.url;
        if (url == null) {
            String line = dialog.require("Method and URL, or a curl command", "--url or --curl");
            if (line.matches("(?s)([$%#>]\\s+)?curl(\\.exe)?\\s.*")) {
                curl(completed(line));
                return true;
            }
            String[] words = line.split("\\s+", 2);
            boolean hasMethod = words.length == 2 && words[0].matches("[A-Za-z]+");
            url = hasMethod ? words[1] : line;
            method = hasMethod && method.isEmpty() ? words[0] : method;
        }
        String defaultMethod = options.body == null ? "GET" : "POST";
        definition.put("method", method.isEmpty() ? defaultMethod : method.toUpperCase(Locale.ROOT));
        definition.put("url", url);
        return false;
    }

    private String standardInput() {
        return terminal.in().lines().collect(Collectors.joining("\n"));
    }

    /** Reads the other lines of a command that was pasted, up to the end of its quotes. */
    private String completed(String start) {
        StringBuilder command = new StringBuilder(start);
        while (isIncomplete(command.toString())) {
            String next = terminal.readLine("> ");
            if (next == null) {
                break;
            }
            command.append('\n').append(next);
        }
        return command.toString();
    }

    private static boolean isIncomplete(String command) {
        if (command.endsWith("\\") || command.endsWith("^") || command.endsWith("`")) {
            return true;
        }
        try {
            return RecommendationSources.curl(command).all().isEmpty();
        } catch (InvalidDefinitionException e) {
            return e.problems().stream()
                    .anyMatch(problem ->
                            problem.contains("missing closing quote") || problem.contains("here-document has no end"));
        }
    }

    private void curl(String command) {
        ImportedRequests imported = ImportedRequests.read(ImportFormat.CURL, command, null, List.of());
        if (imported.requests().size() != 1) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "the command has " + imported.requests().size()
                            + " requests: the wizard adds one; \"connector import curl\" adds all");
        }
        Map.Entry<String, ObjectNode> only =
                imported.requests().entrySet().iterator().next();
        imported.place(List.of(baseUrl), null);
        imported.remarks().forEach(remark -> dialog.note(terminal.styled("fg(yellow)", "remark: ") + remark.text()));
        definition = only.getValue().deepCopy();
        definition.remove("title");
        if (options.url != null) {
            definition.put("url", options.url);
        }
        if (options.method != null) {
            definition.put("method", options.method.toUpperCase(Locale.ROOT));
        }
    }

    /** Returns a URL below the base URL as relative to it. */
    private String belowBase(String url) {
        String base = baseUrl.replaceFirst("/+$", "");
        return url.startsWith(base + "/") ? url.substring(base.length()) : url;
    }

    private void query(String parameter) {
        String[] both = parameter.split("=", 2);
        if (both.length == 1 || both[0].isBlank()) {
            throw new CommandException(
                    ExitCode.USAGE, "the query parameter \"" + both[0] + "\": write it such as page=2");
        }
        definition.withArray("/query").addObject().put("name", both[0].strip()).put("value", both[1]);
    }

    private void header(String field) {
        int colon = field.indexOf(':');
        if (colon < 1) {
            throw new CommandException(
                    ExitCode.USAGE, "a header field has no colon: write it such as \"Accept: application/json\"");
        }
        String fieldName = field.substring(0, colon).strip();
        String value = field.substring(colon + 1).strip();
        // Rejects credentials.
        definition = wizard.draft(definition).header(fieldName, value).definition();
        definition.remove("name");
    }

    /** Returns the text of a body that may be in a file. */
    private String content(String text) {
        if (text.equals("-")) {
            return standardInput();
        }
        if (!text.startsWith("@")) {
            return text;
        }
        Path file = Path.of(text.substring(1));
        try {
            return Files.readString(terminal.resolve(file));
        } catch (IOException e) {
            boolean exists = Files.exists(terminal.resolve(file));
            throw new CommandException(
                    ExitCode.USAGE, file + (exists ? " cannot be read" : ": there is no such file"), e);
        }
    }

    private void body(String text) {
        setBody(definition, text);
    }

    /** Sets the body, whose media type is that of the header fields. */
    static void setBody(ObjectNode definition, String text) {
        String contentType = "";
        ArrayNode others = JsonNodeFactory.instance.arrayNode();
        for (var field : definition.path("headers")) {
            if (field.path("name").asText().equalsIgnoreCase("Content-Type")) {
                contentType = field.path("value").asText();
            } else {
                others.add(field);
            }
        }
        definition.set("body", RequestBody.of(text, contentType));
        if (RequestBody.isImplied(contentType) && definition.has("headers")) {
            definition.set("headers", others);
        }
    }

    private void askForParts() {
        if (options.query.isEmpty()) {
            repeat("Query parameter, such as page=2 (an empty line continues): ", this::query);
        }
        if (options.headers.isEmpty()) {
            repeat("Header field, such as Accept: application/json (an empty line continues): ", this::header);
        }
        if (options.body == null && WITH_BODY.contains(definition.path("method").asText())) {
            askForBody();
        }
    }

    private void repeat(String prompt, Consumer<String> entry) {
        String line = dialog.line(prompt);
        while (line != null && !line.isEmpty()) {
            try {
                entry.accept(line);
            } catch (CommandException | InvalidDefinitionException e) {
                dialog.note("  " + e.getMessage());
            }
            line = dialog.line(prompt);
        }
    }

    private void askForBody() {
        String text = askForText(dialog);
        while (!text.isEmpty()) {
            try {
                body(content(text));
                return;
            } catch (CommandException | InvalidDefinitionException e) {
                dialog.note("  " + e.getMessage());
            }
            text = askForText(dialog);
        }
    }

    /** Returns a body: JSON may have several lines, up to its end or an empty line. Empty if there is none. */
    static String askForText(Dialog dialog) {
        String line = dialog.line("Body: JSON, or @FILE (an empty line for none): ");
        StringBuilder text = new StringBuilder(line == null ? "" : line);
        while (line != null && !line.isEmpty() && text.toString().matches("(?s)[{\\[].*") && !isComplete(text)) {
            line = dialog.line("> ");
            text.append('\n').append(line == null ? "" : line);
        }
        return text.toString().strip();
    }

    private static boolean isComplete(CharSequence json) {
        try {
            return !RequestBody.of(json.toString(), "").has("jsonText");
        } catch (InvalidDefinitionException e) {
            return false;
        }
    }

    /** Returns a name from method and path, without IDs and pills. */
    private String suggestedName() {
        String path = definition
                .path("url")
                .asText()
                .replaceFirst("^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*", "")
                .replaceFirst("(?s)[?#].*", "");
        String names = Stream.of(path.split("/", -1))
                .filter(segment -> !segment.matches("\\d+"))
                .filter(segment -> PillToken.all(segment, "{{", "}}").isEmpty())
                .collect(Collectors.joining("/"));
        return ImportedRequests.name(definition.path("method").asText() + " " + names);
    }

    private void enterName(DocumentFile document) {
        String suggestion = document.unusedName(suggestedName());
        while (true) {
            String given = options.name != null ? options.name : dialog.ask("Name of the request", suggestion);
            boolean isName = given.matches(NAME);
            name = isName ? given : ImportedRequests.name(given);
            title = isName ? "" : given;
            if (!document.hasRequest(name)) {
                return;
            }
            String problem = "the document has a request \"" + name + "\": choose another name";
            if (options.name != null || dialog.isSilent()) {
                throw new CommandException(ExitCode.USAGE, problem + " by --name");
            }
            dialog.note("  " + problem);
            suggestion = document.unusedName(name);
        }
    }
}
