package io.httpconnector;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/** Writes an exchange in the formats of other tools. */
final class Copies {

    /** What stands for a body that is not shown. */
    private static final Pattern ABSENT = Pattern.compile("\\((a stream|\\d+ bytes) of [^\\n]*\\)");

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private Copies() {}

    static String curl(Exchange exchange) {
        boolean head = exchange.method().equals("HEAD");
        StringBuilder command = new StringBuilder("curl");
        command.append(head ? " --head" : " -X " + exchange.method());
        if (exchange.url().matches(".*[\\[\\]{}].*")) {
            command.append(" --globoff");
        }
        command.append(' ').append(quoted(exchange.url()));
        for (String name : exchange.requestHeaders().names()) {
            for (String value : exchange.requestHeaders().all(name)) {
                // curl leaves out a header without a value, unless it ends with a semicolon.
                command.append(" \\\n  -H ")
                        .append(quoted(value.isEmpty() ? capital(name) + ";" : capital(name) + ": " + value));
            }
        }
        String body = exchange.requestBody();
        if (isAbsent(body)) {
            command.append(" \\\n  --data-binary @BODY");
        } else if (!body.isEmpty()) {
            command.append(" \\\n  --data-raw ").append(quoted(body));
        }
        return command.toString();
    }

    private static boolean isAbsent(String body) {
        return ABSENT.matcher(body).matches();
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
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

    static String http(Exchange exchange) {
        StringBuilder text = new StringBuilder()
                .append(exchange.method())
                .append(' ')
                .append(exchange.url())
                .append('\n');
        for (String name : exchange.requestHeaders().names()) {
            for (String value : exchange.requestHeaders().all(name)) {
                text.append(capital(name)).append(": ").append(value).append('\n');
            }
        }
        String body = exchange.requestBody();
        if (isAbsent(body)) {
            text.append("\n< ./BODY\n");
        } else if (!body.isEmpty()) {
            text.append('\n').append(body).append('\n');
        }
        return text.toString();
    }

    /** HTTP Archive, version 1.2. */
    static String har(Exchange exchange) {
        ObjectNode root = JSON.objectNode();
        ObjectNode log = root.putObject("log");
        log.put("version", "1.2");
        log.putObject("creator").put("name", "http-connector").put("version", "1");
        ObjectNode entry = log.putArray("entries").addObject();
        long millis = exchange.took().toMillis();
        entry.put("startedDateTime", exchange.startedAt().toString()).put("time", millis);
        entry.set("request", harRequest(exchange));
        entry.set("response", harResponse(exchange));
        entry.putObject("cache");
        entry.putObject("timings").put("send", 0).put("wait", millis).put("receive", 0);
        if (!exchange.name().isEmpty()) {
            entry.put("comment", exchange.name());
        }
        return root.toPrettyString();
    }

    private static ObjectNode harRequest(Exchange exchange) {
        ObjectNode request = JSON.objectNode();
        request.put("method", exchange.method()).put("url", exchange.url()).put("httpVersion", "HTTP/1.1");
        request.putArray("cookies");
        request.set("headers", harHeaders(exchange.requestHeaders()));
        request.set("queryString", harQuery(exchange.url()));
        String body = exchange.requestBody();
        if (!body.isEmpty()) {
            request.putObject("postData")
                    .put(
                            "mimeType",
                            exchange.requestHeaders().first("Content-Type").orElse(""))
                    .put("text", body);
        }
        request.put("headersSize", -1).put("bodySize", isAbsent(body) ? -1 : bytes(body));
        return request;
    }

    private static ObjectNode harResponse(Exchange exchange) {
        ObjectNode response = JSON.objectNode();
        response.put("status", exchange.status().orElse(0))
                .put("statusText", "")
                .put("httpVersion", "HTTP/1.1");
        response.putArray("cookies");
        response.set("headers", harHeaders(exchange.responseHeaders()));
        response.putObject("content")
                .put("size", bytes(exchange.responseBody()))
                .put(
                        "mimeType",
                        exchange.responseHeaders().first("Content-Type").orElse(""))
                .put("text", exchange.responseBody());
        response.put("redirectURL", exchange.responseHeaders().first("Location").orElse(""));
        response.put("headersSize", -1).put("bodySize", -1);
        return response;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static ArrayNode harHeaders(Headers headers) {
        ArrayNode all = JSON.arrayNode();
        for (String name : headers.names()) {
            headers.all(name)
                    .forEach(value -> all.addObject().put("name", capital(name)).put("value", value));
        }
        return all;
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
