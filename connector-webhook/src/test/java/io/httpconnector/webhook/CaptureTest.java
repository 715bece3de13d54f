package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.template.RequestTemplate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests of captured sample events and their schema. */
class CaptureTest {

    private final WebhookReceiver leads =
            WebhookReceiver.named("leads").unverified().handler(event -> {}).build();

    private void post(String body) {
        leads.receive(WebhookRequest.of(
                "POST", "/", "source=form", Map.of("Content-Type", List.of("application/json")), body.getBytes(UTF_8)));
    }

    @Test
    void capturedEventsResultInASchemaAndPills() {
        post("{\"before\":true}");
        try (EventCapture capture = leads.capture(2)) {
            post("{\"email\":\"a@example.com\",\"age\":41,\"access_token\":\"c4n4ry\"}");
            post("{\"email\":\"b@example.com\",\"city\":\"Oslo\",\"access_token\":\"c4n4ry\"}");
            post("{\"third\":true}");

            assertThat(capture.samples()).hasSize(2);
            assertThat(capture.samples().toString()).contains("a@example.com").doesNotContain("c4n4ry");
            assertThat(capture.schema()
                            .at("/properties/payload/properties/age/type")
                            .asText())
                    .isEqualTo("integer");
            assertThat(capture.schema().at("/properties/payload/properties").has("third"))
                    .isFalse();
            RequestTemplate good = RequestTemplate.named("create")
                    .post("/contacts")
                    .json("{\"email\": \"{{lead.payload.email}}\", \"via\": \"{{lead.query.source}}\"}")
                    .build();
            RequestTemplate bad = RequestTemplate.named("create")
                    .post("/contacts")
                    .json("{\"email\": \"{{lead.payload.emial}}\"}")
                    .build();
            assertThat(good.check(capture.catalogue("lead"))).isEmpty();
            assertThat(bad.check(capture.catalogue("lead"))).hasSize(1);
        }
    }

    @Test
    void closedCaptureRecordsNoMoreEvents() {
        EventCapture capture = leads.capture(10);
        post("{}");
        capture.close();
        post("{}");

        assertThat(capture.samples()).hasSize(1);
        assertThatThrownBy(() -> leads.capture(0)).isInstanceOf(InvalidDefinitionException.class);
    }
}
