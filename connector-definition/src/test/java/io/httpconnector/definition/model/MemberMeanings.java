package io.httpconnector.definition.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the meanings of members in the sources: beside the reading of the member as a comment, {@code // "name": Meaning.}; or in
 * the Javadoc of a record component, or of the option of the same name in the class that the reader configures. Not thread-safe.
 */
final class MemberMeanings {

    /** The classes with the options that a reader reads, besides those of its own class. */
    private static final Map<String, List<String>> OPTIONS = Map.ofEntries(
            Map.entry("ConnectionOptions", List.of("HttpConnectionBuilder")),
            Map.entry("TriggerSettings", List.of("PollingTriggerBuilder")),
            Map.entry("RequestDefinitionCodec", List.of("RequestTemplateBuilder")),
            Map.entry("ReceiverDefinition", List.of("WebhookReceiverBuilder", "ReceiverOptionsBuilder")),
            Map.entry("ReceiverDefinitionCodec", List.of("WebhookReceiverBuilder", "ReceiverOptionsBuilder")),
            Map.entry("SignatureDefinitionCodec", List.of("SignatureBuilder")),
            Map.entry("VerifierDefinitionReader", List.of("JwtVerifierBuilder", "MessageSignatureBuilder")),
            Map.entry("ChallengeDefinition", List.of("ChallengeBuilder")),
            Map.entry("PaginationReader", List.of("Pagination")),
            Map.entry("CursorReader", List.of("Cursor")),
            Map.entry("OAuth2Members", List.of("OAuth2Builder")),
            Map.entry("ProviderMembers", List.of("ProviderSettings")),
            Map.entry("OAuth1Members", List.of("OAuth1Builder")),
            Map.entry("HmacType", List.of("HmacAuth")),
            Map.entry("SignatureType", List.of("SignatureAuth")),
            Map.entry("AwsType", List.of("AwsAuth", "AwsRole")),
            Map.entry("LoginType", List.of("LoginAuthBuilder")),
            Map.entry("SamlMembers", List.of("SamlAssertion")),
            Map.entry("DigestType", List.of("DigestAuth")));

    private static final Pattern END_OF_METHOD = Pattern.compile("(?: {4}| {8})}");
    private static final Pattern CONTINUED = Pattern.compile(" *// (?!\").*");

    private static final Pattern SOURCE = Pattern.compile(".*/connector-[a-z]+/src/main/java/(.*)\\.java");

    /** The sources by the names of their classes. */
    private final Map<String, String> sources;

    private final Map<MemberModel, Meaning> stated;

    private MemberMeanings(Map<String, String> sources, Map<MemberModel, Meaning> stated) {
        this.sources = sources;
        this.stated = stated;
    }

    static final MemberMeanings NONE = new MemberMeanings(Map.of(), Map.of());

    /**
     * Reads the sources of all modules.
     *
     * @param stated the meanings that are not stated in the sources
     */
    static MemberMeanings of(Path root, Map<MemberModel, Meaning> stated) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return new MemberMeanings(
                    files.filter(file -> SOURCE.matcher(file.toString()).matches())
                            .filter(file -> !file.endsWith("package-info.java"))
                            .collect(Collectors.toMap(MemberMeanings::className, MemberMeanings::read)),
                    stated);
        }
    }

    private static String className(Path file) {
        return SOURCE.matcher(file.toString()).replaceFirst("$1").replace('/', '.');
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A meaning.
     *
     * @param text the sentences
     * @param defaultValue the value when the member is absent; empty if not stated
     */
    record Meaning(String text, String defaultValue) {

        static final Meaning NONE = new Meaning("", "");

        private static final Pattern DEFAULT = Pattern.compile("\\s*\\bDefault: (.*?)\\.(?= |$)");

        static Meaning of(String sentences) {
            Matcher found = DEFAULT.matcher(sentences);
            return found.find()
                    ? new Meaning(found.replaceFirst("").strip(), found.group(1))
                    : new Meaning(sentences.strip(), "");
        }

        /** The meaning with its default, for a schema. */
        String sentences() {
            return defaultValue.isEmpty() ? text : (text + " Default: " + defaultValue + ".").strip();
        }
    }

    /** Returns the meaning of a member. */
    Meaning of(MemberModel member) {
        Meaning known = stated.get(member);
        if (known != null) {
            return known;
        }
        String name = member.name();
        List<String> classes = member.readers().stream()
                .map(reader -> reader.substring(0, reader.lastIndexOf(':')))
                .distinct()
                .toList();
        Stream<Optional<String>> comments = member.readers().stream().map(reader -> comment(reader, name));
        Stream<Optional<String>> components = classes.stream().map(type -> component(type, name));
        Stream<Optional<String>> options = classes.stream()
                .flatMap(type -> OPTIONS.getOrDefault(simple(top(type)), List.of()).stream())
                .map(type -> option(type, name));
        Stream<Optional<String>> ownOptions = classes.stream().map(type -> option(top(type), name));
        return Stream.concat(Stream.concat(comments, components), Stream.concat(options, ownOptions))
                .flatMap(Optional::stream)
                .findFirst()
                .map(Meaning::of)
                .orElse(Meaning.NONE);
    }

    private static String top(String type) {
        return type.replaceAll("\\$.*", "");
    }

    private static String simple(String type) {
        return type.substring(type.lastIndexOf('.') + 1);
    }

    /** The source of a class, given its full name, or the simple name of a class that only one module has. */
    private String source(String type) {
        String name = top(type);
        return sources.entrySet().stream()
                .filter(entry -> entry.getKey().equals(name) || entry.getKey().endsWith("." + name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("");
    }

    /** The last comment for the member above the line, in the same method. */
    private Optional<String> comment(String reader, String name) {
        String type = reader.substring(0, reader.lastIndexOf(':'));
        List<String> lines = source(type).lines().toList();
        int line = Math.min(lines.size(), Integer.parseInt(reader.substring(reader.lastIndexOf(':') + 1)));
        Pattern start = Pattern.compile(" *// (?:\"[^\"]+\", )*\"" + Pattern.quote(name) + "\"(?:, \"[^\"]+\")*: (.*)");
        for (int i = line - 1; i >= 0 && !END_OF_METHOD.matcher(lines.get(i)).matches(); i--) {
            Matcher found = start.matcher(lines.get(i));
            if (found.matches()) {
                StringBuilder text = new StringBuilder(found.group(1));
                for (int next = i + 1; CONTINUED.matcher(lines.get(next)).matches(); next++) {
                    text.append(' ').append(lines.get(next).replaceFirst(" *// ", ""));
                }
                return Optional.of(text.toString());
            }
        }
        return Optional.empty();
    }

    /** The Javadoc of a component of a record. */
    private Optional<String> component(String type, String name) {
        String simple = type.replaceAll(".*[.$]", "");
        Matcher found = Pattern.compile(
                        "/\\*\\*((?:(?!\\*/).)*)\\*/[^;{}]*\\brecord " + Pattern.quote(simple) + "\\(", Pattern.DOTALL)
                .matcher(source(type));
        if (!found.find()) {
            return Optional.empty();
        }
        Matcher parameter = Pattern.compile("@param " + Pattern.quote(name) + "\\s+(.*?)(?=\\s*\\R@|$)", Pattern.DOTALL)
                .matcher(plain(found.group(1)));
        return parameter.find() ? Optional.of(sentence(parameter.group(1))) : Optional.empty();
    }

    /** The Javadoc of the method of the same name, and of its only parameter. */
    private Optional<String> option(String type, String name) {
        Pattern pattern = Pattern.compile(
                "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*(?:@\\w+(?:\\([^)]*\\))?\\s*)*public [^;{}=]*\\b" + Pattern.quote(name)
                        + "\\(",
                Pattern.DOTALL);
        Matcher found = pattern.matcher(source(type));
        while (found.find()) {
            String javadoc = plain(found.group(1));
            String text = javadoc.replaceAll("(?s)\\s*@(param|return|throws)\\b.*", "")
                    .strip();
            if (!text.isEmpty()) {
                return Optional.of(summary(text, javadoc));
            }
        }
        return Optional.empty();
    }

    private static String summary(String text, String javadoc) {
        List<String> sentences = new ArrayList<>();
        Matcher each = Pattern.compile("\\S.*?(?:[.](?=\\s|$)|$)").matcher(text.replaceAll("\\s+", " "));
        while (each.find()) {
            if (sentences.isEmpty()) {
                // The builder sets an option; a document has it.
                sentences.add(sentence(each.group().replaceFirst("^Sets (?=the |a |an |where |how |what )", "")));
            } else if (each.group().startsWith("Default: ")) {
                sentences.add(each.group());
            }
        }
        Matcher parameter = Pattern.compile("@param \\w+\\s+(.*?)(?=\\s*\\R@|$)", Pattern.DOTALL)
                .matcher(javadoc);
        if (parameter.find() && !javadoc.substring(parameter.end()).contains("@param")) {
            String value = parameter.group(1).replaceAll("\\s+", " ").strip();
            if (value.split(" ").length > 3) {
                sentences.add(1, "Value: " + value + ".");
            }
        }
        return String.join(" ", sentences);
    }

    private static String sentence(String text) {
        String line = text.replaceAll("\\s+", " ").strip();
        String first = line.substring(0, 1).toUpperCase(Locale.ROOT) + line.substring(1);
        return first.endsWith(".") ? first : first + ".";
    }

    /** Javadoc without its stars and tags. */
    private static String plain(String javadoc) {
        return javadoc.replaceAll("(?m)^\\s*\\* ?", "")
                .replaceAll("(?s)<pre>.*?</pre>", "")
                .replaceAll("</?(?:p|b|i|em|ul|ol|li|code)>", "")
                .replaceAll("(?s)\\{@code\\s+((?:[^{}]|\\{\\{[^{}]*\\}\\}|\\{[^{}]*\\})*)\\}", "`$1`")
                .replaceAll("\\{@link(?:plain)?\\s+[\\w.]*#(\\w+)(?:\\([^)]*\\))?\\}", "`$1`")
                .replaceAll("\\{@link(?:plain)?\\s+([\\w.]+)\\}", "`$1`")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&");
    }
}
