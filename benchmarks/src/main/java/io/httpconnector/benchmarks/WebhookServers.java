package io.httpconnector.benchmarks;

import io.httpconnector.Secret;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookSigner;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Measures webhooks of 1 KB per second on real servers, each with a hand-written handler (the same HMAC, and Jackson) and
 * with this library's, in turn. Requires wrk, which sends from its own process. Arguments: the rounds, and optionally a
 * single server.
 */
public final class WebhookServers {

    static final String KEY = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final List<String> SERVERS =
            List.of("jdk", "servlet", "servlet-async", "spring-mvc", "webflux", "vertx", "javalin");
    private static final int EVENTS = 1000;
    private static final int SECONDS = 5;
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
    private static final Pattern BAD = Pattern.compile("Non-2xx or 3xx responses: ([0-9]+)");

    private WebhookServers() {}

    /**
     * Compares the servers, or runs one.
     *
     * @param args the rounds; or the server, the handler and the port
     * @throws Exception if a server does not start
     */
    public static void main(String[] args) throws Exception {
        if (args.length == 3) {
            WebhookServer.serve(args[0], args[1].equals("connector"), Integer.parseInt(args[2]));
            Thread.sleep(Duration.ofHours(1).toMillis());
        } else {
            List<String> servers = args.length < 2 ? SERVERS : List.of(args[1]);
            compare(args.length == 0 ? 5 : Integer.parseInt(args[0]), servers);
        }
    }

    private static void compare(int rounds, List<String> servers) throws IOException, InterruptedException {
        Path script = script();
        System.out.printf("%nWebhooks of 1 KB by wrk, 16 connections, %d rounds%n%n", rounds);
        System.out.println(
                "| | by hand, requests/s | ours, requests/s | ours / by hand (min .. max) | processor time for"
                        + " each: by hand, us | ours, us | ours / by hand (min .. max) |");
        System.out.println("|---|---|---|---|---|---|---|");
        for (String server : servers) {
            List<Load> bare = new ArrayList<>();
            List<Load> ours = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                bare.add(load(server, "bare", script));
                ours.add(load(server, "connector", script));
            }
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.0f | %.0f | %s | %.1f | %.1f | %s |%n",
                    server,
                    middle(bare, Load::rate),
                    middle(ours, Load::rate),
                    ratios(ours, bare, Load::rate),
                    middle(bare, Load::micros),
                    middle(ours, Load::micros),
                    ratios(ours, bare, Load::micros));
        }
    }

    /** Requests per second, and the server's CPU time per request. The latter depends less on other load. */
    private record Load(double rate, double micros) {}

    private static double middle(List<Load> loads, ToDoubleFunction<Load> figure) {
        return loads.stream().mapToDouble(figure).sorted().toArray()[loads.size() / 2];
    }

    private static String ratios(List<Load> ours, List<Load> bare, ToDoubleFunction<Load> figure) {
        double[] ratios = IntStream.range(0, ours.size())
                .mapToDouble(i -> figure.applyAsDouble(ours.get(i)) / figure.applyAsDouble(bare.get(i)))
                .sorted()
                .toArray();
        return String.format(
                Locale.ROOT, "%.2f (%.2f .. %.2f)", ratios[ratios.length / 2], ratios[0], ratios[ratios.length - 1]);
    }

    /** Many different events, because concurrent duplicates would be handled once. */
    private static Path script() throws IOException {
        StringBuilder script = new StringBuilder("local bodies = {}\nlocal signatures = {}\n");
        for (int i = 0; i < EVENTS; i++) {
            StringBuilder json = new StringBuilder("{\"id\":\"evt_" + i + "\",\"leads\":[");
            while (json.length() < 900) {
                json.append("{\"email\":\"ada@example.com\",\"name\":\"Ada Lovelace\",\"age\":36,\"ok\":true},");
            }
            String body = json.append("{}]}").toString();
            String signature = WebhookSigner.preset("github", Secret.of(KEY))
                    .sign(WebhookRequest.of("POST", "/", "", Map.of(), body.getBytes(StandardCharsets.UTF_8)))
                    .header("X-Hub-Signature-256")
                    .orElseThrow();
            script.append("bodies[" + i + "] = [[" + body + "]]\nsignatures[" + i + "] = \"" + signature + "\"\n");
        }
        script.append("local requests = {}\nlocal next = 0\n")
                .append("init = function(args)\n  for i = 0, " + (EVENTS - 1) + " do\n")
                .append("    local headers = {[\"Content-Type\"] = \"application/json\","
                        + " [\"X-Hub-Signature-256\"] = signatures[i]}\n")
                .append("    requests[i] = wrk.format(\"POST\", \"/\", headers, bodies[i])\n  end\nend\n")
                .append("request = function()\n  next = (next + 1) % " + EVENTS + "\n  return requests[next]\nend\n");
        return Files.writeString(Files.createTempFile("post", ".lua"), script);
    }

    private static Load load(String server, String handler, Path script) throws IOException, InterruptedException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-Xmx256m",
                        // Without it, the JDK's server waits 40 ms for each response.
                        "-Dsun.net.httpserver.nodelay=true",
                        "-classpath",
                        System.getProperty("java.class.path"),
                        WebhookServers.class.getName(),
                        server,
                        handler,
                        String.valueOf(port))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            awaitPort(port);
            // On two cores shared with the sender, it takes that long until the server is compiled.
            double unused = wrk(port, 22, script);
            Duration before = cpuTime(process);
            double rate = wrk(port, SECONDS, script);
            return new Load(rate, cpuTime(process).minus(before).toNanos() / 1e3 / (rate * SECONDS));
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    private static Duration cpuTime(Process process) {
        return process.info().totalCpuDuration().orElseThrow();
    }

    private static void awaitPort(int port) throws InterruptedException {
        for (int i = 0; i < 300; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                if (socket.isConnected()) {
                    return;
                }
            } catch (IOException e) {
                Thread.sleep(100);
            }
        }
        throw new IllegalStateException("the server does not start");
    }

    private static double wrk(int port, int seconds, Path script) throws IOException, InterruptedException {
        Process wrk = new ProcessBuilder(
                        "wrk",
                        "-t1",
                        "-c16",
                        "-d" + seconds + "s",
                        "-s",
                        script.toString(),
                        "http://127.0.0.1:" + port + "/")
                .redirectErrorStream(true)
                .start();
        String output = new String(wrk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        wrk.waitFor();
        Matcher rate = RATE.matcher(output);
        if (!rate.find() || BAD.matcher(output).find()) {
            throw new IllegalStateException(output);
        }
        return Double.parseDouble(rate.group(1));
    }
}
