package io.httpconnector.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server of event streams in its own process. The data of an event is the time at which it is sent. {@code /first} sends one event and
 * leaves the stream open; every other path sends one event per second to each client.
 */
final class EventServer implements AutoCloseable {

    private static final String HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

    private final Process process;
    private final int port;

    private EventServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static EventServer start() throws IOException {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-Xmx256m",
                        "-classpath",
                        System.getProperty("java.class.path"),
                        EventServer.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
        return new EventServer(process, Integer.parseInt(String.valueOf(output.readLine())));
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.destroy();
    }

    /**
     * Runs the server: prints its port.
     *
     * @param args none
     * @throws IOException if it can't start
     */
    public static void main(String[] args) throws IOException {
        List<Socket> clients = new CopyOnWriteArrayList<>();
        // The client closes them; the garbage collector must not.
        Queue<Socket> waiting = new ArrayDeque<>();
        Thread ticks = new Thread(() -> tick(clients), "ticks");
        ticks.start();
        try (ServerSocket server = new ServerSocket(0, 2000, InetAddress.getLoopbackAddress())) {
            System.out.println(server.getLocalPort());
            while (true) {
                accept(server.accept(), clients, waiting);
            }
        }
    }

    private static void accept(Socket client, List<Socket> clients, Queue<Socket> waiting) {
        try {
            client.setTcpNoDelay(true);
            byte[] request = new byte[4096];
            int length = client.getInputStream().read(request);
            client.getOutputStream().write(HEAD.getBytes(StandardCharsets.US_ASCII));
            client.getOutputStream().flush();
            if (waiting.size() > 100) {
                waiting.remove().close();
            }
            if (new String(request, 0, Math.max(0, length), StandardCharsets.US_ASCII).contains(" /first")) {
                send(client);
                waiting.add(client);
                return;
            }
            clients.add(client);
        } catch (IOException e) {
            // The client hung up.
        }
    }

    private static void send(Socket client) throws IOException {
        client.getOutputStream().write(("data: " + System.nanoTime() + "\n\n").getBytes(StandardCharsets.US_ASCII));
        client.getOutputStream().flush();
    }

    private static boolean isSent(Socket client) {
        try {
            send(client);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void tick(List<Socket> clients) {
        while (true) {
            try {
                Thread.sleep(1000);
            } catch (InterruptedException e) {
                return;
            }
            clients.removeIf(client -> !isSent(client));
        }
    }
}
