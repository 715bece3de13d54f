package io.httpconnector.definition;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A service on loopback that sends the events 1, 2, 3 ... after the last id, and keeps the stream open for others. */
public final class EventService implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger open = new AtomicInteger();

    // Guarded by this.
    private final List<String> events = new ArrayList<>();
    private int broken;
    private int status = 200;
    private boolean closed;

    public EventService() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::serve);
        server.setExecutor(threads);
        server.start();
    }

    public String url() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /** Sends an event with the next number as its id. */
    public synchronized void send(String type, String data) {
        events.add("id: " + (events.size() + 1) + "\nevent: " + type + "\ndata: " + data + "\n\n");
        notifyAll();
    }

    /** Ends the streams that are open. */
    public synchronized void end() {
        broken++;
        notifyAll();
    }

    /** Responds with another status from now on. */
    public synchronized void respond(int code) {
        status = code;
    }

    /** Returns the paths of the requests with their last ids, such as {@code /changes 3}. */
    public List<String> requests() {
        return requests;
    }

    /** Returns the number of open streams. */
    public int open() {
        return open.get();
    }

    private void serve(HttpExchange exchange) throws IOException {
        String last = Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("Last-Event-ID"), "");
        requests.add((exchange.getRequestURI() + " " + last).strip());
        int code = status();
        if (code != 200) {
            exchange.sendResponseHeaders(code, -1);
            exchange.close();
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        open.incrementAndGet();
        try (exchange;
                OutputStream out = exchange.getResponseBody()) {
            out.write("retry: 100\n\n".getBytes(StandardCharsets.UTF_8));
            out.flush();
            send(out, last.isEmpty() ? 0 : Integer.parseInt(last));
        } catch (IOException e) {
            // The client hung up.
        } finally {
            open.decrementAndGet();
        }
    }

    private void send(OutputStream out, int after) throws IOException {
        int sent = after;
        int start = brokenStreams();
        while (true) {
            String next;
            synchronized (this) {
                if (closed || broken > start) {
                    return;
                }
                if (sent < events.size()) {
                    next = events.get(sent);
                    sent++;
                } else {
                    try {
                        wait(50);
                    } catch (InterruptedException e) {
                        return;
                    }
                    next = ": alive\n";
                }
            }
            out.write(next.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }
    }

    private synchronized int status() {
        return status;
    }

    private synchronized int brokenStreams() {
        return broken;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        server.stop(0);
        threads.shutdownNow();
    }
}
