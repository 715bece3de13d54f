package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.testing.VirtualTime;
import java.net.URLDecoder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests of the processing between verification and response, without an inbox. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HandlingTest {

    private final List<WebhookEvent> events = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private static WebhookRequest event(String id) {
        return WebhookRequest.of("POST", "/", "", Map.of(), ("{\"id\":\"" + id + "\"}").getBytes(UTF_8));
    }

    private static WebhookReceiverBuilder receiver() {
        return WebhookReceiver.named("any").unverified().id(ValueSelector.body("/id"));
    }

    private <T> List<T> atOnce(int times, Callable<T> call) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        List<Future<T>> futures = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            futures.add(threads.submit(() -> {
                start.await();
                return call.call();
            }));
        }
        start.countDown();
        List<T> results = new ArrayList<>();
        for (Future<T> future : futures) {
            results.add(future.get(20, TimeUnit.SECONDS));
        }
        return results;
    }

    @Test
    void failedEventGets500AndItsRetryIsHandled() {
        AtomicInteger attempts = new AtomicInteger();
        WebhookEndpoint receiver = receiver()
                .handler(event -> {
                    if (attempts.incrementAndGet() == 1) {
                        throw new IllegalStateException("canary: the database is away");
                    }
                })
                .build();

        WebhookResponse first = receiver.receive(event("1"));
        WebhookResponse second = receiver.receive(event("1"));
        WebhookResponse third = receiver.receive(event("1"));

        assertThat(first.status()).isEqualTo(500);
        assertThat(new String(first.body(), UTF_8)).doesNotContain("canary");
        assertThat(second.status()).isEqualTo(200);
        assertThat(third.status()).isEqualTo(200);
        assertThat(attempts).hasValue(2);
    }

    @Test
    void concurrentRepetitionsAreHandledOnce() throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        WebhookEndpoint receiver = receiver()
                .handler(event -> {
                    boolean unused = slow.await(300, TimeUnit.MILLISECONDS);
                    events.add(event);
                })
                .build();

        List<WebhookResponse> responses = atOnce(32, () -> receiver.receive(event("1")));

        assertThat(responses).extracting(WebhookResponse::status).containsOnly(200);
        assertThat(events).hasSize(1);
    }

    @Test
    void concurrentRepetitionsOfAFailedEventAreNotAcknowledged() throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        WebhookEndpoint receiver = receiver()
                .handler(event -> {
                    boolean unused = slow.await(300, TimeUnit.MILLISECONDS);
                    throw new IllegalStateException("no");
                })
                .build();

        List<WebhookResponse> responses = atOnce(8, () -> receiver.receive(event("1")));

        assertThat(responses).extracting(WebhookResponse::status).containsOnly(500);
    }

    @Test
    void slowHandlerIsInterruptedButItsThreadIsNotLeftInterrupted() {
        WebhookEndpoint receiver = receiver()
                .deadline(Duration.ofMillis(100))
                .handler(event -> new CountDownLatch(1).await())
                .build();

        long start = System.nanoTime();
        WebhookResponse response = receiver.receive(event("1"));

        assertThat(response.status()).isEqualTo(500);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(90), Duration.ofSeconds(5));
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void nestedHandlerHasItsOwnDeadline() {
        List<Integer> inside = new ArrayList<>();
        WebhookEndpoint inner = receiver()
                .deadline(Duration.ofMillis(100))
                .handler(event -> new CountDownLatch(1).await())
                .build();
        WebhookEndpoint outer = receiver()
                .deadline(Duration.ofSeconds(30))
                .handler(event -> inside.add(inner.receive(event("1")).status()))
                .build();

        long start = System.nanoTime();

        assertThat(outer.receive(event("1")).status()).isEqualTo(200);
        assertThat(inside).containsExactly(500);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void ignoredInterruptDoesNotReachTheServerThread() {
        WebhookEndpoint receiver = receiver()
                .deadline(Duration.ofMillis(50))
                .handler(event -> {
                    while (!Thread.currentThread().isInterrupted()) {
                        Thread.onSpinWait();
                    }
                    throw new IllegalStateException("too late");
                })
                .build();

        assertThat(receiver.receive(event("1")).status()).isEqualTo(500);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void externalInterruptIsPreserved() throws Exception {
        WebhookEndpoint receiver =
                receiver().handler(event -> new CountDownLatch(1).await()).build();
        Thread.currentThread().interrupt();

        WebhookResponse response = receiver.receive(event("1"));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(response.status()).isEqualTo(500);
    }

    @Test
    void repetitionWaitsAtMostUntilTheDeadline() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        WebhookEndpoint receiver = receiver()
                .deadline(Duration.ofMillis(200))
                .handler(event -> {
                    begun.countDown();
                    boolean done = false;
                    while (!done) {
                        try {
                            end.await();
                            done = true;
                        } catch (InterruptedException e) {
                            // Ignores the interrupt.
                        }
                    }
                })
                .build();

        Future<WebhookResponse> first = threads.submit(() -> receiver.receive(event("1")));
        begun.await();
        Future<WebhookResponse> repetition = threads.submit(() -> receiver.receive(event("1")));
        WebhookResponse second;
        try {
            second = repetition.get(20, TimeUnit.SECONDS);
        } finally {
            end.countDown();
        }

        assertThat(second.status()).isEqualTo(503);
        assertThat(second.headers()).containsKey("Retry-After");
        // The handler was late, but succeeded.
        assertThat(first.get(5, TimeUnit.SECONDS).status()).isEqualTo(200);
        assertThat(receiver.receive(event("1")).status()).isEqualTo(200);
    }

    @Test
    void repetitionGetsTheFirstResponse() {
        AtomicInteger calls = new AtomicInteger();
        WebhookEndpoint receiver = receiver()
                .responder(event -> WebhookResponse.text(201, "call " + calls.incrementAndGet())
                        .header("X-Call", "yes"))
                .build();

        WebhookResponse first = receiver.receive(event("1"));
        WebhookResponse again = receiver.receive(event("1"));

        assertThat(new String(first.body(), UTF_8)).isEqualTo("call 1");
        assertThat(again.status()).isEqualTo(201);
        assertThat(new String(again.body(), UTF_8)).isEqualTo("call 1");
        assertThat(again.headers()).containsEntry("X-Call", "yes");
        assertThat(calls).hasValue(1);
    }

    @Test
    void latestLargeResponsesAreKept() {
        AtomicInteger calls = new AtomicInteger();
        String megabyte = "x".repeat(1024 * 1024);
        WebhookEndpoint receiver = receiver()
                .responder(event -> {
                    calls.incrementAndGet();
                    return WebhookResponse.text(201, megabyte);
                })
                .build();

        for (int i = 0; i < 8; i++) {
            receiver.receive(event(Integer.toString(i)));
        }

        assertThat(receiver.receive(event("7")).status()).isEqualTo(201);
        assertThat(receiver.receive(event("4")).status()).isEqualTo(201);
        assertThat(receiver.receive(event("3")).status()).isEqualTo(200);
        assertThat(receiver.receive(event("0")).status()).isEqualTo(200);
        assertThat(calls).hasValue(8);
    }

    @Test
    void responsesOfForgottenEventsDoNotCount() {
        String megabyte = "x".repeat(1024 * 1024);
        WebhookEndpoint receiver = receiver()
                .remember(Duration.ofHours(1), 1)
                .responder(event ->
                        WebhookResponse.text(201, megabyte.repeat(event.id().equals("large") ? 3 : 1)))
                .build();

        for (String id : List.of("1", "2", "3", "4", "large")) {
            receiver.receive(event(id));
        }

        assertThat(receiver.receive(event("large")).status()).isEqualTo(201);
    }

    @Test
    void responseOfUpTo4MegabytesIsKept() {
        for (int size : List.of(4 * 1024 * 1024, 4 * 1024 * 1024 + 1)) {
            WebhookResponse response = WebhookResponse.text(201, "x".repeat(size));
            WebhookEndpoint receiver = receiver().responder(event -> response).build();
            receiver.receive(event("1"));

            assertThat(receiver.receive(event("1")).status()).isEqualTo(size == 4 * 1024 * 1024 ? 201 : 200);
        }
    }

    private WebhookEndpoint remembering(VirtualTime time, int max) {
        return receiver()
                .timeSource(time)
                .remember(Duration.ofMinutes(10), max)
                .handler(events::add)
                .build();
    }

    @Test
    void repetitionIsRecognisedOnlyWithinTheWindow() {
        VirtualTime time = new VirtualTime(Instant.EPOCH);
        WebhookEndpoint receiver = remembering(time, 100);

        receiver.receive(event("1"));
        time.advance(Duration.ofMinutes(9));
        receiver.receive(event("1"));
        assertThat(events).hasSize(1);
        time.advance(Duration.ofMinutes(2));
        receiver.receive(event("1"));

        assertThat(events).hasSize(2);
    }

    /** Text that is moved from one field to another is signed as before, but may take the id of the event away, or give it one. */
    @ParameterizedTest
    @CsvSource({
        "amount=100&buyer=bob&trade_no=T1, amount=100&buyer=bob%26trade_no%3DT1",
        "amount=100&buyer=bob%26trade_no%3DT9, amount=100&buyer=bob&trade_no=T9",
        "amount=100&buyer=bob&trade_no=T1, amount=100%26buyer%3Dbob&trade_no=T1",
    })
    void signedContentIsHandledOnceWhateverIdItHas(String genuine, String split) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec("k1".getBytes(UTF_8), "HmacSHA256"));
        String signed = URLDecoder.decode(genuine, UTF_8);
        String sign = "&sign=" + HexFormat.of().formatHex(mac.doFinal(signed.getBytes(UTF_8)));
        WebhookReceiver receiver = WebhookReceiver.named("payments")
                .definition(JsonSupport.parse("""
                                {"verify": [{"type": "signature", "secrets": ["key"], "definition": {"algorithm": "HmacSHA256",
                                 "signature": [{"body": "/sign"}], "content": "{{fields}}", "eventId": {"body": "/trade_no"},
                                 "fields": {"each": "{{name}}={{value}}", "separator": "&", "sorted": true, "without": ["sign"]}}}]}"""), Map.of("key", Secret.of("k1")))
                .handler(events::add)
                .build();

        for (String body : List.of(genuine + sign, split + sign, genuine + sign, split + sign)) {
            WebhookRequest request = WebhookRequest.of(
                    "POST",
                    "/",
                    "",
                    Map.of("Content-Type", List.of("application/x-www-form-urlencoded")),
                    body.getBytes(UTF_8));
            assertThat(receiver.receive(request).status()).isEqualTo(200);
        }

        assertThat(events).hasSize(1);
    }

    @Test
    void clockThatIsSetForwardAndBackForgetsNoEvent() {
        AtomicReference<Duration> shift = new AtomicReference<>(Duration.ZERO);
        TimeSource time = new TimeSource() {
            @Override
            public long nanos() {
                return SYSTEM.nanos();
            }

            @Override
            public Instant now() {
                return SYSTEM.now().plus(shift.get());
            }

            @Override
            public boolean await(CountDownLatch gate, Duration timeout) throws InterruptedException {
                return SYSTEM.await(gate, timeout);
            }
        };
        WebhookReceiver receiver =
                receiver().timeSource(time).handler(events::add).build();

        for (int days : List.of(0, 2, -2, 0)) {
            shift.set(Duration.ofDays(days));
            receiver.receive(event("1"));
        }

        assertThat(events).hasSize(1);
    }

    @Test
    void eventRepeatedAfterTheWindowIsRememberedAgain() {
        VirtualTime time = new VirtualTime(Instant.EPOCH);
        WebhookEndpoint receiver = remembering(time, 2);

        receiver.receive(event("1"));
        time.advance(Duration.ofMinutes(9));
        receiver.receive(event("2"));
        time.advance(Duration.ofMinutes(2));
        for (String id : List.of("1", "3", "1", "2")) {
            receiver.receive(event(id));
        }

        assertThat(events).extracting(WebhookEvent::id).containsExactly("1", "2", "1", "3", "2");
    }

    @Test
    void noMoreIdsAreRememberedThanAllowed() {
        WebhookEndpoint receiver =
                receiver().remember(Duration.ofHours(1), 3).handler(events::add).build();

        for (String id : List.of("1", "2", "3", "4", "2", "3", "4", "1")) {
            receiver.receive(event(id));
        }

        assertThat(events).extracting(WebhookEvent::id).containsExactly("1", "2", "3", "4", "1");
    }

    @Test
    void capturedRequestWithAnotherUnsignedIdIsARepetition() {
        String signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .verify(Signatures.github(Secret.of("It's a Secret to Everybody")))
                .id(ValueSelector.header("X-GitHub-Delivery"))
                .handler(events::add)
                .build();
        WebhookRequest captured = WebhookRequest.of("POST", "/", "", Map.of(), "Hello, World!".getBytes(UTF_8))
                .header("X-Hub-Signature-256", signature);

        receiver.receive(captured.header("X-GitHub-Delivery", "1"));
        WebhookResponse again = receiver.receive(captured.header("X-GitHub-Delivery", "2"));

        assertThat(again.status()).isEqualTo(200);
        assertThat(events).hasSize(1);
        assertThat(events.get(0).id()).doesNotContain("1 ").hasSize(32);
    }

    @Test
    void signedHeaderIsUsedAsId() {
        Secret secret = Secret.of("s3cr3t");
        SignatureBuilder signature = Signatures.hmac("HmacSHA256", secret)
                .signature(ValueSelector.header("X-Signature"))
                .timestamp(ValueSelector.header("X-Time"))
                .content("{{timestamp}}.{{header.x-version}}.{{body}}");
        WebhookReceiver byOther = WebhookReceiver.named("any")
                .verify(signature.build())
                .id(ValueSelector.header("X-Id"))
                .handler(events::add)
                .build();
        WebhookReceiver bySigned = WebhookReceiver.named("any")
                .verify(signature.build())
                .id(ValueSelector.header("X-Version"))
                .handler(events::add)
                .build();
        WebhookRequest captured = WebhookSigner.of(signature, secret)
                .sign(WebhookRequest.of("POST", "/", "", Map.of("X-Version", List.of("v7")), "{}".getBytes(UTF_8)));

        byOther.receive(captured.header("X-Id", "1"));
        byOther.receive(captured.header("X-Id", "2"));
        bySigned.receive(captured);

        assertThat(events).hasSize(2);
        assertThat(events.get(0).id()).hasSize(32);
        assertThat(events.get(1).id()).isEqualTo("v7");
    }

    @Test
    void eventsOfOneKeyAreHandledOneAfterTheOther() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger limit = new AtomicInteger();
        AtomicInteger id = new AtomicInteger();
        WebhookEndpoint receiver = receiver()
                .key(ValueSelector.body("/key"))
                .handler(event -> {
                    limit.accumulateAndGet(running.incrementAndGet(), Math::max);
                    boolean unused = new CountDownLatch(1).await(5, TimeUnit.MILLISECONDS);
                    running.decrementAndGet();
                })
                .build();

        atOnce(
                20,
                () -> receiver.receive(WebhookRequest.of(
                        "POST",
                        "/",
                        "",
                        Map.of(),
                        ("{\"id\":\"" + id.incrementAndGet() + "\",\"key\":\"k\"}").getBytes(UTF_8))));

        assertThat(limit).hasValue(1);
    }

    @Test
    void configuredResponseIsSent() {
        WebhookEndpoint fixed = receiver()
                .response(WebhookResponse.of(204))
                .handler(events::add)
                .build();
        WebhookEndpoint template = receiver()
                .responseJson(202, "{\"got\": \"{{event.payload.id}}\", \"as\": \"{{event.id}}\"}")
                .handler(events::add)
                .build();
        WebhookEndpoint responder = receiver()
                .responder(event -> WebhookResponse.text(201, "hello " + event.id()))
                .build();

        assertThat(fixed.receive(event("1")).status()).isEqualTo(204);
        assertThat(template.receive(event("1")).status()).isEqualTo(202);
        assertThat(new String(template.receive(event("a\\\"b")).body(), UTF_8))
                .isEqualTo("{\"got\":\"a\\\"b\",\"as\":\"a\\\"b\"}");
        assertThat(new String(responder.receive(event("1")).body(), UTF_8)).isEqualTo("hello 1");
    }

    @Test
    void failedResponseTemplateDoesNotFailTheEvent() {
        WebhookEndpoint receiver = receiver()
                .responseJson(200, "{\"got\": \"{{event.payload.missing}}\"}")
                .handler(events::add)
                .build();

        WebhookResponse response = receiver.receive(event("1"));

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body()).isEmpty();
    }

    @Test
    void eventRejectedByAResponderIsHandledAgain() {
        AtomicInteger attempts = new AtomicInteger();
        WebhookEndpoint receiver = receiver()
                .responder(event -> WebhookResponse.of(attempts.incrementAndGet() == 1 ? 503 : 200))
                .build();

        assertThat(receiver.receive(event("1")).status()).isEqualTo(503);
        assertThat(receiver.receive(event("1")).status()).isEqualTo(200);
    }

    @Test
    void methodNotAllowedListsTheAllowedMethods() {
        WebhookEndpoint receiver =
                receiver().methods("POST", "PUT").handler(events::add).build();

        WebhookResponse response = receiver.receive(WebhookRequest.of("DELETE", "/", "", Map.of(), null));

        assertThat(response.status()).isEqualTo(405);
        assertThat(response.headers().get("Allow").split(", ")).containsExactlyInAnyOrder("POST", "PUT");
    }

    @Test
    void throwingVerifierRejectsTheRequest() {
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .verify((request, now) -> {
                    throw new IllegalStateException("the key service is away");
                })
                .handler(events::add)
                .build();

        assertThat(receiver.receive(event("1")).status()).isEqualTo(500);
        assertThat(events).isEmpty();
    }

    @Test
    void buildReportsAllProblems() {
        assertThatThrownBy(() -> WebhookReceiver.named(" ")
                        .maxBody(0)
                        .deadline(null)
                        .response(WebhookResponse.of(404))
                        .responseJson(200, "{\"a\": \"{{step.field}}\"}")
                        .methods("post")
                        .remember(null, 0)
                        .bodyTimeout(Duration.ZERO)
                        .timeSource(null)
                        .build())
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(e.problems())
                                .extracting(problem -> problem.split(":", 2)[0])
                                .containsExactlyInAnyOrder(
                                        "name",
                                        "handler",
                                        "verify",
                                        "maxBody",
                                        "deadline",
                                        "response",
                                        "responseJson",
                                        "methods",
                                        "remember",
                                        "bodyTimeout",
                                        "timeSource"));
    }
}
