package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.tls.ServerTrust;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ExchangeListenerTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private final List<String> told = new ArrayList<>();
    private final List<ExchangeResult> ended = new ArrayList<>();

    private ExchangeListener listener() {
        return start -> {
            told.add("start " + start.connection() + " " + start.method() + " " + start.uri());
            return new ExchangeListener.CallObserver() {
                @Override
                public void retrying(ExchangeResult report, Duration wait) {
                    told.add("retry after " + report.status() + " and attempt " + report.attempts());
                }

                @Override
                public void ended(ExchangeResult report) {
                    told.add("end " + report.status() + " after attempt " + report.attempts());
                    ended.add(report);
                }
            };
        };
    }

    private HttpConnectionBuilder connection() {
        return HttpConnection.named("Service").baseUrl(service.baseUrl()).listener(listener());
    }

    @Test
    void isToldOfStartRetriesAndEnd() {
        service.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(503).withBody("canary-5 is down")));
        try (HttpConnection connection = connection()
                .timeSource(new FakeTime())
                .retry(RetryPolicy.maxAttempts(3))
                .auth(request -> request.header("X-Key", "canary-5"))
                .build()) {
            assertThatThrownBy(
                            () -> connection.send(Request.post("/a").json("{}").idempotent()))
                    .isInstanceOf(StatusException.class);
        }

        assertThat(told)
                .containsExactly(
                        "start Service POST " + service.baseUrl() + "/a",
                        "retry after OptionalInt[503] and attempt 1",
                        "retry after OptionalInt[503] and attempt 2",
                        "end OptionalInt[503] after attempt 3");
        ExchangeResult report = ended.get(0);
        assertThat(report.failure()).containsInstanceOf(StatusException.class);
        assertThat(report.sentBytes()).isEqualTo(2);
        assertThat(report.receivedBytes()).isEqualTo(16);
        assertThat(report.exchange().orElseThrow().responseBody()).isEqualTo("*** is down");
        assertThat(report).asString().startsWith("POST " + service.baseUrl() + "/a -> 503 in ");
        assertThat(report.timings().queue()).isEqualTo(report.timings().total());
    }

    @Test
    void timesOfTheParts() throws Exception {
        TestAuthority authority = new TestAuthority("CA");
        try (TlsServer server = new TlsServer(authority.serverContext(authority.server("localhost")), false);
                HttpConnection connection = HttpConnection.named("Secure")
                        .baseUrl(server.url())
                        .trust(ServerTrust.only(authority.pem()))
                        .lookup(host -> {
                            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(30));
                            return InetAddress.getAllByName("127.0.0.1");
                        })
                        .listener(listener())
                        .build()) {
            connection.send(Request.get("/"));
        }

        Timings timings = ended.get(0).timings();
        assertThat(timings.dns()).isBetween(Duration.ofMillis(30), timings.total());
        assertThat(timings.connect()).isPositive();
        assertThat(timings.tls()).isPositive();
        assertThat(timings.firstByte()).isPositive();
        assertThat(timings.dns().plus(timings.connect()).plus(timings.tls()).plus(timings.firstByte()))
                .isLessThanOrEqualTo(timings.total());
    }

    @Test
    void keptSocketHasNoTimesOfItsOwn() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}").withFixedDelay(50)));
        try (HttpConnection connection = connection().build()) {
            connection.send(Request.get("/"));
            connection.send(Request.get("/"));
        }

        Timings second = ended.get(1).timings();
        assertThat(second.dns()).isZero();
        assertThat(second.connect()).isZero();
        assertThat(second.tls()).isZero();
        assertThat(second.firstByte()).isGreaterThanOrEqualTo(Duration.ofMillis(50));
    }

    @Test
    void redirectsBelongToTheCall() {
        service.stubFor(
                any(urlEqualTo("/old")).willReturn(aResponse().withStatus(302).withHeader("Location", "/new")));
        service.stubFor(any(urlEqualTo("/new")).willReturn(okJson("{}")));
        try (HttpConnection connection = connection().build()) {
            connection.send(Request.get("/old"));
        }

        assertThat(told).hasSize(2).last().isEqualTo("end OptionalInt[200] after attempt 1");
    }

    @Test
    void listenerThatFailsHarmsNobody() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .listener(start -> {
                    throw new IllegalStateException("at the start");
                })
                .listener(start -> new ExchangeListener.CallObserver() {
                    @Override
                    public void ended(ExchangeResult report) {
                        throw new IllegalStateException("at the end");
                    }
                })
                .listener(listener())
                .build()) {
            assertThat(connection.send(Request.get("/")).status()).isEqualTo(200);
        }

        assertThat(told).hasSize(2);
    }

    /** A library of the listener may be missing. The response has arrived, and later listeners are told. */
    @Test
    void errorOfAListenerHarmsNobody() {
        ExchangeListener broken = start -> new ExchangeListener.CallObserver() {
            @Override
            public void ended(ExchangeResult report) {
                throw new NoClassDefFoundError("com/example/Audit");
            }
        };
        ExchangeListener unstartable = start -> {
            throw new ExceptionInInitializerError("no configuration");
        };
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .listener(broken)
                .listener(unstartable)
                .listener(listener())
                .build()) {
            assertThat(connection.send(Request.post("/a").json("{}")).status()).isEqualTo(200);
        }
        assertThat(ended).hasSize(1);
    }

    /** HttpClient closes the pool of all connections after an {@link Error}. */
    @ParameterizedTest
    @ValueSource(strings = {"error", "overflow", "checked", "runtime"})
    void failureOfABodyHarmsNoOtherCall(String kind) {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        Body body = Body.writing(
                out -> {
                    switch (kind) {
                        case "error" -> throw new AssertionError("no way");
                        case "overflow" -> throw new StackOverflowError();
                        case "checked" -> throwUndeclared(new java.util.concurrent.TimeoutException("no way"));
                        default -> throw new IllegalArgumentException("no way");
                    }
                },
                5,
                "text/plain");
        try (HttpConnection other =
                        HttpConnection.named("Other").baseUrl(service.baseUrl()).build();
                HttpConnection connection = connection().maxConnections(2).build()) {
            // Other tests use the pool, too.
            int before = connection.poolStatus().active();
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> connection.send(Request.post("/a").body(body)))
                        .isInstanceOfAny(
                                AssertionError.class,
                                StackOverflowError.class,
                                java.util.concurrent.TimeoutException.class,
                                IllegalArgumentException.class);
            }
            assertThat(ended)
                    .hasSize(5)
                    .allSatisfy(report -> assertThat(report.failure()).isPresent());
            assertThat(connection.poolStatus().active()).isLessThanOrEqualTo(before);
            assertThat(connection.send(Request.get("/b")).status()).isEqualTo(200);
            assertThat(other.send(Request.get("/b")).status()).isEqualTo(200);
        }
    }

    @SuppressWarnings("unchecked") // the type has no effect at run time
    private static <E extends Throwable> void throwUndeclared(Throwable checked) throws E {
        throw (E) checked;
    }

    /** A parser quotes the text that it does not understand. */
    @Test
    void failureOfAReaderHasNoSecretThatTheServiceRepeats() {
        service.stubFor(any(anyUrl()).willReturn(aResponse().withBody("canary-5 is not permitted")));
        try (HttpConnection connection = connection()
                .auth(request -> request.header("X-Key", Secret.of("canary-5")))
                .build()) {
            assertThatThrownBy(() -> connection.read(
                            Request.get("/a"),
                            (head, body) -> new ObjectMapper().reader().readTree(body)))
                    .isInstanceOf(ConnectorException.class)
                    .hasMessageContaining("the reader of the body failed")
                    .satisfies(failure -> {
                        StringWriter text = new StringWriter();
                        failure.printStackTrace(new PrintWriter(text));
                        assertThat(text.toString())
                                .contains("JsonParseException")
                                .doesNotContain("canary");
                    });
        }
        assertThat(ended.get(0).failure().orElseThrow().toString()).doesNotContain("canary");
    }

    @Test
    void everyEndIsTold() {
        try (HttpConnection connection = connection()
                .auth(request -> {
                    throw new IllegalStateException("no key");
                })
                .build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/"))).hasMessage("no key");
        }

        assertThat(ended.get(0).failure()).containsInstanceOf(IllegalStateException.class);
        assertThat(ended.get(0).status()).isEmpty();
        assertThat(ended.get(0).exchange().orElseThrow().url()).isEqualTo(service.baseUrl() + "/");
    }
}
