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

    private static final String REFERENCE = "$ref";

    private final DocumentModel model;
    private final Descriptions descriptions;
    private final boolean hasReferences;
    private final Map<String, String> names = new LinkedHashMap<>();

    /** The titles of objects and the meanings of members. */
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

        /**
         * Returns the title of an object.
         *
         * @param id the id of the object
         * @return a noun; empty if unknown
         */
        default String title(String id) {
            return "";
        }
    }

    private JsonSchemaWriter(DocumentModel model, Descriptions descriptions, boolean hasReferences) {
        this.model = model;
        this.descriptions = descriptions;
        this.hasReferences = hasReferences;
    }

    /**
     * Writes a schema.
     *
     * @param id the value of {@code $id}, an absolute URI
     * @param title the kind of document
     * @param model its model
     * @param descriptions the meanings of the members
     * @return the schema
     */
    public static ObjectNode schema(String id, String title, DocumentModel model, Descriptions descriptions) {
        return new JsonSchemaWriter(model, descriptions, false).document(id, title);
    }

    /**
     * Writes a schema for documents whose values may be references, {@code {"$ref": "#/..."}}. Members beside {@code $ref} replace
     * those of the object that it refers to, so an object with a reference need not be complete.
     *
     * @param id the value of {@code $id}, an absolute URI
     * @param title the kind of document
     * @param model its model
     * @param descriptions the meanings of the members
     * @return the schema
     */
    public static ObjectNode schemaWithReferences(
            String id, String title, DocumentModel model, Descriptions descriptions) {
        return new JsonSchemaWriter(model, descriptions, true).document(id, title);
    }

    private ObjectNode document(String id, String title) {
        ObjectNode schema = NODES.objectNode();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema")
                .put("$id", id)
                .put("title", title);
        schema.setAll(object(model.object(model.root())));
        ObjectNode definitions = schema.putObject("$defs");
        model.objects().forEach((name, object) -> {
            if (!name.equals(model.root())) {
                ObjectNode definition = NODES.objectNode();
                String heading = descriptions.title(name);
                if (!heading.isEmpty()) {
                    definition.put("title", heading);
                }
                definition.setAll(hasReferences ? referable(object(object)) : object(object));
                definitions.set(name(name), definition);
            }
        });
        if (hasReferences) {
            definitions.set("reference", reference());
        }
        return schema;
    }

    /** The value that replaces another one. */
    private static ObjectNode reference() {
        ObjectNode schema = NODES.objectNode().put("title", "Reference").put("type", "object");
        schema.putObject("properties").set(REFERENCE, referenceMember());
        schema.putArray("required").add(REFERENCE);
        return schema.put("additionalProperties", false);
    }

    private static ObjectNode referenceMember() {
        return NODES.objectNode()
                .put("description", "The JSON Pointer of another value of the document, such as `#/definitions/pages`.")
                .put("type", "string")
                .put("pattern", "^#");
    }

    /** Permits a reference in an object: then it need not have the required members. */
    private static ObjectNode referable(ObjectNode object) {
        object.withObject("/properties").set(REFERENCE, referenceMember());
        ObjectNode rule = NODES.objectNode();
        rule.set("if", requires(REFERENCE));
        if (object.has("unevaluatedProperties")) {
            // The member that determines the variant may come from the reference.
            rule.putObject("then").put("additionalProperties", true);
        }
        ObjectNode complete = NODES.objectNode();
        for (String keyword : List.of("required", "dependentRequired", "allOf")) {
            JsonNode value = object.remove(keyword);
            if (value != null) {
                complete.set(keyword, value);
            }
        }
        if (!complete.isEmpty()) {
            rule.set("else", complete);
            object.putArray("allOf").add(rule);
        }
        return object;
    }

    /** The name of an object: its title, or else its reader without the package; with a number if another one has it. */
    private String name(String id) {
        String known = names.get(id);
        if (known != null) {
            return known;
        }
        String title = descriptions.title(id);
        String name = title.isEmpty() ? ObjectModel.nameOf(id) : title.replace(' ', '-');
        String unique = name;
        for (int number = 2; names.containsValue(unique); number++) {
            unique = name + number;
        }
        names.put(id, unique);
        return unique;
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
            schema.setAll(SampleValues.of(meaning, member));
        }
        List<ObjectNode> kinds = new ArrayList<>();
        List<ObjectNode> maps = new ArrayList<>();
        member.values()
                .forEach(value -> (value.arrangement() == Arrangement.MAP ? maps : kinds).add(arranged(value, member)));
        if (!maps.isEmpty()) {
            kinds.add(mixed(maps));
        }
        if (hasReferences && member.values().stream().noneMatch(JsonSchemaWriter::acceptsReference)) {
            kinds.add(NODES.objectNode().put(REFERENCE, "#/$defs/reference"));
        }
        if (kinds.size() == 1) {
            return schema.setAll(kinds.get(0));
        }
        schema.putArray("anyOf").addAll(kinds);
        return schema;
    }

    /** Returns a map whose values may be of any of the types, each of its own. */
    private static ObjectNode mixed(List<ObjectNode> maps) {
        ObjectNode mixed = maps.get(0);
        if (maps.size() > 1) {
            ObjectNode either = NODES.objectNode();
            maps.forEach(map -> either.withArray("/anyOf")
                    .add(map.path("additionalProperties").deepCopy()));
            mixed.set("additionalProperties", either);
        }
        return mixed;
    }

    /** Whether the schema of a value accepts a reference by itself: that of an object, and of any value. */
    private static boolean acceptsReference(ValueModel value) {
        boolean isSingle = value.arrangement() == Arrangement.SINGLE;
        return value.arrangement() == Arrangement.MAP
                || (isSingle && (value.type() == ValueType.FREE_OBJECT || value.type() == ValueType.ANY));
    }

    private ObjectNode arranged(ValueModel value, MemberModel member) {
        ObjectNode single = single(value);
        if (value.arrangement() == Arrangement.SINGLE) {
            return single;
        }
        ObjectNode schema = NODES.objectNode();
        if (value.arrangement() == Arrangement.MAP) {
            schema.put("type", "object");
            if (hasReferences) {
                schema.putObject("properties").set(REFERENCE, referenceMember());
            }
            schema.set("additionalProperties", hasReferences ? element(value, single) : single);
            return schema;
        }
        schema.put("type", "array").set("items", hasReferences ? element(value, single) : single);
        if (member.isNotEmpty()) {
            schema.put("minItems", 1);
        }
        if (member.isDistinct()) {
            schema.put("uniqueItems", true);
        }
        return schema;
    }

    /** Permits a reference in place of an element. */
    private static ObjectNode element(ValueModel value, ObjectNode single) {
        if (value.type() == ValueType.FREE_OBJECT || value.type() == ValueType.ANY) {
            return single;
        }
        ObjectNode either = NODES.objectNode();
        either.putArray("anyOf").add(single).addObject().put(REFERENCE, "#/$defs/reference");
        return either;
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
            case INSTANT -> {
                schema.put("type", "string");
                if (!hasReferences) {
                    schema.put("format", "date-time");
                }
                // Otherwise it may be an input.
            }
            case DURATION -> schema.put("type", "string").put("pattern", "^[-+]?[Pp]");
            case ZONE -> schema.put("type", "string");
            case SCALAR -> List.of("string", "number", "boolean", "null").forEach(schema.withArray("/type")::add);
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
