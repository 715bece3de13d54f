package io.httpconnector.benchmarks;

import com.sun.net.httpserver.HttpServer;
import io.httpconnector.Secret;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.ValueSelector;
import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookSigner;
import io.httpconnector.webhook.inbox.Inbox;
import io.httpconnector.webhook.server.JdkHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Soak tests of webhooks. Arguments: {@code kill} and the rounds, {@code inbox}, {@code memory}; all of them by default.
 */
public final class WebhookSoak {

    private static final Secret SECRET = Secret.of("the-secret-of-the-sender");

    private WebhookSoak() {}

    /**
     * Runs.
     *
     * @param args the benchmarks to run to run
     * @throws IOException if a process or a file can't be created
     * @throws InterruptedException if the thread is interrupted
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        List<String> what = args.length == 0 ? List.of("inbox", "memory", "kill") : List.of(args);
        int number = what.size() > 1 && what.get(1).matches("\\d+") ? Integer.parseInt(what.get(1)) : 0;
        boolean good = true;
        for (String one : what) {
            good &= switch (one) {
                case "kill" -> kill(number == 0 ? 200 : number);
                case "killed" -> killed(number, Path.of(what.get(2)));
                case "inbox" -> inbox();
                case "memory" -> memory();
                case "small" -> small(number);
                default -> one.matches("\\d+|/.*");
            };
        }
        System.exit(good ? 0 : 1);
    }

    private static Process java(String heap, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-Xmx" + heap,
                "-XX:TieredStopAtLevel=1",
                "-classpath",
                System.getProperty("java.class.path"),
                WebhookSoak.class.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static HttpServer serve(int port, WebhookEndpoint receiver, ExecutorService threads) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
        server.setExecutor(threads);
        server.createContext("/", JdkHandler.of(receiver));
        server.start();
        return server;
    }

    /** A receiver with an inbox is killed under load: events that got a 2xx response must eventually be handled. */
    private static boolean kill(int rounds) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("webhook-kill");
        Path handled = Files.createFile(directory.resolve("handled"));
        int port = freePort();
        Set<String> answered = ConcurrentHashMap.newKeySet();
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger ids = new AtomicInteger();
        ExecutorService senders = Executors.newFixedThreadPool(8);
        for (int i = 0; i < 8; i++) {
            senders.execute(() -> send(port, ids, answered, stop));
        }
        for (int round = 0; round < rounds; round++) {
            Process receiver = java("128m", "killed", String.valueOf(port), directory.toString());
            Thread.sleep(400 + ThreadLocalRandom.current().nextInt(1600));
            receiver.destroyForcibly().waitFor();
            Files.writeString(handled, "\n", StandardOpenOption.APPEND);
        }
        stop.set(true);
        senders.shutdown();
        Process last = java("128m", "killed", String.valueOf(port), directory.toString());
        boolean ended = senders.awaitTermination(60, TimeUnit.SECONDS);
        Set<String> missing = missing(handled, answered);
        for (int i = 0; i < 120 && !missing.isEmpty(); i++) {
            Thread.sleep(500);
            missing = missing(handled, answered);
        }
        last.destroy();
        last.waitFor(10, TimeUnit.SECONDS);
        Map<String, Integer> times = new HashMap<>();
        lines(handled).forEach(line -> times.merge(line, 1, Integer::sum));
        long repeated = times.values().stream().filter(count -> count > 1).count();
        System.out.printf(
                "kill: %d kills, %d events sent, %d got a 2xx response, %d handled; %d lost, %d handled more than"
                        + " once (at most %d times)%n",
                rounds,
                ids.get(),
                answered.size(),
                times.size(),
                missing.size(),
                repeated,
                times.values().stream().mapToInt(Integer::intValue).max().orElse(0));
        return ended && missing.isEmpty() && !answered.isEmpty();
    }

    /** Sends each event until it gets a response, as services do. */
    private static void send(int port, AtomicInteger ids, Set<String> answered, AtomicBoolean stop) {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(1))
                .build();
        while (!stop.get()) {
            String id = "e" + ids.incrementAndGet();
            WebhookRequest signed = WebhookSigner.preset("stripe", SECRET)
                    .sign(WebhookRequest.of(
                            "POST",
                            "/",
                            "",
                            Map.of(),
                            ("{\"id\":\"" + id + "\",\"customer\":\"c" + id.length() + "\"}")
                                    .getBytes(StandardCharsets.UTF_8)));
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                    .header(
                            "Stripe-Signature",
                            signed.header("Stripe-Signature").orElseThrow())
                    .timeout(Duration.ofSeconds(2))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(signed.body()))
                    .build();
            boolean done = false;
            for (int attempt = 0; attempt < 40 && !done; attempt++) {
                try {
                    done = client.send(request, HttpResponse.BodyHandlers.discarding())
                                    .statusCode()
                            == 200;
                    if (!done) {
                        Thread.sleep(20);
                    }
                } catch (IOException e) {
                    pause();
                } catch (InterruptedException e) {
                    return;
                }
            }
            if (done) {
                answered.add(id);
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Set<String> missing(Path handled, Set<String> answered) throws IOException {
        Set<String> missing = new HashSet<>(answered);
        lines(handled).forEach(missing::remove);
        return missing;
    }

    /** Returns the complete lines; a kill may leave an incomplete one. */
    private static List<String> lines(Path handled) throws IOException {
        List<String> whole = new ArrayList<>();
        for (String line : Files.readAllLines(handled)) {
            if (line.endsWith(".")) {
                whole.add(line.substring(0, line.length() - 1));
            }
        }
        return whole;
    }

    /** The main method of the process that is killed. */
    private static boolean killed(int port, Path directory) throws IOException, InterruptedException {
        Path handled = directory.resolve("handled");
        try (Inbox inbox = Inbox.file(directory.resolve("inbox"));
                WebhookReceiver receiver = WebhookReceiver.named("killed")
                        .verify(Signatures.stripe(SECRET))
                        .inbox(inbox)
                        .key(ValueSelector.body("/customer"))
                        .delivery(delivery -> delivery.concurrently(4))
                        .handler(event -> Files.writeString(
                                handled, event.id() + ".\n", StandardCharsets.US_ASCII, StandardOpenOption.APPEND))
                        .build()) {
            HttpServer server = serve(port, receiver, Executors.newFixedThreadPool(16));
            Thread.sleep(Duration.ofHours(1).toMillis());
            server.stop(0);
        }
        return true;
    }

    /** Measures events per second that are forced to the disk before the response, compared with sequential writes. */
    private static boolean inbox() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("webhook-inbox");
        double single = fsyncs(directory.resolve("single"));
        System.out.printf("inbox: %.0f writes of 300 B a second, each forced to the disk%n", single);
        for (int senders : new int[] {1, 8, 64}) {
            double rate = acknowledged(Inbox.file(directory.resolve("inbox-" + senders)), senders);
            System.out.printf(
                    "inbox: %d senders, %.0f events of 300 B a second, %.1f times as many%n",
                    senders, rate, rate / single);
        }
        // On a fast disk, the CPU is the limit. The benefit of group commits shows on a slower disk.
        StateStore slow = new SlowStore(StateStore.inMemory());
        double rate = acknowledged(Inbox.in(slow, 100_000, 64L << 20), 64);
        double ratio = rate / SlowStore.WRITES_A_SECOND;
        System.out.printf(
                "inbox: 64 senders, %.0f events a second onto a disk of %d writes a second, %.1f times as many%n",
                rate, SlowStore.WRITES_A_SECOND, ratio);
        return ratio >= 20;
    }

    /** Delays each write by the time that a server disk needs to force it. */
    private record SlowStore(StateStore store) implements StateStore {

        private static final int WRITES_A_SECOND = 500;

        @Override
        public StateLog open(String id) {
            StateLog log = store.open(id);
            return new StateLog() {
                @Override
                public void read(Consumer<byte[]> reader) {
                    log.read(reader);
                }

                @Override
                public void append(byte[] entry) {
                    LockSupport.parkNanos(1_000_000_000L / WRITES_A_SECOND);
                    log.append(entry);
                }

                @Override
                public void replace(Iterable<byte[]> entries) {
                    log.replace(entries);
                }

                @Override
                public void close() {
                    log.close();
                }
            };
        }
    }

    private static double fsyncs(Path file) throws IOException {
        byte[] entry = new byte[300];
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            long begin = System.nanoTime();
            int count = 0;
            while (System.nanoTime() - begin < 3_000_000_000L) {
                channel.write(ByteBuffer.wrap(entry));
                channel.force(false);
                count++;
            }
            return count / ((System.nanoTime() - begin) / 1e9);
        }
    }

    private static double acknowledged(Inbox box, int senders) throws InterruptedException {
        AtomicLong ids = new AtomicLong();
        AtomicLong acknowledged = new AtomicLong();
        AtomicBoolean stop = new AtomicBoolean();
        CountDownLatch ended = new CountDownLatch(senders);
        try (box;
                WebhookReceiver receiver = WebhookReceiver.named("inbox")
                        .unverified()
                        .id(ValueSelector.body("/id"))
                        .inbox(box)
                        .handler(event -> {})
                        .build()) {
            for (int i = 0; i < senders; i++) {
                Thread sender = new Thread(() -> {
                    while (!stop.get()) {
                        String body = "{\"id\":\"" + ids.incrementAndGet() + "\",\"text\":\"" + "x".repeat(260) + "\"}";
                        WebhookRequest request =
                                WebhookRequest.of("POST", "/", "", Map.of(), body.getBytes(StandardCharsets.UTF_8));
                        if (receiver.receive(request).isAccepted()) {
                            acknowledged.incrementAndGet();
                        }
                    }
                    ended.countDown();
                });
                sender.setDaemon(true);
                sender.start();
            }
            // Waits for the JIT compiler.
            Thread.sleep(15_000);
            long before = acknowledged.get();
            long begin = System.nanoTime();
            Thread.sleep(4000);
            double rate = (acknowledged.get() - before) / ((System.nanoTime() - begin) / 1e9);
            stop.set(true);
            ended.await();
            return rate;
        }
    }

    /** 200 concurrent senders of 1 MB each, with a heap of 64 MB. */
    private static boolean memory() throws IOException, InterruptedException {
        int port = freePort();
        Process receiver = java("64m", "small", String.valueOf(port));
        byte[] body = ("{\"text\":\"" + "x".repeat(1_000_000) + "\"}").getBytes(StandardCharsets.UTF_8);
        Thread.sleep(1500);
        Map<Integer, AtomicInteger> statuses = new ConcurrentHashMap<>();
        ExecutorService senders = Executors.newFixedThreadPool(200);
        for (int i = 0; i < 200; i++) {
            senders.execute(() -> post(port, body, statuses));
        }
        senders.shutdown();
        boolean ended = senders.awaitTermination(120, TimeUnit.SECONDS);
        boolean alive = receiver.isAlive();
        receiver.destroy();
        System.out.println("memory: 200 posts of 1 MB at once into a heap of 64 MB: responses " + statuses
                + (alive ? "" : ", and it has died"));
        return ended && alive && statuses.keySet().equals(Set.of(200));
    }

    private static void post(int port, byte[] body, Map<Integer, AtomicInteger> statuses) {
        try {
            HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                    .timeout(Duration.ofSeconds(60))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                    .build();
            int status =
                    client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            statuses.computeIfAbsent(status, any -> new AtomicInteger()).incrementAndGet();
        } catch (IOException | InterruptedException e) {
            statuses.computeIfAbsent(-1, any -> new AtomicInteger()).incrementAndGet();
        }
    }

    private static boolean small(int port) throws IOException, InterruptedException {
        WebhookReceiver receiver = WebhookReceiver.named("small")
                .unverified()
                .bodyTimeout(Duration.ofSeconds(60))
                .handler(event -> {})
                .build();
        HttpServer server = serve(port, receiver, Executors.newCachedThreadPool());
        Thread.sleep(Duration.ofMinutes(10).toMillis());
        server.stop(0);
        return true;
    }
}
