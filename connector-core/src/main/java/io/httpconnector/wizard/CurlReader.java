package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.InvalidDefinitionException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
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
 * Reads a curl command line (curl 8, its manual page). What belongs to the connection becomes a note; what can't be honoured is
 * refused with its position, and never dropped.
 */
final class CurlReader {

    private static final String FORM = "application/x-www-form-urlencoded";

    private static final String UNKNOWN = "application/octet-stream";

    private static final Set<String> REQUEST =
            words("request header data data-ascii data-raw data-binary data-urlencode json form"
                    + " form-string user cookie user-agent referer url max-time oauth2-bearer url-query");

    /** What the connection decides, with and without a value. */
    private static final Set<String> CONNECTION_VALUE =
            words("proxy cert key cacert connect-timeout retry retry-delay resolve pass max-redirs");

    private static final Set<String> CONNECTION =
            words("insecure location location-trusted compressed http1.0 http1.1 http2 ipv4 ipv6"
                    + " tlsv1.2 tlsv1.3 basic digest anyauth fail fail-with-body");

    /** What says how curl shows the answer, with and without a value. */
    private static final Set<String> SHOWING_VALUE = words("output write-out dump-header cookie-jar");

    private static final Set<String> SHOWING =
            words("silent show-error verbose include no-buffer progress-bar remote-name no-progress-meter");

    private static final Set<String> SWITCHES = words("get head globoff");

    /** The long names of the short options. */
    private static final Map<String, String> SHORT = new HashMap<>();

    static {
        String names =
                "X=request H=header d=data F=form G=get I=head u=user b=cookie A=user-agent e=referer m=max-time g=globoff"
                        + " k=insecure x=proxy E=cert o=output w=write-out D=dump-header c=cookie-jar s=silent S=show-error v=verbose"
                        + " i=include L=location f=fail N=no-buffer #=progress-bar O=remote-name 4=ipv4 6=ipv6 0=http1.0";
        for (String name : words(names)) {
            SHORT.put(name.substring(0, 1), name.substring(2));
        }
    }

    private static Set<String> words(String text) {
        return Set.of(text.split(" ", -1));
    }

    /** A part of a multipart form; in a plain one, nothing has a meaning. */
    private record WordPart(ShellWords.Word word, boolean isPlain) {}

    private final List<ShellWords.Word> words;
    private final List<String> data = new ArrayList<>();
    private final List<String[]> headers = new ArrayList<>();
    private final List<WordPart> parts = new ArrayList<>();
    private final List<ShellWords.Word> queries = new ArrayList<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private final Set<String> removed = new HashSet<>();
    private final Map<String, String> single = new HashMap<>();
    private ShellWords.@Nullable Word url;
    private boolean isJson;
    private int at = 1;

    private CurlReader(List<ShellWords.Word> words) {
        this.words = words;
    }

    static Recommendation read(String command) {
        List<ShellWords.Word> words = ShellWords.of(command);
        if (words.isEmpty() || !words.get(0).text().matches("(.*/)?curl(\\.exe)?")) {
            throw ShellWords.refused(0, "the command must begin with curl");
        }
        CurlReader reader = new CurlReader(words);
        while (reader.at < words.size()) {
            reader.argument();
        }
        return reader.recommendation();
    }

    private void argument() {
        ShellWords.Word word = words.get(at++);
        String text = word.text();
        if (text.startsWith("--")) {
            option(text.substring(2), word, null);
        } else if (text.startsWith("-") && text.length() > 1) {
            cluster(word);
        } else if (url != null) {
            throw refused(word, "a second URL can't be taken over: give one command for each request");
        } else {
            url = word;
        }
    }

    /** {@code -sSX POST}, {@code -XPOST}: switches, and at the end an option with its value, here or in the next word. */
    private void cluster(ShellWords.Word word) {
        for (int i = 1; i < word.text().length(); i++) {
            String name = SHORT.get(word.text().substring(i, i + 1));
            if (name == null) {
                throw refused(word, "the option -" + word.text().charAt(i) + " can't be taken over");
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
        return REQUEST.contains(name) || CONNECTION_VALUE.contains(name) || SHOWING_VALUE.contains(name);
    }

    private void option(String name, ShellWords.Word word, @Nullable String attached) {
        if (takesValue(name)) {
            if (attached == null && at >= words.size()) {
                throw refused(word, "the option " + word.text() + " has no value");
            }
            ShellWords.Word value = attached == null ? words.get(at++) : new ShellWords.Word(attached, word.position());
            if (REQUEST.contains(name)) {
                request(name, value);
            } else if (CONNECTION_VALUE.contains(name)) {
                notes.add("--" + name + " is left to the connection");
            } else {
                notes.add("--" + name + " is about how curl shows the answer");
            }
        } else if (CONNECTION.contains(name)) {
            notes.add("--" + name + " is left to the connection");
        } else if (SHOWING.contains(name)) {
            notes.add("--" + name + " is about how curl shows the answer");
        } else if (SWITCHES.contains(name)) {
            single.put(name, "");
        } else {
            throw refused(word, "the option " + word.text() + " can't be taken over");
        }
    }

    private void request(String name, ShellWords.Word value) {
        String text = value.text();
        switch (name) {
            case "header" -> header(value);
            case "data", "data-ascii", "data-binary" -> data.add(refuseFile(value));
            case "data-raw" -> data.add(text);
            case "data-urlencode" -> data.add(urlencoded(value));
            case "json" -> {
                isJson = true;
                data.add(refuseFile(value));
            }
            case "form", "form-string" -> parts.add(new WordPart(value, name.equals("form-string")));
            case "url-query" -> queries.add(value);
            case "user", "oauth2-bearer", "cookie" ->
                notes.add("--" + name + " is left out: give the credentials to the connection's auth strategy");
            case "user-agent" -> headers.add(new String[] {"User-Agent", text, "by curl"});
            case "referer" -> headers.add(new String[] {"Referer", text, "by curl"});
            case "url" -> {
                if (url != null) {
                    throw refused(value, "a second URL can't be taken over: give one command for each request");
                }
                url = value;
            }
            default -> single.put(name, text);
        }
    }

    private static String refuseFile(ShellWords.Word value) {
        if (value.text().startsWith("@")) {
            throw refused(value, "the body is in a file: put its content in the place of " + value.text());
        }
        return value.text();
    }

    /** {@code content}, {@code =content} and {@code name=content}; the others are files. */
    private static String urlencoded(ShellWords.Word value) {
        String text = value.text();
        int equals = text.indexOf('=');
        int file = text.indexOf('@');
        if (file >= 0 && (equals < 0 || file < equals)) {
            throw refused(value, "the value is in a file: put its content in the place of " + text.substring(file));
        }
        String content = URLEncoder.encode(text.substring(equals + 1), StandardCharsets.UTF_8)
                .replace("+", "%20");
        return equals > 0 ? text.substring(0, equals + 1) + content : content;
    }

    private void header(ShellWords.Word value) {
        String text = value.text();
        int colon = text.indexOf(':');
        if (text.startsWith("@")) {
            throw refused(value, "the headers are in a file: give each by -H");
        }
        int semicolon = text.indexOf(';');
        if (colon < 0 && semicolon > 0 && text.substring(semicolon + 1).isBlank()) {
            headers.add(new String[] {text.substring(0, semicolon).strip(), ""});
        } else if (colon < 0) {
            throw refused(value, "it is no header: write it as Name: value");
        } else if (text.substring(colon + 1).isBlank()) {
            // It takes away what curl or another option would send.
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
            throw ShellWords.refused(0, "there is no URL");
        }
        String address = url.text().contains("://") ? url.text() : "http://" + url.text();
        if (!address.matches("(?i)https?://.*")) {
            throw refused(url, "it is no URL of HTTP");
        }
        if (!single.containsKey("globoff") && address.matches(".*[\\[\\]{}].*")) {
            throw refused(url, "brackets and braces stand for several URLs: add -g when they are meant as they are");
        }
        boolean inQuery = single.containsKey("get");
        boolean hasBody = !parts.isEmpty() || (!data.isEmpty() && !inQuery);
        String usual = single.containsKey("head") ? "HEAD" : hasBody ? "POST" : "GET";
        String query = inQuery ? String.join("&", data) : "";
        String method = single.getOrDefault("request", usual);
        // A fragment is never sent, so that what is added to the URL stands before it.
        String sent = address.replaceFirst("(?s)#.*$", "");
        String separator = !sent.contains("?") ? "?" : sent.endsWith("?") || sent.endsWith("&") ? "" : "&";
        RequestDefinitionBuilder definition = definition(method, sent + (query.isEmpty() ? "" : separator + query));
        for (ShellWords.Word pair : queries) {
            String text = pair.text().startsWith("+") ? pair.text().substring(1) : urlencoded(pair);
            int equals = text.indexOf('=');
            if (equals < 0) {
                throw refused(pair, "a query parameter without a name can't be taken over: write name=value");
            }
            definition.query(text.substring(0, equals), QueryText.value(text.substring(equals + 1), false));
        }
        addHeaders(definition, hasBody);
        if (!parts.isEmpty()) {
            parts(definition);
        } else if (hasBody) {
            definition.body(String.join(isJson ? "" : "&", data), contentType(isJson ? "application/json" : FORM));
        }
        settings(definition);
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

    private void settings(RequestDefinitionBuilder definition) {
        if (address().contains("@")) {
            definition.credential("the user in the URL");
        }
        String seconds = single.get("max-time");
        if (seconds != null) {
            try {
                definition.set(
                        "timeout",
                        TextNode.valueOf(Duration.ofMillis((long) (Double.parseDouble(seconds) * 1000))
                                .toString()));
            } catch (NumberFormatException e) {
                throw new InvalidDefinitionException("curl command", List.of("--max-time: it is no number of seconds"));
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

    private String contentType(String usual) {
        boolean isEmpty =
                headers.stream().anyMatch(header -> header[0].equalsIgnoreCase("Content-Type") && header[1].isEmpty());
        if (isEmpty || isRemoved("Content-Type")) {
            // What a recipient may assume without it (RFC 9110, section 8.3).
            notes.add("the command sends its body without Content-Type, the request says " + UNKNOWN);
            return UNKNOWN;
        }
        return headers.stream()
                .filter(header -> header[0].equalsIgnoreCase("Content-Type"))
                .map(header -> header[1])
                .findFirst()
                .orElse(usual);
    }

    private void parts(RequestDefinitionBuilder definition) {
        if (!data.isEmpty()) {
            throw refused(parts.get(0).word, "a command has either -d or -F");
        }
        for (WordPart field : parts) {
            ShellWords.Word word = field.word;
            String text = word.text();
            int equals = text.indexOf('=');
            if (equals <= 0) {
                throw refused(word, "it is no field: write it as name=value");
            }
            String name = text.substring(0, equals);
            String value = text.substring(equals + 1);
            String type = attribute(value, "type", "");
            String content = value.replaceFirst(";type=[^;\"]*$", "");
            if (field.isPlain || !value.matches("(?s)[@<\"].*|.*;.*")) {
                definition.templatePart(name, RequestDefinitionBuilder.literal(value), null);
            } else if (!type.isEmpty() && !content.matches("(?s)[@<\"].*|.*;.*")) {
                definition.templatePart(name, RequestDefinitionBuilder.literal(content), type);
            } else if (value.startsWith("@")) {
                String path = value.substring(1).replaceFirst(";.*$", "");
                definition.file(
                        name,
                        attribute(value, "filename", path.replaceFirst("^.*[/\\\\]", "")),
                        attribute(value, "type", "application/octet-stream"));
            } else {
                throw refused(
                        word,
                        "a part from a file, with quotes or with attributes can't be taken over: give its value by --form-string");
            }
        }
    }

    private static String attribute(String value, String name, String otherwise) {
        int at = value.indexOf(";" + name + "=");
        if (at < 0) {
            return otherwise;
        }
        String rest = value.substring(at + name.length() + 2);
        int end = rest.indexOf(';');
        return (end < 0 ? rest : rest.substring(0, end)).replaceAll("^\"|\"$", "");
    }

    private static InvalidDefinitionException refused(ShellWords.Word word, String what) {
        return ShellWords.refused(word.position() - 1, what);
    }
}
