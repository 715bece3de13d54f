package io.httpconnector.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.definition.Connector;
import io.httpconnector.internal.io.OwnerOnlyFiles;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.RequestDiagnosis;
import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.server.JdkHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Receives the requests of a webhook, prints their events, and explains rejections. */
@Command(
        name = "listen",
        header = "Receive a webhook, and print the events.",
        description = {
            "Prints the URL to register at the service, then each event as JSON in one line. For each rejected request it"
                    + " says why, and what to change.",
            "The URL contains a secret token, which is kept in a file that only you can read, so that the URL stays the"
                    + " same. A service elsewhere needs a tunnel to this port, whose URL is --public-url."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  connector listen shop.connector.yaml order-created",
            "  connector listen shop.connector.yaml order-created --port 9000"
                    + " --public-url https://abc.tunnel.example | jq .payload"
        })
final class ListenCommand extends InstanceCommand {

    @Parameters(index = "1", paramLabel = "WEBHOOK", description = "The name of the webhook in the document.")
    private String webhook = "";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8080",
            description = "The port; 0 for any free one. Default: ${DEFAULT-VALUE}.")
    private int port = 8080;

    @Option(
            names = "--address",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "The address of the server; 0.0.0.0 for all. Default: ${DEFAULT-VALUE}.")
    private String address = "127.0.0.1";

    @Option(
            names = "--public-url",
            paramLabel = "URL",
            description = "The URL at which the service reaches the port. Default: http://localhost:PORT.")
    private @Nullable String publicUrl;

    @Option(names = "--state", paramLabel = "DIR", description = "The directory of the token. Default: ID.state.")
    private @Nullable Path state;

    ListenCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws InterruptedException {
        Instance instance = instance();
        require("webhook", webhook, instance.definition().webhooks());
        HttpServer server = bind();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            int bound = server.getAddress().getPort();
            WebhookRouter router = WebhookRouter.at(publicUrl == null ? "http://localhost:" + bound : publicUrl);
            var context = instance.context().webhooks(router).webhookToken(webhook, token(instance));
            try (Connector connector = instance.connect(context)) {
                connector.on(webhook, this::print);
                WebhookReceiver receiver = connector.receiver(webhook).orElseThrow();
                URI url = connector.webhookUrl(webhook).orElseThrow();
                server.createContext("/", JdkHandler.of(new Explained(router, receiver)));
                server.setExecutor(threads);
                server.start();
                terminal().note("Register this URL at the service. Press Ctrl-C to stop.");
                if (isJson()) {
                    terminal()
                            .printUnmasked(JsonNodeFactory.instance
                                    .objectNode()
                                    .put("url", url.toString())
                                    .toString());
                } else {
                    terminal().note(url.toString());
                }
                terminal().awaitStop();
            }
            return ExitCode.OK;
        } finally {
            server.stop(0);
            threads.shutdownNow();
        }
    }

    private HttpServer bind() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getByName(address), port), 0);
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "the port " + port + " of " + address + " cannot be used: " + e.getMessage()
                            + "; use another one by --port",
                    e);
        }
    }

    /** Returns the token of the URL, which stays the same. */
    private String token(Instance instance) {
        Path directory =
                terminal().resolve(state == null ? Path.of(instance.definition().id() + ".state") : state);
        Path file = directory.resolve("webhook-" + webhook + ".token");
        try {
            if (Files.exists(file)) {
                return Files.readString(file).strip();
            }
            Files.createDirectories(directory, OwnerOnlyFiles.directoryAttributes(directory));
            String token = WebhookRouter.newToken();
            OwnerOnlyFiles.write(file, token);
            return token;
        } catch (IOException e) {
            throw new CommandException(ExitCode.USAGE, file + " cannot be written: " + OwnerOnlyFiles.problem(e), e);
        }
    }

    private synchronized void print(TriggerEvent event) {
        terminal().print(event.toJson());
        if (terminal().isOutputClosed()) {
            // The reader has closed the pipe: the service must send the event again.
            terminal().stop();
            throw new IllegalStateException("The output is closed");
        }
    }

    /** An endpoint that explains to the user of the command, and not to senders, why a request is rejected. */
    private final class Explained implements WebhookEndpoint {

        private final WebhookEndpoint target;
        private final WebhookReceiver receiver;

        Explained(WebhookEndpoint target, WebhookReceiver receiver) {
            this.target = target;
            this.receiver = receiver;
        }

        @Override
        public WebhookResponse receive(WebhookRequest request) {
            WebhookResponse response = target.receive(request);
            if (!response.isAccepted()) {
                explain(request, response.status());
            }
            return response;
        }

        private void explain(WebhookRequest request, int status) {
            RequestDiagnosis diagnosis = receiver.explain(request);
            if (isJson()) {
                ObjectNode rejected = JsonNodeFactory.instance.objectNode();
                ObjectNode json = rejected.putObject("rejected").put("status", status);
                json.put("step", diagnosis.step().toString()).put("reason", diagnosis.reason());
                diagnosis.hints().forEach(json.putArray("hints")::add);
                terminal().print(rejected);
                return;
            }
            StringBuilder text =
                    new StringBuilder("rejected: HTTP ").append(status).append(", ");
            text.append(diagnosis.reason().isEmpty() ? diagnosis.step().toString() : diagnosis.reason());
            diagnosis.hints().forEach(hint -> text.append("\n  - ").append(hint));
            terminal().note(terminal().styled("fg(red)", text.toString()));
        }

        @Override
        public Optional<WebhookEndpoint> endpointAt(String path) {
            Optional<WebhookEndpoint> found = target.endpointAt(path);
            if (found.isEmpty()) {
                noteUnknownPath();
            }
            return found.map(endpoint -> new Explained(endpoint, receiver));
        }

        private void noteUnknownPath() {
            String reason = "a request to a path other than that of the URL";
            if (isJson()) {
                ObjectNode rejected = JsonNodeFactory.instance.objectNode();
                ObjectNode json = rejected.putObject("rejected").put("status", 404);
                json.put("step", "PATH").put("reason", reason).putArray("hints");
                terminal().print(rejected);
            } else {
                terminal().note("rejected: HTTP 404, " + reason);
            }
        }

        @Override
        public int maxBody() {
            return target.maxBody();
        }

        @Override
        public Duration bodyTimeout() {
            return target.bodyTimeout();
        }
    }
}
