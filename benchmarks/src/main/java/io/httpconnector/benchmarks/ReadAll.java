package io.httpconnector.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.HttpConnection;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.state.StateStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;

/** Measures the initial read of 200,000 records of 1 KB, 100 per page: by a trigger, and by a loop that only counts them. */
final class ReadAll {

    private static final int COUNT = 200_000;
    private static final int WARM_UP = 5;
    private static final int ROUNDS = 15;

    private ReadAll() {}

    static boolean compare() throws IOException {
        List<Double> ratios = new ArrayList<>();
        try (Server server = Server.start();
                HttpConnection connection = Soak.connection(server);
                CloseableHttpClient client = HttpClients.createDefault()) {
            for (int round = 0; round < WARM_UP; round++) {
                byLoop(client, server.port());
                byTrigger(connection);
            }
            for (int round = 0; round < ROUNDS; round++) {
                double loop = byLoop(client, server.port());
                double trigger = byTrigger(connection);
                ratios.add(loop / trigger);
                System.out.printf("read: loop %.2f s, trigger %.2f s%n", loop, trigger);
            }
        }
        Collections.sort(ratios);
        double median = ratios.get(ROUNDS / 2);
        System.out.printf("read: %.2fx of the loop (%.2f .. %.2f)%n", median, ratios.get(0), ratios.get(ROUNDS - 1));
        return median >= 0.8;
    }

    static double byTrigger(HttpConnection connection) {
        int[] count = {0};
        long begun = System.nanoTime();
        try (StateStore store = StateStore.inMemory();
                PollingTrigger trigger = Soak.of(
                                PollingTrigger.named("read")
                                        .pagination(Pagination.offset("offset")
                                                .size("limit", 100)
                                                .total("/total"))
                                        .handler(event -> count[0]++),
                                connection,
                                store,
                                "/records?size=1024&count=" + COUNT)
                        .build()) {
            trigger.pollOnce();
        }
        return seconds(begun, count[0]);
    }

    private static double byLoop(CloseableHttpClient client, int port) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        long begun = System.nanoTime();
        int count = 0;
        int total = Integer.MAX_VALUE;
        while (count < total) {
            HttpGet get = new HttpGet("http://127.0.0.1:" + port + "/records?size=1024&count=" + COUNT + "&offset="
                    + count + "&limit=100");
            JsonNode page = client.execute(
                    get, response -> mapper.readTree(response.getEntity().getContent()));
            count += page.path("items").size();
            total = page.path("total").asInt();
        }
        return seconds(begun, count);
    }

    private static double seconds(long begun, int count) {
        if (count != COUNT) {
            throw new IllegalStateException(count + " records");
        }
        return (System.nanoTime() - begun) / 1e9;
    }
}
