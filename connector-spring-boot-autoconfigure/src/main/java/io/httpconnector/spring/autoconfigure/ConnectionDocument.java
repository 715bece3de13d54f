package io.httpconnector.spring.autoconfigure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.definition.AuthDefinition;
import io.httpconnector.auth.definition.InputField;
import io.httpconnector.definition.ConnectorComponents;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.spring.autoconfigure.ConnectionProperties.Backoff;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The properties of a connection as a connector document, so that they have the same options, defaults and checks as a document.
 * Problems name the property in place of the JSON Pointer.
 */
final class ConnectionDocument {

    private static final String VERSION = "1.0.0";
    private static final Pattern POINTER = Pattern.compile("^/(connection|auth/default|auth|inputs)(/[^: (]*)?");

    private final String name;
    private final ConnectionProperties properties;

    ConnectionDocument(String name, ConnectionProperties properties) {
        this.name = name;
        this.properties = properties;
    }

    /**
     * Returns the document of the connection.
     *
     * @param base the document that the property {@code connector} names; null if there is none
     */
    ConnectorDefinition definition(@Nullable ConnectorDefinition base, ConnectorComponents components) {
        ObjectNode json = base == null ? ownDocument() : base.toJson();
        // The name of the connection in metrics, logs and exceptions: several connections may have the same document.
        json.put("title", name);
        connection(json.withObject("/connection"));
        if (!properties.auth().isEmpty()) {
            if (base != null) {
                throw new InvalidDefinitionException(
                        where(),
                        "auth: the document \"" + base.id()
                                + "\" defines the authentication: use strategy, values and secrets");
            }
            auth(json);
        }
        try {
            return ConnectorDefinition.of(json, components);
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException(
                    where(), e.problems().stream().map(this::named).toList());
        }
    }

    String where() {
        return "properties connectors.connections." + name;
    }

    private ObjectNode ownDocument() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("connector", 1).put("id", name).put("version", VERSION);
        if (properties.auth().isEmpty()) {
            inputs(json, Set.of());
        }
        return json;
    }

    private void auth(ObjectNode json) {
        // The members are written like other properties; what is below them may be names of the service.
        Map<String, Object> members = new LinkedHashMap<>();
        properties.auth().forEach((member, value) -> members.put(PropertyNames.camelCase(member), value));
        JsonNode auth = tree(members);
        Set<String> known = new LinkedHashSet<>();
        if (auth.has("preset")) {
            json.set("auth", auth);
            preset(auth.get("preset").asText()).stream().map(InputField::name).forEach(known::add);
        } else {
            json.withObject("/auth").set("default", auth);
            auth.path("fields").forEach(field -> known.add(field.path("name").asText()));
        }
        inputs(json, known);
    }

    private List<InputField> preset(String preset) {
        try {
            AuthDefinition definition = AuthDefinition.preset(preset);
            return definition.fields(
                    properties.strategy() == null ? definition.strategies().get(0) : properties.strategy());
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException(
                    where(), "auth.preset: " + e.problems().get(0));
        }
    }

    /** Declares an input for each value and secret that no strategy has. */
    private void inputs(ObjectNode json, Set<String> known) {
        List<ObjectNode> inputs = new ArrayList<>();
        Set<String> forms = new LinkedHashSet<>();
        known.forEach(field -> forms.add(PropertyNames.uniform(field)));
        properties.values().keySet().stream()
                .filter(value -> forms.add(PropertyNames.uniform(value)))
                .forEach(value -> inputs.add(input(value)));
        properties.secrets().keySet().stream()
                .filter(secret -> forms.add(PropertyNames.uniform(secret)))
                .forEach(secret -> inputs.add(input(secret).put("secret", true)));
        if (!inputs.isEmpty()) {
            json.withArray("/inputs").addAll(inputs);
        }
    }

    private static ObjectNode input(String name) {
        return JsonNodeFactory.instance.objectNode().put("name", PropertyNames.camelCase(name));
    }

    private void connection(ObjectNode json) {
        put(json, "baseUrl", properties.baseUrl());
        put(json, "test", properties.test());
        properties
                .headers()
                .forEach((field, value) -> json.withObject("/headers").put(field, value));
        properties.query().forEach((field, value) -> json.withObject("/query").put(field, value));
        put(json, "connectTimeout", properties.connectTimeout());
        put(json, "responseTimeout", properties.responseTimeout());
        put(json, "totalTimeout", properties.totalTimeout());
        put(json, "maxConnections", properties.maxConnections());
        put(json, "maxResponseBytes", properties.maxResponseBytes());
        put(json, "maxStreamBytes", properties.maxStreamBytes());
        put(json, "cookies", properties.cookies());
        put(json, "dedicatedPool", properties.dedicatedPool());
        put(json, "unixSocket", properties.unixSocket());
        put(json, "tlsVersions", properties.tlsVersions());
        ConnectionProperties.Retry retry = properties.retry();
        if (retry != null) {
            ObjectNode object = json.putObject("retry");
            put(object, "maxAttempts", retry.maxAttempts());
            put(object, "fixedDelay", retry.fixedDelay());
            put(object, "minDelay", retry.minDelay());
            put(object, "jitter", retry.jitter());
            Backoff backoff = retry.backoff();
            if (backoff != null) {
                ObjectNode delays = object.putObject("backoff");
                put(delays, "first", backoff.first());
                put(delays, "max", backoff.max());
            }
        }
        ConnectionProperties.RateLimit limit = properties.rateLimit();
        if (limit != null) {
            ObjectNode object = json.putObject("rateLimit");
            put(object, "requests", limit.requests());
            put(object, "period", limit.period());
            put(object, "adaptive", limit.adaptive());
        }
        for (ConnectionProperties.RouteRateLimit route : properties.routeRateLimits()) {
            ObjectNode object = json.withArray("/routeRateLimits").addObject();
            put(object, "route", route.route());
            put(object, "requests", route.requests());
            put(object, "period", route.period());
            put(object, "adaptive", route.adaptive());
        }
        ConnectionProperties.Proxy proxy = properties.proxy();
        if (proxy != null) {
            // The credentials are no text of a document: ConnectionContext adds them.
            ObjectNode object = json.putObject("proxy");
            put(object, "type", proxy.type());
            put(object, "host", proxy.host());
            put(object, "port", proxy.port());
            put(object, "bypass", proxy.bypass());
        }
        ConnectionProperties.Destinations destinations = properties.destinations();
        if (destinations != null) {
            ObjectNode object = json.putObject("destinations");
            put(object, "base", destinations.base());
            put(object, "allow", destinations.allow());
            put(object, "deny", destinations.deny());
        }
    }

    private static void put(ObjectNode object, String member, @Nullable Object value) {
        if (value != null && !(value instanceof Collection<?> all && all.isEmpty())) {
            object.set(member, tree(value));
        }
    }

    /** Converts a value that the binder has read. A list of a properties file has numbers as keys. */
    private static JsonNode tree(Object value) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (value instanceof Map<?, ?> map) {
            if (isList(map)) {
                return tree(List.copyOf(map.values()));
            }
            ObjectNode object = nodes.objectNode();
            map.forEach((key, member) -> object.set(String.valueOf(key), tree(member)));
            return object;
        }
        if (value instanceof Collection<?> elements) {
            ArrayNode array = nodes.arrayNode();
            elements.forEach(element -> array.add(tree(element)));
            return array;
        }
        if (value instanceof Boolean flag) {
            return nodes.booleanNode(flag);
        }
        if (value instanceof Integer number) {
            return nodes.numberNode(number);
        }
        if (value instanceof Long number) {
            return nodes.numberNode(number);
        }
        if (value instanceof BigInteger number) {
            return nodes.numberNode(number);
        }
        if (value instanceof Number number) {
            return nodes.numberNode(new BigDecimal(number.toString()));
        }
        return nodes.textNode(value instanceof Duration duration ? duration.toString() : String.valueOf(value));
    }

    private static boolean isList(Map<?, ?> map) {
        int expected = 0;
        for (Object key : map.keySet()) {
            if (!String.valueOf(key).equals(String.valueOf(expected++))) {
                return false;
            }
        }
        return expected > 0;
    }

    /** Replaces the JSON Pointer at the start of a problem by the name of the property. */
    private String named(String problem) {
        Matcher pointer = POINTER.matcher(problem);
        if (!pointer.find()) {
            return problem;
        }
        MatchResult found = pointer.toMatchResult();
        String root =
                found.group(1).startsWith("auth") ? "/auth" : found.group(1).equals("inputs") ? "/inputs" : "";
        String path = root + (found.group(2) == null ? "" : found.group(2));
        String property = PropertyNames.hyphenated(path.replace('/', '.'));
        return "connectors.connections." + name + property + problem.substring(found.end());
    }
}
