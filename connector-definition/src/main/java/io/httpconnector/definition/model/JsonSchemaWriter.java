package io.httpconnector.definition.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.definition.model.ObjectModel.Exclusive;
import io.httpconnector.internal.json.MemberObserver.Arrangement;
import io.httpconnector.internal.json.MemberObserver.ValueType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes a JSON Schema (2020-12) for a {@link DocumentModel}. The schema accepts each document that the reader accepts; it
 * rejects unknown and missing members, and values of another type. Limits of numbers and the syntax of texts are checked by the
 * reader only. Not thread-safe.
 */
final class JsonSchemaWriter {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final DocumentModel model;
    private final Descriptions descriptions;
    private final Map<String, String> names = new LinkedHashMap<>();

    /** The meanings of members. */
    @FunctionalInterface
    public interface Descriptions {
        /**
         * Returns the meaning of a member.
         *
         * @param object the object
         * @param member its member
         * @return one or more sentences; empty if unknown
         */
        String of(ObjectModel object, MemberModel member);
    }

    private JsonSchemaWriter(DocumentModel model, Descriptions descriptions) {
        this.model = model;
        this.descriptions = descriptions;
    }

    /**
     * Writes a schema.
     *
     * @param id the value of {@code $id}, an absolute URI
     * @param title the kind of document
     * @param model its model
     * @param descriptions the meanings of the members
     * @param examples valid documents
     * @return the schema
     */
    public static ObjectNode schema(
            String id,
            String title,
            DocumentModel model,
            Descriptions descriptions,
            List<? extends JsonNode> examples) {
        return new JsonSchemaWriter(model, descriptions).document(id, title, examples);
    }

    private ObjectNode document(String id, String title, List<? extends JsonNode> examples) {
        ObjectNode schema = NODES.objectNode();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema")
                .put("$id", id)
                .put("title", title);
        if (!examples.isEmpty()) {
            schema.putArray("examples").addAll(examples);
        }
        schema.setAll(object(model.object(model.root())));
        ObjectNode definitions = schema.putObject("$defs");
        model.objects().forEach((name, object) -> {
            if (!name.equals(model.root())) {
                definitions.set(name(name), object(object));
            }
        });
        return schema;
    }

    /** The name of an object, without the package. */
    private String name(String id) {
        return names.computeIfAbsent(id, ObjectModel::nameOf);
    }

    private ObjectNode object(ObjectModel object) {
        ObjectNode schema = NODES.objectNode().put("type", "object");
        List<JsonNode> rules = members(schema, object);
        setRules(schema, rules);
        return schema.put(object.variants().isEmpty() ? "additionalProperties" : "unevaluatedProperties", false);
    }

    private static void setRules(ObjectNode schema, List<JsonNode> rules) {
        if (!rules.isEmpty()) {
            schema.putArray("allOf").addAll(rules);
        }
    }

    private ObjectNode variant(String discriminator, String value, ObjectModel variant) {
        ObjectNode rule = NODES.objectNode();
        ObjectNode condition = rule.putObject("if");
        condition.putObject("properties").putObject(discriminator).put("const", value);
        condition.putArray("required").add(discriminator);
        ObjectNode then = rule.putObject("then");
        setRules(then, members(then, variant));
        return rule;
    }

    /** Writes the members of an object. Returns the rules among them, and its variants. */
    private List<JsonNode> members(ObjectNode schema, ObjectModel object) {
        ObjectNode properties = schema.putObject("properties");
        List<JsonNode> rules = new ArrayList<>();
        for (MemberModel member : object.members()) {
            properties.set(member.name(), member(object, member));
            if (member.isRequired() && member.unless().isEmpty()) {
                schema.withArray("/required").add(member.name());
            } else if (member.isRequired()) {
                List<String> alternatives = new ArrayList<>(List.of(member.name()));
                alternatives.addAll(member.unless());
                rules.add(anyOf(alternatives));
            }
            for (String other : member.requiredWith()) {
                schema.withObject("/dependentRequired").withArray("/" + other).add(member.name());
            }
        }
        for (Exclusive group : object.exclusive()) {
            rules.add(exclusive(group));
        }
        object.variants().forEach((value, variant) -> rules.add(variant(object.discriminator(), value, variant)));
        return rules;
    }

    private static ObjectNode anyOf(List<String> names) {
        ObjectNode rule = NODES.objectNode();
        names.forEach(name -> rule.withArray("/anyOf").add(requires(name)));
        return rule;
    }

    private static ObjectNode requires(String name) {
        ObjectNode rule = NODES.objectNode();
        rule.putArray("required").add(name);
        return rule;
    }

    private static ObjectNode exclusive(Exclusive group) {
        ObjectNode rule = NODES.objectNode();
        group.names().forEach(name -> rule.withArray("/oneOf").add(requires(name)));
        if (!group.isRequired()) {
            rule.withArray("/oneOf").add(NODES.objectNode().set("not", anyOf(group.names())));
        }
        return rule;
    }

    private ObjectNode member(ObjectModel object, MemberModel member) {
        ObjectNode schema = NODES.objectNode();
        String meaning = descriptions.of(object, member);
        if (!meaning.isEmpty()) {
            schema.put("description", meaning);
        }
        List<ObjectNode> kinds =
                member.values().stream().map(value -> arranged(value, member)).toList();
        if (kinds.size() == 1) {
            return schema.setAll(kinds.get(0));
        }
        schema.putArray("anyOf").addAll(kinds);
        return schema;
    }

    private ObjectNode arranged(ValueModel value, MemberModel member) {
        ObjectNode single = single(value);
        if (value.arrangement() == Arrangement.SINGLE) {
            return single;
        }
        ObjectNode schema = NODES.objectNode();
        if (value.arrangement() == Arrangement.MAP) {
            schema.put("type", "object").set("additionalProperties", single);
            return schema;
        }
        schema.put("type", "array").set("items", single);
        if (member.isNotEmpty()) {
            schema.put("minItems", 1);
        }
        if (member.isDistinct()) {
            schema.put("uniqueItems", true);
        }
        return schema;
    }

    private ObjectNode single(ValueModel value) {
        ObjectNode schema = NODES.objectNode();
        if (!value.object().isEmpty()) {
            return schema.put("$ref", value.object().equals(model.root()) ? "#" : "#/$defs/" + name(value.object()));
        }
        switch (value.type()) {
            case TEXT -> schema.put("type", "string");
            case INTEGER -> schema.put("type", "integer");
            case FLAG -> schema.put("type", "boolean");
            case MARKER -> schema.put("const", true);
            case INSTANT -> schema.put("type", "string").put("format", "date-time");
            case DURATION -> schema.put("type", "string").put("pattern", "^[-+]?[Pp]");
            case ZONE -> schema.put("type", "string");
            case FREE_OBJECT -> schema.put("type", "object");
            case ANY -> {}
        }
        return value.choices().isEmpty() ? schema : choice(value);
    }

    private static ObjectNode choice(ValueModel value) {
        ObjectNode schema = NODES.objectNode();
        boolean isText = value.type() == ValueType.TEXT;
        value.choices()
                .forEach(choice -> schema.withArray("/enum")
                        .add(isText ? NODES.textNode(choice) : NODES.numberNode(Integer.parseInt(choice))));
        if (!value.anyCase()) {
            return schema;
        }
        ObjectNode either = NODES.objectNode();
        either.putArray("anyOf").add(schema).addObject().put("type", "string").put("pattern", anyCase(value.choices()));
        return either;
    }

    /** A pattern for the choices in upper or lower case, for regular expressions without options. */
    private static String anyCase(List<String> choices) {
        StringBuilder pattern = new StringBuilder();
        for (String choice : choices) {
            pattern.append(pattern.isEmpty() ? "^(" : "|");
            choice.chars().forEach(c -> {
                String upper = String.valueOf((char) c).toUpperCase(Locale.ROOT);
                String lower = upper.toLowerCase(Locale.ROOT);
                pattern.append(upper.equals(lower) ? upper : "[" + upper + lower + "]");
            });
        }
        return pattern.append(")$").toString();
    }
}
