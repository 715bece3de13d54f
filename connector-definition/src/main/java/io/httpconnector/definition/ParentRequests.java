package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.List;

/**
 * Resolves the requests that list the parents of a trigger: each is the name of a request of the document, or a request with the
 * members of one. Its records and pagination apply unless the parents have their own.
 *
 * @param requests the requests of the document as JSON
 * @param reader receives the problems
 */
record ParentRequests(JsonNode requests, JsonObjectReader reader) {

    /** Replaces the requests in {@code parents} of a trigger by templates. */
    void resolve(ObjectNode trigger, String title) {
        resolve(trigger.path("parents"), "/parents", title);
    }

    private void resolve(JsonNode parents, String pointer, String title) {
        if (!(parents instanceof ObjectNode object)) {
            return;
        }
        JsonNode request = object.path("request");
        String name = title;
        if (request.isTextual()) {
            name = request.textValue();
            JsonNode named = requests.path(name);
            if (!named.isObject()) {
                reader.problemAt(pointer + "/request", DefinedTrigger.unknown(name, requests));
                ObjectNode substitute = object.objectNode().put("method", "GET").put("url", "/");
                substitute.putObject("records").put("path", "/records");
                named = substitute;
            }
            request = named;
        }
        if (request instanceof ObjectNode members) {
            for (String member : DefinedRequest.LIST) {
                if (!object.has(member) && members.has(member)) {
                    object.set(member, members.get(member).deepCopy());
                }
            }
            JsonNode own = members.get("title");
            object.set(
                    "request",
                    DefinedRequest.template(name, own != null && own.isTextual() ? own.textValue() : null, members));
        }
        for (String member : List.of("below", "orElse")) {
            resolve(object.path(member), pointer + "/" + member, title);
        }
        for (String member : List.of("product", "union")) {
            for (int i = 0; i < object.path(member).size(); i++) {
                resolve(object.path(member).path(i), pointer + "/" + member + "/" + i, title);
            }
        }
    }
}
