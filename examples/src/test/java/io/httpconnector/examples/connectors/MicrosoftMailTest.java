package io.httpconnector.examples.connectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.StatusException;
import io.httpconnector.definition.Connector;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the connector document of mail in Microsoft 365. */
class MicrosoftMailTest extends ConnectorFixture {

    private static final String MAILBOX = "ann@contoso.com";

    private final GraphMock graph = new GraphMock();

    /** Messages by https://learn.microsoft.com/graph: delta links, page sizes by Prefer, subscriptions, errors by code. */
    static final class GraphMock extends ServiceMock {

        private static final String USER = "graph.microsoft.com/v1.0/users/ann%40contoso.com";
        private static final String DELTA = USER + "/mailFolders/inbox/messages/delta";

        final TokenIssuer tokens = new TokenIssuer(
                        "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/authorize")
                .withPkce()
                .withRotation();

        /** The messages in the order of their changes. */
        final Map<String, Map<String, Object>> messages = new LinkedHashMap<>();

        final List<JsonNode> sent = new ArrayList<>();

        @Nullable Map<String, Object> subscription;

        String state = "";

        /** Requests a URL with a token; returns the body of the response. */
        Function<String, String> validation = url -> "Validation: Testing";

        /** Links before this number of changes have expired. */
        int oldest;

        private int changes;

        GraphMock() {
            super("graph.microsoft.com", "login.microsoftonline.com");
        }

        synchronized void save(String id, String subject, boolean isRead) {
            messages.remove(id);
            Map<String, Object> message = new LinkedHashMap<>();
            message.put("id", id);
            message.put("subject", subject);
            message.put("isRead", isRead);
            message.put("lastModifiedDateTime", time.now().toString());
            message.put("change", ++changes);
            messages.put(id, message);
        }

        synchronized void delete(String id) {
            messages.remove(id);
            messages.put(id, Map.of("id", id, "@removed", Map.of("reason", "deleted"), "change", ++changes));
        }

        @Override
        synchronized Reply reply(Call call) {
            if (call.target().equals("POST login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token")) {
                boolean isApplication = "client_credentials".equals(call.form().get("grant_type"));
                return isApplication
                                && !"https://graph.microsoft.com/.default"
                                        .equals(call.form().get("scope"))
                        ? Reply.json(400, Map.of("error", "invalid_scope", "error_description", "AADSTS1002012"))
                        : tokens.token(call);
            }
            if (!tokens.accepts(call)) {
                return error(401, "InvalidAuthenticationToken", "Access token is empty.");
            }
            return switch (call.target().replace("@", "%40")) {
                case "GET " + USER + "/mailFolders/inbox" -> Reply.json(Map.of("displayName", "Inbox"));
                case "GET " + DELTA -> delta(call);
                case "POST " + USER + "/sendMail" -> send(call.json());
                case "POST graph.microsoft.com/v1.0/subscriptions" -> subscribe(call.json());
                case "GET graph.microsoft.com/v1.0/subscriptions" ->
                    Reply.json(Map.of("value", subscription == null ? List.of() : List.of(subscription)));
                case "PATCH graph.microsoft.com/v1.0/subscriptions/sub-1" ->
                    Reply.json(Map.of(
                            "id",
                            "sub-1",
                            "expirationDateTime",
                            call.json().path("expirationDateTime").asText()));
                case "DELETE graph.microsoft.com/v1.0/subscriptions/sub-1" -> {
                    subscription = null;
                    yield Reply.empty(204);
                }
                default -> {
                    String id = call.path().substring(call.path().lastIndexOf('/') + 1);
                    boolean isFound =
                            messages.containsKey(id) && call.header("Prefer").contains("IdType=\"ImmutableId\"");
                    yield isFound ? Reply.json(messages.get(id)) : error(404, "ErrorItemNotFound", "Not found.");
                }
            };
        }

        /** Validates the URL before it responds. */
        private Reply subscribe(JsonNode json) {
            Instant end = Instant.parse(json.path("expirationDateTime").asText());
            String url = json.path("notificationUrl").asText();
            if (json.path("changeType").asText().isEmpty()
                    || end.isAfter(time.now().plus(Duration.ofDays(7)))
                    || !validation
                            .apply(url + "?validationToken=Validation%3A%20Testing")
                            .equals("Validation: Testing")) {
                return error(400, "InvalidRequest", "Subscription validation request failed.");
            }
            state = json.path("clientState").asText();
            subscription = Map.of("id", "sub-1", "notificationUrl", url, "expirationDateTime", end.toString());
            return Reply.json(201, subscription);
        }

        private Reply send(JsonNode mail) {
            JsonNode address = mail.at("/message/toRecipients/0/emailAddress/address");
            if (!address.asText().contains("@")) {
                return error(400, "ErrorInvalidRecipients", "At least one recipient isn't valid.");
            }
            sent.add(mail);
            return Reply.empty(202);
        }

        private Reply delta(Call call) {
            if (!call.hasOnly("$select", "$skiptoken", "$deltatoken")) {
                return error(400, "BadRequest", "Unsupported query");
            }
            String skip = call.parameter("$skiptoken");
            String token = skip.isEmpty() ? call.parameter("$deltatoken") : skip.substring(0, skip.indexOf('-'));
            int since = token.isEmpty() ? 0 : Integer.parseInt(token);
            if (!token.isEmpty() && since < oldest) {
                return error(410, "SyncStateNotFound", "The sync state generation is not found");
            }
            List<Map<String, Object>> found = messages.values().stream()
                    .filter(message -> (int) message.get("change") > since)
                    .filter(message -> !token.isEmpty() || !message.containsKey("@removed"))
                    .toList();
            int start = skip.isEmpty() ? 0 : Integer.parseInt(skip.substring(skip.indexOf('-') + 1));
            int size = call.header("Prefer").equals("odata.maxpagesize=100") ? 100 : 10;
            int end = Math.min(found.size(), start + size);
            boolean isLast = end == found.size();
            Map<String, Object> page = new LinkedHashMap<>();
            page.put("value", found.subList(start, end));
            page.put(
                    isLast ? "@odata.deltaLink" : "@odata.nextLink",
                    "https://" + DELTA + (isLast ? "?$deltatoken=" + changes : "?$skiptoken=" + since + "-" + end));
            return Reply.json(page);
        }

        static Reply error(int status, String code, String message) {
            return Reply.json(
                    status, Map.of("error", Map.of("code", code, "message", message, "innerError", Map.of())));
        }
    }

    @AfterEach
    void stop() throws Exception {
        graph.close();
    }

    private Connector connect(String strategy) {
        return connect(
                "microsoft-mail",
                strategy,
                graph,
                Map.of("tenant", "contoso.onmicrosoft.com", "mailbox", MAILBOX, "clientId", TokenIssuer.CLIENT),
                "clientSecret",
                TokenIssuer.CLIENT_SECRET,
                "clientState",
                "state-secret");
    }

    @Test
    void requests() {
        Connector mail = connect("application");
        graph.save("AAMk1", "Hello", false);

        mail.connection().test().orThrow();
        mail.request("send-mail")
                .send(
                        "mail",
                        Map.of(
                                "subject",
                                "Hi",
                                "text",
                                "Dear Bob,\n...",
                                "to",
                                List.of("bob@contoso.com", "c@contoso.com")));

        assertThat(graph.sent
                        .get(0)
                        .at("/message/toRecipients/1/emailAddress/address")
                        .asText())
                .isEqualTo("c@contoso.com");
        assertThat(mail.request("get-message")
                        .send("message", Map.of("id", "AAMk1"))
                        .json()
                        .path("subject")
                        .asText())
                .isEqualTo("Hello");
        assertThat(rejected(
                                400,
                                () -> mail.request("send-mail")
                                        .send("mail", Map.of("subject", "Hi", "text", "", "to", List.of("bob"))))
                        .at("/error/code")
                        .asText())
                .isEqualTo("ErrorInvalidRecipients");
    }

    @Test
    void throttlingIsRespected() {
        Connector mail = connect("application");
        mail.connection().test().orThrow();
        graph.answerNext(
                GraphMock.error(429, "TooManyRequests", "Please retry after").header("Retry-After", 10));

        mail.request("send-mail").send("mail", Map.of("subject", "Hi", "text", "", "to", List.of("bob@contoso.com")));

        assertThat(graph.time.waits().get(0)).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(12));
        assertThat(graph.sent).hasSize(1);
    }

    @Test
    void consentAndRefresh() {
        authorizeAndRefresh(connect("oauth2"), graph, graph.tokens, "offline_access", "Mail.Read");
    }

    @Test
    void triggerReadsAllPagesAndThenChangesOnly() {
        Connector mail = connect("application");
        graph.save("old", "Old", true);
        assertThat(poll(mail, "changed-messages")).isEmpty();
        graph.time.advance(Duration.ofMinutes(10));
        IntStream.range(0, 250).forEach(i -> graph.save("m" + i, "Message " + i, false));

        assertThat(texts(poll(mail, "changed-messages"), "/id")).hasSize(250).doesNotHaveDuplicates();
        assertThat(poll(mail, "changed-messages")).isEmpty();

        graph.save("m7", "Message 7", true);
        graph.delete("m8");
        graph.save("m250", "New", false);
        assertThat(texts(poll(mail, "changed-messages"), "/id")).containsExactly("m7", "m8", "m250");
        assertThat(poll(mail, "changed-messages")).isEmpty();

        graph.save("m251", "While the link expires", false);
        graph.oldest = 1000;
        assertThatThrownBy(() -> poll(mail, "changed-messages"))
                .isInstanceOfSatisfying(
                        StatusException.class, e -> assertThat(e.status()).isEqualTo(410));
        graph.oldest = 0;
        assertThat(texts(poll(mail, "changed-messages"), "/id")).containsExactly("m251");
    }

    @Test
    void webhookNeedsItsClientStateAfterTheHandshake() {
        Connector mail = connect("application");
        URI url = open(mail, "message-created");
        URI validation = URI.create(url + "?validationToken=Validation%3A%20Testing%20client");
        mail.request("subscribe")
                .send(
                        "subscription",
                        Map.of("url", url.toString(), "secret", "state-secret", "end", "2026-12-01T00:00:00Z"));
        assertThat(graph.lastCall().json().path("resource").asText())
                .isEqualTo("users/ann@contoso.com/mailFolders('inbox')/messages");
        String body =
                "{\"value\": [{\"subscriptionId\": \"sub-1\", \"clientState\": \"state-secret\", \"changeType\": \"created\","
                        + " \"resourceData\": {\"id\": \"AAMk1\"}}]}";

        WebhookResponse response = post(validation, Map.of("Content-Type", "text/plain"), "");
        assertThat(response.status()).isEqualTo(200);
        assertThat(new String(response.body(), StandardCharsets.UTF_8)).isEqualTo("Validation: Testing client");
        assertThat(response.headers().get("Content-Type")).startsWith("text/plain");

        assertThat(post(url, Map.of(), body.replace("state-secret", "guessed")).status())
                .isEqualTo(401);
        assertThat(post(url, Map.of(), body).status()).isEqualTo(200);
        assertThat(post(url, Map.of(), body).status()).isEqualTo(200);
        assertThat(takeEvents())
                .singleElement()
                .satisfies(event -> assertThat(event.key()).isEqualTo("AAMk1"));
    }

    @Test
    void webhookIsRegisteredRenewedAndDeleted() {
        Connector mail = connect("application");
        graph.validation = url -> new String(
                post(URI.create(url), Map.of("Content-Type", "text/plain"), "").body(), StandardCharsets.UTF_8);
        URI url = register(mail, "inbox-message");
        String body =
                "{\"value\": [{\"subscriptionId\": \"sub-1\", \"clientState\": \"STATE\", \"changeType\": \"created\","
                        + " \"resourceData\": {\"id\": \"AAMk1\"}}]}";

        assertThat(post(url, Map.of(), body).status()).isEqualTo(401);
        assertThat(post(url, Map.of(), body.replace("STATE", graph.state)).status())
                .isBetween(200, 299);
        assertThat(takeEvents())
                .singleElement()
                .satisfies(event -> assertThat(event.key()).isEqualTo("AAMk1"));

        WebhookSubscription subscription = mail.subscription("inbox-message").orElseThrow();
        graph.time.advance(Duration.ofHours(36));
        Instant unused = subscription.manage();
        assertThat(subscription.status().lastRenewal()).contains(graph.time.now());

        stopSubscriptions(mail);
        assertThat(graph.subscription).isNull();
    }
}
