package io.httpconnector.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Set;

/**
 * Builds a strategy from credentials that are sent together: at most one in the header field Authorization, and any number of other
 * header fields, query parameters and cookies. Their values become inputs with {@code secret: true}.
 */
final class ImportedStrategy {

    private static final String AUTHORIZATION = "Authorization";

    private final ObjectNode strategy = JsonNodeFactory.instance.objectNode().put("type", "custom");
    private final ObjectNode cookies = JsonNodeFactory.instance.objectNode();
    private boolean hasAuthorization;

    /** Whether a credential is in the header field Authorization already, which is sent once. */
    boolean hasAuthorization() {
        return hasAuthorization;
    }

    ImportedStrategy basic() {
        return login("basic");
    }

    ImportedStrategy digest() {
        return login("digest");
    }

    private ImportedStrategy login(String type) {
        hasAuthorization = true;
        strategy.put("type", type)
                .put("user", field("user", "User", false))
                .put("password", field("password", "Password", true));
        return this;
    }

    /** Adds Basic authentication whose user is a key, without a password. */
    ImportedStrategy basicKey() {
        hasAuthorization = true;
        strategy.put("type", "basic").put("user", field("key", "API key", true)).put("password", "");
        return this;
    }

    ImportedStrategy bearer() {
        hasAuthorization = true;
        strategy.withObject("/headers").put(AUTHORIZATION, "Bearer " + field("token", "Token", true));
        return this;
    }

    /** Adds a header field, query parameter or cookie, unless there is one of this name. */
    ImportedStrategy key(String in, String name) {
        ObjectNode all =
                in.equals("cookie") ? cookies : strategy.withObject(in.equals("query") ? "/query" : "/headers");
        boolean isHeader = !in.equals("query") && !in.equals("cookie");
        boolean exists = all.properties().stream()
                .map(member -> member.getKey())
                .anyMatch(known -> isHeader ? known.equalsIgnoreCase(name) : known.equals(name));
        if (exists) {
            return this;
        }
        boolean isAuthorization = isHeader && name.equalsIgnoreCase(AUTHORIZATION);
        hasAuthorization |= isAuthorization;
        all.put(name, field(input(name), isAuthorization ? "Value of the header Authorization" : name, true));
        return this;
    }

    /**
     * Adds OAuth 2 by the flows of OpenAPI 3, or the single flow of Swagger 2.
     *
     * @return false if no flow is supported
     */
    boolean oauth2(JsonNode scheme, Set<String> scopes) {
        JsonNode code = scheme.at("/flows/authorizationCode");
        JsonNode client = scheme.at("/flows/clientCredentials");
        String flow = scheme.path("flow").asText();
        JsonNode chosen = code.isObject() || client.isObject() ? (code.isObject() ? code : client) : scheme;
        boolean isCode = code.isObject() || flow.equals("accessCode");
        if (!isCode && !client.isObject() && !flow.equals("application")) {
            return false;
        }
        hasAuthorization = true;
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

    /** Returns the definition of the strategy. */
    ObjectNode definition() {
        ObjectNode definition = strategy.deepCopy();
        if (!cookies.isEmpty() && definition.path("type").asText().equals("custom")) {
            definition.set("cookies", cookies);
        } else if (!cookies.isEmpty()) {
            StringBuilder field = new StringBuilder();
            cookies.properties()
                    .forEach(cookie -> field.append(field.isEmpty() ? "" : "; ")
                            .append(cookie.getKey())
                            .append('=')
                            .append(cookie.getValue().asText()));
            definition.withObject("/headers").put("Cookie", field.toString());
        }
        JsonNode fields = definition.remove("fields");
        if (fields != null) {
            definition.set("fields", fields);
        }
        for (String member : Set.of("headers", "query")) {
            if (definition.path(member).isObject() && definition.path(member).isEmpty()) {
                definition.remove(member);
            }
        }
        return definition;
    }

    /** Declares an input of a name that is not in use, and returns its placeholder. */
    private String field(String wanted, String label, boolean isSecret) {
        String name = wanted;
        for (int i = 2; isDeclared(name); i++) {
            name = wanted + i;
        }
        ObjectNode field =
                strategy.withArray("/fields").addObject().put("name", name).put("label", label);
        if (isSecret) {
            field.put("secret", true);
        }
        return "{{auth." + name + "}}";
    }

    private boolean isDeclared(String name) {
        for (JsonNode field : strategy.path("fields")) {
            if (field.path("name").asText().equals(name)) {
                return true;
            }
        }
        return false;
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
}
