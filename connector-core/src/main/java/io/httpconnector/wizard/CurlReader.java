package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.text.PercentEncoding;
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

/**
 * Parses a curl command line (manual page of curl 8). Options that belong to the connection become notes; unsupported options
 * are rejected with their position, never dropped silently.
 */
final class CurlReader {

    private static final String FORM_TYPE = "application/x-www-form-urlencoded";

    private static final String UNKNOWN_TYPE = "application/octet-stream";

    private static final Set<String> REQUEST_OPTIONS =
            words("request header data data-ascii data-raw data-binary data-urlencode json form"
                    + " form-string user cookie user-agent referer url max-time oauth2-bearer url-query");

    /** Options that the connection determines, with and without a value. */
    private static final Set<String> CONNECTION_OPTIONS_WITH_VALUE =
            words("proxy cert key cacert connect-timeout retry retry-delay resolve pass max-redirs");

    private static final Set<String> CONNECTION_OPTIONS =
            words("insecure location location-trusted compressed http1.0 http1.1 http2 ipv4 ipv6"
                    + " tlsv1.2 tlsv1.3 basic digest anyauth fail fail-with-body");

    /** Options for curl's output, with and without a value. */
    private static final Set<String> OUTPUT_OPTIONS_WITH_VALUE = words("output write-out dump-header cookie-jar");

    private static final Set<String> OUTPUT_OPTIONS =
            words("silent show-error verbose include no-buffer progress-bar remote-name no-progress-meter");

    private static final Set<String> SWITCHES = words("get head globoff");

    /** The long names of the short options. */
    private static final Map<String, String> LONG_NAMES = new HashMap<>();

    static {
        String names =
                "X=request H=header d=data F=form G=get I=head u=user b=cookie A=user-agent e=referer m=max-time g=globoff"
                        + " k=insecure x=proxy E=cert o=output w=write-out D=dump-header c=cookie-jar s=silent"
                        + " S=show-error v=verbose"
                        + " i=include L=location f=fail N=no-buffer #=progress-bar O=remote-name 4=ipv4 6=ipv6 0=http1.0";
        for (String name : words(names)) {
            LONG_NAMES.put(name.substring(0, 1), name.substring(2));
        }
    }

    private static Set<String> words(String text) {
        return Set.of(text.split(" ", -1));
    }

    /** A {@code -F} or {@code --form-string} option; a plain one has no special characters. */
    private record FormOption(ShellTokenizer.Word word, boolean isPlain) {}

    private final List<ShellTokenizer.Word> words;
    private final List<String> data = new ArrayList<>();
    private final List<String[]> headers = new ArrayList<>();
    private final List<FormOption> parts = new ArrayList<>();
    private final List<ShellTokenizer.Word> queries = new ArrayList<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private final Set<String> removed = new HashSet<>();
    private final Map<String, String> single = new HashMap<>();
    private ShellTokenizer.@Nullable Word url;
    private boolean isJson;
    private int at = 1;

    private CurlReader(List<ShellTokenizer.Word> words) {
        this.words = words;
    }

    static Recommendation read(String command) {
        List<ShellTokenizer.Word> words = ShellTokenizer.of(command);
        if (words.isEmpty() || !words.get(0).text().matches("(.*/)?curl(\\.exe)?")) {
            throw ShellTokenizer.invalid(0, "the command must start with curl");
        }
        CurlReader reader = new CurlReader(words);
        while (reader.at < words.size()) {
            reader.argument();
        }
        return reader.recommendation();
    }

    private void argument() {
        ShellTokenizer.Word word = words.get(at++);
        String text = word.text();
        if (text.startsWith("--")) {
            option(text.substring(2), word, null);
        } else if (text.startsWith("-") && text.length() > 1) {
            shortOptions(word);
        } else if (url != null) {
            throw invalid(word, "several URLs are not supported: use one command per request");
        } else {
            url = word;
        }
    }

    /**
     * Parses combined short options such as {@code -sSX POST} and {@code -XPOST}: switches, and finally an option whose value
     * follows, attached or as the next word.
     */
    private void shortOptions(ShellTokenizer.Word word) {
        for (int i = 1; i < word.text().length(); i++) {
            String name = LONG_NAMES.get(word.text().substring(i, i + 1));
            if (name == null) {
                throw invalid(word, "the option -" + word.text().charAt(i) + " is not supported");
            }
            String rest = word.text().substring(i + 1);
            if (!takesValue(name)) {
                option(name, word, null);
            } else {
                option(name, word, rest.isEmpty() ? null : rest);
                return;
            }
        }
    }

    private static boolean takesValue(String name) {
        return REQUEST_OPTIONS.contains(name)
                || CONNECTION_OPTIONS_WITH_VALUE.contains(name)
                || OUTPUT_OPTIONS_WITH_VALUE.contains(name);
    }

    private void option(String name, ShellTokenizer.Word word, @Nullable String attached) {
        if (takesValue(name)) {
            if (attached == null && at >= words.size()) {
                throw invalid(word, "the option " + word.text() + " requires a value");
            }
            ShellTokenizer.Word value =
                    attached == null ? words.get(at++) : new ShellTokenizer.Word(attached, word.position());
            if (REQUEST_OPTIONS.contains(name)) {
                request(name, value);
            } else if (CONNECTION_OPTIONS_WITH_VALUE.contains(name)) {
                notes.add("--" + name + " is determined by the connection");
            } else {
                notes.add("--" + name + " only affects curl's output");
            }
        } else if (CONNECTION_OPTIONS.contains(name)) {
            notes.add("--" + name + " is determined by the connection");
        } else if (OUTPUT_OPTIONS.contains(name)) {
            notes.add("--" + name + " only affects curl's output");
        } else if (SWITCHES.contains(name)) {
            single.put(name, "");
        } else {
            throw invalid(word, "the option " + word.text() + " is not supported");
        }
    }

    private void request(String name, ShellTokenizer.Word value) {
        String text = value.text();
        switch (name) {
            case "header" -> header(value);
            case "data", "data-ascii", "data-binary" -> data.add(rejectFile(value));
            case "data-raw" -> data.add(text);
            case "data-urlencode" -> data.add(urlencoded(value));
            case "json" -> {
                isJson = true;
                data.add(rejectFile(value));
            }
            case "form", "form-string" -> parts.add(new FormOption(value, name.equals("form-string")));
            case "url-query" -> queries.add(value);
            case "user", "oauth2-bearer", "cookie" ->
                notes.add("--" + name + " is left out: configure the credentials in the connection's auth strategy");
            case "user-agent" -> headers.add(new String[] {"User-Agent", text, "by curl"});
            case "referer" -> headers.add(new String[] {"Referer", text, "by curl"});
            case "url" -> {
                if (url != null) {
                    throw invalid(value, "several URLs are not supported: use one command per request");
                }
                url = value;
            }
            default -> single.put(name, text);
        }
    }

    private static String rejectFile(ShellTokenizer.Word value) {
        if (value.text().startsWith("@")) {
            throw invalid(value, "the body is in a file: replace it with the content of " + value.text());
        }
        return value.text();
    }

    /** Encodes {@code content}, {@code =content} and {@code name=content}; other forms refer to files. */
    private static String urlencoded(ShellTokenizer.Word value) {
        String text = value.text();
        int equals = text.indexOf('=');
        int file = text.indexOf('@');
        if (file >= 0 && (equals < 0 || file < equals)) {
            throw invalid(value, "the value is in a file: replace it with the content of " + text.substring(file));
        }
        String content = PercentEncoding.encode(text.substring(equals + 1));
        return equals > 0 ? text.substring(0, equals + 1) + content : content;
    }

    private void header(ShellTokenizer.Word value) {
        String text = value.text();
        int colon = text.indexOf(':');
        if (text.startsWith("@")) {
            throw invalid(value, "the headers are in a file: specify each with -H");
        }
        int semicolon = text.indexOf(';');
        if (colon < 0 && semicolon > 0 && text.substring(semicolon + 1).isBlank()) {
            headers.add(new String[] {text.substring(0, semicolon).strip(), ""});
        } else if (colon < 0) {
            throw invalid(value, "not a header: write it as Name: value");
        } else if (text.substring(colon + 1).isBlank()) {
            // Suppresses a header that curl or another option would send.
            removed.add(text.substring(0, colon).strip().toLowerCase(Locale.ROOT));
            notes.add("the header " + text.substring(0, colon).strip() + " is not sent");
        } else {
            headers.add(new String[] {
                text.substring(0, colon).strip(), text.substring(colon + 1).strip()
            });
        }
    }

    private Recommendation recommendation() {
        if (url == null) {
            throw ShellTokenizer.invalid(0, "the URL is missing");
        }
        String address = url.text().contains("://") ? url.text() : "http://" + url.text();
        if (!address.matches("(?i)https?://.*")) {
            throw invalid(url, "not an HTTP URL");
        }
        if (!single.containsKey("globoff") && address.matches(".*[\\[\\]{}].*")) {
            throw invalid(url, "brackets and braces stand for several URLs: add -g if they are literal");
        }
        boolean inQuery = single.containsKey("get");
        boolean hasBody = !parts.isEmpty() || (!data.isEmpty() && !inQuery);
        String defaultMethod = single.containsKey("head") ? "HEAD" : hasBody ? "POST" : "GET";
        String query = inQuery ? String.join("&", data) : "";
        String method = single.getOrDefault("request", defaultMethod);
        // A fragment is never sent, so parameters are added before it.
        String sent = address.replaceFirst("(?s)#.*$", "");
        String separator = !sent.contains("?") ? "?" : sent.endsWith("?") || sent.endsWith("&") ? "" : "&";
        RequestDefinitionBuilder definition = definition(method, sent + (query.isEmpty() ? "" : separator + query));
        for (ShellTokenizer.Word pair : queries) {
            String text = pair.text().startsWith("+") ? pair.text().substring(1) : urlencoded(pair);
            int equals = text.indexOf('=');
            if (equals < 0) {
                throw invalid(pair, "a query parameter without a name is not supported: write name=value");
            }
            definition.query(text.substring(0, equals), QueryPair.value(text.substring(equals + 1), false));
        }
        addHeaders(definition, hasBody);
        if (!parts.isEmpty()) {
            parts(definition);
        } else if (hasBody) {
            definition.body(String.join(isJson ? "" : "&", data), contentType(isJson ? "application/json" : FORM_TYPE));
        }
        applySettings(definition);
        notes.forEach(definition::note);
        return definition.recommendation(definition.title(), "curl command");
    }

    private static RequestDefinitionBuilder definition(String method, String url) {
        try {
            return new RequestDefinitionBuilder(method, url);
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException("curl command", e.problems());
        }
    }

    private void applySettings(RequestDefinitionBuilder definition) {
        if (address().contains("@")) {
            definition.noteCredential("the user in the URL");
        }
        String seconds = single.get("max-time");
        if (seconds != null) {
            try {
                definition.set(
                        "timeout",
                        TextNode.valueOf(Duration.ofMillis((long) (Double.parseDouble(seconds) * 1000))
                                .toString()));
            } catch (NumberFormatException e) {
                throw new InvalidDefinitionException("curl command", List.of("--max-time: not a number of seconds"));
            }
        }
    }

    private String address() {
        return url == null ? "" : url.text().replaceFirst("^[a-zA-Z]+://", "").replaceFirst("[/?#].*$", "");
    }

    private void addHeaders(RequestDefinitionBuilder definition, boolean hasBody) {
        for (String[] header : headers) {
            boolean ofBody = hasBody && header[0].equalsIgnoreCase("Content-Type");
            boolean isRemoved = header.length > 2 && isRemoved(header[0]);
            if (!ofBody && !isRemoved) {
                definition.header(header[0], header[1]);
            }
        }
        if (isJson
                && !isRemoved("Accept")
                && headers.stream().noneMatch(header -> header[0].equalsIgnoreCase("Accept"))) {
            definition.header("Accept", "application/json");
        }
    }

    private boolean isRemoved(String name) {
        return removed.contains(name.toLowerCase(Locale.ROOT));
    }

    private String contentType(String defaultType) {
        boolean isEmpty =
                headers.stream().anyMatch(header -> header[0].equalsIgnoreCase("Content-Type") && header[1].isEmpty());
        if (isEmpty || isRemoved("Content-Type")) {
            // The type that a recipient may assume if there is none (RFC 9110, section 8.3).
            notes.add("the command sends its body without Content-Type, the request with " + UNKNOWN_TYPE);
            return UNKNOWN_TYPE;
        }
        return headers.stream()
                .filter(header -> header[0].equalsIgnoreCase("Content-Type"))
                .map(header -> header[1])
                .findFirst()
                .orElse(defaultType);
    }

    private void parts(RequestDefinitionBuilder definition) {
        if (!data.isEmpty()) {
            throw invalid(parts.get(0).word, "-d and -F exclude each other");
        }
        for (FormOption field : parts) {
            ShellTokenizer.Word word = field.word;
            String text = word.text();
            int equals = text.indexOf('=');
            if (equals <= 0) {
                throw invalid(word, "not a field: write it as name=value");
            }
            String name = text.substring(0, equals);
            String value = text.substring(equals + 1);
            String type = attribute(value, "type", "");
            String content = value.replaceFirst(";type=[^;\"]*$", "");
            if (field.isPlain || !value.matches("(?s)[@<\"].*|.*;.*")) {
                definition.templatePart(name, RequestDefinitionBuilder.escapeBraces(value), null);
            } else if (!type.isEmpty() && !content.matches("(?s)[@<\"].*|.*;.*")) {
                definition.templatePart(name, RequestDefinitionBuilder.escapeBraces(content), type);
            } else if (value.startsWith("@")) {
                String path = value.substring(1).replaceFirst(";.*$", "");
                definition.file(
                        name,
                        attribute(value, "filename", path.replaceFirst("^.*[/\\\\]", "")),
                        attribute(value, "type", "application/octet-stream"));
            } else {
                throw invalid(
                        word,
                        "a part from a file, with quotes or with attributes is not supported: specify its value"
                                + " with --form-string");
            }
        }
    }

    private static String attribute(String value, String name, String defaultValue) {
        int at = value.indexOf(";" + name + "=");
        if (at < 0) {
            return defaultValue;
        }
        String rest = value.substring(at + name.length() + 2);
        int end = rest.indexOf(';');
        return (end < 0 ? rest : rest.substring(0, end)).replaceAll("^\"|\"$", "");
    }

    private static InvalidDefinitionException invalid(ShellTokenizer.Word word, String what) {
        return ShellTokenizer.invalid(word.position() - 1, what);
    }
}
