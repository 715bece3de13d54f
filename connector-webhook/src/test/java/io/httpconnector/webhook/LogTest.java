package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.httpconnector.Secret;
import io.httpconnector.webhook.inbox.Inbox;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Untrusted data cannot forge log lines, and secrets are not logged. */
class LogTest {

    private final Logger logger = (Logger) LoggerFactory.getLogger("io.httpconnector");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        logger.setLevel(Level.DEBUG);
        logger.setAdditive(false);
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(lines);
        logger.setAdditive(true);
        logger.setLevel(null);
    }

    private List<String> messages() {
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void lineBreaksAndTerminalCodesAreNotLogged() {
        String evil = "x\r\nINFO forged\u001b[31m\u2028\u202e";
        WebhookReceiver signed = WebhookReceiver.named("leads")
                .verify(Signatures.stripe(Secret.of("whsec_x")))
                .handler(event -> {})
                .build();
        WebhookReceiver open = WebhookReceiver.named("leads")
                .unverified()
                .id(ValueSelector.header("X-Id"))
                .type(ValueSelector.header("X-Type"))
                .handler(event -> {
                    throw new IllegalStateException("no");
                })
                .build();
        Map<String, List<String>> headers = Map.of(
                "Stripe-Signature", List.of("t=" + evil + ",v1=" + evil),
                "X-Id", List.of(evil),
                "X-Type", List.of(evil),
                "Content-Type", List.of("application/json" + evil),
                "Content-Encoding", List.of(evil));
        for (String method : List.of("POST", evil)) {
            signed.receive(WebhookRequest.of(method, "/" + evil, evil, headers, evil.getBytes(UTF_8)));
            open.receive(WebhookRequest.of(method, "/" + evil, evil, headers, evil.getBytes(UTF_8)));
        }
        open.receive(WebhookRequest.of(
                "POST", "/", "", Map.of("X-Id", List.of(evil), "X-Type", List.of(evil)), "{}".getBytes(UTF_8)));

        assertThat(messages())
                .hasSizeGreaterThan(4)
                .noneMatch(line -> line.matches("(?s).*[\\r\\n\\u001b\\u2028\\u202e].*"));
    }

    @Test
    void eventsOfAnInboxAreLoggedOnOneLine() throws Exception {
        String evil = "x\\r\\nINFO forged\\u001b[31m\\u2028";
        try (Inbox inbox = Inbox.inMemory();
                WebhookReceiver receiver = WebhookReceiver.named("leads")
                        .unverified()
                        .id(ValueSelector.body("/id"))
                        .key(ValueSelector.body("/id"))
                        .inbox(inbox)
                        .delivery(delivery -> delivery.attempts(1))
                        .handler(event -> {
                            throw new IllegalStateException("no");
                        })
                        .build()) {
            receiver.receive(
                    WebhookRequest.of("POST", "/", "", Map.of(), ("{\"id\":\"" + evil + "\"}").getBytes(UTF_8)));
            for (int i = 0; i < 1000 && receiver.deadLetters().isEmpty(); i++) {
                TimeUnit.MILLISECONDS.sleep(5);
            }

            assertThat(receiver.deadLetters()).hasSize(1);
            assertThat(receiver.deadLetters().get(0).event().id()).contains("\r\n");
        }
        assertThat(messages().toString()).contains("INFO forged");
        assertThat(messages()).noneMatch(line -> line.matches("(?s).*[\\r\\n\\u001b\\u2028].*"));
    }

    @Test
    void reasonIsLoggedWithoutSecrets() {
        WebhookReceiver receiver = WebhookReceiver.named("leads")
                .verify(Signatures.github(Secret.of("c4n4ry")))
                .handler(event -> {})
                .build();
        String signature = "sha256=" + "ab".repeat(32);

        receiver.receive(WebhookRequest.of("POST", "/hooks/t0k3n", "", Map.of(), "p4yl04d".getBytes(UTF_8))
                .header("X-Hub-Signature-256", signature)
                .header("Authorization", "c4n4ry"));
        receiver.receive(WebhookRequest.of("POST", "/hooks/t0k3n", "", Map.of(), "p4yl04d".getBytes(UTF_8)));

        WebhookReceiver open =
                WebhookReceiver.named("open").unverified().handler(event -> {}).build();
        for (String type : List.of("application/json", "application/xml", "multipart/form-data; boundary=x")) {
            open.receive(WebhookRequest.of(
                    "POST", "/", "", Map.of("Content-Type", List.of(type)), "p4yl04d".getBytes(UTF_8)));
        }

        assertThat(messages()).hasSize(5);
        assertThat(messages().get(0)).contains("leads", "401", "MISMATCH");
        assertThat(messages().get(1)).contains("MISSING", "X-Hub-Signature-256");
        assertThat(messages().toString()).doesNotContain("c4n4ry", "t0k3n", "p4yl04d", "abab");
    }

    @Test
    void selectorOfUnsignedDataIsReported() {
        Secret secret = Secret.of("s3cr3t");
        SignatureBuilder hashed = Signatures.hmac("HmacSHA256", secret)
                .signature(ValueSelector.header("X-Sign"))
                .content("{{query}}")
                .bodyHash(ValueSelector.query("hash"));
        SignatureBuilder withoutBody = Signatures.hmac("HmacSHA256", secret)
                .signature(ValueSelector.header("X-Sign"))
                .content("{{header.X-Id}}");
        hashed.build();
        receiver(Signatures.github(secret)).id(ValueSelector.body("/id")).build();
        receiver(hashed.build()).id(ValueSelector.body("/id")).build();
        assertThat(messages()).isEmpty();

        Verifier unsignedBody = withoutBody.build();
        receiver(unsignedBody).id(ValueSelector.body("/id")).build();
        receiver(Signatures.github(secret)).type(ValueSelector.header("X-Type")).build();

        assertThat(messages()).hasSize(3);
        assertThat(messages().get(0)).contains("does not cover the body");
        assertThat(messages().get(1)).contains("id(body /id) has no effect");
        assertThat(messages().get(2)).contains("type(header X-Type) has no effect");
    }

    /** Without a separator, "1" and "23" have the same signature as "12" and "3". */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{{form.a}}{{form.b}} ; {{form.a}}{{form.b}}",
                "{{timestamp}}{{body./a}}{{header.X-B | lower}}.{{query.c}} ; {{body./a}}{{header.X-B}}",
                "{{url}}{{form}} ; {{url}}{{form}}",
                "{{id}}{{query}}{{path}} ; {{query}}{{path}}",
            })
    void unseparatedValuesAreReported(String content, String pair) {
        Verifier unused = scheme(content).build();

        assertThat(messages()).hasSize(1).first().asString().contains(pair, "are not separated");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{form.a}}|{{form.b}}",
                "{{id}}{{timestamp}}{{body}}",
                "{{timestamp}}{{header.X-Nonce}}{{body}}",
                "{{url}}{{body}}",
                "{{form.a | sha256}}{{form.b}}",
                "{{method}}{{url}}{{bodySha256}}{{query.x}}",
            })
    void separatedValuesAreNotReported(String content) {
        Verifier unused = scheme(content).build();

        assertThat(messages()).isEmpty();
    }

    private static SignatureBuilder scheme(String content) {
        return Signatures.hmac("HmacSHA256", Secret.of("s3cr3t"))
                .signature(ValueSelector.header("X-Sign"))
                .timestamp(ValueSelector.body("/time"))
                .id(ValueSelector.header("X-Id"))
                .content(content + (content.contains("{{timestamp}}") ? "" : "#{{timestamp}}"));
    }

    private static WebhookReceiverBuilder receiver(Verifier verifier) {
        return WebhookReceiver.named("leads").verify(verifier).handler(event -> {});
    }
}
