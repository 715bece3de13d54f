package io.httpconnector.examples.snippets;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.AuthStrategy;
import io.httpconnector.Body;
import io.httpconnector.CannotConnectException;
import io.httpconnector.ConnectionTestResult;
import io.httpconnector.ConnectorException;
import io.httpconnector.ExchangeListener;
import io.httpconnector.ExchangeResult;
import io.httpconnector.HttpConnection;
import io.httpconnector.Proxy;
import io.httpconnector.RateLimit;
import io.httpconnector.RateLimitedException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.ResponseRule;
import io.httpconnector.ResponseRule.Action;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.SsrfPolicy;
import io.httpconnector.StatusException;
import io.httpconnector.auth.BasicAuth;
import io.httpconnector.auth.CustomAuth;
import io.httpconnector.auth.LoginAuth;
import io.httpconnector.auth.definition.AuthDefinition;
import io.httpconnector.auth.definition.InputField;
import io.httpconnector.auth.oauth2.AuthorizationCodeFlow;
import io.httpconnector.auth.oauth2.OAuth2;
import io.httpconnector.auth.oauth2.OAuth2Builder;
import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.auth.oauth2.TokenSet;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.jdbc.ClusteredPolling;
import io.httpconnector.jdbc.ExactlyOnce;
import io.httpconnector.jdbc.JdbcSchema;
import io.httpconnector.jdbc.JdbcTokenStore;
import io.httpconnector.log.ExchangeLog;
import io.httpconnector.log.ExchangeQuery;
import io.httpconnector.log.ExchangeStore;
import io.httpconnector.log.ExchangeStore.Retention;
import io.httpconnector.log.LoggedExchange;
import io.httpconnector.micrometer.ObservationListener;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.ParentRecords;
import io.httpconnector.polling.PollResult;
import io.httpconnector.polling.PollingEngine;
import io.httpconnector.polling.PollingListener;
import io.httpconnector.polling.PollingStatus;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.PillCatalogue;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.template.TemplateProblem;
import io.httpconnector.tls.ClientCertificate;
import io.httpconnector.tls.ServerTrust;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.RequestDiagnosis;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.ValueSelector;
import io.httpconnector.webhook.Verifier;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.WebhookSigner;
import io.httpconnector.webhook.inbox.Inbox;
import io.httpconnector.webhook.server.SpringMvcHandler;
import io.httpconnector.webhook.server.VertxHandler;
import io.httpconnector.webhook.server.WebhookServlet;
import io.httpconnector.wizard.Recommendation;
import io.httpconnector.wizard.RecommendationSources;
import io.httpconnector.wizard.RequestWizard;
import io.httpconnector.wizard.SampleExchange;
import io.micrometer.observation.ObservationRegistry;
import io.vertx.core.Vertx;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.function.RequestPredicates;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/** The code of {@code docs/cookbook.md}. */
final class CookbookSnippets {

    private static final Logger log = LoggerFactory.getLogger(CookbookSnippets.class);

    private CookbookSnippets() {}

    interface Warehouse {
        void load(JsonNode record);
    }

    record Order(String id, java.math.BigDecimal total) {}

    interface Jobs {
        void later(String job, Duration delay);

        void failed(String job, ConnectorException failure);

        void needsLogin(String job);
    }

    interface Signer {
        String sign(String method, URI uri);
    }

    interface Vault {
        String read(String path);
    }

    interface Tickets {
        void upsert(JsonNode record);

        void delete(String id);

        void load(List<TriggerEvent> events);
    }

    interface Connections {
        HttpConnection of(String trigger);
    }

    static List<JsonNode> pages(HttpConnection shop) {

        List<JsonNode> orders = new ArrayList<>();
        Request request = Request.get("/orders?limit=100");
        while (request != null) {
            Response page = shop.send(request);
            page.json().at("/orders").forEach(orders::add);
            String next = page.json().at("/links/next").asText("");
            request = next.isEmpty() ? null : request.withUrl(page.resolve(next).toString());
        }
        return orders;
    }

    static int numbered(HttpConnection shop) {
        int records = 0;
        for (int number = 1; ; number++) {
            JsonNode page = shop.send(Request.get("/orders").query("page", String.valueOf(number)))
                    .json();
            if (page.isEmpty()) {
                break;
            }
            records += page.size();
        }
        return records;
    }

    static PollResult everything(HttpConnection shop, RequestTemplate listOrders, Warehouse warehouse) {

        try (PollingTrigger export = PollingTrigger.named("export")
                .connection(shop)
                .request(listOrders)
                .records(RecordSelector.at("/orders"))
                .key("/id")
                .pagination(Pagination.cursor("after").token("/paging/next"))
                .startPosition(StartPosition.everything())
                .store(StateStore.inMemory())
                .handler(event -> warehouse.load(event.payload()))
                .build()) {
            return export.pollOnce();
        }
    }

    static Order mapped(HttpConnection shop) {

        Order order = shop.send(Request.get("/orders/4711")).json(Order.class);
        return order;
    }

    static void forms(HttpConnection files, Secret pin) {

        files.send(Request.post("/login").body(Body.form().field("user", "ann").field("pin", pin)));

        files.send(Request.post("/documents")
                .body(Body.multipart()
                        .field("title", "The plan")
                        .file("attachment", Path.of("plan.pdf"), "application/pdf"))
                .onUpload((moved, total) -> log.info("{} of {} bytes", moved, total)));
    }

    static void large(HttpConnection files) {

        files.send(Request.put("/videos/1")
                .body(Body.file(Path.of("video.mp4"), "video/mp4"))
                .timeout(Duration.ofHours(2)));

        files.download(Request.get("/export.zip"), Path.of("export.zip"));
    }

    static void stream(HttpConnection files, OutputStream out) {

        long rows = files.read(Request.get("/rows.csv"), (response, body) -> body.transferTo(out));
        log.info("{}", rows);
    }

    static void xml(HttpConnection files) {

        files.send(Request.post("/orders").body(Body.xml("<order><id>4711</id></order>")));
        JsonNode order = files.send(Request.get("/order.xml")).xml();
        log.info("{}", order.at("/customer/name").asText());
    }

    static JsonNode graphql(Secret token, String id) {

        HttpConnection graphql = HttpConnection.named("GraphQL")
                .baseUrl("https://api.example.com")
                .auth(CustomAuth.bearer(token))
                .rule(ResponseRule.forStatus(200).json("/errors").treatAs(Action.FAIL))
                .build();

        String query = "query($id: ID!) { order(id: $id) { total } }";
        JsonNode data = graphql.send(Request.post("/graphql")
                        .json(Map.of("query", query, "variables", Map.of("id", id)))
                        .idempotent())
                .json()
                .at("/data");
        return data;
    }

    static JsonNode soap(HttpConnection erp, String number) {

        RequestTemplate getOrder = RequestTemplate.named("Get order")
                .post("/soap/orders")
                .header("SOAPAction", "urn:getOrder")
                .header("Content-Type", "text/xml; charset=utf-8")
                .xml("""
        <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
          <getOrder xmlns="urn:shop"><number>{{order.number}}</number></getOrder>
        </s:Body></s:Envelope>""")
                .build();
        JsonNode envelope =
                erp.send(getOrder.render("order", Map.of("number", number))).xml();
        return envelope;
    }

    static CompletableFuture<String> async(HttpConnection jira) {

        CompletableFuture<Response> response = jira.sendAsync(Request.get("/rest/api/3/myself"));
        CompletableFuture<String> name =
                response.thenApply(me -> me.json().at("/displayName").asText());
        return name;
    }

    static HttpConnection timeouts() {

        HttpConnection search = HttpConnection.named("Search")
                .baseUrl("https://search.example.com")
                .connectTimeout(Duration.ofSeconds(2))
                .responseTimeout(Duration.ofSeconds(5))
                .totalTimeout(Duration.ofSeconds(10))
                .build();
        return search;
    }

    static HttpConnection resilient(Map<String, Object> payment, String jobId) {

        HttpConnection payments = HttpConnection.named("Payments")
                .baseUrl("https://api.example.com")
                .totalTimeout(Duration.ofSeconds(90)) // includes retries and waiting
                .retry(RetryPolicy.maxAttempts(6).backoff(Duration.ofSeconds(1), Duration.ofMinutes(1)))
                .build();

        payments.send(
                Request.post("/payments").json(payment).idempotencyKey(jobId)); // the service recognises a repetition
        payments.send(Request.post("/search").json(Map.of("q", "acme")).idempotent()); // a POST that changes nothing
        return payments;
    }

    static HttpConnection limited() {

        HttpConnection crm = HttpConnection.named("CRM")
                .baseUrl("https://crm.example.com")
                .rateLimit(RateLimit.of(100, Duration.ofMinutes(1))
                        .andAdaptive()) // and the service's own rate-limit headers
                .maxConnections(20)
                .build();
        return crm;
    }

    static HttpConnection rules() {

        HttpConnection legacy = HttpConnection.named("Legacy")
                .baseUrl("https://legacy.example.com")
                .rule(ResponseRule.forStatus(200).json("/error").treatAs(Action.FAIL))
                .rule(ResponseRule.forStatus(200).json("/status", "busy").treatAs(Action.RETRY))
                .rule(ResponseRule.forStatus(403)
                        .header("X-RateLimit-Remaining", "0")
                        .treatAs(Action.RATE_LIMITED))
                .build();
        return legacy;
    }

    static void job(HttpConnection crm, Request request, String job, Jobs jobs) {

        try {
            crm.send(request);
        } catch (ConnectorException e) {
            if (e.needsAuthorization()) {
                jobs.needsLogin(job);
            } else if (e instanceof RateLimitedException || e instanceof CannotConnectException) {
                jobs.later(job, e.retryAfter().orElse(Duration.ofMinutes(1)));
            } else {
                jobs.failed(job, e); // its message contains no secret
            }
        }
    }

    static HttpConnection mtls(Secret keyPassword) {

        HttpConnection bank = HttpConnection.named("Bank")
                .baseUrl("https://api.bank.example.com")
                .clientCertificate(ClientCertificate.pem(Path.of("client.crt"), Path.of("client.key"), keyPassword))
                .build();
        return bank;
    }

    static HttpConnection trust() {

        HttpConnection erp = HttpConnection.named("ERP")
                .baseUrl("https://erp.internal.example.com")
                .trust(ServerTrust.only(Path.of("company-ca.pem")).andJvm()) // without andJvm(): this CA only
                .build();
        return erp;
    }

    static HttpConnection proxied(Secret password) {

        HttpConnection erp = HttpConnection.named("ERP")
                .baseUrl("https://erp.internal.example.com")
                .proxy(Proxy.http("proxy.example.com", 3128)
                        .credentials("connector", password)
                        .bypass("*.lan"))
                .build();
        return erp;
    }

    static HttpConnection bastion() {

        HttpConnection erp = HttpConnection.named("ERP")
                .baseUrl("https://erp.internal.example.com")
                .proxy(Proxy.socks5("bastion.example.com", 1080))
                .clientCertificate(ClientCertificate.pem(Path.of("client.crt"), Path.of("client.key")))
                .trust(ServerTrust.only(Path.of("company-ca.pem")))
                .build();
        return erp;
    }

    static HttpConnection ssrf(String url) {

        HttpConnection callback = HttpConnection.named("Customer's webhook")
                .baseUrl(url)
                .destinations(SsrfPolicy.publicInternetOnly())
                .build();
        return callback;
    }

    static JsonNode docker() {

        try (HttpConnection docker = HttpConnection.named("Docker")
                .baseUrl("http://localhost")
                .unixSocket(Path.of("/var/run/docker.sock")) // Apache HttpClient 5.6 or later
                .build()) {
            return docker.send(Request.get("/containers/json")).json();
        }
    }

    static List<AuthStrategy> keys(Secret key) {

        AuthStrategy header = CustomAuth.header("X-Api-Key", key);
        AuthStrategy query = CustomAuth.query("api_key", key).andHeader("X-Account", "4711");
        return List.of(header, query);
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
                        .tokenStore(
                                tokenStore, customerId) // TokenStore.file(directory, encryptionKey), or JdbcTokenStore
                        .build())
                .build();
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(eventbrite);

        redirect.accept(flow.start(sessionId)); // page "connect": redirect the browser to this URL

        TokenSet tokens = flow.finish(queryString, sessionId); // page at the redirect URI
        return tokens;
    }

    static OAuth2 nodes(DataSource dataSource, String customerId, OAuth2Builder oauth2) {

        JdbcSchema.create(dataSource);
        TokenStore tokens = JdbcTokenStore.of(
                dataSource, TokenEncryption.aesGcm(Secret.fromEnv("TOKEN_KEY"))); // openssl rand -base64 32
        OAuth2 auth = oauth2.tokenStore(tokens, customerId).build();
        return auth;
    }

    static AuthStrategy login(Secret password) {

        AuthStrategy session = LoginAuth.by(
                        Request.post("/session").bodyField("user", "app").bodyField("password", password))
                .token("/data/token")
                .lifetime(Duration.ofHours(1))
                .use(token -> CustomAuth.header("X-Session", token))
                .build();
        return session;
    }

    static AuthStrategy signed(Signer signer) {

        AuthStrategy signed = request -> request.header("X-Signature", signer.sign(request.method(), request.uri()));
        return signed;
    }

    static AuthStrategy rotating(Vault vault) {

        AuthStrategy auth = BasicAuth.of("app", Secret.from(() -> vault.read("crm/password")));
        return auth;
    }

    static final class TenantConnections implements AutoCloseable {

        private final ConcurrentMap<String, HttpConnection> connections = new ConcurrentHashMap<>();
        private final TokenStore tokens;

        TenantConnections(TokenStore tokens) {
            this.tokens = tokens;
        }

        HttpConnection of(String tenant) {
            return connections.computeIfAbsent(
                    tenant,
                    id -> HttpConnection.named("CRM")
                            .baseUrl("https://{{auth.subdomain}}.crm.example.com")
                            .auth(OAuth2.authorizationCode()
                                    .authorizationUrl("https://login.crm.example.com/authorize")
                                    .tokenUrl("https://login.crm.example.com/token")
                                    .client("client-id", Secret.fromEnv("CRM_SECRET"))
                                    .redirectUri("https://app.example.com/oauth/callback")
                                    .field("subdomain", id)
                                    .tokenStore(tokens, id)
                                    .build())
                            .rateLimit(RateLimit.of(10, Duration.ofSeconds(1))) // for each tenant
                            .build());
        }

        void remove(String tenant) {
            HttpConnection connection = connections.remove(tenant);
            if (connection != null) {
                connection.close();
            }
        }

        @Override
        public void close() {
            connections.values().forEach(HttpConnection::close);
        }
    }

    static HttpConnection preset(Secret apiToken) {

        AuthDefinition zendesk = AuthDefinition.preset("zendesk");
        for (InputField field : zendesk.fields("api-token")) {
            log.info("{} {}", field.label(), field.isSecret() ? "(password)" : "");
        }
        HttpConnection connection = zendesk.choose("api-token")
                .value("subdomain", "acme")
                .value("email", "ann@example.com")
                .value("apiToken", apiToken)
                .connection() // name, base URL, strategy, client certificate and test of the definition
                .build();
        return connection;
    }

    static PollingTrigger cursor(HttpConnection shop, StateStore store, Tickets tickets) {

        PollingTrigger trigger = PollingTrigger.named("orders")
                .connection(shop)
                .request(RequestTemplate.named("Orders").get("/orders").build())
                .records(RecordSelector.at("/orders"))
                .key("/id")
                .version("/updated_at")
                .cursor(Cursor.timestamp("/updated_at").sentAs("updated_since").lookback(Duration.ofMinutes(2)))
                .pagination(Pagination.pages("page").size("per_page", 100))
                .startPosition(StartPosition.last(10))
                .every(Duration.ofMinutes(1))
                .store(store)
                .handler(event -> tickets.upsert(event.payload()))
                .build();
        return trigger;
    }

    static void deletions(PollingTriggerBuilder builder, Tickets tickets) {

        builder.key("/id")
                .wholeRecordAsVersion("/views") // ignores changes of the field "views"
                .detectDeletions()
                .conditionalRequests() // ETag and Last-Modified: 304 costs nothing
                .handler(event -> {
                    if (event.change() == ChangeType.DELETED) {
                        tickets.delete(event.key());
                    } else {
                        tickets.upsert(event.payload());
                    }
                });
    }

    static void children(PollingTriggerBuilder builder, RequestTemplate boards) {

        builder.request(RequestTemplate.named("Cards")
                        .get("/boards/{{parent.id}}/cards")
                        .build())
                .parents(ParentRecords.from(boards, RecordSelector.at("/values"), "/id"));
    }

    static void batches(PollingTriggerBuilder builder, Tickets tickets) {

        builder.delivery(Delivery.inBatches(500, events -> tickets.load(events))
                .attempts(10)
                .backoff(Duration.ofSeconds(1), Duration.ofMinutes(10)));
    }

    static void replay(PollingTrigger trigger) {

        for (DeadLetter letter : trigger.deadLetters()) {
            log.warn("{} after {} attempts: {}", letter.event(), letter.attempts(), letter.error());
        }
        int handled = trigger.replayAll(); // or replay(eventId), discard(eventId)
        log.info("{}", handled);
    }

    static void exactlyOnce(DataSource dataSource, PollingTriggerBuilder trigger) {

        ExactlyOnce once = ExactlyOnce.in(dataSource);
        trigger.handler(once.events((event, connection) -> {
            try (PreparedStatement insert = connection.prepareStatement("insert into lead (id, email) values (?, ?)")) {
                insert.setString(1, event.key());
                insert.setString(2, event.payload().path("email").asText());
                insert.executeUpdate();
            }
        }));
    }

    static ClusteredPolling cluster(
            DataSource dataSource, Connections connections, Tickets tickets, JsonNode definition) {

        ClusteredPolling polling = ClusteredPolling.on(dataSource)
                .start((id, saved) -> PollingTrigger.named(id)
                        .definition(saved)
                        .connection(connections.of(id))
                        .handler(event -> tickets.upsert(event.payload())));

        polling.put("issues of ACME", definition); // on any node, while they run
        polling.pause("issues of ACME");
        polling.resume("issues of ACME");
        return polling;
    }

    static void detect(HttpConnection shop, RequestTemplate listOrders, PollingTriggerBuilder builder) {

        Pagination.detect(shop, listOrders, Pills.none()).ifPresent(found -> {
            log.info("By {}, proven: {}", found.reason(), found.proven());
            builder.records(found.records()).pagination(found.pagination());
        });
    }

    static void scheduled(PollingTrigger trigger) {

        PollResult result = trigger.pollOnce();
        log.info("{} events on {} pages", result.events(), result.pages());
    }

    static void monitor(PollingTriggerBuilder builder, PollingTrigger trigger) {

        builder.listener(new PollingListener() {
            @Override
            public void onFailure(String id, Exception failure, int consecutiveFailures) {
                if (consecutiveFailures == 3) {
                    log.error("Trigger {} fails: {}", id, failure.getMessage());
                }
            }
        });

        PollingStatus status = trigger.status();
        log.info("{}, lag {}, warnings {}", status.state(), status.lag(), status.warnings());
        boolean healthy = PollingEngine.shared().isHealthy();
        log.info("{}", healthy);
    }

    static WebhookReceiver stripe(Secret current, Secret previous, Tickets tickets) {

        WebhookReceiver payments = WebhookReceiver.named("stripe")
                .verify(Signatures.stripe(current, previous)) // whsec_...; the previous one during a rotation
                .handler(event -> {
                    if (event.type().equals("invoice.paid")) {
                        tickets.upsert(event.payload().at("/data/object"));
                    }
                })
                .build();
        return payments;
    }

    @Configuration
    static class WebhookConfiguration {

        @Bean
        RouterFunction<ServerResponse> webhooks(WebhookRouter router) {
            return RouterFunctions.route(RequestPredicates.path("/hooks/**"), SpringMvcHandler.of(router));
        }
    }

    static void servlet(ServletContext context, WebhookReceiver receiver) {

        context.addServlet("webhooks", WebhookServlet.of(receiver)).addMapping("/hooks/*");
    }

    static void vertx(Vertx vertx, WebhookReceiver receiver) {

        vertx.createHttpServer()
                .requestHandler(VertxHandler.of(vertx, receiver))
                .listen(8080)
                .onFailure(e -> log.error("Can't listen", e));
    }

    static Verifier acme(Secret secret) {

        Verifier acme = Signatures.hmac("HmacSHA256", secret)
                .signature(ValueSelector.header("X-Acme-Signature").items(",").after("v1="))
                .timestamp(ValueSelector.header("X-Acme-Signature").items(",").after("t="))
                .content("{{timestamp}}.{{body}}")
                .encoding("hex")
                .eventId(ValueSelector.body("/id"))
                .build();
        return acme;
    }

    static WebhookReceiver inbox(Path directory, Secret secret, Tickets tickets) {

        Inbox inbox = Inbox.file(directory); // several nodes: JdbcInbox.of(dataSource)
        WebhookReceiver leads = WebhookReceiver.named("leads")
                .verify(Signatures.stripe(secret))
                .inbox(inbox)
                .key(ValueSelector.body("/data/object/customer")) // events of one customer stay in order
                .delivery(delivery -> delivery.concurrently(8).attempts(10))
                .handler(event -> tickets.upsert(event.payload()))
                .build();
        return leads;
    }

    static URI rotate(WebhookRouter router, WebhookReceiver leads, String oldToken) {

        URI url = router.add(WebhookRouter.newToken(), leads); // give it to the service
        router.revoke(oldToken); // when the service uses the new URL
        return url;
    }

    static void explain(WebhookReceiver leads, WebhookRequest refused, Secret oldSecret) {

        RequestDiagnosis diagnosis = leads.explain(refused, oldSecret);
        log.info("{}: {} {}", diagnosis.step(), diagnosis.reason(), diagnosis.hints());
    }

    static void redact(HttpConnection bank, String envelope, Secret pin) {

        bank.send(Request.post("/soap").body(Body.xml(envelope).redacting(pin)));
    }

    static void copies(HttpConnection jira) {

        try {
            jira.send(Request.get("/rest/api/3/myself"));
        } catch (StatusException e) {
            log.warn(
                    "Reproduce with: {}", e.exchange().orElseThrow().asCurl()); // or asHttp(), asHar(); without secrets
        }
    }

    static HttpConnection observed(ObservationRegistry registry) {

        HttpConnection jira = HttpConnection.named("Jira")
                .baseUrl("https://example.atlassian.net")
                .listener(ObservationListener.of(registry))
                .build();
        return jira;
    }

    static void searchLog(String url) {
        ExchangeStore store = ExchangeStore.file(Path.of("exchanges"), new Retention(Duration.ofDays(30), 1L << 30));
        ExchangeLog log =
                ExchangeLog.to(store).sample(0.1).open(); // a tenth of the successful calls, and all failed ones

        HttpConnection jira = HttpConnection.named("Jira")
                .baseUrl(url)
                .listener(log.connections())
                .build();

        for (LoggedExchange found :
                log.search(ExchangeQuery.latest(50).connection("Jira").failed())) {
            System.out.println(found.exchange().summary());
        }
        jira.close();
        log.close();
    }

    static HttpConnection audited() {

        HttpConnection bank = HttpConnection.named("Bank")
                .baseUrl("https://api.bank.example.com")
                .listener(start -> new ExchangeListener.CallObserver() {
                    @Override
                    public void ended(ExchangeResult result) {
                        log.info(
                                "{} {} {}: {} after {} attempts, {}",
                                start.connection(),
                                start.method(),
                                start.uri(),
                                result.status(),
                                result.attempts(),
                                result.timings());
                    }
                })
                .build();
        return bank;
    }

    static HttpConnection correlated(Supplier<String> requestId) {

        HttpConnection crm = HttpConnection.named("CRM")
                .baseUrl("https://crm.example.com")
                .listener(start -> {
                    start.header("X-Request-Id", requestId.get());
                    return new ExchangeListener.CallObserver() {};
                })
                .build();
        return crm;
    }

    static void test(HttpConnection jira) {

        ConnectionTestResult result = jira.test(); // needs .test(Request.get("/rest/api/3/myself")) in the builder
        log.info("{}: {}", result.outcome(), result.message());
    }

    static void shutdown(
            PollingTrigger trigger,
            WebhookReceiver receiver,
            Inbox inbox,
            StateStore store,
            HttpConnection connection) {

        boolean inTime = trigger.stop(Duration.ofSeconds(20)); // the events that are being handled are finished
        log.info("Stopped {}", inTime ? "in time" : "by interrupting handlers");
        trigger.close();
        receiver.close();
        inbox.close();
        store.close();
        connection.close();
    }

    static int testWebhook(WebhookReceiver payments, Secret secret) {

        WebhookRequest genuine = WebhookSigner.preset("stripe", secret)
                .sign(WebhookRequest.of(
                        "POST", "/", "", Map.of(), "{\"id\": \"evt_1\"}".getBytes(StandardCharsets.UTF_8)));
        int status = payments.receive(genuine).status();
        return status;
    }

    static void imports(HttpConnection shop, String curlCommand, Path directory) throws IOException {

        RequestWizard wizard = RequestWizard.of(shop)
                .with(RecommendationSources.curl(curlCommand))
                .with(RecommendationSources.openApi(Files.readString(Path.of("shop.yaml"))))
                .with(RecommendationSources.postman(Files.readString(Path.of("shop.postman_collection.json"))))
                .with(RecommendationSources.har(Files.readString(Path.of("shop.har"))));

        List<Recommendation> found = wizard.get("/orders").recommend();
        SampleExchange sample = wizard.get("/orders").use(found.get(0)).send();
        sample.review().apply("List orders").save(directory.resolve("list-orders.json"));
    }

    static void check(RequestTemplate createOrder, JsonNode orderSchema, Pills pills) {

        List<TemplateProblem> problems =
                createOrder.check(PillCatalogue.of("order", orderSchema)); // JSON Schema of earlier steps
        String command = createOrder.dryRun(pills).asCurl(); // renders, sends nothing
        log.info("{} {}", problems, command);
    }
}
