package io.httpconnector.polling;

import io.httpconnector.internal.json.JsonSupport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.impl.bootstrap.HttpServer;
import org.apache.hc.core5.http.impl.bootstrap.ServerBootstrap;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;

/** A service whose responses are defined by the test. */
final class MockService implements AutoCloseable {

    /** A received request. */
    record MockRequest(
            String method, String path, Map<String, String> query, Map<String, String> headers, String body) {
        int number(String name, int defaultValue) {
            return query.containsKey(name) ? Integer.parseInt(query.get(name)) : defaultValue;
        }
    }

    /** A response. */
    record MockResponse(int status, String type, Map<String, String> headers, String body) {

        static MockResponse json(Object value) {
            return new MockResponse(
                    200, "application/json", Map.of(), JsonSupport.tree(value).toString());
        }

        static MockResponse of(String type, String body) {
            return new MockResponse(200, type, Map.of(), body);
        }

        static MockResponse status(int status) {
            return new MockResponse(status, "application/json", Map.of(), "{\"error\": \"" + status + "\"}");
        }

        boolean hasBody() {
            return status != 304 && status != 204;
        }

        MockResponse header(String name, String value) {
            Map<String, String> more = new TreeMap<>(headers);
            more.put(name, value);
            return new MockResponse(status, type, more, body);
        }
    }

    /** Defines the response to a request. */
    interface Behaviour {
        MockResponse respond(MockRequest asked);
    }

    final List<MockRequest> requests = Collections.synchronizedList(new ArrayList<>());
    volatile Behaviour behaviour = any -> MockResponse.json(List.of());
    private final HttpServer server;

    MockService() {
        server = ServerBootstrap.bootstrap()
                .setCanonicalHostName("127.0.0.1")
                .setLocalAddress(InetAddress.getLoopbackAddress())
                .setSocketConfig(SocketConfig.custom().setTcpNoDelay(true).build())
                .register("*", this::handle)
                .create();
        try {
            server.start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    String baseUrl() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    private void handle(ClassicHttpRequest request, ClassicHttpResponse response, HttpContext context)
            throws IOException {
        MockResponse received = respond(request);
        received.headers.forEach(response::setHeader);
        response.setCode(received.status);
        if (received.hasBody()) {
            String type = received.type.contains("charset=") ? received.type : received.type + "; charset=utf-8";
            response.setEntity(new StringEntity(received.body, ContentType.parse(type)));
        }
    }

    MockResponse respond(ClassicHttpRequest request) throws IOException {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (Header header : request.getHeaders()) {
            headers.putIfAbsent(header.getName(), header.getValue());
        }
        String[] target = request.getRequestUri().split("\\?", 2);
        MockRequest one = new MockRequest(
                request.getMethod(), target[0], query(target.length < 2 ? "" : target[1]), headers, body(request));
        requests.add(one);
        return behaviour.respond(one);
    }

    private static String body(ClassicHttpRequest request) throws IOException {
        try {
            return request.getEntity() == null ? "" : EntityUtils.toString(request.getEntity());
        } catch (ParseException e) {
            throw new IOException(e);
        }
    }

    private static Map<String, String> query(String raw) {
        Map<String, String> query = new TreeMap<>();
        for (String pair : raw.isEmpty() ? new String[0] : raw.split("&", -1)) {
            String[] parts = pair.split("=", 2);
            query.put(
                    URLDecoder.decode(parts[0], StandardCharsets.UTF_8),
                    parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return query;
    }

    @Override
    public void close() {
        server.close(CloseMode.IMMEDIATE);
    }
}
