package io.httpconnector.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for Eventbrite with the features that the example needs: a user who grants consent, tokens for authorization
 * codes, and venues, which it validates and stores.
 */
final class EventbriteStandIn extends StandIn {

    static final String CLIENT_ID = "client-id";
    static final String CLIENT_SECRET = "eventbrite-client-secret";
    static final String TOKEN = "eventbrite-access-token";

    private static final String VENUES = "/v3/venues/";
    private static final Set<String> COUNTRIES = Set.copyOf(Arrays.asList(Locale.getISOCountries()));

    private final Map<String, String> challengeByCode = new ConcurrentHashMap<>();
    private final Map<String, JsonNode> venues = new ConcurrentHashMap<>();
    private final AtomicInteger ids = new AtomicInteger(4710);

    @Override
    Answer answer(HttpExchange exchange) throws IOException {
        return switch (exchange.getRequestURI().getPath()) {
            case "/oauth/authorize" -> authorize(exchange);
            case "/oauth/token" -> token(exchange);
            default -> api(exchange);
        };
    }

    /** Simulates a user who grants consent. */
    private Answer authorize(HttpExchange exchange) {
        Map<String, String> asked = parameters(exchange.getRequestURI().getRawQuery());
        String code = UUID.randomUUID().toString();
        challengeByCode.put(code, String.valueOf(asked.get("code_challenge")));
        exchange.getResponseHeaders()
                .set("Location", asked.get("redirect_uri") + "?code=" + code + "&state=" + asked.get("state"));
        return new Answer(302, Map.of());
    }

    private Answer token(HttpExchange exchange) throws IOException {
        Map<String, String> sent =
                parameters(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        String challenge = challengeByCode.remove(String.valueOf(sent.get("code")));
        boolean good = CLIENT_ID.equals(sent.get("client_id"))
                && CLIENT_SECRET.equals(sent.get("client_secret"))
                && challengeOf(String.valueOf(sent.get("code_verifier"))).equals(challenge);
        return good
                ? new Answer(200, Map.of("access_token", TOKEN, "token_type", "bearer"))
                : new Answer(400, Map.of("error", "invalid_grant", "error_description", "code is invalid or expired"));
    }

    private static String challengeOf(String verifier) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private Answer api(HttpExchange exchange) throws IOException {
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
