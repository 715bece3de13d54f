package io.httpconnector.benchmarks;

import io.httpconnector.definition.ConnectorDefinition;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;

/** Measures how long a connector document with 50 requests and 5 polling triggers takes to load, which includes its validation. */
final class DocumentLoad {

    private static final int REQUESTS = 50;
    private static final int WARM_UP = 300;
    private static final int ROUNDS = 100;

    private DocumentLoad() {}

    static void print() {
        String document = document();
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        double[] cpu = new double[ROUNDS];
        double[] clock = new double[ROUNDS];
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            long busy = threads.getCurrentThreadCpuTime();
            long start = System.nanoTime();
            int requests = ConnectorDefinition.parse(document).requests().size();
            if (requests != REQUESTS) {
                throw new IllegalStateException(requests + " requests");
            }
            if (round >= 0) {
                clock[round] = (System.nanoTime() - start) / 1e6;
                cpu[round] = (threads.getCurrentThreadCpuTime() - busy) / 1e6;
            }
        }
        Arrays.sort(cpu);
        Arrays.sort(clock);
        System.out.printf(
                "YAML document of %d KB with %d requests, warm: median %.1f ms of CPU time, %.1f ms by the clock (p95 %.1f ms)%n",
                document.length() / 1024, REQUESTS, cpu[ROUNDS / 2], clock[ROUNDS / 2], clock[ROUNDS * 95 / 100]);
    }

    private static String document() {
        StringBuilder text = new StringBuilder("""
                connector: 1
                id: shop
                version: 1.0.0
                title: Shop
                inputs: [{name: shop, label: Shop}]
                connection: {baseUrl: "https://{{auth.shop}}.example.com", retry: {maxAttempts: 3}}
                auth:
                  key: {type: custom, fields: [{name: key, label: Key, secret: true}], headers: {X-Key: "{{auth.key}}"}}
                requests:
                """);
        for (int i = 0; i < REQUESTS; i++) {
            text.append("""
                      request-%d:
                        method: POST
                        url: /orders/{{order.id}}/parts/%d
                        query: [{name: q, value: "{{order.q}}"}, {name: r, value: "{{order.r | omit}}"}]
                        headers: [{name: X-Trace, value: "{{order.trace}}"}]
                        body:
                          json:
                            name: "{{order.name}}"
                            lines: {$each: "{{order.lines}}", $as: line, $item: {sku: "{{line.sku}}", count: "{{line.count | number}}"}}
                            address: {street: "{{order.street}}", city: "{{order.city}}"}
                        responses: {2xx: {type: object, properties: {id: {type: integer}}}}
                        records: {path: /items}
                        pagination: {pages: {query: page}}
                    """.formatted(i, i).indent(2));
        }
        text.append("triggers:\n");
        for (int i = 0; i < 5; i++) {
            text.append("  changed-%d: {request: {method: GET, url: /list/%d}, records: {path: /items}, key: [/id],%n"
                            .formatted(i, i))
                    .append(
                            "    cursor: {timestamp: /at, sentAs: {query: since}}, pagination: {pages: {query: page}}}\n");
        }
        return text.toString();
    }
}
