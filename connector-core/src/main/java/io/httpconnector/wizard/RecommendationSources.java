package io.httpconnector.wizard;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.json.YamlOrJson;
import io.httpconnector.template.PillFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Factories for sources of recommendations in common formats. */
public final class RecommendationSources {

    private RecommendationSources() {}

    /**
     * Creates a source from a text in any supported format, which is recognized by its content: a curl command, an HTTP
     * Archive, an OpenAPI document or a Postman collection. Use it for text that a user pastes or uploads.
     *
     * @param text the text
     * @return a source with its requests
     * @throws InvalidDefinitionException if the format is not recognized, or the text is malformed
     * @throws ConnectorException if it is YAML and the library for it is missing
     */
    public static RecommendationSource imported(String text) {
        String present = Arguments.notNull(text, "text to import");
        return ImportFormat.of(present).read(present);
    }

    /**
     * Creates a source from curl command lines, as in API documentation and browser developer tools. Supports the quoting of
     * a POSIX shell, including {@code $'...'} and here-documents, and of the command prompt of Windows. Shell variables, and
     * placeholders in braces in the URL, become pills of the step {@code input}; files become pills of the step {@code file}.
     *
     * @param command one or more commands
     * @return a source with a request for each URL
     * @throws InvalidDefinitionException if the command has an unsupported option or is malformed; the message names it and
     *     its position
     */
    public static RecommendationSource curl(String command) {
        return ImportFormat.CURL.read(Arguments.notNull(command, ImportFormat.CURL.name()));
    }

    /**
     * Creates a source from curl command lines that name files with text: bodies ({@code -d @file}), headers
     * ({@code -H @file}), values ({@code --data-urlencode name@file}, {@code -F name=<file}) and options ({@code -K file}).
     * Their content becomes part of the request. Uploaded files ({@code -T}, {@code -F name=@file}) remain pills.
     *
     * @param command one or more commands
     * @param directory the directory in which files may be read, and to which their names are relative
     * @return a source with a request for each URL
     * @throws InvalidDefinitionException if the command has an unsupported option or is malformed, or a file is not in the
     *     directory, is larger than 1 MiB or is not UTF-8
     */
    public static RecommendationSource curl(String command, Path directory) {
        String present = Arguments.notNull(command, ImportFormat.CURL.name());
        return ImportFormat.listed(CurlReader.read(present, new CurlFiles(Arguments.notNull(directory, "directory"))));
    }

    /**
     * Creates a source from a document of OpenAPI 3.0 or 3.1, or Swagger 2.0. Path parameters become pills of the step
     * {@code input}. A body without an example is a sample that is generated from its schema.
     *
     * @param document the document, in JSON; or in YAML, if the application has Jackson's
     *     {@code com.fasterxml.jackson.dataformat:jackson-dataformat-yaml}
     * @return a source with its operations
     * @throws InvalidDefinitionException if it can't be parsed, or is not an OpenAPI document
     * @throws ConnectorException if it is YAML and the library for it is missing
     */
    public static RecommendationSource openApi(String document) {
        return ImportFormat.OPEN_API.read(Arguments.notNull(document, ImportFormat.OPEN_API.name()));
    }

    /**
     * Creates a source from a document of OpenAPI 3.0 or 3.1, or Swagger 2.0, that refers to other files, as in {@code $ref:
     * "schemas/order.yaml#/Order"}. References to URLs, to files outside of the directory, also by symbolic links, to files that are
     * larger than 8 MiB or not valid, and to more than 5000 files are refused: the notes of the source name them.
     *
     * @param document the document, as for {@link #openApi(String)}
     * @param directory the directory in which files may be read, and to which the references of the document are relative
     * @return a source with its operations
     * @throws InvalidDefinitionException if it can't be parsed, or is not an OpenAPI document
     * @throws ConnectorException if it is YAML and the library for it is missing
     */
    public static RecommendationSource openApi(String document, Path directory) {
        String present = ImportFormat.withoutByteOrderMark(Arguments.notNull(document, ImportFormat.OPEN_API.name()));
        OpenApiFiles.Bundle bundle =
                OpenApiFiles.add(YamlOrJson.read(present), Arguments.notNull(directory, "directory"));
        return OpenApiReader.read(bundle.document(), bundle.notes());
    }

    /**
     * Creates a source from an HTTP Archive 1.2, as exported by browser developer tools.
     *
     * @param json the archive
     * @return a source with the API calls of the archive, without resources of pages
     * @throws InvalidDefinitionException if it is not valid JSON, or not an HTTP Archive
     */
    public static RecommendationSource har(String json) {
        return ImportFormat.HAR.read(Arguments.notNull(json, ImportFormat.HAR.name()));
    }

    /**
     * Creates a source from a Postman collection 2.0 or 2.1. Its variables are substituted; undefined ones become pills of
     * the step {@code input}.
     *
     * @param json the collection
     * @return a source with its requests
     * @throws InvalidDefinitionException if it is not valid JSON, or not a Postman collection
     */
    public static RecommendationSource postman(String json) {
        return ImportFormat.POSTMAN.read(Arguments.notNull(json, ImportFormat.POSTMAN.name()));
    }

    /**
     * Creates a source from the saved requests in a directory. The directory is read on each use; other files are skipped.
     *
     * @param directory the directory with files written by {@link SavedRequest#save}
     * @return a source with a request for each file
     */
    public static RecommendationSource saved(Path directory) {
        return saved(directory, Map.of());
    }

    /**
     * Creates a source from the saved requests in a directory, for requests that use custom filters.
     *
     * @param directory the directory with files written by {@link SavedRequest#save}
     * @param filters custom filters by their names
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
                        "The saved requests in " + directory + " could not be read: " + e.getMessage(), e);
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
            // Not a saved request, or of a later version: skipped.
        }
    }
}
