package io.httpconnector;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http2.hpack.HPackDecoder;

/** A service that writes HTTP/2 frames (RFC 9113) as a script says, for faults that no server library produces. */
final class Http2Peer implements AutoCloseable {

    static final int MAX_CONCURRENT_STREAMS = 3;

    static final int REFUSED_STREAM = 7;
    static final int CANCEL = 8;
    static final int NO_ERROR = 0;
    static final int INTERNAL_ERROR = 2;

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int CONTINUATION = 9;

    private static final int END_STREAM = 1;
    private static final int ACK = 1;
    private static final int END_HEADERS = 4;
    private static final int FRAME = 16_384;

    /** Responds to a request whose header fields have been received, on a thread of its own. */
    @FunctionalInterface
    interface Script {
        void respond(PeerStream stream) throws IOException, InterruptedException;
    }

    private final ServerSocket server = new ServerSocket(0);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicInteger maxActive = new AtomicInteger();
    private final SSLContext context;
    private final Map<Integer, Integer> settings;
    private final Script script;

    Http2Peer(SSLContext context, Map<Integer, Integer> settings, Script script) throws IOException {
        this.context = context;
        this.settings = settings;
        this.script = script;
        threads.execute(this::accept);
    }

    String url() {
        return "https://localhost:" + server.getLocalPort();
    }

    int requests() {
        return requests.get();
    }

    int connections() {
        return sockets.size();
    }

    int maxActive() {
        return maxActive.get();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                sockets.add(socket);
                threads.execute(() -> serve(socket));
            } catch (IOException e) {
                // The test is over.
            }
        }
    }

    private void serve(Socket plain) {
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, null, true)) {
            socket.setUseClientMode(false);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            new Connection(socket).run();
        } catch (IOException e) {
            // The client has hung up.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        threads.shutdownNow();
    }

    /** A connection with its streams. */
    private final class Connection {

        private final DataInputStream in;
        private final DataOutputStream out;
        private final HPackDecoder decoder = new HPackDecoder(4096, StandardCharsets.ISO_8859_1);
        private final Map<Integer, PeerStream> streams = new ConcurrentHashMap<>();
        private long window = 65_535;
        private int initialWindow = 65_535;

        Connection(SSLSocket socket) throws IOException {
            this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), FRAME));
            this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), FRAME + 9));
        }

        void run() throws IOException {
            in.readFully(new byte["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".length()]);
            ByteBuffer payload = ByteBuffer.allocate(6 * settings.size());
            settings.forEach((id, value) -> payload.putShort(id.shortValue()).putInt(value));
            write(SETTINGS, 0, 0, payload.array());
            try {
                while (true) {
                    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                    int type = in.readUnsignedByte();
                    int flags = in.readUnsignedByte();
                    int id = in.readInt();
                    read(type, flags, id, in.readNBytes(length));
                }
            } finally {
                streams.values().forEach(stream -> stream.end("closed"));
            }
        }

        private void read(int type, int flags, int id, byte[] payload) throws IOException {
            PeerStream stream = streams.get(id);
            switch (type) {
                case HEADERS -> open(id, flags, payload);
                case DATA -> {
                    if (stream != null) {
                        stream.received(payload, (flags & END_STREAM) != 0);
                    }
                }
                case RST_STREAM -> {
                    if (stream != null) {
                        stream.end("reset " + ByteBuffer.wrap(payload).getInt());
                    }
                }
                case SETTINGS -> settings(flags, payload);
                case PING -> {
                    if ((flags & ACK) == 0) {
                        write(PING, ACK, 0, payload);
                    }
                }
                case WINDOW_UPDATE -> open(stream, ByteBuffer.wrap(payload).getInt());
                default -> {
                    // Of no interest.
                }
            }
        }

        private void open(int id, int flags, byte[] block) throws IOException {
            // PRIORITY (0x20) has five bytes before the fields.
            int offset = (flags & 0x20) == 0 ? 0 : 5;
            try {
                Map<String, String> fields =
                        decoder.decodeHeaders(ByteBuffer.wrap(block, offset, block.length - offset)).stream()
                                .collect(Collectors.toMap(
                                        Header::getName, Header::getValue, (one, other) -> one + "," + other));
                PeerStream stream = new PeerStream(this, id, fields, initialWindow);
                streams.put(id, stream);
                requests.incrementAndGet();
                maxActive.accumulateAndGet(active.incrementAndGet(), Math::max);
                if ((flags & END_STREAM) != 0) {
                    stream.received(new byte[0], true);
                }
                threads.execute(() -> stream.respond(script));
            } catch (org.apache.hc.core5.http.HttpException e) {
                throw new IOException(e);
            }
        }

        private void settings(int flags, byte[] payload) throws IOException {
            if ((flags & ACK) != 0) {
                return;
            }
            ByteBuffer values = ByteBuffer.wrap(payload);
            while (values.hasRemaining()) {
                if (values.getShort() == 4) {
                    synchronized (this) {
                        initialWindow = values.getInt();
                    }
                } else {
                    values.getInt();
                }
            }
            write(SETTINGS, ACK, 0, new byte[0]);
        }

        private synchronized void open(PeerStream stream, int more) {
            if (stream == null) {
                window += more;
            } else {
                stream.window += more;
            }
            notifyAll();
        }

        private synchronized int take(PeerStream stream, int wanted) throws InterruptedException, IOException {
            while (Math.min(window, stream.window) <= 0) {
                if (stream.end != null) {
                    throw new IOException(stream.end);
                }
                wait(50);
            }
            int count = (int) Math.min(wanted, Math.min(window, stream.window));
            window -= count;
            stream.window -= count;
            return count;
        }

        private synchronized void write(int type, int flags, int id, byte[] payload) throws IOException {
            out.writeByte(payload.length >> 16);
            out.writeShort(payload.length);
            out.writeByte(type);
            out.writeByte(flags);
            out.writeInt(id);
            out.write(payload);
            out.flush();
        }
    }

    /** A request and its response. */
    final class PeerStream {

        private final Connection connection;
        private final int id;
        private final Map<String, String> fields;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private final CountDownLatch complete = new CountDownLatch(1);
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile String end;
        private volatile boolean keepsWindow;
        private long window;
        private final AtomicLong sent = new AtomicLong();

        PeerStream(Connection connection, int id, Map<String, String> fields, int window) {
            this.connection = connection;
            this.id = id;
            this.fields = fields;
            this.window = window;
        }

        int id() {
            return id;
        }

        String field(String name) {
            return fields.get(name);
        }

        /** The number of bytes of the body sent so far. */
        long sent() {
            return sent.get();
        }

        /** Lets the client send no more than the initial window. */
        void keepWindow() {
            keepsWindow = true;
        }

        private void respond(Script script) {
            try {
                script.respond(this);
            } catch (IOException e) {
                // The client has hung up.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                active.decrementAndGet();
            }
        }

        private void received(byte[] data, boolean isLast) throws IOException {
            synchronized (body) {
                body.writeBytes(data);
            }
            if (isLast) {
                complete.countDown();
            }
            if (data.length > 0 && !keepsWindow) {
                byte[] more = ByteBuffer.allocate(4).putInt(data.length).array();
                connection.write(WINDOW_UPDATE, 0, 0, more);
                if (!isLast) {
                    connection.write(WINDOW_UPDATE, 0, id, more);
                }
            }
        }

        private void end(String how) {
            if (end == null) {
                end = how;
            }
            complete.countDown();
            ended.countDown();
        }

        /** Waits for the whole request, and returns its body. */
        String request() throws InterruptedException {
            complete.await();
            synchronized (body) {
                return body.toString(StandardCharsets.ISO_8859_1);
            }
        }

        /** Returns how the client has ended the stream: {@code reset} with a code, or {@code closed}. */
        String end() throws InterruptedException {
            return ended.await(10, TimeUnit.SECONDS) ? end : "not ended";
        }

        boolean ended(int millis) throws InterruptedException {
            return ended.await(millis, TimeUnit.MILLISECONDS);
        }

        void headers(int status, String... namesAndValues) throws IOException {
            fields(status, false, namesAndValues);
        }

        void headersOnly(int status, String... namesAndValues) throws IOException {
            fields(status, true, namesAndValues);
        }

        void trailers(String... namesAndValues) throws IOException {
            fields(0, true, namesAndValues);
        }

        private void fields(int status, boolean isLast, String... namesAndValues) throws IOException {
            ByteArrayOutputStream block = new ByteArrayOutputStream();
            if (status > 0) {
                // A literal field with the name of entry 8 of the static table, :status.
                block.write(8);
                literal(block, Integer.toString(status));
            }
            List<String> all = List.of(namesAndValues);
            for (int i = 0; i < all.size(); i += 2) {
                block.write(0);
                literal(block, all.get(i));
                literal(block, all.get(i + 1));
            }
            byte[] bytes = block.toByteArray();
            int first = Math.min(bytes.length, FRAME);
            synchronized (connection) {
                connection.write(
                        HEADERS,
                        (isLast ? END_STREAM : 0) | (first == bytes.length ? END_HEADERS : 0),
                        id,
                        Arrays.copyOf(bytes, first));
                for (int i = first; i < bytes.length; i += FRAME) {
                    int next = Math.min(bytes.length, i + FRAME);
                    connection.write(
                            CONTINUATION,
                            next == bytes.length ? END_HEADERS : 0,
                            id,
                            Arrays.copyOfRange(bytes, i, next));
                }
            }
        }

        private static void literal(ByteArrayOutputStream block, String text) {
            // An integer with a prefix of seven bits (RFC 7541, section 5.1), without Huffman coding.
            int length = text.length();
            if (length < 127) {
                block.write(length);
            } else {
                block.write(127);
                int rest = length - 127;
                while (rest >= 128) {
                    block.write(rest % 128 + 128);
                    rest /= 128;
                }
                block.write(rest);
            }
            block.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        void data(byte[] bytes, boolean isLast) throws IOException, InterruptedException {
            int offset = 0;
            do {
                int count = bytes.length == 0 ? 0 : connection.take(this, Math.min(FRAME, bytes.length - offset));
                boolean ends = isLast && offset + count == bytes.length;
                connection.write(DATA, ends ? END_STREAM : 0, id, Arrays.copyOfRange(bytes, offset, offset + count));
                offset += count;
                sent.addAndGet(count);
            } while (offset < bytes.length);
        }

        void data(String text, boolean isLast) throws IOException, InterruptedException {
            data(text.getBytes(StandardCharsets.UTF_8), isLast);
        }

        void reset(int code) throws IOException {
            connection.write(
                    RST_STREAM, 0, id, ByteBuffer.allocate(4).putInt(code).array());
        }

        void ping() throws IOException {
            connection.write(PING, 0, 0, new byte[8]);
        }

        /** Announces the end of the connection: streams above the id are not processed. */
        void goAway(int lastId, int code) throws IOException {
            connection.write(
                    GOAWAY,
                    0,
                    0,
                    ByteBuffer.allocate(8).putInt(lastId).putInt(code).array());
        }

        void hangUp() throws IOException {
            connection.out.close();
        }
    }
}
