package io.httpconnector.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.httpconnector.HttpConnection;
import io.httpconnector.tls.ServerTrust;
import io.httpconnector.transport.JdkTransport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;

/**
 * Measures the CPU time of the client per operation: of the whole process, and of the threads that send. Peers take turns in one
 * JVM, in short rounds, and are compared with the first peer of the same round, so that other load on the host affects all of them
 * equally. Elapsed time varies far more.
 */
final class CpuTime {

    private static final int THREADS = 16;
    private static final int CALLS = 400;
    /** The number of calls of a thread that pauses. */
    private static final int PACED_CALLS = 100;

    private static final int WARM_UP = 10;
    static final int ROUNDS = 40;
    /** The time in which background threads, such as those of the JVM, finish the work of a round. */
    private static final Duration SETTLING = Duration.ofMillis(100);

    private CpuTime() {}

    /** Microseconds per operation: CPU time of the process and of the sending threads, and elapsed time. */
    private record Figures(double process, double senders, double elapsed) {}

    /**
     * Measures peers.
     *
     * @param names the peers
     * @param rounds the number of rounds after the warm-up, usually {@link #ROUNDS}
     */
    static void print(List<String> names, int rounds) throws IOException, InterruptedException, ExecutionException {
        print(names, rounds, Duration.ZERO);
    }

    /**
     * Measures peers that pause, so that the processors are not busy all the time.
     *
     * @param pause the time that a thread waits after two calls
     */
    static void print(List<String> names, int rounds, Duration pause)
            throws IOException, InterruptedException, ExecutionException {
        try (Server server = Server.start()) {
            Map<String, Peer> peers = new LinkedHashMap<>();
            names.forEach(name -> peers.put(name, Peer.of(name, "http://127.0.0.1:" + server.port())));
            print(peers, rounds, pause);
        }
    }

    /** Measures HTTP/2 with TLS: the client of the JDK alone, and as the transport of a connection. */
    static void printHttp2(int rounds)
            throws IOException, InterruptedException, ExecutionException, GeneralSecurityException {
        try (Http2Server server = Http2Server.start();
                HttpConnection connection = HttpConnection.named("Benchmark")
                        .baseUrl(server.url())
                        .trust(ServerTrust.only(server.certificate()))
                        .transport(JdkTransport.http2())
                        .build();
                HttpConnection http1 = HttpConnection.named("Benchmark")
                        .baseUrl(server.url())
                        .trust(ServerTrust.only(server.certificate()))
                        .build()) {
            Map<String, Peer> peers = new LinkedHashMap<>();
            peers.put("jdk-http2", new Peer.Jdk(server.client(), server.url()));
            peers.put("connector-http2", new Peer.Ours(connection));
            peers.put("connector (HTTP/1.1 with TLS)", new Peer.Ours(http1));
            print(peers, rounds, Duration.ZERO);
        }
    }

    private static void print(Map<String, Peer> peers, int rounds, Duration pause)
            throws InterruptedException, ExecutionException {
        Map<String, List<Figures>> all = new LinkedHashMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            for (int round = -WARM_UP; round < rounds; round++) {
                for (Map.Entry<String, Peer> peer : peers.entrySet()) {
                    Figures figures = measure(peer.getValue(), threads, pause);
                    if (round >= 0) {
                        all.computeIfAbsent(peer.getKey(), key -> new ArrayList<>())
                                .add(figures);
                    }
                }
            }
        } finally {
            threads.shutdown();
        }
        System.out.println("GET and POST of 1 KB JSON in turn, " + THREADS + " threads, " + rounds
                + " rounds; median (quartiles) of the ratios to the first peer of the same round\n");
        System.out.println(
                "| | CPU time of the process | CPU time of the sending threads | elapsed time | process us/op |");
        System.out.println("|---|---|---|---|---|");
        List<Figures> base = all.values().iterator().next();
        all.forEach((peer, own) -> System.out.printf(
                Locale.ROOT,
                "| %s | %s | %s | %s | %.1f |%n",
                peer,
                ratio(own, base, Figures::process),
                ratio(own, base, Figures::senders),
                ratio(own, base, Figures::elapsed),
                quantile(own.stream().map(Figures::process).toList(), 0.5)));
    }

    private static Figures measure(Peer peer, ExecutorService threads, Duration pause)
            throws InterruptedException, ExecutionException {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long cpu = system.getProcessCpuTime();
        long senders = 0;
        long elapsed = 0;
        int calls = pause.isZero() ? CALLS : PACED_CALLS;
        for (Future<ThreadTimes> done : threads.invokeAll(Collections.nCopies(THREADS, calls(peer, calls, pause)))) {
            senders += done.get().cpu();
            elapsed += done.get().elapsed();
        }
        Thread.sleep(SETTLING.toMillis());
        peer.finish();
        double operations = 1000.0 * THREADS * calls;
        return new Figures((system.getProcessCpuTime() - cpu) / operations, senders / operations, elapsed / operations);
    }

    /** The nanoseconds of the calls of a thread, without pauses. */
    private record ThreadTimes(long cpu, long elapsed) {}

    private static Callable<ThreadTimes> calls(Peer peer, int calls, Duration pause) {
        byte[] json = Sample.TEMPLATE.getBytes(StandardCharsets.UTF_8);
        ThreadMXBean thread = ManagementFactory.getThreadMXBean();
        return () -> {
            long cpu = 0;
            long elapsed = 0;
            for (int i = 0; i < calls; i += 2) {
                long start = System.nanoTime();
                long cpuAtStart = thread.getCurrentThreadCpuTime();
                peer.get();
                peer.post(json);
                cpu += thread.getCurrentThreadCpuTime() - cpuAtStart;
                elapsed += System.nanoTime() - start;
                if (!pause.isZero()) {
                    LockSupport.parkNanos(pause.toNanos());
                }
            }
            return new ThreadTimes(cpu, elapsed);
        };
    }

    private static String ratio(List<Figures> own, List<Figures> base, ToDoubleFunction<Figures> figure) {
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < own.size(); round++) {
            ratios.add(figure.applyAsDouble(own.get(round)) / figure.applyAsDouble(base.get(round)));
        }
        return String.format(
                Locale.ROOT,
                "%.2f (%.2f .. %.2f)",
                quantile(ratios, 0.5),
                quantile(ratios, 0.25),
                quantile(ratios, 0.75));
    }

    private static double quantile(List<Double> values, double part) {
        return values.stream().sorted().toList().get((int) (values.size() * part));
    }
}
