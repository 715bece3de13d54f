package io.httpconnector.webhook.subscription;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.http.Url;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.webhook.Handshakes;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The validated definition of a subscription: its requests, and where the responses contain what. Immutable. */
record SubscriptionDefinition(
        List<String> events,
        JsonNode parameters,
        Map<String, Secret> secretParameters,
        @Nullable RequestTemplate prepare,
        RequestTemplate create,
        @Nullable RequestTemplate readSecret,
        @Nullable RequestTemplate renew,
        @Nullable RequestTemplate check,
        @Nullable RequestTemplate rotate,
        @Nullable RequestTemplate delete,
        @Nullable SubscriptionList list,
        Locations locations,
        @Nullable Duration lifetime,
        Duration checkEvery,
        Duration secretOverlap,
        boolean deleteFirst,
        @Nullable LifecycleNotifications lifecycle,
        ObjectNode receiver) {

    /** The steps of pills. */
    static final String WEBHOOK = "webhook";

    static final String SUBSCRIPTION = "subscription";
    static final String PARAMETERS = "parameters";

    /** The names of the secrets in the definition of the receiver. */
    static final String CURRENT = "current";

    static final String PREVIOUS = "previous";
    static final String NEXT = "next";

    /** Spellings of URLs are compared after they were resolved like a redirect. */
    private static final Url ANY_BASE = Url.parseAbsolute("https://localhost/");

    private static final Pattern ESCAPE = Pattern.compile("%([0-9A-Fa-f]{2})");

    private static final Duration DEFAULT_CHECK = Duration.ofHours(6);
    private static final Duration DEFAULT_OVERLAP = Duration.ofHours(24);
    static final Set<String> STEPS = Set.of(WEBHOOK, SUBSCRIPTION, PARAMETERS, SubscriptionList.PAGE);

    /**
     * The locations of the values of a subscription in responses.
     *
     * @param id the id; null if the client chooses it
     * @param secret the secret, if the service chooses it
     * @param expiry the end of the lifetime, in the responses to create, renew and check
     * @param values further values of the response to create, by name
     * @param healthy a condition on the response to check
     * @param error the error in a successful response to create by which the service rejects the subscription
     */
    record Locations(
            @Nullable ServiceValue id,
            @Nullable ServiceValue secret,
            @Nullable ServiceValue expiry,
            Map<String, ServiceValue> values,
            @Nullable ServiceValue healthy,
            @Nullable ServiceValue error) {}

    /**
     * Reads a definition, completed by its preset; returns null if it is invalid.
     *
     * @param secrets the values of pills {@code {{parameters.NAME}}} that are secrets
     * @param problems the problems that were found are added
     */
    static @Nullable SubscriptionDefinition read(
            ObjectNode members, Map<String, Secret> secrets, List<String> problems) {
        try {
            return JsonObjectReader.read(
                    "webhook subscription",
                    SubscriptionPresets.ALL.complete(members),
                    reader -> read(reader, Map.copyOf(secrets)));
        } catch (InvalidDefinitionException e) {
            problems.addAll(e.problems());
            return null;
        }
    }

    private static @Nullable SubscriptionDefinition read(JsonObjectReader reader, Map<String, Secret> secrets) {
        // "preset": The name of a well-known service, whose definition the other members change.
        String unused = reader.text("preset");
        // "events": The types of events, as the service names them.
        List<String> events = reader.distinctTexts("events", SubscriptionDefinition::event);
        // "parameters": The values of the pills `{{parameters.NAME}}`.
        JsonNode parameters = reader.object("parameters");
        JsonNode given = parameters == null ? JsonNodeFactory.instance.objectNode() : parameters;
        SubscriptionPills pills = new SubscriptionPills(withSecrets(reader, given, secrets));
        // "prepare": The request that is sent before create, such as one that sets the URL for all subscriptions of an
        // application.
        RequestTemplate prepare = pills.template(reader, "prepare");
        reader.require("create");
        // "create": The request that creates a subscription, with the pills `{{webhook.url}}`, `{{webhook.secret}}`,
        // `{{webhook.events}}`, `{{webhook.id}}` and `{{webhook.expiry}}`.
        RequestTemplate create = pills.template(reader, "create");
        // "readSecret": The request that reads the secret, if the responses to create and rotate do not contain it.
        RequestTemplate readSecret = pills.template(reader, "readSecret");
        // "renew": The request that extends the lifetime. Default: a subscription that expires is replaced.
        RequestTemplate renew = pills.template(reader, "renew");
        // "check": The request that reads a subscription.
        RequestTemplate check = pills.template(reader, "check");
        // "rotate": The request that replaces the secret. Default: the subscription is replaced.
        RequestTemplate rotate = pills.template(reader, "rotate");
        // "delete": The request that deletes a subscription.
        RequestTemplate delete = pills.template(reader, "delete");
        // "list": The request that lists subscriptions, by which ours are found after a crash.
        SubscriptionList list = reader.object("list", inner -> SubscriptionList.read(inner, pills));
        Locations locations = locations(reader);
        pills.report(locations.values().keySet());
        // "lifetime": The lifetime to request, and that of a response without an expiry.
        Duration lifetime = positive(reader, "lifetime", null);
        // "checkEvery": The time between two checks. Default: 6 hours.
        Duration checkEvery = positive(reader, "checkEvery", DEFAULT_CHECK);
        // "secretOverlap": How long a replaced secret remains valid. Default: 24 hours.
        Duration overlap = positive(reader, "secretOverlap", DEFAULT_OVERLAP);
        // "deleteFirst": Whether the previous subscription is deleted before its successor is created, because the
        // service allows only one for a URL.
        boolean deleteFirst = reader.isSet("deleteFirst");
        // "lifecycle": The notifications of the service about the subscription itself.
        LifecycleNotifications lifecycle = reader.object("lifecycle", LifecycleNotifications::read);
        ObjectNode receiver = JsonNodeFactory.instance.objectNode();
        // "verify": The verifiers of events, as in the definition of a receiver, with the secrets `current`, `previous`
        // and `next`.
        reader.elements("verify", (element, at) -> receiver.withArray("/verify").add(element));
        // "handshake": The handshakes of the service, as in the definition of a receiver.
        reader.elements(
                "handshake", (element, at) -> receiver.withArray("/handshake").add(element));
        if (create == null) {
            // Reported already.
            return null;
        }
        SubscriptionDefinition read = new SubscriptionDefinition(
                events,
                given,
                secrets,
                prepare,
                create,
                readSecret,
                renew,
                check,
                rotate,
                delete,
                list,
                locations,
                lifetime,
                checkEvery == null ? DEFAULT_CHECK : checkEvery,
                overlap == null ? DEFAULT_OVERLAP : overlap,
                deleteFirst,
                lifecycle,
                receiver);
        read.report(reader);
        return read;
    }

    private static String event(String type) {
        if (type.isBlank()) {
            throw new InvalidDefinitionException(
                    "events", "it is empty: use the name of a type of events, or leave it out");
        }
        return type;
    }

    private static Locations locations(JsonObjectReader reader) {
        Map<String, ServiceValue> values = new LinkedHashMap<>();
        // "values": Further values of the response to create by name, for the pills `{{subscription.NAME}}`.
        reader.textMap("values")
                .forEach((name, text) ->
                        reader.attempt("values", () -> values.put(name, ServiceValue.of(text, ServiceValue.RESPONSE))));
        return new Locations(
                // "id": The location of the id in the response to create. Default: the id is `{{webhook.id}}`.
                location(reader, "id"),
                // "secret": The location of the secret in the responses to create, readSecret and rotate, if the
                // service
                // chooses it.
                location(reader, "secret"),
                // "expiry": The location of the end of the lifetime in the responses to create, renew and check.
                location(reader, "expiry"),
                values,
                // "healthy": A condition on the response to check: true if the service sends events.
                location(reader, "healthy"),
                // "error": The location of the error in a successful response to create, if the service rejects
                // subscriptions in this way.
                location(reader, "error"));
    }

    /** Returns the parameters, with the names of those that are secrets. */
    private static JsonNode withSecrets(JsonObjectReader reader, JsonNode given, Map<String, Secret> secrets) {
        ObjectNode known = given.deepCopy();
        for (String name : secrets.keySet()) {
            if (given.has(name)) {
                reader.problem("parameters", "\"" + name + "\" is also set by secretParameter(...): set it only there");
            }
            known.putNull(name);
        }
        return known;
    }

    private static @Nullable ServiceValue location(JsonObjectReader reader, String name) {
        return location(reader, name, ServiceValue.RESPONSE);
    }

    static @Nullable ServiceValue location(JsonObjectReader reader, String name, String root) {
        String text = reader.text(name);
        if (text == null) {
            return null;
        }
        ServiceValue[] compiled = new ServiceValue[1];
        reader.attempt(name, () -> compiled[0] = ServiceValue.of(text, root));
        return compiled[0];
    }

    private static @Nullable Duration positive(JsonObjectReader reader, String name, @Nullable Duration start) {
        Duration given = reader.duration(name);
        if (given != null && (given.isNegative() || given.isZero())) {
            reader.problem(name, given + " is out of range: use a positive duration, such as PT6H");
        }
        return given == null ? start : given;
    }

    private void report(JsonObjectReader reader) {
        if (!uses(create, WEBHOOK + ".url") && (prepare == null || !uses(prepare, WEBHOOK + ".url"))) {
            reader.problem(
                    "create", "it does not contain {{webhook.url}}: the service would not know where to send events");
        }
        if (locations.id() == null && !choosesId()) {
            reader.problem("id", "it is missing: set the location of the id in the response, such as /id");
        }
        if (locations.secret() != null && uses(create, WEBHOOK + ".secret")) {
            reader.problem("secret", "it contradicts {{webhook.secret}} in create: either side can choose the secret");
        }
        if (readSecret != null && locations.secret() == null) {
            reader.problem("readSecret", "it needs the location of the secret in its response: set the member secret");
        }
        if (locations.healthy() != null && check == null) {
            reader.problem("healthy", "it needs the request check");
        }
        if (uses(create, WEBHOOK + ".events") && events.isEmpty() && !reader.isUnreliable("events")) {
            reader.problem("events", "none is given: set the types of events by events(...)");
        }
        if (lifetime == null && (usesLifetime(create) || (renew != null && usesLifetime(renew)))) {
            reader.problem("lifetime", "it is missing, but a request contains {{webhook.expiry}}");
        }
    }

    private static boolean usesLifetime(RequestTemplate template) {
        return uses(template, WEBHOOK + ".expiry") || uses(template, WEBHOOK + ".lifetimeSeconds");
    }

    private static boolean uses(RequestTemplate template, String pill) {
        return template.pills().stream()
                .anyMatch(found -> found.path().equals(pill)
                        || found.path().startsWith(pill + "[")
                        || found.path().startsWith(pill + "."));
    }

    /** Whether the client chooses the id. */
    boolean choosesId() {
        return uses(create, WEBHOOK + ".id");
    }

    /** Whether the client chooses the secret. */
    boolean choosesSecret() {
        return uses(create, WEBHOOK + ".secret");
    }

    /** Whether the service delivers the secret in a handshake while the subscription is created. */
    boolean deliversSecret() {
        return Handshakes.deliveredSecrets(receiver).contains(NEXT);
    }

    /** Whether a subscription cannot be deleted without further values of the response to create. */
    boolean needsValuesToDelete() {
        return needsValues(delete);
    }

    /** Whether a subscription cannot be managed without further values of the response to create. */
    boolean needsValues() {
        return needsValues(delete) || needsValues(renew) || needsValues(check) || needsValues(rotate);
    }

    private boolean needsValues(@Nullable RequestTemplate template) {
        return template != null
                && locations.values().keySet().stream().anyMatch(name -> uses(template, SUBSCRIPTION + "." + name));
    }

    /** Whether each subscription has a secret of its own. */
    boolean hasSecret() {
        return choosesSecret() || deliversSecret() || locations.secret() != null;
    }

    /** Returns the same text for definitions whose subscriptions are equal, except for their URL and secret. */
    String fingerprint() {
        ObjectNode parts = JsonNodeFactory.instance.objectNode();
        parts.set("create", create.toJson());
        if (prepare != null) {
            parts.set("prepare", prepare.toJson());
        }
        parts.set("parameters", parameters);
        parts.put("events", String.join("\n", new TreeSet<>(events)));
        return Hashing.sha256Hex(parts.toString()).substring(0, 16);
    }

    /** Returns the same text for spellings of a URL that are equal (RFC 3986, section 6.2.2), also except for a slash at the end. */
    static String urlFingerprint(String url) {
        return Hashing.sha256Hex(normalized(url.endsWith("/") ? url.substring(0, url.length() - 1) : url));
    }

    private static String normalized(String url) {
        String text;
        try {
            Url parsed = ANY_BASE.redirectedTo(url);
            text = parsed.origin() + parsed.path() + "?" + parsed.query();
        } catch (InvalidDefinitionException e) {
            text = url;
        }
        return ESCAPE.matcher(text).replaceAll(escape -> {
            char c = (char) Integer.parseInt(escape.group(1), 16);
            boolean isUnreserved = c < 0x80 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0);
            return isUnreserved ? String.valueOf(c) : escape.group().toUpperCase(Locale.ROOT);
        });
    }
}
