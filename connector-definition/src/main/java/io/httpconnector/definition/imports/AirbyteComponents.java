package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Replaces components of Airbyte that are code, of which it is known what they do, by declarative ones that do the same. A component
 * is recognized by the name of its class and, as different connectors use the same names, by the address of the service. Not
 * thread-safe.
 */
final class AirbyteComponents {

    private static final String CLASS = "class_name";
    private static final String TYPE = "type";
    private static final String TRANSFORMATIONS = "transformations";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Replaces a component. */
    private interface Replacement {

        /**
         * Changes the component, or its stream.
         *
         * @param stream the stream that has the component
         */
        void apply(ObjectNode component, ObjectNode stream);
    }

    /** The replacements by the address of the service and the name of the class. */
    private final Map<String, Replacement> known = new TreeMap<>();

    private final JsonNode root;

    /** @param root the manifest */
    private AirbyteComponents(JsonNode root) {
        this.root = root;
        known.put("api.outreach.io CustomExtractor", AirbyteComponents::attributes);
        known.put("api.xero.com CustomExtractor", (component, stream) -> component.put(TYPE, "DpathExtractor"));
        known.put("api.pipedrive.com NullCheckedDpathExtractor", AirbyteComponents::nested);
        known.put("www.alphavantage.co ObjectDpathExtractor", AirbyteComponents::members);
        known.put("api.linkedin.com LinkedInAdsRecordExtractor", AirbyteComponents::auditStamps);
        known.put("api.linkedin.com LinkedInAdsErrorHandler", AirbyteComponents::errorHandler);
        known.put("a.klaviyo.com KlaviyoErrorHandler", AirbyteComponents::errorHandler);
        known.put("api.intercom.io ErrorHandlerWithRateLimiter", AirbyteComponents::errorHandler);
        known.put("app.asana.com AsanaHttpRequester", this::optionalFields);
        known.put("googleapis.com ContentOwnerRequester", AirbyteComponents::contentOwner);
        known.put("api.linkedin.com SafeEncodeHttpRequester", AirbyteComponents::safeQuery);
        known.put(
                "x-amzn-RateLimit-Limit AmazonSellerPartnerWaitTimeFromHeaderBackoffStrategy",
                AirbyteComponents::backoff);
        known.put("api.amazon.com/auth/o2/token AmazonSPOauthAuthenticator", AirbyteComponents::amazonToken);
        known.put(
                "reports/2021-06-30 GzipCsvDecoder",
                (component, stream) ->
                        component.put(TYPE, "CsvDecoder").put("delimiter", "\t").put("encoding", "iso-8859-1"));
        known.put("reports/2021-06-30 GzipJsonDecoder", (component, stream) -> component.put(TYPE, "JsonDecoder"));
    }

    /**
     * Replaces the components of streams.
     *
     * @param root the manifest
     * @param streams the streams, without references
     */
    static void replace(JsonNode root, JsonNode streams) {
        AirbyteComponents components = new AirbyteComponents(root);
        streams.forEach(components::streams);
    }

    /** Replaces the components of a stream, and those of its parents. */
    private void streams(JsonNode node) {
        boolean isStream = node.path("retriever").isObject();
        if (isStream && node instanceof ObjectNode stream) {
            components(stream, stream, stream.toString());
        }
        node.forEach(this::streams);
    }

    private void components(JsonNode node, ObjectNode stream, String text) {
        if (node instanceof ObjectNode component && component.path(CLASS).isTextual()) {
            String name = component.path(CLASS).textValue();
            String simple = name.substring(name.lastIndexOf('.') + 1);
            for (Map.Entry<String, Replacement> each : known.entrySet()) {
                String[] key = each.getKey().split(" ", 2);
                if (key[1].equals(simple) && text.contains(key[0])) {
                    component.remove(CLASS);
                    each.getValue().apply(component, stream);
                    break;
                }
            }
        }
        List<JsonNode> children = new ArrayList<>();
        node.forEach(children::add);
        for (JsonNode child : children) {
            if (!child.path("retriever").isObject()) {
                components(child, stream, text);
            }
        }
    }

    private static void errorHandler(ObjectNode component, ObjectNode stream) {
        component.put(TYPE, "DefaultErrorHandler");
    }

    private static void extractor(ObjectNode component, String... path) {
        component.put(TYPE, "DpathExtractor");
        ArrayNode steps = component.putArray("field_path");
        for (String step : path) {
            steps.add(step);
        }
    }

    /** The delay by the rate of the plan, which each response states; otherwise it is constant. */
    private static void backoff(ObjectNode component, ObjectNode stream) {
        component
                .put(TYPE, "ConstantBackoffStrategy")
                .put(
                        "backoff_time_in_seconds",
                        component.path("default_backoff_time").asInt(10));
        component.remove(List.of("header", "default_backoff_time"));
    }

    /** An access token in a header field of its own. */
    private static void amazonToken(ObjectNode component, ObjectNode stream) {
        ObjectNode login = NODES.objectNode().put(TYPE, "HttpRequester").put("http_method", "POST");
        login.set("url_base", component.path("token_refresh_endpoint"));
        ObjectNode form = login.putObject("request_body_data").put("grant_type", "refresh_token");
        for (String name : List.of("client_id", "client_secret", "refresh_token")) {
            form.set(name, component.path(name));
        }
        component.removeAll();
        component.put(TYPE, "SessionTokenAuthenticator").put("expiration_duration", "PT1H");
        component.set("login_requester", login);
        component.putArray("session_token_path").add("access_token");
        component
                .putObject("request_authentication")
                .put(TYPE, "ApiKey")
                .putObject("inject_into")
                .put(TYPE, "RequestOption")
                .put("inject_into", "header")
                .put("field_name", "x-amz-access-token");
    }

    /** JSON:API: the attributes become the record, with the id beside them. */
    private static void attributes(ObjectNode component, ObjectNode stream) {
        extractor(component, "data");
        insert(stream, added("attributes", "id", "{{ record['id'] }}"), flattened("attributes"));
    }

    /** A record that is within an object, which has its id even if it is null. */
    private static void nested(ObjectNode component, ObjectNode stream) {
        String member = component.path("nullable_nested_field").asText();
        component.put(TYPE, "DpathExtractor");
        insert(stream, added(member, "id", "{{ record['id'] }}"), flattened(member));
    }

    /** The members of an object, with their names as a field. */
    private static void members(ObjectNode component, ObjectNode stream) {
        if (component.has("inject_key_as_field")) {
            component.put(TYPE, "DpathExtractor");
        } else {
            extractor(component, "*");
        }
    }

    private static void auditStamps(ObjectNode component, ObjectNode stream) {
        extractor(component, "elements");
        insert(
                stream,
                added("", "lastModified", "{{ record['changeAuditStamps']['lastModified']['time'] }}"),
                added("", "created", "{{ record['changeAuditStamps']['created']['time'] }}"));
    }

    private static ObjectNode added(String object, String name, String value) {
        ObjectNode transformation = NODES.objectNode().put(TYPE, "AddFields");
        ObjectNode field = transformation.putArray("fields").addObject();
        ArrayNode path = field.putArray("path");
        if (!object.isEmpty()) {
            path.add(object);
        }
        path.add(name);
        field.put("value", value);
        return transformation;
    }

    private static ObjectNode flattened(String object) {
        ObjectNode transformation = NODES.objectNode().put(TYPE, "DpathFlattenFields");
        transformation.putArray("field_path").add(object);
        return transformation.put("replace_record", true);
    }

    /** Inserts transformations before those of a stream. */
    private static void insert(ObjectNode stream, ObjectNode... transformations) {
        ArrayNode all = NODES.arrayNode();
        for (ObjectNode transformation : transformations) {
            all.add(transformation);
        }
        JsonNode own = stream.path(TRANSFORMATIONS);
        own.forEach(all::add);
        stream.set(TRANSFORMATIONS, all);
    }

    private static ObjectNode parameters(ObjectNode requester) {
        requester.put(TYPE, "HttpRequester");
        return requester.path("request_parameters") instanceof ObjectNode parameters
                ? parameters
                : requester.putObject("request_parameters");
    }

    private static void contentOwner(ObjectNode requester, ObjectNode stream) {
        parameters(requester).put("onBehalfOfContentOwner", "{{ config.get('content_owner_id', '') }}");
    }

    /** The fields that the schema of a stream names are requested. */
    private void optionalFields(ObjectNode requester, ObjectNode stream) {
        String name = stream.path("name")
                .asText(stream.path(AirbyteResolver.PARAMETERS).path("name").asText());
        JsonNode schema = root.path("definitions").path(name + "_schema").path("properties");
        StringBuilder fields = new StringBuilder();
        schema.properties().forEach(property -> {
            JsonNode element = property.getValue().path("items");
            boolean isList = !has(property.getValue(), "object") && has(property.getValue(), "array");
            boolean isObject = has(property.getValue(), "object") || (isList && has(element, "object"));
            fields.append(fields.length() == 0 ? "" : ",")
                    .append(isObject ? ofObject(name, property.getKey()) : property.getKey());
        });
        ObjectNode parameters = parameters(requester);
        if (fields.length() > 0) {
            parameters.put("opt_fields", fields.toString());
        }
    }

    private static boolean has(JsonNode schema, String type) {
        JsonNode types = schema.path(TYPE);
        if (!types.isArray()) {
            return types.asText().contains(type);
        }
        for (JsonNode each : types) {
            if (each.asText().equals(type)) {
                return true;
            }
        }
        return false;
    }

    private static String ofObject(String stream, String field) {
        return switch (stream + "." + field) {
            case "tasks.custom_fields", "users.photo" -> field;
            case "tasks.hearts", "tasks.likes" -> field + ".user.gid";
            case "tasks.memberships" -> "memberships.(project|section).gid";
            default -> field + ".gid";
        };
    }

    /** The characters {@code ():,%} of the query are sent as they are: it is a part of the URL. */
    private static void safeQuery(ObjectNode requester, ObjectNode stream) {
        ObjectNode parameters = parameters(requester);
        boolean isText = parameters.properties().stream()
                .allMatch(parameter -> parameter.getValue().isTextual());
        if (!isText) {
            return;
        }
        StringBuilder query = new StringBuilder(requester.path("path").asText());
        parameters
                .properties()
                .forEach(parameter -> query.append(query.indexOf("?") < 0 ? '?' : '&')
                        .append(parameter.getKey())
                        .append('=')
                        .append(SPACE.matcher(parameter.getValue().textValue()).replaceAll("+")));
        requester.put("path", query.toString());
        requester.remove("request_parameters");
    }

    /** A space outside of expressions. */
    private static final Pattern SPACE = Pattern.compile(" (?![^{}]*}})");
}
