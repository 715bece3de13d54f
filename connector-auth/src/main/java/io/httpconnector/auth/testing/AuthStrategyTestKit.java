package io.httpconnector.auth.testing;

import io.httpconnector.AuthStrategy;
import io.httpconnector.Exchange;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.StatusException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Proves an {@link AuthStrategy} of your own, over real connections to two small servers on this machine: that each attempt is
 * signed, that nothing of it goes to another origin, that many threads can use it, and that no secret shows.
 *
 * <pre>{@code
 * @Test
 * void signsAsItShould() {
 *     AuthStrategyTestKit.of(new SignedRequests("canary-key")).secret("canary-key").log(lines).verify();
 * }
 * }</pre>
 */
public final class AuthStrategyTestKit {

    private static final int THREADS = 64;

    private final AuthStrategy strategy;
    private final List<String> secrets = new ArrayList<>();
    private Supplier<List<String>> log = List::of;

    private AuthStrategyTestKit(AuthStrategy strategy) {
        this.strategy = strategy;
    }

    /**
     * Begins.
     *
     * @param strategy the strategy; what it asks others for, it must be able to ask
     * @return the kit
     */
    public static AuthStrategyTestKit of(AuthStrategy strategy) {
        return new AuthStrategyTestKit(strategy);
    }

    /**
     * Adds a value that must not be seen, such as the key that the strategy was made with. What it adds to requests as headers
     * must not be seen anyway.
     *
     * @param value the value, at least 8 characters
     * @return this
     */
    public AuthStrategyTestKit secret(String value) {
        secrets.add(value);
        return this;
    }

    /**
     * Where the kit finds what was logged, for a test that has all logs on.
     *
     * @param lines gives all lines so far
     * @return this
     */
    public AuthStrategyTestKit log(Supplier<List<String>> lines) {
        this.log = lines;
        return this;
    }

    /**
     * Runs all checks.
     *
     * @throws AssertionError when one fails: says what the strategy did
     */
    public void verify() {
        try (RecordingServer service = new RecordingServer();
                RecordingServer stranger = new RecordingServer();
                HttpConnection signed = connection(service, strategy);
                HttpConnection plain = connection(service, AuthStrategy.none())) {
            Map<String, String> unsigned = sent(plain, service).get(0);
            Map<String, String> additions = additions(sent(signed, service).get(0), unsigned);
            check(!additions.isEmpty(), "it added nothing to the request");
            everyAttempt(signed, service, unsigned);
            onlyHere(signed, service, stranger, additions);
            manyThreads(signed, service, unsigned, additions.keySet());
            nothingShows(signed, service, additions);
        }
    }

    private static HttpConnection connection(RecordingServer server, AuthStrategy strategy) {
        return HttpConnection.named("Test kit")
                .baseUrl(server.url())
                .auth(strategy)
                .retry(RetryPolicy.maxAttempts(3).backoff(Duration.ofMillis(1), Duration.ofMillis(1)))
                .build();
    }

    private static Request request() {
        return Request.post("/orders")
                .query("a", "b c")
                .json(Map.of("sku", "A-1"))
                .idempotent();
    }

    private static List<Map<String, String>> sent(HttpConnection connection, RecordingServer server) {
        server.clear();
        var unused = connection.send(request());
        return server.received();
    }

    /** What is in one request and not in the other. */
    private static Map<String, String> additions(Map<String, String> request, Map<String, String> unsigned) {
        Map<String, String> additions = new TreeMap<>(request);
        unsigned.forEach((name, value) -> additions.remove(name, value));
        return additions;
    }

    private static void everyAttempt(HttpConnection signed, RecordingServer service, Map<String, String> unsigned) {
        service.answerNext(503, 503);
        List<Map<String, String>> attempts = sent(signed, service);
        check(attempts.size() == 3, "of three attempts there were " + attempts.size());
        for (Map<String, String> attempt : attempts) {
            check(!additions(attempt, unsigned).isEmpty(), "an attempt after a failure was not signed");
        }
    }

    private void onlyHere(
            HttpConnection signed, RecordingServer service, RecordingServer stranger, Map<String, String> additions) {
        stranger.clear();
        service.redirectNext(stranger.url() + "/elsewhere");
        var unused = signed.send(Request.get("/orders"));
        var unusedToo = signed.send(Request.get(stranger.url() + "/absolute"));
        List<Map<String, String>> received = stranger.received();
        check(received.size() == 2, "the stranger got " + received.size() + " requests");
        for (Map<String, String> request : received) {
            for (Map.Entry<String, String> addition : additions.entrySet()) {
                check(
                        !addition.getValue().equals(request.get(addition.getKey())),
                        addition.getKey() + " went to another origin");
            }
            check(secrets.stream().noneMatch(request.toString()::contains), "a secret went to another origin");
        }
    }

    private static void manyThreads(
            HttpConnection signed, RecordingServer service, Map<String, String> unsigned, Set<String> names) {
        service.clear();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<Integer>> calls = Stream.<Callable<Integer>>generate(
                            () -> () -> signed.send(request()).status())
                    .limit(THREADS * 4L)
                    .toList();
            for (Future<Integer> call : threads.invokeAll(calls)) {
                check(call.get() == 200, "one of many threads got " + call.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } catch (ExecutionException e) {
            throw new AssertionError("one of many threads failed: " + e.getCause(), e);
        } finally {
            threads.shutdownNow();
        }
        for (Map<String, String> request : service.received()) {
            Set<String> added = additions(request, unsigned).keySet();
            check(added.containsAll(names), "one of many threads sent " + added + " instead of " + names);
        }
    }

    private void nothingShows(HttpConnection signed, RecordingServer service, Map<String, String> additions) {
        service.echoNext(400);
        StringWriter shown = new StringWriter();
        try {
            var unused = signed.send(request());
            throw new AssertionError("a refusal was accepted");
        } catch (StatusException e) {
            e.printStackTrace(new PrintWriter(shown));
            Exchange seen = e.exchange().orElseThrow();
            shown.write(seen + seen.asCurl() + seen.asHttp() + seen.asHar());
        }
        shown.write("" + strategy + signed + signed.auth());
        log.get().forEach(shown::write);
        for (String secret : secrets) {
            check(!shown.toString().contains(secret), "a secret shows in a log line, an exception or a toString()");
        }
        additions.forEach((name, value) -> check(
                value.length() < 8 || !shown.toString().contains(value),
                name + " shows in a log line, an exception or a toString()"));
    }

    private static void check(boolean good, String otherwise) {
        if (!good) {
            throw new AssertionError("The strategy is not as it must be: " + otherwise);
        }
    }

    @Override
    public String toString() {
        return "AuthStrategyTestKit";
    }
}
