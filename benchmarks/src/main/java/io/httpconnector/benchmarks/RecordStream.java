package io.httpconnector.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.polling.PagedRequest;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.RecordSelector;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;

/**
 * Measures {@link PagedRequest#records} against a hand-written loop with Apache HttpClient and Jackson: the CPU time of the reading
 * thread for 10,000 records, 100 per page. Both take turns in one JVM.
 */
final class RecordStream {

    private static final int COUNT = 10_000;
    private static final int WARM_UP = 30;
    private static final int ROUNDS = 60;

    private RecordStream() {}

    static boolean compare() throws IOException {
        boolean isFast = true;
        try (Server server = Server.start();
                HttpConnection connection = HttpConnection.named("records")
                        .baseUrl("http://127.0.0.1:" + server.port())
                        .build();
                CloseableHttpClient client = HttpClients.createDefault()) {
            System.out.println("| size of a record | loop, us CPU/record | records(...), us CPU/record"
                    + " | speed relative to the loop (min .. max of " + ROUNDS + " rounds) |\n|---|---|---|---|");
            for (int size : new int[] {100, 1024}) {
                String path = "/records?size=" + size + "&count=" + COUNT;
                PagedRequest request = PagedRequest.of(
                        Request.get(path),
                        RecordSelector.at("/items"),
                        Pagination.offset("offset").size("limit", 100).total("/total"));
                isFast &= compare(size, () -> byLoop(client, server.port(), path), () -> byStream(request, connection));
            }
        }
        return isFast;
    }

    /** Reads all records and returns their number. */
    private interface Reader {
        int read() throws IOException;
    }

    private static boolean compare(int size, Reader loop, Reader records) throws IOException {
        List<Double> ratios = new ArrayList<>();
        List<Double> loops = new ArrayList<>();
        List<Double> streams = new ArrayList<>();
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            boolean isReversed = round % 2 == 0;
            double first = cpu(isReversed ? records : loop);
            double second = cpu(isReversed ? loop : records);
            if (round >= 0) {
                loops.add(isReversed ? second : first);
                streams.add(isReversed ? first : second);
                ratios.add(loops.get(round) / streams.get(round));
            }
        }
        double median = median(ratios);
        System.out.printf(
                Locale.ROOT,
                "| %d bytes | %.2f | %.2f | %.2f (%.2f .. %.2f) |%n",
                size,
                median(loops),
                median(streams),
                median,
                Collections.min(ratios),
                Collections.max(ratios));
        return median >= 0.8;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /** Microseconds of CPU time for each record. */
    private static double cpu(Reader reader) throws IOException {
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        int count = reader.read();
        if (count != COUNT) {
            throw new IllegalStateException(count + " records");
        }
        return (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start) / 1000.0 / COUNT;
    }

    private static int visit(JsonNode record) {
        return record.path("id").asInt();
    }

    private static int byStream(PagedRequest request, HttpConnection connection) {
        int[] seen = {0, 0};
        request.records(connection).forEach(record -> {
            seen[0] += visit(record);
            seen[1]++;
        });
        return seen[0] == 0 ? -1 : seen[1];
    }

    private static int byLoop(CloseableHttpClient client, int port, String path) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        int count = 0;
        int sum = 0;
        int total = Integer.MAX_VALUE;
        while (count < total) {
            HttpGet get = new HttpGet("http://127.0.0.1:" + port + path + "&offset=" + count + "&limit=100");
            JsonNode page = client.execute(
                    get, response -> mapper.readTree(response.getEntity().getContent()));
            for (JsonNode record : page.path("items")) {
                sum += visit(record);
                count++;
            }
            total = page.path("total").asInt();
        }
        return sum == 0 ? -1 : count;
    }
}
