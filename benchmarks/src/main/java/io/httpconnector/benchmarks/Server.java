package io.httpconnector.benchmarks;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A server that responds with 1 KB of JSON, and lists records below {@code /records}. Runs in its own process, so that its
 * work is not attributed to the client.
 */
final class Server implements AutoCloseable {

    private final Process process;
    private final int port;

    private Server(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static Server start() throws IOException {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-Xmx256m",
                        "-Dsun.net.httpserver.nodelay=true",
                        "-Dsun.net.httpserver.maxIdleConnections=1000",
                        "-classpath",
                        System.getProperty("java.class.path"),
                        Server.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader said =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
        return new Server(process, Integer.parseInt(String.valueOf(said.readLine())));
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroy();
    }

    /**
     * Runs the server: prints its port, and ends when its parent process ends.
     *
     * @param args none
     * @throws IOException if it can't start
     */
    public static void main(String[] args) throws IOException {
        byte[] response = Sample.TEMPLATE.getBytes(StandardCharsets.UTF_8);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ExecutorService threads = Executors.newFixedThreadPool(32);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, response.length);
            exchange.getResponseBody().write(response);
            exchange.close();
        });
        server.createContext("/records", Server::records);
        server.start();
        System.out.println(server.getAddress().getPort());
        try {
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            server.stop(0);
            threads.shutdown();
        }
    }

    /**
     * {@code ?count=1000&size=1024} lists records by number and size in bytes, all with the same time;
     * {@code &offset=0&limit=100} selects a page of them.
     */
    private static void records(HttpExchange exchange) throws IOException {
        Map<String, Integer> query = new HashMap<>();
        for (String pair : exchange.getRequestURI().getRawQuery().split("&", -1)) {
            String[] parts = pair.split("=", 2);
            if (parts[1].matches("\\d+")) {
                query.put(parts[0], Integer.parseInt(parts[1]));
            }
        }
        int from = query.getOrDefault("offset", 0);
        int count = query.getOrDefault("count", 10);
        int to = Math.min(count, from + query.getOrDefault("limit", count));
        String filler = "x".repeat(Math.max(0, query.getOrDefault("size", 0) - 75));
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = new BufferedOutputStream(exchange.getResponseBody(), 1 << 16)) {
            out.write("{\"items\":[".getBytes(StandardCharsets.US_ASCII));
            for (int i = from; i < to; i++) {
                String item = (i == from ? "" : ",") + "{\"id\":" + (10_000_000 + i)
                        + ",\"updated\":\"2026-01-31T12:00:00Z\",\"filler\":\"" + filler + "\"}";
                out.write(item.getBytes(StandardCharsets.US_ASCII));
            }
            out.write(("],\"total\":" + count + "}").getBytes(StandardCharsets.US_ASCII));
        }
    }
}
