package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.httpconnector.transport.HttpTransport;
import io.httpconnector.transport.JdkTransport;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The faults of {@link FaultsTest} with the transport of the JDK, and the differences. */
class JdkFaultsTest extends FaultsTest {

    /** A regular expression of the faults that the parser of the JDK repairs. */
    private static final String REPAIRED = "(NUL|CR)_.*|STATUS_OUT_OF_RANGE";

    private final Queue<HttpTransport> transports = new ConcurrentLinkedQueue<>();

    @Override
    HttpConnectionBuilder connection(int port) {
        return super.connection(port).transport(settings -> {
            HttpTransport opened = JdkTransport.http2().open(settings);
            transports.add(opened);
            return opened;
        });
    }

    @Override
    int leased() {
        return transports.stream().mapToInt(one -> one.sockets().active()).sum();
    }

    /** The client of the JDK does not reveal its idle sockets. */
    @Override
    void assertIdle(int sockets) {
        assertThat(transports).allMatch(one -> one.sockets().idle() == 0);
    }

    /** The client of the JDK itself repeats a GET once when the service has closed the connection without a response. */
    @Override
    int requestsOfFourAttempts(Fault fault) {
        return fault.name().endsWith("BEFORE_THE_HEADERS") && !fault.name().startsWith("STALLED") ? 8 : 4;
    }

    @Override
    @ParameterizedTest
    @EnumSource(value = Fault.class, mode = EnumSource.Mode.MATCH_NONE, names = REPAIRED)
    void everyFaultEndsInItsException(Fault fault) throws Exception {
        super.everyFaultEndsInItsException(fault);
    }

    /** What the header fields of the JDK do not show can't be rejected. */
    @ParameterizedTest
    @EnumSource(value = Fault.class, mode = EnumSource.Mode.MATCH_ALL, names = REPAIRED)
    void headThatTheParserRepairs(Fault fault) throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                HttpConnection connection = connection(server.getLocalPort()).build()) {
            serve(server, fault, new AtomicInteger(), done);
            assertThat(connection.send(Request.get("/orders")).status()).isEqualTo(200);
        }
        done.await();
    }

    /** The JDK always checks host names. */
    @Override
    @Test
    void hostNameThatIsNotCheckedIsLogged() {
        assertThatThrownBy(() -> connection(1).withoutHostnameCheck().build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("withoutHostnameCheck: it needs Apache HttpClient");
    }

    /** The moments of {@link FaultsTest} are known from the log of Apache HttpClient; here it is the handshake. */
    @Override
    void requestThatEndsWhileItGetsASocket(String moment) {
        // Replaced by the next test.
    }

    @Test
    void requestThatEndsDuringTheHandshake() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                HttpConnection brief = connection(1)
                        .totalTimeout(Duration.ofMillis(800))
                        .responseTimeout(Duration.ofSeconds(20))
                        .build();
                HttpConnection closed =
                        connection(1).responseTimeout(Duration.ofSeconds(20)).build()) {
            Request request = Request.get("https://localhost:" + silent.getLocalPort() + "/");
            assertThat(catchThrowableOfType(ConnectorException.class, () -> brief.send(request)))
                    .isInstanceOfSatisfying(
                            TimedOutException.class,
                            e -> assertThat(e.phase()).isEqualTo(TimedOutException.Phase.TOTAL));
            try (Socket first = silent.accept()) {
                assertThat(first.getInputStream().read()).isGreaterThan(0);
            }
            Runnable close = closed::close;
            CompletableFuture<Response> sent = closed.sendAsync(request);
            try (Socket second = silent.accept()) {
                assertThat(second.getInputStream().read()).isGreaterThan(0);
                close.run();
                assertThat(sent.handle((response, e) -> e).get())
                        .isInstanceOf(TransferException.class)
                        .hasMessageContaining("the connection was closed");
            }
            assertNoneIsOpen(silent);
        }
        assertNothingIsLeased();
    }
}
