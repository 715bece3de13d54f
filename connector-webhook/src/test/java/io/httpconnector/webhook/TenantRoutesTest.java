package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.webhook.inbox.Inbox;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Tests of one URL for all tenants, with payloads of the shapes that Slack, Stripe, GitHub and HubSpot document. */
class TenantRoutesTest extends InboxFixture {

    private static final Secret SECRET = Secret.of("8f742231b10e8888abcd99yyyzzz85a5");

    /** The locations in Slack's events, slash commands and interactions. */
    private static final ValueSelector SLACK = ValueSelector.body("/team_id")
            .or(ValueSelector.body("/payload/team/id"))
            .or(ValueSelector.body("/authorizations/0/team_id"))
            .or(ValueSelector.body("/enterprise_id"))
            .or(ValueSelector.body("/payload/enterprise/id"));

    private final List<WebhookEvent> unknown = new CopyOnWriteArrayList<>();
    private final AtomicInteger serial = new AtomicInteger();

    /** Collects the events that listeners are notified of. */
    private final WebhookListener listener = new WebhookListener() {
        @Override
        public void onResponse(RequestOutcome outcome) {}

        @Override
        public void onUnknownTenant(WebhookEvent event) {
            unknown.add(event);
        }
    };

    private WebhookReceiverBuilder slack(TenantRoutes routes) {
        return WebhookReceiver.named("slack")
                .verify(Signatures.slack(SECRET))
                .handshake(Handshakes.slack())
                .tenant(SLACK)
                .tenants(routes)
                .listener(listener);
    }

    private static WebhookRequest post(String contentType, String body) {
        return WebhookRequest.of("POST", "/", "", Map.of("Content-Type", List.of(contentType)), body.getBytes(UTF_8));
    }

    private static WebhookRequest signed(String preset, String body) {
        return WebhookSigner.preset(preset, SECRET).sign(post("application/json", body));
    }

    private static WebhookRequest interaction(String payload) {
        return WebhookSigner.preset("slack", SECRET)
                .sign(post("application/x-www-form-urlencoded", "payload=" + URLEncoder.encode(payload, UTF_8)));
    }

    private static String slackEvent(String id, String members) {
        return "{\"token\": \"XXYYZZ\"," + members
                + " \"api_app_id\": \"A0FFV41KK\", \"event\": {\"type\": \"reaction_added\","
                + " \"user\": \"U061F1EUR\", \"reaction\": \"slightly_smiling_face\", \"event_ts\": \"1465244570.336841\"},"
                + " \"type\": \"event_callback\", \"event_id\": \"" + id + "\", \"event_time\": 1465244570}";
    }

    /** A handler that collects the events of a tenant. */
    private static WebhookHandler into(Map<String, List<WebhookEvent>> handled, String tenant) {
        return event -> handled.computeIfAbsent(tenant, name -> new CopyOnWriteArrayList<>())
                .add(event);
    }

    @Test
    void eventsInteractionsAndCommandsOfSlackReachTheirWorkspace() {
        Map<String, List<WebhookEvent>> handled = new ConcurrentHashMap<>();
        TenantRoutes routes = TenantRoutes.create();
        routes.add("T061EG9R6", into(handled, "acme"));
        routes.add("T0002", into(handled, "globex"));
        routes.add("E0001", into(handled, "initech"));
        WebhookReceiver receiver = slack(routes).build();

        List<WebhookRequest> requests = List.of(
                signed("slack", slackEvent("Ev0PV52K21", "\"team_id\": \"T061EG9R6\",")),
                // An organisation installed the app: its workspaces are not known one by one.
                signed("slack", slackEvent("Ev0PV52K22", "\"team_id\": \"T0009\", \"enterprise_id\": \"E0001\",")),
                signed(
                        "slack",
                        slackEvent(
                                "Ev0PV52K23",
                                "\"authorizations\": [{\"enterprise_id\": null, \"team_id\": \"T0002\"}],")),
                interaction(
                        "{\"type\": \"block_actions\", \"team\": {\"id\": \"T061EG9R6\", \"domain\": \"acme\"}, \"enterprise\": null}"),
                interaction(
                        "{\"type\": \"shortcut\", \"team\": null, \"enterprise\": {\"id\": \"E0001\", \"name\": \"Initech\"}}"),
                WebhookSigner.preset("slack", SECRET)
                        .sign(post(
                                "application/x-www-form-urlencoded", "team_id=T0002&command=%2Fweather&text=94070")));
        requests.forEach(
                request -> assertThat(receiver.receive(request).status()).isEqualTo(200));

        assertThat(handled.get("acme")).hasSize(2);
        assertThat(handled.get("globex")).hasSize(2);
        assertThat(handled.get("initech")).hasSize(2);
        assertThat(handled.get("acme").get(0).tenant()).isEqualTo("T061EG9R6");
        assertThat(unknown).isEmpty();
        WebhookResponse challenge = receiver.receive(
                signed(
                        "slack",
                        "{\"type\": \"url_verification\", \"challenge\": \"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P\"}"));
        assertThat(new String(challenge.body(), UTF_8))
                .contains("3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P");
        assertThat(routes.unknownEvents()).isZero();
    }

    @Test
    void numbersAndTextsAreEqualAndStripeAccountsAreFound() {
        Map<String, List<WebhookEvent>> handled = new ConcurrentHashMap<>();
        TenantRoutes routes = TenantRoutes.create();
        routes.add("1226813", into(handled, "github"));
        routes.add("acct_1032D82eZvKYlo2C", into(handled, "stripe"));
        WebhookReceiver github = WebhookReceiver.named("github")
                .verify(Signatures.github(SECRET))
                .tenant(ValueSelector.body("/installation/id"))
                .tenants(routes)
                .build();
        WebhookReceiver stripe = WebhookReceiver.named("stripe")
                .verify(Signatures.stripe(SECRET))
                .tenant(ValueSelector.body("/account"))
                .tenants(routes)
                .build();

        for (String id : List.of("1226813", "\"1226813\"", "1226813.0", "1.226813E6", "1226814")) {
            github.receive(signed(
                    "github",
                    "{\"action\": \"opened\", \"issue\": {\"number\": 1}, \"installation\": {\"id\": " + id
                            + ", \"node_id\": \"MDIzOkludGVncmF0aW9u\"}}"));
        }
        stripe.receive(signed(
                "stripe",
                "{\"id\": \"evt_1MqqbKLt4dXK03v5qaIbiNCC\", \"object\": \"event\", \"type\": \"customer.created\","
                        + " \"account\": \"acct_1032D82eZvKYlo2C\", \"livemode\": true, \"data\": {\"object\": {}}}"));
        stripe.receive(signed("stripe", "{\"id\": \"evt_2\", \"object\": \"event\", \"type\": \"payout.paid\"}"));

        assertThat(handled.get("github"))
                .hasSize(4)
                .extracting(WebhookEvent::tenant)
                .containsOnly("1226813");
        assertThat(handled.get("stripe"))
                .extracting(WebhookEvent::id)
                .containsExactly("acct_1032D82eZvKYlo2C:evt_1MqqbKLt4dXK03v5qaIbiNCC");
        assertThat(routes.unknownEvents()).isEqualTo(2);
    }

    @Test
    void eventOfAnUnknownTenantIsAcknowledgedAndCountedOnce() {
        for (Inbox inbox : new Inbox[] {null, inbox(Inbox.inMemory())}) {
            unknown.clear();
            TenantRoutes routes = TenantRoutes.create();
            routes.add("T0001", events::add);
            WebhookReceiverBuilder builder = slack(routes).id(ValueSelector.body("/event_id"));
            WebhookReceiver receiver = open(inbox == null ? builder : builder.inbox(inbox));
            String body = slackEvent("Ev1", "\"team_id\": \"T0002\",");

            assertThat(receiver.receive(signed("slack", body)).status()).isEqualTo(200);
            assertThat(receiver.receive(signed("slack", body)).status()).isEqualTo(200);
            // Signed again, and with another content: the id is the same.
            assertThat(receiver.receive(signed("slack", body + " ")).status()).isEqualTo(200);
            assertThat(receiver.receive(signed("slack", slackEvent("Ev2", ""))).status())
                    .isEqualTo(200);
            receiver.receive(post("application/json", body));

            assertThat(routes.unknownEvents()).isEqualTo(2);
            assertThat(unknown).extracting(WebhookEvent::tenant).containsExactly("T0002", "");
            assertThat(events).isEmpty();
            assertThat(receiver.pendingCount()).isZero();
        }
    }

    @Test
    void eventsOfATenantThatIsBeingAddedAreRefusedUntilItIsAdded() throws Exception {
        for (Inbox inbox : new Inbox[] {null, inbox(Inbox.inMemory())}) {
            events.clear();
            TenantRoutes expecting = TenantRoutes.create();
            TenantRoutes refusing = TenantRoutes.builder()
                    .unknownResponse(WebhookResponse.of(503))
                    .build();
            expecting.expect("T0001");
            for (TenantRoutes routes : List.of(expecting, refusing)) {
                WebhookReceiverBuilder builder = slack(routes).id(ValueSelector.body("/event_id"));
                WebhookReceiver receiver =
                        inbox == null ? open(builder) : builder.inbox(inbox).build();
                WebhookRequest request =
                        signed("slack", slackEvent("Ev" + serial.incrementAndGet(), "\"team_id\": \"T0001\","));

                assertThat(receiver.receive(request).status()).isEqualTo(503);
                routes.add("T0001", events::add);
                assertThat(receiver.receive(request).status()).isEqualTo(200);
                assertThat(receiver.receive(request).status()).isEqualTo(200);
                awaitEmpty(receiver);
                receiver.close();
            }
            assertThat(events).extracting(WebhookEvent::tenant).containsExactly("T0001", "T0001");
            assertThat(expecting.unknownEvents()).isZero();
            assertThat(refusing.unknownEvents()).isEqualTo(1);
        }
    }

    private static void awaitEmpty(WebhookReceiver receiver) throws InterruptedException {
        for (int i = 0; i < 1000 && receiver.pendingCount() > 0; i++) {
            Thread.sleep(5);
        }
        assertThat(receiver.pendingCount()).isZero();
    }

    private static String hubspot(String... portals) {
        StringBuilder batch = new StringBuilder();
        for (int i = 0; i < portals.length; i++) {
            batch.append(batch.isEmpty() ? "" : ",")
                    .append("{\"eventId\": 1, \"n\": " + i + ", \"portalId\": " + portals[i]
                            + ", \"subscriptionType\": \"contact.creation\", \"objectId\": 123}");
        }
        return "[" + batch + "]";
    }

    private WebhookReceiverBuilder hubspot(TenantRoutes routes) {
        return WebhookReceiver.named("hubspot")
                .verify(Signatures.github(SECRET))
                .each("")
                .id(ValueSelector.body("/eventId"))
                .key(ValueSelector.body("/objectId"))
                .tenant(ValueSelector.body("/portalId"))
                .tenants(routes)
                .listener(listener)
                .delivery(delivery -> delivery.backoff(Duration.ofMillis(1), Duration.ofMillis(2))
                        .attempts(2));
    }

    @Test
    void failingHandlerOfATenantDoesNotAffectOthersInABatch() {
        AtomicBoolean fails = new AtomicBoolean(true);
        TenantRoutes routes = TenantRoutes.create();
        routes.add("1", event -> {
            if (fails.get()) {
                throw new IllegalStateException("down");
            }
            events.add(event);
        });
        routes.add("2", events::add);
        WebhookReceiver receiver = open(hubspot(routes));
        WebhookRequest request = signed("github", hubspot("1", "2", "3"));

        assertThat(receiver.receive(request).status()).isEqualTo(500);
        // Ids and keys of different tenants are equal.
        assertThat(events).extracting(WebhookEvent::tenant).containsExactly("2");
        fails.set(false);
        assertThat(receiver.receive(request).status()).isEqualTo(200);

        assertThat(events).extracting(WebhookEvent::tenant).containsExactly("2", "1");
        assertThat(events).extracting(WebhookEvent::id).containsExactly("2:1", "1:1");
        assertThat(events).extracting(WebhookEvent::key).containsExactly("2:123", "1:123");
        assertThat(unknown).extracting(WebhookEvent::tenant).containsExactly("3");
    }

    @Test
    void failingHandlerOfATenantDoesNotAffectOthersInTheInbox() throws Exception {
        TenantRoutes routes = TenantRoutes.create();
        routes.add("1", event -> {
            throw new IllegalStateException("down");
        });
        routes.add("2", events::add);
        WebhookReceiver receiver = open(hubspot(routes).inbox(inbox(Inbox.file(directory))));

        assertThat(receiver.receive(signed("github", hubspot("1", "2", "3"))).status())
                .isEqualTo(200);
        awaitEmpty(receiver);

        assertThat(events).extracting(WebhookEvent::id).containsExactly("2:1");
        assertThat(receiver.deadLetters())
                .extracting(letter -> letter.event().id())
                .containsExactly("1:1");
        DeadLetter dead = receiver.deadLetters().get(0);
        assertThat(WebhookEvent.of(dead.event()).tenant()).isEqualTo("1");
        routes.add("1", events::add);
        assertThat(receiver.replay("1:1")).isTrue();
        awaitEmpty(receiver);
        assertThat(events).extracting(WebhookEvent::tenant).containsExactly("2", "1");
    }

    @Test
    void eventInTheInboxOfARemovedTenantIsReported() throws Exception {
        TenantRoutes routes = TenantRoutes.create();
        routes.add("1", event -> {
            throw new IllegalStateException("down");
        });
        WebhookReceiver receiver = open(hubspot(routes)
                .inbox(inbox(Inbox.file(directory)))
                .delivery(delivery -> delivery.backoff(Duration.ofMillis(50), Duration.ofMillis(50))
                        .attempts(100)));

        receiver.receive(signed("github", hubspot("1")));
        assertThat(routes.remove("1")).isTrue();
        awaitEmpty(receiver);

        assertThat(receiver.deadLetters()).isEmpty();
        assertThat(unknown).extracting(WebhookEvent::tenant).containsExactly("1");
    }

    @Test
    void unsignedHeaderDoesNotSelectATenant() {
        TenantRoutes routes = TenantRoutes.create();
        assertThatThrownBy(() -> WebhookReceiver.named("shopify")
                        .verify(Signatures.shopify(SECRET))
                        .tenant(ValueSelector.header("X-Shopify-Shop-Domain"))
                        .tenants(routes)
                        .build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("tenant: header X-Shopify-Shop-Domain is not signed");
        // A token identifies the sender, who is trusted.
        routes.add("acme.example", events::add);
        WebhookReceiver trusted = WebhookReceiver.named("trusted")
                .verify(Verifiers.token(ValueSelector.header("X-Token"), SECRET))
                .tenant(ValueSelector.header("X-Tenant"))
                .tenants(routes)
                .build();
        WebhookRequest request = post("application/json", "{}").header("X-Token", SECRET.reveal());
        trusted.receive(request.header("X-Tenant", "acme.example"));
        assertThat(events).hasSize(1);
    }

    @Test
    void caseIsIgnoredOnRequestAndLookupFindsOtherTenants() {
        TenantRoutes routes = TenantRoutes.builder()
                .ignoreCase()
                .lookup(tenant -> tenant.equals("globex.example") ? Optional.of(events::add) : Optional.empty())
                .build();
        routes.add("Acme.example", events::add);
        WebhookReceiver receiver = WebhookReceiver.named("shops")
                .verify(Signatures.github(SECRET))
                .tenant(ValueSelector.body("/shop"))
                .tenants(routes)
                .build();

        for (String shop : List.of("ACME.Example", "Globex.Example", "other.example")) {
            receiver.receive(signed("github", "{\"shop\": \"" + shop + "\"}"));
        }

        assertThat(events).extracting(WebhookEvent::tenant).containsExactly("acme.example", "globex.example");
        assertThat(routes.tenants()).containsExactly("acme.example");
        assertThat(routes.unknownEvents()).isEqualTo(1);
    }

    @Test
    void diagnosisNamesUnknownTenants() {
        TenantRoutes routes = TenantRoutes.create();
        routes.add("T0001", events::add);
        WebhookReceiver receiver = slack(routes).build();

        assertThat(receiver.explain(signed("slack", slackEvent("Ev1", "\"team_id\": \"T0001\",")))
                        .hints())
                .isEmpty();
        assertThat(receiver.explain(signed("slack", slackEvent("Ev1", "\"team_id\": \"T0002\",")))
                        .hints())
                .containsExactly("the tenant \"T0002\" has no handler");
        assertThat(receiver.explain(signed("slack", slackEvent("Ev1", ""))).hints())
                .containsExactly("the event has no signed value at the locations of the tenant");
        assertThat(routes.unknownEvents()).isZero();
    }

    @Test
    void settingsThatContradictAreReported() {
        assertThatThrownBy(() -> WebhookReceiver.named("a")
                        .unverified()
                        .tenants(TenantRoutes.create())
                        .build())
                .hasMessageContaining("tenant: the location of the tenant is missing");
        assertThatThrownBy(
                        () -> slack(TenantRoutes.create()).handler(event -> {}).build())
                .hasMessageContaining("tenants: the tenants have the handlers; omit handler(...)");
        assertThatThrownBy(() -> TenantRoutes.create().add("", event -> {}))
                .hasMessageContaining("1 to 255 characters");
    }

    @Test
    void locationIsPartOfTheDefinition() throws Exception {
        JsonNode json = new ObjectMapper()
                .readTree(
                        "{\"unverified\": true, \"tenant\": {\"body\": \"/team_id\", \"or\": {\"body\": \"/team/id\"}}}");
        WebhookReceiverBuilder builder =
                WebhookReceiver.named("slack").definition(json, Map.of()).handler(events::add);

        builder.build().receive(post("application/json", "{\"team\": {\"id\": \"T1\"}}"));

        assertThat(builder.toJson().get("tenant")).isEqualTo(json.get("tenant"));
        assertThat(events).extracting(WebhookEvent::tenant).containsExactly("T1");
    }

    @Test
    void tenantsAreAddedAndRemovedByManyThreads() throws Exception {
        TenantRoutes routes =
                TenantRoutes.builder().unknownResponse(WebhookResponse.of(503)).build();
        WebhookReceiver receiver = slack(routes).build();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        AtomicInteger handled = new AtomicInteger();
        List<Future<?>> results = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                String tenant = "T" + i;
                results.add(threads.submit(() -> {
                    routes.add(tenant, event -> handled.incrementAndGet());
                    WebhookRequest request =
                            signed("slack", slackEvent("Ev" + tenant, "\"team_id\": \"" + tenant + "\","));
                    assertThat(receiver.receive(request).status()).isEqualTo(200);
                    routes.remove(tenant);
                }));
            }
            for (Future<?> result : results) {
                result.get(20, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(handled).hasValue(200);
        assertThat(routes.tenants()).isEmpty();
    }
}
