package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import java.util.List;

/** Reads a document in JSON, or in YAML if the application has SnakeYAML, which comes with Jackson's module for YAML. */
final class Yaml {

    private Yaml() {}

    static JsonNode read(String text) {
        String document = text.startsWith("\uFEFF") ? text.substring(1) : text;
        if (document.stripLeading().startsWith("{")) {
            return JsonSupport.parse(document);
        }
        try {
            return YamlTree.read(document);
        } catch (NoClassDefFoundError e) {
            throw new ConnectorException(
                    "Reading YAML needs the library com.fasterxml.jackson.dataformat:jackson-dataformat-yaml: add it",
                    e);
        }
    }

    static InvalidDefinitionException refused(String problem) {
        return new InvalidDefinitionException("document", List.of(problem));
    }
}
