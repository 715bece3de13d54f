package io.httpconnector.examples;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.auth.BasicAuth;
import io.httpconnector.auth.oauth2.AuthorizationCodeFlow;
import io.httpconnector.auth.oauth2.ClientAuthentication;
import io.httpconnector.auth.oauth2.OAuth2;
import io.httpconnector.auth.oauth2.ProviderSettings;
import io.httpconnector.auth.oauth2.TokenSet;
import io.httpconnector.template.PillInfo;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.wizard.RequestDraft;
import io.httpconnector.wizard.RequestWizard;
import io.httpconnector.wizard.SampleExchange;
import io.httpconnector.wizard.SavedRequest;
import java.io.PrintStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * An example of the main use case: connect to Jira and test the connection; send a user through Eventbrite's consent; create
 * a venue with the wizard, see why it is rejected, correct it, and replace its fixed values with datapills; then create one
 * venue per account of a list.
 */
public final class VenueSync {

    /** An account of a CRM. */
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
     * Runs the example. Exits with 0 only if the venues read back equal the expected ones.
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
                        .provider(ProviderSettings.defaults().clientAuthentication(ClientAuthentication.BODY))
                        .redirectUri("https://app.example.com/oauth/callback")
                        .build())
                .build()) {

            consent(eventbrite);
            return venuePerAccount(eventbrite, createVenue(eventbrite));
        }
    }

    /** In an application, one page starts the flow and redirects the browser; another page at the redirect URI finishes it. */
    private void consent(HttpConnection eventbrite) {
        String browserSession = UUID.randomUUID().toString();
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(eventbrite);

        step("Connect to Eventbrite with OAuth 2");
        URI url = flow.start(browserSession);
        say("The browser is redirected to " + url.getPath());
        String callback = browser(url);
        TokenSet tokens = flow.finish(callback, browserSession);
        say("The user has granted consent; there is "
                + tokens.refreshToken().map(token -> "a refresh token").orElse("no refresh token"));
    }

    /** Returns the redirect target after the user has granted consent. */
    private static String browser(URI url) {
        try (HttpConnection browser = HttpConnection.named("Browser")
                .baseUrl(url.resolve("/").toString())
                .build()) {
            Response response = browser.send(Request.get(url.toString()).acceptStatus(302));
            return response.headers().first("Location").orElseThrow();
        }
    }

    /** Uses the wizard: sends a sample, inspects and corrects it, sends it again, then replaces its values with pills. */
    private SavedRequest createVenue(HttpConnection eventbrite) {
        String venue = """
                {"venue": {"name": "Madison Square Garden", "capacity": 1, "external_id": "CRM-1",
                           "address": {"address_1": "4 Pennsylvania Plaza", "city": "New York City", "country": "USA"}}}""";
        RequestDraft draft = RequestWizard.of(eventbrite).post("/v3/venues/");

        step("Send a sample with country \"USA\"");
        SampleExchange refused = draft.json(venue).send();
        say("Eventbrite responded with " + refused.status().orElse(0) + ": "
                + refused.json().at("/error_description").asText());

        step("Correct it to \"US\", and send it again");
        SampleExchange sample = draft.json(venue.replace("\"USA\"", "\"US\"")).send();
        say("Created venue " + sample.json().at("/id").asText());

        step("Replace the fixed values with datapills, and save the request");
        SavedRequest saved = sample.pill("/venue/name", "account.Name")
                .pill("/venue/capacity", "account.Seats")
                .pill("/venue/external_id", "CRM-{{account.Id}}")
                .pill("/venue/address/address_1", "account.BillingStreet")
                .pill("/venue/address/city", "account.BillingCity")
                .pill("/venue/address/country", "account.BillingCountry")
                .apply("Create venue");
        say(saved.template().pills().stream().map(PillInfo::path).collect(Collectors.joining(", ")));
        return saved;
    }

    private boolean venuePerAccount(HttpConnection eventbrite, SavedRequest createVenue) {
        RequestTemplate readVenue = RequestTemplate.named("Read venue")
                .get("/v3/venues/{{venue.id}}/")
                .build();

        step("Create one venue per account");
        List<JsonNode> created = new ArrayList<>();
        for (Account account : ACCOUNTS) {
            created.add(
                    createVenue.send(eventbrite, Pills.of("account", account)).json());
            say("Created venue " + created.get(created.size() - 1).at("/id").asText() + " for account " + account.Id());
        }

        step("Read them back");
        boolean equal = true;
        for (int i = 0; i < ACCOUNTS.size(); i++) {
            JsonNode venue =
                    eventbrite.send(readVenue.render("venue", created.get(i))).json();
            boolean same = accountIn(venue).equals(ACCOUNTS.get(i));
            say("Venue " + venue.at("/id").asText() + ", " + venue.at("/name").asText() + ": "
                    + (same ? "as expected" : "NOT as expected"));
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
