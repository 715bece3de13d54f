package io.httpconnector.wizard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Json;
import java.util.List;
import org.yaml.snakeyaml.LoaderOptions;

/** Reads a document in JSON, or in YAML when the application has Jackson's module for it. */
final class Yaml {

    private static final int MAX_CHARACTERS = 64 * 1024 * 1024;

    private Yaml() {}

    static JsonNode read(String text) {
        if (text.stripLeading().startsWith("{")) {
            return Json.parse(text);
        }
        try {
            return Tree.read(text);
        } catch (NoClassDefFoundError e) {
            throw new ConnectorException(
                    "Reading YAML needs the library com.fasterxml.jackson.dataformat:jackson-dataformat-yaml: add it",
                    e);
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : "line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ": ";
            throw new InvalidDefinitionException("document", List.of(where + "it is neither JSON nor YAML"));
        }
    }

    /** Apart, because it can be loaded only where the library is. */
    private static final class Tree {

        private static final ObjectMapper MAPPER;

        static {
            LoaderOptions options = new LoaderOptions();
            options.setCodePointLimit(MAX_CHARACTERS);
            MAPPER = new ObjectMapper(
                    YAMLFactory.builder().loaderOptions(options).build());
        }

        static JsonNode read(String text) throws JsonProcessingException {
            return MAPPER.readTree(text);
        }
    }
}
