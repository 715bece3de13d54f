package io.httpconnector.benchmarks;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the peers in turn for several rounds, and prints for each its median time relative to the first peer of the same
 * round. The ratio is stable even if the speed of the host changes. Arguments: {@code send}, {@code render}, {@code cpu}, {@code log},
 * {@code idle}, {@code verify} or several,
 * {@code rounds=5}, {@code peers=httpclient5,connector}, and for {@code log} {@code pause=16}, the milliseconds that each thread waits
 * after two calls.
 */
public final class Compare {

    static final List<String> CLIENTS = List.of(
            "httpclient5",
            "connector",
            "connector-full",
            "connector-bearer",
            "connector-oauth2",
            "httpclient5-bare",
            "httpclient5-async",
            "okhttp",
            "retrofit",
            "feign",
            "restclient",
            "jdk");
    private static final List<String> RENDERERS =
            List.of("jackson", "connector", "substitute", "handlebars", "freemarker", "compile");

    private static final List<String> VERIFIERS = List.of("hmac", "connector", "connectorRefused", "fresh");
    private static final List<String> TIMED_VERIFIERS =
            List.of("hmacTimed", "connectorTimed", "stripe", "standardWebhooks", "svix");
    private static final List<String> RECEIVERS = List.of("hmacAndJackson", "receive");

    /** Microseconds and bytes per operation. */
    private record Figure(double micros, double bytes) {}

    private final int rounds;

    private final List<String> only;

    private Compare(int rounds, List<String> only) {
        this.rounds = rounds;
        this.only = only;
    }

    /**
     * Measures.
     *
     * @param args the benchmarks to run to measure; all when there are none
     * @throws IOException if the server can't be started
     * @throws RunnerException if a benchmark fails
     * @throws InterruptedException if the thread is interrupted
     * @throws ExecutionException if a peer fails
     * @throws GeneralSecurityException if TLS can't be set up
     */
    public static void main(String[] args)
            throws IOException, RunnerException, InterruptedException, ExecutionException, GeneralSecurityException {
        List<String> wanted = Stream.of(args).filter(arg -> !arg.contains("=")).toList();
        int rounds = Integer.parseInt(option(args, "rounds", "5"));
        Compare compare = new Compare(rounds, List.of(option(args, "peers", "").split(",")));
        if (wanted.isEmpty() || wanted.contains("cpu")) {
            CpuTime.print(List.of("httpclient5", "connector", "connector-full"), CpuTime.ROUNDS);
            CpuTime.print(List.of("connector-bearer", "connector-oauth2"), CpuTime.ROUNDS);
        }
        if (wanted.isEmpty() || wanted.contains("http2")) {
            CpuTime.printHttp2(Integer.parseInt(option(args, "rounds", String.valueOf(CpuTime.ROUNDS))));
        }
        if (wanted.isEmpty() || wanted.contains("log")) {
            Duration pause = Duration.ofMillis(Long.parseLong(option(args, "pause", "0")));
            int logRounds = Integer.parseInt(option(args, "rounds", String.valueOf(CpuTime.ROUNDS)));
            List<String> plain = List.of(
                    "connector",
                    "connector-listener",
                    "connector-log-errors",
                    "connector-log-memory",
                    "connector-log-file",
                    "connector-log-jdbc");
            List<String> withToken = List.of(
                    "connector-bearer",
                    "connector-bearer-log-memory",
                    "connector-bearer-log-file",
                    "connector-bearer-log-jdbc");
            for (List<String> peers : List.of(compare.chosen(plain), compare.chosen(withToken))) {
                if (!peers.isEmpty()) {
                    CpuTime.print(peers, logRounds, pause);
                }
            }
        }
        if (wanted.isEmpty() || wanted.contains("idle")) {
            Idle.print();
        }
        if (wanted.isEmpty() || wanted.contains("streams")) {
            Streams.print();
        }
        if (wanted.isEmpty() || wanted.contains("documents")) {
            DocumentLoad.print();
        }
        if (wanted.isEmpty() || wanted.contains("instances")) {
            Instances.print();
        }
        if (wanted.isEmpty() || wanted.contains("verify")) {
            compare.verify();
        }
        if (wanted.isEmpty() || wanted.contains("render")) {
            compare.render();
        }
        if (wanted.isEmpty() || wanted.contains("send")) {
            compare.send();
        }
    }

    private static String option(String[] args, String name, String otherwise) {
        return Stream.of(args)
                .filter(arg -> arg.startsWith(name + "="))
                .map(arg -> arg.substring(name.length() + 1))
                .findFirst()
                .orElse(otherwise);
    }

    private List<String> chosen(List<String> all) {
        return all.stream()
                .filter(peer -> only.contains("") || only.contains(peer))
                .toList();
    }

    private void render() throws RunnerException {
        Map<String, List<Figure>> figures = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (String peer : chosen(RENDERERS)) {
                record(figures, peer, options(RenderBenchmark.class.getName() + "." + peer + "$"));
            }
        }
        print("RequestTemplate.render, a JSON body of 1 KB with 10 pills", figures);
    }

    private void verify() throws RunnerException {
        for (int size : new int[] {1, 100}) {
            compare("Webhooks, verify a body of " + size + " KB", VERIFIERS, size);
            compare("Webhooks, verify a timestamp and a body of " + size + " KB", TIMED_VERIFIERS, size);
        }
        for (int size : new int[] {1, 4, 100}) {
            compare("Webhooks, verify, read and hand over a body of " + size + " KB", RECEIVERS, size);
        }
    }

    private void compare(String title, List<String> peers, int kilobytes) throws RunnerException {
        Map<String, List<Figure>> figures = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (String peer : chosen(peers)) {
                record(
                        figures,
                        peer,
                        options(WebhookBenchmark.class.getName() + "." + peer + "$")
                                .param("kilobytes", String.valueOf(kilobytes)));
            }
        }
        print(title, figures);
    }

    private void send() throws IOException, RunnerException {
        try (Server server = Server.start()) {
            for (String method : List.of("get", "post")) {
                Map<String, List<Figure>> figures = new LinkedHashMap<>();
                for (int round = 0; round < rounds; round++) {
                    for (String peer : chosen(CLIENTS)) {
                        record(
                                figures,
                                peer,
                                options(SendBenchmark.class.getName() + "." + method + "$")
                                        .param("peer", peer)
                                        .param("port", String.valueOf(server.port())));
                    }
                }
                print("HttpConnection.send, " + method.toUpperCase(Locale.ROOT) + " of 1 KB JSON, 16 threads", figures);
            }
        }
    }

    private static ChainedOptionsBuilder options(String benchmark) {
        return new OptionsBuilder()
                .include(benchmark.replace(".", "\\."))
                .forks(1)
                .warmupIterations(3)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(3)
                .measurementTime(TimeValue.seconds(1))
                .jvmArgs("-Xms512m", "-Xmx512m")
                .shouldFailOnError(true)
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT);
    }

    private static void record(Map<String, List<Figure>> figures, String peer, ChainedOptionsBuilder options)
            throws RunnerException {
        RunResult result = new Runner(options.build()).runSingle();
        Figure figure = new Figure(result.getPrimaryResult().getScore(), bytesIn(result));
        figures.computeIfAbsent(peer, name -> new ArrayList<>()).add(figure);
        System.err.printf(Locale.ROOT, "%s %.2f us %.0f B%n", peer, figure.micros, figure.bytes);
    }

    private static double bytesIn(RunResult result) {
        Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
        if (allocated == null) {
            throw new IllegalStateException("the profiler did not report");
        }
        return allocated.getScore();
    }

    private static void print(String title, Map<String, List<Figure>> figures) {
        if (figures.isEmpty()) {
            return;
        }
        List<Figure> base = figures.values().iterator().next();
        System.out.printf("%n%s, %d rounds%n%n", title, base.size());
        System.out.println("| | time, relative (min .. max) | us/op | B/op | B/op more |");
        System.out.println("|---|---|---|---|---|");
        figures.forEach((peer, own) -> {
            List<Double> ratios = new ArrayList<>();
            for (int round = 0; round < own.size(); round++) {
                ratios.add(own.get(round).micros / base.get(round).micros);
            }
            double bytes = median(own.stream().map(Figure::bytes).toList());
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.2f (%.2f .. %.2f) | %.2f | %.0f | %+.0f |%n",
                    peer,
                    median(ratios),
                    ratios.stream().min(Double::compare).orElseThrow(),
                    ratios.stream().max(Double::compare).orElseThrow(),
                    median(own.stream().map(Figure::micros).toList()),
                    bytes,
                    bytes - median(base.stream().map(Figure::bytes).toList()));
        });
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
