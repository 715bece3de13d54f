package io.httpconnector.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.TimeSource;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLDecoder;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A small loopback server whose {@code Date} header is that of a time source: polls never pass the time of the service, and the
 * server of the JDK sends the real time. Knows just enough HTTP for the examples.
 */
abstract class ClockedServer implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final TimeSource time;
    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /**
     * A request.
     *
     * @param query the parameters of the query, decoded
     * @param body the JSON body; a missing node if there is none
     */
    record Received(String method, URI uri, Map<String, String> query, JsonNode body) {}

    /** A response: a status, header fields, and a value that is serialised as JSON. */
    record Reply(int status, Map<String, String> headers, Object value) {

        Reply(int status, Object value) {
            this(status, Map.of(), value);
        }
    }

    ClockedServer(TimeSource time) {
        this.time = time;
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start("accept", this::accept);
    }

    abstract Reply reply(Received request);

    String baseUrl() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (!server.isClosed()) {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                start("connection", () -> serve(socket));
            }
        } catch (IOException e) {
            // The server is closed.
        }
    }

    private void serve(Socket socket) {
        try (socket;
                InputStream in = new BufferedInputStream(socket.getInputStream());
                OutputStream out = new BufferedOutputStream(socket.getOutputStream())) {
            Received request = read(in);
            while (request != null) {
                write(out, reply(request));
                request = read(in);
            }
        } catch (IOException e) {
            // The client has closed the connection.
        } finally {
            open.remove(socket);
        }
    }

    private static @Nullable Received read(InputStream in) throws IOException {
        String line = line(in);
        if (line.isEmpty()) {
            return null;
        }
        String[] parts = line.split(" ", 3);
        int length = 0;
        String field = line(in);
        while (!field.isEmpty()) {
            String[] pair = field.split(":", 2);
            if (pair[0].equalsIgnoreCase("Content-Length")) {
                length = Integer.parseInt(pair[1].trim());
            }
            field = line(in);
        }
        URI uri = URI.create(parts[1]);
        return new Received(parts[0], uri, parameters(uri.getRawQuery()), MAPPER.readTree(in.readNBytes(length)));
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        int next = in.read();
        while (next >= 0 && next != '\n') {
            if (next != '\r') {
                line.append((char) next);
            }
            next = in.read();
        }
        return line.toString();
    }

    private static Map<String, String> parameters(@Nullable String query) {
        Map<String, String> all = new LinkedHashMap<>();
        for (String pair : query == null ? new String[0] : query.split("&", -1)) {
            String[] parts = pair.split("=", 2);
            all.put(URLDecoder.decode(parts[0], UTF_8), URLDecoder.decode(parts[1], UTF_8));
        }
        return all;
    }

    private void write(OutputStream out, Reply reply) throws IOException {
        boolean isEmpty = reply.status == 204;
        byte[] body = isEmpty ? new byte[0] : MAPPER.writeValueAsBytes(reply.value);
        StringBuilder head = new StringBuilder("HTTP/1.1 " + reply.status + " Status\r\n");
        head.append("Date: ").append(DATE.format(time.now())).append("\r\n");
        reply.headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        if (!isEmpty) {
            head.append("Content-Type: application/json\r\nContent-Length: ")
                    .append(body.length)
                    .append("\r\n");
        }
        out.write(head.append("\r\n").toString().getBytes(ISO_8859_1));
        out.write(body);
        out.flush();
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
