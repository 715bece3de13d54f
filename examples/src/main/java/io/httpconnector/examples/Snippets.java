package io.httpconnector.examples;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.AuthStrategy;
import io.httpconnector.Body;
import io.httpconnector.ClientCertificate;
import io.httpconnector.Destinations;
import io.httpconnector.ErrorRule;
import io.httpconnector.ErrorRule.Action;
import io.httpconnector.HttpConnection;
import io.httpconnector.Proxy;
import io.httpconnector.RateLimit;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Retry;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.Trust;
import io.httpconnector.auth.CustomAuth;
import io.httpconnector.auth.oauth2.AuthorizationFlow;
import io.httpconnector.auth.oauth2.OAuth2;
import io.httpconnector.auth.oauth2.TokenSet;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.micrometer.ObservationListener;
import io.httpconnector.template.RequestTemplate;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The code that the documents show, so that it compiles: a test compares the two. */
final class Snippets {

    private static final Logger log = LoggerFactory.getLogger(Snippets.class);

    private Snippets() {}

    static void start(Map<String, Object> account) {
        try (HttpConnection eventbrite = HttpConnection.named("Eventbrite")
                .baseUrl("https://www.eventbriteapi.com")
                .auth(CustomAuth.bearer(Secret.fromEnv("EVENTBRITE_TOKEN")))
                .test(Request.get("/v3/users/me/"))
                .build()) {

            eventbrite.test().orThrow();

            RequestTemplate createVenue = RequestTemplate.named("Create venue")
                    .post("/v3/venues/")
                    .json("""
            {"venue": {"name": "{{account.Name}}", "capacity": "{{account.Seats}}"}}""")
                    .build();

            JsonNode venue =
                    eventbrite.send(createVenue.render("account", account)).json();
            log.info("Created {}", venue.at("/id").asText());
        }
    }

    static HttpConnection privateNetwork() {
        HttpConnection erp = HttpConnection.named("ERP")
                .baseUrl("https://erp.internal.example.com")
                .proxy(Proxy.socks5("bastion.example.com", 1080))
                .clientCertificate(ClientCertificate.pem(Path.of("client.crt"), Path.of("client.key")))
                .trust(Trust.only(Path.of("company-ca.pem")))
                .build();
        return erp;
    }

    static HttpConnection typedByCustomers(String url) {
        HttpConnection typed = HttpConnection.named("Customer's webhook")
                .baseUrl(url)
                .destinations(Destinations.publicInternetOnly())
                .build();
        return typed;
    }

    static HttpConnection resilient() {
        HttpConnection payments = HttpConnection.named("Payments")
                .baseUrl("https://api.example.com")
                .totalTimeout(Duration.ofSeconds(90))
                .retry(Retry.upTo(6).backoff(Duration.ofSeconds(1), Duration.ofMinutes(1)))
                .rateLimit(RateLimit.of(100, Duration.ofMinutes(1)).andAdaptive())
                .maxConnections(20)
                .rule(ErrorRule.when(200).json("/error").then(Action.FAIL))
                .build();
        return payments;
    }

    static void idempotent(HttpConnection payments, Map<String, Object> payment, String jobId) {
        payments.send(Request.post("/payments").json(payment).idempotencyKey(jobId));
    }

    static HttpConnection rules() {
        return HttpConnection.named("Legacy")
                .baseUrl("https://legacy.example.com")
                .rule(ErrorRule.when(403).header("X-RateLimit-Remaining", "0").then(Action.RATE_LIMITED))
                .rule(ErrorRule.when(200).json("/status", "error").then(Action.FAIL))
                .rule(ErrorRule.when(400).text("try again").then(Action.RETRY))
                .rule(ErrorRule.when(404).then(Action.IGNORE))
                .rule(ErrorRule.when(300, 599).then(Action.ACCEPT))
                .build();
    }

    static void bodies(HttpConnection files, OutputStream out) throws IOException {
        files.send(Request.post("/documents")
                .body(Body.multipart()
                        .field("title", "The plan")
                        .file("attachment", Path.of("plan.pdf"), "application/pdf"))
                .onUpload((moved, total) -> log.info("{} of {} bytes", moved, total)));

        files.download(Request.get("/export.zip"), Path.of("export.zip"));

        long rows = files.read(Request.get("/rows.csv"), (answer, body) -> body.transferTo(out));

        JsonNode order = files.send(Request.get("/order.xml")).xml();
        log.info("{} {}", rows, order);
    }

    static HttpConnection observed(ObservationRegistry registry) {
        HttpConnection jira = HttpConnection.named("Jira")
                .baseUrl("https://example.atlassian.net")
                .listener(ObservationListener.of(registry))
                .build();
        return jira;
    }

    static void copies(HttpConnection jira) {
        try {
            jira.send(Request.get("/rest/api/3/myself"));
        } catch (StatusException e) {
            log.warn("Try it yourself: {}", e.exchange().orElseThrow().asCurl());
        }
    }

    static CompletableFuture<String> async(HttpConnection jira) {
        CompletableFuture<Response> answer = jira.sendAsync(Request.get("/rest/api/3/myself"));
        return answer.thenApply(Response::text);
    }

    static AuthStrategy clientCredentials() {
        AuthStrategy orders = OAuth2.clientCredentials()
                .tokenUrl("https://login.example.com/oauth2/token")
                .client("client-id", Secret.fromEnv("CLIENT_SECRET"))
                .scopes("orders.read")
                .build();
        return orders;
    }

    static TokenSet consent(
            TokenStore tokenStore, String customerId, String sessionId, String queryString, Consumer<URI> redirect) {
        HttpConnection eventbrite = HttpConnection.named("Eventbrite")
                .baseUrl("https://www.eventbriteapi.com")
                .auth(OAuth2.authorizationCode()
                        .authorizationUrl("https://www.eventbrite.com/oauth/authorize?response_type=code")
                        .tokenUrl("https://www.eventbrite.com/oauth/token")
                        .client("client-id", Secret.fromEnv("EVENTBRITE_SECRET"))
                        .redirectUri("https://app.example.com/oauth/callback")
                        .tokens(tokenStore, customerId) // or TokenStore.file(directory, encryptionKey)
                        .build())
                .build();
        AuthorizationFlow flow = AuthorizationFlow.of(eventbrite);

        redirect.accept(flow.start(sessionId)); // where the user says "connect"

        TokenSet tokens = flow.finish(queryString, sessionId); // at the redirect URI
        return tokens;
    }
}
