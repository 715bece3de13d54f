package io.httpconnector.wizard;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Sources of recommendations for the usual formats. */
public final class Sources {

    private Sources() {}

    /**
     * A curl command line, as API documents and the developer tools of browsers have it. Quoting is that of a POSIX shell, and
     * {@code $'...'}.
     *
     * @param command the command
     * @return a source with one request
     * @throws InvalidDefinitionException when something in it can't be honoured: says what, and at which character
     */
    public static RecommendationSource curl(String command) {
        List<Recommendation> all = List.of(CurlReader.read(command));
        return () -> all;
    }

    /**
     * The requests that were saved in a directory, as they are at that time; other files in it are passed over.
     *
     * @param directory where {@link SavedRequest#save} wrote them
     * @return a source with a request for each file
     */
    public static RecommendationSource saved(Path directory) {
        return () -> {
            List<Recommendation> all = new ArrayList<>();
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.filter(path -> path.toString().endsWith(".json"))
                        .sorted()
                        .toList()) {
                    saved(file, all);
                }
            } catch (IOException e) {
                throw new ConnectorException(
                        "The saved requests in " + directory + " can't be read: " + e.getMessage(), e);
            }
            return all;
        };
    }

    private static void saved(Path file, List<Recommendation> all) {
        try {
            SavedRequest saved = SavedRequest.load(file);
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
