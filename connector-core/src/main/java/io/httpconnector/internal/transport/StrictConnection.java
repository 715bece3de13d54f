package io.httpconnector.internal.transport;

import io.httpconnector.TimeSource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.Method;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.impl.io.SocketHolder;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * A pooled connection that distinguishes messages of the proxy from those of the service, and checks message boundaries.
 *
 * <p>The proxy's response to CONNECT is never returned as the response of the service: a 2xx status opens the tunnel (RFC 9110,
 * section 9.3.6), a 407 is handled by HttpClient's authentication, and anything else causes a {@link ProxyRefusedException}.
 *
 * <p>The connection is reused only at a message boundary (RFC 9112, section 9.2), because unsolicited bytes would be taken for
 * the response to the next request. The connection is checked for such bytes when it returns to the pool, when it is leased,
 * and before a request is sent.
 *
 * <p>Transferred data is not logged. Apache HttpClient's own connection logs it at DEBUG, which is the default level of an
 * unconfigured Logback, and would reveal every secret.
 */
final class StrictConnection extends DefaultBHttpClientConnection implements ManagedHttpClientConnection {

    /**
     * The idle time after which the connection is also checked for the end of the stream, which costs more than a check for
     * bytes.
     */
    private static final long IDLE_NANOS = 1_000_000L;
    /** The idle time for sockets on which that check has to block for a millisecond. */
    private static final long LONG_IDLE_NANOS = 2_000_000_000L;

    private final StrictHeadParser parser;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** The socket timeout while the connection is leased. */
    private Timeout socketTimeout = Timeout.ZERO_MILLISECONDS;

    private boolean opensTunnel;
    private boolean framed = true;
    private long idleSince;

    StrictConnection(Http1Config config) {
        this(config, new StrictHeadParser(config));
    }

    private StrictConnection(Http1Config config, StrictHeadParser parser) {
        // HttpCore 5.3 passes no limits to the factory of the parser.
        super(config, null, null, null, null, RawHeadWriter::new, any -> parser);
        this.parser = parser;
    }

    @Override
    public void bind(SSLSocket sslSocket, Socket socket) throws IOException {
        bind(new SocketHolder(sslSocket, socket));
    }

    /** Binds the socket, and closes it if the connection was closed while it was being opened. */
    @Override
    protected void bind(SocketHolder holder) throws IOException {
        if (closed.get()) {
            holder.getSocket().close();
            throw new InterruptedIOException("the connection is closed");
        }
        super.bind(holder);
        socketTimeout = Timeout.ofMilliseconds(holder.getSocket().getSoTimeout());
    }

    @Override
    public @Nullable Socket getSocket() {
        SocketHolder holder = getSocketHolder();
        return holder == null ? null : holder.getSocket();
    }

    @Override
    public void sendRequestHeader(ClassicHttpRequest request) throws HttpException, IOException {
        if (parser.unread() > 0) {
            throw new ProtocolException("bytes were received before the request was sent");
        }
        opensTunnel = Method.CONNECT.isSame(request.getMethod());
        super.sendRequestHeader(request);
    }

    @Override
    public ClassicHttpResponse receiveResponseHeader() throws HttpException, IOException {
        ClassicHttpResponse response = super.receiveResponseHeader();
        if (response.getCode() == HttpStatus.SC_SWITCHING_PROTOCOLS) {
            throw new ProtocolException("status 101, although no protocol switch was requested");
        }
        boolean isTunnel = opensTunnel && response.getCode() / 100 == 2;
        if (!isTunnel) {
            checkLength(response);
        }
        // RFC 9112, section 6.3: if two fields define the length of the body, peers may disagree on where it ends.
        framed = !response.containsHeader(HttpHeaders.TRANSFER_ENCODING)
                || (isChunkedOnce(response) && !response.containsHeader(HttpHeaders.CONTENT_LENGTH));
        if (opensTunnel && response.getCode() >= HttpStatus.SC_SUCCESS) {
            checkTunnel(response);
        }
        return response;
    }

    /** Replaces repeated {@code Content-Length} fields by one. */
    private static void checkLength(ClassicHttpResponse response) throws ClientProtocolException {
        Header[] fields = response.getHeaders(HttpHeaders.CONTENT_LENGTH);
        if (fields.length == 0 || (fields.length == 1 && ContentLengthField.isNumber(fields[0].getValue()))) {
            return;
        }
        String length = ContentLengthField.value(
                Arrays.stream(fields).map(Header::getValue).toList());
        response.setHeaders(without(response, HttpHeaders.CONTENT_LENGTH));
        response.addHeader(HttpHeaders.CONTENT_LENGTH, length);
    }

    /**
     * Returns whether the body is chunked and nothing else. A coding that is named twice was applied once, and {@code identity}
     * (RFC 2616) is none, as other clients read them; the connection is then not used again.
     */
    private static boolean isChunkedOnce(ClassicHttpResponse response) throws ProtocolException {
        Header[] fields = response.getHeaders(HttpHeaders.TRANSFER_ENCODING);
        if (fields.length == 1 && "chunked".equalsIgnoreCase(fields[0].getValue())) {
            return true;
        }
        boolean isChunked = false;
        for (Header field : fields) {
            for (String coding : String.valueOf(field.getValue()).split(",", -1)) {
                String name = coding.strip();
                if (name.equalsIgnoreCase("chunked")) {
                    isChunked = true;
                } else if (!name.isEmpty() && !name.equalsIgnoreCase("identity")) {
                    throw new ProtocolException(
                            "the Transfer-Encoding of the response is not supported, as it was not asked for");
                }
            }
        }
        response.setHeaders(without(response, HttpHeaders.TRANSFER_ENCODING));
        if (isChunked) {
            response.addHeader(HttpHeaders.TRANSFER_ENCODING, "chunked");
        }
        return false;
    }

    private static Header[] without(ClassicHttpResponse response, String name) {
        return Arrays.stream(response.getHeaders())
                .filter(field -> !field.getName().equalsIgnoreCase(name))
                .toArray(Header[]::new);
    }

    private void checkTunnel(ClassicHttpResponse response) throws ProxyRefusedException {
        if (response.getCode() / 100 == 2) {
            if (parser.unread() > 0) {
                // In TLS the client sends first, so these bytes come from the proxy.
                throw new ProxyRefusedException("it sent data of its own through the tunnel");
            }
            // HttpClient opens a tunnel only for status 200.
            response.setCode(HttpStatus.SC_OK);
        } else if (response.getCode() != HttpStatus.SC_PROXY_AUTHENTICATION_REQUIRED) {
            throw new ProxyRefusedException(response.getCode());
        }
    }

    @Override
    public void receiveResponseEntity(ClassicHttpResponse response) throws HttpException, IOException {
        super.receiveResponseEntity(response);
        HttpEntity entity = response.getEntity();
        if (entity != null) {
            response.setEntity(new WireBody(entity, this));
        }
    }

    /** Prevents the reuse of this connection, because the end of the current message can no longer be found. */
    void losesBoundary() {
        framed = false;
    }

    /** Returns whether the connection can be reused. Called by HttpClient when the connection returns to the pool. */
    @Override
    public boolean isConsistent() {
        return super.isConsistent() && framed && !holdsBytes();
    }

    /**
     * Returns whether the service has closed the connection or sent unsolicited bytes. Called when the connection is leased
     * from the pool.
     */
    @Override
    public boolean isStale() throws IOException {
        SocketHolder holder = getSocketHolder();
        return holder == null || holdsBytes() || hasInput(holder);
    }

    /** Returns whether bytes were read from the socket that belong to no message. */
    private boolean holdsBytes() {
        if (parser.unread() > 0) {
            return true;
        }
        SocketHolder holder = getSocketHolder();
        SSLSocket tls = holder == null ? null : holder.getSSLSocket();
        try {
            return tls != null && tls.getInputStream().available() > 0;
        } catch (IOException e) {
            return true;
        }
    }

    /**
     * Returns whether the socket has pending bytes or the end of the stream. With TLS any bytes count, because decrypting them
     * would not be worth the cost.
     */
    private boolean hasInput(SocketHolder holder) throws IOException {
        Socket socket = holder.getBaseSocket();
        if (socket.getInputStream().available() > 0) {
            return true;
        }
        long idle = TimeSource.SYSTEM.nanos() - idleSince;
        SocketChannel channel = socket.getChannel();
        if (channel == null) {
            return idle > LONG_IDLE_NANOS && (super.isStale() || parser.unread() > 0);
        }
        return idle > IDLE_NANOS && readsWithoutWaiting(channel);
    }

    private static boolean readsWithoutWaiting(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        try {
            return channel.read(ByteBuffer.allocate(1)) != 0;
        } finally {
            channel.configureBlocking(true);
        }
    }

    @Override
    public void passivate() {
        idleSince = TimeSource.SYSTEM.nanos();
        setSocketTimeout(Timeout.ZERO_MILLISECONDS);
    }

    @Override
    public void activate() {
        setSocketTimeout(socketTimeout);
    }

    @Override
    public void close() throws IOException {
        if (closed.compareAndSet(false, true)) {
            super.close();
        }
    }

    @Override
    public void close(CloseMode mode) {
        if (closed.compareAndSet(false, true)) {
            super.close(mode);
        }
    }
}
