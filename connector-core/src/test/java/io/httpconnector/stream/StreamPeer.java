package io.httpconnector.stream;

import io.httpconnector.PeerIo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A server on loopback that sends exactly the bytes of a script. */
final class StreamPeer implements AutoCloseable {

    static final String EVENTS = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
    static final String NO_CONTENT = "HTTP/1.1 204 No Content\r\n\r\n";

    private final ServerSocket server;
    private final Script script;
    private final List<Exchange> exchanges = new CopyOnWriteArrayList<>();
    private final AtomicInteger number = new AtomicInteger();

    /** What a server does with a request; the socket is closed when it returns. */
    interface Script {
        void serve(Exchange exchange) throws IOException;
    }

    /** A request and its socket. */
    static final class Exchange {
        private final int number;
        private final String request;
        private final Socket socket;
        private final CountDownLatch closed = new CountDownLatch(1);

        private Exchange(int number, String request, Socket socket) {
            this.number = number;
            this.request = request;
            this.socket = socket;
        }

        /** The number of the request, from 1. */
        int number() {
            return number;
        }

        String request() {
            return request;
        }

        String header(String name) {
            for (String line : request.split("\r\n", -1)) {
                if (line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ": ")) {
                    return line.substring(name.length() + 2);
                }
            }
            return "";
        }

        Exchange send(String text) throws IOException {
            return send(text.getBytes(StandardCharsets.UTF_8));
        }

        Exchange send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            return this;
        }

        /** Waits until the client closes the socket. */
        void awaitClose() throws IOException {
            try {
                while (socket.getInputStream().read() >= 0) {
                    // Nothing is expected.
                }
            } catch (IOException e) {
                // It was reset.
            }
            closed.countDown();
        }

        boolean isClosedWithin(long millis) throws InterruptedException {
            return closed.await(millis, TimeUnit.MILLISECONDS);
        }
    }

    StreamPeer(Script script) {
        this.script = script;
        try {
            server = new ServerSocket(0, 2000, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        PeerIo.start(() -> {
            while (true) {
                Socket socket = server.accept();
                PeerIo.start(() -> serve(socket));
            }
        });
    }

    private void serve(Socket socket) throws IOException {
        try (socket) {
            socket.setTcpNoDelay(true);
            Exchange exchange =
                    new Exchange(number.incrementAndGet(), PeerIo.readRequest(socket.getInputStream()), socket);
            exchanges.add(exchange);
            script.serve(exchange);
        }
    }

    String url() {
        return "http://localhost:" + server.getLocalPort();
    }

    List<Exchange> exchanges() {
        return exchanges;
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Exchange exchange : exchanges) {
                exchange.socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
