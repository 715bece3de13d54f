package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonMemberReader;
import io.httpconnector.internal.json.JsonSupport;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Resolves a manifest of Airbyte: references, and {@code $parameters}, which a component passes on to those within it. A component
 * has a parameter as a member unless it has its own. Not thread-safe.
 */
final class AirbyteResolver {

    static final String PARAMETERS = "$parameters";

    private static final String REF = "$ref";
    private static final int MAX_DEPTH = 100;
    private static final int MAX_VALUES = 2_000_000;

    private final JsonNode root;
    private final NoteCollector notes;
    private final Map<String, String> sources = new HashMap<>();
    private int values;

    AirbyteResolver(JsonNode root, NoteCollector notes) {
        this.root = root;
        this.notes = notes;
    }

    /** Returns a member of the manifest. */
    JsonNode resolve(String member) {
        String type = AirbyteTypes.of("DeclarativeSource", member);
        return copy(root.path(member), "/" + member, "/" + member, type, JsonNodeFactory.instance.objectNode(), 0);
    }

    /** Returns the pointers in the file by those in the result, where they differ. */
    Map<String, String> sources() {
        return sources;
    }

    private JsonNode copy(
            JsonNode node, String at, String from, @Nullable String type, ObjectNode parameters, int depth) {
        values++;
        if (values > MAX_VALUES) {
            throw new InvalidDefinitionException(
                    "Airbyte manifest", List.of("with its references, it has more than " + MAX_VALUES + " values"));
        }
        if (depth > MAX_DEPTH) {
            notes.note(from, "the reference refers to itself");
            return JsonNodeFactory.instance.nullNode();
        }
        if (node instanceof ArrayNode array) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode(array.size());
            for (int i = 0; i < array.size(); i++) {
                copy.add(copy(array.get(i), at + "/" + i, from + "/" + i, type, parameters, depth + 1));
            }
            return copy;
        }
        if (node.isTextual() && node.textValue().startsWith("#/")) {
            // An older way to write a reference.
            JsonNode target = target(node.textValue());
            if (!target.isMissingNode()) {
                sources.put(at, node.textValue().substring(1));
                return copy(target, at, node.textValue().substring(1), type, parameters, depth + 1);
            }
        }
        return node instanceof ObjectNode object ? object(object, at, from, type, parameters, depth) : node;
    }

    private JsonNode target(String reference) {
        try {
            return root.at(JsonSupport.pointer(reference.substring(1)));
        } catch (InvalidDefinitionException e) {
            return JsonNodeFactory.instance.missingNode();
        }
    }

    private JsonNode object(
            ObjectNode given, String at, String from, @Nullable String type, ObjectNode parameters, int depth) {
        ObjectNode object = given;
        String source = from;
        // Members beside a reference come from where the reference is.
        Map<String, String> origins = new HashMap<>();
        for (int i = 0; object.path(REF).isTextual(); i++) {
            String reference = object.get(REF).textValue();
            JsonNode target = target(reference);
            if (i > MAX_DEPTH || !(target instanceof ObjectNode found)) {
                if (target.isMissingNode() || i > MAX_DEPTH) {
                    notes.note(source, "there is no value at \"" + reference + "\"");
                    return JsonNodeFactory.instance.nullNode();
                }
                return copy(target, at, reference.substring(1), type, parameters, depth + 1);
            }
            String holder = source;
            object.fieldNames().forEachRemaining(name -> origins.putIfAbsent(name, holder));
            source = reference.substring(1);
            object = merged(found, object);
        }
        if (!source.equals(at)) {
            sources.put(at, source);
        }
        ObjectNode own = parameters.deepCopy();
        if (object.path(PARAMETERS) instanceof ObjectNode more) {
            own.setAll(more);
        }
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        if (type != null && !object.has("type") && !object.has("class_name")) {
            copy.put("type", type);
        }
        String kind = object.path("type").asText(type == null ? "" : type);
        String place = source;
        object.properties().forEach(member -> {
            String token = "/" + JsonMemberReader.token(member.getKey());
            if (!member.getKey().equals(PARAMETERS)) {
                String origin = origins.getOrDefault(member.getKey(), place) + token;
                if (!origin.equals(place + token)) {
                    sources.put(at + token, origin);
                }
                copy.set(
                        member.getKey(),
                        copy(
                                member.getValue(),
                                at + token,
                                origin,
                                AirbyteTypes.of(kind, member.getKey()),
                                own,
                                depth + 1));
            }
        });
        if (copy.has("type") || copy.has("class_name")) {
            own.properties().forEach(parameter -> {
                if (!copy.has(parameter.getKey())) {
                    copy.set(parameter.getKey(), parameter.getValue());
                }
            });
        }
        if (!own.isEmpty()) {
            copy.set(PARAMETERS, own);
        }
        return copy;
    }

    /** Returns the members of a reference and of its target; those beside the reference take precedence. */
    private static ObjectNode merged(ObjectNode target, ObjectNode reference) {
        ObjectNode merged = target.deepCopy();
        reference.properties().forEach(member -> {
            if (member.getKey().equals(PARAMETERS) && merged.path(PARAMETERS) instanceof ObjectNode parameters) {
                member.getValue().properties().forEach(each -> parameters.set(each.getKey(), each.getValue()));
            } else if (!member.getKey().equals(REF)) {
                merged.set(member.getKey(), member.getValue());
            }
        });
        return merged;
    }
}
