package io.httpconnector.wizard;

import io.httpconnector.wizard.ShellCommand.Word;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parses the value of curl's option {@code -F}: text in quotes or without, or files after {@code @} or {@code <}, with the
 * attributes {@code type}, {@code filename}, {@code headers} and {@code encoder}.
 */
final class CurlForm {

    /** The media types that curl derives from file names. */
    private static final Map<String, String> TYPES = Map.of(
            ".gif", "image/gif",
            ".jpg", "image/jpeg",
            ".jpeg", "image/jpeg",
            ".png", "image/png",
            ".svg", "image/svg+xml",
            ".txt", "text/plain",
            ".htm", "text/html",
            ".html", "text/html",
            ".pdf", "application/pdf",
            ".xml", "application/xml");

    private final Word word;
    private final String text;
    private final String name;
    private final RequestDefinitionBuilder definition;
    private final CurlFiles files;
    private int at;
    private char end = ';';

    private CurlForm(Word word, RequestDefinitionBuilder definition, CurlFiles files) {
        this.word = word;
        this.text = word.text();
        this.definition = definition;
        this.files = files;
        int equals = text.indexOf('=');
        if (equals <= 0) {
            throw ShellCommand.invalid(word.position() - 1, "not a field: write it as name=value");
        }
        this.name = text.substring(0, equals);
        this.at = equals + 1;
    }

    /** Adds the parts of a {@code -F} option. */
    static void read(Word word, RequestDefinitionBuilder definition, CurlFiles files) {
        new CurlForm(word, definition, files).read();
    }

    /** Adds the part of a {@code --form-string} option, whose value has no special characters. */
    static void readPlain(Word word, RequestDefinitionBuilder definition) {
        CurlForm form = new CurlForm(word, definition, new CurlFiles(null));
        definition.templatePart(form.name, RequestDefinitionBuilder.escapeBraces(form.text.substring(form.at)), null);
    }

    private void read() {
        char first = at < text.length() ? text.charAt(at) : ' ';
        if (first == '(' || (first == ')' && name.isEmpty())) {
            throw ShellCommand.invalid(word.position() - 1, "nested parts are not supported");
        }
        if (first == '@' || first == '<') {
            do {
                at++;
                end = first == '@' ? ',' : '\0';
                String path = value();
                if (first == '@') {
                    file(path, attributes());
                } else {
                    content(path, attributes());
                }
            } while (at < text.length() && text.charAt(at) == ',' && first == '@');
            return;
        }
        end = '\0';
        String value = value();
        literal(value, attributes());
    }

    /**
     * The attributes of a part.
     *
     * @param type the media type
     * @param fileName the name of the file
     */
    private record Attributes(
            @Nullable String type, @Nullable String fileName) {}

    private Attributes attributes() {
        String type = null;
        String fileName = null;
        while (at < text.length() && text.charAt(at) == ';') {
            at++;
            skipBlanks();
            if (text.startsWith("type=", at) && type == null) {
                at += 5;
                type = mediaType();
            } else if (text.startsWith("filename=", at)) {
                at += 9;
                fileName = value();
            } else {
                int from = at;
                String other = value();
                String shown = text.substring(from, Math.min(at, text.length()));
                if (!other.isBlank()) {
                    definition.note("the attribute " + shown + " of the part " + name + " is not imported");
                }
            }
        }
        return new Attributes(type, fileName);
    }

    /** Reads a media type with its parameters, up to another attribute. */
    private String mediaType() {
        skipBlanks();
        int from = at;
        while (at < text.length() && text.charAt(at) != end) {
            String rest = text.substring(at).replaceFirst("^;\\s*", "");
            boolean isAttribute = text.charAt(at) == ';' && rest.matches("(?s)(?:filename|headers|encoder)=.*");
            if (isAttribute) {
                break;
            }
            at++;
        }
        String type = text.substring(from, at).strip();
        if (!type.matches("[^/ ]+/[^;, \\n]+.*")) {
            throw ShellCommand.invalid(word.position() - 1, "not a media type: " + type);
        }
        return type;
    }

    private void skipBlanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    /** Reads a value, in quotes or up to the next semicolon; at the end of a file name also up to a comma. */
    private String value() {
        skipBlanks();
        int from = at;
        if (at < text.length() && text.charAt(at) == '"') {
            StringBuilder quoted = new StringBuilder();
            for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
                boolean isEscape = text.startsWith("\\\\", at) || text.startsWith("\\\"", at);
                at += isEscape ? 1 : 0;
                quoted.append(text.charAt(at));
            }
            if (at < text.length()) {
                while (at < text.length() && text.charAt(at) != ';' && text.charAt(at) != end) {
                    at++;
                }
                return quoted.toString();
            }
            // Without a closing quote, the value is not quoted.
            at = from;
        }
        while (at < text.length() && text.charAt(at) != ';' && text.charAt(at) != end) {
            at++;
        }
        return text.substring(from, at).stripTrailing();
    }

    private void literal(String value, Attributes attributes) {
        String template = RequestDefinitionBuilder.escapeBraces(value);
        if (attributes.fileName == null) {
            definition.templatePart(name, template, attributes.type);
        } else {
            definition.textFile(name, template, attributes.fileName, type(attributes, ""));
        }
    }

    private void file(String path, Attributes attributes) {
        String fileName = path.replaceFirst("^.*[/\\\\]", "");
        definition.file(name, attributes.fileName == null ? fileName : attributes.fileName, type(attributes, path));
    }

    /** Adds a field whose value is the content of a file. */
    private void content(String path, Attributes attributes) {
        String guessed = guessed(path);
        // Plain text is the default of a field, which curl does not write.
        String declared = "text/plain".equals(guessed) ? null : guessed;
        String type = attributes.type == null ? declared : attributes.type;
        if (files.isPermitted()) {
            definition.templatePart(name, RequestDefinitionBuilder.escapeBraces(files.text(word, path)), type);
        } else {
            definition.contentPart(name, path, type);
        }
    }

    /** Returns the declared type, or the one of the file name that is sent, or of the path that is read. */
    private static String type(Attributes attributes, String path) {
        String ofName = attributes.fileName == null ? null : guessed(attributes.fileName);
        String guessed = ofName == null ? guessed(path) : ofName;
        return attributes.type != null ? attributes.type : guessed == null ? "application/octet-stream" : guessed;
    }

    private static @Nullable String guessed(String fileName) {
        String lower = fileName.toLowerCase(Locale.ROOT);
        return TYPES.entrySet().stream()
                .filter(entry -> lower.endsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }
}
