package io.httpconnector.examples.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.definition.Connector;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the connector document of Salesforce. */
class SalesforceTest extends ConnectorFixture {

    private final SalesforceMock salesforce = new SalesforceMock();

    /** Records by the REST API Developer Guide: an instance for each organization, locators of results, lists of errors. */
    static final class SalesforceMock extends ServiceMock {

        private static final String API = "acme.my.salesforce.com/services/data/v62.0";
        private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSxx");
        private static final Pattern QUERY = Pattern.compile(
                "SELECT [A-Za-z, ]+ FROM Account(?: WHERE SystemModstamp >= (\\S+Z) ORDER BY SystemModstamp ASC)?");

        final TokenIssuer tokens = new TokenIssuer("https://login.salesforce.com/services/oauth2/authorize")
                .withPkce()
                .with("instance_url", "https://acme.my.salesforce.com")
                .without("expires_in");
        final Map<String, Map<String, Object>> accounts = new LinkedHashMap<>();
        private final Map<String, List<Map<String, Object>>> results = new LinkedHashMap<>();

        @Nullable PublicKey certificate;

        SalesforceMock() {
            super("login.salesforce.com", "acme.my.salesforce.com");
        }

        synchronized void save(String id, String name, Instant modified) {
            Map<String, Object> account = new LinkedHashMap<>();
            account.put("attributes", Map.of("type", "Account"));
            account.put("Id", id);
            account.put("Name", name);
            account.put("SystemModstamp", TIME.format(modified.atOffset(ZoneOffset.UTC)));
            accounts.put(id, account);
        }

        @Override
        synchronized Reply reply(Call call) {
            if (call.target().equals("POST login.salesforce.com/services/oauth2/token")) {
                boolean isAssertion = "urn:ietf:params:oauth:grant-type:jwt-bearer"
                        .equals(call.form().get("grant_type"));
                return isAssertion ? assertion(call.form().get("assertion")) : tokens.token(call);
            }
            if (!tokens.accepts(call)) {
                return error(401, "INVALID_SESSION_ID", "Session expired or invalid");
            }
            if (call.target().startsWith("GET " + API + "/query/")) {
                return page(results.get(call.path().substring(call.path().lastIndexOf('/') + 1)));
            }
            String id = call.path().substring(call.path().lastIndexOf('/') + 1);
            return switch (call.target().replace(id, "")) {
                case "GET " + API + "/" -> id.equals("limits") ? Reply.json(Map.of()) : query(call);
                case "POST " + API + "/sobjects/" -> create(call.json());
                case "GET " + API + "/sobjects/Account/" ->
                    accounts.containsKey(id)
                            ? Reply.json(accounts.get(id))
                            : error(404, "NOT_FOUND", "The requested resource does not exist");
                case "PATCH " + API + "/sobjects/Account/" -> {
                    save(id, call.json().path("Name").asText(), time.now());
                    yield Reply.empty(204);
                }
                default -> error(404, "NOT_FOUND", call.target());
            };
        }

        private Reply create(JsonNode account) {
            if (account.path("Name").asText().isEmpty()) {
                return error(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]");
            }
            String id = "001D" + accounts.size();
            save(id, account.path("Name").asText(), time.now());
            return Reply.json(201, Map.of("id", id, "success", true, "errors", List.of()));
        }

        private Reply query(Call call) {
            Matcher query = QUERY.matcher(call.parameter("q"));
            if (!call.path().endsWith("/query") || !query.matches()) {
                return error(400, "MALFORMED_QUERY", "unexpected token: " + call.parameter("q"));
            }
            Instant from = query.group(1) == null ? Instant.EPOCH : Instant.parse(query.group(1));
            return page(accounts.values().stream()
                    .filter(account -> !modified(account).isBefore(from))
                    .sorted(Comparator.comparing(SalesforceMock::modified))
                    .toList());
        }

        private Reply page(List<Map<String, Object>> left) {
            int size = Math.min(200, left.size());
            Map<String, Object> page = new LinkedHashMap<>();
            page.put("totalSize", left.size());
            page.put("done", size == left.size());
            page.put("records", left.subList(0, size));
            if (size < left.size()) {
                String locator = "01gD" + results.size() + "-200";
                results.put(locator, left.subList(size, left.size()));
                page.put("nextRecordsUrl", "/services/data/v62.0/query/" + locator);
            }
            return Reply.json(page);
        }

        private static Instant modified(Map<String, Object> account) {
            return OffsetDateTime.parse(account.get("SystemModstamp").toString(), TIME)
                    .toInstant();
        }

        private Reply assertion(@Nullable String token) {
            try {
                String[] parts = token.split("\\.", -1);
                Signature signature = Signature.getInstance("SHA256withRSA");
                signature.initVerify(certificate);
                signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.UTF_8));
                JsonNode claims = Call.MAPPER.readTree(Base64.getUrlDecoder().decode(parts[1]));
                boolean isValid = signature.verify(Base64.getUrlDecoder().decode(parts[2]))
                        && claims.path("iss").asText().equals("3MVG9")
                        && claims.path("sub").asText().equals("robot@acme.com")
                        && claims.path("aud").asText().equals("https://login.salesforce.com");
                return isValid
                        ? Reply.json(Map.of(
                                "access_token", tokens.newToken(),
                                "token_type", "Bearer",
                                "instance_url", "https://acme.my.salesforce.com"))
                        : Reply.json(400, Map.of("error", "invalid_grant", "error_description", "invalid assertion"));
            } catch (Exception e) {
                return Reply.json(400, Map.of("error", "invalid_grant", "error_description", e.toString()));
            }
        }

        static Reply error(int status, String code, String message) {
            return Reply.json(status, List.of(Map.of("errorCode", code, "message", message)));
        }
    }

    @AfterEach
    void stop() throws Exception {
        salesforce.close();
    }

    private Connector application() {
        return connect(
                "salesforce",
                "application",
                salesforce,
                Map.of("clientId", TokenIssuer.CLIENT),
                "clientSecret",
                TokenIssuer.CLIENT_SECRET);
    }

    @Test
    void requests() {
        Connector application = application();

        application.connection().test().orThrow();
        String id = application
                .request("create-account")
                .send("account", Map.of("name", "Acme"))
                .json()
                .path("id")
                .asText();
        application
                .request("update-record")
                .send("record", Map.of("type", "Account", "id", id, "fields", Map.of("Name", "Acme Inc.")));

        assertThat(application
                        .request("get-record")
                        .send("record", Map.of("type", "Account", "id", id))
                        .json()
                        .path("Name")
                        .asText())
                .isEqualTo("Acme Inc.");
        assertThat(rejected(400, () -> application.request("create-account").send("account", Map.of("name", "")))
                        .at("/0/errorCode")
                        .asText())
                .isEqualTo("REQUIRED_FIELD_MISSING");
    }

    @Test
    void limitsAndLocksAreWaitedFor() {
        Connector application = application();
        application.connection().test().orThrow();
        salesforce.answerNext(
                SalesforceMock.error(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded."));
        salesforce.answerNext(SalesforceMock.error(400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access"));

        application.request("create-account").send("account", Map.of("name", "Acme"));

        assertThat(salesforce.time.waits()).hasSizeGreaterThanOrEqualTo(2);
        assertThat(salesforce.accounts).hasSize(1);
    }

    @Test
    void expiredSessionIsRefreshed() {
        Connector user = connect(
                "salesforce",
                "oauth2",
                salesforce,
                Map.of("clientId", TokenIssuer.CLIENT),
                "clientSecret",
                TokenIssuer.CLIENT_SECRET);

        authorizeAndRefresh(user, salesforce, salesforce.tokens, "api", "refresh_token");
    }

    @Test
    void integrationUserSignsAssertions() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair keys = generator.generateKeyPair();
        salesforce.certificate = keys.getPublic();
        Connector robot = connect(
                "salesforce",
                "user",
                salesforce,
                Map.of("consumerKey", "3MVG9", "user", "robot@acme.com"),
                "privateKey",
                pem(keys));

        robot.connection().test().orThrow();
    }

    @Test
    void triggerReadsAllPagesAndThenUpdatesOnly() {
        Connector application = application();
        Instant start = salesforce.time.now();
        assertThat(poll(application, "updated-accounts")).isEmpty();
        salesforce.time.advance(Duration.ofHours(1));
        IntStream.range(0, 450)
                .forEach(i -> salesforce.save("001A" + i, "Account " + i, start.plusMillis(10_000 + i / 3)));

        assertThat(texts(poll(application, "updated-accounts"), "/Id"))
                .hasSize(450)
                .doesNotHaveDuplicates();
        assertThat(poll(application, "updated-accounts")).isEmpty();

        salesforce.save("001A7", "Changed", start.plusSeconds(100));
        salesforce.save("001A450", "New", start.plusSeconds(101));
        assertThat(texts(poll(application, "updated-accounts"), "/Name")).containsExactly("Changed", "New");
        assertThat(poll(application, "updated-accounts")).isEmpty();
    }
}
