package io.httpconnector.examples.connectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.auth.oauth2.AuthorizationCodeFlow;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.SecretSource;
import io.httpconnector.state.StateStore;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookReceiverBuilder;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.subscription.SubscriptionStatus.SubscriptionState;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;

/** What the tests of the gallery have in common: instances that reach a mock service, events, and requests to webhooks. */
@SuppressWarnings("try") // The connectors are closed after the test.
abstract class ConnectorFixture {

    private final List<TriggerEvent> events = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final StateStore state = StateStore.inMemory();
    /** What the application adds to the receivers in code. */
    Consumer<WebhookReceiverBuilder> receivers = receiver -> {};

    private final WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");

    static ConnectorDefinition document(String id) {
        return ConnectorDefinition.load(Path.of("connectors", id + ".connector.yaml"));
    }

    /** Creates the instance of a customer who authenticates in a certain way. */
    Connector connect(String id, String strategy, ServiceMock mock, Map<String, String> values, String... secrets) {
        return connect(document(id), strategy, mock, values, secrets);
    }

    Connector connect(
            ConnectorDefinition definition,
            String strategy,
            ServiceMock mock,
            Map<String, String> values,
            String... secrets) {
        Map<String, Secret> named = new HashMap<>();
        for (int i = 0; i < secrets.length; i += 2) {
            named.put(secrets[i], Secret.of(secrets[i + 1]));
        }
        Connector connector = definition.connect(ConnectorContext.forTenant("acme")
                .strategy(strategy)
                .values(values)
                .secrets(SecretSource.of(named))
                .redirectUri(TokenIssuer.REDIRECT)
                .state(state)
                .tokens(TokenStore.inMemory())
                .webhooks(router)
                .connection(mock::redirect)
                .timeSource(mock.time)
                .receivers(receiver -> receivers.accept(receiver))
                .build());
        open.add(0, connector);
        return connector;
    }

    @AfterEach
    final void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        state.close();
    }

    /** Obtains the consent of a user for an instance with OAuth 2. */
    static void authorize(Connector connector, TokenIssuer issuer, String... scopes) {
        AuthorizationCodeFlow flow = AuthorizationCodeFlow.of(connector.connection());
        var unused = flow.finish(issuer.consent(flow.start("session"), scopes), "session");
    }

    /** A user consents; the token expires, is refreshed, and the service accepts the next one. */
    static void authorizeAndRefresh(Connector connector, ServiceMock mock, TokenIssuer issuer, String... scopes) {
        authorize(connector, issuer, scopes);
        connector.connection().test().orThrow();
        assertThat(issuer.refreshed()).isZero();
        mock.time.advance(Duration.ofDays(1));
        issuer.expireTokens();
        connector.connection().test().orThrow();
        assertThat(issuer.refreshed()).isEqualTo(1);
    }

    /** Polls once. Returns the events since the last call. */
    List<TriggerEvent> poll(Connector connector, String trigger) {
        if (connector.trigger(trigger).isEmpty()) {
            connector.on(trigger, events::add);
        }
        var unused = connector.trigger(trigger).orElseThrow().pollOnce();
        return takeEvents();
    }

    List<TriggerEvent> takeEvents() {
        List<TriggerEvent> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    /** Returns the text at a location of the payload of each event. */
    static List<String> texts(List<TriggerEvent> events, String pointer) {
        return events.stream()
                .map(event -> event.payload().at(pointer).asText())
                .toList();
    }

    /** Opens a webhook and returns its URL. */
    URI open(Connector connector, String webhook) {
        connector.on(webhook, events::add);
        return connector.webhookUrl(webhook).orElseThrow();
    }

    /** Opens a webhook that the library registers at the service, and returns its URL. */
    URI register(Connector connector, String webhook) {
        connector.on(webhook, events::add);
        return registered(connector, webhook);
    }

    /** Opens a trigger whose webhook the library registers at the service, polls once, and returns the URL of the webhook. */
    URI register(Connector connector, String trigger, String webhook) {
        assertThat(poll(connector, trigger)).isEmpty();
        return registered(connector, webhook);
    }

    private static URI registered(Connector connector, String webhook) {
        URI url = connector.webhookUrl(webhook).orElseThrow();
        WebhookSubscription subscription = connector.subscription(webhook).orElseThrow();
        Instant unused = subscription.register();
        assertThat(subscription.status().state())
                .as(subscription.status().toString())
                .isEqualTo(SubscriptionState.ACTIVE);
        return url;
    }

    /** Deletes the subscriptions at the service. */
    static void stopSubscriptions(Connector connector) {
        assertThat(connector.stopSubscriptions().values())
                .isNotEmpty()
                .allSatisfy(status -> assertThat(status.state()).isEqualTo(SubscriptionState.NOT_REGISTERED));
    }

    WebhookResponse post(URI url, Map<String, String> headers, String body) {
        Map<String, List<String>> fields = new HashMap<>();
        headers.forEach((name, value) -> fields.put(name, List.of(value)));
        fields.putIfAbsent("Content-Type", List.of("application/json"));
        return router.receive(WebhookRequest.of(
                "POST",
                url.getRawPath(),
                url.getRawQuery() == null ? "" : url.getRawQuery(),
                fields,
                body.getBytes(StandardCharsets.UTF_8)));
    }

    /** The signed request is accepted once, its repetition is no event, and a request with another body is rejected. */
    TriggerEvent receivesOnlySigned(URI url, Map<String, String> headers, String body) {
        assertThat(post(url, headers, body.replaceFirst("\\{", "{ ")).status())
                .as("changed")
                .isEqualTo(401);
        assertThat(post(url, Map.of(), body).status()).as("unsigned").isEqualTo(401);
        assertThat(takeEvents()).isEmpty();
        assertThat(post(url, headers, body).status()).isBetween(200, 299);
        assertThat(post(url, headers, body).status()).as("repeated").isBetween(200, 299);
        List<TriggerEvent> received = takeEvents();
        assertThat(received).hasSize(1);
        return received.get(0);
    }

    /** The service rejects the request with this status. Returns the body of its response. */
    static JsonNode rejected(int status, ThrowingCallable sending) {
        JsonNode[] body = new JsonNode[1];
        assertThatThrownBy(sending).isInstanceOfSatisfying(StatusException.class, e -> {
            assertThat(e.status()).isEqualTo(status);
            body[0] = e.json();
        });
        return body[0];
    }

    /** Returns the private key of a pair in PEM. */
    static String pem(KeyPair keys) {
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(keys.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }

    static byte[] hmac(String algorithm, byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key, algorithm));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] hmacSha256(String key, String text) {
        return hmac("HmacSHA256", key.getBytes(StandardCharsets.UTF_8), text);
    }
}
