package io.httpconnector.spring.autoconfigure;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.ConnectorComponents;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.internal.json.Suggestions;
import io.httpconnector.spring.ConnectorDocumentSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.ResourcePatternResolver;

/** The connector documents of the folders of {@code connectors.documents}, by id. */
final class ConnectorDocuments {

    private static final List<String> SUFFIXES = List.of("*.connector.yaml", "*.connector.yml", "*.connector.json");

    /** The location that stands for the table of documents. */
    static final String DATABASE = "jdbc:";

    private final Map<String, ConnectorDefinition> definitions = new LinkedHashMap<>();
    private final Map<String, String> files = new LinkedHashMap<>();
    private final List<String> locations;

    private ConnectorDocuments(List<String> locations) {
        this.locations = locations;
    }

    /**
     * Reads the documents.
     *
     * @throws InvalidDefinitionException if a document is invalid; reports the problems of all documents
     */
    static ConnectorDocuments read(
            List<String> locations,
            ResourcePatternResolver resolver,
            List<ConnectorDocumentSource> sources,
            ConnectorComponents components) {
        ConnectorDocuments documents = new ConnectorDocuments(locations);
        List<String> problems = new ArrayList<>();
        for (Resource resource : find(locations, resolver)) {
            String file = String.valueOf(resource.getFilename());
            documents.add(file, () -> text(resource), components, problems);
        }
        for (ConnectorDocumentSource source : sources) {
            new TreeMap<>(source.documents())
                    .forEach((name, text) -> documents.add(name, () -> text, components, problems));
        }
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("connector documents", problems);
        }
        return documents;
    }

    private static List<Resource> find(List<String> locations, ResourcePatternResolver resolver) {
        Map<String, Resource> found = new LinkedHashMap<>();
        for (String location : locations) {
            if (location.equals(DATABASE)) {
                continue;
            }
            checkFolder(location, resolver.getResource(location));
            List<String> patterns = location.endsWith("/")
                    ? SUFFIXES.stream().map(location::concat).toList()
                    : List.of(location);
            for (String pattern : patterns) {
                try {
                    for (Resource resource : resolver.getResources(pattern)) {
                        found.put(resource.getURL().toString(), resource);
                    }
                } catch (IOException e) {
                    // A folder of the class path that does not exist.
                    if (!location.endsWith("/")) {
                        throw new InvalidDefinitionException(
                                "properties of the application",
                                "connectors.documents: \"" + location + "\" cannot be read: " + e.getMessage());
                    }
                }
            }
        }
        return List.copyOf(found.values());
    }

    /** A folder of the class path need not exist, such as the default one. */
    private static void checkFolder(String location, Resource resource) {
        if (!location.startsWith("file:") || location.contains("*")) {
            return;
        }
        boolean isFolder;
        try {
            isFolder = Files.isDirectory(resource.getFile().toPath());
        } catch (IOException e) {
            isFolder = false;
        }
        if (isFolder != location.endsWith("/")) {
            throw new InvalidDefinitionException(
                    "properties of the application",
                    "connectors.documents: \"" + location
                            + (isFolder ? "\" is a folder: add a slash at the end" : "\" is no folder that exists"));
        }
    }

    private static String text(Resource resource) {
        try {
            return resource.getContentAsString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new InvalidDefinitionException("connector document", "it cannot be read: " + e.getMessage());
        }
    }

    private void add(String file, Supplier<String> text, ConnectorComponents components, List<String> problems) {
        try {
            ConnectorDefinition definition = ConnectorDefinition.parse(text.get(), components);
            String other = files.put(definition.id(), file);
            if (other != null) {
                throw new InvalidDefinitionException(
                        "connector document", "/id: \"" + definition.id() + "\" is also the id of " + other);
            }
            definitions.put(definition.id(), definition);
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add(file + ": " + problem));
        }
    }

    Collection<ConnectorDefinition> all() {
        return Collections.unmodifiableCollection(definitions.values());
    }

    ConnectorDefinition get(String id) {
        ConnectorDefinition found = definitions.get(id);
        if (found == null) {
            String nearest = Suggestions.of(id, definitions.keySet());
            throw new InvalidDefinitionException(
                    "connector",
                    "there is no document with the id \"" + id + "\" in " + locations
                            + (nearest == null
                                    ? ", only " + definitions.keySet()
                                    : ": did you mean \"" + nearest + "\"?"));
        }
        return found;
    }
}
