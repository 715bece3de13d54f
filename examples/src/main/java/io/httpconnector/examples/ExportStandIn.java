package io.httpconnector.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Stands in for a service with exports: each takes some status requests, and the URL of its file has a signature. */
final class ExportStandIn extends StandIn {

    private static final int POLLS = 6;
    private static final int ROWS = 1000;

    private final Map<String, Integer> exports = new ConcurrentHashMap<>();
    private final Map<String, String> keys = new ConcurrentHashMap<>();
    private final String signature = UUID.randomUUID().toString();

    /** The number of exports that were started. */
    int started() {
        return exports.size();
    }

    @Override
    Answer answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (path.equals("/exports")) {
            JsonNode body = body(exchange);
            String key = String.valueOf(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
            String id = keys.computeIfAbsent(key, any -> "e" + (keys.size() + 1));
            exports.putIfAbsent(id, 0);
            return new Answer(202, Map.of("id", id, "month", body.path("month").asText()));
        }
        String id = path.replaceFirst("^/(exports|files)/", "");
        if (!exports.containsKey(id)) {
            return new Answer(404, Map.of("message", "There is no export " + id));
        }
        if (path.startsWith("/exports/")) {
            return status(id);
        }
        boolean isSigned =
                ("signature=" + signature).equals(exchange.getRequestURI().getQuery());
        return isSigned ? new Answer(200, rows()) : new Answer(403, Map.of("message", "The signature is missing"));
    }

    private Answer status(String id) {
        int polls = exports.merge(id, 1, Integer::sum);
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("id", id);
        status.put("state", polls < POLLS ? "running" : "finished");
        status.put("percent", Math.min(100, polls * 100 / POLLS));
        if (polls >= POLLS) {
            status.put("url", baseUrl() + "/files/" + id + "?signature=" + signature);
        }
        return new Answer(200, status);
    }

    private static List<Map<String, Integer>> rows() {
        List<Map<String, Integer>> rows = new ArrayList<>();
        for (int i = 1; i <= ROWS; i++) {
            rows.add(Map.of("id", i));
        }
        return rows;
    }
}
