package io.httpconnector.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.WebhookSigner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SnippetsTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

    /** Comments and spaces may differ. */
    private static String bare(String code) {
        return code.replaceAll("(?<![:\"])//[^\\n]*", "").replaceAll("\\s", "");
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            return Stream.concat(Stream.of(ROOT.resolve("README.md")), docs).toList();
        }
    }

    @Test
    void codeInTheDocumentsIsCodeThatCompiles() throws IOException {
        String compiled =
                bare(Files.readString(ROOT.resolve("examples/src/main/java/io/httpconnector/examples/Snippets.java")));
        List<String> blocks = new ArrayList<>();
        for (Path document : documents()) {
            Matcher match = BLOCK.matcher(Files.readString(document));
            while (match.find()) {
                blocks.add(match.group(1));
            }
        }

        assertThat(blocks).hasSizeGreaterThan(8);
        for (String block : blocks) {
            assertThat(compiled).as(block).contains(bare(block));
        }
    }

    @Test
    void whatIsBuiltWithoutAnEnvironmentIsBuilt() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        Secret pem = Secret.of(Base64.getEncoder()
                .encodeToString(generator.generateKeyPair().getPrivate().getEncoded()));
        Secret secret = Secret.of("secret");
        assertThat(Snippets.strategies(secret, secret, secret)).hasSize(8);
        assertThat(Snippets.grants(pem, secret, secret)).hasSize(7);
        assertThat(Snippets.document().strategies()).containsExactly("key", "oauth2");
        Snippets.preset(secret).close();
        Snippets.proves(List.of());
    }

    @Test
    void theReceiverThatIsWrittenAsJsonIsBuilt() throws IOException {
        Matcher json = Pattern.compile("```json\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(ROOT.resolve("docs/webhooks.md")));
        assertThat(json.find()).isTrue();
        Secret secret = Secret.of("s3cr3t");
        List<JsonNode> entries = new ArrayList<>();
        WebhookEndpoint receiver = Snippets.defined(JsonSupport.parse(json.group(1)), secret, secret, entries::add);
        byte[] body = "{\"entry\": [{\"id\": \"1\"}, {\"id\": \"2\"}]}".getBytes(StandardCharsets.UTF_8);

        WebhookResponse response = receiver.receive(
                WebhookSigner.preset("meta", secret).sign(WebhookRequest.of("POST", "/hooks/1", "", Map.of(), body)));

        assertThat(response.status()).isEqualTo(200);
        assertThat(entries).hasSize(2);
    }
}
