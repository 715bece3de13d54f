package io.httpconnector.examples.snippets;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.httpconnector.AuthStrategy;
import io.httpconnector.HttpConnection;
import io.httpconnector.Interceptor;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.cache.CacheSettings;
import io.httpconnector.cache.ResponseCache;
import io.httpconnector.resilience.CircuitBreakerInterceptor;
import java.time.Duration;
import java.util.List;

/** The code of {@code docs/interceptors.md} and {@code docs/caching.md}. */
final class InterceptorSnippets {

    private InterceptorSnippets() {}

    private static String tenant() {
        return "acme";
    }

    static HttpConnection intercepted(AuthStrategy auth, List<String> audit) {
        HttpConnection crm = HttpConnection.named("CRM")
                .baseUrl("https://crm.example.com")
                .auth(auth)
                .around(chain -> chain.proceed(chain.request().header("X-Tenant", tenant())))
                .around(Interceptor.Placement.INSIDE_RETRIES, chain -> {
                    Response response = chain.proceed(chain.request());
                    audit.add(chain.connection() + ": " + response.status());
                    return response;
                })
                .build();
        return crm;
    }

    static HttpConnection guarded() {
        CircuitBreaker breaker = CircuitBreaker.of(
                "payments",
                CircuitBreakerConfig.custom()
                        .failureRateThreshold(50)
                        .slowCallDurationThreshold(Duration.ofSeconds(5))
                        .waitDurationInOpenState(Duration.ofSeconds(30))
                        .build());
        HttpConnection payments = HttpConnection.named("Payments")
                .baseUrl("https://payments.example.com")
                .around(CircuitBreakerInterceptor.of(breaker))
                .build();
        return payments;
    }

    static HttpConnection customized() {
        HttpConnection legacy = HttpConnection.named("Legacy")
                .baseUrl("https://legacy.example.com")
                .customizeClient(client -> client.setConnectionReuseStrategy((request, response, context) -> false))
                .build();
        return legacy;
    }

    static HttpConnection cached(AuthStrategy auth) {
        HttpConnection catalogue = HttpConnection.named("Catalogue")
                .baseUrl("https://catalogue.example.com")
                .auth(auth)
                .around(ResponseCache.of(CacheSettings.defaults().staleIfError(Duration.ofHours(1))))
                .build();
        return catalogue;
    }

    static boolean isFromCache(HttpConnection catalogue, ResponseCache cache) {
        Response response = catalogue.send(Request.get("/products/7"));
        boolean isFromCache = ResponseCache.result(response.headers())
                .filter(result -> result != ResponseCache.CacheResult.MISS)
                .isPresent();
        long hits = cache.statistics().hits();
        return isFromCache && hits > 0;
    }
}
