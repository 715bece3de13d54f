package io.httpconnector.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.Body;
import io.httpconnector.HttpConnection;
import io.httpconnector.ProgressListener;
import io.httpconnector.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Moves a file of 1 GB up and down in constant memory, with a progress bar: {@code -Dexample.jvm=-Xmx64m} is enough. The file
 * is made while it is sent, and stored nowhere.
 */
public final class LargeTransfer {

    private final PrintStream out;
    private final long length;

    LargeTransfer(PrintStream out, long length) {
        this.out = out;
        this.length = length;
    }

    /**
     * Moves the file both ways.
     *
     * @param args how many MB, 1024 if nothing is said
     */
    public static void main(String[] args) {
        long megabytes = args.length == 0 ? 1024 : Long.parseLong(args[0]);
        System.exit(new LargeTransfer(System.out, megabytes * 1024 * 1024).run() ? 0 : 1);
    }

    boolean run() {
        try (FileStandIn service = new FileStandIn(length);
                HttpConnection files =
                        HttpConnection.named("Files").baseUrl(service.baseUrl()).build()) {

            String stored = files.send(Request.put("/video.mp4")
                            .body(Body.stream(() -> new Zeros(length), length, "video/mp4"))
                            .timeout(Duration.ofMinutes(10))
                            .onUpload(bar("up")))
                    .text();

            long received = files.read(
                    Request.get("/video.mp4").onDownload(bar("down")),
                    (response, body) -> body.transferTo(OutputStream.nullOutputStream()));

            long used =
                    (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) / (1024 * 1024);
            out.println("The service has " + stored + " bytes, and " + received + " came back. Heap: " + used
                    + " MB of " + Runtime.getRuntime().maxMemory() / (1024 * 1024));
            return stored.equals(String.valueOf(length)) && received == length;
        }
    }

    /** A line of the console that grows. */
    private ProgressListener bar(String way) {
        int[] shown = {-1};
        return (moved, total) -> {
            int percent = (int) (moved * 100 / total);
            if (percent != shown[0]) {
                shown[0] = percent;
                String end = percent == 100 ? "\n" : "";
                out.printf("\r%-5s[%-50s] %3d %% of %d MB%s", way, "#".repeat(percent / 2), percent, total >> 20, end);
            }
        };
    }

    /** So many bytes that are nowhere. */
    private static final class Zeros extends InputStream {
        private long left;

        Zeros(long length) {
            this.left = length;
        }

        @Override
        public int read() {
            return left-- > 0 ? 0 : -1;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            int count = (int) Math.min(left, length);
            left -= count;
            return count == 0 && length > 0 ? -1 : count;
        }
    }

    /** Counts what it is sent, and sends as much. */
    private static final class FileStandIn implements AutoCloseable {
        private final HttpServer server;
        private final long length;

        FileStandIn(long length) {
            this.length = length;
            try {
                server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            server.createContext("/", this::serve);
            server.start();
        }

        String baseUrl() {
            return "http://127.0.0.1:" + server.getAddress().getPort();
        }

        private void serve(HttpExchange exchange) throws IOException {
            try (exchange;
                    InputStream in = exchange.getRequestBody()) {
                if (exchange.getRequestMethod().equals("PUT")) {
                    byte[] response = String.valueOf(in.transferTo(OutputStream.nullOutputStream()))
                            .getBytes(StandardCharsets.US_ASCII);
                    exchange.sendResponseHeaders(200, response.length);
                    exchange.getResponseBody().write(response);
                } else {
                    exchange.sendResponseHeaders(200, length);
                    new Zeros(length).transferTo(exchange.getResponseBody());
                }
            }
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
