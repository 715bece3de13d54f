package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class DestinationsTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @BeforeEach
    void answer() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}").withHeader("Connection", "close")));
    }

    private static HttpConnectionBuilder connection(String host, SsrfPolicy destinations) {
        return HttpConnection.named("Typed by a user")
                .baseUrl("http://" + host + ":" + service.getPort())
                .retry(RetryPolicy.none())
                .destinations(destinations);
    }

    private static Throwable failure(HttpConnectionBuilder builder) {
        try (HttpConnection connection = builder.build()) {
            return catchThrowable(() -> connection.send(Request.get("/")));
        }
    }

    private static void assertRefused(Throwable failure) {
        assertThat(failure)
                .isInstanceOfSatisfying(
                        CannotConnectException.class,
                        e -> assertThat(e.reason()).isEqualTo(CannotConnectException.Reason.NOT_ALLOWED))
                .hasMessageContaining("is not permitted to this connection");
        assertThat(service.findAll(anyRequestedFor(anyUrl()))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "127.0.0.1",
                "[::1]",
                "[::ffff:127.0.0.1]",
                "[::ffff:7f00:1]",
                "[::127.0.0.1]",
                "[64:ff9b::7f00:1]",
                "0.0.0.0"
            })
    void localAddressInAnySpelling(String host) {
        assertRefused(failure(connection(host, SsrfPolicy.publicInternetOnly())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "127.0.0.1.", "localhost."})
    void unusualSpellingLeadsNowhere(String host) {
        Throwable failure =
                failure(connection(host, SsrfPolicy.publicInternetOnly()).connectTimeout(Duration.ofMillis(500)));

        assertThat(failure).isInstanceOf(ConnectorException.class);
        assertThat(service.findAll(anyRequestedFor(anyUrl()))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "8.8.8.8, true",
        "2606:4700:4700::1111, true",
        "64:ff9b::808:808, true",
        "10.1.2.3, false",
        "172.31.0.1, false",
        "172.32.0.1, true",
        "192.168.1.1, false",
        "100.64.0.1, false",
        "100.100.100.200, false",
        "169.254.169.254, false",
        "168.63.129.16, false",
        "192.0.0.192, false",
        "198.18.0.1, false",
        "224.0.0.1, false",
        "255.255.255.255, false",
        "fd00:ec2::254, false",
        "fe80::1, false",
        "fec0::1, false",
        "ff02::1, false",
        "::, false",
        "2001:db8::1, false",
        "2001::1, false",
        "2002:7f00:1::, false",
        "64:ff9b::a9fe:a9fe, false",
        "64:ff9b:1::1, false",
        "::ffff:10.0.0.1, false",
        "2a00:1450::5efe:a01:203, false",
        "2a00:1450::200:5efe:7f00:1, false",
        "2a00:1450::5efe:808:808, true",
        "2a00:1450:4001:80b::200e, true"
    })
    void whatIsPublic(String address, boolean isPublic) throws Exception {
        assertThat(SsrfPolicy.publicInternetOnly().filter().permits("any.example", InetAddress.getByName(address)))
                .isEqualTo(isPublic);
    }

    @Test
    void deniedBeatsAllowedAndAllowedBeatsTheRest() throws Exception {
        SsrfPolicy destinations = SsrfPolicy.publicInternetOnly()
                .allow("*.internal.example", "10.1.0.0/16", "fd00::/8")
                .deny("bad.internal.example", "10.1.9.0/24", "8.8.8.8");

        assertThat(permits(destinations, "erp.internal.example", "192.168.0.1")).isTrue();
        assertThat(permits(destinations, "ERP.INTERNAL.EXAMPLE.", "192.168.0.1"))
                .isTrue();
        assertThat(permits(destinations, "internal.example", "192.168.0.1")).isFalse();
        assertThat(permits(destinations, "evil-internal.example", "192.168.0.1"))
                .isFalse();
        assertThat(permits(destinations, "bad.internal.example", "10.1.2.3")).isFalse();
        assertThat(permits(destinations, "any.example", "10.1.2.3")).isTrue();
        assertThat(permits(destinations, "any.example", "10.1.9.3")).isFalse();
        assertThat(permits(destinations, "any.example", "fd12::1")).isTrue();
        assertThat(permits(destinations, "any.example", "8.8.8.8")).isFalse();
        assertThat(permits(SsrfPolicy.only("api.example.com"), "api.example.com", "8.8.4.4"))
                .isTrue();
        assertThat(permits(SsrfPolicy.only("api.example.com"), "example.com", "8.8.4.4"))
                .isFalse();
        assertThat(permits(SsrfPolicy.anywhere().deny("169.254.169.254"), "x", "::ffff:169.254.169.254"))
                .isFalse();
        assertThat(permits(SsrfPolicy.anywhere(), "x", "127.0.0.1")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "64:ff9b::/96, 64:ff9b::808:808",
        "::ffff:0:0/96, 10.1.2.3",
        "10.0.0.0/8, 64:ff9b::a01:203",
        "10.0.0.0/8, 64:ff9b:1::a01:203",
        "10.0.0.0/8, ::ffff:10.1.2.3",
        "10.0.0.0/8, 2002:a01:203::1",
        "10.0.0.0/8, 2001:0:a01:203::",
        "10.0.0.0/8, 2001::f5fe:fdfc",
        "10.0.0.0/8, fe80::5efe:a01:203",
        "10.0.0.0/8, 2a00::200:5efe:a01:203",
        "2002::/16, 2002:808:808::1",
        "2001::/32, 2001:0:808:808::"
    })
    void deniedAddressIsDeniedInEverySpelling(String denied, String address) throws Exception {
        if (!denied.startsWith("::ffff")) {
            assertThat(permits(SsrfPolicy.anywhere().deny(denied), "any.example", address))
                    .isFalse();
        }
        assertThat(permits(SsrfPolicy.anywhere().deny("172.16.0.0/12"), "any.example", address))
                .isTrue();
    }

    /** More lookups hang than there are threads for them: each call still ends at its deadline. */
    @Test
    void manyLookupsThatHangEndInTime() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        List<Duration> took = new CopyOnWriteArrayList<>();
        try (HttpConnection connection = connection("hanging.example", SsrfPolicy.anywhere())
                .lookup(host -> {
                    await(never);
                    return new InetAddress[0];
                })
                .connectTimeout(Duration.ofSeconds(20))
                .totalTimeout(Duration.ofMillis(500))
                .maxConnections(200)
                .build()) {
            for (int i = 0; i < 150; i++) {
                Thread thread = new Thread(() -> {
                    long start = System.nanoTime();
                    try {
                        connection.send(Request.get("/"));
                    } catch (TimedOutException e) {
                        took.add(Duration.ofNanos(System.nanoTime() - start));
                    }
                });
                threads.add(thread);
                thread.start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
        } finally {
            never.countDown();
        }

        assertThat(took).hasSize(150).allMatch(time -> time.compareTo(Duration.ofSeconds(10)) < 0);
    }

    private static boolean permits(SsrfPolicy destinations, String host, String address) throws Exception {
        return destinations.filter().permits(host, InetAddress.getByName(address));
    }

    @Test
    void nameThatResolvesToSomethingElseTheNextTime() {
        Deque<String> responses = new ArrayDeque<>(List.of("127.0.0.2", "127.0.0.1"));
        HttpConnectionBuilder builder = connection("rebind.example", SsrfPolicy.only("127.0.0.2"))
                .lookup(host -> new InetAddress[] {InetAddress.getByName(responses.remove())});
        try (HttpConnection connection = builder.build()) {
            assertThat(connection.send(Request.get("/")).status()).isEqualTo(200);
            service.resetRequests();

            assertRefused(catchThrowable(() -> connection.send(Request.get("/"))));
        }
    }

    @Test
    void onlyPermittedAddressesOfANameAreTried() {
        try (HttpConnection connection = connection("both.example", SsrfPolicy.only("127.0.0.2"))
                .lookup(host -> new InetAddress[] {address("127.0.0.9"), address("127.0.0.2")})
                .build()) {
            assertThat(connection.send(Request.get("/")).status()).isEqualTo(200);
        }
    }

    private static InetAddress address(String literal) throws UnknownHostException {
        return InetAddress.getByName(literal);
    }

    @Test
    void hostsThatAPublicServiceNamesMustBePublic() {
        AtomicReference<String> addressOfService = new AtomicReference<>("127.0.0.1");
        AtomicReference<AuthContext> opened = new AtomicReference<>();
        AuthStrategy auth = new AuthStrategy() {
            @Override
            public Request apply(Request request) {
                return request;
            }

            @Override
            public AuthStrategy open(AuthContext context) {
                opened.set(context);
                return this;
            }
        };
        HttpConnectionBuilder builder = HttpConnection.named("Service")
                .baseUrl("http://service.example:" + service.getPort())
                .retry(RetryPolicy.none())
                .auth(auth)
                .lookup(host -> new InetAddress[] {
                    address(host.equals("service.example") ? addressOfService.get() : "127.0.0.1")
                });
        Request inside = Request.get("http://inside.example:" + service.getPort() + "/secret");
        AuthContext discovered;
        try (HttpConnection connection = builder.build()) {
            discovered = opened.get().forDiscoveredHosts();
            assertThat(connection.send(Request.get("/")).status()).isEqualTo(200);
            assertThat(discovered.send(inside).status())
                    .as("private, like the service")
                    .isEqualTo(200);
            assertThat(discovered.send(Request.get("/")).status()).isEqualTo(200);
            addressOfService.set("8.8.8.8");
            service.resetRequests();

            assertRefused(catchThrowable(() -> discovered.send(inside)));
            assertThat(opened.get().send(inside).status())
                    .as("configured by the user")
                    .isEqualTo(200);
        }
        assertThat(catchThrowable(() -> discovered.send(inside))).hasMessageContaining("is closed");
    }

    @Test
    void redirectIsJudgedToo() {
        service.stubFor(any(urlEqualTo("/"))
                .willReturn(aResponse()
                        .withStatus(307)
                        .withHeader("Location", "http://inside.example:" + service.getPort() + "/secret")));
        Throwable failure = failure(connection("outside.example", SsrfPolicy.only("outside.example"))
                .lookup(host -> new InetAddress[] {address("127.0.0.1")}));

        assertThat(failure)
                .isInstanceOf(CannotConnectException.class)
                .hasMessageContaining("inside.example is not permitted");
        assertThat(service.findAll(anyRequestedFor(urlEqualTo("/secret")))).isEmpty();
    }

    @Test
    void socketThatAnotherConnectionHasOpenedIsNotUsed() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        try (HttpConnection free =
                HttpConnection.named("Our own").baseUrl(service.baseUrl()).build()) {
            free.send(Request.get("/"));
            service.resetRequests();

            assertRefused(failure(connection("localhost", SsrfPolicy.publicInternetOnly())));
        }
    }

    @Test
    void refusalIsFinal() {
        try (HttpConnection connection = connection("localhost", SsrfPolicy.publicInternetOnly())
                .retry(RetryPolicy.maxAttempts(5))
                .build()) {
            CannotConnectException e =
                    catchThrowableOfType(CannotConnectException.class, () -> connection.send(Request.get("/")));

            assertThat(e.exchange().orElseThrow().attempts()).isEqualTo(1);
        }
    }

    @Test
    void connectionTestSaysIt() {
        try (HttpConnection connection = connection("localhost", SsrfPolicy.publicInternetOnly())
                .test(Request.get("/"))
                .build()) {
            assertThat(connection.test().outcome()).isEqualTo(ConnectionTestResult.Outcome.NOT_ALLOWED);
        }
    }

    @Test
    void secondAddressIsTriedWhenTheFirstDoesNotAnswer() {
        try (HttpConnection connection = HttpConnection.named("Two addresses")
                .baseUrl("http://two.example:" + service.getPort())
                .lookup(host -> new InetAddress[] {address("240.0.0.1"), address("127.0.0.1")})
                .connectTimeout(Duration.ofSeconds(4))
                .build()) {
            assertThat(connection.send(Request.get("/")).status()).isEqualTo(200);
        }
    }

    @Test
    void slowDnsEndsInTime() {
        CountDownLatch never = new CountDownLatch(1);
        HttpConnectionBuilder slow = connection("slow.example", SsrfPolicy.anywhere())
                .lookup(host -> {
                    await(never);
                    return new InetAddress[0];
                });
        long start = System.nanoTime();

        TimedOutException connect = (TimedOutException) failure(slow.connectTimeout(Duration.ofMillis(200)));
        TimedOutException total = (TimedOutException)
                failure(slow.connectTimeout(Duration.ofSeconds(20)).totalTimeout(Duration.ofMillis(200)));

        assertThat(connect.phase()).isEqualTo(TimedOutException.Phase.CONNECT);
        assertThat(total.phase()).isEqualTo(TimedOutException.Phase.TOTAL);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
        never.countDown();
    }

    @Test
    void interruptEndsTheWaitingForTheDns() {
        CountDownLatch never = new CountDownLatch(1);
        Thread sender = Thread.currentThread();
        HttpConnectionBuilder slow = connection("slow.example", SsrfPolicy.anywhere())
                .lookup(host -> {
                    sender.interrupt();
                    await(never);
                    return new InetAddress[0];
                });

        Throwable failure = failure(slow);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(failure).isInstanceOf(TransferException.class).hasMessageContaining("interrupted");
        never.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void badPatternsAndWhatCannotBeJudged() {
        for (String bad :
                new String[] {"10.0.0.0/33", "a b", "http://x", "x/y", "", "*", "*.*", "x:80", "1.2.3.4/-1"}) {
            assertThatThrownBy(() -> SsrfPolicy.only(bad))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("is not a host");
        }
        assertThat(catchThrowableOfType(
                                InvalidDefinitionException.class,
                                () -> connection("x", SsrfPolicy.publicInternetOnly())
                                        .proxy(Proxy.http("proxy", 1))
                                        .unixSocket(Path.of("/run/x"))
                                        .build())
                        .problems())
                .hasSize(2)
                .allMatch(problem -> problem.matches("(destinations|proxy): .*"));
    }
}
