package io.httpconnector.webhook.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.HttpConnection;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.MockService.RecordedRequest;
import io.httpconnector.testing.VirtualTime;
import java.net.URI;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests that the remainder of a crash is found on each page of the lists of well-known services, as their documentation describes. */
class PresetPagesTest {

    private static final String URL = "https://hooks.example.com/in/6f1cd0";

    private final VirtualTime time = new VirtualTime();
    private final MockService service = MockService.start();
    private final HttpConnection connection = HttpConnection.named("service")
            .baseUrl(service.baseUrl())
            .timeSource(time)
            .build();

    @AfterEach
    void stop() {
        connection.close();
        service.close();
    }

    private WebhookSubscriptionBuilder preset(String name) {
        return WebhookSubscription.named("acme")
                .preset(name)
                .connection(connection)
                .url(URI.create(URL))
                .timeSource(time);
    }

    private List<String> requestLines(String method) {
        return service.requests().stream()
                .filter(request -> request.method().equals(method))
                .map(request -> request.uri().toString())
                .toList();
    }

    /** Returns the first page with a link to the second one, and the second page with our subscription (RFC 8288). */
    private Function<RecordedRequest, MockResponse> linked(String path, String parameter, String first, String second) {
        return request -> String.valueOf(request.uri().getQuery()).contains(parameter + "=2")
                ? MockResponse.json(second)
                        .header("Link", "<" + service.baseUrl() + path + "?" + parameter + "=1>; rel=\"previous\"")
                : MockResponse.json(first)
                        .header(
                                "Link",
                                "<" + service.baseUrl() + path + "?" + parameter + "=2>; rel=\"next\", <"
                                        + service.baseUrl() + path + "?" + parameter + "=2>; rel=\"last\"");
    }

    @Test
    void github() {
        String path = "/repos/octocat/hello-world/hooks";
        service.on(
                        "GET",
                        path,
                        linked(
                                path,
                                "page",
                                "[{\"id\":1,\"config\":{\"url\":\"https://example.com\"}}]",
                                "[{\"id\":2,\"config\":{\"url\":\"" + URL + "\"}}]"))
                .on("POST", path, MockResponse.status(201).body("application/json", "{\"id\":3,\"active\":true}"))
                .on("DELETE", path + "/2", MockResponse.status(204));

        preset("github")
                .parameter("owner", "octocat")
                .parameter("repository", "hello-world")
                .build()
                .register();

        assertThat(requestLines("DELETE")).containsExactly(path + "/2");
    }

    @Test
    void shopify() {
        service.on(
                        "GET",
                        "/webhooks.json",
                        linked(
                                "/webhooks.json",
                                "page_info",
                                "{\"webhooks\":[]}",
                                "{\"webhooks\":[{\"id\":2,\"topic\":\"orders/create\",\"address\":\"" + URL + "\"}]}"))
                .on(
                        "POST",
                        "/webhooks.json",
                        MockResponse.status(201).body("application/json", "{\"webhook\":{\"id\":3}}"))
                .on("DELETE", "/webhooks/2.json", MockResponse.json("{}"));

        preset("shopify").events("orders/create").build().register();

        assertThat(requestLines("DELETE")).containsExactly("/webhooks/2.json");
    }

    @Test
    void stripe() {
        service.on(
                        "GET",
                        "/webhook_endpoints",
                        request -> String.valueOf(request.uri().getQuery()).contains("starting_after=we_2")
                                ? MockResponse.json(
                                        "{\"object\":\"list\",\"has_more\":false,\"data\":[{\"id\":\"we_3\",\"url\":\""
                                                + URL + "\"}]}")
                                : MockResponse.json(
                                        "{\"object\":\"list\",\"has_more\":true,\"data\":[{\"id\":\"we_1\",\"url\":\"https://a.example\"},"
                                                + "{\"id\":\"we_2\",\"url\":\"https://b.example\"}]}"))
                .on("POST", "/webhook_endpoints", MockResponse.json("{\"id\":\"we_4\",\"secret\":\"whsec_x\"}"))
                .on("DELETE", "/webhook_endpoints/we_3", MockResponse.json("{\"id\":\"we_3\",\"deleted\":true}"));

        preset("stripe").events("charge.failed").build().register();

        assertThat(requestLines("DELETE")).containsExactly("/webhook_endpoints/we_3");
    }

    /** The changes of Drive are watched from a page token. */
    @Test
    void googleDriveChanges() {
        service.on(
                "POST",
                "/drive/v3/changes/watch",
                MockResponse.json("{\"kind\":\"api#channel\",\"resourceId\":\"r\",\"expiration\":\"1767830400000\"}"));

        WebhookSubscription subscription = preset("google")
                .parameter("api", "drive/v3")
                .parameter("resource", "changes")
                .parameter("pageToken", "4711")
                .build();
        subscription.register();

        assertThat(requestLines("POST")).containsExactly("/drive/v3/changes/watch?pageToken=4711");
        assertThat(subscription.status().id()).isPresent();
    }
}
