package io.httpconnector.spring.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.spring.ConnectorTriggers;
import io.httpconnector.spring.snippets.SpringBootGuide.OrderTable;
import io.httpconnector.spring.test.ConnectorTest;
import io.httpconnector.spring.test.MockServices;
import io.httpconnector.testing.MockResponse;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.TestPropertySource;

/** The test of docs/spring-boot.md. */
@TestPropertySource(
        properties = {
            "connectors.connections.shop.connector=shop",
            "connectors.connections.shop.values.url=${SHOP_URL}",
            "connectors.connections.shop.secrets.api-key=${SHOP_TOKEN}",
            "connectors.connections.shop.secrets.signing=${SHOP_WEBHOOK_SECRET}"
        })
@ConnectorTest(properties = {"SHOP_URL=${connectors.test.url.shop}", "SHOP_TOKEN=t1", "SHOP_WEBHOOK_SECRET=s3cret"})
@Import(OrderTable.class)
class OrderEventsTest {

    @Test
    void anOrderIsStored(
            @Autowired MockServices services, @Autowired ConnectorTriggers triggers, @Autowired OrderTable table) {
        services.of("shop").on("GET", "/orders", MockResponse.json("""
                        {"orders": [{"id": "7", "status": "open"}]}"""));

        triggers.poll("shop/updated-orders");

        assertThat(table.rows).containsEntry("7", "open");
    }
}
