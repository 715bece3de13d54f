package io.httpconnector.examples;

import com.sun.net.httpserver.HttpExchange;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** A stand-in for Jira with the features that the example needs: one user with an API token, and one project. */
final class JiraStandIn extends StandIn {

    static final String USER = "user@example.com";
    static final String TOKEN = "jira-api-token";

    private static final String AUTHORIZATION =
            "Basic " + Base64.getEncoder().encodeToString((USER + ":" + TOKEN).getBytes(StandardCharsets.UTF_8));

    @Override
    Answer answer(HttpExchange exchange) {
        if (!AUTHORIZATION.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            return new Answer(
                    401, Map.of("errorMessages", List.of("Client must be authenticated to access this resource.")));
        }
        return switch (exchange.getRequestURI().getPath()) {
            case "/rest/api/3/myself" -> new Answer(200, Map.of("displayName", "Example User", "emailAddress", USER));
            case "/rest/api/3/project/PPP" ->
                new Answer(200, Map.of("key", "PPP", "name", "Project for testing connections"));
            default -> new Answer(404, Map.of("errorMessages", List.of("No such resource.")));
        };
    }
}
