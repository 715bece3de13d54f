package io.httpconnector.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.PollResult;
import io.httpconnector.polling.PollingListener;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.polling.RecordOrder;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.TriggerEvent;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compares the events of polling triggers with the writes of five writers on two real servers, json-server 0.17.4 and
 * pouchdb-server. Arguments: the directory in which npm has installed both, and the seconds to write (90 by default).
 *
 * <p>The triggers use Link headers, pages, offsets, tokens and snapshot comparison, in each sort order, every second and
 * every five seconds, with a settling time of two seconds. During the run, each trigger is closed and built again from its
 * state.
 */
public final class RealServers {

    private static final int WRITERS = 5;
    private static final Duration SETTLING_TIME = Duration.ofSeconds(2);
    private static final ObjectMapper JSON = new ObjectMapper();

    private RealServers() {}

    /**
     * Runs.
     *
     * @param args the directory, and the seconds
     * @throws Exception when a server can't be started, or a writer fails
     */
    public static void main(String[] args) throws Exception {
        Path npm = Path.of(args.length > 0 ? args[0] : ".");
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 90;
        long seed = args.length > 2 ? Long.parseLong(args[2]) : new Random().nextLong();
        System.out.printf("seed %d, %d s%n", seed, seconds);
        boolean matches;
        try (Service jsonServer = Service.jsonServer(npm);
                Service pouch = Service.pouchDb(npm)) {
            matches = run(jsonServer, pouch, seconds, seed);
        }
        System.out.println(matches ? "All ledgers match." : "Ledgers differ.");
        System.exit(matches ? 0 : 1);
    }

    private static boolean run(Service jsonServer, Service pouch, int seconds, long seed) throws Exception {
        Ledger items = new Ledger();
        Ledger documents = new Ledger();
        AtomicBoolean writing = new AtomicBoolean(true);
        Path directory = Files.createTempDirectory("real-servers");
        List<Reader> readers = readers(directory, jsonServer.url(), items, pouch.url(), documents);
        readers.forEach(Reader::start);
        ExecutorService threads = Executors.newFixedThreadPool(2 * WRITERS);
        List<Future<?>> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            Random random = new Random(seed + i);
            writers.add(threads.submit(() -> {
                new ItemWriter(jsonServer.url(), items, random).write(writing);
                return null;
            }));
            writers.add(threads.submit(() -> {
                new DocumentWriter(pouch.url(), documents, random).write(writing);
                return null;
            }));
        }
        TimeUnit.SECONDS.sleep(seconds / 2);
        readers.forEach(Reader::restart);
        TimeUnit.SECONDS.sleep(seconds - seconds / 2);
        writing.set(false);
        for (Future<?> writer : writers) {
            writer.get();
        }
        threads.shutdown();
        awaitDelivery(readers);
        boolean matches = true;
        for (Reader reader : readers) {
            reader.close();
            matches &= reader.compare();
        }
        return matches;
    }

    /** Waits until no event is outstanding, at most three minutes, and then for possible duplicates. */
    private static void awaitDelivery(List<Reader> readers) throws InterruptedException {
        for (int second = 0;
                second < 180
                        && !readers.stream().allMatch(reader -> reader.lost().isEmpty());
                second++) {
            TimeUnit.SECONDS.sleep(1);
        }
        TimeUnit.SECONDS.sleep(SETTLING_TIME.toSeconds() + 12);
    }

    private static List<Reader> readers(
            Path directory, String jsonServer, Ledger items, String pouch, Ledger documents) {
        List<Reader> readers = new ArrayList<>();
        for (Duration every : List.of(Duration.ofSeconds(1), Duration.ofSeconds(5))) {
            for (RecordOrder order : RecordOrder.values()) {
                String direction = order == RecordOrder.DESCENDING ? "desc" : "asc";
                // In an order unknown to the trigger.
                String sort = order == RecordOrder.NONE ? "" : "&_sort=updated&_order=" + direction;
                Cursor cursor = Cursor.timestamp("/updated")
                        .sentAs("updated_gte")
                        .order(order)
                        .settlingTime(SETTLING_TIME);
                Map<String, Pagination> paginations = new TreeMap<>();
                paginations.put("links", Pagination.linkHeader());
                paginations.put("pages", Pagination.pages("_page").size("_limit", 3));
                paginations.put("offset", Pagination.offset("_start").size("_limit", 4));
                paginations.forEach((kind, pagination) -> {
                    String url = kind.equals("links") ? "/items?_page=1&_limit=3" + sort : "/items?a=b" + sort;
                    readers.add(new Reader(
                            kind + " " + order + " " + every,
                            directory,
                            jsonServer,
                            url,
                            items,
                            builder -> builder.pagination(pagination)
                                    .cursor(cursor)
                                    .key("/id")
                                    .version("/updated")
                                    .every(every)));
                });
            }
            readers.add(new Reader(
                    "comparison " + every,
                    directory,
                    jsonServer,
                    "/items?a=b",
                    items,
                    builder -> builder.pagination(Pagination.pages("_page").size("_limit", 20))
                            .key("/id")
                            .version("/updated")
                            .detectDeletions()
                            .every(every)));
            readers.add(new Reader(
                    "token " + every,
                    directory,
                    pouch,
                    "/documents/_changes?limit=500",
                    documents,
                    builder -> builder.records(RecordSelector.at("/results"))
                            .cursor(Cursor.opaque("/last_seq").sentAs("since"))
                            .key("/id")
                            .version("/changes/0/rev")
                            .every(every)));
        }
        return readers;
    }

    /** A ledger of the writes: the versions of each record, and the deleted records. */
    private static final class Ledger {

        private final Map<String, List<String>> versions = new ConcurrentHashMap<>();
        private final Set<String> deleted = ConcurrentHashMap.newKeySet();

        void wrote(String id, String version) {
            versions.computeIfAbsent(id, key -> new ArrayList<>());
            versions.computeIfPresent(id, (key, list) -> {
                list.add(version);
                return list;
            });
        }

        void deleted(String id) {
            deleted.add(id);
        }
    }

    /** One version of a record. */
    private record Version(String id, String text) {}

    /** The events of a trigger, which are compared with the ledger of its server. */
    private static final class Reader implements AutoCloseable {

        private final String name;
        private final Path directory;
        private final String server;
        private final String url;
        private final Ledger ledger;
        private final UnaryOperator<PollingTriggerBuilder> settings;
        private final Map<Version, Integer> delivered = new ConcurrentHashMap<>();
        private final Map<String, Integer> deletions = new ConcurrentHashMap<>();
        private final AtomicInteger polls = new AtomicInteger();
        private final AtomicInteger failures = new AtomicInteger();
        private final Set<String> messages = ConcurrentHashMap.newKeySet();
        private @Nullable Running running;

        private record Running(HttpConnection connection, StateStore store, PollingTrigger trigger) {}

        Reader(
                String name,
                Path directory,
                String server,
                String url,
                Ledger ledger,
                UnaryOperator<PollingTriggerBuilder> settings) {
            this.name = name;
            this.directory = directory.resolve(name.replaceAll("\\W", "-"));
            this.server = server;
            this.url = url;
            this.ledger = ledger;
            this.settings = settings;
        }

        void start() {
            HttpConnection connection =
                    HttpConnection.named(name).baseUrl(server).build();
            StateStore store = StateStore.file(directory);
            PollingTrigger trigger = settings.apply(PollingTrigger.named(name.replaceAll("\\W", "-"))
                            .connection(connection)
                            .request(RequestTemplate.named("List").get(url).build())
                            .records(RecordSelector.atRoot())
                            .startPosition(StartPosition.everything())
                            .store(store)
                            .handler(this::handle)
                            .listener(new PollingListener() {
                                @Override
                                public void onSuccess(String id, PollResult result) {
                                    polls.incrementAndGet();
                                }

                                @Override
                                public void onFailure(String id, Exception failure, int inARow) {
                                    failures.incrementAndGet();
                                    messages.add(String.valueOf(failure.getMessage()));
                                }
                            }))
                    .build();
            trigger.start();
            running = new Running(connection, store, trigger);
        }

        private void handle(TriggerEvent event) {
            if (event.change() == ChangeType.DELETED) {
                deletions.merge(event.key(), 1, Integer::sum);
            } else {
                JsonNode payload = event.payload();
                JsonNode version = payload.has("changes") ? payload.at("/changes/0/rev") : payload.at("/updated");
                delivered.merge(new Version(event.key(), version.asText()), 1, Integer::sum);
            }
        }

        void restart() {
            close();
            start();
        }

        @Override
        public void close() {
            Running ended = running;
            if (ended != null) {
                ended.trigger.close();
                ended.store.close();
                ended.connection.close();
                running = null;
            }
        }

        private boolean compares() {
            return name.startsWith("comparison");
        }

        /** The outstanding events: the last version of each record, and each deletion that the comparison can detect. */
        List<String> lost() {
            List<String> lost = new ArrayList<>();
            ledger.versions.forEach((id, versions) -> {
                Version last = new Version(id, versions.get(versions.size() - 1));
                if (!ledger.deleted.contains(id) && !delivered.containsKey(last)) {
                    lost.add(last.toString());
                }
            });
            if (compares()) {
                delivered.keySet().stream()
                        .map(Version::id)
                        .distinct()
                        .filter(id -> ledger.deleted.contains(id) && !deletions.containsKey(id))
                        .forEach(id -> lost.add("deletion of " + id));
            }
            return lost;
        }

        boolean compare() {
            List<String> lost = lost();
            List<String> invented = new ArrayList<>();
            delivered.forEach((version, times) -> {
                if (!ledger.versions.getOrDefault(version.id, List.of()).contains(version.text) || times > 1) {
                    invented.add(version + " x" + times);
                }
            });
            deletions.forEach((id, times) -> {
                if (!compares() || !ledger.deleted.contains(id) || times > 1) {
                    invented.add("deletion of " + id + " x" + times);
                }
            });
            System.out.printf(
                    "%-32s %5d records written, %5d events, %4d deletions, %4d polls, %d failed; lost %d,"
                            + " invented or twice %d%n",
                    name,
                    ledger.versions.size(),
                    delivered.size(),
                    deletions.size(),
                    polls.get(),
                    failures.get(),
                    lost.size(),
                    invented.size());
            Stream.of(lost, invented)
                    .filter(list -> !list.isEmpty())
                    .forEach(list -> System.out.println("    " + list.subList(0, Math.min(5, list.size()))));
            messages.stream().limit(3).forEach(message -> System.out.println("    failed: " + message));
            return lost.isEmpty() && invented.isEmpty() && delivered.size() > 0;
        }
    }

    /** Creates, updates and deletes records at random, and records the writes that the server confirmed. */
    private abstract static class Writer {

        private static final HttpClient CLIENT =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

        final Random random;
        final Ledger ledger;
        final List<String> live = new ArrayList<>();

        Writer(Ledger ledger, Random random) {
            this.ledger = ledger;
            this.random = random;
        }

        void write(AtomicBoolean writing) throws IOException, InterruptedException {
            while (writing.get()) {
                int choice = random.nextInt(100);
                if (live.isEmpty() || choice < 45) {
                    create();
                } else if (choice < 85) {
                    update(random.nextInt(live.size()));
                } else {
                    delete(random.nextInt(live.size()));
                }
                TimeUnit.MILLISECONDS.sleep(50 + random.nextInt(200));
            }
        }

        abstract void create() throws IOException, InterruptedException;

        abstract void update(int index) throws IOException, InterruptedException;

        abstract void delete(int index) throws IOException, InterruptedException;

        static JsonNode send(String method, String url, JsonNode body) throws IOException, InterruptedException {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                    .header("Content-Type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(body.toString()))
                    .build();
            HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() >= 300) {
                throw new IOException(method + " " + url + ": " + response.statusCode() + " " + response.body());
            }
            return JSON.readTree(response.body());
        }
    }

    /** Writes to json-server, which stores the writer's timestamp. */
    private static final class ItemWriter extends Writer {

        private final String url;

        ItemWriter(String url, Ledger ledger, Random random) {
            super(ledger, random);
            this.url = url + "/items";
        }

        private static ObjectNode now() {
            String now =
                    Instant.now().truncatedTo(ChronoUnit.MILLIS).plusNanos(1).toString();
            return JSON.createObjectNode().put("updated", now.substring(0, 23) + "Z");
        }

        @Override
        void create() throws IOException, InterruptedException {
            // json-server would reuse the id of a deleted record.
            String id = "r" + Long.toHexString(random.nextLong());
            ObjectNode item = now().put("id", id);
            send("POST", url, item);
            ledger.wrote(id, item.path("updated").asText());
            live.add(id);
        }

        @Override
        void update(int index) throws IOException, InterruptedException {
            ObjectNode item = now();
            send("PATCH", url + "/" + live.get(index), item);
            ledger.wrote(live.get(index), item.path("updated").asText());
        }

        @Override
        void delete(int index) throws IOException, InterruptedException {
            String id = live.remove(index);
            send("DELETE", url + "/" + id, JSON.createObjectNode());
            ledger.deleted(id);
        }
    }

    /** Writes to pouchdb-server, which assigns the revisions. */
    private static final class DocumentWriter extends Writer {

        private final String url;
        private final List<String> revisions = new ArrayList<>();

        DocumentWriter(String url, Ledger ledger, Random random) {
            super(ledger, random);
            this.url = url + "/documents/";
        }

        private String put(String id, ObjectNode document) throws IOException, InterruptedException {
            String revision = send("PUT", url + id, document).path("rev").asText();
            ledger.wrote(id, revision);
            return revision;
        }

        @Override
        void create() throws IOException, InterruptedException {
            String id = "d" + Long.toHexString(random.nextLong());
            live.add(id);
            revisions.add(put(id, JSON.createObjectNode()));
        }

        @Override
        void update(int index) throws IOException, InterruptedException {
            revisions.set(
                    index,
                    put(
                            live.get(index),
                            JSON.createObjectNode()
                                    .put("_rev", revisions.get(index))
                                    .put("n", random.nextInt())));
        }

        /** A deletion is also a revision. */
        @Override
        void delete(int index) throws IOException, InterruptedException {
            String id = live.remove(index);
            String revision = revisions.remove(index);
            put(id, JSON.createObjectNode().put("_rev", revision).put("_deleted", true));
        }
    }

    /** A server in its own process. */
    private record Service(Process process, String url, Path directory) implements AutoCloseable {

        static Service jsonServer(Path npm) throws IOException, InterruptedException {
            Path directory = Files.createTempDirectory("json-server");
            Path data = Files.writeString(directory.resolve("db.json"), "{\"items\":[]}");
            return start(
                    npm,
                    directory,
                    3_901,
                    "json-server",
                    "--quiet",
                    "--host",
                    "127.0.0.1",
                    "--port",
                    "3901",
                    data.toString());
        }

        static Service pouchDb(Path npm) throws IOException, InterruptedException {
            Path directory = Files.createTempDirectory("pouchdb");
            Service service = start(
                    npm,
                    directory,
                    3_902,
                    "pouchdb-server",
                    "--in-memory",
                    "--host",
                    "127.0.0.1",
                    "--port",
                    "3902",
                    "--no-stdout-logs");
            Writer.send("PUT", service.url + "/documents", JSON.createObjectNode());
            return service;
        }

        private static Service start(Path npm, Path directory, int port, String... command)
                throws IOException, InterruptedException {
            List<String> all = new ArrayList<>(List.of(command));
            all.set(
                    0,
                    npm.toAbsolutePath()
                            .resolve("node_modules/.bin")
                            .resolve(command[0])
                            .toString());
            Process process = new ProcessBuilder(all)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("log").toFile())
                    .start();
            String url = "http://127.0.0.1:" + port;
            for (int i = 0; i < 200; i++) {
                try {
                    Writer.CLIENT.send(
                            HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.discarding());
                    return new Service(process, url, directory);
                } catch (IOException e) {
                    TimeUnit.MILLISECONDS.sleep(100);
                }
            }
            process.destroy();
            throw new IOException(command[0] + " did not start: " + Files.readString(directory.resolve("log")));
        }

        @Override
        public void close() {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
    }
}
