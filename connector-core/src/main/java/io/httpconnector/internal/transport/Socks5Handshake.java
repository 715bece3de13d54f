package io.httpconnector.internal.transport;

import io.httpconnector.Secret;
import io.httpconnector.internal.http.HostPattern;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.hc.client5.http.ClientProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * Opens a connection through a SOCKS 5 proxy (RFC 1928). The host is passed by name, so that the proxy resolves it.
 * Authenticates with user name and password (RFC 1929) if they are set. The JDK's implementation is not used, because it takes
 * the credentials from settings of the whole JVM.
 */
final class Socks5Handshake {

    private static final int VERSION = 5;
    private static final int NO_AUTHENTICATION = 0;
    private static final int PASSWORD = 2;
    private static final List<String> REPLIES = List.of(
            "succeeded",
            "general failure",
            "connection not allowed by ruleset",
            "network unreachable",
            "host unreachable",
            "connection refused",
            "TTL expired",
            "command not supported",
            "address type not supported");

    private Socks5Handshake() {}

    static void open(Socket socket, ProxyRoute proxy, String host, int port) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        String user = proxy.user();
        Secret password = proxy.password();
        try {
            boolean known = user != null && password != null;
            send(socket, VERSION, known ? 2 : 1, NO_AUTHENTICATION, known ? PASSWORD : null);
            int method = in.readUnsignedByte() == VERSION ? in.readUnsignedByte() : -1;
            if (method == PASSWORD && user != null && password != null) {
                authenticate(socket, in, user, password);
            } else if (method != NO_AUTHENTICATION) {
                throw new ClientProtocolException(
                        method == 0xff ? "the proxy rejected the credentials" : "the server is not a SOCKS 5 proxy");
            }
            ask(socket, in, host, port);
        } catch (EOFException e) {
            throw new IOException("the proxy closed the connection", e);
        }
    }

    private static void authenticate(Socket socket, DataInputStream in, String user, Secret password)
            throws IOException {
        send(socket, 1, counted(user), counted(password.reveal()));
        in.readUnsignedByte();
        if (in.readUnsignedByte() != 0) {
            throw new ClientProtocolException("the proxy does not accept user name and password");
        }
    }

    private static void ask(Socket socket, DataInputStream in, String host, int port) throws IOException {
        InetAddress literal = HostPattern.literal(host);
        byte[] address = literal == null ? counted(host) : literal.getAddress();
        int type = literal == null ? 3 : address.length == 4 ? 1 : 4;
        send(socket, VERSION, 1, 0, type, address, port >> 8, port);
        in.readUnsignedByte();
        int reply = in.readUnsignedByte();
        if (reply != 0) {
            throw new IOException(
                    "the proxy responded: " + (reply < REPLIES.size() ? REPLIES.get(reply) : "error " + reply));
        }
        in.readUnsignedByte();
        int length = switch (in.readUnsignedByte()) {
            case 1 -> 4;
            case 3 -> in.readUnsignedByte();
            case 4 -> 16;
            default -> throw new ClientProtocolException("the proxy responded with an unknown address type");
        };
        in.readFully(new byte[length + 2]);
    }

    private static byte[] counted(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 255) {
            throw new ClientProtocolException("SOCKS 5 permits 255 bytes for a host, a user name and a password");
        }
        byte[] counted = new byte[bytes.length + 1];
        counted[0] = (byte) bytes.length;
        System.arraycopy(bytes, 0, counted, 1, bytes.length);
        return counted;
    }

    /** Sends a message in a single write: numbers as single bytes, byte arrays unchanged. */
    private static void send(Socket socket, @Nullable Object... parts) throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        for (Object part : parts) {
            if (part instanceof byte[] bytes) {
                message.writeBytes(bytes);
            } else if (part instanceof Integer number) {
                message.write(number);
            }
        }
        socket.getOutputStream().write(message.toByteArray());
    }
}
