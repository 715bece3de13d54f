package io.httpconnector.definition.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Adds to the schema of connector documents what depends on other parts of the document. */
final class ConnectorSchema {

    /** The names of requests, triggers and webhooks. */
    private static final String NAME = "^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$";

    private ConnectorSchema() {}

    /**
     * Completes the schema.
     *
     * @param schema the schema that the model describes
     * @param example a valid document
     * @return the schema
     */
    static ObjectNode complete(ObjectNode schema, JsonNode example) {
        ObjectNode completed = JsonNodeFactory.instance.objectNode();
        schema.properties().forEach(member -> {
            completed.set(member.getKey(), member.getValue());
            if (member.getKey().equals("title")) {
                completed.put(
                        "description",
                        "The connection, authentication, requests, polling triggers and webhooks of a service.");
                completed.putArray("examples").add(example);
            }
        });
        permitOwnAuthTypes(completed);
        for (String member : List.of("requests", "triggers", "webhooks")) {
            ArrayNode names = completed
                    .withObject("/properties/" + member)
                    .putObject("propertyNames")
                    .putArray("anyOf");
            names.addObject().put("pattern", NAME);
            names.addObject().put("const", "$ref");
        }
        return completed;
    }

    /** The members of a type that is code of the application are not known. */
    private static void permitOwnAuthTypes(ObjectNode schema) {
        ObjectNode auth = schema.withObject("/properties/auth");
        ObjectNode known = JsonNodeFactory.instance.objectNode();
        known.set("anyOf", auth.remove("anyOf"));
        ObjectNode rule = schema.withArray("/allOf").addObject();
        ObjectNode components = rule.putObject("if");
        components.putArray("required").add("components");
        components
                .putObject("properties")
                .putObject("components")
                .putArray("required")
                .add("authTypes");
        auth.put("type", "object");
        rule.putObject("then")
                .putObject("properties")
                .putObject("auth")
                .putObject("additionalProperties")
                .put("type", "object");
        rule.putObject("else").putObject("properties").set("auth", known);
    }
}
