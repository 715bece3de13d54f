package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A captured request, with all data that can be changed without the secret. Immutable. */
@SuppressWarnings("ArrayRecordComponent")
record Wire(String method, String path, String query, List<String[]> headers, byte[] body) {

    static Wire of(WebhookRequest signed) {
        List<String[]> headers = new ArrayList<>();
        signed.headers().forEach((name, values) -> values.forEach(value -> headers.add(new String[] {name, value})));
        return new Wire(signed.method(), signed.path(), signed.query(), headers, signed.body());
    }

    Wire method(String other) {
        return new Wire(other, path, query, headers, body);
    }

    Wire query(String other) {
        return new Wire(method, path, other, headers, body);
    }

    Wire body(byte[] other) {
        return new Wire(method, path, query, headers, other);
    }

    Wire body(String other) {
        return body(other.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    String text() {
        return new String(body, java.nio.charset.StandardCharsets.UTF_8);
    }

    Wire without(String name) {
        List<String[]> rest = new ArrayList<>(headers);
        rest.removeIf(header -> header[0].equalsIgnoreCase(name));
        return new Wire(method, path, query, rest, body);
    }

    Wire with(String name, String value) {
        Wire rest = without(name);
        rest.headers.add(new String[] {name, value});
        return rest;
    }

    Wire also(String name, String value) {
        List<String[]> more = new ArrayList<>(headers);
        more.add(new String[] {name, value});
        return new Wire(method, path, query, more, body);
    }

    Wire first(String name, String value) {
        List<String[]> more = new ArrayList<>(headers);
        more.add(0, new String[] {name, value});
        return new Wire(method, path, query, more, body);
    }

    Wire upperCaseNames() {
        List<String[]> upper = new ArrayList<>();
        headers.forEach(header -> upper.add(new String[] {header[0].toUpperCase(Locale.ROOT), header[1]}));
        return new Wire(method, path, query, upper, body);
    }

    String value(String name) {
        return headers.stream()
                .filter(header -> header[0].equalsIgnoreCase(name))
                .map(header -> header[1])
                .findFirst()
                .orElseThrow();
    }

    WebhookRequest request() {
        Map<String, List<String>> all = new LinkedHashMap<>();
        headers.forEach(header ->
                all.computeIfAbsent(header[0], name -> new ArrayList<>()).add(header[1]));
        return WebhookRequest.of(method, path, query, all, body);
    }

    /** Sends the request and returns the status; 0 if the server has closed the connection. */
    int send(int port) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringBuilder head =
                new StringBuilder(method + " " + path + (query.isEmpty() ? "" : "?" + query) + " HTTP/1.1\r\n");
        head.append("Host: app.example.com\r\nConnection: close\r\n");
        boolean announced = headers.stream().anyMatch(header -> header[0].equalsIgnoreCase("Content-Length"));
        if (!announced) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        headers.forEach(
                header -> head.append(header[0]).append(": ").append(header[1]).append("\r\n"));
        out.writeBytes(head.append("\r\n").toString().getBytes(ISO_8859_1));
        out.writeBytes(body);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(out.toByteArray());
            byte[] response = socket.getInputStream().readNBytes(12);
            return response.length < 12 ? 0 : Integer.parseInt(new String(response, 9, 3, ISO_8859_1));
        }
    }
}
