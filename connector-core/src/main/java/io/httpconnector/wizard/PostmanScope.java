package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The variables and the authentication that a Postman collection or folder passes to its requests.
 *
 * @param variables the values of variables by name
 * @param auth the authentication
 * @param authOf the collection or folder that declares the authentication
 * @param settings the settings of requests
 * @param literals collects texts in double braces that are sent as they are, and the names of dynamic variables
 */
record PostmanScope(
        Map<String, String> variables, JsonNode auth, String authOf, PostmanSettings settings, Set<String> literals) {

    /** A variable: {@code {{name}}}. */
    static final Pattern VARIABLE = Pattern.compile("\\{\\{([^{}\\r\\n\"]{1,200})}}");

    /** The name of a variable, and not an expression of a template language, such as {@code #each}. */
    private static final Pattern NAME = Pattern.compile("\\s*[^\\s'#/:^>!&][^':]*");

    private static final int MAX_NESTING = 10;
    private static final int MAX_LENGTH = 1024 * 1024;

    static PostmanScope ofCollection(JsonNode collection) {
        return new PostmanScope(Map.of(), MissingNode.getInstance(), "", PostmanSettings.none(), Set.of())
                .within(collection, " of the collection");
    }

    /** Returns the scope of a folder or request within this one. */
    PostmanScope within(JsonNode folder, String what) {
        Map<String, String> known = new HashMap<>(variables);
        for (JsonNode variable : folder.path("variable")) {
            String name = variable.path("key").asText(variable.path("id").asText());
            boolean isSecret = CredentialDetector.isCredential(name)
                    || variable.path("type").asText().equalsIgnoreCase("secret");
            if (isSecret) {
                known.remove(name);
            } else if (!variable.path("disabled").asBoolean()) {
                known.put(name, variable.path("value").asText(""));
            }
        }
        boolean hasAuth = folder.path("auth").isObject();
        return new PostmanScope(
                known,
                hasAuth ? folder.path("auth") : auth,
                hasAuth ? what : authOf,
                settings.within(folder),
                new LinkedHashSet<>());
    }

    /** Substitutes known variables; unknown ones become pills. */
    String substitute(String text) {
        return substitute(text, 0);
    }

    private String substitute(String text, int depth) {
        StringBuilder out = new StringBuilder();
        Matcher matcher = VARIABLE.matcher(text);
        int at = 0;
        while (matcher.find()) {
            String name = matcher.group(1).strip();
            String value = variables.get(name);
            out.append(RequestDefinitionBuilder.escapeBraces(text.substring(at, matcher.start())));
            if (value == null && !NAME.matcher(matcher.group(1)).matches()) {
                out.append(RequestDefinitionBuilder.escapeBraces(matcher.group()));
                literals.add(matcher.group());
            } else if (value == null && name.startsWith("$")) {
                out.append(pill(name));
                literals.add(name);
            } else if (value == null || depth == MAX_NESTING || out.length() > MAX_LENGTH) {
                out.append(pill(name));
            } else {
                out.append(substitute(value, depth + 1));
            }
            at = matcher.end();
        }
        return out.append(RequestDefinitionBuilder.escapeBraces(text.substring(at)))
                .toString();
    }

    /** Returns the pill of a variable. */
    static String pill(String variable) {
        return "{{input." + variable.replaceAll("[^A-Za-z0-9_-]", "_") + "}}";
    }

    /** Substitutes variables in a query, and escapes separators in their values. */
    String query(String query) {
        List<String> pairs = new ArrayList<>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            pairs.add(equals < 0 ? pair(pair, null) : pair(pair.substring(0, equals), pair.substring(equals + 1)));
        }
        return String.join("&", pairs);
    }

    /** Returns a pair of a query, with escaped separators. Like Postman, keeps text that is already percent-encoded. */
    String pair(String name, @Nullable String value) {
        String escaped = escapeSeparators(name).replace("=", "%3D");
        return value == null ? escaped : escaped + "=" + escapeSeparators(value);
    }

    private String escapeSeparators(String text) {
        return substitute(text).replace("&", "%26").replace("#", "%23");
    }
}
