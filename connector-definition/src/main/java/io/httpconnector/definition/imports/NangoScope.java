package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The values that the texts of a provider of Nango can have at one place. Immutable, but for the steps, which collect the values
 * that are used.
 *
 * @param fields the form
 * @param token the content of the pill for the access token; null where there is none
 * @param hasRequest whether there are values of the request
 * @param steps the values that each step of a login has to keep: JSON Pointers by name
 */
record NangoScope(
        NangoFields fields, @Nullable String token, boolean hasRequest, Map<Integer, Map<String, String>> steps) {

    private static final Pattern STEP = Pattern.compile("step(\\d{1,2})\\.(.+)");

    private static final Map<String, String> OF_REQUEST = Map.of(
            "method", "method",
            "host", "host",
            "path", "path",
            "endpoint", "target",
            "params", "query",
            "bodyCanonicalParams", "body",
            "urlCanonicalParams", "query");

    static NangoScope of(NangoFields fields) {
        return new NangoScope(fields, null, false, new LinkedHashMap<>());
    }

    NangoScope withToken(String pill) {
        return new NangoScope(fields, pill, hasRequest, steps);
    }

    NangoScope withRequest() {
        return new NangoScope(fields, token, true, steps);
    }

    NangoText text(ObjectNode computed) {
        return new NangoText(this::pill, computed, fields::makeOptional);
    }

    /** Returns the content of the pill for the name of a value; null if it is unknown. */
    @Nullable String pill(String expression) {
        if (token != null && (expression.equals("accessToken") || expression.equals("credentials.token"))) {
            return token;
        }
        if (expression.equals("random")) {
            return "nonce";
        }
        if (hasRequest && OF_REQUEST.containsKey(expression)) {
            return OF_REQUEST.get(expression);
        }
        Matcher step = STEP.matcher(expression);
        if (step.matches()) {
            return "auth." + keep(Integer.parseInt(step.group(1)), step.group(2));
        }
        String field = field(expression);
        return field == null ? null : "auth." + field;
    }

    /** Keeps a value of the response of a step; returns its name. */
    String keep(int step, String path) {
        String name = "step" + step + "_" + path.replaceAll("[^A-Za-z0-9_-]", "_");
        steps.computeIfAbsent(step, number -> new LinkedHashMap<>()).put(name, CatalogueNames.pointer(path));
        return name;
    }

    private @Nullable String field(String expression) {
        if (expression.startsWith("connectionConfig.")) {
            return fields.use(NangoFields.CONNECTION, expression.substring("connectionConfig.".length()));
        }
        if (expression.startsWith("assertionOption.")) {
            return fields.use(NangoFields.ASSERTION, expression.substring("assertionOption.".length()));
        }
        String name =
                expression.startsWith("credentials.") ? expression.substring("credentials.".length()) : expression;
        if (name.startsWith("raw.")) {
            return fields.receiveRaw(name.substring("raw.".length()));
        }
        if (fields.declares(NangoFields.CONNECTION, name)
                && !expression.startsWith("credentials.")
                && !fields.declares(NangoFields.CREDENTIALS, name)) {
            return fields.use(NangoFields.CONNECTION, name);
        }
        boolean isKnown = expression.startsWith("credentials.")
                || fields.declares(NangoFields.CREDENTIALS, name)
                || name.matches("apiKey|username|password|clientId|clientSecret");
        return isKnown && name.matches("[\\w-]+") && !name.startsWith("_")
                ? fields.use(NangoFields.CREDENTIALS, name)
                : null;
    }
}
