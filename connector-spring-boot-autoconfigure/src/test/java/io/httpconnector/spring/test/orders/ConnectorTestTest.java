package io.httpconnector.spring.test.orders;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.spring.ConnectorTriggers;
import io.httpconnector.spring.Connectors;
import io.httpconnector.spring.test.ConnectorTest;
import io.httpconnector.spring.test.MockServices;
import io.httpconnector.testing.MockResponse;
import io.httpconnector.testing.MockService;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Import;

/** Tests the slice of an application whose other parts could not start. */
@ConnectorTest(
        properties = {
            "spring.datasource.url=jdbc:nonsense",
            "connectors.polling.clustered=true",
            "connectors.documents=classpath*:connectors/,classpath*:stock/",
            "connectors.connections.stock.connector=stock",
            "connectors.connections.acme.connector=shop",
            "connectors.connections.acme.values.url=https://shop.example.com",
            "connectors.connections.acme.secrets.api-key=k1",
            "connectors.connections.acme.secrets.signing=s3cret",
            "connectors.connections.crm.base-url=https://crm.example.com/v1",
            "connectors.connections.crm.auth.type=oauth2-client-credentials",
            "connectors.connections.crm.auth.token-url=${connectors.test.url.crm}/token",
            "connectors.connections.crm.values.client-id=acme",
            "connectors.connections.crm.secrets.client-secret=hidden"
        })
@Import(OrderHandlers.Orders.class)
class ConnectorTestTest {

    @Autowired
    private MockServices services;

    @Autowired
    private ConnectorTriggers triggers;

    @Autowired
    private Connectors connectors;

    @Autowired
    private VirtualTime time;

    @Autowired
    private OrderHandlers.Orders orders;

    @Test
    void aPollReadsTheMockServiceAndCallsTheHandler() {
        services.of("acme")
                .on(
                        "GET",
                        "/orders",
                        MockResponse.json("{\"orders\": [{\"id\": 1, \"updated\": \"1\", \"status\": \"open\"}]}"));

        assertThat(triggers.list())
                .filteredOn(trigger -> trigger.id().equals("acme/updated-orders"))
                .extracting(ConnectorTriggers.TriggerStatus::lastSuccess)
                .containsOnlyNulls();
        assertThat(triggers.poll("acme/updated-orders")).isEqualTo(1);
        assertThat(orders.all).contains("1 open");
    }

    @Test
    void aWebhookIsReceivedWithoutAServer() throws Exception {
        byte[] body = "{\"event\":\"e1\"}".getBytes(UTF_8);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec("s3cret".getBytes(UTF_8), "HmacSHA256"));
        String signature = HexFormat.of().formatHex(mac.doFinal(body));
        WebhookReceiver receiver =
                connectors.connector("acme").receiver("order-paid").orElseThrow();

        assertThat(receiver.receive(WebhookRequest.of(
                                "POST",
                                "/",
                                null,
                                Map.of(
                                        "Content-Type", List.of("application/json"),
                                        "X-Signature", List.of(signature)),
                                body))
                        .status())
                .isEqualTo(200);
        assertThat(orders.all).contains("paid e1");
    }

    @Test
    void tokensExpireInVirtualTime(@Autowired HttpConnection crm) {
        MockService service = services.of("crm")
                .on("POST", "/token", MockResponse.json("{\"access_token\":\"t1\",\"expires_in\":3600}"))
                .on("GET", "/me", MockResponse.status(503).header("Retry-After", "5"), MockResponse.json("{}"));

        long start = time.nanos();
        crm.send(Request.get("/me"));
        assertThat(Duration.ofNanos(time.nanos() - start)).isGreaterThanOrEqualTo(Duration.ofSeconds(5));
        time.advance(Duration.ofHours(2));
        crm.send(Request.get("/me"));
        assertThat(service.requests().stream()
                        .filter(request -> request.method().equals("POST")))
                .hasSize(2);
    }

    @Test
    void theBackoffOfAFailingHandlerTakesNoTime() {
        services.of("stock").on("GET", "/items", MockResponse.json("{\"items\": [{\"id\": 9}]}"));
        int waits = time.waits().size();
        long start = System.nanoTime();

        assertThat(triggers.poll("stock/changed-items")).isZero();

        assertThat(orders.all.stream().filter("item 9"::equals)).hasSize(3);
        assertThat(triggers.deadLetters("stock/changed-items")).hasSize(1);
        assertThat(time.waits()).hasSizeGreaterThan(waits);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(9));
    }

    @Test
    void otherPartsOfTheApplicationDoNotExist(@Autowired ApplicationContext context) {
        assertThat(context.getBeansOfType(DataSource.class)).isEmpty();
        assertThat(context.getBeansOfType(BrokenComponent.class)).isEmpty();
        assertThatThrownBy(() -> services.of("acne"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("did you mean \"acme\"?");
    }
}
