package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.Secret;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URLEncoder;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of payloads of all body formats. */
class PayloadTest {

    private final List<WebhookEvent> events = new ArrayList<>();

    private WebhookReceiverBuilder any() {
        return WebhookReceiver.named("any").unverified().handler(events::add);
    }

    private static WebhookRequest request(byte[] body, String... headers) {
        Map<String, List<String>> all = new HashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], List.of(headers[i + 1]));
        }
        return WebhookRequest.of("POST", "/", "", all, body);
    }

    private static WebhookRequest request(String contentType, String body) {
        return request(body.getBytes(UTF_8), "Content-Type", contentType);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    /** The media type is not signed, so that the bytes alone decide: they have one reading. */
    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "ISO-8859-1", "UTF-16", "UTF-16BE", "UTF-16LE", "windows-1252"})
    void jsonOfASignedRequestMayHaveAnyCharset(String charset) throws Exception {
        byte[] body = "{\"order\":\"7\",\"name\":\"Jos\u00e9\"}".getBytes(Charset.forName(charset));
        Secret secret = Secret.of("s3cret-key");
        WebhookReceiver receiver = WebhookReceiver.named("signed")
                .verify(Signatures.hmac("HmacSHA256", secret)
                        .signature(ValueSelector.header("X-Signature"))
                        .build())
                .handler(events::add)
                .build();
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec("s3cret-key".getBytes(UTF_8), "HmacSHA256"));
        String signature = HexFormat.of().formatHex(mac.doFinal(body));
        WebhookResponse response = receiver.receive(
                request(body, "Content-Type", "application/json; charset=" + charset, "X-Signature", signature));

        assertThat(response.status()).isEqualTo(200);
        assertThat(events.get(0).payload().toString()).isEqualTo("{\"order\":\"7\",\"name\":\"Jos\u00e9\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "application/json | {\"a\":1.50} | {\"a\":1.50}",
                "application/vnd.acme+json; charset=utf-8 | [1] | [1]",
                "application/x-www-form-urlencoded | a=1&b=x+%E2%98%83&b=y&c&=z | {\"a\":\"1\",\"b\":[\"x ☃\",\"y\"],\"c\":\"\",\"\":\"z\"}",
                "application/x-www-form-urlencoded; charset=iso-8859-1 | a=%e9%zz% | {\"a\":\"é%zz%\"}",
                "application/xml | <r><a>1</a><a>2</a></r> | {\"a\":[\"1\",\"2\"]}",
                "text/plain | hello | \"hello\"",
                "application/octet-stream | hello | \"aGVsbG8=\"",
            })
    void readsEveryFormat(String type, String body, String expected) throws Exception {
        WebhookResponse response = any().build().receive(request(type, body));

        assertThat(response.status()).isEqualTo(200);
        assertThat(events.get(0).payload().toString()).isEqualTo(expected);
        assertThat(events.get(0).body().bytes()).isEqualTo(body.getBytes(UTF_8));
        assertThat(events.get(0).body().contentType()).isEqualTo(type);
    }

    @Test
    void honoursTheCharset() {
        any().build()
                .receive(request("\"é\"".getBytes(ISO_8859_1), "Content-Type", "application/json; charset=ISO-8859-1"));
        any().build()
                .receive(request(
                        "é".getBytes(Charset.forName("windows-1252")),
                        "Content-Type",
                        "text/plain;charset=\"windows-1252\""));

        assertThat(events).extracting(event -> event.payload().asText()).containsExactly("é", "é");
    }

    @Test
    void readsFieldsAndFilesOfAMultipartForm() throws Exception {
        String body = """
                preamble
                --xYz
                Content-Disposition: form-data; name="name"

                Zoë
                --xYz
                Content-Disposition: form-data; name="empty"


                --xYz
                Content-Disposition: form-data; name="cv"; filename="a\\"b;c.txt"
                Content-Type: text/plain

                line
                --x

                --xYz
                Content-Disposition: form-data; name="cv"; filename="2.txt"

                2
                --xYz--
                """.replace("\n", "\r\n");

        any().build().receive(request("multipart/form-data; boundary=xYz", body));

        assertThat(events.get(0).payload().at("/name").asText()).isEqualTo("Zoë");
        assertThat(events.get(0).payload().at("/empty").asText("?")).isEmpty();
        assertThat(events.get(0).payload().at("/cv/0/filename").asText()).isEqualTo("a\"b;c.txt");
        assertThat(events.get(0).payload().at("/cv/0/contentType").asText()).isEqualTo("text/plain");
        assertThat(events.get(0).payload().at("/cv/0/content").binaryValue())
                .isEqualTo("line\r\n--x\r\n".getBytes(UTF_8));
        assertThat(events.get(0).payload().at("/cv/1/content").binaryValue()).isEqualTo(new byte[] {'2'});
    }

    @Test
    void usesTheQueryParametersWithoutABody() {
        any().build().receive(WebhookRequest.of("POST", "/", "email=a%40b.c&x=1", Map.of(), null));

        assertThat(events.get(0).payload().toString()).isEqualTo("{\"email\":\"a@b.c\",\"x\":\"1\"}");
        assertThat(events.get(0).query()).containsEntry("email", List.of("a@b.c"));
    }

    @Test
    void decompressesGzipUpToTheBodyLimit() throws Exception {
        WebhookEndpoint receiver = any().maxBody(10_000).build();

        WebhookResponse good = receiver.receive(request(
                gzip("{\"a\":1}".getBytes(UTF_8)), "Content-Type", "application/json", "Content-Encoding", "gzip"));
        WebhookResponse bomb = receiver.receive(
                request(gzip(new byte[5_000_000]), "Content-Type", "application/json", "Content-Encoding", "gzip"));
        WebhookResponse none = receiver.receive(
                request(new byte[] {1, 2, 3}, "Content-Type", "application/json", "Content-Encoding", "gzip"));
        WebhookResponse other = receiver.receive(
                request(new byte[] {1, 2, 3}, "Content-Type", "application/json", "Content-Encoding", "br"));

        assertThat(good.status()).isEqualTo(200);
        assertThat(bomb.status()).isEqualTo(413);
        assertThat(none.status()).isEqualTo(400);
        assertThat(other.status()).isEqualTo(415);
        assertThat(events).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{} {}", "{\"a\":\"\u0001\"}", "{'a':1}", "NaN", "{\"a\":1,}", "\u0000"})
    void refusesWhatIsNoJson(String body) {
        assertThat(any().build().receive(request("application/json", body)).status())
                .isEqualTo(400);
    }

    @Test
    void rejectsInvalidUtf8() {
        byte[] body = {'"', (byte) 0xc3, '(', '"'};

        assertThat(any().build()
                        .receive(request(body, "Content-Type", "application/json"))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void rejectsResourceExhaustionAttacks() {
        WebhookEndpoint receiver = any().build();

        assertThat(receiver.receive(request("application/json", "[".repeat(100_000)))
                        .status())
                .isEqualTo(400);
        assertThat(receiver.receive(request("application/x-www-form-urlencoded", "a&".repeat(500_000)))
                        .status())
                .isEqualTo(413);
        assertThat(receiver.receive(request(
                                "application/xml",
                                "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>"))
                        .status())
                .isEqualTo(400);
        assertThat(receiver.receive(request("application/xml", "<a>".repeat(100_000)))
                        .status())
                .isEqualTo(400);
        assertThat(receiver.receive(request("multipart/form-data; boundary=b", "--b\r\n\r\n".repeat(10_000)))
                        .status())
                .isEqualTo(400);
        assertThat(receiver.receive(request("application/json", "x".repeat(1024 * 1024 + 1)))
                        .status())
                .isEqualTo(413);
        assertThat(receiver.receive(request("text/plain; charset=utf-99", "x")).status())
                .isEqualTo(415);
        assertThat(events).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=b",
                "application/xml",
                "text/plain; charset=utf-16",
                "application/cloudevents-batch+json"
            })
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aBodyMadeToBeExpensiveIsReadInTheTimeOfItsLength(String type) {
        // The fields of the second form are sorted before the signature is checked.
        List<WebhookEndpoint> receivers = List.of(
                any().build(),
                WebhookReceiver.named("signed")
                        .verify(Signatures.preset("twilio", Secret.of("s3cret")))
                        .publicUrl("https://app.example.com/hooks/x")
                        .handler(events::add)
                        .build());
        for (String piece : List.of(
                "&",
                "=",
                "a&",
                "a=b&",
                "%",
                "%41",
                "[",
                "{\"a\":",
                "1,",
                "9",
                "\"a\",",
                "\\u0041",
                "{\"a\":1},",
                "--b\r\n",
                "--b",
                "\r\n",
                "\r\n--b",
                "--b\r\n\r\n",
                "--b\r\na:",
                "a;",
                "<a>",
                "<a b='c'>",
                "&amp;",
                "<!--",
                "]]>")) {
            String body = piece.repeat(1024 * 1024 / piece.length());
            for (WebhookEndpoint receiver : receivers) {
                long begun = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
                WebhookResponse response = receiver.receive(request(type, body));
                assertThat(Duration.ofNanos(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begun))
                        .as(piece)
                        .isLessThan(Duration.ofSeconds(3));
                assertThat(response.status()).as(piece).isNotEqualTo(500);
            }
            events.clear();
        }
    }

    @Test
    void parsesJsonInAFormField() {
        WebhookEndpoint receiver = any().jsonIn("/payload")
                .id(ValueSelector.body("/payload/id"))
                .type(ValueSelector.body("/payload/action"))
                .build();
        String json = "{\"id\": 7, \"action\": \"opened\", \"price\": 1.50}";

        receiver.receive(request("application/x-www-form-urlencoded", "a=1&payload=" + URLEncoder.encode(json, UTF_8)));
        receiver.receive(request("application/json", "{\"payload\": \"plain text\"}"));
        receiver.receive(request("application/json", "{\"payload\": {\"id\": 8}}"));
        receiver.receive(request("application/json", "[]"));

        assertThat(events.get(0).payload())
                .hasToString("{\"a\":\"1\",\"payload\":{\"id\":7,\"action\":\"opened\",\"price\":1.50}}");
        assertThat(events.get(0).id()).isEqualTo("7");
        assertThat(events.get(0).type()).isEqualTo("opened");
        assertThat(events.subList(1, 4))
                .extracting(event -> event.payload().toString())
                .containsExactly("{\"payload\":\"plain text\"}", "{\"payload\":{\"id\":8}}", "[]");
    }

    @Test
    void batchMayBeInATextField() {
        any().jsonIn("/message/records")
                .each("/message/records")
                .build()
                .receive(request(
                        "application/json", "{\"message\": {\"records\": \"[{\\\"n\\\": 1}, {\\\"n\\\": 2}]\"}}"));

        assertThat(events).extracting(event -> event.payload().toString()).containsExactly("{\"n\":1}", "{\"n\":2}");
    }

    @Test
    void listIsABatchOfEvents() {
        WebhookEndpoint receiver = any().each("")
                .id(ValueSelector.body("/id"))
                .type(ValueSelector.body("/kind"))
                .build();

        receiver.receive(
                request("application/json", "[{\"id\":\"1\",\"kind\":\"a\"},{\"id\":\"2\"},{\"kind\":\"b\"}]"));
        receiver.receive(request("application/json", "[{\"id\":\"2\"},{\"id\":\"3\"}]"));

        assertThat(events).extracting(WebhookEvent::type).containsExactly("a", "", "b", "");
        assertThat(events).extracting(WebhookEvent::id).doesNotHaveDuplicates().contains("1", "2", "3");
        assertThat(events.get(0).payload().toString()).isEqualTo("{\"id\":\"1\",\"kind\":\"a\"}");
    }

    @Test
    void elementsWithoutIdAreNewEventsInTheNextBatch() {
        Secret secret = Secret.of("s3cr3t");
        WebhookReceiver signed = WebhookReceiver.named("signed")
                .verify(Signatures.github(secret))
                .each("")
                .handler(events::add)
                .build();
        WebhookEndpoint unverified = any().each("").build();
        WebhookSigner signer = WebhookSigner.preset("github", secret);

        signed.receive(signer.sign(request("application/json", "[1,2]")));
        signed.receive(signer.sign(request("application/json", "[3,4]")));
        signed.receive(signer.sign(request("application/json", "[1,2]")));
        unverified.receive(request("application/json", "[5]"));
        unverified.receive(request("application/json", "[6]"));

        assertThat(events).extracting(event -> event.payload().asInt()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(events).extracting(WebhookEvent::id).doesNotHaveDuplicates();
    }

    @Test
    void configuredSelectorsTakePrecedenceOverCloudEventAttributes() {
        any().id(ValueSelector.body("/n"))
                .type(ValueSelector.body("/kind"))
                .build()
                .receive(request(
                        "{\"n\":3,\"kind\":\"refund\"}".getBytes(UTF_8),
                        "Content-Type",
                        "application/json",
                        "ce-specversion",
                        "1.0",
                        "ce-id",
                        "9",
                        "ce-source",
                        "/shop",
                        "ce-type",
                        "returned"));

        assertThat(events.get(0).id()).isEqualTo("3");
        assertThat(events.get(0).type()).isEqualTo("refund");
    }

    @Test
    void formIsRecognisedByItsWholeMediaType() {
        WebhookEndpoint receiver = any().build();

        receiver.receive(request("application/x-www-form-urlencoded+json", "{\"a\":1}"));
        receiver.receive(request("Application/X-WWW-Form-Urlencoded ; charset=utf-8;", "a=1"));

        assertThat(events)
                .extracting(event -> event.payload().toString())
                .containsExactly("{\"a\":1}", "{\"a\":\"1\"}");
        for (String malformed :
                List.of("json", "a/b;", "a/b; c", "a/b; c=d; C=e", "a/b; c=\"d", "a/b c", "/", "a/b,c/d")) {
            assertThat(receiver.receive(request(malformed, "{}")).status())
                    .as(malformed)
                    .isEqualTo(malformed.equals("a/b;") ? 200 : 415);
        }
    }

    @Test
    void cloudEventsAreReadInAllThreeModes() {
        WebhookEndpoint receiver = any().build();
        String one = "{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"/shop\",\"type\":\"sold\",\"data\":{\"n\":1}}";
        String two =
                "{\"specversion\":\"1.0\",\"id\":\"8\",\"source\":\"/shop\",\"type\":\"sold\",\"data_base64\":\"AAE=\"}";

        receiver.receive(request("application/cloudevents+json; charset=utf-8", one));
        receiver.receive(request("application/cloudevents-batch+json", "[" + one + "," + two + "]"));
        receiver.receive(request(
                "{\"n\":3}".getBytes(UTF_8),
                "Content-Type",
                "application/json",
                "ce-specversion",
                "1.0",
                "ce-id",
                "9",
                "ce-source",
                "/shop",
                "ce-type",
                "returned"));

        assertThat(events).extracting(WebhookEvent::id).containsExactly("/shop 7", "/shop 8", "/shop 9");
        assertThat(events).extracting(WebhookEvent::type).containsExactly("sold", "sold", "returned");
        assertThat(events)
                .extracting(event -> event.payload().toString())
                .containsExactly("{\"n\":1}", "\"AAE=\"", "{\"n\":3}");
        assertThat(receiver.receive(request("application/cloudevents+json", "{\"id\":1}"))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void eventContainsNoSecrets() {
        WebhookReceiver receiver = WebhookReceiver.named("any")
                .verify(Signatures.preset("gitlab", Secret.of("c4n4ry")))
                .handler(events::add)
                .build();

        receiver.receive(request(
                "{}".getBytes(UTF_8),
                "X-Gitlab-Token",
                "c4n4ry",
                "Authorization",
                "c4n4ry",
                "Cookie",
                "c4n4ry",
                "X-Other",
                "x"));

        assertThat(events.get(0).headers()).containsOnlyKeys("x-other");
        assertThat(events.get(0).toString()).doesNotContain("c4n4ry");
    }

    @Test
    void emptyTextIsRejectedWhereJsonIsExpected() {
        List<WebhookEvent> taken = new ArrayList<>();
        WebhookReceiver receiver = WebhookReceiver.named("wrapped")
                .unverified()
                .jsonIn("/payload")
                .handler(taken::add)
                .build();
        for (String text : List.of("", " ", "\\n")) {
            WebhookRequest request = WebhookRequest.of(
                    "POST",
                    "/",
                    "",
                    Map.of("Content-Type", List.of("application/json")),
                    ("{\"payload\": \"" + text + "\"}").getBytes(java.nio.charset.StandardCharsets.UTF_8));
            assertThat(receiver.receive(request).status()).isEqualTo(400);
        }
        WebhookRequest blank = WebhookRequest.of(
                "POST", "/", "", Map.of("Content-Type", List.of("application/json")), new byte[] {' ', '\n'});
        assertThat(receiver.receive(blank).status()).isEqualTo(400);
        assertThat(taken).isEmpty();
    }
}
