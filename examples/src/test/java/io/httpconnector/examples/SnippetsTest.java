package io.httpconnector.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares the Java code of README.md and docs with the classes of the package {@code snippets}, which the build compiles. */
class SnippetsTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern IMPORT = Pattern.compile("^import [^;]+;$", Pattern.MULTILINE);

    /** A block of Java code in a document: some imports, and code. */
    private record Block(Path document, List<String> imports, String code) {

        static Block of(Path document, String text) {
            List<String> imports = IMPORT.matcher(text)
                    .results()
                    .map(MatchResult::group)
                    .map(Block::bare)
                    .toList();
            return new Block(document, imports, bare(IMPORT.matcher(text).replaceAll("")));
        }

        /** Comments and white space may differ. */
        static String bare(String code) {
            return code.replaceAll("(?<![:\"])//[^\\n]*", "").replaceAll("\\s", "");
        }

        boolean isIn(String source) {
            return source.contains(code) && imports.stream().allMatch(source::contains);
        }
    }

    private static List<Path> files(String directory, String extension) throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve(directory))) {
            return files.filter(file -> file.toString().endsWith(extension)).toList();
        }
    }

    private static List<Block> blocks() throws IOException {
        List<Path> documents = new ArrayList<>(files("docs", ".md"));
        documents.add(ROOT.resolve("README.md"));
        List<Block> blocks = new ArrayList<>();
        for (Path document : documents) {
            Matcher match = BLOCK.matcher(Files.readString(document));
            while (match.find()) {
                blocks.add(Block.of(document, match.group(1)));
            }
        }
        return blocks;
    }

    private static List<String> snippets() throws IOException {
        List<String> sources = new ArrayList<>();
        for (String directory : List.of(
                "examples/src",
                "connector-spring-boot-autoconfigure/src/test",
                "examples-quarkus/src/main",
                "examples-micronaut/src/main")) {
            for (Path file : files(directory, ".java")) {
                // The examples with Quarkus and Micronaut are the code of docs/frameworks.md.
                if (file.getParent().endsWith("snippets") || directory.endsWith("/main")) {
                    sources.add(Block.bare(Files.readString(file)));
                }
            }
        }
        return sources;
    }

    @Test
    void javaCodeOfTheDocumentsIsCompiled() throws IOException {
        List<String> snippets = snippets();

        List<Block> blocks = blocks();

        assertThat(blocks).hasSizeGreaterThan(80);
        assertThat(blocks.stream().filter(block -> snippets.stream().noneMatch(block::isIn)))
                .as("Java code that is in no class of the package snippets")
                .isEmpty();
    }
}
