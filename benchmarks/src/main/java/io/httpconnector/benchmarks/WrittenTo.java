package io.httpconnector.benchmarks;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An in-process service with five writers. Its timestamps have a precision of one second. */
final class WrittenTo implements AutoCloseable {

    private static final int WRITERS = 5;
    private static final Pattern PARAMETER = Pattern.compile("(offset|limit|since)=([^&]*)");

    private final Map<Integer, Row> rows = new LinkedHashMap<>();
    private final List<Thread> writers = new ArrayList<>();
    private final HttpServer server;
    private volatile boolean writing = true;
    private int versions;

    private record Row(int id, int version, Instant updated) {}

    WrittenTo() throws IOException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        for (int i = 0; i < WRITERS; i++) {
            Thread writer = new Thread(this::write);
            writer.setDaemon(true);
            writer.start();
            writers.add(writer);
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void write() {
        try {
            while (writing) {
                synchronized (this) {
                    int id = ThreadLocalRandom.current().nextInt(rows.size() * 2 + 10);
                    Row known = rows.get(id);
                    int next = known == null ? rows.size() : id;
                    Row row = new Row(next, known == null ? 1 : known.version + 1, Instant.now());
                    rows.put(next, row);
                    versions++;
                }
                Thread.sleep(ThreadLocalRandom.current().nextInt(40));
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void stopWriting() throws InterruptedException {
        writing = false;
        for (Thread writer : writers) {
            writer.join();
        }
    }

    synchronized int versions() {
        return versions;
    }

    synchronized Set<String> latest() {
        Set<String> latest = new TreeSet<>();
        rows.values().forEach(row -> latest.add(row.id + "/" + row.version));
        return latest;
    }

    private void answer(HttpExchange exchange) throws IOException {
        Map<String, String> query = new LinkedHashMap<>();
        Matcher parameter =
                PARAMETER.matcher(String.valueOf(exchange.getRequestURI().getQuery()));
        while (parameter.find()) {
            query.put(parameter.group(1), parameter.group(2));
        }
        Instant since = query.containsKey("since") ? Instant.parse(query.get("since")) : Instant.EPOCH;
        List<Row> found;
        synchronized (this) {
            found = new ArrayList<>(rows.values());
        }
        found.removeIf(row -> row.updated.isBefore(since));
        found.sort(Comparator.comparing(Row::updated).thenComparing(Row::id));
        StringBuilder items = new StringBuilder();
        found.stream()
                .skip(Integer.parseInt(query.get("offset")))
                .limit(Integer.parseInt(query.get("limit")))
                .forEach(row -> items.append(items.isEmpty() ? "" : ",")
                        .append("{\"id\":" + row.id + ",\"version\":" + row.version + ",\"updated\":\""
                                + row.updated.truncatedTo(ChronoUnit.SECONDS) + "\"}"));
        byte[] body = ("{\"items\":[" + items + "]}").getBytes(StandardCharsets.US_ASCII);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
