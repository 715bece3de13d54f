package io.httpconnector.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Eventbrite's venues, as far as the story needs them: checks the token, validates, and keeps what was created. */
final class EventbriteStandIn extends StandIn {

    static final String TOKEN = "eventbrite-private-token";

    private static final String VENUES = "/v3/venues/";
    private static final Set<String> COUNTRIES = Set.copyOf(Arrays.asList(Locale.getISOCountries()));

    private final Map<String, JsonNode> venues = new ConcurrentHashMap<>();
    private final AtomicInteger ids = new AtomicInteger(4710);

    @Override
    Answer answer(HttpExchange exchange) throws IOException {
        if (!("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            return error(401, "INVALID_AUTH", "The OAuth token you provided was invalid.");
        }
        String path = exchange.getRequestURI().getPath();
        if (!path.startsWith(VENUES)) {
            return error(404, "NOT_FOUND", "The path you requested does not exist.");
        }
        String id = path.substring(VENUES.length()).replace("/", "");
        return switch (exchange.getRequestMethod()) {
            case "POST" -> create(body(exchange).path("venue"));
            case "GET" -> read(venues.get(id));
            default -> error(405, "METHOD_NOT_ALLOWED", "Method not allowed.");
        };
    }

    private Answer create(JsonNode venue) {
        if (venue.path("name").asText().isBlank()) {
            return error(400, "ARGUMENTS_ERROR", "There are errors with your arguments: venue.name - MISSING");
        }
        if (!COUNTRIES.contains(venue.at("/address/country").asText())) {
            return error(
                    400,
                    "ARGUMENTS_ERROR",
                    "There are errors with your arguments: venue.address.country - must be a two-letter country code");
        }
        String id = String.valueOf(ids.incrementAndGet());
        ObjectNode created = ((ObjectNode) venue).put("id", id);
        venues.put(id, created);
        return new Answer(200, created);
    }

    private static Answer read(@Nullable JsonNode venue) {
        return venue == null ? error(404, "NOT_FOUND", "The venue does not exist.") : new Answer(200, venue);
    }

    private static Answer error(int status, String error, String description) {
        return new Answer(status, Map.of("status_code", status, "error", error, "error_description", description));
    }
}
