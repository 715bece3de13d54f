package io.httpconnector;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** An HTTP proxy on loopback: tunnels by CONNECT, forwards what has a whole URL, and asks for credentials when it wants some. */
final class TestProxy implements AutoCloseable {

    private final ServerSocket server;
    private final @Nullable String authorization;
    private final List<String> heads = new CopyOnWriteArrayList<>();

    TestProxy(@Nullable String authorization) {
        this.authorization = authorization;
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(() -> {
            while (true) {
                Socket client = server.accept();
                start(() -> serve(client));
            }
        });
    }

    int port() {
        return server.getLocalPort();
    }

    /** The request lines and headers that the proxy was sent. */
    List<String> heads() {
        return heads;
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException expected) {
                // One side hung up.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(Socket client) throws IOException {
        try (client) {
            String head = readHead(client.getInputStream());
            while (authorization != null && !head.contains("Proxy-Authorization: " + authorization + "\r\n")) {
                heads.add(head);
                write(
                        client,
                        "HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n");
                head = readHead(client.getInputStream());
            }
            heads.add(head);
            String target = head.split(" ", 3)[1];
            if (head.startsWith("CONNECT ")) {
                int colon = target.lastIndexOf(':');
                try (Socket service =
                        new Socket(target.substring(0, colon), Integer.parseInt(target.substring(colon + 1)))) {
                    write(client, "HTTP/1.1 200 Connected\r\n\r\n");
                    pipeBothWays(client, service);
                }
            } else {
                URI url = URI.create(target);
                try (Socket service = new Socket(url.getHost(), url.getPort())) {
                    String origin = url.getScheme() + "://" + url.getAuthority();
                    write(service, head.replaceFirst(origin, ""));
                    pipeBothWays(client, service);
                }
            }
        }
    }

    private static void pipeBothWays(Socket client, Socket service) throws IOException {
        start(() -> client.getInputStream().transferTo(service.getOutputStream()));
        service.getInputStream().transferTo(client.getOutputStream());
    }

    private static String readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the client hung up");
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.US_ASCII);
    }

    private static void write(Socket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
