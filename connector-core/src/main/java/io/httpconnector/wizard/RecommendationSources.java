package io.httpconnector.wizard;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.PillFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Sources of recommendations for the usual formats. */
public final class RecommendationSources {

    private RecommendationSources() {}

    /**
     * A curl command line, as API documents and the developer tools of browsers have it. Quoting is that of a POSIX shell, and
     * {@code $'...'}.
     *
     * @param command the command
     * @return a source with one request
     * @throws InvalidDefinitionException when something in it can't be honoured: says what, and at which character
     */
    public static RecommendationSource curl(String command) {
        List<Recommendation> all = List.of(CurlReader.read(Arguments.notNull(command, "curl command")));
        return () -> all;
    }

    /**
     * An OpenAPI document 3.0 or 3.1. Parameters of the path become pills of the step {@code input}.
     *
     * @param document the document, in JSON; or in YAML, when the application has Jackson's
     *     {@code com.fasterxml.jackson.dataformat:jackson-dataformat-yaml}
     * @return a source with its operations
     * @throws InvalidDefinitionException when it can't be read, or is no such document
     * @throws ConnectorException when it is YAML and the library for it is missing
     */
    public static RecommendationSource openApi(String document) {
        return OpenApiReader.read(Yaml.read(Arguments.notNull(document, "OpenAPI document")));
    }

    /**
     * An HTTP Archive 1.2, as the developer tools of browsers export it.
     *
     * @param json the archive
     * @return a source with the calls in it that are no parts of pages
     * @throws InvalidDefinitionException when it is no JSON, or no archive
     */
    public static RecommendationSource har(String json) {
        List<Recommendation> all = HarReader.read(JsonSupport.parse(Arguments.notNull(json, "HTTP Archive")));
        return () -> all;
    }

    /**
     * A Postman collection 2.0 or 2.1. Its variables are put in; what it has no value for becomes a pill of the step
     * {@code input}.
     *
     * @param json the collection
     * @return a source with its requests
     * @throws InvalidDefinitionException when it is no JSON, or no such collection
     */
    public static RecommendationSource postman(String json) {
        List<Recommendation> all = PostmanReader.read(JsonSupport.parse(Arguments.notNull(json, "Postman collection")));
        return () -> all;
    }

    /**
     * The requests that were saved in a directory, as they are at that time; other files in it are passed over.
     *
     * @param directory where {@link SavedRequest#save} wrote them
     * @return a source with a request for each file
     */
    public static RecommendationSource saved(Path directory) {
        return saved(directory, Map.of());
    }

    /**
     * The same, for requests whose pills use filters of the application's own.
     *
     * @param directory where {@link SavedRequest#save} wrote them
     * @param filters the filters by their names
     * @return a source with a request for each file
     */
    public static RecommendationSource saved(Path directory, Map<String, PillFilter> filters) {
        Path existing = Arguments.notNull(directory, "directory");
        return () -> {
            List<Recommendation> all = new ArrayList<>();
            try (Stream<Path> files = Files.list(existing)) {
                for (Path file : files.filter(path -> path.toString().endsWith(".json"))
                        .sorted()
                        .toList()) {
                    add(file, filters, all);
                }
            } catch (IOException e) {
                throw new ConnectorException(
                        "The saved requests in " + directory + " can't be read: " + e.getMessage(), e);
            }
            return all;
        };
    }

    private static void add(Path file, Map<String, PillFilter> filters, List<Recommendation> all) {
        try {
            SavedRequest saved = SavedRequest.load(file, filters);
            all.add(new Recommendation(
                    saved.template().name(),
                    0,
                    "",
                    "saved request " + file.getFileName(),
                    saved.template().toJson(),
                    List.of()));
        } catch (InvalidDefinitionException e) {
            // Another file, or one of a later version: of no use here.
        }
    }
}
