package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.definition.DefinitionChange.ChangeKind;
import io.httpconnector.definition.DefinitionChange.Impact;
import java.util.HashSet;
import java.util.Set;

/** Compares the webhooks of two versions of a connector document. Not thread-safe. */
final class WebhookComparison {

    private static final Set<String> WEBHOOK_EVENTS = Set.of("id", "key", "type", "events");

    private static final String SUBSCRIPTION = "subscription";

    /** The members of a subscription that its service knows. */
    private static final Set<String> REGISTRATION = Set.of("preset", "create", "parameters", "events");

    private final DefinitionComparison all;
    private final ConnectorDefinition older;
    private final ConnectorDefinition newer;
    private final JsonNode before;
    private final JsonNode after;

    WebhookComparison(
            DefinitionComparison all,
            ConnectorDefinition older,
            ConnectorDefinition newer,
            JsonNode before,
            JsonNode after) {
        this.all = all;
        this.older = older;
        this.newer = newer;
        this.before = before;
        this.after = after;
    }

    private static Set<String> webhookSecrets(ConnectorDefinition definition, String webhook) {
        DefinedWebhook defined = definition.parts.webhooks().get(webhook);
        return defined == null ? Set.of() : defined.secrets();
    }

    void compare() {
        all.compareMembers("/webhooks", (webhook, pointer) -> {
            if (!older.webhooks().contains(webhook)) {
                boolean isManaged = after.at(pointer).has(SUBSCRIPTION);
                all.add(
                        ChangeKind.ADDED_WEBHOOK,
                        isManaged ? Impact.NONE : Impact.APPLICATION,
                        pointer,
                        isManaged
                                ? "its URL is registered at the service if the application has a handler for it"
                                : "its URL must be registered at the service");
            } else if (!newer.webhooks().contains(webhook)) {
                all.add(
                        ChangeKind.REMOVED_WEBHOOK,
                        Impact.APPLICATION,
                        pointer,
                        before.at(pointer).has(SUBSCRIPTION)
                                ? "its URL responds with 404: a registry deletes the subscription at the service; otherwise call"
                                        + " stopSubscriptions() before"
                                : "its URL responds with 404: remove it at the service");
            } else {
                Set<String> added = new HashSet<>(webhookSecrets(newer, webhook));
                added.removeAll(webhookSecrets(older, webhook));
                if (!added.isEmpty()) {
                    all.add(
                            ChangeKind.WEBHOOK_SECRET,
                            // Secrets of a URL that all instances share belong to the application.
                            SharedWebhook.namesIn(newer).contains(webhook) ? Impact.APPLICATION : Impact.CUSTOMER,
                            pointer,
                            "the secrets " + added.stream().sorted().toList() + " must be in the source of secrets");
                }
                all.compareMembers(pointer, this::webhook);
            }
        });
    }

    private void webhook(String member, String pointer) {
        if (member.equals(SUBSCRIPTION)) {
            subscription(pointer);
        } else if (member.equals("verify") || member.equals("verifiers")) {
            all.add(
                    ChangeKind.WEBHOOK_VERIFICATION,
                    Impact.APPLICATION,
                    pointer,
                    "requests that are signed in the former way are rejected: change the settings at the service");
        } else if (WEBHOOK_EVENTS.contains(member)) {
            all.add(
                    ChangeKind.WEBHOOK_EVENTS,
                    Impact.STATE,
                    pointer,
                    "an event that is repeated after the upgrade may not be recognized");
        } else if (member.equals("tenantValue") || member.equals("tenant")) {
            all.add(
                    ChangeKind.WEBHOOK,
                    Impact.APPLICATION,
                    pointer,
                    "events are routed by other values, or to another URL: register the URL of the webhook at the service");
        } else if (!DefinitionComparison.DESCRIPTION.contains(member)) {
            all.add(ChangeKind.WEBHOOK, Impact.NONE, pointer, "applies to the next requests");
        }
    }

    private void subscription(String pointer) {
        if (before.at(pointer).isMissingNode()) {
            all.add(
                    ChangeKind.SUBSCRIPTION,
                    Impact.APPLICATION,
                    pointer,
                    "the library registers the URL: remove the webhook that you have registered at the service");
        } else if (after.at(pointer).isMissingNode()) {
            all.add(
                    ChangeKind.SUBSCRIPTION,
                    Impact.APPLICATION,
                    pointer,
                    "a registry deletes the subscription at the service, otherwise call stopSubscriptions() before; then"
                            + " register its URL at the service");
        } else {
            all.compareMembers(pointer, (member, place) -> {
                boolean isReplaced = REGISTRATION.contains(member);
                all.add(
                        ChangeKind.SUBSCRIPTION,
                        isReplaced ? Impact.STATE : Impact.NONE,
                        place,
                        isReplaced
                                ? "the subscription is created again at the service, and its predecessor deleted"
                                : "applies to the next steps of the subscription");
            });
        }
    }
}
