package io.httpconnector.definition.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.json.DocumentCapture;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The model of a kind of JSON document: all objects, their members, types and rules. It is derived from the reader of the
 * document, which is observed while it reads generated documents. Immutable.
 *
 * <pre>{@code
 * DocumentModel trigger = DocumentModel.of(json -> PollingTrigger.named("x").definition(json));
 * }</pre>
 *
 * @param root the id of the object that is the document
 * @param objects the objects by id, the document first
 */
record DocumentModel(String root, Map<String, ObjectModel> objects) {

    /**
     * Derives the model.
     *
     * @param parsing the public method that parses such a document
     * @return the model
     * @throws IllegalArgumentException if the method does not read a document by its members
     */
    public static DocumentModel of(Consumer<JsonNode> parsing) {
        return of(parsing, JsonNodeFactory.instance.objectNode());
    }

    /**
     * Derives the model of a document that has a header.
     *
     * @param parsing the public method that parses such a document
     * @param header the members without which the others are not read: a format and a version
     * @return the model
     * @throws IllegalArgumentException if the method does not read a document by its members
     */
    public static DocumentModel of(Consumer<JsonNode> parsing, ObjectNode header) {
        Function<JsonObjectReader, ?> reading = DocumentCapture.of(parsing);
        if (reading == null) {
            throw new IllegalArgumentException("the method does not read a document by its members");
        }
        ModelExplorer explorer = new ModelExplorer();
        String root = explorer.explore(reading, header);
        return new DocumentModel(root, explorer.objects());
    }

    /**
     * Returns an object.
     *
     * @param id its id
     * @return the object
     */
    public ObjectModel object(String id) {
        ObjectModel object = objects.get(id);
        if (object == null) {
            throw new IllegalArgumentException("no object " + id);
        }
        return object;
    }
}
