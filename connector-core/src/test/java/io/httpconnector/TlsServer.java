package io.httpconnector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/** Answers each request, on a socket of its own, with the version of TLS and the name of the client. */
final class TlsServer implements AutoCloseable {

    private final SSLServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    TlsServer(SSLContext context, boolean asksForCertificate, String... versions) throws IOException {
        server = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0);
        server.setNeedClientAuth(asksForCertificate);
        if (versions.length > 0) {
            server.setEnabledProtocols(versions);
        }
        threads.execute(this::accept);
    }

    String url() {
        return "https://localhost:" + server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                SSLSocket socket = (SSLSocket) server.accept();
                threads.execute(() -> answer(socket));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private static void answer(SSLSocket socket) {
        try (socket) {
            socket.setSoTimeout(10_000);
            byte[] request = new byte[4096];
            if (socket.getInputStream().read(request) > 0) {
                SSLSession session = socket.getSession();
                String who = session.getProtocol();
                if (socket.getNeedClientAuth()) {
                    who += " " + session.getPeerPrincipal().getName();
                }
                String head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + who.length() + "\r\n\r\n";
                socket.getOutputStream().write((head + who).getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            // The client did not like our certificate, or we did not like his.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdown();
    }
}
