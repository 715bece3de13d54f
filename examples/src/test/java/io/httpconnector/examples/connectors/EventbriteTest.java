package io.httpconnector.examples.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.definition.Connector;
import io.httpconnector.template.Pills;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the connector document of Eventbrite. */
class EventbriteTest extends ConnectorFixture {

    private final EventbriteMock eventbrite = new EventbriteMock();

    /** Venues by https://www.eventbrite.com/platform: tokens that do not expire, errors by argument. */
    static final class EventbriteMock extends ServiceMock {

        private static final String API = "www.eventbriteapi.com/v3";

        final TokenIssuer tokens = new TokenIssuer("https://www.eventbrite.com/oauth/authorize").withoutRefresh();
        final List<JsonNode> venues = new ArrayList<>();

        EventbriteMock() {
            super("www.eventbriteapi.com", "www.eventbrite.com");
        }

        @Override
        synchronized Reply reply(Call call) {
            if (call.target().equals("POST www.eventbrite.com/oauth/token")) {
                return tokens.token(call);
            }
            if (!tokens.accepts(call)) {
                return error(401, "INVALID_AUTH", "The OAuth token you provided was invalid.");
            }
            return switch (call.target()) {
                case "GET " + API + "/users/me/" -> Reply.json(Map.of("id", "1"));
                case "POST " + API + "/venues/" -> create(call.json().path("venue"));
                case "GET " + API + "/organizations/9/events/" -> events(call.query());
                case "GET " + API + "/venues/0/" -> Reply.json(venues.get(0));
                default -> error(404, "NOT_FOUND", "The path you requested does not exist.");
            };
        }

        /** The last page has no continuation, which is an opaque text. */
        private static Reply events(@Nullable String query) {
            int page = List.of("", "continuation=a%2Bb%3D%3D", "continuation=c").indexOf(query == null ? "" : query);
            if (page < 0) {
                return error(400, "BAD_CONTINUATION_TOKENS", "The continuation is invalid: " + query);
            }
            Map<String, Object> pagination = page == 2
                    ? Map.of("has_more_items", false)
                    : Map.of("has_more_items", true, "continuation", page == 0 ? "a+b==" : "c");
            return Reply.json(Map.of(
                    "pagination", pagination, "events", List.of(Map.of("id", "e" + page), Map.of("id", "f" + page))));
        }

        private Reply create(JsonNode venue) {
            if (!venue.at("/address/country").asText().matches("[A-Z]{2}")) {
                return error(
                        400,
                        "ARGUMENTS_ERROR",
                        "There are errors with your arguments: venue.address.country - INVALID");
            }
            venues.add(venue);
            return Reply.json(Map.of(
                    "id",
                    String.valueOf(venues.size() - 1),
                    "name",
                    venue.path("name").asText()));
        }

        static Reply error(int status, String error, String description) {
            return Reply.json(status, Map.of("status_code", status, "error", error, "error_description", description));
        }
    }

    @AfterEach
    void stop() throws Exception {
        eventbrite.close();
    }

    private Connector organizer() {
        Connector organizer = connect(
                "eventbrite",
                "oauth2",
                eventbrite,
                Map.of("clientId", TokenIssuer.CLIENT),
                "clientSecret",
                TokenIssuer.CLIENT_SECRET);
        authorize(organizer, eventbrite.tokens);
        return organizer;
    }

    private static Map<String, Object> account(String country) {
        return Map.of(
                "Name", "Acme \"Hall\"",
                "BillingStreet", "1 Main St",
                "BillingCity", "Springfield",
                "BillingCountry", country);
    }

    @Test
    void rejectedVenueIsCorrected() {
        Connector organizer = organizer();

        organizer.connection().test().orThrow();
        assertThat(rejected(400, () -> organizer.request("create-venue").send("account", account("USA")))
                        .path("error_description")
                        .asText())
                .contains("venue.address.country");
        String id = organizer
                .request("create-venue")
                .send("account", account("US"))
                .json()
                .path("id")
                .asText();

        assertThat(organizer
                        .request("get-venue")
                        .send("venue", Map.of("id", id))
                        .json()
                        .path("name")
                        .asText())
                .isEqualTo("Acme \"Hall\"");
        assertThat(connect("eventbrite", "token", eventbrite, Map.of(), "token", "wrong")
                        .connection()
                        .test()
                        .ok())
                .isFalse();
    }

    @Test
    void eventsAreReadByContinuation() {
        assertThat(organizer()
                        .request("list-events")
                        .records(Pills.of("organization", Map.of("id", 9)))
                        .map(event -> event.path("id").asText()))
                .containsExactly("e0", "f0", "e1", "f1", "e2", "f2");
    }

    @Test
    void rateLimitIsWaitedFor() {
        Connector organizer = organizer();
        eventbrite.answerNext(EventbriteMock.error(429, "HIT_RATE_LIMIT", "You have reached your hourly rate limit.")
                .header("Retry-After", 5));

        organizer.request("create-venue").send("account", account("US"));

        assertThat(eventbrite.venues).hasSize(1);
        assertThat(eventbrite.time.waits().get(0)).isGreaterThanOrEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void webhookIsReceivedAtItsUrlOnly() {
        URI url = open(organizer(), "changes");
        String body =
                "{\"api_url\": \"https://www.eventbriteapi.com/v3/orders/7/\", \"config\": {\"action\": \"order.placed\"}}";

        assertThat(post(URI.create(url.toString().replaceFirst(".{4}$", "AAAA")), Map.of(), body)
                        .status())
                .isEqualTo(404);
        assertThat(post(url, Map.of(), body).status()).isEqualTo(200);
        assertThat(texts(takeEvents(), "/config/action")).containsExactly("order.placed");
    }
}
