package io.httpconnector.testing.recording;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.polling.PagedRequest;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.stream.EventStream;
import io.httpconnector.stream.ServerSentEvent;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.VirtualTime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Recordings of several exchanges at a time, of event streams, and of lists that are read in part. */
@Timeout(60)
class RecordedStreamsTest {

    private final MockService service = MockService.start();
    private final String url = service.baseUrl();

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        service.close();
    }

    /** Records, stops the service, and replays; returns the results of both. */
    private <T> List<T> recordAndReplay(Function<HttpConnection, T> test) {
        List<T> results = new ArrayList<>();
        for (RecordingMode mode : List.of(RecordingMode.RECORD, RecordingMode.REPLAY)) {
            RecordingBuilder builder =
                    Recording.of(directory.resolve("test.har")).mode(mode);
            if (mode == RecordingMode.RECORD) {
                builder.timeSource(new VirtualTime());
            }
            try (Recording recording = builder.start();
                    HttpConnection connection = recording
                            .attachTo(HttpConnection.named("API").baseUrl(url))
                            .build()) {
                results.add(test.apply(connection));
            }
            service.close();
        }
        return results;
    }

    @Test
    void concurrentRequestsAreReplayedInAnyOrder() {
        service.on(
                "GET",
                "/items",
                request -> MockResponse.json(request.uri().getQuery().substring(2)));

        List<List<String>> texts = recordAndReplay(connection -> {
            List<CompletableFuture<String>> all = IntStream.range(0, 40)
                    .mapToObj(i ->
                            connection.sendAsync(Request.get("/items?n=" + i)).thenApply(response -> response.text()))
                    .toList();
            return all.stream().map(CompletableFuture::join).toList();
        });

        assertThat(texts.get(0)).hasSize(40).isEqualTo(texts.get(1));
        assertThat(texts.get(1).get(39)).isEqualTo("39");
    }

    @Test
    void eventsAreReplayedAcrossReconnections() {
        service.on("GET", "/events", request -> {
            String last = request.header("last-event-id").orElse("");
            return switch (last) {
                case "" -> events("retry: 2000\nid: 1\ndata: a\n\nid: 2\ndata: b\n\n");
                case "2" -> events("id: 3\ndata: c\n\n");
                default -> MockResponse.status(204);
            };
        });

        List<List<String>> data = recordAndReplay(connection -> {
            try (Stream<ServerSentEvent> events =
                    EventStream.of(Request.get("/events")).events(connection)) {
                return events.map(ServerSentEvent::data).toList();
            }
        });

        assertThat(data).containsExactly(List.of("a", "b", "c"), List.of("a", "b", "c"));
    }

    private static MockResponse events(String text) {
        return MockResponse.status(200).body("text/event-stream", text);
    }

    @Test
    void listMayBeReadInPart() {
        service.on("GET", "/orders", request -> {
            int page = Integer.parseInt(request.uri().getQuery().replaceAll(".*page=", ""));
            return MockResponse.json("[{\"id\": " + page + "}, {\"id\": " + -page + "}]");
        });
        PagedRequest orders =
                PagedRequest.of(Request.get("/orders"), RecordSelector.atRoot(), Pagination.pages("page"));

        List<List<Integer>> ids = recordAndReplay(connection -> {
            try (Stream<JsonNode> records = orders.records(connection)) {
                return records.limit(5).map(order -> order.path("id").asInt()).toList();
            }
        });

        assertThat(ids).containsExactly(List.of(1, -1, 2, -2, 3), List.of(1, -1, 2, -2, 3));
    }
}
