package io.httpconnector.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Measures the CPU time of the client process per operation. Peers take turns in one JVM, in short rounds, so that other load
 * on the host affects all of them equally. Elapsed time varies far more.
 */
final class CpuTime {

    private static final int THREADS = 16;
    private static final int CALLS = 1500;
    private static final int WARM_UP = 5;
    private static final int ROUNDS = 25;

    private CpuTime() {}

    static void print(List<String> names) throws IOException, InterruptedException, ExecutionException {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        Map<String, List<Double>> micros = new LinkedHashMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (Server server = Server.start()) {
            Map<String, Peer> peers = new LinkedHashMap<>();
            names.forEach(name -> peers.put(name, Peer.of(name, "http://127.0.0.1:" + server.port())));
            for (int round = -WARM_UP; round < ROUNDS; round++) {
                for (Map.Entry<String, Peer> peer : peers.entrySet()) {
                    long start = system.getProcessCpuTime();
                    for (Future<Object> done :
                            threads.invokeAll(Collections.nCopies(THREADS, calls(peer.getValue())))) {
                        done.get();
                    }
                    double each = (system.getProcessCpuTime() - start) / 1000.0 / THREADS / CALLS;
                    if (round >= 0) {
                        micros.computeIfAbsent(peer.getKey(), key -> new ArrayList<>())
                                .add(each);
                    }
                }
            }
        } finally {
            threads.shutdown();
        }
        System.out.println("CPU time of the client, GET and POST of 1 KB JSON in turn, " + THREADS + " threads, "
                + ROUNDS + " rounds\n");
        System.out.println("| | relative | us/op, median (min .. max) |");
        System.out.println("|---|---|---|");
        double measure = median(micros.getOrDefault(names.get(0), List.of()));
        micros.forEach((peer, all) -> System.out.printf(
                "| %s | %.2f | %.1f (%.1f .. %.1f) |%n",
                peer, median(all) / measure, median(all), Collections.min(all), Collections.max(all)));
    }

    private static Callable<Object> calls(Peer peer) {
        byte[] json = Sample.TEMPLATE.getBytes(StandardCharsets.UTF_8);
        return () -> {
            for (int i = 0; i < CALLS; i += 2) {
                peer.get();
                peer.post(json);
            }
            return json;
        };
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }
}
