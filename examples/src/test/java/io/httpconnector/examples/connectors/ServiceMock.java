package io.httpconnector.examples.connectors;

import io.httpconnector.HttpConnectionBuilder;
import io.httpconnector.Proxy;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.tls.ServerTrust;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A service that is written from its public documentation, without using this library. A connection reaches it by an HTTP proxy
 * and TLS under the real host names, so that the document under test is the one that production uses. Thread-safe.
 */
abstract class ServiceMock implements AutoCloseable {

    /** The clock of the service and of the connector. */
    final VirtualTime time = new VirtualTime(Instant.now().truncatedTo(ChronoUnit.SECONDS));

    final List<Call> calls = new CopyOnWriteArrayList<>();

    private final Deque<Reply> instead = new ConcurrentLinkedDeque<>();
    private final TestCertificate certificate;
    private final List<String> hosts;
    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "service-mock");
        thread.setDaemon(true);
        return thread;
    });

    ServiceMock(String... hosts) {
        this.hosts = List.of(hosts);
        this.certificate = TestCertificate.forHosts(hosts);
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    /** Responds to a request. */
    abstract Reply reply(Call call);

    /** Sends a response in place of the next one. */
    void answerNext(Reply reply) {
        instead.add(reply);
    }

    /** Lets a connection reach this service in place of the real one. */
    void redirect(HttpConnectionBuilder connection) {
        connection
                .proxy(Proxy.http(server.getInetAddress().getHostAddress(), server.getLocalPort()))
                .trust(ServerTrust.only(certificate.pem().getBytes(StandardCharsets.US_ASCII)));
    }

    Call lastCall() {
        return calls.get(calls.size() - 1);
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                threads.execute(() -> serve(socket));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            String connect = line(socket.getInputStream());
            while (!line(socket.getInputStream()).isEmpty()) {
                // Header fields for the proxy.
            }
            String host = connect.split("[ :]", -1)[1];
            boolean isKnown = connect.startsWith("CONNECT ") && hosts.contains(host);
            socket.getOutputStream()
                    .write(("HTTP/1.1 " + (isKnown ? "200 OK" : "502 Unknown host") + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            if (isKnown) {
                try (Socket secure = certificate.context().getSocketFactory().createSocket(socket, null, true)) {
                    InputStream in = new BufferedInputStream(secure.getInputStream());
                    String first = line(in);
                    while (!first.isEmpty()) {
                        exchange(first, in, secure.getOutputStream());
                        first = line(in);
                    }
                }
            }
        } catch (IOException e) {
            // The client has closed the connection.
        }
    }

    private void exchange(String first, InputStream in, OutputStream out) throws IOException {
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.merge(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).trim(),
                    (one, two) -> one + ", " + two);
        }
        byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        String[] parts = first.split(" ", -1);
        int question = parts[1].indexOf('?');
        Call call = new Call(
                parts[0],
                headers.getOrDefault("host", ""),
                question < 0 ? parts[1] : parts[1].substring(0, question),
                question < 0 ? "" : parts[1].substring(question + 1),
                Map.copyOf(headers),
                new String(body, StandardCharsets.UTF_8));
        calls.add(call);
        out.write(bytes(answer(call)));
        out.flush();
    }

    private Reply answer(Call call) {
        Reply scripted = instead.poll();
        try {
            return scripted == null ? reply(call) : scripted;
        } catch (RuntimeException e) {
            return Reply.json(500, Map.of("defect of the mock", String.valueOf(e)));
        }
    }

    private byte[] bytes(Reply reply) {
        byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder("HTTP/1.1 " + reply.status() + " -\r\n");
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(time.now().atOffset(ZoneOffset.UTC));
        head.append("Date: ").append(date).append("\r\n");
        reply.headers()
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append("\r\n"));
        if (reply.status() != 204) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        all.writeBytes(body);
        return all.toByteArray();
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            if (next != '\r') {
                text.append((char) next);
            }
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }
}
