package io.httpconnector;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static io.httpconnector.Interceptor.Placement.INSIDE_RETRIES;
import static io.httpconnector.Interceptor.Placement.OUTSIDE_RETRIES;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
class InterceptorTest {

    private static final Headers JSON = Headers.of(Map.of("Content-Type", List.of("application/json")));

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @RegisterExtension
    static WireMockExtension stranger = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @TempDir
    Path directory;

    private final FakeTime time = new FakeTime();
    private final List<String> events = new CopyOnWriteArrayList<>();

    private HttpConnectionBuilder connection() {
        return HttpConnection.named("Service").baseUrl(service.baseUrl()).timeSource(time);
    }

    private Interceptor recording(String name) {
        return chain -> {
            events.add(name + ">");
            try {
                return chain.proceed(chain.request());
            } finally {
                events.add("<" + name);
            }
        };
    }

    private static AuthStrategy bearer(String token) {
        return request -> request.header("Authorization", "Bearer " + token);
    }

    @Test
    void interceptorsRunInOrderOutsideAndInsideRetriesAndBeforeTheAuthStrategySigns() {
        service.stubFor(get("/").inScenario("retry")
                .whenScenarioStateIs("Started")
                .willSetStateTo("ok")
                .willReturn(aResponse().withStatus(503)));
        service.stubFor(get("/").inScenario("retry").whenScenarioStateIs("ok").willReturn(okJson("{}")));
        AuthStrategy auth = request -> {
            events.add("sign");
            return request.header("Authorization", "Bearer x");
        };

        try (HttpConnection connection = connection()
                .auth(auth)
                .around(recording("outer"))
                .around(INSIDE_RETRIES, recording("attempt 1"))
                .around(recording("inner"))
                .around(INSIDE_RETRIES, recording("attempt 2"))
                .build()) {
            assertThat(connection.send(Request.get("/")).exchange().attempts()).isEqualTo(2);
        }

        List<String> attempt = List.of("attempt 1>", "attempt 2>", "sign", "<attempt 2", "<attempt 1");
        List<String> expected = new ArrayList<>(List.of("outer>", "inner>"));
        expected.addAll(attempt);
        expected.addAll(attempt);
        expected.addAll(List.of("<inner", "<outer"));
        assertThat(events).containsExactlyElementsOf(expected);
    }

    @ParameterizedTest
    @EnumSource(Interceptor.Placement.class)
    void anInterceptorChangesHeaderQueryAndBodyAndTheResultIsSigned(Interceptor.Placement placement) {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        AuthStrategy signing = request -> request.header(
                "X-Signature",
                Secret.of(request.header("X-Tenant").orElse("-") + "|"
                        + request.uri().getQuery() + "|"
                        + new String(request.body().orElseThrow().toBytes(), UTF_8)));

        try (HttpConnection connection = connection()
                .auth(signing)
                .header("X-Default", "d")
                .around(
                        placement,
                        chain -> chain.proceed(chain.request()
                                .header("X-Tenant", "a")
                                .query("page", "2")
                                .bodyField("added", "b")))
                .build()) {
            connection.send(Request.post("/items").json("{\"own\":1}"));
        }

        service.verify(postRequestedFor(urlEqualTo("/items?page=2"))
                .withHeader("X-Tenant", equalTo("a"))
                .withHeader("X-Default", equalTo("d"))
                .withHeader("X-Signature", equalTo("a|page=2|{\"own\":1,\"added\":\"b\"}")));
    }

    /** Everything that an interceptor can read. */
    private static String all(Interceptor.Chain chain, Response response) {
        Request request = chain.request();
        StringBuilder seen = new StringBuilder();
        seen.append(request).append(request.uri()).append(request.preview()).append(chain.identity());
        request.headerNames().forEach(name -> seen.append(request.headers(name)));
        request.body().ifPresent(body -> seen.append(body).append(new String(body.toBytes(), UTF_8)));
        seen.append(response).append(response.headers()).append(response.text()).append(response.exchange());
        seen.append(response.headers().all("Set-Cookie"));
        return seen.toString();
    }

    @ParameterizedTest
    @EnumSource(Interceptor.Placement.class)
    void anInterceptorSeesNoSecretAndTheServiceAndTheApplicationStillReceiveThem(Interceptor.Placement placement) {
        service.stubFor(any(anyUrl())
                .willReturn(aResponse()
                        .withHeader("Set-Cookie", "session=c00kie-secret; Path=/")
                        .withHeader("X-Echo", "Bearer t0ken-secret-1")
                        .withBody("{\"echo\":\"query-secret-2\",\"token\":\"t0ken-secret-1\"}")));
        StringBuilder seen = new StringBuilder();
        Request request = Request.post("/items")
                .query("key", Secret.of("query-secret-2"))
                .header("X-Key", Secret.of("header-secret-3"))
                .header("Cookie", "own=cookie-secret-4")
                .json("{\"text\":\"rendered-secret-5\"}")
                .masking(Secret.of("rendered-secret-5"))
                .bodyField("password", Secret.of("body-secret-6"));

        Response response;
        try (HttpConnection connection = connection()
                .auth(bearer("t0ken-secret-1"))
                .header("X-Default-Key", Secret.of("default-secret-7"))
                .around(placement, chain -> {
                    Response received = chain.proceed(chain.request().header("X-Added", "yes"));
                    seen.append(all(chain, received));
                    assertThat(chain.isMasked(received)).isTrue();
                    return received;
                })
                .build()) {
            response = connection.send(request);
        }

        assertThat(seen.toString()).doesNotContain("secret").contains("***", "session=***", "\"token\":\"***\"");
        service.verify(postRequestedFor(urlEqualTo("/items?key=query-secret-2"))
                .withHeader("Authorization", equalTo("Bearer t0ken-secret-1"))
                .withHeader("X-Key", equalTo("header-secret-3"))
                .withHeader("Cookie", equalTo("own=cookie-secret-4"))
                .withHeader("X-Default-Key", equalTo("default-secret-7"))
                .withHeader("X-Added", equalTo("yes"))
                .withRequestBody(equalTo("{\"text\":\"rendered-secret-5\",\"password\":\"body-secret-6\"}")));
        assertThat(response.text()).contains("query-secret-2", "t0ken-secret-1");
        assertThat(response.headers().first("Set-Cookie")).hasValue("session=c00kie-secret; Path=/");
        assertThat(response.exchange().toString()).doesNotContain("secret");
    }

    @Test
    void aBodyWithASecretCanBeExtendedWithoutBeingSeen() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        Interceptor extending = chain -> {
            Request request = chain.request();
            assertThat(new String(request.body().orElseThrow().toBytes(), UTF_8))
                    .doesNotContain("body-secret");
            return chain.proceed(request.bodyField("added", "1")
                    .header("X-Key", request.header("X-Key").orElseThrow()));
        };

        try (HttpConnection connection = connection().around(extending).build()) {
            connection.send(Request.post("/form")
                    .body(Body.form().field("password", Secret.of("body-secret")))
                    .header("X-Key", Secret.of("key-secret")));
            connection.send(Request.post("/json")
                    .json(Map.of("a", 1))
                    .bodyField("password", Secret.of("body-secret"))
                    .header("X-Key", Secret.of("key-secret")));
            connection.send(Request.post("/multipart")
                    .body(Body.multipart().field("password", Secret.of("body-secret")))
                    .header("X-Key", Secret.of("key-secret")));
        }

        service.verify(postRequestedFor(urlEqualTo("/form"))
                .withRequestBody(equalTo("password=body-secret&added=1"))
                .withHeader("X-Key", equalTo("key-secret")));
        service.verify(postRequestedFor(urlEqualTo("/json"))
                .withRequestBody(equalTo("{\"a\":1,\"password\":\"body-secret\",\"added\":\"1\"}")));
        service.verify(postRequestedFor(urlEqualTo("/multipart"))
                .withRequestBody(containing("body-secret"))
                .withRequestBody(containing("name=\"added\"")));
    }

    @Test
    void aMultipartFormIsShownWithMasks(@TempDir Path directory) throws IOException {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        Path file = Files.writeString(directory.resolve("a.txt"), "content of a file");
        List<String> seen = new ArrayList<>();
        Interceptor looking = chain -> {
            Body body = chain.request().body().orElseThrow();
            seen.add(new String(body.toBytes(), UTF_8));
            seen.add(new String(body.field("more", "added-value").toBytes(), UTF_8));
            seen.add(new String(Body.multipart().part("x", body).toBytes(), UTF_8));
            return chain.proceed(chain.request());
        };
        try (HttpConnection connection = connection().around(looking).build()) {
            connection.send(Request.post("/multipart")
                    .body(Body.multipart()
                            .field("name", "Acme")
                            .field("password", Secret.of("body-secret"))
                            .part("j", Body.json(Map.of("copy", "body-secret")))
                            .part("b", "b.bin", Body.bytes(new byte[] {(byte) 0xff, 0}, "image/png"))
                            .file("f", file, "text/plain")));
        }
        assertThat(seen)
                .hasSize(3)
                .allSatisfy(text -> assertThat(text)
                        .contains(
                                "name=\"name\"\r\n\r\nAcme\r\n",
                                "name=\"password\"\r\n\r\n***\r\n",
                                "{\"copy\":\"***\"}")
                        .contains("Content-Type: image/png\r\n\r\n***\r\n", "filename=\"a.txt\"")
                        .doesNotContain("body-secret"));
        assertThat(seen.get(1)).contains("added-value");
        service.verify(postRequestedFor(urlEqualTo("/multipart"))
                .withRequestBody(containing("name=\"password\"\r\n\r\nbody-secret"))
                .withRequestBody(containing("content of a file")));
    }

    @ParameterizedTest
    @EnumSource(Interceptor.Placement.class)
    void aRequestThatAnInterceptorMovesToAnotherOriginHasNoCredentials(Interceptor.Placement placement) {
        stranger.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        try (HttpConnection connection = connection()
                .auth(bearer("t0ken"))
                .header("X-Default", Secret.of("default-secret"))
                .around(placement, chain -> chain.proceed(chain.request().withUrl(stranger.baseUrl() + "/x")))
                .build()) {
            connection.send(Request.get("/").header("X-Key", Secret.of("key")).header("Cookie", "a=b"));

            assertThatThrownBy(() -> connection.send(Request.get("/")
                            .query("key", Secret.of("q"))
                            .json("{}")
                            .bodyField("p", Secret.of("body-secret"))))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("has a secret in its query or body");
        }

        stranger.verify(
                1,
                getRequestedFor(urlEqualTo("/x"))
                        .withoutHeader("Authorization")
                        .withoutHeader("X-Key")
                        .withoutHeader("Cookie")
                        .withoutHeader("X-Default"));
        stranger.verify(1, anyRequestedFor(anyUrl()));
    }

    @Test
    void aRedirectToAnotherOriginStaysWithoutCredentialsWhateverAnInterceptorDoes() {
        service.stubFor(
                get("/").willReturn(aResponse().withStatus(302).withHeader("Location", stranger.baseUrl() + "/x")));
        service.stubFor(get("/back").willReturn(okJson("{}")));
        try (HttpConnection connection = connection()
                .auth(bearer("t0ken"))
                .around(
                        INSIDE_RETRIES,
                        chain -> chain.proceed(
                                chain.request().uri().getPath().equals("/x")
                                        ? chain.request().withUrl(service.baseUrl() + "/back")
                                        : chain.request()))
                .build()) {
            connection.send(Request.get("/"));
        }

        service.verify(getRequestedFor(urlEqualTo("/back")).withoutHeader("Authorization"));
    }

    @ParameterizedTest
    @EnumSource(Interceptor.Placement.class)
    void aSyntheticResponseIsReturnedReadDownloadedAndTested(Interceptor.Placement placement) throws IOException {
        try (HttpConnection connection = connection()
                .test(Request.get("/test"))
                .around(placement, chain -> chain.respond(200, JSON, "{\"id\":7}".getBytes(UTF_8)))
                .build()) {
            assertThat(connection.send(Request.get("/")).json().path("id").asInt())
                    .isEqualTo(7);
            assertThat(connection.sendAsync(Request.get("/")).join().text()).isEqualTo("{\"id\":7}");
            String read = connection.read(
                    Request.get("/"), (response, body) -> response.status() + new String(body.readAllBytes(), UTF_8));
            assertThat(read).isEqualTo("200{\"id\":7}");
            Path file = directory.resolve("file");
            connection.download(Request.get("/"), file);
            assertThat(Files.readString(file)).isEqualTo("{\"id\":7}");
            assertThat(connection.test().ok()).isTrue();
        }
        service.verify(0, anyRequestedFor(anyUrl()));
    }

    @Test
    void aSyntheticResponseIsClassifiedAndRetriedInside() {
        AtomicInteger count = new AtomicInteger();
        try (HttpConnection outside = connection()
                        .around(chain -> chain.respond(404, JSON, "{}".getBytes(UTF_8)))
                        .build();
                HttpConnection inside = connection()
                        .around(
                                INSIDE_RETRIES,
                                chain -> chain.respond(count.incrementAndGet() < 3 ? 503 : 200, JSON, new byte[0]))
                        .build()) {
            assertThat(catchThrowableOfType(StatusException.class, () -> outside.send(Request.get("/")))
                            .status())
                    .isEqualTo(404);
            assertThat(catchThrowableOfType(
                                    StatusException.class,
                                    () -> outside.read(Request.get("/"), (response, body) -> body.read()))
                            .status())
                    .isEqualTo(404);
            assertThat(inside.send(Request.get("/")).status()).isEqualTo(200);
            assertThat(count).hasValue(3);
        }
    }

    @Test
    void theBodyOfAStreamedResponseIsNotConsumed() throws IOException {
        service.stubFor(any(anyUrl()).willReturn(aResponse().withBody("streamed")));
        List<String> seen = new ArrayList<>();
        Interceptor looking = chain -> {
            Response response = chain.proceed(chain.request());
            seen.add(chain.callType() + " " + response.status() + " " + response.text());
            return response;
        };

        try (HttpConnection connection = connection()
                .around(looking)
                .around(INSIDE_RETRIES, looking)
                .test(Request.get("/"))
                .build()) {
            assertThat(connection.<String>read(
                            Request.get("/"), (response, body) -> new String(body.readAllBytes(), UTF_8)))
                    .isEqualTo("streamed");
            connection.download(Request.get("/"), directory.resolve("file"));
            assertThat(Files.readString(directory.resolve("file"))).isEqualTo("streamed");
            assertThat(connection.test().ok()).isTrue();
        }
        assertThat(seen)
                .containsExactly(
                        "STREAM 200 ",
                        "STREAM 200 ",
                        "STREAM 200 ",
                        "STREAM 200 ",
                        "TEST 200 streamed",
                        "TEST 200 streamed");
    }

    @Test
    void anInterceptorRepeatsARequestButNeverPassesDataTwice() {
        service.stubFor(any(anyUrl()).willReturn(aResponse().withBody("data")));
        Interceptor twice = chain -> {
            Response first = chain.proceed(chain.request());
            return first.status() == 200 ? chain.proceed(chain.request()) : first;
        };

        try (HttpConnection connection = connection().around(twice).build()) {
            assertThat(connection.send(Request.get("/")).exchange().attempts()).isEqualTo(2);
            assertThatThrownBy(() -> connection.read(Request.get("/"), (response, body) -> body.readAllBytes()))
                    .isInstanceOf(ConnectorException.class)
                    .hasMessageContaining("the reader of the response has already received data");
            assertThatThrownBy(() -> connection.send(Request.post("/")
                            .body(Body.stream(new java.io.ByteArrayInputStream(new byte[3]), "text/plain"))))
                    .isInstanceOf(ConnectorException.class)
                    .hasMessageContaining("its body can be sent only once");
        }
        service.verify(4, anyRequestedFor(anyUrl()));
    }

    @Test
    void aSyntheticBodyThatIsTooLargeForAReaderIsRejected() {
        try (HttpConnection connection = connection()
                .maxStreamBytes(3)
                .around(chain -> chain.respond(200, JSON, "1234".getBytes(UTF_8)))
                .build()) {
            assertThatThrownBy(() -> connection.read(Request.get("/"), (response, body) -> body.readAllBytes()))
                    .isInstanceOf(InvalidResponseException.class)
                    .hasMessageContaining("larger than the limit of 3 bytes");
        }
    }

    @Test
    void anotherResponseThanTheOneThatWasReadIsAnError() {
        service.stubFor(any(anyUrl()).willReturn(aResponse().withBody("data")));
        try (HttpConnection connection = connection()
                .around(chain -> {
                    chain.proceed(chain.request());
                    return chain.respond(200, JSON, new byte[0]);
                })
                .build()) {
            assertThatThrownBy(() -> connection.read(Request.get("/"), (response, body) -> body.readAllBytes()))
                    .isInstanceOf(Interceptor.FailedException.class)
                    .hasMessageContaining("the reader has already received that of the service");
        }
    }

    static final class Failing implements Interceptor {

        private final Exception failure;

        Failing(Exception failure) {
            this.failure = failure;
        }

        @Override
        public Response intercept(Chain chain) throws Exception {
            throw failure;
        }
    }

    @ParameterizedTest
    @EnumSource(Interceptor.Placement.class)
    void aFailureOfAnInterceptorNamesItAndAConnectorExceptionPasses(Interceptor.Placement placement) {
        ConnectorException own = new ConnectorException("not today");
        try (HttpConnection connection =
                        connection().around(placement, new Failing(own)).build();
                HttpConnection broken = connection()
                        .around(placement, new Failing(new IOException("disk is full, query-secret")))
                        .build();
                HttpConnection nothing =
                        connection().around(placement, chain -> null).build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/"))).isSameAs(own);
            Interceptor.FailedException failed = catchThrowableOfType(
                    Interceptor.FailedException.class,
                    () -> broken.send(Request.get("/x").query("key", Secret.of("query-secret"))));
            assertThat(failed)
                    .hasMessage(
                            "GET " + service.baseUrl()
                                    + "/x?key=***: the interceptor Failing of connection \"Service\" failed: IOException: disk is full, ***")
                    .hasCauseInstanceOf(IOException.class);
            assertThat(failed.interceptor()).isEqualTo("Failing");
            assertThatThrownBy(() -> nothing.send(Request.get("/")))
                    .isInstanceOf(Interceptor.FailedException.class)
                    .hasMessageContaining("the interceptor InterceptorTest of connection \"Service\" returned null");
        }
        service.verify(0, anyRequestedFor(anyUrl()));
    }

    @ParameterizedTest
    @EnumSource(Interceptor.Placement.class)
    void theExceptionOfAnInterceptorIsShownWithoutCredentials(Interceptor.Placement placement) {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}").withHeader("Set-Cookie", "sid=session-of-alice")));
        boolean[] isSent = {false};
        try (HttpConnection connection = connection()
                .auth(bearer("t0ken-of-alice"))
                .header("X-Default", Secret.of("default-secret"))
                .around(placement, chain -> {
                    if (isSent[0]) {
                        chain.proceed(chain.request());
                    }
                    throw new IOException("not saved: t0ken-of-alice default-secret session-of-alice");
                })
                .build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/x")))
                    .isInstanceOf(Interceptor.FailedException.class)
                    .hasMessageContaining("failed: IOException (its message is not repeated")
                    .hasMessageNotContainingAny("t0ken-of-alice", "default-secret")
                    .hasCauseInstanceOf(IOException.class);
            isSent[0] = true;
            assertThatThrownBy(() -> connection.send(Request.get("/x")))
                    .isInstanceOf(Interceptor.FailedException.class)
                    .hasMessageEndingWith("failed: IOException: not saved: *** *** ***");
            isSent[0] = false;
            assertThatThrownBy(() -> connection.send(Request.get("/x")))
                    .hasMessageContaining("failed: IOException: not saved: *** ***");
        }
    }

    @Test
    void exceptionsOfTheCallPassThroughUnchanged() {
        service.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(404).withBody("no")));
        RuntimeException ofReader = new UncheckedIOException(new IOException("mine"));
        List<Throwable> seen = new ArrayList<>();
        Interceptor looking = chain -> {
            try {
                return chain.proceed(chain.request());
            } catch (RuntimeException e) {
                seen.add(e);
                throw e;
            }
        };
        try (HttpConnection connection =
                connection().around(looking).around(recording("inner")).build()) {
            StatusException failure =
                    catchThrowableOfType(StatusException.class, () -> connection.send(Request.get("/")));
            assertThat(failure.status()).isEqualTo(404);
            service.stubFor(any(anyUrl()).willReturn(aResponse().withBody("data")));
            assertThatThrownBy(() -> connection.read(Request.get("/"), (response, body) -> {
                        throw ofReader;
                    }))
                    .isSameAs(ofReader);
            assertThat(seen).containsExactly(failure, ofReader);
        }
    }

    @Test
    void anInterceptedCallIsOneCallForListeners() {
        List<String> reports = new ArrayList<>();
        ExchangeListener listener = start -> {
            start.header("traceparent", "00-1");
            return new ExchangeListener.CallObserver() {
                @Override
                public void ended(ExchangeResult report) {
                    reports.add(report.status() + " " + report.attempts() + " "
                            + report.exchange().isPresent());
                }
            };
        };
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        AtomicInteger count = new AtomicInteger();
        try (HttpConnection connection = connection()
                .listener(listener)
                .around(chain ->
                        count.getAndIncrement() == 0 ? chain.respond(200, JSON, new byte[0]) : proceedTwice(chain))
                .build()) {
            connection.send(Request.get("/"));
            connection.send(Request.get("/"));
        }
        assertThat(reports).containsExactly("OptionalInt[200] 1 true", "OptionalInt[200] 2 true");
        service.verify(2, getRequestedFor(urlPathEqualTo("/")).withHeader("traceparent", equalTo("00-1")));
    }

    private static Response proceedTwice(Interceptor.Chain chain) {
        chain.proceed(chain.request());
        return chain.proceed(chain.request());
    }

    @Test
    void theIdentityIsEqualOnlyForTheSameConnectionAndCredentials() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        List<String> identities = new ArrayList<>();
        List<String> tokens = new ArrayList<>(List.of("a", "a", "b"));
        Interceptor identity = chain -> {
            identities.add(chain.identity());
            return chain.respond(200, JSON, new byte[0]);
        };
        AuthStrategy rotating = request -> request.header("Authorization", "Bearer " + tokens.remove(0));
        try (HttpConnection one = connection().auth(rotating).around(identity).build();
                HttpConnection other =
                        connection().auth(bearer("a")).around(identity).build()) {
            one.send(Request.get("/1"));
            one.send(Request.get("/2"));
            one.send(Request.get("/2"));
            other.send(Request.get("/1"));
            other.send(Request.get("/1").header("X-User", Secret.of("another")));
        }
        assertThat(identities.get(0)).isEqualTo(identities.get(1)).hasSize(64);
        assertThat(identities.subList(1, 5)).doesNotHaveDuplicates();
    }

    @Test
    void aStateIsShownByTheConnectionAndItsTest() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        Interceptor withState = new Interceptor() {
            @Override
            public Response intercept(Chain chain) {
                return chain.proceed(chain.request());
            }

            @Override
            public String name() {
                return "breaker";
            }

            @Override
            public Optional<String> status() {
                return Optional.of("closed");
            }
        };
        try (HttpConnection connection = connection()
                .around(withState)
                .around(recording("x"))
                .test(Request.get("/"))
                .build()) {
            assertThat(connection.interceptorStates()).containsExactly(Map.entry("breaker", "closed"));
            assertThat(connection.test().interceptors()).containsExactly(Map.entry("breaker", "closed"));
        }
    }

    @Test
    void aFailureOfTheAuthStrategyIsNotRetriedBecauseOfInterceptors() {
        AtomicInteger signed = new AtomicInteger();
        AuthStrategy failing = request -> {
            signed.incrementAndGet();
            throw new TransferException("no token", null, null);
        };
        try (HttpConnection connection = connection()
                .auth(failing)
                .around(INSIDE_RETRIES, recording("x"))
                .build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/"))).isInstanceOf(TransferException.class);
        }
        assertThat(signed).hasValue(1);
    }

    @Test
    void anInterceptorThatIsMissingIsReported() {
        assertThatThrownBy(() -> connection()
                        .around(null)
                        .around(OUTSIDE_RETRIES, null)
                        .around(null, recording("x"))
                        .build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("interceptor")
                .hasMessageContaining("placement of an interceptor");
    }

    @Test
    void theTimeoutOfTheCallIncludesInterceptors() {
        service.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        List<Duration> left = new ArrayList<>();
        try (HttpConnection connection = connection()
                .totalTimeout(Duration.ofSeconds(10))
                .around(chain -> {
                    time.pass(Duration.ofSeconds(11));
                    left.add(chain.remaining());
                    return chain.proceed(chain.request());
                })
                .build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/"))).isInstanceOf(TimedOutException.class);
        }
        assertThat(left).containsExactly(Duration.ofSeconds(-1));
    }
}
