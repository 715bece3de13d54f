package io.httpconnector.definition.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.SharedWebhook;
import io.httpconnector.internal.json.Suggestions;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The connector documents of a registry by ID and version. Thread-safe. */
final class Definitions {

    private final Map<String, NavigableMap<String, Defined>> all = new ConcurrentHashMap<>();

    /**
     * A document, and what all of its instances share.
     *
     * @param isSharedHost whether all instances send to the same host
     * @param scheduled whether a trigger has a schedule, by the names of the triggers
     * @param webhooks the webhooks as JSON by name
     * @param shared the names of the webhooks whose URL all instances share
     * @param hybrids the names of the webhooks of hybrid triggers, by those of the triggers
     * @param subscriptionInputs the names of the inputs on which it depends where a subscription is at the service
     */
    record Defined(
            ConnectorDefinition definition,
            boolean isSharedHost,
            Map<String, Boolean> scheduled,
            Map<String, JsonNode> webhooks,
            Set<String> shared,
            Map<String, String> hybrids,
            Set<String> subscriptionInputs) {

        private static final Pattern INPUT = Pattern.compile("\\bauth\\.([A-Za-z0-9_-]+)");

        /** Whether there is a trigger or webhook with this name. */
        boolean has(String name) {
            return scheduled.containsKey(name) || webhooks.containsKey(name);
        }

        /** Whether there is a trigger, or a webhook with a handler of its own. */
        boolean isHandled(String name) {
            return scheduled.containsKey(name) || webhookOf(name) != null;
        }

        /** Returns the hybrid trigger to which the events of a webhook belong; null if it has a handler of its own. */
        @Nullable String hybridOf(String webhook) {
            for (Map.Entry<String, String> hybrid : hybrids.entrySet()) {
                if (hybrid.getValue().equals(webhook)) {
                    return hybrid.getKey();
                }
            }
            return null;
        }

        /** Returns the webhook whose events the handler of a trigger or webhook receives; null if there is none. */
        @Nullable String webhookOf(String name) {
            String hybrid = hybrids.get(name);
            return hybrid != null || hybridOf(name) != null || !webhooks.containsKey(name) ? hybrid : name;
        }

        boolean isStream(String name) {
            return definition.streams().contains(name);
        }

        /**
         * Checks the name of a trigger.
         *
         * @throws InvalidDefinitionException if there is none
         */
        void requireTrigger(@Nullable String name) {
            if (name == null || !scheduled.containsKey(name)) {
                throw unknown(definition.streams().isEmpty() ? "polling trigger" : "trigger", name, scheduled.keySet());
            }
        }

        /**
         * Checks the name of a trigger that polls, or has a stream.
         *
         * @throws InvalidDefinitionException if there is none
         */
        void requireTrigger(@Nullable String name, boolean isStream) {
            requireTrigger(name);
            if (isStream != definition.streams().contains(name)) {
                throw new InvalidDefinitionException(
                        "connector registry",
                        "\"" + name + "\" "
                                + (isStream
                                        ? "polls and receives no stream: use withTrigger(...)"
                                        : "receives a stream and does not poll: use withStream(...)"));
            }
        }

        private static Defined of(ConnectorDefinition definition) {
            JsonNode json = definition.toJson();
            Map<String, Boolean> scheduled = new LinkedHashMap<>();
            json.path("triggers")
                    .properties()
                    .forEach(trigger ->
                            scheduled.put(trigger.getKey(), trigger.getValue().has("schedule")));
            Map<String, JsonNode> webhooks = new LinkedHashMap<>();
            json.path("webhooks").properties().forEach(webhook -> webhooks.put(webhook.getKey(), webhook.getValue()));
            boolean isShared = !json.at("/connection/baseUrl").toString().contains("{{");
            return new Defined(
                    definition,
                    isShared,
                    scheduled,
                    webhooks,
                    SharedWebhook.namesIn(definition),
                    definition.hybrids(),
                    subscriptionInputs(definition, json));
        }

        private static Set<String> subscriptionInputs(ConnectorDefinition definition, JsonNode json) {
            if (definition.subscriptions().isEmpty()) {
                return Set.of();
            }
            StringBuilder texts = new StringBuilder(json.path("connection").toString());
            json.path("webhooks").forEach(webhook -> texts.append(webhook.path("subscription")));
            return INPUT.matcher(texts)
                    .results()
                    .map(result -> result.group(1))
                    .collect(Collectors.toUnmodifiableSet());
        }
    }

    void add(ConnectorDefinition definition) {
        NavigableMap<String, Defined> versions =
                all.computeIfAbsent(definition.id(), id -> new TreeMap<>(Definitions::compare));
        synchronized (versions) {
            Defined known = versions.get(definition.version());
            if (known == null) {
                versions.put(definition.version(), Defined.of(definition));
            } else if (!known.definition().equals(definition)) {
                throw new InvalidDefinitionException(
                        "connector registry",
                        definition
                                + ": there is another document with this version: give the changed one a new version");
            }
        }
    }

    /** Returns the newest version. */
    Defined newest(String connector) {
        NavigableMap<String, Defined> versions = versions(connector);
        synchronized (versions) {
            return versions.lastEntry().getValue();
        }
    }

    Defined get(String connector, String version) {
        NavigableMap<String, Defined> versions = versions(connector);
        synchronized (versions) {
            Defined found = versions.get(version);
            if (found == null) {
                throw new InvalidDefinitionException(
                        "connector registry",
                        "version " + version + " of " + connector
                                + " is not defined: define it, or upgrade the instance to one of " + versions.keySet());
            }
            return found;
        }
    }

    /** Returns a version; null if it is not defined. */
    @Nullable Defined find(String connector, String version) {
        NavigableMap<String, Defined> versions = all.getOrDefault(connector, Collections.emptyNavigableMap());
        synchronized (versions) {
            return versions.get(version);
        }
    }

    /** Returns the newest version in which all instances share the URL of a webhook. */
    Optional<Defined> newestShared(String connector, String webhook) {
        NavigableMap<String, Defined> versions = all.getOrDefault(connector, Collections.emptyNavigableMap());
        synchronized (versions) {
            return versions.descendingMap().values().stream()
                    .filter(defined -> defined.shared().contains(webhook))
                    .findFirst();
        }
    }

    /** Returns the IDs of all documents. */
    Set<String> connectors() {
        return Set.copyOf(all.keySet());
    }

    /** Returns the newest documents with subscriptions, by the names of their webhooks. */
    Map<String, Defined> subscriptions(String connector) {
        NavigableMap<String, Defined> versions = all.getOrDefault(connector, Collections.emptyNavigableMap());
        Map<String, Defined> newest = new TreeMap<>();
        synchronized (versions) {
            versions.values()
                    .forEach(defined ->
                            defined.definition().subscriptions().forEach(webhook -> newest.put(webhook, defined)));
        }
        return newest;
    }

    /** Returns the names of the triggers of all versions. */
    Set<String> triggers(String connector) {
        NavigableMap<String, Defined> versions = all.getOrDefault(connector, Collections.emptyNavigableMap());
        Set<String> names = new TreeSet<>();
        synchronized (versions) {
            versions.values()
                    .forEach(defined -> names.addAll(defined.scheduled().keySet()));
        }
        return names;
    }

    /** Whether a trigger has a stream in a version. */
    boolean isStream(String connector, String trigger) {
        NavigableMap<String, Defined> versions = all.getOrDefault(connector, Collections.emptyNavigableMap());
        synchronized (versions) {
            return versions.values().stream().anyMatch(defined -> defined.isStream(trigger));
        }
    }

    private NavigableMap<String, Defined> versions(String connector) {
        NavigableMap<String, Defined> versions = all.get(connector);
        if (versions == null) {
            throw unknown("connector", connector, all.keySet());
        }
        return versions;
    }

    /**
     * Checks the name of a trigger or webhook.
     *
     * @throws InvalidDefinitionException if no version has it
     */
    void requireName(String connector, @Nullable String name) {
        NavigableMap<String, Defined> versions = versions(connector);
        Set<String> names = new TreeSet<>();
        synchronized (versions) {
            versions.values().forEach(defined -> {
                names.addAll(defined.scheduled().keySet());
                names.addAll(defined.webhooks().keySet());
            });
        }
        if (name == null || !names.contains(name)) {
            throw unknown("trigger or webhook", name, names);
        }
    }

    /**
     * Checks that a version has a trigger, or a webhook with a handler of its own.
     *
     * @throws InvalidDefinitionException if none has it
     */
    void requireHandled(String connector, String name) {
        requireName(connector, name);
        NavigableMap<String, Defined> versions = versions(connector);
        synchronized (versions) {
            if (versions.values().stream().noneMatch(defined -> defined.isHandled(name))) {
                String owner = versions.lastEntry().getValue().hybridOf(name);
                throw new InvalidDefinitionException(
                        "connector registry",
                        connector + ": \"" + name + "\" is the webhook of the hybrid trigger \"" + owner
                                + "\", whose handler receives the events of both: set it by on(\"" + connector
                                + "\", \""
                                + owner + "\", ...)");
            }
        }
    }

    /** Returns the hybrid trigger of an instance to which the events of a webhook belong; null if there is none. */
    @Nullable String hybridOf(StoredInstance instance, String webhook) {
        Defined defined = find(instance.id().connector(), instance.version());
        return defined == null ? null : defined.hybridOf(webhook);
    }

    /** Returns the webhooks of a trigger in all versions. */
    Set<String> hybridWebhooks(String connector, String trigger) {
        NavigableMap<String, Defined> versions = all.getOrDefault(connector, Collections.emptyNavigableMap());
        Set<String> names = new TreeSet<>();
        synchronized (versions) {
            versions.values().stream()
                    .flatMap(defined -> Stream.ofNullable(defined.hybrids().get(trigger)))
                    .forEach(names::add);
        }
        return names;
    }

    private static InvalidDefinitionException unknown(String what, @Nullable String name, Collection<String> names) {
        String nearest = name == null ? null : Suggestions.of(name, names);
        return new InvalidDefinitionException(
                "connector registry",
                "there is no " + what + " \"" + name + "\""
                        + (nearest == null
                                ? ": use one of " + names.stream().sorted().toList()
                                : ": did you mean \"" + nearest + "\"?"));
    }

    /** Compares versions by their numbers; a pre-release precedes its release. */
    static int compare(String left, String right) {
        String[] lefts = left.split("-", 2);
        String[] rights = right.split("-", 2);
        String[] leftNumbers = lefts[0].split("\\.", -1);
        String[] rightNumbers = rights[0].split("\\.", -1);
        for (int i = 0; i < Math.min(leftNumbers.length, rightNumbers.length); i++) {
            int compared = Integer.compare(Integer.parseInt(leftNumbers[i]), Integer.parseInt(rightNumbers[i]));
            if (compared != 0) {
                return compared;
            }
        }
        return Comparator.<String[]>comparingInt(parts -> -parts.length)
                .thenComparing(parts -> parts.length == 1 ? "" : parts[1])
                .compare(lefts, rights);
    }
}
