package io.httpconnector.webhook.subscription;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.Suggestions;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** The definitions of well-known services: resources of the same format as other definitions, with the documentation they follow. */
final class SubscriptionPresets {

    static final List<String> NAMES = List.of(
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
            "zendesk");

    /** The member of a definition that contains the name of a service. */
    static final String MEMBER = "preset";

    private SubscriptionPresets() {}

    /** Returns a definition with the members of its preset, if it has one; its own members and parameters take precedence. */
    static ObjectNode complete(ObjectNode members) {
        ObjectNode complete = members.path(MEMBER).isTextual()
                ? get(members.path(MEMBER).textValue())
                : JsonNodeFactory.instance.objectNode();
        ObjectNode parameters = complete.withObject("/" + SubscriptionDefinition.PARAMETERS);
        complete.setAll(members);
        JsonNode own = members.path(SubscriptionDefinition.PARAMETERS);
        if (own.isObject()) {
            own.properties().forEach(one -> parameters.set(one.getKey(), one.getValue()));
            complete.set(SubscriptionDefinition.PARAMETERS, parameters);
        }
        return complete;
    }

    /** Returns the definition of a service. */
    static ObjectNode get(String name) {
        if (!NAMES.contains(name)) {
            String nearest = Suggestions.ofName(name, NAMES);
            throw new InvalidDefinitionException(
                    "preset",
                    "/preset: there is no preset \"" + name + "\": "
                            + (nearest == null ? "use one of " + NAMES : "did you mean \"" + nearest + "\"?"));
        }
        JsonNode definition = read(name).path("definition");
        return definition.deepCopy();
    }

    /** Returns the pages of the documentation that a preset follows. */
    static List<String> documentation(String name) {
        List<String> pages = new ArrayList<>();
        read(name).path("documentation").forEach(page -> pages.add(page.asText()));
        return List.copyOf(pages);
    }

    private static JsonNode read(String name) {
        try (InputStream in = SubscriptionPresets.class.getResourceAsStream("presets/" + name + ".json")) {
            if (in == null) {
                throw new IllegalStateException("the resource of the preset " + name + " is missing");
            }
            return JsonSupport.read(in.readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException("the resource of the preset " + name + " cannot be read", e);
        }
    }
}
