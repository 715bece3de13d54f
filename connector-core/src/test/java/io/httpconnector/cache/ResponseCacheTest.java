package io.httpconnector.cache;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.noContent;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.httpconnector.AuthStrategy;
import io.httpconnector.ConnectorException;
import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.HttpConnectionBuilder;
import io.httpconnector.Interceptor;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.RateLimit;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.ResponseRule;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.cache.ResponseCache.CacheResult;
import io.httpconnector.resilience.CircuitBreakerInterceptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ResponseCacheTest {

    private static final Request GET = Request.get("/x");

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    @RegisterExtension
    static WireMockExtension templates = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort().globalTemplating(true))
            .build();

    private final FakeTime time = new FakeTime();
    private final ResponseCache cache = ResponseCache.of(CacheSettings.defaults());

    private HttpConnectionBuilder connection() {
        return HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .timeSource(time)
                .retry(RetryPolicy.none())
                .around(cache);
    }

    private static AuthStrategy bearer(String token) {
        return request -> request.header("Authorization", "Bearer " + token);
    }

    private static ResponseDefinitionBuilder ok(String... fields) {
        ResponseDefinitionBuilder response =
                aResponse().withHeader("Content-Type", "application/json").withBody("{\"id\":1}");
        for (int i = 0; i < fields.length; i += 2) {
            response.withHeader(fields[i], fields[i + 1]);
        }
        return response;
    }

    private static void responds(ResponseDefinitionBuilder response) {
        service.stubFor(get(anyUrl()).willReturn(response));
    }

    private static int received() {
        return service.findAll(anyRequestedFor(anyUrl())).size();
    }

    private static CacheResult outcome(Response response) {
        return ResponseCache.result(response.headers()).orElseThrow();
    }

    @ParameterizedTest
    @EnumSource(Interceptor.Placement.class)
    void aFreshResponseIsReturnedWithoutARequestAndRevalidatedWhenItIsStale(Interceptor.Placement placement) {
        responds(ok("Cache-Control", "private, max-age=60", "ETag", "\"a\""));
        service.stubFor(get(anyUrl())
                .withHeader("If-None-Match", equalTo("\"a\""))
                .willReturn(aResponse()
                        .withStatus(304)
                        .withHeader("Cache-Control", "max-age=10")
                        .withHeader("X-New", "1")));
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .timeSource(time)
                .around(placement, cache)
                .auth(bearer("t"))
                .build()) {
            Response first = connection.send(GET);
            assertThat(outcome(first)).isEqualTo(CacheResult.MISS);
            assertThat(first.headers().first("Cache-Status")).hasValue("http-connector; fwd=uri-miss; stored");
            time.pass(Duration.ofSeconds(59));

            Response hit = connection.send(GET);

            assertThat(outcome(hit)).isEqualTo(CacheResult.HIT);
            assertThat(hit.json().path("id").asInt()).isEqualTo(1);
            assertThat(hit.headers().first("Age")).hasValue("59");
            assertThat(hit.headers().first("Cache-Status")).hasValue("http-connector; hit; ttl=1");
            assertThat(hit.exchange().responseHeaders().first("Cache-Status")).hasValue("http-connector; hit; ttl=1");
            assertThat(received()).isEqualTo(1);
            time.pass(Duration.ofSeconds(1));

            Response confirmed = connection.send(GET);
            assertThat(outcome(confirmed)).isEqualTo(CacheResult.REVALIDATED);
            assertThat(confirmed.status()).isEqualTo(200);
            assertThat(confirmed.text()).isEqualTo("{\"id\":1}");
            assertThat(confirmed.headers().first("X-New")).hasValue("1");
            assertThat(outcome(connection.send(GET))).isEqualTo(CacheResult.HIT);
            time.pass(Duration.ofSeconds(10));
            assertThat(outcome(connection.send(GET))).isEqualTo(CacheResult.REVALIDATED);
        }
        assertThat(received()).isEqualTo(3);
        assertThat(cache.statistics())
                .extracting(
                        ResponseCache.Statistics::hits,
                        ResponseCache.Statistics::revalidations,
                        ResponseCache.Statistics::misses,
                        ResponseCache.Statistics::entries)
                .containsExactly(2L, 2L, 1L, 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Cache-Control: max-age=60                         | 60",
                "Cache-Control: MAX-AGE=\"60\", private            | 60",
                "Cache-Control: max-age=60, max-age=5              | 5",
                "Cache-Control: max-age=99999999999999             | 100000",
                "Cache-Control: s-maxage=60                        | 0",
                "Cache-Control: max-age=60, no-cache               | 0",
                "Cache-Control: max-age=60, no-store               | 0",
                "Cache-Control: max-age=x                          | 0",
                "Cache-Control: max-age=-1                         | 0",
                "Cache-Control: ext=\"a, max-age=60\"              | 0",
                "Expires: Wed, 25 Nov 2026 10:01:00 GMT            | 60",
                "Expires: 0                                        | 0",
                "Expires: wed, 25 nov 2026 10:01:00 gmt            | 60",
                "Expires: Wed Nov 25 10:01:00 2026                 | 60",
                "Expires: Wednesday, 25-Nov-26 10:01:00 GMT        | 60",
                "Expires: Tuesday, 25-Nov-97 10:01:00 GMT          | 0",
                "Expires: Wed, 25 Nov 2026 10:01:00 UTC            | 0",
                "Expires: Wed, 25 Nov 2026 21:01:00 AEST           | 0",
                "Expires: Wed, 25 Nov 2026 10:01:00                | 0",
                "Expires: Wed, 25 Nov 2026 10:01:00 +0000          | 0",
                "Expires: Thu, 26 Nov 2026 1:01:00 GMT             | 0",
                "Expires: Sun, 6 Dec 2026 10:01:00 GMT             | 0",
                "Expires: Wed, 25-Nov-2026 10:01:00 GMT            | 0",
                "Expires: 'Wed, 25 Nov 2026 10:01:00 GMT'          | 0",
                "Expires: Wed, 25 Nov 2026 09:00:00 GMT            | 0",
                "Last-Modified: Wed, 25 Nov 2020 09:00:00 GMT      | 0",
                "Cache-Control: max-age=60; Vary: *                | 0",
                "Cache-Control: max-age=60; Set-Cookie: a=b        | 0",
                "Cache-Control: max-age=60; Age: 20                | 40",
                "Cache-Control: max-age=60; Age: 90                | 0",
                "Cache-Control: max-age=60; Age: x                 | 60",
                "Cache-Control: max-age=60; Date: Wed, 25 Nov 2026 09:59:30 GMT | 30",
                "X: none                                           | 0"
            })
    void aResponseIsFreshAsLongAsTheServiceDeclares(String fields, long seconds) {
        String[] all = fields.split("[:;] ", -1);
        responds(ok(fields.contains("; ") || fields.contains("Date") ? parts(fields) : all));
        try (HttpConnection connection = connection().build()) {
            connection.send(GET);
            if (seconds > 0) {
                time.pass(Duration.ofSeconds(seconds - 1));
                assertThat(outcome(connection.send(GET))).isEqualTo(CacheResult.HIT);
                time.pass(Duration.ofSeconds(1));
            }
            if (seconds < 100_000) {
                assertThat(outcome(connection.send(GET))).isEqualTo(CacheResult.MISS);
            }
        }
    }

    private static String[] parts(String fields) {
        List<String> parts = new ArrayList<>();
        for (String field : fields.split("; ", -1)) {
            int colon = field.indexOf(": ");
            parts.add(field.substring(0, colon));
            parts.add(field.substring(colon + 2));
        }
        return parts.toArray(String[]::new);
    }

    @Test
    void variantsDependOnTheFieldsOfVary() {
        responds(ok("Cache-Control", "max-age=60", "Vary", "Accept-Language, X-A"));
        try (HttpConnection connection = connection().build()) {
            Request german = GET.header("Accept-Language", "de");
            assertThat(outcome(connection.send(german))).isEqualTo(CacheResult.MISS);
            Response other = connection.send(GET.header("Accept-Language", "en"));
            assertThat(other.headers().first("Cache-Status")).hasValue("http-connector; fwd=vary-miss; stored");
            assertThat(outcome(connection.send(GET))).isEqualTo(CacheResult.MISS);
            assertThat(outcome(connection.send(german))).isEqualTo(CacheResult.HIT);
            // A field that Vary does not name may still be the name of a tenant.
            assertThat(outcome(connection.send(german.header("X-B", "1")))).isEqualTo(CacheResult.MISS);
            assertThat(outcome(connection.send(german.header("User-Agent", "other"))))
                    .isEqualTo(CacheResult.HIT);
        }
        assertThat(received()).isEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource(Interceptor.Placement.class)
    void whatAnInterceptorBeforeTheCacheAddsSeparatesResponses(Interceptor.Placement placement) {
        String[] tenant = {"acme"};
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(templates.baseUrl())
                .timeSource(time)
                .around(placement, cache)
                .around(chain -> chain.proceed(chain.request().header("X-Tenant", tenant[0])))
                .build()) {
            templates.stubFor(get(anyUrl())
                    .willReturn(ok("Cache-Control", "private, max-age=60")
                            .withBody("data of {{request.headers.X-Tenant}}")));
            assertThat(connection.send(GET).text()).isEqualTo("data of acme");
            tenant[0] = "globex";
            assertThat(connection.send(GET).text()).isEqualTo("data of globex");
            if (placement == Interceptor.Placement.INSIDE_RETRIES) {
                Response again = connection.send(GET);
                assertThat(again.text()).isEqualTo("data of globex");
                assertThat(outcome(again)).isEqualTo(CacheResult.HIT);
            }
        }
    }

    @Test
    void headerFieldsOfRequestsSeparateResponsesUnlessTheyAreIgnored() {
        responds(ok("Cache-Control", "max-age=60"));
        ResponseCache ignoring = ResponseCache.of(CacheSettings.defaults().ignoredHeaders("TraceParent", "X-Trace"));
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .timeSource(time)
                .around(ignoring)
                .build()) {
            connection.send(GET.header("X-User", "alice").header("traceparent", "00-1"));
            assertThat(outcome(connection.send(GET.header("X-User", "bob")))).isEqualTo(CacheResult.MISS);
            assertThat(outcome(connection.send(GET.header("x-user", "alice").header("traceparent", "00-2"))))
                    .isEqualTo(CacheResult.HIT);
            assertThat(outcome(connection.send(GET.header("X-User", "alice").addHeader("X-User", "bob"))))
                    .isEqualTo(CacheResult.MISS);
        }
        for (String name : List.of("a b", "", "Authorization", "cookie")) {
            assertThatThrownBy(() -> CacheSettings.defaults().ignoredHeaders(name))
                    .isInstanceOf(InvalidDefinitionException.class)
                    .hasMessageContaining("ignoredHeaders");
        }
    }

    @Test
    void onlyIfCachedWithoutAStoredResponseIsOneResponse() {
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .timeSource(time)
                .around(cache)
                .build()) {
            assertThatThrownBy(() -> connection.send(GET.header("Cache-Control", "only-if-cached")))
                    .isInstanceOfSatisfying(StatusException.class, e -> {
                        assertThat(e.status()).isEqualTo(504);
                        assertThat(e.exchange().orElseThrow().attempts()).isEqualTo(1);
                    });
        }
        assertThat(received()).isZero();
    }

    @Test
    void fieldsOfOneNetworkConnectionAreNotStored() {
        responds(ok(
                        "Cache-Control",
                        "max-age=60",
                        "Connection",
                        "X-Hop, x-other",
                        "X-Hop",
                        "1",
                        "Keep-Alive",
                        "timeout=5")
                .withHeader("X-Kept", "1"));
        try (HttpConnection connection = connection().build()) {
            connection.send(GET);
            Response hit = connection.send(GET);
            assertThat(outcome(hit)).isEqualTo(CacheResult.HIT);
            assertThat(hit.headers().names())
                    .doesNotContain("x-hop", "connection", "keep-alive")
                    .contains("x-kept");
        }
    }

    @Test
    void aRequestCanBypassRevalidateOrRestrictTheCache() {
        responds(ok("Cache-Control", "max-age=60", "ETag", "\"a\""));
        try (HttpConnection connection = connection().build()) {
            Request only = GET.header("Cache-Control", "only-if-cached");
            assertThatThrownBy(() -> connection.send(only))
                    .isInstanceOfSatisfying(
                            StatusException.class, e -> assertThat(e.status()).isEqualTo(504));
            connection.send(GET);
            assertThat(outcome(connection.send(only))).isEqualTo(CacheResult.HIT);
            time.pass(Duration.ofSeconds(30));
            assertThat(ResponseCache.result(connection
                            .send(GET.header("Cache-Control", "no-store"))
                            .headers()))
                    .isEqualTo(Optional.empty());
            assertThat(outcome(connection.send(GET.header("Cache-Control", "max-age=10"))))
                    .isEqualTo(CacheResult.MISS);
            time.pass(Duration.ofSeconds(30));
            assertThat(outcome(connection.send(GET.header("Cache-Control", "min-fresh=40"))))
                    .isEqualTo(CacheResult.MISS);
            assertThat(outcome(connection.send(GET.header("Cache-Control", "no-cache"))))
                    .isEqualTo(CacheResult.MISS);
            time.pass(Duration.ofSeconds(70));
            assertThat(outcome(connection.send(GET.header("Cache-Control", "max-stale=20"))))
                    .isEqualTo(CacheResult.STALE);
            assertThat(outcome(connection.send(GET.header("Cache-Control", "max-stale"))))
                    .isEqualTo(CacheResult.STALE);
            assertThat(outcome(connection.send(GET.header("Cache-Control", "max-stale=5"))))
                    .isEqualTo(CacheResult.MISS);
            assertThat(ResponseCache.result(
                            connection.send(GET.header("Range", "bytes=0-1")).headers()))
                    .isEmpty();
            assertThat(ResponseCache.result(connection
                            .send(GET.header("If-None-Match", "\"x\""))
                            .headers()))
                    .isEmpty();
        }
    }

    @Test
    void onlyTheSameConnectionAndCredentialsSeeAResponse() {
        responds(ok("Cache-Control", "max-age=60"));
        String[] token = {"alice"};
        try (HttpConnection connection = connection()
                        .auth(request -> bearer(token[0]).apply(request))
                        .build();
                HttpConnection same = connection().auth(bearer("alice")).build()) {
            assertThat(outcome(connection.send(GET))).isEqualTo(CacheResult.MISS);
            assertThat(outcome(connection.send(GET))).isEqualTo(CacheResult.HIT);
            assertThat(outcome(same.send(GET))).isEqualTo(CacheResult.MISS);
            token[0] = "bob";
            assertThat(outcome(connection.send(GET))).isEqualTo(CacheResult.MISS);
            token[0] = "alice";
            assertThat(outcome(connection.send(GET))).isEqualTo(CacheResult.HIT);
            assertThat(outcome(connection.send(GET.header("X-User", Secret.of("carol")))))
                    .isEqualTo(CacheResult.MISS);
            assertThat(outcome(connection.send(GET.query("key", Secret.of("dave")))))
                    .isEqualTo(CacheResult.MISS);
            assertThat(outcome(connection.send(GET.query("key", Secret.of("erin")))))
                    .isEqualTo(CacheResult.MISS);
            assertThat(outcome(connection.send(GET.query("key", Secret.of("erin")))))
                    .isEqualTo(CacheResult.HIT);
        }
    }

    @Test
    void cookiesOfTheConnectionAreCredentials() {
        responds(ok("Cache-Control", "max-age=60"));
        service.stubFor(post("/login").willReturn(noContent().withHeader("Set-Cookie", "session=1; Path=/")));
        try (HttpConnection connection = connection().cookies().build()) {
            connection.send(GET);
            assertThat(outcome(connection.send(GET))).isEqualTo(CacheResult.HIT);
            connection.send(Request.post("/login"));
            assertThat(outcome(connection.send(GET))).isEqualTo(CacheResult.MISS);
            assertThat(outcome(connection.send(GET))).isEqualTo(CacheResult.HIT);
        }
    }

    @Test
    void credentialsThatChangeWithEachRequestHaveNoStoredResponses() {
        responds(ok("Cache-Control", "max-age=60"));
        try (HttpConnection connection = connection()
                .auth(request -> request.header("X-Signature", UUID.randomUUID().toString()))
                .build()) {
            connection.send(GET);
            assertThat(outcome(connection.send(GET))).isEqualTo(CacheResult.MISS);
        }
        assertThat(cache.statistics().entries()).isZero();
    }

    @Test
    void aResponseWhoseTokenWasReplacedMeanwhileIsNotStored() {
        responds(ok("Cache-Control", "max-age=60"));
        List<String> tokens = new ArrayList<>(List.of("alice", "bob", "alice"));
        try (HttpConnection connection = connection()
                .auth(request -> bearer(tokens.remove(0)).apply(request))
                .build()) {
            Response ofBob = connection.send(GET);
            assertThat(ofBob.headers().first("Cache-Status")).hasValue("http-connector; fwd=uri-miss");
        }
        assertThat(cache.statistics().entries()).isZero();
    }

    @Test
    void whatAnInnerInterceptorAddsIsNotMixedUp() {
        responds(ok("Cache-Control", "max-age=60"));
        try (HttpConnection connection = connection()
                .around(
                        Interceptor.Placement.INSIDE_RETRIES,
                        chain -> chain.proceed(chain.request()
                                .header("X-Tenant", UUID.randomUUID().toString())))
                .build()) {
            connection.send(GET);
            assertThat(outcome(connection.send(GET))).isEqualTo(CacheResult.MISS);
        }
    }

    @Test
    void secretsAreNotStored() {
        responds(ok("Cache-Control", "max-age=60").withBody("{\"you\":\"t0ken-of-alice\"}"));
        try (HttpConnection connection =
                connection().auth(bearer("t0ken-of-alice")).build()) {
            assertThat(connection.send(GET).text()).contains("t0ken-of-alice");
            assertThat(connection.send(GET).text()).contains("t0ken-of-alice");
            connection.send(Request.get("/secret").secretResponse());
        }
        assertThat(cache.statistics().entries()).isZero();
        assertThat(received()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 504, 0, 1, 2})
    void aStaleResponseIsReturnedWhileTheServiceFails(int failure) {
        responds(ok("Cache-Control", "max-age=60, stale-if-error=300"));
        CircuitBreaker breaker = CircuitBreaker.ofDefaults("x");
        try (HttpConnection connection = connection()
                .around(CircuitBreakerInterceptor.of(breaker).insideRetries())
                .build()) {
            connection.send(GET);
            time.pass(Duration.ofSeconds(100));
            switch (failure) {
                case 0 -> responds(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER));
                case 1 -> responds(aResponse().withFault(Fault.EMPTY_RESPONSE));
                case 2 -> breaker.transitionToForcedOpenState();
                default -> responds(aResponse().withStatus(failure));
            }

            Response stale = connection.send(GET);

            assertThat(stale.text()).isEqualTo("{\"id\":1}");
            assertThat(outcome(stale)).isEqualTo(CacheResult.STALE);
            assertThat(stale.headers().first("Cache-Status"))
                    .hasValue("http-connector; hit; ttl=-40; detail=stale-if-error");
            time.pass(Duration.ofSeconds(261));
            assertThatThrownBy(() -> connection.send(GET)).isInstanceOf(ConnectorException.class);
        }
        assertThat(cache.statistics().stale()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "max-age=60,                                      PT0S,  false",
        "max-age=60,                                      PT1H,  true",
        "'max-age=60, must-revalidate, stale-if-error=9', PT1H,  false",
        "'max-age=60, must-revalidate',                   PT1H,  false",
        "no-cache,                                        PT1H,  false"
    })
    void theSettingsCanPermitStaleResponsesButNotAgainstTheService(
            String control, Duration permitted, boolean isReturned) {
        responds(ok("Cache-Control", control, "ETag", "\"a\""));
        ResponseCache patient = ResponseCache.of(CacheSettings.defaults().staleIfError(permitted));
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .timeSource(time)
                .retry(RetryPolicy.none())
                .around(patient)
                .build()) {
            connection.send(GET);
            time.pass(Duration.ofMinutes(2));
            responds(aResponse().withStatus(503));
            if (isReturned) {
                assertThat(outcome(connection.send(GET))).isEqualTo(CacheResult.STALE);
            } else {
                assertThatThrownBy(() -> connection.send(GET)).isInstanceOf(StatusException.class);
            }
            responds(aResponse().withStatus(404));
            assertThatThrownBy(() -> connection.send(GET)).isInstanceOf(StatusException.class);
        }
    }

    @Test
    void streamsDownloadsAndTestsBypassTheCache() {
        responds(ok("Cache-Control", "max-age=60"));
        try (HttpConnection connection = connection().test(GET).build()) {
            connection.send(GET);
            for (int i = 0; i < 2; i++) {
                assertThat(connection.<String>read(GET, (response, body) -> new String(body.readAllBytes(), UTF_8)))
                        .isEqualTo("{\"id\":1}");
                assertThat(connection.test().ok()).isTrue();
            }
            assertThat(connection.test().interceptors().get("cache"))
                    .isEqualTo("1 responses, 0 KiB, 0 hits, 0 revalidated, 0 stale, 1 misses");
        }
        assertThat(received()).isEqualTo(6);
    }

    @Test
    void aHitNeedsNoPermitOfTheRateLimit() {
        responds(ok("Cache-Control", "max-age=3600"));
        try (HttpConnection connection =
                connection().rateLimit(RateLimit.of(1, Duration.ofMinutes(10))).build()) {
            for (int i = 0; i < 20; i++) {
                connection.send(GET);
            }
        }
        assertThat(time.waits).isEmpty();
        assertThat(received()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"201,/x,true", "204,/x,true", "302,/x,true", "400,/x,false", "500,/x,false", "200,/other,false"})
    void aSuccessfulChangeRemovesTheStoredResponses(int status, String url, boolean isRemoved) {
        responds(ok("Cache-Control", "max-age=60"));
        service.stubFor(post(anyUrl()).willReturn(aResponse().withStatus(status)));
        try (HttpConnection connection = connection().auth(bearer("t")).build();
                HttpConnection other = connection().auth(bearer("u")).build()) {
            connection.send(GET);
            other.send(GET);
            connection.send(
                    Request.post(url).bodyField("password", Secret.of("s")).acceptAnyStatus());
            CacheResult expected = isRemoved ? CacheResult.MISS : CacheResult.HIT;
            assertThat(outcome(connection.send(GET))).isEqualTo(expected);
            assertThat(outcome(other.send(GET))).isEqualTo(expected);
        }
    }

    @Test
    void aChangeRemovesTheResponsesOfItsLocation() {
        responds(ok("Cache-Control", "max-age=60"));
        service.stubFor(post("/items").willReturn(aResponse().withStatus(201).withHeader("Location", "/items/7?a=b")));
        try (HttpConnection connection = connection().build()) {
            Request item = Request.get("/items/7").query("a", "b");
            connection.send(item);
            connection.send(Request.post("/items"));
            assertThat(outcome(connection.send(item))).isEqualTo(CacheResult.MISS);
        }
    }

    @Test
    void errorsOfRulesAndOtherStatusesAreNotStored() {
        responds(ok("Cache-Control", "max-age=60"));
        try (HttpConnection connection = connection()
                .rule(ResponseRule.forStatus(200).treatAs(ResponseRule.Action.FAIL))
                .build()) {
            assertThatThrownBy(() -> connection.send(GET)).isInstanceOf(StatusException.class);
        }
        responds(aResponse().withStatus(404).withHeader("Cache-Control", "max-age=60"));
        try (HttpConnection connection = connection().build()) {
            assertThatThrownBy(() -> connection.send(GET)).isInstanceOf(StatusException.class);
            assertThat(cache.statistics().entries()).isZero();
            connection.send(GET.acceptStatus(404));
            assertThat(outcome(connection.send(GET.acceptStatus(404)))).isEqualTo(CacheResult.HIT);
            assertThatThrownBy(() -> connection.send(GET)).isInstanceOf(StatusException.class);
        }
    }

    @Test
    void aRedirectIsFollowedAndItsTargetIsStored() {
        service.stubFor(get("/old")
                .willReturn(aResponse()
                        .withStatus(302)
                        .withHeader("Location", "/new")
                        .withHeader("Cache-Control", "max-age=60")));
        service.stubFor(get("/new").willReturn(ok("Cache-Control", "max-age=60")));
        try (HttpConnection connection = connection().build()) {
            connection.send(Request.get("/old"));
            assertThat(outcome(connection.send(Request.get("/new")))).isEqualTo(CacheResult.HIT);
            assertThat(outcome(connection.send(Request.get("/old")))).isEqualTo(CacheResult.HIT);
        }
        service.verify(2, getRequestedFor(urlEqualTo("/old")));
        service.verify(1, getRequestedFor(urlEqualTo("/new")));
    }

    @Test
    void memoryIsBounded() {
        ResponseCache small = ResponseCache.of(
                CacheSettings.defaults().maxEntries(10).maxBytes(100_000).maxEntryBytes(30_000));
        try (HttpConnection connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .timeSource(time)
                .around(small)
                .build()) {
            responds(ok("Cache-Control", "max-age=60"));
            for (int i = 0; i < 40; i++) {
                connection.send(Request.get("/" + i));
                connection.send(Request.get("/0"));
            }
            assertThat(small.statistics().entries()).isEqualTo(10);
            assertThat(outcome(connection.send(Request.get("/0")))).isEqualTo(CacheResult.HIT);
            responds(ok("Cache-Control", "max-age=60").withBody("x".repeat(31_000)));
            connection.send(Request.get("/large"));
            assertThat(outcome(connection.send(Request.get("/large")))).isEqualTo(CacheResult.MISS);
            responds(ok("Cache-Control", "max-age=60").withBody("x".repeat(25_000)));
            for (int i = 100; i < 120; i++) {
                connection.send(Request.get("/" + i));
            }
            assertThat(small.statistics().bytes()).isBetween(50_000L, 100_000L);
            small.clear();
            assertThat(small.statistics().bytes()).isZero();
        }
        responds(ok("Cache-Control", "max-age=60", "Vary", "X-A"));
        try (HttpConnection connection = connection().build()) {
            for (int i = 0; i < 100; i++) {
                connection.send(GET.header("X-A", "v" + i));
            }
        }
        assertThat(cache.statistics().entries()).isEqualTo(16);
    }

    @Test
    void aConfirmationOfAnotherResponseIsNotUsed() {
        responds(ok("Cache-Control", "max-age=60", "ETag", "\"a\""));
        try (HttpConnection connection = connection().build()) {
            connection.send(GET);
            time.pass(Duration.ofSeconds(61));
            service.stubFor(any(anyUrl())
                    .withHeader("If-None-Match", equalTo("\"a\""))
                    .willReturn(aResponse().withStatus(304).withHeader("ETag", "\"other\"")));
            Response response = connection.send(GET);
            assertThat(response.text()).isEqualTo("{\"id\":1}");
            assertThat(outcome(response)).isEqualTo(CacheResult.MISS);
        }
    }

    @Test
    void settingsAreReadFromJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("maxEntries", 5)
                .put("maxBytes", 1000)
                .put("maxEntryBytes", 100)
                .put("staleIfError", "PT5M")
                .putArray("ignoredHeaders")
                .add("X-Trace");
        CacheSettings read = CacheSettings.fromJson(json);
        assertThat(read.maxEntries()).isEqualTo(5);
        assertThat(read.staleIfError()).isEqualTo(Duration.ofMinutes(5));
        assertThat(read.fields(GET.header("x-trace", "1").header("X-User", "2")))
                .isEqualTo(Map.of("x-user", List.of("2")));
        assertThatThrownBy(
                        () -> CacheSettings.fromJson(json.put("maxEntries", 0).put("maxEntry", 1)))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("maxEntries: 0 is out of range: use 1 to 1000000")
                .hasMessageContaining("maxEntry");
        assertThatThrownBy(() -> CacheSettings.defaults().staleIfError(Duration.ofDays(-1)))
                .isInstanceOf(InvalidDefinitionException.class);
    }
}
