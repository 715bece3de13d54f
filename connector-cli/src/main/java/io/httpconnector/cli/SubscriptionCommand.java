package io.httpconnector.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.definition.Connector;
import io.httpconnector.state.StateStore;
import io.httpconnector.webhook.subscription.SubscriptionStatus;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A step for the webhooks that are registered at the service. */
@Command
final class SubscriptionCommand extends InstanceCommand {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** The steps. */
    enum SubscriptionStep {
        LIST("Show the status of the webhooks. Sends nothing."),
        CHECK("Check that the service has each webhook; register it again if it has not."),
        RENEW("Extend the lifetime of the webhooks now."),
        ROTATE("Replace the secrets of the webhooks. Events that are under way remain valid."),
        DELETE("Delete the webhooks at the service.");

        private final String header;

        SubscriptionStep(String header) {
            this.header = header;
        }

        String header() {
            return header;
        }

        String command() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final SubscriptionStep action;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "WEBHOOK",
            description = "The name of the webhook in the document. Default: all with a subscription.")
    private @Nullable String webhook;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "The directory of the subscriptions. Default: ID.state.")
    private @Nullable Path state;

    SubscriptionCommand(Terminal terminal, SubscriptionStep action) {
        super(terminal);
        this.action = action;
    }

    @Override
    public Integer call() {
        Instance instance = instance();
        Set<String> known = instance.definition().subscriptions();
        if (known.isEmpty()) {
            throw new CommandException(ExitCode.USAGE, "the document has no webhook with a subscription");
        }
        String chosen = webhook;
        if (chosen != null) {
            require("webhook with a subscription", chosen, known);
        }
        Map<String, SubscriptionStatus> all = new LinkedHashMap<>();
        SubscriptionFiles files = new SubscriptionFiles(terminal(), instance, state);
        try (StateStore store = files.openStore()) {
            for (String name : chosen == null ? List.copyOf(known) : List.of(chosen)) {
                all.put(name, files.status(store, name));
            }
            execute(instance, files, store, all);
        }
        print(all);
        return all.values().stream().mapToInt(this::exitCode).max().orElse(ExitCode.OK);
    }

    /** Executes the step for the webhooks that are registered. */
    private void execute(
            Instance instance, SubscriptionFiles files, StateStore store, Map<String, SubscriptionStatus> all) {
        if (action == SubscriptionStep.LIST
                || all.values().stream().allMatch(one -> one.state() == SubscriptionState.NOT_REGISTERED)) {
            return;
        }
        try (Connector connector = instance.connect(files.context(store))) {
            all.replaceAll((name, status) -> status.state() == SubscriptionState.NOT_REGISTERED
                    ? status
                    : execute(connector.subscription(name).orElseThrow()));
        }
    }

    private SubscriptionStatus execute(WebhookSubscription subscription) {
        return switch (action) {
            case LIST -> subscription.status();
            case CHECK -> subscription.checkNow();
            case RENEW -> subscription.renewNow();
            case ROTATE -> subscription.rotateSecret();
            case DELETE -> subscription.stop();
        };
    }

    private int exitCode(SubscriptionStatus status) {
        if (status.needsAuthorization()) {
            return ExitCode.UNAUTHORIZED;
        }
        boolean isGood = switch (action) {
            case LIST -> true;
            case DELETE -> status.state() == SubscriptionState.NOT_REGISTERED;
            default -> status.state() == SubscriptionState.ACTIVE && status.consecutiveFailures() == 0;
        };
        return isGood ? ExitCode.OK : ExitCode.FAILED;
    }

    private void print(Map<String, SubscriptionStatus> all) {
        if (isJson()) {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            all.forEach((name, status) -> json.withArray("/subscriptions").add(json(name, status)));
            terminal().print(json.toPrettyString());
            return;
        }
        all.forEach((name, status) -> {
            terminal().print(name + ": " + PrintableText.line(text(status)));
            if (exitCode(status) != ExitCode.OK) {
                status.lastError()
                        .ifPresent(error -> terminal().note(terminal().styled("fg(red)", "failed: ") + error));
            }
        });
        if (action != SubscriptionStep.LIST
                && action != SubscriptionStep.DELETE
                && all.values().stream().anyMatch(one -> one.state() == SubscriptionState.NOT_REGISTERED)) {
            terminal().note("\"connector listen --subscribe --public-url URL\" registers a webhook.");
        }
    }

    private static String text(SubscriptionStatus status) {
        return status.state().name().toLowerCase(Locale.ROOT).replace('_', ' ')
                + status.id().map(id -> ", id " + id).orElse("")
                + status.expires().map(at -> ", expires " + at).orElse("")
                + status.lastCheck().map(at -> ", checked " + at).orElse("")
                + status.lastEvent().map(at -> ", last event " + at).orElse("");
    }

    /** Returns a status for scripts. */
    static ObjectNode json(String webhook, SubscriptionStatus status) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("webhook", webhook);
        json.setAll((ObjectNode) MAPPER.valueToTree(status));
        return json;
    }
}
