package io.httpconnector.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.cli.ImportedRequests.Remark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Creates connector documents from other formats, or adds requests to one. */
@Command(
        name = "import",
        header = "Create a connector document from another format.",
        description = {
            "Reads an OpenAPI document, a Postman collection, an HTTP Archive, curl commands, the providers of Nango or a"
                    + " low-code manifest of Airbyte, and writes a connector document, or adds the requests to one.",
            "Each remark is on the error stream, with its place: what was not imported, or only in part. Credentials of the"
                    + " source are never written: they become inputs with secret: true, or pills.",
            "The exit code is 0 with or without remarks, and 3 if a document is invalid; it is not written then."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  connector import openapi petstore.yaml -o petstore.connector.yaml",
            "  connector import openapi petstore.yaml --operation getPetById --into shop.connector.yaml --as get-pet",
            "  connector import curl command.txt --into shop.connector.yaml --as create-order",
            "  connector import nango providers.yaml --provider github -o github.connector.yaml",
            "  connector import airbyte source-shop/manifest.yaml -o shop.connector.yaml"
        })
final class ImportCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "FORMAT", description = "openapi, postman, har, curl, nango or airbyte.")
    private ImportFormat format = ImportFormat.OPENAPI;

    @Parameters(index = "1", paramLabel = "FILE", description = "The file to import; - for the standard input.")
    private Path file = Path.of("");

    @Option(
            names = "--operation",
            paramLabel = "ID",
            description = "Import this operation of an OpenAPI document; repeatable. Without ID: \"GET /pets\".")
    private List<String> operation = new ArrayList<>();

    @Option(
            names = "--item",
            paramLabel = "NAME",
            description = "Import this request of a Postman collection, HTTP Archive or curl command; repeatable.")
    private List<String> item = new ArrayList<>();

    @Option(names = "--provider", paramLabel = "ID", description = "Import this provider of Nango; repeatable.")
    private List<String> provider = new ArrayList<>();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            description = "The file to write, or a directory for several documents. Default: the standard output.")
    private @Nullable Path output;

    @Option(names = "--overwrite", description = "Replace existing files.")
    private boolean overwrite;

    @Option(names = "--into", paramLabel = "DOCUMENT", description = "Add the requests to this connector document.")
    private @Nullable Path into;

    @Option(names = "--as", paramLabel = "NAME", description = "The name of the request in the document.")
    private @Nullable String as;

    @Option(names = "--id", paramLabel = "ID", description = "The ID of the new document. Default: from its title.")
    private @Nullable String id;

    @Mixin
    private CommonOptions options = new CommonOptions();

    private final Terminal terminal;
    private final ObjectNode result = JsonNodeFactory.instance.objectNode();

    ImportCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        checkOptions();
        result.putArray("remarks");
        String text = text();
        int code = format.isCatalogue() ? catalogue(text) : requests(text);
        if (options.json) {
            terminal.print(result.toPrettyString());
        }
        return code;
    }

    private void checkOptions() {
        Map<String, Boolean> given = new LinkedHashMap<>();
        given.put("--operation", !operation.isEmpty());
        given.put("--item", !item.isEmpty());
        given.put("--provider", !provider.isEmpty());
        given.forEach((name, isGiven) -> {
            if (isGiven && !name.equals(format.selector())) {
                throw usage(name + " is for another format"
                        + (format.selector().isEmpty() ? "" : ": use " + format.selector()));
            }
        });
        if (into != null && (format.isCatalogue() || output != null || id != null)) {
            throw usage(
                    format.isCatalogue()
                            ? "--into is for requests: a catalogue describes whole connectors"
                            : "--into cannot be combined with --output or --id");
        }
        if (id != null && format == ImportFormat.NANGO) {
            throw usage("--id is for other formats: a provider has an ID");
        }
    }

    private static CommandException usage(String message) {
        return new CommandException(ExitCode.USAGE, message);
    }

    private String text() {
        if (file.toString().equals("-")) {
            return terminal.in().lines().collect(Collectors.joining("\n"));
        }
        Path resolved = terminal.resolve(file);
        try {
            return Files.readString(resolved);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.USAGE, file + (Files.exists(resolved) ? " cannot be read" : ": there is no such file"), e);
        }
    }

    /** Returns the directory of the file; null for the standard input. */
    private @Nullable Path directory() {
        return file.toString().equals("-")
                ? null
                : terminal.resolve(file).toAbsolutePath().getParent();
    }

    /** Reports what could not be imported. */
    private void remark(Remark remark) {
        terminal.note(terminal.styled("fg(yellow)", "remark: ")
                + (file.toString().equals("-") ? "standard input" : file) + ": " + remark);
        result.withArray("/remarks").addObject().put("place", remark.place()).put("message", remark.text());
    }

    private int requests(String text) {
        ImportedRequests imported =
                ImportedRequests.read(format, text, directory(), format == ImportFormat.OPENAPI ? operation : item);
        Map<String, ObjectNode> requests = named(imported.requests());
        if (into != null) {
            DocumentFile document = DocumentFile.read(terminal, into);
            imported.place(document.baseUrls(), null);
            imported.remarks().forEach(this::remark);
            document.add(requests);
            requests.keySet().forEach(result.withArray("/requests")::add);
            result.put("file", into.toString());
            if (!options.json) {
                terminal.note(into + ": added " + String.join(", ", requests.keySet()));
            }
            return ExitCode.OK;
        }
        ImportedService service = new ImportedService(imported);
        imported.place(service.baseUrl().map(List::of).orElse(List.of()), service.origin());
        ImportedAuth auth = new ImportedAuth(imported, service.origin());
        imported.remarks().stream().map(auth::completed).forEach(this::remark);
        service.remarks().forEach(this::remark);
        auth.remarks().forEach(this::remark);
        ObjectNode document = document(service, auth.strategies(), requests);
        return write(document, output, document.path("id").asText()) ? ExitCode.OK : ExitCode.INVALID;
    }

    private Map<String, ObjectNode> named(Map<String, ObjectNode> requests) {
        String name = as;
        if (name == null) {
            return requests;
        }
        if (requests.size() != 1) {
            throw usage("--as names one request, but there are " + requests.size() + ": choose one by "
                    + format.selector() + " NAME: " + String.join(", ", requests.keySet()));
        }
        return Map.of(name, requests.values().iterator().next());
    }

    private ObjectNode document(ImportedService service, ObjectNode strategies, Map<String, ObjectNode> requests) {
        String title = service.title(
                file.getFileName() == null ? null : file.getFileName().toString());
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("connector", 1)
                .put("id", id == null ? ImportedRequests.name(title) : id)
                .put("version", "1.0.0")
                .put("title", title);
        if (service.baseUrl().isEmpty()) {
            remark(new Remark("", "it has no base URL: the document asks for it"));
            document.putArray("inputs").addObject().put("name", "baseUrl").put("label", "Base URL");
        }
        document.putObject("connection").put("baseUrl", service.baseUrl().orElse("{{auth.baseUrl}}"));
        if (!strategies.isEmpty()) {
            document.set("auth", strategies);
        }
        ObjectNode all = document.putObject("requests");
        requests.forEach(all::set);
        return document;
    }

    private int catalogue(String text) {
        List<ImportedDocument> all = ImportedDocument.read(format, text, provider, id, file);
        Path directory = output == null ? null : terminal.resolve(output);
        if (all.size() > 1 && directory != null && !Files.exists(directory)) {
            create(directory);
        }
        boolean isDirectory = directory != null && Files.isDirectory(directory);
        if (all.size() > 1 && !isDirectory) {
            throw usage("the file has " + all.size() + " connectors: choose one by " + format.selector()
                    + ", or name a directory by -o");
        }
        boolean isWritten = true;
        int count = 0;
        for (ImportedDocument one : all) {
            count++;
            if (!options.json) {
                terminal.progress(count + " of " + all.size() + " connectors");
            }
            one.remarks().forEach(this::remark);
            Path target = isDirectory && output != null ? output.resolve(one.id() + ".connector.yaml") : output;
            isWritten &= write(one.document(), target, one.id());
        }
        return isWritten ? ExitCode.OK : ExitCode.INVALID;
    }

    /** Creates a directory, unless its name is that of a document. */
    private static void create(Path directory) {
        if (!directory.toString().matches("(?i).*\\.(ya?ml|json)")) {
            try {
                Files.createDirectories(directory);
            } catch (IOException e) {
                throw new CommandException(ExitCode.USAGE, directory + " cannot be created", e);
            }
        }
    }

    /** Validates a document and writes it. Returns false, with the problems on the error stream, if it is invalid. */
    private boolean write(ObjectNode document, @Nullable Path target, String connector) {
        String yaml = YamlFiles.write(document);
        try {
            DocumentFile.validate(target == null ? Path.of(connector) : target, yaml);
        } catch (InvalidDefinitionException e) {
            terminal.note(terminal.styled("fg(red)", "error: ") + e.getMessage());
            return false;
        }
        ObjectNode one = result.withArray("/connectors").addObject().put("id", connector);
        if (target == null) {
            one.set("document", document);
            if (!options.json) {
                terminal.print(yaml.stripTrailing());
            }
            return true;
        }
        Path resolved = terminal.resolve(target);
        if (Files.exists(resolved) && !overwrite) {
            throw usage(target + " exists: use --overwrite to replace it, or --into to add requests");
        }
        try {
            Files.writeString(resolved, yaml);
        } catch (IOException e) {
            throw new CommandException(ExitCode.USAGE, target + " cannot be written", e);
        }
        one.put("file", target.toString());
        if (!options.json) {
            terminal.note("wrote " + target);
        }
        return true;
    }
}
