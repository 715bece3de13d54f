package io.httpconnector.examples.snippets;

import feign.Feign;
import feign.Param;
import feign.RequestLine;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.auth.CustomAuth;
import io.httpconnector.auth.oauth2.OAuth2;
import io.httpconnector.template.RequestTemplate;
import java.time.Duration;
import java.util.Map;
import okhttp3.ResponseBody;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import retrofit2.Call;
import retrofit2.Retrofit;
import retrofit2.http.GET;
import retrofit2.http.Path;

/** The code of {@code docs/migration.md}. */
final class MigrationSnippets {

    private static final Logger log = LoggerFactory.getLogger(MigrationSnippets.class);

    private MigrationSnippets() {}

    record Order(String id, String status) {}

    interface FeignShop {
        @RequestLine("GET /orders/{id}")
        String order(@Param("id") String id);
    }

    interface RetrofitShop {
        @GET("orders/{id}")
        Call<ResponseBody> order(@Path("id") String id);
    }

    static Order restTemplateGet(String id) {

        RestTemplate rest = new RestTemplate();
        Order order = rest.getForObject("https://api.shop.example.com/orders/{id}", Order.class, id);
        return order;
    }

    static Order restClientGet(String token, String id) {

        RestClient rest = RestClient.builder()
                .baseUrl("https://api.shop.example.com")
                .defaultHeader("Authorization", "Bearer " + token)
                .build();
        Order order = rest.get().uri("/orders/{id}", id).retrieve().body(Order.class);
        return order;
    }

    static Order connectorGet(Secret token, String id) {

        HttpConnection shop = HttpConnection.named("Shop")
                .baseUrl("https://api.shop.example.com")
                .auth(CustomAuth.bearer(token))
                .build();
        RequestTemplate getOrder =
                RequestTemplate.named("Get order").get("/orders/{{order.id}}").build();
        Order order = shop.send(getOrder.render("order", Map.of("id", id))).json(Order.class);
        return order;
    }

    static void restTemplatePost(RestTemplate rest, Order order) {

        try {
            ResponseEntity<Order> created =
                    rest.postForEntity("https://api.shop.example.com/orders", order, Order.class);
            log.info("{}", created.getBody());
        } catch (HttpClientErrorException e) {
            log.warn("{}: {}", e.getStatusCode(), e.getResponseBodyAsString());
        }
    }

    static Order restClientPost(RestClient rest, Order order) {

        Order created = rest.post()
                .uri("/orders")
                .contentType(MediaType.APPLICATION_JSON)
                .body(order)
                .retrieve()
                .onStatus(status -> status.value() == 409, (request, response) -> log.warn("exists already"))
                .body(Order.class);
        return created;
    }

    static void connectorPost(HttpConnection shop, Order order) {

        try {
            Order created = shop.send(Request.post("/orders").json(order).idempotencyKey(order.id()))
                    .json(Order.class);
            log.info("{}", created);
        } catch (StatusException e) {
            log.warn("{}: {}", e.status(), e.json().at("/error/message").asText());
        }
    }

    static String feign(String id) {

        FeignShop shop = Feign.builder()
                .requestInterceptor(request -> request.header("Authorization", "Bearer token"))
                .target(FeignShop.class, "https://api.shop.example.com");
        String order = shop.order(id);
        return order;
    }

    static int retrofit(String id) throws java.io.IOException {

        RetrofitShop shop = new Retrofit.Builder()
                .baseUrl("https://api.shop.example.com/")
                .build()
                .create(RetrofitShop.class);
        int status = shop.order(id).execute().code();
        return status;
    }

    static final class Shop {

        private static final RequestTemplate GET_ORDER =
                RequestTemplate.named("Get order").get("/orders/{{order.id}}").build();

        private final HttpConnection connection;

        Shop(HttpConnection connection) {
            this.connection = connection;
        }

        Order order(String id) {
            return connection.send(GET_ORDER.render("order", Map.of("id", id))).json(Order.class);
        }
    }

    static HttpConnection retries() {

        HttpConnection shop = HttpConnection.named("Shop")
                .baseUrl("https://api.shop.example.com")
                .retry(RetryPolicy.maxAttempts(5).backoff(Duration.ofMillis(200), Duration.ofSeconds(10)))
                .totalTimeout(Duration.ofSeconds(30))
                .build();
        return shop;
    }

    static HttpConnection oauth(Secret secret) {

        HttpConnection shop = HttpConnection.named("Shop")
                .baseUrl("https://api.shop.example.com")
                .auth(OAuth2.clientCredentials()
                        .tokenUrl("https://login.example.com/oauth2/token")
                        .client("client-id", secret)
                        .build())
                .build();
        return shop;
    }
}
