package io.httpconnector;

import java.io.IOException;
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
        PeerIo.start(() -> {
            while (true) {
                Socket client = server.accept();
                PeerIo.start(() -> serve(client));
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

    private void serve(Socket client) throws IOException {
        try (client) {
            String head = PeerIo.readHead(client.getInputStream());
            while (authorization != null && !head.contains("Proxy-Authorization: " + authorization + "\r\n")) {
                heads.add(head);
                write(
                        client,
                        "HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n");
                head = PeerIo.readHead(client.getInputStream());
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
        PeerIo.start(() -> client.getInputStream().transferTo(service.getOutputStream()));
        service.getInputStream().transferTo(client.getOutputStream());
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
