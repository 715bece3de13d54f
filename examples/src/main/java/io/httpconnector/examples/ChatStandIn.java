package io.httpconnector.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A stand-in for a language model: it streams its response word by word, until the client hangs up. */
final class ChatStandIn implements AutoCloseable {

    static final List<String> WORDS = List.of(
            ("A webhook is a promise, a poll is a question, and a stream is a conversation: the service speaks as soon as it has"
                            + " something to say, and the listener decides when it has heard enough.")
                    .split("(?<= )", -1));

    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger hungUp = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    ChatStandIn() {
        // Without it, the JDK's server waits 40 ms before each body.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/v1/chat/completions", this::chat);
        server.start();
    }

    private void chat(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            for (String word : WORDS) {
                write(out, "{\"choices\":[{\"delta\":{\"content\":\"" + word + "\"}}]}");
                sent.incrementAndGet();
                Thread.sleep(40);
            }
            write(out, "[DONE]");
        } catch (IOException e) {
            hungUp.incrementAndGet();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void write(OutputStream out, String data) throws IOException {
        out.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /** The number of words that were sent so far. */
    int sent() {
        return sent.get();
    }

    /** How many clients have hung up before the end of a response. */
    int hungUp() {
        return hungUp.get();
    }

    String baseUrl() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
