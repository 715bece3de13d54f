package io.httpconnector.benchmarks;

import com.sun.management.ThreadMXBean;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Compares two builds of this library: the CPU time and the allocated bytes of the calling thread per operation of
 * {@link Workload}.
 * Each build has its own class loader, and the builds take turns in one JVM, so that changes in the speed of the host affect
 * both.
 * Several JVMs run in sequence, because two JVMs compile the same code differently.
 *
 * <p>Arguments: the class path of the build before, that of the build after (directories or jars of the library, separated as
 * in any
 * class path), and optionally the workloads (separated by commas), the number of JVMs, and the number of rounds in each.
 */
public final class SideBySide {

    private static final long ROUND_NANOS = 50_000_000;
    private static final long WARM_UP_NANOS = 8_000_000_000L;

    private SideBySide() {}

    /**
     * Runs.
     *
     * @param args see the class
     * @throws Exception if a workload fails
     */
    public static void main(String[] args) throws Exception {
        if (args.length < 2 || args[0].isBlank() || args[1].isBlank()) {
            throw new IllegalArgumentException(
                    "two class paths are needed: of the build before, and of the build after");
        }
        if (args.length == 7) {
            measure(
                    args[0],
                    args[1],
                    args[2],
                    Integer.parseInt(args[3]),
                    Integer.parseInt(args[4]),
                    args[5].equals("true"));
            return;
        }
        List<String> workloads = args.length > 2 ? List.of(args[2].split(",")) : Workload.NAMES;
        int forks = args.length > 3 ? Integer.parseInt(args[3]) : 5;
        String rounds = args.length > 4 ? args[4] : "40";
        System.out.println("| | before us/op | after us/op | after / before (min .. max of " + forks + " JVMs, "
                + rounds + " rounds each) | before B/op | after B/op |\n|---|---|---|---|---|---|");
        try (Server server = Server.start()) {
            for (String workload : workloads) {
                List<double[]> results = new ArrayList<>();
                for (int fork = 0; fork < forks; fork++) {
                    results.add(fork(args[0], args[1], workload, server.port(), rounds, fork % 2 == 1));
                }
                List<Double> ratios = column(results, 2);
                System.out.printf(
                        "| %s | %.2f | %.2f | %.3f (%.3f .. %.3f) | %.0f | %.0f |%n",
                        workload,
                        median(column(results, 0)),
                        median(column(results, 1)),
                        median(ratios),
                        Collections.min(ratios),
                        Collections.max(ratios),
                        median(column(results, 3)),
                        median(column(results, 4)));
            }
        }
    }

    private static double[] fork(
            String before, String after, String workload, int port, String rounds, boolean isReversed)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-Xmx1g",
                        "-classpath",
                        System.getProperty("java.class.path"),
                        SideBySide.class.getName(),
                        before,
                        after,
                        workload,
                        String.valueOf(port),
                        rounds,
                        String.valueOf(isReversed),
                        "fork")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String[] lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .strip()
                .split("\n", -1);
        if (process.waitFor() != 0) {
            throw new IOException("the JVM failed");
        }
        String[] fields = lines[lines.length - 1].split(" ", -1);
        double[] result = new double[fields.length];
        for (int i = 0; i < fields.length; i++) {
            result[i] = Double.parseDouble(fields[i]);
        }
        return result;
    }

    /** Prints the medians of both builds in microseconds, the median of the rounds' ratios, and the bytes of both builds. */
    private static void measure(String before, String after, String workload, int port, int rounds, boolean isReversed)
            throws Exception {
        List<Runnable> builds = new ArrayList<>(List.of(() -> {}, () -> {}));
        for (int build : isReversed ? new int[] {1, 0} : new int[] {0, 1}) {
            builds.set(build, load(build == 0 ? before : after, workload, port));
        }
        int operations = warmUp(builds);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        List<double[]> results = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            double[] result = new double[5];
            for (int turn = 0; turn < 4; turn++) {
                // Alternates the order: before, after, after, before; then reversed.
                int build = (turn == 1 || turn == 2) == (round % 2 == 0) ? 1 : 0;
                long cpu = threads.getCurrentThreadCpuTime();
                long bytes = threads.getThreadAllocatedBytes(thread);
                for (int i = 0; i < operations; i++) {
                    builds.get(build).run();
                }
                result[build] += (threads.getCurrentThreadCpuTime() - cpu) / 2000.0 / operations;
                result[3 + build] += (threads.getThreadAllocatedBytes(thread) - bytes) / 2.0 / operations;
            }
            result[2] = result[1] / result[0];
            results.add(result);
        }
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            line.append(i == 0 ? "" : " ").append(median(column(results, i)));
        }
        System.out.println(line);
        System.exit(0);
    }

    /** Runs both builds until they are compiled; returns how many operations fill a turn. */
    private static int warmUp(List<Runnable> builds) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        // By CPU time: on a busy host, compilation takes longer.
        long start = threads.getCurrentThreadCpuTime();
        while (threads.getCurrentThreadCpuTime() - start < WARM_UP_NANOS) {
            builds.forEach(Runnable::run);
        }
        long cpu = threads.getCurrentThreadCpuTime();
        int operations = 0;
        while (operations == 0 || threads.getCurrentThreadCpuTime() - cpu < 2 * ROUND_NANOS) {
            builds.forEach(Runnable::run);
            operations++;
        }
        return operations;
    }

    /** Loads the workload with the classes of a build before those of this class path. */
    private static Runnable load(String build, String workload, int port) throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String entry :
                (build + File.pathSeparator + System.getProperty("java.class.path")).split(File.pathSeparator, -1)) {
            urls.add(new File(entry).toURI().toURL());
        }
        ClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        Thread.currentThread().setContextClassLoader(loader);
        return (Runnable) loader.loadClass(Workload.class.getName())
                .getMethod("of", String.class, int.class)
                .invoke(null, workload, port);
    }

    private static List<Double> column(List<double[]> rows, int column) {
        return rows.stream().map(row -> row[column]).toList();
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
