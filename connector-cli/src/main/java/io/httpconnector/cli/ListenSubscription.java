package io.httpconnector.cli;

import io.httpconnector.webhook.subscription.SubscriptionStatus;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import java.time.Instant;

/** Registers a webhook at the service while {@code listen} runs. */
final class ListenSubscription {

    private final Terminal terminal;
    private final WebhookSubscription subscription;
    private final String webhook;

    ListenSubscription(Terminal terminal, WebhookSubscription subscription, String webhook) {
        this.terminal = terminal;
        this.subscription = subscription;
        this.webhook = webhook;
    }

    /**
     * Registers the webhook, and manages its subscription from now on. The server must accept requests, because the service may send
     * one before it responds.
     *
     * @throws CommandException if the service has refused it
     */
    SubscriptionStatus register() {
        Instant unused = subscription.register();
        SubscriptionStatus status = subscription.status();
        if (status.state() != SubscriptionState.ACTIVE) {
            SubscriptionStatus left = subscription.stop();
            throw new CommandException(
                    status.needsAuthorization() ? ExitCode.UNAUTHORIZED : ExitCode.FAILED,
                    "the webhook could not be registered: "
                            + status.lastError().orElse("another command manages it")
                            + advice(left));
        }
        subscription.start();
        return status;
    }

    /** Deletes the subscription at the service, unless it is kept; returns the exit code. */
    int end(boolean isKept) {
        if (isKept) {
            terminal.note("The webhook remains registered. Run \"connector subscriptions delete\" to delete it.");
            return ExitCode.OK;
        }
        SubscriptionStatus status = subscription.stop();
        if (status.state() == SubscriptionState.NOT_REGISTERED) {
            terminal.note("The webhook is deleted at the service.");
            return ExitCode.OK;
        }
        terminal.note(terminal.styled("fg(red)", "error: ") + "the webhook could not be deleted at the service: "
                + status.lastError().orElse("another command manages it") + advice(status));
        return status.needsAuthorization() ? ExitCode.UNAUTHORIZED : ExitCode.FAILED;
    }

    private String advice(SubscriptionStatus status) {
        return status.state() == SubscriptionState.NOT_REGISTERED
                ? ""
                : "\nRun \"connector subscriptions delete\" for the webhook " + webhook + " later";
    }
}
