package io.httpconnector.examples.snippets;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.definition.Connector;
import io.httpconnector.state.StateStore;
import io.httpconnector.stream.EventStream;
import io.httpconnector.stream.RecordStream;
import io.httpconnector.stream.ServerSentEvent;
import io.httpconnector.stream.StreamTrigger;
import io.httpconnector.template.RequestTemplate;
import java.util.List;
import java.util.stream.Stream;

/** The code of {@code docs/streams.md}, and of the section on streams in {@code docs/connector-documents.md}. */
final class StreamSnippets {

    private StreamSnippets() {}

    /** Where the changes go. */
    interface Index {
        void update(JsonNode change);
    }

    /** Where the rows go. */
    interface Table {
        void insert(Row row);
    }

    /** A row of an export. */
    record Row(String id) {}

    static void events(HttpConnection wikimedia, Index index) {
        EventStream changes = EventStream.of(Request.get("/v2/stream/recentchange"));
        changes.events(wikimedia, event -> {
            index.update(event.json());
            return true; // false ends the stream and closes the socket
        });
    }

    private static void print(String word) {
        System.out.print(word);
    }

    static void chat(HttpConnection model, JsonNode question) {
        EventStream chat = EventStream.of(Request.post("/v1/chat/completions").json(question));
        try (Stream<ServerSentEvent> events = chat.events(model)) {
            events.takeWhile(event -> !event.data().equals("[DONE]"))
                    .forEach(event ->
                            print(event.json().at("/choices/0/delta/content").asText()));
        }
    }

    static void records(HttpConnection warehouse, Table table) {
        try (Stream<Row> rows = RecordStream.of(Request.get("/export")).records(warehouse, Row.class)) {
            rows.forEach(table::insert);
        }
    }

    static void trigger(HttpConnection wikimedia, StateStore store, Index index) {
        StreamTrigger changes = StreamTrigger.named("wiki-changes")
                .connection(wikimedia)
                .request(RequestTemplate.named("Changes")
                        .get("/v2/stream/recentchange")
                        .build())
                .types("message")
                .store(store) // StateStore.file(directory), or a database
                .handler(event -> index.update(event.payload().path("data")))
                .build();
        changes.start();
    }

    static void ofADocument(Connector connector, List<JsonNode> chat) {
        connector.on("chat-events", event -> chat.add(event.payload().path("data")));
        connector.start();
        connector.stream("chat-events").orElseThrow().status(); // OPEN, with the last id
    }
}
