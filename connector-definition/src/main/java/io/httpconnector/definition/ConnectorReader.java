package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.definition.AuthDefinition;
import io.httpconnector.auth.definition.AuthType;
import io.httpconnector.definition.ConnectorComponents.ComponentKind;
import io.httpconnector.definition.internal.FormatMigrations;
import io.httpconnector.definition.internal.PointerSources;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.template.PillFilter;
import io.httpconnector.template.RequestTemplate;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads a connector document, whose references are resolved. Not thread-safe. */
final class ConnectorReader {

    /** The version of the format. */
    static final int FORMAT = FormatMigrations.RELEASED.format();

    /** The version of a document that states none. */
    private static final String DEFAULT_VERSION = "1.0.0";

    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
    private static final Pattern VERSION = Pattern.compile("\\d{1,9}\\.\\d{1,9}\\.\\d{1,9}(-[0-9A-Za-z.-]+)?");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,62}");

    private final JsonNode json;
    private final ConnectorComponents components;
    private final PointerSources inherited = new PointerSources();

    ConnectorReader(JsonNode json, ConnectorComponents components) {
        this.json = json;
        this.components = components;
    }

    /**
     * The parts of a document.
     *
     * @param auth null for a document without {@code auth}
     * @param declared the declared names of components that are code, by their kind
     */
    record Parts(
            String id,
            String version,
            String title,
            String documentation,
            ObjectNode authJson,
            AuthDefinition auth,
            ConnectionOptions connection,
            Map<String, DefinedRequest> requests,
            Map<String, DefinedTrigger> triggers,
            Map<String, DefinedWebhook> webhooks,
            Map<ComponentKind, List<String>> declared) {

        /** Returns the names of all components that the document uses, by their kind. */
        Map<ComponentKind, Set<String>> components() {
            Map<ComponentKind, Set<String>> all = new EnumMap<>(ComponentKind.class);
            for (ComponentKind kind : ComponentKind.values()) {
                all.put(kind, new TreeSet<>(declared.getOrDefault(kind, List.of())));
            }
            Stream.concat(
                            requests.values().stream().map(DefinedRequest::code),
                            triggers.values().stream().map(DefinedTrigger::code))
                    .forEach(code -> code.names()
                            .forEach((member, name) ->
                                    add(all, ConnectorComponents.MEMBERS.get(member), List.of(name))));
            triggers.values().forEach(trigger -> add(all, ComponentKind.HANDLERS, List.of(trigger.handler())));
            webhooks.values().forEach(webhook -> {
                add(all, ComponentKind.VERIFIERS, webhook.verifiers());
                add(all, ComponentKind.HANDSHAKES, webhook.handshakes());
                add(all, ComponentKind.HANDLERS, List.of(webhook.handler()));
            });
            add(all, ComponentKind.INTERCEPTORS, connection.interceptors());
            return all;
        }

        private static void add(Map<ComponentKind, Set<String>> all, @Nullable ComponentKind kind, List<String> names) {
            Set<String> known = all.get(kind);
            if (known != null) {
                names.stream().filter(name -> !name.isEmpty()).forEach(known::add);
            }
        }
    }

    /** Returns where members of requests and triggers come from that they do not have themselves. */
    PointerSources inherited() {
        return inherited;
    }

    Parts read() {
        return JsonObjectReader.read("connector document", json, this::read);
    }

    private @Nullable Parts read(JsonObjectReader reader) {
        if (!isSupported(reader)) {
            reader.acceptUnreadMembers();
            return null;
        }
        String id = named(reader, "id", reader.requiredText("id"), ID, "use lower-case letters, digits and hyphens");
        String version = named(
                reader,
                "version",
                textOr(reader, "version", DEFAULT_VERSION),
                VERSION,
                "use three numbers, such as 1.0.0");
        String title = notBlank(reader, "title", textOr(reader, "title", id));
        String documentation = reader.text("documentation");
        Map<ComponentKind, List<String>> declared = components(reader);
        // Values that others refer to; they are read where they are used.
        reader.any("definitions");
        ObjectNode authJson = authJson(reader, title);
        AuthDefinition auth = auth(reader, authJson);
        DocumentInputs inputs = auth == null ? misspelt(authJson) : DocumentInputs.of(auth);
        InputValues samples = inputs.samples(usedInputs());
        ConnectionOptions options = reader.object("connection", object -> {
            object.any("baseUrl");
            object.any("test");
            return ConnectionOptions.read(object);
        });
        if (options != null) {
            inputs.check(reader, options);
        }
        Map<String, PillFilter> filters = filters(declared.getOrDefault(ComponentKind.FILTERS, List.of()));
        TriggerProbe probe = new TriggerProbe(filters, components, samples.texts());
        DocumentDefaults defaults = DocumentDefaults.read(reader, inherited);
        JsonNode requestsJson = defaults.withDefaults(json.path("requests"));
        Map<String, DefinedRequest> requests = reader.objectMap("requests", (name, object) -> {
            object.acceptUnreadMembers();
            checkName(object, name);
            inputs.check(object, requestsJson.path(name));
            return DefinedRequest.read(name, object, requestsJson.path(name), filters);
        });
        Map<String, DefinedTrigger> triggers = reader.objectMap("triggers", (name, object) -> {
            object.acceptUnreadMembers();
            checkName(object, name);
            JsonNode given = defaults.withDefaults(json.at("/triggers").path(name), name);
            inputs.check(object, given);
            TriggerTimes.check(object, given, inputs);
            DefinedHybrid.Source source = new DefinedHybrid.Source(
                    requestsJson,
                    requests.keySet(),
                    filters,
                    template -> defaults.withDefaultsInPayload(template, name));
            return DefinedTrigger.read(name, object, given, source, defaults, probe);
        });
        Map<String, DefinedWebhook> webhooks = reader.objectMap("webhooks", (name, object) -> {
            object.acceptUnreadMembers();
            checkName(object, name);
            if (triggers.containsKey(name)) {
                throw new InvalidDefinitionException(
                        "webhook", "there is also a trigger \"" + name + "\": use another name");
            }
            inputs.check(object, json.at("/webhooks").path(name));
            inputs.checkEntered(object, "", json.at("/webhooks").path(name));
            return DefinedWebhook.read(object, json.at("/webhooks").path(name), samples);
        });
        new HybridWebhooks(json, reader).check();
        LiteralSecrets secrets = new LiteralSecrets(reader, filters);
        secrets.findInSettings(json);
        requests.forEach((name, request) ->
                secrets.findIn(request.template(), json.path("requests").path(name), "/requests/" + name));
        webhooks.forEach((name, webhook) -> {
            DefinedSubscription subscription = webhook.subscription();
            if (subscription != null) {
                secrets.findInSubscription(subscription.json(), "/webhooks/" + name + "/subscription");
            }
        });
        triggers.forEach((name, trigger) -> {
            JsonNode request = json.path("triggers").path(name).path("request");
            if (request.isObject()) {
                secrets.findIn(
                        RequestTemplate.fromJson(trigger.forBuilder().path("request"), filters),
                        request,
                        "/triggers/" + name + "/request");
            }
            JsonNode fetch = json.path("triggers").path(name).at("/hybrid/payload/fetch");
            if (trigger.hybrid() != null && fetch.isObject()) {
                secrets.findIn(
                        RequestTemplate.fromJson(trigger.hybrid().template(), filters),
                        fetch,
                        "/triggers/" + name + "/hybrid/payload/fetch");
            }
        });
        return auth == null
                ? null
                : new Parts(
                        id,
                        version,
                        title,
                        documentation == null ? "" : documentation,
                        authJson,
                        auth,
                        options == null ? ConnectionOptions.NONE : options,
                        Collections.unmodifiableMap(requests),
                        Collections.unmodifiableMap(triggers),
                        Collections.unmodifiableMap(webhooks),
                        declared);
    }

    /** Whether this library can read the version of the format, on which all other members depend. */
    private boolean isSupported(JsonObjectReader reader) {
        JsonNode format = reader.any("connector");
        if (format == null) {
            reader.problem(
                    "connector",
                    "missing: add the version of the format as the first line: connector: " + FORMAT
                            + " (in JSON: \"connector\": " + FORMAT + ",)");
            // A member with members is no misspelt version.
            json.properties().stream()
                    .filter(member -> member.getValue().isContainerNode())
                    .forEach(member -> reader.any(member.getKey()));
        } else if (!format.isIntegralNumber() || format.bigIntegerValue().signum() < 1) {
            reader.problem("connector", "expected the version of the format, which is " + FORMAT);
        } else if (!format.canConvertToInt() || format.intValue() > FORMAT) {
            reader.problem(
                    "connector",
                    "the document has format " + format + ", but this library supports formats up to " + FORMAT
                            + ": use a later version of the library");
        } else {
            return true;
        }
        return false;
    }

    private static String named(JsonObjectReader reader, String member, String text, Pattern pattern, String advice) {
        if (!notBlank(reader, member, text).isBlank() && !pattern.matcher(text).matches()) {
            reader.problem(member, "\"" + LogSafe.visible(text) + "\" is invalid: " + advice);
        }
        return text;
    }

    private static String textOr(JsonObjectReader reader, String member, String defaultValue) {
        String text = reader.text(member);
        return text == null ? defaultValue : text;
    }

    private static String notBlank(JsonObjectReader reader, String member, String text) {
        JsonNode given = reader.any(member);
        if (given != null && given.isTextual() && given.textValue().isBlank()) {
            reader.problem(member, "it is empty");
        }
        return text;
    }

    private static void checkName(JsonObjectReader reader, String name) {
        if (!NAME.matcher(name).matches()) {
            reader.problemAt("", "the name is invalid: use letters, digits, hyphens and underscores, at most 63");
        }
    }

    private static Map<ComponentKind, List<String>> components(JsonObjectReader reader) {
        Map<ComponentKind, List<String>> declared = new EnumMap<>(ComponentKind.class);
        reader.object("components", object -> {
            for (ComponentKind kind : ComponentKind.values()) {
                declared.put(kind, object.distinctTexts(kind.member()));
            }
            return declared;
        });
        return declared;
    }

    private Map<String, PillFilter> filters(List<String> declared) {
        Map<String, PillFilter> filters = new HashMap<>();
        declared.forEach(name -> filters.put(name, (value, arguments) -> value));
        filters.putAll(components.filters());
        return filters;
    }

    /** Returns the auth definition that the document contains. */
    private ObjectNode authJson(JsonObjectReader reader, String title) {
        ObjectNode definition = JsonNodeFactory.instance.objectNode();
        JsonNode auth = reader.object("auth");
        reader.any("inputs");
        JsonNode preset = auth == null ? null : auth.get("preset");
        if (auth != null && preset != null && auth.size() == 1) {
            reader.attempt("auth", () -> definition.setAll(preset(preset)));
        } else {
            definition.set("strategies", auth == null ? none() : auth);
        }
        definition.put("name", title);
        definition.remove("documentation");
        JsonNode inputs = json.get("inputs");
        if (inputs != null) {
            if (inputs.isArray() && definition.path("fields").isArray()) {
                inputs.forEach(definition.withArray("/fields")::add);
            } else {
                definition.set("fields", inputs);
            }
        }
        JsonNode connection = json.path("connection");
        for (String member : List.of("baseUrl", "test")) {
            if (connection.has(member)) {
                definition.set(member, connection.get(member));
            }
        }
        return definition;
    }

    private static ObjectNode preset(JsonNode name) {
        if (!name.isTextual()) {
            throw new InvalidDefinitionException("preset", "/preset: expected a string");
        }
        try {
            return AuthDefinition.preset(name.textValue()).toJson();
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException(
                    "preset", "/preset: " + e.problems().get(0));
        }
    }

    private static JsonNode none() {
        return JsonNodeFactory.instance
                .objectNode()
                .set("none", JsonNodeFactory.instance.objectNode().put("type", "none"));
    }

    private @Nullable AuthDefinition auth(JsonObjectReader reader, ObjectNode definition) {
        Set<String> used = usedInputs();
        try {
            return AuthDefinition.of(definition, used, authTypes());
        } catch (InvalidDefinitionException e) {
            Set<String> meant = DocumentInputs.meant(used, definition);
            e.problems().stream()
                    .filter(problem -> !DocumentInputs.isUnused(problem, meant))
                    .forEach(problem -> report(reader, problem));
            return null;
        }
    }

    private Set<String> usedInputs() {
        Set<String> used = new TreeSet<>();
        for (String part : List.of("connection", "requests", "triggers", "webhooks")) {
            used.addAll(PillTree.inputs(json.path(part)));
        }
        return used;
    }

    private AuthType[] authTypes() {
        return components.authTypes().values().toArray(AuthType[]::new);
    }

    /** Returns the inputs of a document in which some are not used, perhaps because their names are misspelt where they are used. */
    private DocumentInputs misspelt(ObjectNode definition) {
        Set<String> all = usedInputs();
        all.addAll(DocumentInputs.names(definition));
        try {
            return DocumentInputs.of(AuthDefinition.of(definition, all, authTypes()));
        } catch (InvalidDefinitionException e) {
            return DocumentInputs.unchecked(json);
        }
    }

    /** Reports a problem of the auth definition at the member of the document from which it comes. */
    private static void report(JsonObjectReader reader, String problem) {
        int colon = Math.max(0, problem.indexOf(": "));
        String pointer = problem.substring(0, colon);
        String message = problem.substring(problem.startsWith("/") ? colon + 2 : 0);
        String place;
        if (pointer.startsWith("/strategies")) {
            place = "/auth" + pointer.substring("/strategies".length());
        } else if (pointer.startsWith("/fields")) {
            place = "/inputs" + pointer.substring("/fields".length());
        } else if (pointer.startsWith("/name")) {
            // The title, which is reported itself.
            return;
        } else if (pointer.startsWith("/")) {
            place = "/connection" + pointer;
        } else {
            place = "/auth";
        }
        reader.problemAt(place, message);
    }
}
