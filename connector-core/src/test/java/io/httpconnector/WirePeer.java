package io.httpconnector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** A server or proxy on loopback that sends exactly the bytes that a test wants, and remembers what it was sent. */
final class WirePeer implements AutoCloseable {

    /** At the end of a text: the connection is closed. */
    static final String CLOSE = "\u0001";
    /** At the end of a text: the connection becomes a tunnel to the host and port of the CONNECT request. */
    static final String TUNNEL = "\u0002";
    /** Inside a text: the rest follows in another packet, once the first has arrived. */
    static final String PAUSE = "\u0003";

    /** What is sent in response to a request. */
    interface Script {
        /**
         * The bytes.
         *
         * @param connection the number of the connection, from 1
         * @param request head and body
         */
        String respond(int connection, String request);
    }

    private final ServerSocket server;
    private final @Nullable SSLContext tls;
    private final Script script;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger responded = new AtomicInteger();
    private final AtomicLong forwarded = new AtomicLong();

    WirePeer(@Nullable SSLContext tls, Script script) {
        this.tls = tls;
        this.script = script;
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        PeerIo.start(() -> {
            while (true) {
                Socket plain = server.accept();
                PeerIo.start(() -> serve(plain));
            }
        });
    }

    WirePeer(Script script) {
        this(null, script);
    }

    int port() {
        return server.getLocalPort();
    }

    String url() {
        return (tls == null ? "http" : "https") + "://localhost:" + port();
    }

    /** Everything that it was sent. */
    String received() {
        return String.join("\n", requests);
    }

    List<String> requests() {
        return requests;
    }

    int connections() {
        return connections.get();
    }

    /** How many responses were sent, or broke off because the client hung up. */
    int responded() {
        return responded.get();
    }

    /** How many bytes have come back through tunnels. */
    long forwarded() {
        return forwarded.get();
    }

    /** Sends these bytes on each connection that the client has left open, without being asked. */
    void say(String bytes) {
        for (Socket socket : sockets) {
            try {
                write(socket, bytes);
            } catch (IOException e) {
                // The client has closed it.
            }
        }
    }

    private void serve(Socket plain) throws IOException {
        try (plain) {
            plain.setTcpNoDelay(true);
            int number = connections.incrementAndGet();
            Socket socket = tls == null ? plain : layered(plain, tls);
            sockets.add(socket);
            while (true) {
                String request = PeerIo.readRequest(socket.getInputStream());
                requests.add(request);
                String response = script.respond(number, request);
                String[] packets = response.replaceAll("[\u0001\u0002]", "").split(PAUSE, -1);
                try {
                    for (int i = 0; i < packets.length; i++) {
                        if (i > 0) {
                            pause();
                        }
                        write(socket, packets[i]);
                    }
                } finally {
                    responded.incrementAndGet();
                }
                if (response.endsWith(CLOSE)) {
                    plain.shutdownOutput();
                    requests.add(new String(plain.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1));
                    return;
                }
                if (response.endsWith(TUNNEL)) {
                    tunnel(socket, request.split(" ", 3)[1]);
                    return;
                }
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static SSLSocket layered(Socket plain, SSLContext context) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, null, false);
        socket.setUseClientMode(false);
        return socket;
    }

    private void tunnel(Socket client, String target) throws IOException {
        int colon = target.lastIndexOf(':');
        try (Socket service = new Socket(target.substring(0, colon), Integer.parseInt(target.substring(colon + 1)))) {
            PeerIo.start(() -> {
                client.getInputStream().transferTo(service.getOutputStream());
                service.shutdownOutput();
            });
            byte[] buffer = new byte[8192];
            for (int read = 0; read >= 0; read = service.getInputStream().read(buffer)) {
                client.getOutputStream().write(buffer, 0, read);
                forwarded.addAndGet(read);
            }
        }
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
