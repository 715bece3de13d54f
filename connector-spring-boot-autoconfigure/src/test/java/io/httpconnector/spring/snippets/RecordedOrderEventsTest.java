package io.httpconnector.spring.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.spring.ConnectorTriggers;
import io.httpconnector.spring.snippets.SpringBootGuide.OrderTable;
import io.httpconnector.spring.test.ConnectorTest;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.testing.recording.Recording;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.TestPropertySource;

/** The test with a recording of docs/testing.md. */
@TestPropertySource(
        properties = {
            "connectors.connections.shop.connector=shop",
            "connectors.connections.shop.values.url=${SHOP_URL}",
            "connectors.connections.shop.secrets.api-key=${SHOP_TOKEN}",
            "connectors.connections.shop.secrets.signing=${SHOP_WEBHOOK_SECRET}"
        })
@ConnectorTest(properties = {"SHOP_URL=https://shop.example.com", "SHOP_TOKEN=any", "SHOP_WEBHOOK_SECRET=any"})
@Import(OrderTable.class)
class RecordedOrderEventsTest {

    @TestConfiguration
    static class Recordings {

        @Bean
        Recording shopRecording(VirtualTime time) {
            Path file = Path.of("src/test/resources/recordings/shop.har");
            return Recording.of(file).timeSource(time).start();
        }
    }

    @Test
    void recordedOrderIsStored(
            @Autowired Recording recording, @Autowired ConnectorTriggers triggers, @Autowired OrderTable table) {
        triggers.poll("shop/updated-orders");

        assertThat(table.rows).containsEntry("7", "open");
        recording.close();
    }
}
