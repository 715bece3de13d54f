package io.httpconnector.cli;

import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.internal.io.OwnerOnlyFiles;
import io.httpconnector.state.StateStore;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.subscription.SubscriptionStatus;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The files of webhooks in the state directory, which only the user can read: tokens of URLs, registered URLs, and the state of
 * subscriptions.
 */
final class SubscriptionFiles {

    private final Instance instance;
    private final Path directory;

    /**
     * Creates the files.
     *
     * @param state the directory; null for that of the connector
     */
    SubscriptionFiles(Terminal terminal, Instance instance, @Nullable Path state) {
        this.instance = instance;
        this.directory =
                terminal.resolve(state == null ? Path.of(instance.definition().id() + ".state") : state);
    }

    /** Returns the token of the URL of a webhook, which stays the same. */
    String token(String webhook) {
        Optional<String> known = read(tokenFile(webhook));
        if (known.isPresent()) {
            return known.get();
        }
        String token = WebhookRouter.newToken();
        write(tokenFile(webhook), token);
        return token;
    }

    private Path tokenFile(String webhook) {
        return directory.resolve("webhook-" + webhook + ".token");
    }

    private Path urlFile(String webhook) {
        return directory.resolve("webhook-" + webhook + ".url");
    }

    /** Returns the URL that was registered last; empty if none was. */
    Optional<URI> registeredUrl(String webhook) {
        return read(urlFile(webhook)).map(URI::create);
    }

    /** Remembers the URL, before it is registered. */
    void saveUrl(String webhook, URI url) {
        write(urlFile(webhook), url.toString());
    }

    /** Opens the store of the state of subscriptions, for one command at a time. */
    StateStore openStore() {
        return StateStore.file(directory.resolve("subscriptions"));
    }

    /** Opens the store of the state of a hybrid trigger, which {@code poll} uses, and of subscriptions. */
    StateStore openStore(StateStore subscriptions, String trigger) {
        return new HybridState(
                Instance.TENANT + "/" + instance.definition().id() + "/" + trigger,
                StateStore.file(directory),
                subscriptions);
    }

    /** Returns the stored status of the subscription of a webhook. */
    SubscriptionStatus status(StateStore store, String webhook) {
        return WebhookSubscription.status(
                store, Instance.TENANT + "/" + instance.definition().id() + "/" + webhook);
    }

    /** Returns a context with the state of subscriptions, and the URLs that were registered. */
    ConnectorContext.Builder context(StateStore store) {
        ConnectorContext.Builder context = instance.context().state(store);
        instance.definition()
                .subscriptions()
                .forEach(webhook -> registeredUrl(webhook).ifPresent(url -> context.webhookUrl(webhook, url)));
        return context;
    }

    private Optional<String> read(Path file) {
        try {
            return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
        } catch (IOException e) {
            throw new CommandException(ExitCode.USAGE, file + " cannot be read: " + OwnerOnlyFiles.problem(e), e);
        }
    }

    private void write(Path file, String text) {
        try {
            Files.createDirectories(directory, OwnerOnlyFiles.directoryAttributes(directory));
            OwnerOnlyFiles.write(file, text);
        } catch (IOException e) {
            throw new CommandException(ExitCode.USAGE, file + " cannot be written: " + OwnerOnlyFiles.problem(e), e);
        }
    }
}
