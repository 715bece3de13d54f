package io.httpconnector.cache;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.httpconnector.ExchangeListener;
import io.httpconnector.ExchangeResult;
import io.httpconnector.ExchangeStarted;
import io.httpconnector.FakeTime;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.RetryPolicy;
import io.httpconnector.StatusException;
import io.httpconnector.TransferException;
import io.httpconnector.cache.ResponseCache.CacheResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A request bypasses the cache by its Cache-Control (RFC 9111, section 5.2.1), and listeners see what the cache did. */
@Timeout(30)
class CacheBypassTest {

    private static final Request GET = Request.get("/x");

    @RegisterExtension
    static WireMockExtension service = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private final FakeTime time = new FakeTime();
    private final ResponseCache cache =
            ResponseCache.of(CacheSettings.defaults().staleIfError(Duration.ofHours(1)));
    private final List<Optional<CacheResult>> reported = new ArrayList<>();
    private HttpConnection connection;

    @BeforeEach
    void open() {
        connection = HttpConnection.named("Service")
                .baseUrl(service.baseUrl())
                .timeSource(time)
                .retry(RetryPolicy.none())
                .around(cache)
                .listener(new ExchangeListener() {
                    @Override
                    public CallObserver started(ExchangeStarted start) {
                        return new CallObserver() {
                            @Override
                            public void ended(ExchangeResult report) {
                                reported.add(ResponseCache.result(report));
                            }
                        };
                    }
                })
                .build();
    }

    @AfterEach
    void close() {
        connection.close();
    }

    private static void responds(String body) {
        service.stubFor(get(anyUrl())
                .willReturn(aResponse()
                        .withHeader("Cache-Control", "max-age=60")
                        .withHeader("ETag", "\"" + body + "\"")
                        .withBody(body)));
        service.stubFor(get(anyUrl())
                .withHeader("If-None-Match", equalTo("\"" + body + "\""))
                .willReturn(aResponse().withStatus(304).withHeader("ETag", "\"" + body + "\"")));
    }

    private Response send(String cacheControl) {
        return connection.send(cacheControl.isEmpty() ? GET : GET.header("Cache-Control", cacheControl));
    }

    private static String result(Response response) {
        return ResponseCache.result(response.headers()).map(Enum::name).orElse("-") + " " + response.text();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"no-store", "No-Store", "max-age=60, no-store", "no-store, no-cache", "NO-STORE , max-stale"})
    void withNoStoreNothingIsStoredAndNothingStoredIsUsed(String noStore) {
        responds("a");
        assertThat(result(send(noStore))).isEqualTo("- a");
        assertThat(cache.statistics().entries()).isZero();
        assertThat(result(send(""))).isEqualTo("MISS a");
        responds("b");

        assertThat(result(send(noStore))).isEqualTo("- b");

        // Not stored, but what was stored before is not affected.
        assertThat(result(send(""))).isEqualTo("HIT a");
        service.verify(3, getRequestedFor(anyUrl()));
        service.verify(0, getRequestedFor(anyUrl()).withHeader("If-None-Match", equalTo("\"a\"")));
        assertThat(reported)
                .containsExactly(
                        Optional.empty(),
                        Optional.of(CacheResult.MISS),
                        Optional.empty(),
                        Optional.of(CacheResult.HIT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-cache", "No-Cache", "no-cache, max-stale", "max-age=600, no-cache"})
    void withNoCacheTheServiceConfirmsOrReplacesAFreshResponse(String noCache) {
        responds("a");
        assertThat(result(send(noCache))).isEqualTo("MISS a");
        time.pass(Duration.ofSeconds(50));

        Response confirmed = send(noCache);

        assertThat(result(confirmed)).isEqualTo("REVALIDATED a");
        assertThat(confirmed.headers().first("Cache-Status")).hasValue("http-connector; fwd=request; fwd-status=304");
        // A confirmation renews the lifetime.
        time.pass(Duration.ofSeconds(50));
        assertThat(result(send(""))).isEqualTo("HIT a");
        responds("b");
        assertThat(result(send(noCache))).isEqualTo("MISS b");
        assertThat(result(send(""))).isEqualTo("HIT b");
        assertThat(reported)
                .extracting(Optional::orElseThrow)
                .containsExactly(
                        CacheResult.MISS, CacheResult.REVALIDATED, CacheResult.HIT, CacheResult.MISS, CacheResult.HIT);
    }

    @Test
    void withNoCacheAStoredResponseIsNotUsedInPlaceOfAnError() {
        responds("a");
        assertThat(result(send(""))).isEqualTo("MISS a");
        time.pass(Duration.ofSeconds(1));
        service.stubFor(get(anyUrl()).willReturn(aResponse().withStatus(503)));

        assertThatThrownBy(() -> send("no-cache")).isInstanceOf(StatusException.class);
        assertThatThrownBy(() -> connection.send(GET.header("Pragma", "no-cache")))
                .isInstanceOf(StatusException.class);
        assertThat(result(send("max-age=0"))).isEqualTo("STALE a");
        service.stubFor(get(anyUrl()).willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
        assertThatThrownBy(() -> send("no-cache")).isInstanceOf(TransferException.class);
        assertThat(result(send("max-age=0"))).isEqualTo("STALE a");
        // The error has removed nothing.
        assertThat(result(send(""))).isEqualTo("HIT a");
        assertThat(reported)
                .containsExactly(
                        Optional.of(CacheResult.MISS),
                        Optional.of(CacheResult.MISS),
                        Optional.of(CacheResult.MISS),
                        Optional.of(CacheResult.STALE),
                        Optional.empty(),
                        Optional.of(CacheResult.STALE),
                        Optional.of(CacheResult.HIT));
    }
}
