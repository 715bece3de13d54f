package io.httpconnector.testing.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.Body;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.testing.MockResponse;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Comparisons of the requests of a test with those of its recording. */
@Timeout(60)
class ReplayMatchingTest extends RecordedService {

    private void record(Consumer<HttpConnection> test) {
        try (Recording recording = record().start();
                HttpConnection connection = recording.attachTo(shop()).build()) {
            test.accept(connection);
        }
        service.close();
    }

    @Test
    void requestThatWasNotRecordedFailsWithItsDifferences() {
        service.on("POST", "/orders", MockResponse.json("{}"));
        record(connection -> connection.send(Request.post("/orders?a=1&b=2")
                .header("X-Tenant", "7")
                .body(Body.json("{\"id\": 1, \"lines\": [{\"sku\": \"A\", \"n\": 1}]}"))));

        Recording recording = replay().start();
        try (HttpConnection connection = recording.attachTo(shop()).build()) {
            assertThatThrownBy(() -> connection.send(Request.post("/orders?a=1&b=3")
                            .header("X-Tenant", "8")
                            .body(Body.json("{\"id\": 1.0, \"lines\": [{\"sku\": \"B\", \"n\": 1}], \"x\": null}"))))
                    .isInstanceOf(RecordingMismatchError.class)
                    .hasMessageContaining("The request was not recorded: POST " + url + "/orders?a=1&b=3")
                    .hasMessageContaining("1 request, 1 unused")
                    .hasMessageContaining("closest: entry 0 (/log/entries/0) POST " + url + "/orders?a=1&b=2")
                    .hasMessageContaining("query b: recorded \"2\", sent \"3\"")
                    .hasMessageContaining("header x-tenant: recorded 7, sent 8")
                    .hasMessageContaining("body /lines/0/sku: recorded \"A\", sent \"B\"")
                    .hasMessageContaining("body /x: recorded nothing, sent null")
                    .hasMessageContaining("-Dconnector.record=true")
                    .hasMessageNotContaining("/id");
        }
        assertThatThrownBy(recording::close)
                .isInstanceOf(RecordingMismatchError.class)
                .hasMessageContaining("was not recorded");
        assertThat(recording.mismatch()).isPresent();
    }

    @Test
    void methodOriginPathAndRepetitionAreNamed() {
        service.on("GET", "/orders", MockResponse.json("{}"));
        record(connection -> connection.send(Request.get("/orders")));

        Recording recording = replay().start();
        try (HttpConnection connection = recording.attachTo(shop()).build()) {
            assertThatThrownBy(() -> connection.send(Request.delete("/orders")))
                    .hasMessageContaining("method: recorded GET, sent DELETE");
            assertThatThrownBy(() -> connection.send(Request.get("https://other.example/orders")))
                    .hasMessageContaining("origin: recorded " + url + ", sent https://other.example");
            assertThatThrownBy(() -> connection.send(Request.get("/order")))
                    .hasMessageContaining("path: recorded /orders, sent /order");
            connection.send(Request.get("/orders"));
            assertThatThrownBy(() -> connection.send(Request.get("/orders")))
                    .hasMessageContaining("it is used already");
        }
    }

    @Test
    void errorOfARequestIsThatOfTheTest() {
        service.on("GET", "/orders", MockResponse.json("{}"));
        record(connection -> connection.send(Request.get("/orders")));

        assertThatThrownBy(() -> {
                    try (Recording recording = replay().start();
                            HttpConnection connection =
                                    recording.attachTo(shop()).build()) {
                        connection.send(Request.get("/other"));
                    }
                })
                .isInstanceOf(RecordingMismatchError.class)
                .hasMessageContaining("recorded /orders, sent /other");
    }

    @Test
    void unusedEntriesFailAtTheEnd() {
        service.on("GET", "/a", MockResponse.json("1"));
        service.on("GET", "/b", MockResponse.json("2"));
        record(connection -> {
            connection.send(Request.get("/a"));
            connection.send(Request.get("/b"));
        });

        Recording recording = replay().start();
        try (HttpConnection connection = recording.attachTo(shop()).build()) {
            connection.send(Request.get("/b"));
        }
        assertThatThrownBy(recording::close)
                .isInstanceOf(RecordingMismatchError.class)
                .hasMessageContaining("1 of 2 recorded exchanges")
                .hasMessageContaining("entry 0 (/log/entries/0) GET " + url + "/a");

        try (Recording lenient = replay().allowUnused().start();
                HttpConnection connection = lenient.attachTo(shop()).build()) {
            connection.send(Request.get("/b"));
        }
    }

    @Test
    void orderIsRequiredOnDemand() {
        service.on("GET", "/a", MockResponse.json("1"));
        service.on("GET", "/b", MockResponse.json("2"));
        record(connection -> {
            connection.send(Request.get("/a"));
            connection.send(Request.get("/b"));
        });

        Recording recording = replay().strictOrder().start();
        try (HttpConnection connection = recording.attachTo(shop()).build()) {
            assertThatThrownBy(() -> connection.send(Request.get("/b")))
                    .hasMessageContaining("next recorded: entry 0 (/log/entries/0) GET " + url + "/a");
        }
    }

    @Test
    void volatileValuesAreIgnored() {
        service.on("POST", "/orders", MockResponse.json("{}"));
        Function<String, Request> request = value -> Request.post("/orders?nonce=" + value + "&page=1")
                .header("Idempotency-Key", value)
                .header("X-Nonce", value)
                .body(Body.json("{\"at\": \"" + value + "\", \"items\": [{\"id\": \"" + value + "\", \"n\": 1}]}"));
        record(connection -> {
            connection.send(request.apply("first"));
            connection.send(Request.post("/orders")
                    .body(Body.form().field("ts", "first").field("a", "1")));
        });

        try (Recording recording = replay().ignoreQuery("nonce")
                        .ignoreHeader("X-Nonce")
                        .ignoreBody("/at", "/items/*/id", "/ts")
                        .start();
                HttpConnection connection = recording.attachTo(shop()).build()) {
            connection.send(request.apply("second"));
            connection.send(Request.post("/orders")
                    .body(Body.form().field("ts", "second").field("a", "1")));
        }
        Recording strict = replay().ignoreQuery("nonce").ignoreBody("").start();
        try (HttpConnection connection = strict.attachTo(shop()).build()) {
            assertThatThrownBy(() -> connection.send(request.apply("second")))
                    .hasMessageContaining("header x-nonce: recorded first, sent second")
                    .hasMessageNotContaining("body");
        }
        assertThatThrownBy(() -> replay().ignoreBody("at")).hasMessageContaining("start it with a slash");
    }

    @Test
    void repeatedRequestsUseTheEntriesInTheirOrder() {
        service.on("GET", "/status", MockResponse.json("1"), MockResponse.json("2"), MockResponse.json("3"));

        List<String> texts = recordAndReplay(
                connection -> connection.send(Request.get("/status")).text()
                        + connection.send(Request.get("/status")).text()
                        + connection.send(Request.get("/status")).text());

        assertThat(texts).containsExactly("123", "123");
    }
}
