package io.httpconnector.auth.testing;

import io.httpconnector.AuthStrategy;
import io.httpconnector.ConnectorException;
import io.httpconnector.Exchange;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.StatusException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Verifies a custom {@link AuthStrategy} over real connections to two local HTTP servers: each attempt is signed, no credential is
 * sent to another origin, a 401 response is handled, many threads can use the strategy, and no secret is visible in logs,
 * exceptions or {@code toString()}. Not thread-safe.
 *
 * <pre>{@code
 * @Test
 * void strategySignsRequests() {
 *     AuthStrategyTestKit.of(new SignedRequests("canary-key")).secret("canary-key").log(lines).verify();
 * }
 * }</pre>
 *
 * <p>A strategy that sends requests itself, such as one for a ticket, needs a response to them:
 *
 * <pre>{@code
 * AuthStrategyTestKit.of(new TicketAuth())
 *         .respond("POST", "/tickets", () -> StubResponse.json("{\"ticket\": \"canary-" + count.incrementAndGet() + "\"}"))
 *         .refreshes()
 *         .verify();
 * }</pre>
 */
public final class AuthStrategyTestKit {

    private static final int THREADS = 64;
    private static final int MIN_SECRET_LENGTH = 8;

    private final Function<String, AuthStrategy> strategies;
    private final List<String> secrets = new ArrayList<>();
    private final Map<String, Supplier<StubResponse>> stubs = new LinkedHashMap<>();
    private Supplier<List<String>> log = List::of;
    private boolean refreshes;

    private AuthStrategyTestKit(Function<String, AuthStrategy> strategies) {
        this.strategies = strategies;
    }

    /**
     * Creates a kit for a strategy.
     *
     * @param strategy the strategy; its own requests go to URLs relative to the base URL, or to servers of the test
     * @return the kit
     */
    public static AuthStrategyTestKit of(AuthStrategy strategy) {
        return new AuthStrategyTestKit(url -> strategy);
    }

    /**
     * Creates a kit for a strategy that needs the absolute URL of the test server, such as for its token endpoint.
     *
     * @param strategy creates the strategy; receives the base URL of the test server, without a slash at the end
     * @return the kit
     */
    public static AuthStrategyTestKit forServer(Function<String, AuthStrategy> strategy) {
        return new AuthStrategyTestKit(strategy);
    }

    /**
     * Adds a value that must not be visible, such as the key that the strategy was created with. The values that the strategy
     * adds to requests must not be visible either; they need not be named here.
     *
     * @param value the value, at least 8 characters
     * @return this
     */
    public AuthStrategyTestKit secret(String value) {
        secrets.add(value);
        return this;
    }

    /**
     * Sets the source of log lines, for a test that enables all loggers.
     *
     * @param lines returns all lines so far
     * @return this
     */
    public AuthStrategyTestKit log(Supplier<List<String>> lines) {
        this.log = lines;
        return this;
    }

    /**
     * Sets the response of the test server to a request that the strategy sends itself, such as a token request.
     *
     * @param method the method, such as {@code POST}
     * @param path the path without a query, such as {@code /tickets}
     * @param response creates each response; called by many threads
     * @return this
     */
    public AuthStrategyTestKit respond(String method, String path, Supplier<StubResponse> response) {
        if (method == null || path == null || !path.startsWith("/") || response == null) {
            throw new InvalidDefinitionException(
                    "auth strategy test kit",
                    List.of("respond: method, path and response are required, and the path must start with a slash"));
        }
        stubs.put(method + " " + path, response);
        return this;
    }

    /**
     * Requires the strategy to get other credentials after a 401 response, so that the repeated request is accepted. Without this,
     * a strategy may do so, or let the 401 response reach the caller.
     *
     * @return this
     */
    public AuthStrategyTestKit refreshes() {
        this.refreshes = true;
        return this;
    }

    /**
     * Runs all checks.
     *
     * @throws AssertionError if a check fails; the message describes what the strategy did
     */
    public void verify() {
        try (RecordingServer service = new RecordingServer();
                RecordingServer otherOrigin = new RecordingServer()) {
            stubs.forEach(service::stub);
            AuthStrategy strategy = strategies.apply(service.url());
            try (HttpConnection signed = connection(service, strategy);
                    HttpConnection plain = connection(service, AuthStrategy.none())) {
                Map<String, String> unsigned = send(plain, service).get(0);
                Map<String, String> additions = additions(send(signed, service).get(0), unsigned);
                check(!additions.isEmpty(), "it added nothing to the request");
                checkRetries(signed, service, unsigned);
                checkOtherOrigin(signed, service, otherOrigin, additions);
                checkThreads(signed, service, unsigned, additions.keySet());
                StringWriter visible = new StringWriter();
                checkUnauthorized(signed, service, unsigned, visible);
                if (refreshes) {
                    checkThreadsAfterUnauthorized(signed, service, unsigned);
                }
                checkSecrets(strategy, signed, service, unsigned, additions, visible);
            }
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

    private static List<Map<String, String>> send(HttpConnection connection, RecordingServer server) {
        server.clear();
        var unused = connection.send(request());
        return server.received();
    }

    /** Returns what the first request has and the second does not. */
    private static Map<String, String> additions(Map<String, String> request, Map<String, String> unsigned) {
        Map<String, String> additions = new TreeMap<>(request);
        unsigned.forEach((name, value) -> additions.remove(name, value));
        return additions;
    }

    private static void checkRetries(HttpConnection signed, RecordingServer service, Map<String, String> unsigned) {
        service.respondNext(503, 503);
        List<Map<String, String>> attempts = send(signed, service);
        check(attempts.size() == 3, "of three attempts there were " + attempts.size());
        for (Map<String, String> attempt : attempts) {
            check(!additions(attempt, unsigned).isEmpty(), "an attempt after a failure was not signed");
        }
    }

    private void checkOtherOrigin(
            HttpConnection signed,
            RecordingServer service,
            RecordingServer otherOrigin,
            Map<String, String> additions) {
        otherOrigin.clear();
        service.redirectNext(otherOrigin.url() + "/elsewhere");
        var unused = signed.send(Request.get("/orders"));
        var unusedToo = signed.send(Request.get(otherOrigin.url() + "/absolute"));
        List<Map<String, String>> received = otherOrigin.received();
        check(received.size() == 2, "the other origin received " + received.size() + " requests instead of 2");
        for (Map<String, String> request : received) {
            for (Map.Entry<String, String> addition : additions.entrySet()) {
                check(
                        !addition.getValue().equals(request.get(addition.getKey())),
                        addition.getKey() + " was sent to another origin");
            }
            check(secrets.stream().noneMatch(request.toString()::contains), "a secret was sent to another origin");
        }
    }

    private static void checkThreads(
            HttpConnection signed, RecordingServer service, Map<String, String> unsigned, Set<String> names) {
        service.clear();
        sendByThreads(signed, THREADS * 4);
        for (Map<String, String> request : service.received()) {
            Set<String> added = additions(request, unsigned).keySet();
            check(added.containsAll(names), "one of many threads sent " + added + " instead of " + names);
        }
    }

    private static void sendByThreads(HttpConnection signed, int requests) {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<Integer>> calls = Stream.<Callable<Integer>>generate(
                            () -> () -> signed.send(request()).status())
                    .limit(requests)
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
    }

    /** A single 401 response, then a service that responds 401 to each request, then one that accepts again. */
    private void checkUnauthorized(
            HttpConnection signed, RecordingServer service, Map<String, String> unsigned, StringWriter visible) {
        service.clear();
        service.respondNext(401);
        try {
            var unused = signed.send(request());
        } catch (StatusException e) {
            check(e.status() == 401, "after a 401 response the caller got status " + e.status());
            e.printStackTrace(new PrintWriter(visible));
        }
        List<Map<String, String>> attempts = service.received();
        for (Map<String, String> attempt : attempts) {
            check(!additions(attempt, unsigned).isEmpty(), "an attempt after a 401 response was not signed");
        }
        if (refreshes) {
            check(attempts.size() == 2, "it did not refresh its credentials after a 401 response");
            check(
                    !additions(attempts.get(0), unsigned).equals(additions(attempts.get(1), unsigned)),
                    "it sent the rejected credentials again after a 401 response");
        }
        service.clear();
        service.reject(request -> true);
        try {
            var unused = signed.send(request());
            throw new AssertionError("The auth strategy failed a check: a 401 response was accepted");
        } catch (ConnectorException e) {
            e.printStackTrace(new PrintWriter(visible));
        } finally {
            service.reject(request -> false);
        }
        check(service.received().size() <= 2, "it repeated a rejected request more than once");
        try {
            var unused = signed.send(request());
        } catch (ConnectorException e) {
            throw new AssertionError(
                    "The auth strategy failed a check: after a 401 response no further request succeeded: " + e, e);
        }
    }

    /** All threads send credentials that the service no longer accepts. */
    private static void checkThreadsAfterUnauthorized(
            HttpConnection signed, RecordingServer service, Map<String, String> unsigned) {
        Map<String, String> old = additions(send(signed, service).get(0), unsigned);
        service.reject(request -> request.entrySet().containsAll(old.entrySet()));
        try {
            sendByThreads(signed, THREADS);
        } finally {
            service.reject(request -> false);
        }
    }

    private void checkSecrets(
            AuthStrategy strategy,
            HttpConnection signed,
            RecordingServer service,
            Map<String, String> unsigned,
            Map<String, String> firstAdditions,
            StringWriter visible) {
        service.clear();
        service.echoNext(400);
        try {
            var unused = signed.send(request());
            throw new AssertionError("The auth strategy failed a check: a 400 response was accepted");
        } catch (StatusException e) {
            e.printStackTrace(new PrintWriter(visible));
            Exchange seen = e.exchange().orElseThrow();
            visible.write(seen + seen.asCurl() + seen.asHttp() + seen.asHar());
        }
        visible.write("" + strategy + signed + signed.auth());
        log.get().forEach(visible::write);
        for (String secret : secrets) {
            check(
                    !visible.toString().contains(secret),
                    "a secret is visible in a log line, an exception or a toString()");
        }
        Stream.of(firstAdditions, additions(service.received().get(0), unsigned))
                .forEach(additions -> additions.forEach((name, value) -> check(
                        value.length() < MIN_SECRET_LENGTH
                                || !visible.toString().contains(value),
                        name + " is visible in a log line, an exception or a toString()")));
    }

    private static void check(boolean holds, String problem) {
        if (!holds) {
            throw new AssertionError("The auth strategy failed a check: " + problem);
        }
    }

    @Override
    public String toString() {
        return "AuthStrategyTestKit";
    }
}
