package io.httpconnector.cache;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.ConnectorException;
import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.Interceptor;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.RetryPolicy;
import io.httpconnector.StatusException;
import io.httpconnector.cache.ResponseCache.CacheResult;
import io.httpconnector.stream.EventStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests when stored responses become outdated by other requests and responses. */
@Timeout(30)
class CacheUpdateTest {

    private static final Request GET = Request.get("/x");

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @TempDir
    static Path directory;

    private final FakeTime time = new FakeTime();
    private final CountDownLatch received = new CountDownLatch(1);
    private final CountDownLatch written = new CountDownLatch(1);
    private HttpConnection connection = connection(CacheSettings.defaults());

    private HttpConnection connection(CacheSettings settings) {
        return HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .timeSource(time)
                .retry(RetryPolicy.none())
                .around(ResponseCache.of(settings))
                .around(Interceptor.Placement.INSIDE_RETRIES, this::delayed)
                .build();
    }

    /** Delays a response with the field X-Delayed until the resource was written. */
    private Response delayed(Interceptor.Chain chain) throws InterruptedException {
        Response response = chain.proceed(chain.request());
        if (response.headers().first("X-Delayed").isPresent()) {
            received.countDown();
            assertThat(written.await(20, TimeUnit.SECONDS)).isTrue();
        }
        return response;
    }

    @AfterEach
    void close() {
        connection.close();
    }

    private static ResponseDefinitionBuilder ok(String body, String... fields) {
        ResponseDefinitionBuilder response = aResponse().withBody(body);
        for (int i = 0; i < fields.length; i += 2) {
            response.withHeader(fields[i], fields[i + 1]);
        }
        return response;
    }

    private static void responds(ResponseDefinitionBuilder response) {
        service.stubFor(get(anyUrl()).willReturn(response));
    }

    /** Sends a request that changes the resource. */
    interface Writer {
        void write(HttpConnection connection, Request request) throws IOException;
    }

    static Stream<Arguments> writers() {
        Writer read = (connection, request) -> connection.read(request, (response, body) -> body.readAllBytes());
        Writer download = (connection, request) ->
                connection.download(request, directory.resolve("file-" + System.identityHashCode(connection)));
        Writer stream = (connection, request) -> EventStream.of(request).events(connection, event -> true);
        return Stream.of(
                Arguments.of("read", read), Arguments.of("download", download), Arguments.of("stream", stream));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("writers")
    void aStreamedWriteRemovesTheStoredResponse(String name, Writer writer) throws IOException {
        service.stubFor(post(anyUrl()).willReturn(ok("data: 1\n\n", "Content-Type", "text/event-stream")));
        responds(ok("old", "Cache-Control", "max-age=60"));
        connection.send(GET);
        responds(ok("new", "Cache-Control", "max-age=60"));

        writer.write(connection, Request.post("/x"));

        assertThat(connection.send(GET).text()).isEqualTo("new");
    }

    @Test
    void aWriteWhoseResponseIsLostRemovesTheStoredResponse() {
        service.stubFor(post(anyUrl()).willReturn(aResponse().withFault(Fault.EMPTY_RESPONSE)));
        responds(ok("old", "Cache-Control", "max-age=60"));
        connection.send(GET);
        responds(ok("new", "Cache-Control", "max-age=60"));

        assertThatThrownBy(() -> connection.send(Request.post("/x"))).isInstanceOf(ConnectorException.class);

        assertThat(connection.send(GET).text()).isEqualTo("new");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aResponseThatIsReceivedDuringAWriteIsNotStored(boolean isConfirmation) throws Exception {
        service.stubFor(post(anyUrl()).willReturn(ok("done")));
        if (isConfirmation) {
            responds(ok("old", "Cache-Control", "max-age=0", "ETag", "\"a\""));
            connection.send(GET);
            responds(aResponse()
                    .withStatus(304)
                    .withHeader("Cache-Control", "max-age=60")
                    .withHeader("X-Delayed", "1"));
        } else {
            responds(ok("old", "Cache-Control", "max-age=60", "X-Delayed", "1"));
        }
        CompletableFuture<Response> outdated = connection.sendAsync(GET);
        assertThat(received.await(20, TimeUnit.SECONDS)).isTrue();

        connection.send(Request.post("/x"));
        responds(ok("new", "Cache-Control", "max-age=60"));
        written.countDown();

        assertThat(outdated.get(20, TimeUnit.SECONDS).text()).isEqualTo("old");
        assertThat(connection.send(GET).text()).isEqualTo("new");
    }

    @Test
    void aConfirmationThatVariesInAnyWayIsNotReused() {
        responds(ok("a", "Cache-Control", "max-age=0", "ETag", "\"a\""));
        connection.send(GET);
        responds(aResponse()
                .withStatus(304)
                .withHeader("Cache-Control", "max-age=60")
                .withHeader("Vary", "*"));
        assertThat(connection.send(GET).text()).isEqualTo("a");
        responds(ok("b"));

        assertThat(connection.send(GET).text()).isEqualTo("b");
    }

    @Test
    void aConfirmationCanAddAFieldToVary() {
        Request request = GET.header("Accept-Language", "de");
        CacheSettings ignoring = CacheSettings.defaults().ignoredHeaders("Accept-Language");
        connection.close();
        connection = connection(ignoring);
        responds(ok("a", "Cache-Control", "max-age=0", "ETag", "\"a\""));
        connection.send(request);
        responds(aResponse()
                .withStatus(304)
                .withHeader("Cache-Control", "max-age=60")
                .withHeader("Vary", "Accept-Language"));
        assertThat(connection.send(request).text()).isEqualTo("a");
        responds(ok("fr"));

        assertThat(connection.send(GET.header("Accept-Language", "fr")).text()).isEqualTo("fr");
        assertThat(connection.send(request).text()).isEqualTo("a");
    }

    @ParameterizedTest
    @CsvSource({
        "'max-age=0, stale-if-error=60', 30, true",
        "'max-age=0, stale-if-error=60', 61, false",
        "'max-age=0, stale-if-error=60, must-revalidate', 30, false"
    })
    void aStaleResponseIsStoredForErrors(String control, int seconds, boolean isUsed) {
        responds(ok("a", "Cache-Control", control));
        connection.send(GET);
        responds(aResponse().withStatus(503));
        time.pass(Duration.ofSeconds(seconds));

        if (isUsed) {
            Response response = connection.send(GET);
            assertThat(response.text()).isEqualTo("a");
            assertThat(ResponseCache.result(response.headers())).hasValue(CacheResult.STALE);
        } else {
            assertThatThrownBy(() -> connection.send(GET)).isInstanceOf(StatusException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"403, false", "404, false", "410, false", "429, true", "500, true"})
    void aRefusalReplacesTheStoredResponse(int status, boolean isKept) {
        connection.close();
        connection = connection(CacheSettings.defaults().staleIfError(Duration.ofHours(1)));
        responds(ok("mine", "ETag", "\"a\""));
        connection.send(GET);
        responds(aResponse().withStatus(status));
        if (status != 500) {
            assertThatThrownBy(() -> connection.send(GET)).isInstanceOf(ConnectorException.class);
        }
        service.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(503)));

        if (isKept) {
            assertThat(connection.send(GET).text()).isEqualTo("mine");
        } else {
            assertThatThrownBy(() -> connection.send(GET)).isInstanceOf(StatusException.class);
        }
    }
}
