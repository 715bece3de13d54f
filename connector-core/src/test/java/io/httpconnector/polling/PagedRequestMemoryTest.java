package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Reads a million records, in a process of its own with a heap of 64 MB, from a service in this process. */
class PagedRequestMemoryTest {

    private static final int RECORDS = 1_000_000;
    private static final int SIZE = 1000;

    @Test
    void millionRecordsNeedNoMoreMemoryThanOnePage() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", PagedRequestMemoryTest::respond);
        server.start();
        try {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx64m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Reader.class.getName(),
                            "http://127.0.0.1:" + server.getAddress().getPort())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(output).contains(RECORDS + " records, 0 sockets in use");
        } finally {
            server.stop(0);
        }
    }

    private static void respond(HttpExchange exchange) throws IOException {
        int skip = Integer.parseInt(exchange.getRequestURI().getQuery().replaceFirst(".*skip=(\\d+).*", "$1"));
        StringBuilder page = new StringBuilder("{\"items\": [");
        for (int id = skip; id < Math.min(RECORDS, skip + SIZE); id++) {
            page.append(id == skip ? "" : ",")
                    .append("{\"id\": ")
                    .append(id)
                    .append(", \"name\": \"A name of average length\", \"tags\": [1, 2]}");
        }
        byte[] body = page.append("]}").toString().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    /** The process that reads. */
    static final class Reader {

        private Reader() {}

        public static void main(String[] args) {
            PagedRequest records =
                    PagedRequest.of(Request.get("/records"), RecordSelector.at("/items"), Pagination.offset("skip"));
            try (HttpConnection connection =
                    HttpConnection.named("Service").baseUrl(args[0]).build()) {
                int[] expected = {0};
                records.records(connection).forEach(record -> {
                    if (record.path("id").asInt() != expected[0]++) {
                        throw new IllegalStateException("unexpected: " + record);
                    }
                });
                System.out.println(
                        expected[0] + " records, " + connection.poolStatus().active() + " sockets in use");
            }
        }
    }
}
