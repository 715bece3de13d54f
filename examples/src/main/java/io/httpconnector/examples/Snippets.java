package io.httpconnector.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.AuthContext;
import io.httpconnector.AuthStrategy;
import io.httpconnector.Body;
import io.httpconnector.DestinationPolicy;
import io.httpconnector.HttpConnection;
import io.httpconnector.Proxy;
import io.httpconnector.RateLimit;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.ResponseRule;
import io.httpconnector.ResponseRule.Action;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.auth.AwsAuth;
import io.httpconnector.auth.BasicAuth;
import io.httpconnector.auth.CustomAuth;
import io.httpconnector.auth.DigestAuth;
import io.httpconnector.auth.HmacAuth;
import io.httpconnector.auth.JwtKey;
import io.httpconnector.auth.LoginAuth;
import io.httpconnector.auth.OAuth1Auth;
import io.httpconnector.auth.definition.AuthDefinition;
import io.httpconnector.auth.definition.InputField;
import io.httpconnector.auth.oauth2.AuthorizationFlow;
import io.httpconnector.auth.oauth2.OAuth2;
import io.httpconnector.auth.oauth2.OAuth2Builder;
import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.auth.oauth2.TokenSet;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.auth.testing.AuthStrategyTestKit;
import io.httpconnector.auth.testing.StubResponse;
import io.httpconnector.jdbc.ClusteredPolling;
import io.httpconnector.jdbc.ExactlyOnce;
import io.httpconnector.jdbc.JdbcInbox;
import io.httpconnector.jdbc.JdbcSchema;
import io.httpconnector.jdbc.JdbcStateStore;
import io.httpconnector.jdbc.JdbcTokenStore;
import io.httpconnector.micrometer.ObservationListener;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.DetectedPagination;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.ParentRecords;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.polling.RecordOrder;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.ListStyle;
import io.httpconnector.template.PillCatalogue;
import io.httpconnector.template.PillInfo;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.template.TemplateProblem;
import io.httpconnector.tls.ClientCertificate;
import io.httpconnector.tls.ServerTrust;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.EventCapture;
import io.httpconnector.webhook.Handshakes;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.ValueSelector;
import io.httpconnector.webhook.Verifier;
import io.httpconnector.webhook.Verifiers;
import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.WebhookSigner;
import io.httpconnector.webhook.inbox.Inbox;
import io.httpconnector.webhook.server.JdkHandler;
import io.httpconnector.wizard.Recommendation;
import io.httpconnector.wizard.RecommendationSources;
import io.httpconnector.wizard.RequestDraft;
import io.httpconnector.wizard.RequestWizard;
import io.httpconnector.wizard.SampleExchange;
import io.httpconnector.wizard.SavedRequest;
import io.httpconnector.wizard.SchemaDifference;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
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
                .trust(ServerTrust.only(Path.of("company-ca.pem")))
                .build();
        return erp;
    }

    static HttpConnection typedByCustomers(String url) {
        HttpConnection typed = HttpConnection.named("Customer's webhook")
                .baseUrl(url)
                .destinations(DestinationPolicy.publicInternetOnly())
                .build();
        return typed;
    }

    static HttpConnection resilient() {
        HttpConnection payments = HttpConnection.named("Payments")
                .baseUrl("https://api.example.com")
                .totalTimeout(Duration.ofSeconds(90))
                .retry(RetryPolicy.maxAttempts(6).backoff(Duration.ofSeconds(1), Duration.ofMinutes(1)))
                .rateLimit(RateLimit.of(100, Duration.ofMinutes(1)).andAdaptive())
                .maxConnections(20)
                .rule(ResponseRule.forStatus(200).json("/error").treatAs(Action.FAIL))
                .build();
        return payments;
    }

    static void idempotent(HttpConnection payments, Map<String, Object> payment, String jobId) {
        payments.send(Request.post("/payments").json(payment).idempotencyKey(jobId));
    }

    static HttpConnection rules() {
        return HttpConnection.named("Legacy")
                .baseUrl("https://legacy.example.com")
                .rule(ResponseRule.forStatus(403)
                        .header("X-RateLimit-Remaining", "0")
                        .treatAs(Action.RATE_LIMITED))
                .rule(ResponseRule.forStatus(200).json("/status", "error").treatAs(Action.FAIL))
                .rule(ResponseRule.forStatus(400).text("try again").treatAs(Action.RETRY))
                .rule(ResponseRule.forStatus(404).treatAs(Action.IGNORE))
                .rule(ResponseRule.forStatus(300, 599).treatAs(Action.ACCEPT))
                .build();
    }

    static void bodies(HttpConnection files, OutputStream out) throws IOException {
        files.send(Request.post("/documents")
                .body(Body.multipart()
                        .field("title", "The plan")
                        .file("attachment", Path.of("plan.pdf"), "application/pdf"))
                .onUpload((moved, total) -> log.info("{} of {} bytes", moved, total)));

        files.download(Request.get("/export.zip"), Path.of("export.zip"));

        long rows = files.read(Request.get("/rows.csv"), (response, body) -> body.transferTo(out));

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
        CompletableFuture<Response> response = jira.sendAsync(Request.get("/rest/api/3/myself"));
        return response.thenApply(Response::text);
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
                        .tokenStore(tokenStore, customerId) // or TokenStore.file(directory, encryptionKey)
                        .build())
                .build();
        AuthorizationFlow flow = AuthorizationFlow.of(eventbrite);

        redirect.accept(flow.start(sessionId)); // where the user says "connect"

        TokenSet tokens = flow.finish(queryString, sessionId); // at the redirect URI
        return tokens;
    }

    static List<AuthStrategy> strategies(Secret password, Secret token, Secret key) {
        AuthStrategy basic = BasicAuth.of("user@example.com", password);
        AuthStrategy bearer = CustomAuth.bearer(token);
        AuthStrategy apiKey =
                CustomAuth.header("X-Api-Key", key).andQuery("account", "4711").andCookie("session", token);
        AuthStrategy login = LoginAuth.by(
                        Request.post("/session").bodyField("user", "app").bodyField("password", password))
                .token("/data/token")
                .use(session -> CustomAuth.header("X-Session", session))
                .build();
        AuthStrategy digest = DigestAuth.of("admin", password);
        AuthStrategy aws = AwsAuth.of("AKIAIOSFODNN7EXAMPLE", key, "eu-central-1", "execute-api");
        AuthStrategy hmac = HmacAuth.of("HmacSHA256", key, "{{method}}\n{{target}}\n{{time}}\n{{body}}")
                .header("X-Time", "{{time}}")
                .header("X-Signature", "v1={{signature}}");
        AuthStrategy oauth1 = OAuth1Auth.of("consumer-key", key)
                .token("token", token)
                .hmacSha256()
                .realm("4711_SB1");
        return List.of(basic, bearer, apiKey, login, digest, aws, hmac, oauth1);
    }

    static List<OAuth2Builder> grants(Secret pem, Secret password, Secret refreshToken) {
        OAuth2Builder user = OAuth2.authorizationCode().discover("https://login.example.com");
        OAuth2Builder device = OAuth2.deviceCode().discover("https://login.example.com");
        OAuth2Builder tools =
                OAuth2.authorizationCode().discover(); // discovers the server from the service, as MCP requires
        OAuth2Builder machine =
                OAuth2.clientCredentials().client("client-id", JwtKey.rs256(pem).id("key-1"));
        OAuth2Builder robot = OAuth2.jwtBearer(JwtKey.rs256(pem), Map.of("iss", "robot@example.com", "scope", "drive"));
        OAuth2Builder known = OAuth2.refreshToken(refreshToken);
        OAuth2Builder legacy = OAuth2.password("user", password);
        return List.of(user, device, tools, machine, robot, known, legacy);
    }

    static HttpConnection preset(Secret apiToken) {
        AuthDefinition zendesk = AuthDefinition.preset("zendesk");
        List<InputField> form = zendesk.fields("api-token"); // Sub-domain, Email, API token (secret)
        AuthStrategy auth = zendesk.choose("api-token")
                .value("subdomain", "acme")
                .value("email", "ann@example.com")
                .value("apiToken", apiToken)
                .build();
        HttpConnection connection = HttpConnection.named(zendesk.name())
                .baseUrl(zendesk.baseUrl())
                .auth(auth)
                .build();
        log.info("{} of {}", form, zendesk.strategies());
        return connection;
    }

    static AuthDefinition document() {
        AuthDefinition own = AuthDefinition.parse("""
                {"name": "Shop", "baseUrl": "https://{{auth.shop}}.example.com/v1",
                 "fields": [{"name": "shop", "label": "Name of the shop"}],
                 "strategies": {
                   "key": {"type": "custom", "headers": {"X-Key": "{{auth.key}}"},
                           "fields": [{"name": "key", "label": "API key", "secret": true}]},
                   "oauth2": {"type": "oauth2-authorization-code", "scopes": ["orders"], "pkce": false,
                              "authorizationUrl": "https://{{auth.shop}}.example.com/authorize",
                              "tokenUrl": "https://{{auth.shop}}.example.com/token"}}}""");
        return own;
    }

    static void proves(List<String> logLines) {
        AuthStrategyTestKit.of(request -> request.header("X-Key", Secret.of("canary-key")))
                .secret("canary-key")
                .log(() -> logLines)
                .verify();
        AtomicInteger number = new AtomicInteger();
        AuthStrategyTestKit.of(new TicketAuth())
                .respond(
                        "POST",
                        "/tickets",
                        () -> StubResponse.json("{\"ticket\": \"canary-ticket-" + number.incrementAndGet() + "\"}"))
                .refreshes() // a rejected ticket must be replaced
                .secret("canary-ticket")
                .log(() -> logLines)
                .verify();
    }

    /** Requests a ticket for a connection, and another one when the service rejects it. */
    static final class TicketAuth implements AuthStrategy {

        @Override
        public AuthStrategy open(AuthContext context) {
            return new Session(context);
        }

        @Override
        public Request apply(Request request) {
            throw new IllegalStateException("a connection must open it first");
        }

        private static final class Session implements AuthStrategy {
            private final Function<Request, Secret> fetch;
            private volatile @Nullable Secret ticket;

            Session(AuthContext context) {
                // Once for all waiting threads, with the network settings and timeouts of the connection.
                this.fetch = context.singleFlight(() -> {
                    Response response = context.send(Request.post("/tickets"));
                    Secret fresh = Secret.of(response.json().at("/ticket").asText());
                    ticket = fresh;
                    return fresh;
                });
            }

            @Override
            public Request apply(Request request) {
                Secret known = ticket;
                return request.header("X-Ticket", known == null ? fetch.apply(request) : known);
            }

            @Override
            public boolean refresh(Request rejected, Response response) {
                Secret known = ticket;
                boolean isOurs = known != null && rejected.header("X-Ticket").equals(Optional.of(known.reveal()));
                if (isOurs) {
                    ticket = null; // otherwise another thread has already replaced it
                }
                return true; // signed again, and sent once more
            }
        }
    }

    static void createOrder(JsonNode orderSchema, JsonNode jobSchema, Pills pills) {
        RequestTemplate createOrder = RequestTemplate.named("Create order")
                .post("/customers/{{customer.id}}/orders")
                .query("tag", "{{order.tags | omit}}", ListStyle.REPEAT)
                .header("X-Request-Id", "job-{{job.id}}")
                .json("""
                {"number": "{{order.number}}",
                 "total": "{{order.total}}",
                 "date": "{{order.created | date('yyyy-MM-dd', 'Europe/Berlin')}}",
                 "note": "{{order.note | trim | omit(empty)}}",
                 "lines": {"$each": "{{order.lines}}", "$as": "line",
                           "$item": {"sku": "{{line.sku | upper}}", "quantity": "{{line.quantity | default(1)}}"}},
                 "express": {"$if": "{{order.shipping}}", "$equals": "express", "$then": true}}""")
                .build();
        List<PillInfo> needed = createOrder.pills();
        List<TemplateProblem> wrong =
                createOrder.check(PillCatalogue.of("order", orderSchema).and("job", jobSchema));
        String command = createOrder.dryRun(pills).asCurl();
        log.info("{} {} {}", needed, wrong, command);
    }

    /** What formats phone numbers. */
    interface Phone {
        String format(String number, String country);
    }

    static RequestTemplate call(Phone phone) {
        RequestTemplate call = RequestTemplate.named("Call")
                .filter(
                        "e164",
                        (value, arguments) ->
                                phone.format(value.asText(), arguments.get(0).asText()))
                .post("/calls")
                .json(Map.of("to", "{{contact.phone | e164('DE')}}"))
                .build();
        return call;
    }

    static void threeSteps(HttpConnection eventbrite, Path directory, String corrected) throws IOException {
        RequestWizard wizard = RequestWizard.of(eventbrite)
                .with(RecommendationSources.openApi(Files.readString(Path.of("eventbrite.yaml"))))
                .with(RecommendationSources.saved(directory));

        RequestDraft draft = wizard.post("/v3/venues/");
        List<Recommendation> known = draft.recommend();

        SampleExchange sample = draft.use(known.get(0)).json("""
                {"venue": {"name": "Madison Square Garden", "address": {"city": "New York City", "country": "USA"}}}""").send();
        log.info("{}: {}", sample.status(), sample.body());

        sample = sample.draft().json(corrected).send();

        SavedRequest createVenue = sample.pill("/venue/name", "account.Name")
                .pill("/venue/address/city", "account.BillingCity | trim")
                .apply("Create venue");
        createVenue.save(directory.resolve("create-venue.json"));
    }

    static void afterwards(HttpConnection eventbrite, Path file, JsonNode account) {
        SavedRequest createVenue = SavedRequest.load(file);
        Response response = createVenue.send(eventbrite, Pills.of("account", account));

        for (SchemaDifference drift : createVenue.drift(response, List.of("id", "address.city"))) {
            log.warn("{} {} {}", drift.severity(), drift.pointer(), drift.message());
        }
    }

    /** Where the tickets go. */
    interface Tickets {
        void upsert(JsonNode issue);

        void load(List<TriggerEvent> events);
    }

    static void poll(HttpConnection jira, StateStore store, Tickets tickets) {
        PollingTrigger updated = PollingTrigger.named("updated-issues")
                .connection(jira)
                .request(RequestTemplate.named("Updated issues")
                        .get("/rest/api/3/search")
                        .query("jql", "updated >= '{{cursor | date('yyyy-MM-dd HH:mm', 'UTC')}}' order by updated")
                        .build())
                .records(RecordSelector.at("/issues"))
                .key("/id")
                .version("/fields/updated") // new and updated issues are events; a repetition is not
                .cursor(Cursor.timestamp("/fields/updated")
                        .resolution(Duration.ofMinutes(1))
                        .order(RecordOrder.ASCENDING))
                .pagination(Pagination.offset("startAt").size("maxResults", 100).total("/total"))
                .every(Duration.ofMinutes(5))
                .store(store) // StateStore.file(directory)
                .handler(event -> tickets.upsert(event.payload()))
                .build();
        updated.start(); // or pollOnce(), from the scheduler that you have already
    }

    static void delivery(PollingTriggerBuilder builder, Tickets tickets, HttpConnection connection, StateStore store) {
        builder.delivery(Delivery.inBatches(500, events -> tickets.load(events))
                .attempts(10)
                .backoff(Duration.ofSeconds(1), Duration.ofMinutes(10)));

        PollingTrigger trigger = builder.build();
        for (DeadLetter letter : trigger.deadLetters()) {
            log.warn("{} {} {}", letter.event(), letter.attempts(), letter.error());
        }
        int handled = trigger.replayAll();
        log.info("{}", handled);
    }

    static void children(PollingTriggerBuilder builder, RequestTemplate boards) {
        builder.request(RequestTemplate.named("Cards")
                        .get("/boards/{{parent.id}}/cards")
                        .build())
                .parents(ParentRecords.from(boards, RecordSelector.at("/values"), "/id"));
    }

    static void snapshot(PollingTriggerBuilder builder) {
        builder.key("/id")
                .wholeRecordAsVersion("/views") // a change of the views alone is no update
                .detectDeletions()
                .conditionalRequests(); // If-None-Match: nothing is read when nothing has changed
    }

    static PollingTrigger saved(
            PollingTriggerBuilder builder,
            String customer,
            HttpConnection connection,
            StateStore store,
            Tickets tickets) {
        JsonNode saved = builder.toJson();

        PollingTrigger trigger = PollingTrigger.named(customer + "/orders")
                .definition(saved)
                .connection(connection)
                .store(store)
                .handler(event -> tickets.upsert(event.payload()))
                .minInterval(Duration.ofMinutes(1))
                .build();
        return trigger;
    }

    static void detect(HttpConnection connection, RequestTemplate listOrders) {
        DetectedPagination found =
                Pagination.detect(connection, listOrders, Pills.none()).orElseThrow();
        log.info("By {}: {}", found.reason(), found.proven());
    }

    static void leads(HttpServer server, Secret secret, Crm crm) {
        WebhookReceiver leads = WebhookReceiver.named("leads")
                .verify(Signatures.typeform(secret))
                .handler(event -> crm.create(event.payload()))
                .build();

        WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
        URI url = router.add(WebhookRouter.newToken(), leads); // give it to the form; it is a secret
        server.createContext("/hooks/", JdkHandler.of(router));
        log.info("{} is listening", router);
        crm.entered(url);
    }

    /** Where leads go. */
    interface Crm {
        void create(JsonNode lead);

        default void entered(URI url) {}
    }

    static WebhookReceiver inbox(Path directory, Secret secret, Crm crm) {
        Inbox inbox = Inbox.file(directory);
        WebhookReceiver leads = WebhookReceiver.named("leads")
                .verify(Signatures.stripe(secret))
                .inbox(inbox)
                .key(ValueSelector.body("/data/object/customer")) // events of one customer are handled in order
                .delivery(delivery -> delivery.concurrently(8).attempts(10))
                .handler(event -> crm.create(event.payload()))
                .build();

        for (DeadLetter letter : leads.deadLetters()) {
            log.warn("{}: {}", letter.event(), letter.error());
            leads.replay(letter.event().id());
        }
        return leads;
    }

    static Verifier acme(Secret current, Secret old) {
        return Signatures.hmac("HmacSHA256", current, old)
                .signature(ValueSelector.header("X-Acme-Signature").items(",").after("v1="))
                .timestamp(ValueSelector.header("X-Acme-Signature").items(",").after("t="))
                .content("{{timestamp}}.{{method}}.{{body}}")
                .encoding("base64")
                .eventId(ValueSelector.body("/event/id"))
                .build();
    }

    static Verifier[] senders(Secret password) {
        return new Verifier[] {
            Verifiers.basic("acme", password),
            Verifiers.token(ValueSelector.header("X-Token"), password),
            Verifiers.addresses("192.0.2.0/24", "2001:db8::/32"),
        };
    }

    static WebhookEndpoint handshakes(Secret secret, Secret verifyToken, Crm crm) {
        return WebhookReceiver.named("messages")
                .verify(Signatures.preset("meta", secret))
                .handshake(Handshakes.meta(verifyToken))
                .each("/entry")
                .id(ValueSelector.body("/id"))
                .handler(event -> crm.create(event.payload()))
                .build();
    }

    static PollingTrigger inADatabase(
            DataSource dataSource, Secret encryptionKey, PollingTriggerBuilder issues, OAuth2Builder oauth2) {
        JdbcSchema.create(dataSource);
        StateStore store = JdbcStateStore.of(dataSource);
        TokenStore tokens = JdbcTokenStore.of(dataSource, TokenEncryption.aesGcm(encryptionKey));
        log.info("{}", oauth2.tokenStore(tokens).build());
        return issues.store(store).build();
    }

    interface Connections {
        HttpConnection of(String trigger);
    }

    static ClusteredPolling onManyMachines(
            DataSource dataSource, Connections connections, Tickets tickets, JsonNode saved) {
        ClusteredPolling polling = ClusteredPolling.on(dataSource)
                .start((id, definition) -> PollingTrigger.named(id)
                        .definition(definition)
                        .connection(connections.of(id))
                        .handler(event -> tickets.upsert(event.payload())));

        polling.put("issues of ACME", saved);
        return polling;
    }

    static WebhookEndpoint inADatabase(DataSource dataSource, Secret secret, Crm crm) {
        WebhookReceiver leads = WebhookReceiver.named("leads")
                .verify(Signatures.github(secret))
                .inbox(JdbcInbox.of(dataSource))
                .handler(event -> crm.create(event.payload()))
                .build();
        return leads;
    }

    static PollingTriggerBuilder exactlyOnce(DataSource dataSource, PollingTriggerBuilder trigger) {
        ExactlyOnce once = ExactlyOnce.in(dataSource);
        trigger.handler(once.events((event, connection) -> {
            try (PreparedStatement insert = connection.prepareStatement("insert into lead (id, email) values (?, ?)")) {
                insert.setString(1, event.key());
                insert.setString(2, event.payload().path("email").asText());
                insert.executeUpdate();
            }
        }));
        return trigger;
    }

    static void move(StateStore oldStore, StateStore newStore, String id) {
        try (StateLog from = oldStore.open(id);
                StateLog to = newStore.open(id)) {
            List<byte[]> entries = new ArrayList<>();
            from.read(entries::add);
            to.read(entry -> {});
            to.replace(entries);
        }
    }

    static WebhookEndpoint defined(JsonNode saved, Secret secret, Secret verifyToken, Crm crm) {
        return WebhookReceiver.named("messages")
                .definition(saved, Map.of("app", secret, "verify", verifyToken))
                .handler(event -> crm.create(event.payload()))
                .build();
    }

    static void explained(WebhookReceiver leads, WebhookRequest refused, Secret oldSecret) {
        log.info("{}", leads.explain(refused, oldSecret));
    }

    static void tested(WebhookEndpoint leads, Secret secret) {
        WebhookRequest genuine = WebhookSigner.preset("stripe", secret)
                .sign(WebhookRequest.of("POST", "/", "", Map.of(), "{\"id\": \"evt_1\"}".getBytes(UTF_8)));
        int status = leads.receive(genuine).status();
        log.info("{}", status);
    }

    static PillCatalogue captured(WebhookReceiver leads) {
        try (EventCapture capture = leads.capture(5)) {
            return capture.catalogue("lead"); // after the service has sent a few
        }
    }
}
