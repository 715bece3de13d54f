package io.httpconnector.webhook.subscription;

import io.httpconnector.internal.json.PresetCatalogue;
import java.util.List;

/** The definitions of well-known services. */
final class SubscriptionPresets {

    static final PresetCatalogue ALL = new PresetCatalogue(
            SubscriptionPresets.class,
            "preset",
            List.of(
                    "airtable",
                    "asana",
                    "box",
                    "github",
                    "gitlab",
                    "google",
                    "hubspot",
                    "jira",
                    "microsoft-graph",
                    "shopify",
                    "stripe",
                    "trello",
                    "twitch",
                    "typeform",
                    "webex",
                    "zendesk"));

    private SubscriptionPresets() {}
}
