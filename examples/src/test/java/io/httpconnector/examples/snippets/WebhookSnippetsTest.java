package io.httpconnector.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.WebhookSigner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class WebhookSnippetsTest {

    private static final Path PAGE =
            Path.of("").toAbsolutePath().getParent().resolve("docs").resolve("webhooks.md");

    @Test
    void receiverDefinedAsJsonReceivesEvents() throws IOException {
        Matcher json = Pattern.compile("## Receiver definitions.*?```json\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(PAGE));
        assertThat(json.find()).isTrue();
        Secret secret = Secret.of("s3cr3t");
        List<JsonNode> entries = new ArrayList<>();
        WebhookReceiver receiver =
                WebhookSnippets.defined(JsonSupport.parse(json.group(1)), secret, secret, entries::add);
        byte[] body = "{\"entry\": [{\"id\": \"1\"}, {\"id\": \"2\"}]}".getBytes(StandardCharsets.UTF_8);

        WebhookResponse response = receiver.receive(
                WebhookSigner.preset("meta", secret).sign(WebhookRequest.of("POST", "/hooks/1", "", Map.of(), body)));

        assertThat(response.status()).isEqualTo(200);
        assertThat(entries).hasSize(2);
    }
}
