package io.httpconnector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.cli.ImportedRequests.Remark;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ways to authenticate of imported requests: those that the source describes, and the header fields and parameters with
 * credentials that its requests have. What a request needs together is in one strategy.
 */
final class ImportedAuth {

    private static final int MAX_REFERENCES = 10;

    /** What an importer advises for credentials, which a document with strategies already has. */
    private static final Pattern ADVICE = Pattern.compile(
            "configure (?:it|them) in the connection$|configure the credentials in the connection's auth strategy$");

    private static final Pattern OF_OPENAPI = Pattern.compile("it authenticates by (.+): .*");
    private static final Pattern SCHEME = Pattern.compile("(?:^| or | and )(\\S+) \\(");

    private final ImportedRequests source;
    private final Map<String, ImportedStrategy> strategies = new LinkedHashMap<>();
    private final Set<Remark> remarks = new LinkedHashSet<>();
    /** The credentials that a description declares: in, and name in lower case. */
    private final Set<String> declared = new HashSet<>();
    /** The security schemes of which there are strategies. */
    private final Set<String> described = new HashSet<>();
    /** The remarks about credentials of which there are strategies. */
    private final Set<Remark> answered = new HashSet<>();

    /**
     * @param origin the scheme and host of the service: credentials of requests to others are not for this document
     */
    ImportedAuth(ImportedRequests source, String origin) {
        this.source = source;
        if (source.format() == ImportFormat.OPENAPI) {
            openApi(source.tree());
        }
        leftOut(LeftOutCredentials.of(source, origin));
    }

    /** Returns the strategies by their names; empty if there are none. */
    ObjectNode strategies() {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        strategies.forEach((name, strategy) -> all.set(name, strategy.definition()));
        return all;
    }

    List<Remark> remarks() {
        return List.copyOf(remarks);
    }

    /** Returns a remark of an importer; if it advises to configure credentials, with the strategy that the document has. */
    Remark completed(Remark remark) {
        Matcher scheme = OF_OPENAPI.matcher(remark.text());
        boolean isDescribed = (source.format() == ImportFormat.OPENAPI && scheme.matches())
                ? SCHEME.matcher(scheme.group(1)).results().allMatch(found -> described.contains(found.group(1)))
                : answered.contains(remark);
        String names = String.join(", ", strategies.keySet());
        return isDescribed && !names.isEmpty()
                ? new Remark(
                        remark.place(),
                        ADVICE.matcher(remark.text())
                                .replaceFirst(Matcher.quoteReplacement("auth describes it: " + names)))
                : remark;
    }

    private void openApi(JsonNode document) {
        ObjectNode schemes = JsonNodeFactory.instance.objectNode();
        (document.has("swagger") ? document.path("securityDefinitions") : document.at("/components/securitySchemes"))
                .properties()
                .forEach(scheme -> schemes.set(scheme.getKey(), resolved(document, scheme.getValue())));
        schemes.forEach(scheme -> {
            if (scheme.path("type").asText().equals("apiKey")) {
                declared.add(scheme.path("in").asText() + " "
                        + scheme.path("name").asText().toLowerCase(Locale.ROOT));
            }
        });
        Set<Set<String>> requirements = requirements(document);
        Set<String> alone = new HashSet<>();
        Set<String> combined = new HashSet<>();
        requirements.forEach(each -> (each.size() > 1 ? combined : alone).addAll(each));
        for (Map.Entry<String, JsonNode> scheme : schemes.properties()) {
            if (!combined.contains(scheme.getKey()) || alone.contains(scheme.getKey())) {
                combination(document, schemes, Set.of(scheme.getKey()));
            }
        }
        for (Set<String> requirement : requirements) {
            if (requirement.size() > 1 && !combination(document, schemes, requirement)) {
                requirement.stream()
                        .filter(name -> !alone.contains(name))
                        .forEach(name -> combination(document, schemes, Set.of(name)));
            }
        }
    }

    /** Follows references within the document. */
    private static JsonNode resolved(JsonNode document, JsonNode scheme) {
        JsonNode target = scheme;
        for (int i = 0; i < MAX_REFERENCES && target.path("$ref").asText("").startsWith("#/"); i++) {
            target = document.at(target.path("$ref").asText().substring(1));
        }
        return target;
    }

    /** Adds a strategy with all these security schemes. Returns false if they exclude each other. */
    private boolean combination(JsonNode document, JsonNode schemes, Set<String> names) {
        ImportedStrategy strategy = new ImportedStrategy();
        boolean isEmpty = true;
        for (String name : names) {
            JsonNode scheme = schemes.path(name);
            if (isInAuthorization(scheme) && strategy.hasAuthorization()) {
                remarks.add(new Remark(
                        "security schemes " + String.join(" and ", names),
                        "both are in the header Authorization, which a request has once: they become strategies of which"
                                + " a connection uses one"));
                return false;
            }
            boolean isAdded = scheme(scheme, scopes(document, name), strategy);
            if (isAdded) {
                described.add(name);
            }
            if (!isAdded) {
                remarks.add(new Remark(
                        "security scheme \"" + name + "\"",
                        "its type \"" + scheme.path("type").asText() + "\" is not imported: describe it in auth"));
            }
            isEmpty &= !isAdded;
        }
        if (!isEmpty) {
            strategies.put(unique(ImportedRequests.name(String.join("-and-", names))), strategy);
        }
        return true;
    }

    private String unique(String name) {
        String unique = name;
        for (int i = 2; strategies.containsKey(unique); i++) {
            unique = name + "-" + i;
        }
        return unique;
    }

    private static boolean isInAuthorization(JsonNode scheme) {
        return !scheme.path("type").asText().equals("apiKey")
                ? scheme.path("type").asText().matches("basic|http|oauth2")
                : scheme.path("in").asText().equals("header")
                        && scheme.path("name").asText().equalsIgnoreCase("Authorization");
    }

    private static boolean scheme(JsonNode scheme, Set<String> scopes, ImportedStrategy strategy) {
        String type = scheme.path("type").asText();
        String kind = type.equals("http") ? scheme.path("scheme").asText().toLowerCase(Locale.ROOT) : type;
        switch (kind) {
            case "basic" -> strategy.basic();
            case "digest" -> strategy.digest();
            case "bearer" -> strategy.bearer();
            case "apiKey" ->
                strategy.key(scheme.path("in").asText(), scheme.path("name").asText());
            case "oauth2" -> {
                return strategy.oauth2(scheme, scopes);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Returns the sets of security schemes of which an imported operation needs one. */
    private Set<Set<String>> requirements(JsonNode document) {
        Set<Set<String>> all = new LinkedHashSet<>();
        for (JsonNode security : securities(document)) {
            for (JsonNode alternative : security) {
                Set<String> names = new LinkedHashSet<>();
                alternative.fieldNames().forEachRemaining(names::add);
                if (!names.isEmpty()) {
                    all.add(names);
                }
            }
        }
        return all;
    }

    /** Returns the scopes that the imported operations need. */
    private Set<String> scopes(JsonNode document, String scheme) {
        Set<String> scopes = new TreeSet<>();
        for (JsonNode security : securities(document)) {
            security.forEach(each -> each.path(scheme).forEach(scope -> scopes.add(scope.asText())));
        }
        return scopes;
    }

    /** Returns the security requirements of the imported operations. */
    private List<JsonNode> securities(JsonNode document) {
        List<JsonNode> all = new ArrayList<>();
        Set<String> imported = new HashSet<>();
        source.requests().keySet().forEach(name -> imported.add(source.place(name)));
        document.path("paths")
                .forEach(path -> path.forEach(operation -> {
                    if (imported.contains(operation.path("summary").asText())) {
                        all.add(operation.has("security") ? operation.path("security") : document.path("security"));
                    }
                }));
        return all.isEmpty() ? List.of(document.path("security")) : all;
    }

    /** Adds what the importer has left out of the requests, to each strategy of the source or to strategies of its own. */
    private void leftOut(LeftOutCredentials found) {
        answered.addAll(found.read());
        found.unsupported()
                .forEach(type -> remarks.add(
                        new Remark("auth", "its type \"" + type + "\" is not imported: describe it in auth")));
        if (strategies.isEmpty()) {
            found.logins()
                    .forEach((name, login) ->
                            login.accept(strategies.computeIfAbsent(name, unused -> new ImportedStrategy())));
            if (strategies.size() > 1) {
                remarks.add(new Remark(
                        "",
                        "its requests authenticate in several ways: a connection uses one of "
                                + String.join(", ", strategies.keySet())));
            }
            if (strategies.isEmpty() && !found.keys().isEmpty()) {
                strategies.put(LeftOutCredentials.KEY, new ImportedStrategy());
            }
        }
        found.keys().stream()
                .filter(key -> !declared.contains(key.in() + " " + key.name().toLowerCase(Locale.ROOT)))
                .forEach(key -> strategies.values().forEach(strategy -> strategy.key(key.in(), key.name())));
    }
}
