package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.transport.HttpTransport;
import io.httpconnector.transport.TransportException;
import io.httpconnector.transport.TransportExchange;
import io.httpconnector.transport.TransportRequest;
import io.httpconnector.transport.TransportResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** Transports of the application, also such that break the contract of {@link HttpTransport}. */
@NullUnmarked
class OwnTransportTest {

    private static final List<TransportRequest.HeaderField> TEXT =
            List.of(new TransportRequest.HeaderField("Content-Type", "text/plain", false));

    private final AtomicInteger closed = new AtomicInteger();

    /** A response in memory. */
    private final class Reply implements TransportResponse {

        private final int status;
        private final List<TransportRequest.HeaderField> fields;
        private final String text;

        Reply(int status, List<TransportRequest.HeaderField> fields, String text) {
            this.status = status;
            this.fields = fields;
            this.text = text;
        }

        @Override
        public int status() {
            return status;
        }

        @Override
        public List<TransportRequest.HeaderField> fields() {
            return fields;
        }

        @Override
        public InputStream body() {
            return text == null ? null : new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void limitIdleTime(Duration limit) {
            // The body is in memory.
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    /** Sends a request. */
    private interface Sending {
        TransportResponse send() throws IOException, InterruptedException;
    }

    private static TransportExchange exchange(Sending sending) {
        return new TransportExchange() {
            @Override
            public TransportResponse send() throws IOException, InterruptedException {
                return sending.send();
            }

            @Override
            public void cancel() {
                // There is nothing to end.
            }
        };
    }

    private static HttpConnection connection(TransportExchange exchange) {
        HttpTransport transport = new HttpTransport() {
            @Override
            public TransportExchange exchange(TransportRequest request) {
                return exchange;
            }

            @Override
            public void close() {
                // There is nothing to release.
            }
        };
        return HttpConnection.named("Service")
                .baseUrl("http://service.example.com")
                .transport(settings -> transport)
                .retry(RetryPolicy.none())
                .build();
    }

    private void assertBreach(String message, TransportExchange exchange) {
        try (HttpConnection connection = connection(exchange)) {
            assertThatThrownBy(() -> connection.send(Request.get("/")))
                    .isInstanceOf(ConnectorException.class)
                    .hasMessageContaining(message);
        }
    }

    @Test
    void responseOfAnOwnTransport() {
        try (HttpConnection connection = connection(exchange(() -> new Reply(200, TEXT, "hello")))) {
            assertThat(connection.send(Request.get("/")).text()).isEqualTo("hello");
            assertThat(closed).hasValue(1);
        }
    }

    @Test
    void missingResultsAreNamed() {
        String contract = "The transport breaks its contract: ";
        assertBreach(contract + "HttpTransport.exchange returned null", null);
        assertBreach(contract + "TransportExchange.send returned null", exchange(() -> null));
        assertBreach(contract + "TransportResponse.fields returned null", exchange(() -> new Reply(200, null, "a")));
        assertBreach(
                contract + "TransportResponse.fields returned null at index 1",
                exchange(() -> new Reply(200, Arrays.asList(TEXT.get(0), null), "a")));
        assertBreach(contract + "TransportResponse.body returned null", exchange(() -> new Reply(200, TEXT, null)));
        assertThat(closed).hasValue(3);
    }

    @Test
    void invalidStatusCodesAreRejected() {
        for (int status : new int[] {-1, 0, 100, 199}) {
            assertBreach(
                    "status " + status + ", although it is not final", exchange(() -> new Reply(status, TEXT, "")));
        }
        for (int status : new int[] {1000, Integer.MAX_VALUE}) {
            assertBreach(
                    "status " + status + ", which has more than three digits",
                    exchange(() -> new Reply(status, TEXT, "")));
        }
        assertThat(closed).hasValue(6);
    }

    @Test
    void tooManyFieldsAreRejected() {
        assertBreach(
                "the response headers are too large",
                exchange(() -> new Reply(200, Collections.nCopies(501, TEXT.get(0)), "a")));
    }

    @Test
    void failureOfAProxyWithoutConfiguredProxy() {
        assertBreach("no connection through a proxy: ", exchange(() -> {
            throw new TransportException(TransportException.FailureKind.PROXY, new IOException("refused"));
        }));
    }
}
