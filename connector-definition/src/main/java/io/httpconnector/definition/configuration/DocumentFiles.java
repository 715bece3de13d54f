package io.httpconnector.definition.configuration;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.ConnectorComponents;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.internal.json.Suggestions;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;

/** The connector documents of the locations of {@code connectors.documents}, by id. */
final class DocumentFiles {

    private static final List<String> SUFFIXES = List.of(".connector.yaml", ".connector.yml", ".connector.json");
    private static final String PROPERTY = "connectors.documents: ";

    private final Map<String, ConnectorDefinition> definitions = new LinkedHashMap<>();
    private final Map<String, String> origins = new LinkedHashMap<>();
    private final List<String> locations;
    private final ClassLoader loader;
    private final List<String> problems;

    private DocumentFiles(List<String> locations, ClassLoader loader, List<String> problems) {
        this.locations = locations;
        this.loader = loader;
        this.problems = problems;
    }

    /**
     * Reads the documents, and adds the problems of all of them.
     *
     * @param texts further documents by the name for messages
     */
    static DocumentFiles read(
            List<String> locations,
            Map<String, String> texts,
            ClassLoader loader,
            ConnectorComponents components,
            List<String> problems) {
        DocumentFiles files = new DocumentFiles(locations, loader, problems);
        Map<String, URL> found = new TreeMap<>();
        locations.forEach(location -> files.find(location, found));
        found.forEach((name, url) -> {
            String text = files.text(name, url);
            if (text != null) {
                files.add(fileName(name), text, components);
            }
        });
        texts.forEach((name, text) -> files.add(name, text, components));
        return files;
    }

    private static String fileName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static boolean isDocument(String name) {
        return SUFFIXES.stream().anyMatch(name::endsWith);
    }

    private void find(String location, Map<String, URL> found) {
        try {
            if (location.startsWith("classpath*:")) {
                findResources(location, location.substring("classpath*:".length()), found);
            } else if (location.startsWith("classpath:")) {
                findResources(location, location.substring("classpath:".length()), found);
            } else if (location.equals("jdbc:")) {
                problems.add(PROPERTY + "\"jdbc:\" is read with Spring Boot only: read the table in code, and pass the"
                        + " documents to document(...)");
            } else {
                findFiles(location, found);
            }
        } catch (IOException | URISyntaxException | IllegalArgumentException e) {
            problems.add(PROPERTY + "\"" + location + "\" cannot be read: " + e.getMessage());
        }
    }

    private void findFiles(String location, Map<String, URL> found) throws IOException {
        Path path = location.startsWith("file:///")
                ? Path.of(URI.create(location))
                : Path.of(location.startsWith("file:") ? location.substring("file:".length()) : location);
        if (Files.isDirectory(path)) {
            addFolder(path, found);
        } else if (Files.isRegularFile(path)) {
            found.put(path.toUri().toString(), path.toUri().toURL());
        } else {
            problems.add(PROPERTY + "\"" + location + "\" does not exist");
        }
    }

    private static void addFolder(Path folder, Map<String, URL> found) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (isDocument(file.toString())) {
                    found.put(file.toUri().toString(), file.toUri().toURL());
                }
            }
        }
    }

    private void findResources(String location, String path, Map<String, URL> found)
            throws IOException, URISyntaxException {
        String name = path.startsWith("/") ? path.substring(1) : path;
        List<URL> urls = Collections.list(loader.getResources(name));
        if (!name.endsWith("/")) {
            urls.forEach(url -> found.put(url.toString(), url));
            if (urls.isEmpty()) {
                problems.add(PROPERTY + "\"" + location + "\" does not exist");
            }
            return;
        }
        for (URL url : urls) {
            if (url.getProtocol().equals("file")) {
                addFolder(Path.of(url.toURI()), found);
            } else if (url.openConnection() instanceof JarURLConnection jar) {
                addEntries(jar, found);
            } else {
                problems.add(PROPERTY + "the files in \"" + url
                        + "\" cannot be listed: name each of them, such as classpath:" + name + "shop.connector.yaml");
            }
        }
    }

    private static void addEntries(JarURLConnection connection, Map<String, URL> found) throws IOException {
        connection.setUseCaches(false);
        String folder = connection.getEntryName();
        String prefix = folder == null || folder.endsWith("/") ? String.valueOf(folder) : folder + "/";
        try (JarFile jar = connection.getJarFile()) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                String name = entry.getName();
                if (name.startsWith(prefix) && name.indexOf('/', prefix.length()) < 0 && isDocument(name)) {
                    URL url = new URL("jar:" + connection.getJarFileURL() + "!/" + name);
                    found.put(url.toString(), url);
                }
            }
        }
    }

    private @Nullable String text(String name, URL url) {
        try (InputStream content = url.openStream()) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            problems.add(PROPERTY + "\"" + name + "\" cannot be read: " + e.getMessage());
            return null;
        }
    }

    private void add(String name, String text, ConnectorComponents components) {
        try {
            ConnectorDefinition definition = ConnectorDefinition.parse(text, components);
            String other = origins.putIfAbsent(definition.id(), name);
            if (other == null) {
                definitions.put(definition.id(), definition);
            } else {
                problems.add(name + ": /id: \"" + definition.id() + "\" is also the id of " + other);
            }
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add(name + ": " + problem));
        }
    }

    /** Returns the document with an id. */
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
