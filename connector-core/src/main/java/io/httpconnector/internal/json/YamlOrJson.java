package io.httpconnector.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import java.util.List;

/** Parses a document in JSON, or in YAML if the application has SnakeYAML, a dependency of Jackson's YAML module. */
public final class YamlOrJson {

    private YamlOrJson() {}

    /**
     * Parses a document; aliases of YAML are replaced by what they stand for.
     *
     * @throws InvalidDefinitionException if it is neither valid JSON nor YAML, repeats a member, or its aliases expand to more than
     *     is readable
     * @throws ConnectorException if it is YAML, and the library for it is missing
     */
    public static JsonNode read(String text) {
        String document = text.startsWith("\uFEFF") ? text.substring(1) : text;
        if (document.stripLeading().startsWith("{")) {
            return JsonSupport.parse(document);
        }
        try {
            return YamlReader.read(document);
        } catch (NoClassDefFoundError e) {
            throw new ConnectorException(
                    "Reading YAML requires the library"
                            + " com.fasterxml.jackson.dataformat:jackson-dataformat-yaml: add it to the class path",
                    e);
        }
    }

    static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("document", List.of(problem));
    }
}
