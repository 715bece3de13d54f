package io.httpconnector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Exchange;
import io.httpconnector.GraphQlException;
import io.httpconnector.Headers;
import io.httpconnector.Response;
import io.httpconnector.StatusException;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorComponents;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.ConnectorRequest;
import io.httpconnector.polling.PollingException;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RenderException;
import io.httpconnector.wizard.SchemaDifference;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sends a request of a connector document. */
@Command(
        name = "send",
        header = "Send a request.",
        description = {
            "Prints the body of the response; status and errors go to the error stream. The exit code is 1 if the service"
                    + " rejects the request.",
            "A request with a long-running operation starts it, waits until it has ended, and prints its result.",
            "--pill NAME=VALUE passes a text, --pill NAME:=JSON a number, Boolean, list or object."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  connector send shop.connector.yaml get-order --pill order.id=42",
            "  connector send shop.connector.yaml create-order --pill order.lines:='[{\"sku\": \"A-1\"}]'",
            "  connector send eventbrite.connector.yaml create-venue --pills account.json --include",
            "  connector send shop.connector.yaml list-orders --all-pages | jq .id",
            "  connector send shop.connector.yaml list-orders --all-pages --limit 100",
            "  connector send shop.connector.yaml export-orders --pill year=2026 --output orders.csv",
            "  connector send shop.connector.yaml get-order --pill order.id=42 --dry-run --curl"
        })
final class SendCommand extends InstanceCommand {

    /** A body up to this length is recorded completely. */
    private static final int RECORDED = 60 * 1024;

    @Parameters(index = "1", paramLabel = "REQUEST", description = "The name of the request in the document.")
    private String request = "";

    @Option(names = "--pill", paramLabel = "NAME=VALUE", description = "The value of a pill, such as order.id=42.")
    private Map<String, String> pill = new LinkedHashMap<>();

    @Option(
            names = "--pills",
            paramLabel = "FILE",
            description = "The values of pills, JSON or YAML: {order: {id: 42}}; - for the standard input.")
    private @Nullable Path pills;

    @Option(names = "--all-pages", description = "Read all pages, and print one record in each line.")
    private boolean allPages;

    @Option(
            names = "--max-pages",
            paramLabel = "COUNT",
            description = "With --all-pages: read at most so many pages. Default: as the document says.")
    private @Nullable Integer maxPages;

    @Option(
            names = {"--max-records", "--limit"},
            paramLabel = "COUNT",
            description = "With --all-pages: print at most so many records. Default: all.")
    private @Nullable Long maxRecords;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "Write the result of a long-running operation to a file instead of printing it.")
    private @Nullable Path output;

    @Option(
            names = "--stream",
            description = "Print the server-sent events of the response as they arrive, each as JSON in one line.")
    private boolean stream;

    @Option(names = "--dry-run", description = "Print the request without sending it.")
    private boolean dryRun;

    @Option(names = "--include", description = "Print status and header fields before the body.")
    private boolean include;

    @ArgGroup
    private @Nullable Form form;

    /** The forms in which an exchange is printed instead of the body. */
    static final class Form {

        @Option(names = "--curl", description = "Print the request as a curl command instead of the body.")
        boolean curl;

        @Option(names = "--har", description = "Print request and response as HAR instead of the body.")
        boolean har;
    }

    SendCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() {
        Instance instance = instance();
        require("request", request, instance.definition().requests());
        checkLimits();
        checkForm();
        Pills values = PillArguments.pills(pillsFile(), pill);
        try (Connector connector = instance.connect(limited(instance.definition()), instance.context())) {
            ConnectorRequest selected = connector.request(request);
            try {
                if (stream) {
                    return new EventPrinter(terminal()).print(connector.connection(), selected.render(values));
                }
                if (selected.isOperation() && !allPages && !dryRun) {
                    return runOperation(selected, values);
                }
                requireNoOutput(selected);
                return allPages
                        ? sendAll(selected, values)
                        : send(selected, values, connector.connection().baseUrl());
            } catch (RenderException e) {
                throw new CommandException(ExitCode.USAGE, e.getMessage() + "\n" + advice(e), e);
            }
        }
    }

    /** Returns how to set what is missing: the values of inputs, or those of the request. */
    private static String advice(RenderException failure) {
        boolean isInput = failure.details().stream()
                .allMatch(problem -> String.valueOf(problem.pill()).startsWith("auth."));
        return isInput
                ? "Use --value NAME=VALUE, or run \"connector form\" to enter the values of inputs (auth.NAME)."
                : "Use --pill NAME=VALUE or --pills FILE.";
    }

    private ObjectNode pillsFile() {
        if (pills == null) {
            return JsonNodeFactory.instance.objectNode();
        }
        return pills.toString().equals("-")
                ? YamlFiles.parse("standard input", terminal().in().lines().collect(Collectors.joining("\n")))
                : YamlFiles.read(terminal(), pills);
    }

    private void checkLimits() {
        boolean isLimited = maxPages != null || maxRecords != null;
        if (isLimited && !allPages) {
            throw new CommandException(ExitCode.USAGE, "--max-pages and --max-records need --all-pages");
        }
        if ((maxPages != null && maxPages < 1) || (maxRecords != null && maxRecords < 1)) {
            throw new CommandException(ExitCode.USAGE, "--max-pages and --max-records: use at least 1");
        }
    }

    /** Rejects options of one exchange for a list, which has many. */
    private void checkForm() {
        if (stream && (allPages || dryRun || include || form != null || output != null)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--stream prints events: use it without --all-pages, --dry-run, --include, --curl, --har and --output");
        }
        if (allPages && dryRun) {
            throw new CommandException(
                    ExitCode.USAGE, "--dry-run sends nothing, but --all-pages reads: use one of them");
        }
        if (allPages && (include || form != null)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    (include ? "--include" : form != null && form.curl ? "--curl" : "--har")
                            + " is for one request, --all-pages prints records: use one of them");
        }
    }

    /** Returns the document with the limit for the pages of the request. */
    private ConnectorDefinition limited(ConnectorDefinition definition) {
        ObjectNode json = definition.toJson();
        if (maxPages == null
                || !(json.path("requests").path(request).path("pagination") instanceof ObjectNode pagination)) {
            // One page at most.
            return definition;
        }
        pagination.put("maxPages", maxPages);
        return ConnectorDefinition.of(json, ConnectorComponents.none());
    }

    private void requireNoOutput(ConnectorRequest selected) {
        if (output != null) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--output is for the result of a long-running operation"
                            + (selected.isOperation()
                                    ? ": use it without --all-pages and --dry-run"
                                    : ", and " + request
                                            + " has no operation in the document: redirect the output instead"));
        }
    }

    /** Starts a long-running operation, waits for it, and prints its result. */
    private int runOperation(ConnectorRequest selected, Pills values) {
        if (include || form != null) {
            throw new CommandException(
                    ExitCode.USAGE,
                    (include ? "--include" : form != null && form.curl ? "--curl" : "--har")
                            + " is for one request, " + request
                            + " starts an operation, which has several: use --dry-run"
                            + " for the first one");
        }
        return new OperationRun(terminal(), isJson()).run(selected, values, output);
    }

    private int sendAll(ConnectorRequest selected, Pills values) {
        long count = 0;
        String limit = "";
        try (Stream<JsonNode> records = selected.records(values)) {
            Iterator<JsonNode> each = records.iterator();
            while (limit.isEmpty()
                    && each.hasNext()
                    && !terminal().isStopped()
                    && !terminal().isOutputClosed()) {
                terminal().print(each.next());
                count++;
                if (!isJson()) {
                    terminal().progress(count + " records");
                }
                limit = maxRecords != null && count >= maxRecords ? ", the limit of --max-records" : "";
            }
        } catch (PollingException e) {
            if (maxPages == null || e.reason() != PollingException.Reason.LIMIT_REACHED) {
                throw e;
            }
            limit = " on " + maxPages + (maxPages == 1 ? " page" : " pages") + ", the limit of --max-pages";
        }
        terminal().note(count + (count == 1 ? " record" : " records") + limit);
        return ExitCode.OK;
    }

    private int send(ConnectorRequest selected, Pills values, String baseUrl) {
        if (dryRun) {
            return show(absolute(selected.dryRun(values), baseUrl));
        }
        try {
            Response response = selected.send(values);
            terminal().note(summary(response.status(), response.exchange()));
            print(response.exchange(), response.headers(), body(response), selected.differences(response));
            return ExitCode.OK;
        } catch (GraphQlException e) {
            Exchange exchange = e.exchange().orElseThrow(() -> e);
            terminal().note(terminal().styled("fg(red)", summary(e.status(), exchange)));
            e.errors().forEach(error -> terminal().note("error: " + PrintableText.line(error.toString())));
            print(exchange, exchange.responseHeaders(), exchange.responseBody(), List.of());
            return e.needsAuthorization() ? ExitCode.UNAUTHORIZED : ExitCode.FAILED;
        } catch (StatusException e) {
            Exchange exchange = e.exchange().orElseThrow(() -> e);
            terminal().note(terminal().styled("fg(red)", summary(e.status(), exchange)));
            print(exchange, e.headers(), e.body(), selected.differences(e));
            return e.needsAuthorization() ? ExitCode.UNAUTHORIZED : ExitCode.FAILED;
        }
    }

    /** Returns the exchange with the URL to which it would be sent. */
    private static Exchange absolute(Exchange exchange, String baseUrl) {
        String path = exchange.url();
        if (path.contains("://")) {
            return exchange;
        }
        String base = baseUrl.endsWith("/") ? baseUrl.substring(0, baseUrl.length() - 1) : baseUrl;
        return new Exchange(
                exchange.name(),
                exchange.method(),
                base + (path.startsWith("/") ? "" : "/") + path,
                exchange.requestHeaders(),
                exchange.requestBody(),
                exchange.status(),
                exchange.responseHeaders(),
                exchange.responseBody(),
                exchange.startedAt(),
                exchange.elapsed(),
                exchange.attempts());
    }

    private int show(Exchange exchange) {
        if (form != null) {
            terminal().print(formatted(exchange, form));
        } else if (isJson()) {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("method", exchange.method()).put("url", exchange.url());
            json.set("headers", JsonOutput.headers(exchange.requestHeaders()));
            json.set("body", JsonOutput.body(exchange.requestBody()));
            terminal().print(json);
        } else {
            terminal().print(exchange.asHttp());
        }
        terminal().note("Not sent. Credentials are added when it is sent.");
        return ExitCode.OK;
    }

    private static String summary(int status, Exchange exchange) {
        return "HTTP " + status + ", " + exchange.elapsed().toMillis() + " ms"
                + (exchange.attempts() > 1 ? ", " + exchange.attempts() + " attempts" : "");
    }

    /** Returns the body, with the secrets masked that the service echoes, such as the token of a login. */
    private static String body(Response response) {
        String recorded = response.exchange().responseBody();
        return response.bytes().length <= RECORDED && !recorded.isEmpty()
                ? recorded
                : response.withoutSecrets(response.text());
    }

    private void print(Exchange exchange, Headers headers, String body, List<SchemaDifference> differences) {
        List<String> mismatches = differences.stream()
                .filter(SchemaDifference::contradictsSchema)
                .map(SchemaDifference::toString)
                .map(PrintableText::line)
                .toList();
        mismatches.forEach(mismatch -> terminal().note(terminal().styled("fg(yellow)", "schema: ") + mismatch));
        if (form != null) {
            terminal().print(formatted(exchange, form));
            return;
        }
        if (isJson()) {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            exchange.status().ifPresent(status -> json.put("status", status));
            json.set("headers", JsonOutput.headers(exchange.responseHeaders()));
            json.set("body", JsonOutput.body(body));
            json.put("milliseconds", exchange.elapsed().toMillis()).put("attempts", exchange.attempts());
            mismatches.forEach(json.withArray("/mismatches")::add);
            terminal().print(json);
            return;
        }
        if (include) {
            exchange.status().ifPresent(status -> terminal().print("HTTP " + status));
            for (String name : headers.names()) {
                exchange.responseHeaders().all(name).forEach(value -> terminal().print(name + ": " + value));
            }
            terminal().print("");
        }
        if (!body.isEmpty()) {
            terminal().print(body.endsWith("\n") ? body.substring(0, body.length() - 1) : body);
        }
    }

    private static String formatted(Exchange exchange, Form form) {
        return form.curl ? exchange.asCurl() : exchange.asHar();
    }
}
