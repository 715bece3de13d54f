package io.httpconnector.internal.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Formats an exchange for other tools. */
public final class ExchangeFormatter {

    /** The placeholder for a body that is not shown. */
    private static final Pattern ABSENT = Pattern.compile("\\((a stream|\\d+ bytes) of [^\\n]*\\)");

    /** The name of the creator of HTTP Archives. */
    public static final String HAR_CREATOR = "http-connector";

    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private static final Pattern PLAIN_WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

    /** Lines with a special meaning in the body of an {@code .http} file: separators, comments, file references, scripts. */
    private static final Pattern MEANINGFUL =
            Pattern.compile("(?:^|[\\n\\r\\x{85}\\x{2028}\\x{2029}])[ \\t]*(?:#|//|@|>|<[ \\t@>])");

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private ExchangeFormatter() {}

    /**
     * An exchange without secrets.
     *
     * @param requestHeaders the values of each field, by its name in lower case
     * @param status 0 if there is no response
     * @param responseHeaders the values of each field, by its name in lower case
     */
    public record Values(
            String name,
            String method,
            String url,
            Map<String, List<String>> requestHeaders,
            String requestBody,
            int status,
            Map<String, List<String>> responseHeaders,
            String responseBody,
            Instant startedAt,
            Duration elapsed) {

        @Nullable String contentType() {
            List<String> values = requestHeaders.get("content-type");
            return values == null ? null : values.get(0);
        }
    }

    /** Returns a command for a POSIX shell. Values with control characters are produced by {@code printf}. */
    public static String curl(Values exchange) {
        boolean head = exchange.method().equals("HEAD");
        String body = exchange.requestBody();
        Charset charset = CharsetDetector.charset(exchange.contentType());
        byte[] bytes = body.getBytes(charset.canEncode() ? charset : StandardCharsets.UTF_8);
        // A shell passes on the bytes of the terminal, which is assumed to use UTF-8.
        boolean isOtherwise = !Arrays.equals(bytes, body.getBytes(StandardCharsets.UTF_8));
        boolean isPiped = !isAbsent(body) && (isOtherwise || body.chars().anyMatch(ExchangeFormatter::actsOnTerminals));
        StringBuilder command = new StringBuilder(isPiped ? "printf " + printf(bytes) + " | curl" : "curl");
        command.append(head ? " --head" : " -X " + word(exchange.method()));
        if (exchange.url().matches(".*[\\[\\]{}].*")) {
            command.append(" --globoff");
        }
        // An argument that starts with a hyphen would be read as an option.
        command.append(exchange.url().startsWith("-") ? " --url " : " ").append(quoted(exchange.url()));
        for (Map.Entry<String, List<String>> entry : exchange.requestHeaders().entrySet()) {
            String name = entry.getKey();
            for (String value : entry.getValue()) {
                // curl omits a header without a value, unless the argument ends with a semicolon.
                command.append(" \\\n  -H ")
                        .append(quoted(value.isBlank() ? capital(name) + ";" : capital(name) + ": " + value));
            }
        }
        if (isAbsent(body)) {
            command.append(" \\\n  --data-binary @BODY");
        } else if (isPiped) {
            command.append(" \\\n  --data-binary @-");
        } else if (!body.isEmpty()) {
            command.append(" \\\n  --data-raw ").append(quoted(body));
        }
        return command.toString();
    }

    private static boolean isAbsent(String body) {
        return ABSENT.matcher(body).matches();
    }

    /**
     * Returns whether a character must not appear in the command: a shell cannot pass on a NUL, and a terminal into which the
     * command is pasted interprets other control characters, such as escape sequences.
     */
    private static boolean actsOnTerminals(int c) {
        return c == BYTE_ORDER_MARK || (c != '\n' && c != '\r' && c != '\t' && Character.isISOControl(c));
    }

    private static String word(String text) {
        return PLAIN_WORD.matcher(text).matches() ? text : quoted(text);
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    /** Returns the format string of {@code printf} for bytes, with octal codes for all but visible ASCII characters. */
    private static String printf(byte[] bytes) {
        StringBuilder format = new StringBuilder();
        for (byte octet : bytes) {
            int c = octet & 0xff;
            if (c == '\\' || c == '%') {
                format.append((char) c).append((char) c);
            } else if (c == '\n') {
                format.append("\\n");
            } else if (c < ' ' || c > '~' || c == '\'' || (c == '-' && format.isEmpty())) {
                format.append('\\')
                        .append((char) ('0' + (c >> 6)))
                        .append((char) ('0' + (c >> 3 & 7)))
                        .append((char) ('0' + (c & 7)));
            } else {
                format.append((char) c);
            }
        }
        return quoted(format.toString());
    }

    private static String capital(String name) {
        StringBuilder capital = new StringBuilder(name);
        for (int i = 0; i < name.length(); i++) {
            if (i == 0 || name.charAt(i - 1) == '-') {
                capital.setCharAt(i, Character.toUpperCase(name.charAt(i)));
            }
        }
        return capital.toString();
    }

    /**
     * Returns a request in the {@code .http} format. The format has no quoting, so text with a special meaning in it is left
     * out.
     */
    public static String http(Values exchange) {
        StringBuilder text = new StringBuilder();
        String line = exchange.method() + " " + exchange.url();
        if (!exchange.method().matches("[A-Za-z0-9].*") || !isHarmless(line)) {
            return text.append("# The request ")
                    .append(LogSafe.visible(line).replace("{{", "{ {"))
                    .append(" can't be written in this format\n")
                    .toString();
        }
        text.append(line).append('\n');
        for (Map.Entry<String, List<String>> entry : exchange.requestHeaders().entrySet()) {
            String name = entry.getKey();
            for (String value : entry.getValue()) {
                String field = capital(name) + ": " + value;
                boolean isWritten = isHarmless(field) && Ascii.isLetterOrDigit(field.charAt(0));
                text.append(
                                isWritten
                                        ? field
                                        : "# " + LogSafe.visible(field).replace("{{", "{ {")
                                                + " (can't be written in this format)")
                        .append('\n');
            }
        }
        String body = exchange.requestBody();
        if (isAbsent(body) || !isHarmless(body) || MEANINGFUL.matcher(body).find()) {
            text.append("\n< ./BODY\n");
        } else if (!body.isEmpty()) {
            text.append('\n').append(body).append('\n');
        }
        return text.toString();
    }

    /** Returns whether a text contains no variable that an editor would replace. */
    private static boolean isHarmless(String text) {
        return !text.contains("{{");
    }

    /** Returns an HTTP Archive (HAR), version 1.2. */
    public static String har(Values exchange) {
        return harLog(List.of(harEntry(exchange))).toPrettyString();
    }

    /** Returns an HTTP Archive with some entries. */
    public static ObjectNode harLog(List<ObjectNode> entries) {
        ObjectNode root = JSON.objectNode();
        ObjectNode log = root.putObject("log");
        log.put("version", "1.2");
        log.putObject("creator").put("name", HAR_CREATOR).put("version", "1");
        log.putArray("entries").addAll(entries);
        return root;
    }

    /** Returns an entry of an HTTP Archive. */
    public static ObjectNode harEntry(Values exchange) {
        ObjectNode entry = JSON.objectNode();
        long millis = exchange.elapsed().toMillis();
        entry.put("startedDateTime", exchange.startedAt().toString()).put("time", millis);
        entry.set("request", harRequest(exchange));
        entry.set("response", harResponse(exchange));
        entry.putObject("cache");
        entry.putObject("timings").put("send", 0).put("wait", millis).put("receive", 0);
        if (!exchange.name().isEmpty()) {
            entry.put("comment", exchange.name());
        }
        return entry;
    }

    private static ObjectNode harRequest(Values exchange) {
        ObjectNode request = JSON.objectNode();
        request.put("method", exchange.method()).put("url", exchange.url()).put("httpVersion", "HTTP/1.1");
        request.putArray("cookies");
        request.set("headers", harHeaders(exchange.requestHeaders()));
        request.set("queryString", harQuery(exchange.url()));
        String body = exchange.requestBody();
        if (!body.isEmpty()) {
            request.putObject("postData")
                    .put("mimeType", first(exchange.requestHeaders(), "content-type"))
                    .put("text", body);
        }
        request.put("headersSize", -1).put("bodySize", isAbsent(body) ? -1 : bytes(body));
        return request;
    }

    private static ObjectNode harResponse(Values exchange) {
        ObjectNode response = JSON.objectNode();
        response.put("status", exchange.status()).put("statusText", "").put("httpVersion", "HTTP/1.1");
        response.putArray("cookies");
        response.set("headers", harHeaders(exchange.responseHeaders()));
        response.putObject("content")
                .put("size", bytes(exchange.responseBody()))
                .put("mimeType", first(exchange.responseHeaders(), "content-type"))
                .put("text", exchange.responseBody());
        response.put("redirectURL", first(exchange.responseHeaders(), "location"));
        response.put("headersSize", -1).put("bodySize", -1);
        return response;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static ArrayNode harHeaders(Map<String, List<String>> headers) {
        ArrayNode all = JSON.arrayNode();
        headers.forEach((name, values) -> values.forEach(
                value -> all.addObject().put("name", capital(name)).put("value", value)));
        return all;
    }

    private static String first(Map<String, List<String>> headers, String name) {
        List<String> values = headers.get(name);
        return values == null ? "" : values.get(0);
    }

    private static ArrayNode harQuery(String url) {
        ArrayNode all = JSON.arrayNode();
        int mark = url.indexOf('?');
        for (String pair :
                mark < 0 ? List.<String>of() : List.of(url.substring(mark + 1).split("&", -1))) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            all.addObject()
                    .put("name", decoded(name))
                    .put("value", equals < 0 ? "" : decoded(pair.substring(equals + 1)));
        }
        return all;
    }

    private static String decoded(String text) {
        try {
            return String.valueOf(URI.create("?" + text.replace("+", "%20")).getQuery());
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
