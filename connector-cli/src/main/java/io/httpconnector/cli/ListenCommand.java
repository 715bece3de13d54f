package io.httpconnector.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.state.StateStore;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.RequestDiagnosis;
import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.server.JdkHandler;
import io.httpconnector.webhook.subscription.SubscriptionStatus;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
                    + " same. A service elsewhere needs a tunnel to this port, whose URL is --public-url.",
            "With --subscribe, the URL is registered at the service, and renewed until you press Ctrl-C; then it is deleted.",
            "Of a trigger with a webhook (hybrid), the trigger or its webhook may be named: prints the events of both, each"
                    + " version of a record once. Its polls continue where \"poll\" has ended."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  connector listen shop.connector.yaml order-created",
            "  connector listen shop.connector.yaml order-created --port 9000"
                    + " --public-url https://abc.tunnel.example | jq .payload",
            "  connector listen github.connector.yaml pushed --subscribe --public-url https://abc.tunnel.example"
        })
final class ListenCommand extends InstanceCommand {

    @Parameters(
            index = "1",
            paramLabel = "WEBHOOK",
            description = "The name of the webhook in the document, or of a trigger that has one.")
    private String webhook = "";

    /** The trigger that has the webhook; null if the webhook has events of its own. */
    private @Nullable String trigger;

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

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "The directory of the token and the subscriptions. Default: ID.state.")
    private @Nullable Path state;

    @Option(
            names = "--subscribe",
            description =
                    "Register the webhook at the service before listening, by the subscription of the document, and delete"
                            + " it at the end. Needs --public-url.")
    private boolean isSubscribing;

    @Option(names = "--keep", description = "With --subscribe, leave the webhook registered at the end.")
    private boolean isKept;

    ListenCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws InterruptedException {
        Instance instance = instance();
        chooseTrigger(instance.definition().hybrids());
        Set<String> known = new LinkedHashSet<>(instance.definition().webhooks());
        known.addAll(instance.definition().hybrids().keySet());
        require("webhook", webhook, known);
        boolean hasSubscription = instance.definition().subscriptions().contains(webhook);
        checkOptions(hasSubscription);
        SubscriptionFiles files = new SubscriptionFiles(terminal(), instance, state);
        String hybrid = trigger;
        if (!hasSubscription && hybrid == null) {
            return listen(instance, files, instance.context());
        }
        try (StateStore subscriptions = files.openStore();
                StateStore store = hybrid == null ? subscriptions : files.openStore(subscriptions, hybrid)) {
            if (hasSubscription
                    && !isSubscribing
                    && files.status(subscriptions, webhook).state() == SubscriptionState.NOT_REGISTERED) {
                terminal().note("The webhook is not registered at the service: add --subscribe to do so.");
            }
            return listen(instance, files, instance.context().state(store));
        }
    }

    /** Finds the webhook of a named trigger, or the trigger of a named webhook. */
    private void chooseTrigger(Map<String, String> hybrids) {
        hybrids.forEach((name, owned) -> {
            if (name.equals(webhook) || owned.equals(webhook)) {
                trigger = name;
            }
        });
        if (trigger != null) {
            webhook = hybrids.getOrDefault(trigger, webhook);
        }
    }

    private void checkOptions(boolean hasSubscription) {
        if (isSubscribing && !hasSubscription) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--subscribe: the document has no subscription for the webhook \"" + webhook
                            + "\": add one, or register the URL yourself");
        }
        if (isSubscribing && publicUrl == null) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--subscribe: add --public-url with the URL at which the service reaches the port, such as that of a"
                            + " tunnel");
        }
        if (isKept && !isSubscribing) {
            throw new CommandException(ExitCode.USAGE, "--keep: it needs --subscribe");
        }
    }

    private int listen(Instance instance, SubscriptionFiles files, ConnectorContext.Builder context)
            throws InterruptedException {
        HttpServer server = bind();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            int bound = server.getAddress().getPort();
            WebhookRouter router = WebhookRouter.at(publicUrl == null ? "http://localhost:" + bound : publicUrl);
            context.webhooks(router).webhookToken(webhook, files.token(webhook));
            String hybrid = trigger;
            Duration interval = hybrid == null ? null : PollCommand.interval(instance, hybrid, null);
            if (interval != null) {
                context.triggers(builder -> builder.every(interval));
            }
            try (Connector connector = instance.connect(context)) {
                connector.on(hybrid == null ? webhook : hybrid, this::print);
                WebhookReceiver receiver = connector.receiver(webhook).orElseThrow();
                URI url = connector.webhookUrl(webhook).orElseThrow();
                server.createContext("/", JdkHandler.of(new Explained(router, receiver)));
                server.setExecutor(threads);
                server.start();
                if (hybrid != null) {
                    connector.trigger(hybrid).ifPresent(PollingTrigger::start);
                }
                if (isSubscribing) {
                    files.saveUrl(webhook, url);
                    return subscribe(connector, url);
                }
                terminal().note("Register this URL at the service. Press Ctrl-C to stop.");
                printUrl(url, null);
                terminal().awaitStop();
            }
            return ExitCode.OK;
        } finally {
            server.stop(0);
            threads.shutdownNow();
        }
    }

    /** Listens while the webhook is registered. */
    private int subscribe(Connector connector, URI url) throws InterruptedException {
        ListenSubscription subscription = new ListenSubscription(
                terminal(), connector.subscription(webhook).orElseThrow(), webhook);
        SubscriptionStatus status = subscription.register();
        terminal().note("This URL is registered at the service: " + status + ". Press Ctrl-C to stop.");
        printUrl(url, status);
        terminal().awaitStop();
        return subscription.end(isKept);
    }

    private void printUrl(URI url, @Nullable SubscriptionStatus status) {
        if (isJson()) {
            ObjectNode json = JsonNodeFactory.instance.objectNode().put("url", url.toString());
            if (status != null) {
                json.set("subscription", SubscriptionCommand.json(webhook, status));
            }
            terminal().printUnmasked(json.toString());
        } else {
            terminal().noteUnmasked(url.toString());
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
