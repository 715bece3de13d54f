package io.httpconnector.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares the metadata for native images with the resources and the reflective calls of each module. */
class NativeImageMetadataTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    /** {@code Class.forName("type")}, and {@code Type.class.getMethod("name"}. */
    private static final Pattern REFLECTIVE_CALL =
            Pattern.compile("Class\\.forName\\(\\s*\"([\\w.]+)\"|(\\w+)\\.class\\.getMethod\\(\\s*\"(\\w+)\"");

    private static final Pattern PROXY = Pattern.compile("[^.\\w]proxy\\((\\w+)\\.class");

    /** Libraries. The command runs in a JVM, and Spring creates metadata of its own. */
    static List<String> modules() throws IOException {
        try (Stream<Path> folders = Files.list(ROOT)) {
            return folders.map(folder -> folder.getFileName().toString())
                    .filter(name -> name.startsWith("connector-")
                            && !name.contains("spring")
                            && !name.equals("connector-cli")
                            && Files.isDirectory(ROOT.resolve(name).resolve("src/main/java")))
                    .sorted()
                    .toList();
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static JsonNode metadata(String module) throws IOException {
        Path file = ROOT.resolve(module)
                .resolve("src/main/resources/META-INF/native-image/io.httpconnector")
                .resolve(module)
                .resolve("reachability-metadata.json");
        return Files.exists(file) ? new ObjectMapper().readTree(file.toFile()) : MissingNode.getInstance();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void resourcesAreIncluded(String module) throws IOException {
        Path resources = ROOT.resolve(module).resolve("src/main/resources");
        List<PathMatcher> globs = new ArrayList<>();
        for (JsonNode resource : metadata(module).path("resources")) {
            globs.add(FileSystems.getDefault()
                    .getPathMatcher("glob:" + resource.path("glob").asText()));
        }

        List<Path> used = files(resources).stream()
                .map(resources::relativize)
                .filter(path -> path.startsWith("io"))
                .toList();

        assertThat(used).allMatch(path -> globs.stream().anyMatch(glob -> glob.matches(path)));
        assertThat(globs).allMatch(glob -> used.stream().anyMatch(glob::matches));
    }

    @ParameterizedTest
    @MethodSource("modules")
    void reflectiveCallsAreIncluded(String module) throws IOException {
        JsonNode reflection = metadata(module).path("reflection");
        List<String> declared = new ArrayList<>();
        for (JsonNode entry : reflection) {
            JsonNode type = entry.path("type");
            String name = type.isTextual()
                    ? type.asText()
                    : type.path("proxy").path(0).asText();
            String simpleName = name.substring(name.lastIndexOf('.') + 1);
            if (type.isObject()) {
                declared.add("proxy " + simpleName);
            } else if (entry.path("methods").isEmpty()) {
                declared.add(name);
            }
            entry.path("methods")
                    .forEach(method ->
                            declared.add(simpleName + "." + method.path("name").asText()));
        }

        List<String> used = new ArrayList<>();
        for (Path source : files(ROOT.resolve(module).resolve("src/main/java"))) {
            String text = Files.readString(source);
            REFLECTIVE_CALL
                    .matcher(text)
                    .results()
                    .map(NativeImageMetadataTest::name)
                    .forEach(used::add);
            if (text.contains("Proxy.newProxyInstance")) {
                PROXY.matcher(text).results().forEach(call -> used.add("proxy " + call.group(1)));
            }
        }

        assertThat(used.stream().distinct()).containsExactlyInAnyOrderElementsOf(declared);
    }

    private static String name(MatchResult call) {
        return call.group(1) != null ? call.group(1) : call.group(2) + "." + call.group(3);
    }
}
