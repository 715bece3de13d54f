package io.httpconnector.graphql;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.internal.json.JsonSupport;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** A service for GraphQL over HTTP, whose responses are defined by the test. */
final class GraphQlServer implements AutoCloseable {

    /** A response. */
    record Answer(int status, String type, String body, Map<String, String> headers) {

        static Answer json(String body) {
            return new Answer(200, "application/json", body, Map.of());
        }

        static Answer status(int status, String body) {
            return new Answer(status, "application/graphql-response+json", body, Map.of());
        }
    }

    /** Defines the response to a request. */
    interface Behaviour {
        Answer respond(JsonNode body);
    }

    final List<JsonNode> requests = Collections.synchronizedList(new ArrayList<>());
    final List<Map<String, List<String>>> headers = Collections.synchronizedList(new ArrayList<>());
    volatile Behaviour behaviour = any -> Answer.json("{\"data\": {}}");
    private final HttpServer server;

    GraphQlServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.start();
    }

    String baseUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        JsonNode body = JsonSupport.readLenient(text);
        requests.add(body);
        headers.add(exchange.getRequestHeaders());
        Answer answer = behaviour.respond(body);
        byte[] bytes = answer.body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", answer.type);
        answer.headers.forEach(exchange.getResponseHeaders()::add);
        exchange.sendResponseHeaders(answer.status, bytes.length == 0 ? -1 : bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
