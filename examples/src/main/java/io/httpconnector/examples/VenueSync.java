package io.httpconnector.examples;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.auth.BasicAuth;
import io.httpconnector.auth.oauth2.AuthorizationFlow;
import io.httpconnector.auth.oauth2.OAuth2;
import io.httpconnector.auth.oauth2.TokenSet;
import io.httpconnector.template.PillInfo;
import io.httpconnector.template.RequestTemplate;
import java.io.PrintStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The main job in one run: connect to Jira and test the connection; send a user through Eventbrite's consent; create a venue there, see why it is refused and
 * mend it; then replace the fixed values by datapills and create one venue for each account of a list.
 */
public final class VenueSync {

    /** An account, as it comes from a CRM. */
    record Account(
            String Id, String Name, String BillingStreet, String BillingCity, String BillingCountry, int Seats) {}

    private static final List<Account> ACCOUNTS = List.of(
            new Account("001", "Madison Square Garden", "4 Pennsylvania Plaza", "New York City", "US", 19500),
            new Account("002", "Café \"Zur Brücke\"", "Brückenstraße 1\n2nd floor", "Köln", "DE", 80),
            new Account("003", "{{account.Id}} & Sons", "1 Template Row", "Dublin", "IE", 0));

    private final PrintStream out;

    VenueSync(PrintStream out) {
        this.out = out;
    }

    /**
     * Runs the story; exits with 0 only when what was read back equals what was meant.
     *
     * @param args none
     */
    public static void main(String[] args) {
        System.exit(new VenueSync(System.out).run() ? 0 : 1);
    }

    boolean run() {
        try (JiraStandIn jira = new JiraStandIn();
                EventbriteStandIn eventbrite = new EventbriteStandIn()) {
            return jira(jira.baseUrl()) && eventbrite(eventbrite.baseUrl());
        }
    }

    private boolean jira(String baseUrl) {
        try (HttpConnection jira = HttpConnection.named("Jira")
                .baseUrl(baseUrl)
                .auth(BasicAuth.of(JiraStandIn.USER, Secret.of(JiraStandIn.TOKEN)))
                .test(Request.get("/rest/api/3/myself"))
                .build()) {

            step("Connect to Jira and test the connection");
            say(jira.test().orThrow().message());
            JsonNode project = jira.send(Request.get("/rest/api/3/project/PPP")).json();
            say("Project " + project.at("/key").asText() + ": "
                    + project.at("/name").asText());
            return project.at("/key").asText().equals("PPP");
        }
    }

    private boolean eventbrite(String baseUrl) {
        try (HttpConnection eventbrite = HttpConnection.named("Eventbrite")
                .baseUrl(baseUrl)
                .auth(OAuth2.authorizationCode()
                        .authorizationUrl(baseUrl + "/oauth/authorize?response_type=code")
                        .tokenUrl(baseUrl + "/oauth/token")
                        .client(EventbriteStandIn.CLIENT_ID, Secret.of(EventbriteStandIn.CLIENT_SECRET))
                        .clientAuthentication(OAuth2.ClientAuthentication.BODY)
                        .redirectUri("https://app.example.com/oauth/callback")
                        .build())
                .build()) {

            consent(eventbrite);
            return sample(eventbrite) && venuePerAccount(eventbrite);
        }
    }

    /** In an application the start is one page, which redirects the browser, and the end another, at the redirect URI. */
    private void consent(HttpConnection eventbrite) {
        String browserSession = UUID.randomUUID().toString();
        AuthorizationFlow flow = AuthorizationFlow.of(eventbrite);

        step("Connect to Eventbrite by OAuth 2");
        URI url = flow.start(browserSession);
        say("The browser is sent to " + url.getPath());
        String callback = browser(url);
        TokenSet tokens = flow.finish(callback, browserSession);
        say("The user has consented; there is "
                + tokens.refreshToken().map(token -> "a refresh token").orElse("no refresh token"));
    }

    /** Where the browser is sent back to, once the user has allowed it. */
    private static String browser(URI url) {
        try (HttpConnection browser = HttpConnection.named("Browser")
                .baseUrl(url.resolve("/").toString())
                .build()) {
            Response answer = browser.send(Request.get(url.toString()).accept(302));
            return answer.headers().first("Location").orElseThrow();
        }
    }

    private boolean sample(HttpConnection eventbrite) {
        String venue = """
                {"venue": {"name": "Madison Square Garden",
                           "address": {"address_1": "4 Pennsylvania Plaza", "city": "New York City", "country": "USA"}}}""";

        step("Create a venue with country \"USA\"");
        try {
            eventbrite.send(Request.post("/v3/venues/").json(venue));
            say("It was accepted, but should not be");
            return false;
        } catch (StatusException e) {
            say("Eventbrite answered " + e.status() + ": "
                    + e.json().at("/error_description").asText());
        }

        step("Correct it to \"US\"");
        Request corrected = Request.post("/v3/venues/").json(venue.replace("\"USA\"", "\"US\""));
        String id = eventbrite.send(corrected).json().at("/id").asText();
        say("Created venue " + id);
        return !id.isEmpty();
    }

    private boolean venuePerAccount(HttpConnection eventbrite) {
        RequestTemplate createVenue = RequestTemplate.named("Create venue")
                .post("/v3/venues/")
                .json("""
                        {"venue": {"name": "{{account.Name}}", "capacity": "{{account.Seats}}",
                                   "external_id": "CRM-{{account.Id}}",
                                   "address": {"address_1": "{{account.BillingStreet}}", "city": "{{account.BillingCity}}",
                                               "country": "{{account.BillingCountry}}"}}}""")
                .build();
        RequestTemplate readVenue = RequestTemplate.named("Read venue")
                .get("/v3/venues/{{venue.id}}/")
                .build();

        step("Replace the fixed values by datapills");
        say(createVenue.pills().stream().map(PillInfo::path).collect(Collectors.joining(", ")));

        step("Create one venue for each account");
        List<JsonNode> created = new ArrayList<>();
        for (Account account : ACCOUNTS) {
            created.add(eventbrite.send(createVenue.render("account", account)).json());
            say("Created venue " + created.get(created.size() - 1).at("/id").asText() + " for account " + account.Id());
        }

        step("Read them back");
        boolean equal = true;
        for (int i = 0; i < ACCOUNTS.size(); i++) {
            JsonNode venue =
                    eventbrite.send(readVenue.render("venue", created.get(i))).json();
            boolean same = accountIn(venue).equals(ACCOUNTS.get(i));
            say("Venue " + venue.at("/id").asText() + ", " + venue.at("/name").asText() + ": "
                    + (same ? "as it was meant" : "NOT as it was meant"));
            equal &= same;
        }
        return equal;
    }

    private static Account accountIn(JsonNode venue) {
        return new Account(
                venue.at("/external_id").asText().replaceFirst("^CRM-", ""),
                venue.at("/name").asText(),
                venue.at("/address/address_1").asText(),
                venue.at("/address/city").asText(),
                venue.at("/address/country").asText(),
                venue.at("/capacity").isInt() ? venue.at("/capacity").intValue() : -1);
    }

    private void step(String what) {
        out.println("\n" + what);
    }

    private void say(String what) {
        out.println("    " + what);
    }
}
