package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.RetryPolicy;
import io.httpconnector.definition.internal.PointerSources;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.List;

/**
 * The options of all requests and triggers of a document, unless these have their own. Remembers which members come from there, so that
 * their problems are reported there. Not thread-safe.
 */
final class DocumentDefaults {

    private static final String MEMBER = "/defaults/";

    /** The members of a template. */
    private static final List<String> OF_TEMPLATES = List.of("retry", "rules");

    private final ObjectNode defaults;
    private final PointerSources sources;

    private DocumentDefaults(ObjectNode defaults, PointerSources sources) {
        this.defaults = defaults;
        this.sources = sources;
    }

    /**
     * Reads the defaults.
     *
     * @param sources receives the places of members that come from the defaults
     */
    static DocumentDefaults read(JsonObjectReader reader, PointerSources sources) {
        ObjectNode defaults = JsonNodeFactory.instance.objectNode();
        reader.object("defaults", object -> {
            for (String member : List.of("pagination", "records", "schedule", "delivery", "limits")) {
                JsonNode value = object.object(member);
                if (value != null) {
                    defaults.set(member, value);
                }
            }
            RetryPolicy retry = object.documentOr("retry", "none", RetryPolicy.none(), RetryPolicy::fromJson);
            if (retry != null) {
                defaults.set("retry", retry.toJson());
            }
            List<JsonNode> rules = object.elements("rules", (element, at) -> element);
            if (!rules.isEmpty()) {
                rules.forEach(defaults.withArray("/rules")::add);
            }
            return defaults;
        });
        return new DocumentDefaults(defaults, sources);
    }

    /** Returns the requests with the default retry policy and rules, and those for lists of records with the default pagination. */
    JsonNode withDefaults(JsonNode requests) {
        if (!(requests instanceof ObjectNode object)) {
            return requests;
        }
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        object.properties()
                .forEach(member -> copy.set(
                        member.getKey(),
                        withDefaults("/requests/" + JsonObjectReader.token(member.getKey()), member.getValue())));
        return copy;
    }

    /** Returns the request in the payload of a hybrid trigger with the defaults. */
    JsonNode withDefaultsInPayload(JsonNode request, String trigger) {
        return withDefaults("/triggers/" + JsonObjectReader.token(trigger) + "/hybrid/payload/fetch", request);
    }

    /** Returns a trigger whose own request has the defaults. */
    JsonNode withDefaults(JsonNode trigger, String name) {
        String pointer = "/triggers/" + JsonObjectReader.token(name);
        if (!(trigger instanceof ObjectNode object)) {
            return trigger;
        }
        ObjectNode copy = object.deepCopy();
        if (copy.path(DefinedStream.MEMBER) instanceof ObjectNode stream) {
            add(stream, "delivery", pointer + "/" + DefinedStream.MEMBER);
        } else {
            ofTriggers().fieldNames().forEachRemaining(member -> inherit(object, member, pointer));
        }
        if (!object.path("request").isObject()) {
            return copy;
        }
        return copy.set("request", withDefaults(pointer + "/request", object.get("request")));
    }

    private JsonNode withDefaults(String pointer, JsonNode template) {
        if (!(template instanceof ObjectNode object)) {
            return template;
        }
        ObjectNode copy = object.deepCopy();
        OF_TEMPLATES.forEach(member -> add(copy, member, pointer));
        if (copy.has("records")) {
            add(copy, "pagination", pointer);
        }
        return copy;
    }

    private void add(ObjectNode object, String member, String pointer) {
        if (inherit(object, member, pointer)) {
            object.set(member, defaults.get(member));
        }
    }

    /** Whether an object has a member from the defaults. */
    private boolean inherit(ObjectNode object, String member, String pointer) {
        if (object.has(member) || !defaults.has(member)) {
            return false;
        }
        sources.put(pointer + "/" + member, MEMBER + member);
        return true;
    }

    /** Returns the defaults of triggers. */
    ObjectNode ofTriggers() {
        ObjectNode ofTriggers = defaults.deepCopy();
        ofTriggers.remove(OF_TEMPLATES);
        return ofTriggers;
    }
}
