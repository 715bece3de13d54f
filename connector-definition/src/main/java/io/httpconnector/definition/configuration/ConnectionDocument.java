package io.httpconnector.definition.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.definition.AuthDefinition;
import io.httpconnector.auth.definition.InputField;
import io.httpconnector.definition.ConnectorComponents;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.internal.json.ProblemLocation;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a connection as a connector document, so that they have the same options, defaults and checks as a document.
 * Problems name the property in place of the JSON Pointer.
 */
final class ConnectionDocument {

    /** The name of the strategy of a connection without a document. */
    private static final String STRATEGY = "default";

    /** The name of an input in a pill. A text that only looks like one has no effect. */
    private static final Pattern PILL = Pattern.compile("(?<![A-Za-z0-9_.-])auth\\.([A-Za-z0-9_-]+)");

    private final ConnectionSettings settings;

    ConnectionDocument(ConnectionSettings settings) {
        this.settings = settings;
    }

    /**
     * Returns the document of the connection.
     *
     * @param base the document that the property {@code connector} names; null if there is none
     */
    ConnectorDefinition definition(@Nullable ConnectorDefinition base, ConnectorComponents components) {
        if (base != null && !settings.auth().isEmpty()) {
            throw new InvalidDefinitionException(
                    "connection",
                    settings.property("auth") + ": the document \"" + base.id()
                            + "\" defines the authentication: use strategy, values and secrets");
        }
        ObjectNode json = base == null ? ownDocument() : base.toJson();
        // The name of the connection in metrics, logs and exceptions: several connections may have the same document.
        json.put("title", settings.name());
        ObjectNode connection = json.withObject("/connection");
        settings.connection().properties().forEach(member -> {
            if (connection.get(member.getKey()) instanceof ObjectNode fields
                    && member.getValue() instanceof ObjectNode further
                    && (member.getKey().equals("headers") || member.getKey().equals("query"))) {
                fields.setAll(further);
            } else {
                connection.set(member.getKey(), member.getValue());
            }
        });
        ObjectNode webhooks = json.withObject("/webhooks");
        settings.webhooks().properties().forEach(webhook -> webhooks.set(webhook.getKey(), webhook.getValue()));
        List<String> problems = new ArrayList<>(settings.unknown());
        ConnectorDefinition definition = null;
        try {
            definition = ConnectorDefinition.of(json, components);
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add(named(problem)));
        }
        if (definition == null || !problems.isEmpty()) {
            throw new InvalidDefinitionException("connection", problems);
        }
        return definition;
    }

    private ObjectNode ownDocument() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("connector", 1).put("id", settings.name());
        Set<String> known = new LinkedHashSet<>();
        ObjectNode auth = settings.auth();
        if (auth.has("preset")) {
            json.set("auth", auth);
            preset(auth.get("preset").asText()).stream().map(InputField::name).forEach(known::add);
        } else if (!auth.isEmpty()) {
            json.withObject("/auth").set(STRATEGY, auth);
            auth.path("fields").forEach(field -> known.add(field.path("name").asText()));
        }
        // The secrets of webhooks are no inputs.
        settings.webhooks().findValues("secrets").forEach(names -> names.forEach(name -> known.add(name.asText())));
        inputs(json, known);
        return json;
    }

    private List<InputField> preset(String preset) {
        try {
            AuthDefinition definition = AuthDefinition.preset(preset);
            String strategy = settings.strategy();
            return definition.fields(strategy == null ? definition.strategies().get(0) : strategy);
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException(
                    "connection",
                    settings.property("auth.preset") + ": " + e.problems().get(0));
        }
    }

    /** Declares an input for each value and secret that no strategy has, with the name that the texts have for it. */
    private void inputs(ObjectNode json, Set<String> known) {
        List<ObjectNode> inputs = new ArrayList<>();
        Set<String> used = used(json);
        Set<String> forms = new LinkedHashSet<>();
        known.forEach(field -> forms.add(PropertyNames.uniform(field)));
        for (String value : settings.values().keySet()) {
            if (forms.add(PropertyNames.uniform(value))) {
                inputs.add(input(value, used));
            }
        }
        for (String secret : settings.secrets().keySet()) {
            if (forms.add(PropertyNames.uniform(secret))) {
                inputs.add(input(secret, used).put("secret", true));
            }
        }
        if (!inputs.isEmpty()) {
            json.withArray("/inputs").addAll(inputs);
        }
    }

    /** Returns the names to which texts refer, and those of the client of OAuth 2, which no text needs. */
    private Set<String> used(ObjectNode json) {
        Set<String> names = new LinkedHashSet<>();
        for (JsonNode part : List.of(json.path("auth"), settings.connection(), settings.webhooks())) {
            PILL.matcher(part.toString()).results().forEach(pill -> names.add(pill.group(1)));
        }
        if (settings.auth().path("type").asText().startsWith("oauth2-")) {
            names.addAll(List.of("clientId", "clientSecret"));
        }
        return names;
    }

    /** An environment variable has no hyphens: {@code CLIENTSECRET} is {@code clientSecret} if that is used. */
    private static ObjectNode input(String name, Set<String> used) {
        String found = PropertyNames.find(used, name);
        return JsonNodeFactory.instance.objectNode().put("name", found == null ? PropertyNames.camelCase(name) : found);
    }

    /** Returns a problem with the name of the property in place of the JSON Pointer at its start. */
    private String named(String problem) {
        ProblemLocation location = ProblemLocation.of(problem);
        List<String> segments = location.segments();
        if (segments.isEmpty()) {
            return problem;
        }
        List<String> path = switch (segments.get(0)) {
            case "connection" -> segments.subList(1, segments.size());
            case "auth" -> {
                boolean isOwn = segments.size() > 1 && segments.get(1).equals(STRATEGY);
                yield isOwn ? without(segments, 1) : segments;
            }
            case "inputs", "webhooks" -> segments;
            default -> List.of();
        };
        return path.isEmpty() && !segments.get(0).equals("connection")
                ? problem
                : settings.property(PropertyNames.withHyphens(String.join(".", path))) + location.rest();
    }

    private static List<String> without(List<String> segments, int index) {
        List<String> others = new ArrayList<>(segments);
        others.remove(index);
        return others;
    }
}
