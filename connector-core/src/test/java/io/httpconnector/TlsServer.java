package io.httpconnector;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/** Answers each request, on a socket of its own, with the version of TLS and the name of the client. */
final class TlsServer implements AutoCloseable {

    private final ServerSocket server = new ServerSocket(0);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final SSLContext context;
    private final boolean asksForCertificate;
    private final String[] versions;

    TlsServer(SSLContext context, boolean asksForCertificate, String... versions) throws IOException {
        this.context = context;
        this.asksForCertificate = asksForCertificate;
        this.versions = versions;
        threads.execute(this::accept);
    }

    String url() {
        return "https://localhost:" + server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                threads.execute(() -> answer(socket));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void answer(Socket plain) {
        try (plain) {
            plain.setSoTimeout(10_000);
            try {
                answer(layered(plain));
            } catch (SSLException e) {
                // The client did not like our certificate, or we did not like his. He shall read that before the reset.
                plain.shutdownOutput();
                plain.getInputStream().transferTo(OutputStream.nullOutputStream());
            }
        } catch (IOException e) {
            // The client has hung up.
        }
    }

    private SSLSocket layered(Socket plain) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, null, false);
        socket.setUseClientMode(false);
        socket.setNeedClientAuth(asksForCertificate);
        if (versions.length > 0) {
            socket.setEnabledProtocols(versions);
        }
        return socket;
    }

    private static void answer(SSLSocket socket) throws IOException {
        byte[] request = new byte[4096];
        if (socket.getInputStream().read(request) > 0) {
            SSLSession session = socket.getSession();
            String who = session.getProtocol();
            if (socket.getNeedClientAuth()) {
                who += " " + session.getPeerPrincipal().getName();
            }
            String head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + who.length() + "\r\n\r\n";
            socket.getOutputStream().write((head + who).getBytes(StandardCharsets.US_ASCII));
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdown();
    }
}
