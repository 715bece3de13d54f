package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.text.PercentEncoding;
import io.httpconnector.wizard.ShellCommand.Word;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The options of a curl command up to {@code --next}, and the requests that they describe: one for each URL. */
final class CurlOperation {

    private static final String FORM_TYPE = "application/x-www-form-urlencoded";

    private static final String UNKNOWN_TYPE = "application/octet-stream";

    /** A {@code -F} or {@code --form-string} option; a plain one has no special characters. */
    private record FormOption(Word word, boolean isPlain) {}

    /**
     * A header field.
     *
     * @param name the name
     * @param value the value
     * @param isOption whether it is set by an option of its own, such as {@code -A}
     */
    private record Header(String name, String value, boolean isOption) {}

    private final CurlFiles files;
    private final @Nullable String input;
    private final StringBuilder data = new StringBuilder();
    private final List<Header> headers = new ArrayList<>();
    private final List<FormOption> parts = new ArrayList<>();
    private final List<Word> queries = new ArrayList<>();
    private final List<Word> urls = new ArrayList<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private final Set<String> removed = new HashSet<>();
    private final Map<String, Word> single = new HashMap<>();
    private boolean hasData;
    private boolean isJson;
    private @Nullable Word dataFile;

    /**
     * @param files the files that may be read
     * @param input the standard input of the command, if it is redirected
     */
    CurlOperation(CurlFiles files, @Nullable String input) {
        this.files = files;
        this.input = input;
    }

    void note(String note) {
        notes.add(note);
    }

    void url(Word word) {
        urls.add(word);
    }

    void enable(String name, Word word) {
        single.put(name, word);
    }

    /** Applies an option with a value. */
    void option(String name, Word value) {
        String text = value.text();
        switch (name) {
            case "header" -> header(value);
            case "data", "data-ascii" -> data(value, content(value, true));
            case "data-binary" -> data(value, content(value, false));
            case "data-raw" -> data(value, text);
            case "data-urlencode" -> data(value, urlencoded(value));
            case "json" -> {
                isJson = true;
                String content = content(value, false);
                if (content != null) {
                    hasData = true;
                    data.append(content);
                }
            }
            case "form", "form-string" -> parts.add(new FormOption(value, name.equals("form-string")));
            case "url-query" -> queries.add(value);
            case "user", "oauth2-bearer", "cookie", "aws-sigv4" ->
                note("--" + name + " is left out: "
                        + (name.equals("user") && text.matches("(?s)[^:]+:")
                                ? "its user is a key, without a password; "
                                : "")
                        + "configure the credentials in the connection's auth strategy");
            case "user-agent" -> ofOption("User-Agent", text);
            case "referer" -> ofOption("Referer", text.replaceFirst(";auto$", ""));
            case "range" -> ofOption("Range", "bytes=" + text + (text.contains("-") ? "" : "-"));
            case "url" -> urls.add(value);
            case "request-target" -> throw CurlReader.invalid(value, "--request-target is not supported");
            default -> single.put(name, value);
        }
    }

    private void ofOption(String name, String value) {
        if (!value.isEmpty()) {
            headers.add(new Header(name, value, true));
        }
    }

    /** Appends to the body; null if its content is a file that is not read. */
    private void data(Word word, @Nullable String content) {
        if (content == null) {
            return;
        }
        if (dataFile != null) {
            throw combined(word);
        }
        data.append(data.isEmpty() ? "" : "&").append(content);
        hasData = true;
    }

    private static InvalidDefinitionException combined(Word word) {
        return CurlReader.invalid(
                word,
                "the body is in a file and in options: permit its directory, or replace it with the content of the file");
    }

    /** Returns the text of an option or of its file; null if the file is not read, and becomes a pill. */
    private @Nullable String content(Word value, boolean withoutLines) {
        String text = value.text();
        if (!text.startsWith("@")) {
            return text;
        }
        String name = text.substring(1);
        boolean isText = name.equals("-") && input != null && !input.startsWith(ShellCommand.FILE);
        String file = name.equals("-") && input != null && !isText ? input.substring(1) : name;
        if (!isText && (!files.isPermitted() || file.equals("-"))) {
            if (hasData || dataFile != null) {
                throw combined(value);
            }
            dataFile = new Word(file, value.position());
            if (withoutLines) {
                note("curl removes line breaks from the file of its body; the value of the pill is sent unchanged");
            }
            return null;
        }
        String content = isText && input != null ? input : files.text(value, file);
        return withoutLines ? content.replaceAll("[\\r\\n\\x00]", "") : content;
    }

    /** Encodes {@code content}, {@code =content} and {@code name=content}, or the file of {@code @file} and {@code name@file}. */
    private String urlencoded(Word value) {
        String text = value.text();
        int equals = text.indexOf('=');
        int file = text.indexOf('@');
        if (file >= 0 && (equals < 0 || file < equals)) {
            String content = PercentEncoding.encode(files.text(value, text.substring(file + 1)));
            return file > 0 ? text.substring(0, file) + "=" + content : content;
        }
        String content = PercentEncoding.encode(text.substring(equals + 1));
        return equals > 0 ? text.substring(0, equals + 1) + content : content;
    }

    private void header(Word value) {
        String text = value.text();
        if (text.startsWith("@")) {
            files.text(value, text.substring(1))
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(line -> header(new Word(line, value.position())));
            return;
        }
        int colon = text.indexOf(':');
        int semicolon = text.indexOf(';');
        if (colon < 0 && semicolon > 0 && text.substring(semicolon + 1).isBlank()) {
            headers.add(new Header(text.substring(0, semicolon).strip(), "", false));
        } else if (colon < 0) {
            throw CurlReader.invalid(value, "not a header: write it as Name: value");
        } else if (text.substring(colon + 1).isBlank()) {
            // Suppresses a header that curl or another option would send.
            removed.add(text.substring(0, colon).strip().toLowerCase(Locale.ROOT));
            note("the header " + text.substring(0, colon).strip() + " is not sent");
        } else {
            headers.add(new Header(
                    text.substring(0, colon).strip(), text.substring(colon + 1).strip(), false));
        }
    }

    List<Recommendation> recommendations() {
        if (urls.isEmpty()) {
            throw ShellCommand.invalid(0, "the URL is missing");
        }
        checkCombinations();
        return urls.stream().map(this::recommendation).toList();
    }

    private void checkCombinations() {
        Word upload = single.get("upload-file");
        boolean hasBody = (hasData || dataFile != null) && !single.containsKey("get");
        if (!parts.isEmpty() && (hasData || dataFile != null)) {
            throw CurlReader.invalid(parts.get(0).word, "-d and -F exclude each other");
        }
        if (upload != null && (hasBody || !parts.isEmpty() || urls.size() > 1)) {
            throw CurlReader.invalid(upload, "-T excludes another body, and further URLs");
        }
        Word head = single.get("head");
        if (head != null && (hasBody || !parts.isEmpty())) {
            throw CurlReader.invalid(head, "-I excludes a body");
        }
        if (dataFile != null && single.containsKey("get")) {
            throw combined(dataFile);
        }
    }

    private Recommendation recommendation(Word url) {
        boolean inQuery = single.containsKey("get");
        boolean hasBody = !parts.isEmpty() || ((hasData || dataFile != null) && !inQuery);
        Word upload = single.get("upload-file");
        String defaultMethod = upload != null ? "PUT" : single.containsKey("head") ? "HEAD" : hasBody ? "POST" : "GET";
        Word method = single.get("request");
        RequestDefinitionBuilder definition =
                definition(method == null ? defaultMethod : method.text(), address(url, inQuery, upload));
        queries(definition);
        addHeaders(definition, hasBody || upload != null);
        Word file = dataFile;
        if (!parts.isEmpty()) {
            multipart(definition);
        } else if (upload != null) {
            file(upload.text(), contentType(UNKNOWN_TYPE, true), definition);
        } else if (file != null && !inQuery) {
            file(file.text(), contentType(isJson ? "application/json" : FORM_TYPE, false), definition);
        } else if (hasBody) {
            definition.body(data.toString(), contentType(isJson ? "application/json" : FORM_TYPE, false));
        }
        applySettings(url, definition);
        notes.forEach(note -> definition.note(ShellVariables.shown(note)));
        definition.replaceVariables();
        return definition.recommendation(definition.title(), "curl command");
    }

    private static RequestDefinitionBuilder definition(String method, String url) {
        try {
            return new RequestDefinitionBuilder(method, url);
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException("curl command", e.problems());
        }
    }

    private String address(Word url, boolean inQuery, @Nullable Word upload) {
        Word scheme = single.get("proto-default");
        String address = CurlUrl.of(
                url,
                scheme == null ? "http" : scheme.text(),
                single.containsKey("globoff"),
                single.containsKey("path-as-is"));
        // A fragment is never sent, so parameters are added before it.
        String sent = address.replaceFirst("(?s)#.*$", "");
        if (upload != null && !upload.text().matches("[-.]") && sent.matches("https?://[^/?]*(?:/|/[^?]*/)?")) {
            String name = upload.text().replaceFirst("^.*[/\\\\]", "");
            sent += (sent.endsWith("/") ? "" : "/") + PercentEncoding.encode(name);
        }
        if (!inQuery || data.isEmpty()) {
            return sent;
        }
        String separator = !sent.contains("?") ? "?" : sent.endsWith("?") || sent.endsWith("&") ? "" : "&";
        return sent + separator + data;
    }

    private void queries(RequestDefinitionBuilder definition) {
        for (Word pair : queries) {
            String text = pair.text().startsWith("+") ? pair.text().substring(1) : urlencoded(pair);
            int equals = text.indexOf('=');
            if (equals < 0) {
                throw CurlReader.invalid(pair, "a query parameter without a name is not supported: write name=value");
            }
            definition.query(text.substring(0, equals), QueryPair.value(text.substring(equals + 1), false));
        }
    }

    private static void file(String name, String contentType, RequestDefinitionBuilder definition) {
        definition.file(contentType);
        if (!name.matches("[-.]")) {
            definition.note("the pill {{file.content}} is the content of " + ShellVariables.shown(name));
        }
    }

    private void applySettings(Word url, RequestDefinitionBuilder definition) {
        if (url.text()
                .replaceFirst("^[a-zA-Z]+://", "")
                .replaceFirst("(?s)[/?#].*$", "")
                .contains("@")) {
            definition.noteCredential("the user in the URL");
        }
        Word seconds = single.get("max-time");
        if (seconds != null) {
            try {
                definition.set(
                        "timeout",
                        TextNode.valueOf(Duration.ofMillis((long) (Double.parseDouble(seconds.text()) * 1000))
                                .toString()));
            } catch (NumberFormatException e) {
                throw new InvalidDefinitionException("curl command", List.of("--max-time: not a number of seconds"));
            }
        }
    }

    private void addHeaders(RequestDefinitionBuilder definition, boolean hasBody) {
        for (Header header : headers) {
            boolean ofBody = hasBody && header.name.equalsIgnoreCase("Content-Type");
            boolean isRemoved = header.isOption && (isRemoved(header.name) || isSetByHeader(header.name));
            if (!ofBody && !isRemoved) {
                definition.header(header.name, header.value);
            }
        }
        if (isJson && !isRemoved("Accept") && !isSetByHeader("Accept")) {
            definition.header("Accept", "application/json");
        }
        if (isJson && !hasBody && !isRemoved("Content-Type") && !isSetByHeader("Content-Type")) {
            definition.header("Content-Type", "application/json");
        }
    }

    private boolean isSetByHeader(String name) {
        return headers.stream().anyMatch(header -> !header.isOption && header.name.equalsIgnoreCase(name));
    }

    private boolean isRemoved(String name) {
        return removed.contains(name.toLowerCase(Locale.ROOT));
    }

    private List<String> contentTypes() {
        return headers.stream()
                .filter(header -> header.name.equalsIgnoreCase("Content-Type"))
                .map(Header::value)
                .toList();
    }

    private String contentType(String defaultType, boolean isUntyped) {
        List<String> types = contentTypes();
        boolean isMissing = types.isEmpty() && (isUntyped || isRemoved("Content-Type"));
        if (isMissing || types.contains("")) {
            // The type that a recipient may assume if there is none (RFC 9110, section 8.3).
            note("the command sends its body without Content-Type, the request with " + UNKNOWN_TYPE);
            return UNKNOWN_TYPE;
        }
        if (types.size() > 1) {
            note("the command sends several Content-Type headers, the request only the first one");
        }
        return types.isEmpty() ? defaultType : types.get(0);
    }

    private void multipart(RequestDefinitionBuilder definition) {
        for (String type : contentTypes()) {
            if (!type.toLowerCase(Locale.ROOT).startsWith("multipart/form-data")) {
                definition.note("the parts are sent as multipart/form-data and not as " + type);
            }
        }
        for (FormOption field : parts) {
            if (field.isPlain) {
                CurlForm.readPlain(field.word, definition);
            } else {
                CurlForm.read(field.word, definition, files);
            }
        }
    }
}
