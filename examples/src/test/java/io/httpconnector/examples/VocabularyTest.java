package io.httpconnector.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Verifies that sources and documentation use the vocabulary of RFC 9110, OAuth 2 and Apache HttpClient. */
class VocabularyTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private static List<Path> files(Path directory, String suffix) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(suffix)).toList();
        }
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path module : modules.filter(
                            path -> path.getFileName().toString().startsWith("connector-"))
                    .map(path -> path.resolve("src/main/java"))
                    .filter(Files::isDirectory)
                    .toList()) {
                sources.addAll(files(module, ".java"));
            }
        }
        return sources;
    }

    private static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>(files(ROOT.resolve("docs"), ".md"));
        documents.add(ROOT.resolve("README.md"));
        documents.add(ROOT.resolve("CHANGELOG.md"));
        return documents;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "(?i)\\banswer(s|ed|ing)?\\b ; 25 ; response",
                "(?i)\\b(whoever|whomever|somebody)\\b ; 5 ; the caller, the thread, the service",
                "(?i)\\bwhat is wrong\\b ; 3 ; reports all problems",
                "\\b(MOST|LONGEST|LEAST|SHORTEST)_[A-Z] ; 0 ; MAX_, MIN_"
            })
    void standardTermsAreUsed(String pattern, int limit, String instead) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : Stream.concat(sources().stream(), documents().stream()).toList()) {
            Pattern.compile(pattern)
                    .matcher(Files.readString(file))
                    .results()
                    .map(MatchResult::group)
                    .forEach(word -> found.add(ROOT.relativize(file) + ": " + word));
        }

        assertThat(found).as("use instead: " + instead).hasSizeLessThanOrEqualTo(limit);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "(MessageDigest|Mac)\\.getInstance ; Hashing, PemReader",
                "Math\\.pow\\(2 ; Backoff",
                "\\bATOMIC_MOVE\\b ; OwnerOnlyFiles",
                "\\\\\\\\\\{(\\\\\\\\)?\\{|(ndexOf|startsWith|split)\\(\"(\\{\\{|}}) ; Placeholders, PillToken, PostmanReader, PostmanScope,"
                        // Read the templates of other products.
                        + " AirbyteScope, NangoXml, NangoText, AirbyteCursor, AirbyteConverter, AirbytePagination, AirbyteOperation, AirbyteInputs, JinjaPills,"
                        // Explain a pill where JSON and YAML expect an object.
                        + " JsonSyntax, YamlSyntax",
                "\\bURLDecoder\\b ; ''",
                "\\bURLEncoder\\b ; TokenEndpoint"
            })
    void eachConceptHasOneImplementation(String pattern, String implementations) throws IOException {
        List<String> allowed = List.of(implementations.split(", ", -1));
        List<Path> others = new ArrayList<>();
        for (Path source : sources()) {
            String name = source.getFileName().toString().replace(".java", "");
            if (!allowed.contains(name)
                    && Pattern.compile(pattern)
                            .matcher(Files.readString(source))
                            .find()) {
                others.add(ROOT.relativize(source));
            }
        }

        assertThat(others).as("use " + implementations).isEmpty();
    }

    @Test
    void classCommentsStartWithANounOrAVerb() throws IOException {
        Pattern odd = Pattern.compile(
                "/\\*\\*\\s*\\*?\\s*(What|How|Where|Whether|Who|Whom)\\b(?:(?!\\*/).)*\\*/\\s*(@\\w+(\\([^)]*\\))?\\s*)*"
                        + "(public |private |final |abstract |sealed |non-sealed |static )*(class|interface|record|enum) ",
                Pattern.DOTALL);
        List<Path> found = new ArrayList<>();
        for (Path source : sources()) {
            if (odd.matcher(Files.readString(source)).find()) {
                found.add(ROOT.relativize(source));
            }
        }

        assertThat(found).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSRF",
                "mTLS",
                "at-least-once",
                "deduplicat",
                "thread-safe",
                "idempoten",
                "multi-tenant",
                "backoff",
                "circuit breaker",
                "Gradle",
                "Kotlin",
                "Spring Boot",
                "troubleshoot"
            })
    void searchedTermsAreInTheDocumentation(String term) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Path document : documents()) {
            text.append(Files.readString(document));
        }

        assertThat(text.toString()).containsIgnoringCase(term);
    }

    @Test
    void aSimpleNameStandsForAtMostTwoTypes() throws IOException {
        Pattern type = Pattern.compile(
                "^\\s*(?:(?:public|protected|private|static|final|abstract|sealed|non-sealed)\\s+)*"
                        + "(?:class|interface|record|enum)\\s+([A-Z]\\w*)",
                Pattern.MULTILINE);
        Map<String, Integer> names = new TreeMap<>();
        for (Path source : sources()) {
            type.matcher(Files.readString(source))
                    .results()
                    .forEach(match -> names.merge(match.group(1), 1, Integer::sum));
        }
        names.values().removeIf(count -> count <= 2);
        names.remove("Builder");

        assertThat(names).isEmpty();
    }

    @Test
    void readmeAndRootPackageAreShort() throws IOException {
        assertThat(Files.readAllLines(ROOT.resolve("README.md"))).hasSizeLessThanOrEqualTo(80);
        try (Stream<Path> files = Files.list(ROOT.resolve("connector-core/src/main/java/io/httpconnector"))) {
            assertThat(files.filter(Files::isRegularFile)).hasSizeLessThanOrEqualTo(44);
        }
    }
}
