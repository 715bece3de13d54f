package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(30)
class AsyncTest {

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private static HttpConnectionBuilder connection(String baseUrl) {
        return HttpConnection.named("Service").baseUrl(baseUrl);
    }

    @Test
    void manyRequestsAtOnce() throws Exception {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}").withFixedDelay(20)));
        try (HttpConnection connection = connection(service.baseUrl()).build()) {
            List<CompletableFuture<Response>> responses = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                responses.add(connection.sendAsync(Request.get("/" + i)));
            }

            for (CompletableFuture<Response> response : responses) {
                assertThat(response.get().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void threadIsAVirtualOneWhereTheJvmHasThem() throws Exception {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        CompletableFuture<String> thread = new CompletableFuture<>();
        AuthStrategy spy = request -> {
            thread.complete(Thread.currentThread().toString());
            return request;
        };
        try (HttpConnection connection = connection(service.baseUrl()).auth(spy).build()) {
            connection.sendAsync(Request.get("/")).get();
        }

        assertThat(thread.get().startsWith("VirtualThread"))
                .isEqualTo(Runtime.version().feature() >= 21);
    }

    @Test
    void failureIsTheOneOfSend() {
        service.stubFor(any(urlEqualTo("/missing")).willReturn(aResponse().withStatus(404)));
        try (HttpConnection connection = connection(service.baseUrl()).build()) {
            CompletableFuture<Response> response = connection.sendAsync(Request.get("/missing"));

            assertThatThrownBy(response::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(StatusException.class);
        }
    }

    @Test
    void cancelEndsTheExchange() throws Exception {
        try (ServerSocket silent = new ServerSocket(0);
                HttpConnection connection =
                        connection("http://localhost:" + silent.getLocalPort()).build()) {
            CompletableFuture<Response> response = connection.sendAsync(Request.get("/"));
            try (Socket accepted = silent.accept()) {
                accepted.setSoTimeout(10_000);
                assertThat(accepted.getInputStream().read()).isEqualTo('G');

                assertThat(response.cancel(true)).isTrue();

                // The client hangs up.
                assertThat(accepted.getInputStream().readAllBytes()).isNotEmpty();
            }
            assertThat(response).isCancelled();
        }
    }

    @Test
    void threadOfYoursIsFreeOfTheInterruptAfterwards() throws Exception {
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Executor yours = task -> new Thread(() -> {
                    task.run();
                    interrupted.complete(Thread.currentThread().isInterrupted());
                })
                .start();
        try (ServerSocket silent = new ServerSocket(0);
                HttpConnection connection =
                        connection("http://localhost:" + silent.getLocalPort()).build()) {
            CompletableFuture<Response> response = connection.sendAsync(Request.get("/"), yours);
            try (Socket accepted = silent.accept()) {
                assertThat(accepted.getInputStream().read()).isEqualTo('G');
                response.orTimeout(10, TimeUnit.MILLISECONDS);

                assertThat(interrupted.get(10, TimeUnit.SECONDS)).isFalse();
            }
        }
    }

    @Test
    void requestThatIsCancelledBeforeItsTurnIsNotSent() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        try (HttpConnection connection = connection(service.baseUrl()).build()) {
            List<Runnable> queue = new ArrayList<>();
            CompletableFuture<Response> response = connection.sendAsync(Request.get("/"), queue::add);
            response.cancel(true);

            queue.get(0).run();

            assertThat(service.getAllServeEvents()).isEmpty();
        }
    }

    @Test
    void timeInTheQueueOfTheExecutorCounts() throws Exception {
        FakeTime time = new FakeTime();
        try (HttpConnection connection =
                connection(service.baseUrl()).timeSource(time).build()) {
            List<Runnable> queue = new ArrayList<>();
            CompletableFuture<Response> response = connection.sendAsync(Request.get("/"), queue::add);
            time.pass(Duration.ofMinutes(2));

            queue.get(0).run();

            assertThatThrownBy(response::get).cause().isInstanceOf(TimedOutException.class);
        }
    }

    @Test
    void executorThatIsFullSaysSo() {
        ThreadPoolExecutor closed = new ThreadPoolExecutor(1, 1, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(1));
        closed.shutdown();
        try (HttpConnection connection = connection(service.baseUrl()).build()) {
            assertThatThrownBy(connection.sendAsync(Request.get("/"), closed)::get)
                    .cause()
                    .isInstanceOf(ConnectorException.class)
                    .hasMessageContaining("accepts no more requests");
        }
    }
}
