package io.httpconnector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.cli.ImportedRequests.Remark;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ways to authenticate of imported requests: those that the source describes, or else the header fields and parameters with
 * credentials that its requests have. Values of credentials are not read: they become inputs with {@code secret: true}.
 */
final class ImportedAuth {

    /** The note of an importer for a credential that it has left out. */
    private static final Pattern LEFT_OUT =
            Pattern.compile("(the header|the query parameter|--)\\s*(\\S+) is left out: .*");

    private static final String BEARER = "Bearer {{auth.token}}";

    private final ImportedRequests source;
    private final ObjectNode strategies = JsonNodeFactory.instance.objectNode();
    private final List<Remark> remarks = new ArrayList<>();

    ImportedAuth(ImportedRequests source) {
        this.source = source;
        switch (source.format()) {
            case OPENAPI -> openApi(source.tree());
            case POSTMAN -> postman(source.tree().path("auth"));
            default -> {}
        }
        if (strategies.isEmpty()) {
            leftOut();
        }
    }

    /** Returns the strategies by their names; empty if there are none. */
    ObjectNode strategies() {
        return strategies;
    }

    List<Remark> remarks() {
        return remarks;
    }

    private void openApi(JsonNode document) {
        JsonNode schemes = document.has("swagger")
                ? document.path("securityDefinitions")
                : document.at("/components/securitySchemes");
        schemes.properties().forEach(scheme -> {
            ObjectNode strategy = JsonNodeFactory.instance.objectNode();
            if (scheme(scheme.getValue(), scopes(document, scheme.getKey()), strategy)) {
                strategies.set(ImportedRequests.name(scheme.getKey()), strategy);
            } else {
                remarks.add(new Remark(
                        "security scheme \"" + scheme.getKey() + "\"",
                        "its type \"" + scheme.getValue().path("type").asText()
                                + "\" is not imported: describe it in auth"));
            }
        });
    }

    private boolean scheme(JsonNode scheme, Set<String> scopes, ObjectNode strategy) {
        String type = scheme.path("type").asText();
        String http = scheme.path("scheme").asText().toLowerCase(Locale.ROOT);
        if (type.equals("basic") || (type.equals("http") && http.equals("basic"))) {
            basic(strategy);
        } else if (type.equals("http") && http.equals("bearer")) {
            bearer(strategy);
        } else if (type.equals("apiKey") && !scheme.path("in").asText().equals("cookie")) {
            key(strategy, scheme.path("in").asText(), scheme.path("name").asText());
        } else if (type.equals("oauth2")) {
            return oauth2(scheme, scopes, strategy);
        } else {
            return false;
        }
        return true;
    }

    /** Describes OAuth 2 by the flows of OpenAPI 3, or the single flow of Swagger 2. */
    private static boolean oauth2(JsonNode scheme, Set<String> scopes, ObjectNode strategy) {
        JsonNode code = scheme.at("/flows/authorizationCode");
        JsonNode client = scheme.at("/flows/clientCredentials");
        String flow = scheme.path("flow").asText();
        JsonNode chosen = code.isObject() || client.isObject() ? (code.isObject() ? code : client) : scheme;
        boolean isCode = code.isObject() || flow.equals("accessCode");
        if (!isCode && !client.isObject() && !flow.equals("application")) {
            return false;
        }
        strategy.put("type", isCode ? "oauth2-authorization-code" : "oauth2-client-credentials");
        if (isCode) {
            strategy.put("authorizationUrl", chosen.path("authorizationUrl").asText());
        }
        strategy.put("tokenUrl", chosen.path("tokenUrl").asText());
        if (!scopes.isEmpty()) {
            scopes.forEach(strategy.putArray("scopes")::add);
        }
        return true;
    }

    /** Returns the scopes that the imported operations need. */
    private Set<String> scopes(JsonNode document, String scheme) {
        Set<String> scopes = new TreeSet<>();
        Set<String> imported = new LinkedHashSet<>();
        source.requests().keySet().forEach(name -> imported.add(source.place(name)));
        document.path("paths")
                .forEach(path -> path.forEach(operation -> {
                    if (imported.contains(operation.path("summary").asText())) {
                        JsonNode security =
                                operation.has("security") ? operation.path("security") : document.path("security");
                        security.forEach(each -> each.path(scheme).forEach(scope -> scopes.add(scope.asText())));
                    }
                }));
        return scopes;
    }

    private void postman(JsonNode auth) {
        String type = auth.path("type").asText("");
        ObjectNode strategy = JsonNodeFactory.instance.objectNode();
        switch (type) {
            case "", "noauth" -> {
                return;
            }
            case "basic" -> basic(strategy);
            case "bearer" -> bearer(strategy);
            case "apikey" -> {
                String name = parameter(auth.path("apikey"), "key");
                key(strategy, parameter(auth.path("apikey"), "in"), name.isEmpty() ? "X-Api-Key" : name);
            }
            default -> {
                remarks.add(new Remark("auth", "its type \"" + type + "\" is not imported: describe it in auth"));
                return;
            }
        }
        strategies.set(type, strategy);
    }

    /** Returns a parameter, from an array of pairs (format 2.1) or an object (format 2.0). */
    private static String parameter(JsonNode parameters, String name) {
        for (JsonNode pair : parameters) {
            if (pair.path("key").asText().equals(name)) {
                return pair.path("value").asText("");
            }
        }
        return parameters.path(name).asText("");
    }

    /** Describes what the importer has left out of the requests. */
    private void leftOut() {
        ObjectNode custom = JsonNodeFactory.instance.objectNode();
        for (Remark remark : source.remarks()) {
            Matcher credential = LEFT_OUT.matcher(remark.text());
            if (!credential.matches()) {
                continue;
            }
            String name = credential.group(2);
            switch (credential.group(1)) {
                case "the header" -> key(custom, "header", name);
                case "the query parameter" -> key(custom, "query", name);
                default -> option(name, remark.text().contains("its user is a key"));
            }
        }
        if (!custom.isEmpty()) {
            strategies.set("key", custom);
        }
    }

    private void option(String name, boolean isKey) {
        if (name.equals("user") && isKey) {
            ObjectNode basic = strategies.putObject("basic");
            basic.put("type", "basic").put("user", "{{auth.key}}").put("password", "");
            field(basic, "key", "API key", true);
        } else if (name.equals("user")) {
            basic(strategies.putObject("basic"));
        } else if (name.equals("oauth2-bearer")) {
            bearer(strategies.putObject("bearer"));
        }
    }

    private static void basic(ObjectNode strategy) {
        strategy.put("type", "basic").put("user", "{{auth.user}}").put("password", "{{auth.password}}");
        field(strategy, "user", "User", false);
        field(strategy, "password", "Password", true);
    }

    private static void bearer(ObjectNode strategy) {
        strategy.put("type", "custom").putObject("headers").put("Authorization", BEARER);
        field(strategy, "token", "Token", true);
    }

    private static void key(ObjectNode strategy, String in, String name) {
        ObjectNode all = strategy.put("type", "custom").withObject(in.equals("query") ? "/query" : "/headers");
        if (all.has(name)) {
            return;
        }
        String input = input(name);
        all.put(name, "{{auth." + input + "}}");
        field(
                strategy,
                input,
                name.equalsIgnoreCase("Authorization") ? "Value of the header Authorization" : name,
                true);
    }

    /** Returns the name of an input, such as {@code xApiKey} for {@code X-Api-Key}. */
    private static String input(String name) {
        StringBuilder input = new StringBuilder();
        for (String word : ImportedRequests.name(name).split("-", -1)) {
            input.append(
                            input.isEmpty()
                                    ? word.substring(0, 1)
                                    : word.substring(0, 1).toUpperCase(Locale.ROOT))
                    .append(word.substring(1));
        }
        return input.toString();
    }

    private static void field(ObjectNode strategy, String name, String label, boolean isSecret) {
        ObjectNode field =
                strategy.withArray("/fields").addObject().put("name", name).put("label", label);
        if (isSecret) {
            field.put("secret", true);
        }
    }
}
