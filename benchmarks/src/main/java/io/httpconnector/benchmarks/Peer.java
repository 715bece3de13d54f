package io.httpconnector.benchmarks;

import static java.util.Objects.requireNonNull;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import feign.Feign;
import feign.Headers;
import feign.RequestLine;
import feign.hc5.ApacheHttp5Client;
import io.httpconnector.ExchangeListener;
import io.httpconnector.ExchangeResult;
import io.httpconnector.HttpConnection;
import io.httpconnector.HttpConnectionBuilder;
import io.httpconnector.RateLimit;
import io.httpconnector.Request;
import io.httpconnector.ResponseRule;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.SsrfPolicy;
import io.httpconnector.auth.CustomAuth;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.jdbc.JdbcExchangeStore;
import io.httpconnector.jdbc.JdbcSchema;
import io.httpconnector.log.ExchangeLog;
import io.httpconnector.log.ExchangeQuery;
import io.httpconnector.log.ExchangeStore;
import io.httpconnector.log.LoggedExchange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import okhttp3.ConnectionPool;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.RequestBody;
import okhttp3.ResponseBody;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.compat.ClassicToAsyncAdaptor;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;
import org.apache.hc.core5.util.Timeout;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.web.client.RestClient;
import retrofit2.Call;
import retrofit2.Retrofit;
import retrofit2.http.Body;
import retrofit2.http.GET;
import retrofit2.http.POST;

/** An HTTP client library under test: a GET, and a POST of 1 KB of JSON; each returns the whole response body in memory. */
interface Peer {

    ExchangeStore.Retention LOG_RETENTION = new ExchangeStore.Retention(Duration.ofHours(1), 64L << 20);

    Object get() throws Exception;

    Object post(byte[] json) throws Exception;

    /** Waits until the work that the calls have left to other threads is done; fails if some of it was dropped. */
    default void finish() {}

    static Peer of(String name, String baseUrl) {
        return switch (name) {
            case "httpclient5" -> new Raw(baseUrl);
            case "httpclient5-bare" -> new Raw(bareHttpClient(), baseUrl);
            case "httpclient5-async" -> new Raw(httpClientOverAsync(), baseUrl);
            case "connector" -> new Ours(baseUrl);
            case "connector-full" -> new Ours(fullConnection(baseUrl));
            case "connector-listener" ->
                new Ours(HttpConnection.named("Benchmark")
                        .baseUrl(baseUrl)
                        .listener(start -> new ExchangeListener.CallObserver() {})
                        .build());
            case "connector-log-errors" ->
                new Logged(connection(baseUrl), ExchangeStore.file(temporaryDirectory(), LOG_RETENTION), true);
            case "connector-log-memory" ->
                new Logged(connection(baseUrl), ExchangeStore.inMemory(LOG_RETENTION), false);
            case "connector-log-file" ->
                new Logged(connection(baseUrl), ExchangeStore.file(temporaryDirectory(), LOG_RETENTION), false);
            case "connector-log-jdbc" ->
                new Logged(connection(baseUrl), JdbcExchangeStore.of(database(), LOG_RETENTION), false);
            case "connector-bearer-log-memory" ->
                new Logged(bearer(baseUrl), ExchangeStore.inMemory(LOG_RETENTION), false);
            case "connector-bearer-log-file" ->
                new Logged(bearer(baseUrl), ExchangeStore.file(temporaryDirectory(), LOG_RETENTION), false);
            case "connector-bearer-log-jdbc" ->
                new Logged(bearer(baseUrl), JdbcExchangeStore.of(database(), LOG_RETENTION), false);
            case "connector-bearer" -> new Ours(bearer(baseUrl).build());
            case "connector-oauth2" ->
                new Ours(HttpConnection.named("Benchmark")
                        .baseUrl(baseUrl)
                        .auth(Tokens.client(TokenStore.inMemory(), "benchmark"))
                        .build());
            case "okhttp" -> new OkHttp(baseUrl);
            case "retrofit" -> new RetrofitPeer(baseUrl);
            case "feign" -> new FeignPeer(baseUrl);
            case "restclient" -> new Spring(baseUrl);
            case "jdk" -> new Jdk(baseUrl);
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** Apache HttpClient used directly: the baseline for all others. */
    static CloseableHttpClient httpClient() {
        return pooled().build();
    }

    /** Without the features that our connection also disables: cookies, retries, redirects, cached credentials. */
    static CloseableHttpClient bareHttpClient() {
        return pooled().disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableConnectionState()
                .build();
    }

    /** The classic facade over the asynchronous client, which would support HTTP/2. */
    @SuppressWarnings("deprecation")
    private static CloseableHttpClient httpClientOverAsync() {
        CloseableHttpAsyncClient client = HttpAsyncClients.custom()
                .setConnectionManager(PoolingAsyncClientConnectionManagerBuilder.create()
                        .setMaxConnTotal(50)
                        .setMaxConnPerRoute(50)
                        .build())
                .build();
        client.start();
        return new ClassicToAsyncAdaptor(client, Timeout.ofMinutes(1));
    }

    /** With the configuration of a careful application. */
    private static HttpConnection fullConnection(String baseUrl) {
        AtomicLong calls = new AtomicLong();
        return HttpConnection.named("Benchmark")
                .baseUrl(baseUrl)
                .retry(RetryPolicy.maxAttempts(6))
                .destinations(SsrfPolicy.publicInternetOnly().allow("127.0.0.1"))
                .rateLimit(RateLimit.of(100_000, Duration.ofSeconds(1)).andAdaptive())
                .rule(ResponseRule.forStatus(403).text("rate limit").treatAs(ResponseRule.Action.RATE_LIMITED))
                .listener(start -> new ExchangeListener.CallObserver() {
                    @Override
                    public void ended(ExchangeResult report) {
                        calls.addAndGet(report.timings().total().toNanos());
                    }
                })
                .build();
    }

    /** An H2 database in a file, within this process. */
    private static DataSource database() {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:h2:retry:file:" + temporaryDirectory().resolve("log"));
        HikariDataSource source = new HikariDataSource(config);
        JdbcSchema.create(source);
        return source;
    }

    private static HttpConnectionBuilder connection(String baseUrl) {
        return HttpConnection.named("Benchmark").baseUrl(baseUrl);
    }

    private static HttpConnectionBuilder bearer(String baseUrl) {
        return connection(baseUrl).auth(CustomAuth.bearer(Secret.of("mF_9.B5f-4.1JqM-d7Xk2Lq8vT0sYw3ZuR6nHc")));
    }

    private static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("exchanges");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HttpClientBuilder pooled() {
        return HttpClientBuilder.create()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setMaxConnTotal(50)
                        .setMaxConnPerRoute(50)
                        .build());
    }

    record Raw(CloseableHttpClient client, String baseUrl) implements Peer {

        Raw(String baseUrl) {
            this(httpClient(), baseUrl);
        }

        @Override
        public Object get() throws IOException {
            return send(ClassicRequestBuilder.get(baseUrl + "/items/1").build());
        }

        @Override
        public Object post(byte[] json) throws IOException {
            return send(ClassicRequestBuilder.post(baseUrl + "/items")
                    .setEntity(json, ContentType.APPLICATION_JSON)
                    .build());
        }

        private Object send(ClassicHttpRequest request) throws IOException {
            return client.execute(request, response -> EntityUtils.toByteArray(response.getEntity()));
        }
    }

    record Ours(HttpConnection connection) implements Peer {

        Ours(String baseUrl) {
            this(HttpConnection.named("Benchmark").baseUrl(baseUrl).build());
        }

        @Override
        public Object get() {
            return connection.send(Request.get("/items/1"));
        }

        @Override
        public Object post(byte[] json) {
            return connection.send(Request.post("/items").body(io.httpconnector.Body.jsonBytes(json)));
        }
    }

    /** A connection whose exchanges are logged. */
    final class Logged implements Peer {

        private static final Duration PAUSE = Duration.ofMillis(1);

        private final Ours peer;
        private final ExchangeLog log;
        private final boolean errorsOnly;
        private final AtomicLong calls = new AtomicLong();
        private final AtomicLong written = new AtomicLong();

        Logged(HttpConnectionBuilder connection, ExchangeStore store, boolean errorsOnly) {
            this.errorsOnly = errorsOnly;
            // The sending thread itself writes to the store in memory.
            boolean isDelayed = !store.getClass()
                    .equals(ExchangeStore.inMemory(LOG_RETENTION).getClass());
            if (!isDelayed) {
                written.set(Long.MAX_VALUE);
            }
            ExchangeLog.Builder builder = ExchangeLog.to(isDelayed ? counting(store) : store);
            log = (errorsOnly ? builder.errorsOnly() : builder).open();
            peer = new Ours(connection.listener(log.connections()).build());
        }

        private ExchangeStore counting(ExchangeStore store) {
            return new ExchangeStore() {
                @Override
                public void append(List<LoggedExchange> entries) {
                    store.append(entries);
                    written.addAndGet(entries.size());
                }

                @Override
                public List<LoggedExchange> search(ExchangeQuery query) {
                    return store.search(query);
                }

                @Override
                public void close() {
                    store.close();
                }
            };
        }

        @Override
        public Object get() {
            calls.incrementAndGet();
            return peer.get();
        }

        @Override
        public Object post(byte[] json) {
            calls.incrementAndGet();
            return peer.post(json);
        }

        @Override
        public void finish() {
            while (!errorsOnly && written.get() < calls.get()) {
                if (log.dropped() > 0) {
                    throw new IllegalStateException(log.dropped() + " exchanges were not logged");
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    record OkHttp(OkHttpClient client, String baseUrl) implements Peer {

        private static final MediaType JSON = MediaType.get("application/json");

        OkHttp(String baseUrl) {
            this(
                    new OkHttpClient.Builder()
                            .connectionPool(new ConnectionPool(50, 5, TimeUnit.MINUTES))
                            .build(),
                    baseUrl);
        }

        @Override
        public Object get() throws IOException {
            return send(new okhttp3.Request.Builder().url(baseUrl + "/items/1").build());
        }

        @Override
        public Object post(byte[] json) throws IOException {
            return send(new okhttp3.Request.Builder()
                    .url(baseUrl + "/items")
                    .post(RequestBody.create(json, JSON))
                    .build());
        }

        private Object send(okhttp3.Request request) throws IOException {
            try (okhttp3.Response response = client.newCall(request).execute()) {
                return response.body().bytes();
            }
        }
    }

    /** Retrofit on OkHttp. */
    record RetrofitPeer(RetrofitApi api) implements Peer {

        interface RetrofitApi {
            @GET("/items/1")
            Call<ResponseBody> get();

            @POST("/items")
            Call<ResponseBody> post(@Body RequestBody json);
        }

        RetrofitPeer(String baseUrl) {
            this(new Retrofit.Builder()
                    .baseUrl(baseUrl)
                    .client(new OkHttp(baseUrl).client)
                    .build()
                    .create(RetrofitApi.class));
        }

        @Override
        public Object get() throws IOException {
            return bytes(api.get());
        }

        @Override
        public Object post(byte[] json) throws IOException {
            return bytes(api.post(RequestBody.create(json, OkHttp.JSON)));
        }

        private static Object bytes(Call<ResponseBody> call) throws IOException {
            try (ResponseBody body = call.execute().body()) {
                return body == null ? new byte[0] : body.bytes();
            }
        }
    }

    /** Feign on Apache HttpClient. */
    record FeignPeer(FeignApi api) implements Peer {

        interface FeignApi {
            @RequestLine("GET /items/1")
            byte[] get();

            @RequestLine("POST /items")
            @Headers("Content-Type: application/json")
            byte[] post(byte[] json);
        }

        FeignPeer(String baseUrl) {
            this(Feign.builder().client(new ApacheHttp5Client(httpClient())).target(FeignApi.class, baseUrl));
        }

        @Override
        public Object get() {
            return api.get();
        }

        @Override
        public Object post(byte[] json) {
            return api.post(json);
        }
    }

    /** Spring's RestClient on Apache HttpClient. */
    record Spring(RestClient client) implements Peer {

        Spring(String baseUrl) {
            this(RestClient.builder()
                    .baseUrl(baseUrl)
                    .requestFactory(new HttpComponentsClientHttpRequestFactory(httpClient()))
                    .build());
        }

        @Override
        public Object get() {
            return requireNonNull(client.get().uri("/items/1").retrieve().body(byte[].class));
        }

        @Override
        public Object post(byte[] json) {
            return requireNonNull(client.post()
                    .uri("/items")
                    .contentType(org.springframework.http.MediaType.APPLICATION_JSON)
                    .body(json)
                    .retrieve()
                    .body(byte[].class));
        }
    }

    record Jdk(HttpClient client, String baseUrl) implements Peer {

        Jdk(String baseUrl) {
            this(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(), baseUrl);
        }

        @Override
        public Object get() throws Exception {
            return send(HttpRequest.newBuilder(URI.create(baseUrl + "/items/1")).build());
        }

        @Override
        public Object post(byte[] json) throws Exception {
            return send(HttpRequest.newBuilder(URI.create(baseUrl + "/items"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(json))
                    .build());
        }

        private Object send(HttpRequest request) throws Exception {
            return client.send(request, HttpResponse.BodyHandlers.ofByteArray()).body();
        }
    }
}
