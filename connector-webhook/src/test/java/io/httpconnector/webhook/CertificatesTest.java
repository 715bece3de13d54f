package io.httpconnector.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.webhook.VerificationResult.RejectionReason;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests of services whose requests name their certificate: Amazon SNS and PayPal. */
class CertificatesTest {

    private static final String TOPIC = "arn:aws:sns:eu-central-1:123456789012:leads";

    private static KeyPair pair;

    /** The time at which the messages were sent. */
    private final String time = Instant.now().toString();

    private final AtomicInteger fetched = new AtomicInteger();
    private final List<String> confirmed = new ArrayList<>();
    private final List<WebhookEvent> events = new ArrayList<>();
    private HttpServer server;
    private String origin;
    private HttpConnection connection;

    @BeforeAll
    static void createKeys() throws Exception {
        pair = KeyPairGenerator.getInstance("RSA").generateKeyPair();
    }

    @BeforeEach
    void start() throws Exception {
        byte[] good = pem(pair, Instant.now().plus(Duration.ofDays(1)));
        byte[] expired = pem(pair, Instant.now().minus(Duration.ofDays(1)));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            byte[] body = path.equals("/cert.pem") ? good : path.equals("/expired.pem") ? expired : new byte[0];
            if (path.equals("/moved.pem")) {
                // The same server by another name.
                exchange.getResponseHeaders()
                        .set(
                                "Location",
                                "http://localhost:" + server.getAddress().getPort() + "/cert.pem");
                exchange.sendResponseHeaders(302, -1);
                exchange.close();
                return;
            }
            if (path.endsWith(".pem")) {
                fetched.incrementAndGet();
            } else {
                confirmed.add(exchange.getRequestURI().toString());
            }
            exchange.sendResponseHeaders(path.equals("/missing.pem") ? 404 : 200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        origin = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
        connection = HttpConnection.named("certificates").baseUrl(origin).build();
    }

    @AfterEach
    void stop() {
        connection.close();
        server.stop(0);
    }

    private static byte[] pem(KeyPair pair, Instant end) throws Exception {
        X500Name name = new X500Name("CN=sns.amazonaws.com");
        X509Certificate certificate = new JcaX509CertificateConverter()
                .getCertificate(new JcaX509v3CertificateBuilder(
                                name,
                                BigInteger.ONE,
                                Date.from(end.minus(Duration.ofDays(30))),
                                Date.from(end),
                                name,
                                pair.getPublic())
                        .build(new JcaContentSignerBuilder("SHA256withRSA").build(pair.getPrivate())));
        return ("-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                        + "\n-----END CERTIFICATE-----\n")
                .getBytes(UTF_8);
    }

    private String sign(String algorithm, String content) throws Exception {
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(pair.getPrivate());
        signature.update(content.getBytes(UTF_8));
        return Base64.getEncoder().encodeToString(signature.sign());
    }

    private ObjectNode notification(String version, String subject) throws Exception {
        String subjectLine = subject.isEmpty() ? "" : "Subject\n" + subject + "\n";
        String content = "Message\nhello\nMessageId\nm-1\n" + subjectLine + "Timestamp\n" + time + "\nTopicArn\n"
                + TOPIC + "\nType\nNotification\n";
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("Type", "Notification")
                .put("MessageId", "m-1")
                .put("TopicArn", TOPIC)
                .put("Message", "hello");
        if (!subject.isEmpty()) {
            json.put("Subject", subject);
        }
        return json.put("Timestamp", time)
                .put("SignatureVersion", version)
                .put("Signature", sign(version.equals("1") ? "SHA1withRSA" : "SHA256withRSA", content))
                .put("SigningCertURL", origin + "cert.pem");
    }

    private static WebhookRequest post(ObjectNode json) {
        return WebhookRequest.of(
                "POST",
                "/",
                "",
                Map.of("Content-Type", List.of("text/plain; charset=UTF-8")),
                json.toString().getBytes(UTF_8));
    }

    private RejectionReason sns(ObjectNode json) {
        return Signatures.sns(connection, List.of(origin), TOPIC)
                .verify(post(json), Instant.now())
                .reason();
    }

    @Test
    void snsIsVerifiedInBothVersions() throws Exception {
        Verifier verifier = Signatures.sns(connection, List.of(origin), TOPIC);

        assertThat(verifier.verify(post(notification("1", "")), Instant.now())).hasToString("accepted");
        assertThat(verifier.verify(post(notification("2", "Hi")), Instant.now()))
                .hasToString("accepted");
        assertThat(fetched).hasValue(1);
    }

    @Test
    void forgedSnsMessageIsRejected() throws Exception {
        assertThat(sns(notification("2", "").put("Message", "other"))).isEqualTo(RejectionReason.MISMATCH);
        assertThat(sns(notification("2", "").put("Subject", "added"))).isEqualTo(RejectionReason.MISMATCH);
        assertThat(sns(notification("2", "").put("TopicArn", TOPIC + "2"))).isEqualTo(RejectionReason.MISMATCH);
        assertThat(sns(notification("2", "").put("SignatureVersion", "3"))).isEqualTo(RejectionReason.MALFORMED);
        assertThat(sns(notification("2", "").put("Signature", "%%%"))).isEqualTo(RejectionReason.MISMATCH);
        assertThat(sns(notification("2", "")
                        .put("SigningCertURL", "https://sns.eu-central-1.amazonaws.com.evil.example/c.pem")))
                .isEqualTo(RejectionReason.NO_KEY);
        assertThat(sns(notification("2", "").put("SigningCertURL", origin + "expired.pem")))
                .isEqualTo(RejectionReason.NO_KEY);
        assertThat(sns(notification("2", "").put("SigningCertURL", origin + "missing.pem")))
                .isEqualTo(RejectionReason.NO_KEY);
        assertThat(sns(notification("2", "").put("SigningCertURL", origin + "moved.pem")))
                .isEqualTo(RejectionReason.NO_KEY);
        ObjectNode unsigned = notification("2", "");
        unsigned.remove("Signature");
        assertThat(sns(unsigned)).isEqualTo(RejectionReason.MISSING);
    }

    @Test
    void snsFieldsCannotBeSwapped() throws Exception {
        ObjectNode genuine = notification("2", "");
        ObjectNode withSubject = notification("2", "S");
        ObjectNode numeric = genuine.deepCopy();
        numeric.put("MessageId", 1);

        // All of these have the same signed text.
        assertThat(sns(with(withSubject, "MessageId", "m-1\nSubject\nS", "Subject")))
                .isEqualTo(RejectionReason.MALFORMED);
        assertThat(sns(with(genuine, "MessageId", "m-1\nTimestamp\n" + time, "Timestamp")))
                .isEqualTo(RejectionReason.MALFORMED);
        assertThat(sns(with(genuine, "Message", "hello\nMessageId\nm-1", "MessageId")))
                .isEqualTo(RejectionReason.MALFORMED);
        assertThat(sns(with(genuine, "Timestamp", time + "\nTopicArn\n" + TOPIC, "TopicArn")))
                .isEqualTo(RejectionReason.MALFORMED);
        assertThat(sns(numeric)).isEqualTo(RejectionReason.MALFORMED);
        assertThat(sns(with(genuine, "Type", "Other"))).isEqualTo(RejectionReason.MALFORMED);
        assertThat(sns(with(genuine, "Type", ""))).isEqualTo(RejectionReason.MALFORMED);
        assertThat(sns(with(genuine, "MessageId", ""))).isEqualTo(RejectionReason.MALFORMED);
        assertThat(sns(with(genuine, "Type", "SubscriptionConfirmation"))).isEqualTo(RejectionReason.MALFORMED);
        for (String field : List.of("Message", "MessageId", "Timestamp", "TopicArn", "Type")) {
            ObjectNode less = genuine.deepCopy();
            less.remove(field);
            assertThat(sns(less)).as(field).isEqualTo(RejectionReason.MALFORMED);
        }
    }

    private static ObjectNode with(ObjectNode json, String field, String value, String removed) {
        ObjectNode changed = with(json, field, value);
        changed.remove(removed);
        return changed;
    }

    private static ObjectNode with(ObjectNode json, String field, String value) {
        return json.deepCopy().put(field, value);
    }

    @Test
    void snsEventContainsOnlySignedFields() throws Exception {
        WebhookReceiver receiver = WebhookReceiver.named("sns")
                .verify(Signatures.sns(connection, List.of(origin), TOPIC))
                .type(ValueSelector.body("/MessageAttributes/kind"))
                .handler(events::add)
                .build();
        ObjectNode forged = notification("2", "Hi");
        forged.put("added", "x").putObject("MessageAttributes").put("kind", "forged");

        assertThat(receiver.receive(post(forged)).status()).isEqualTo(200);

        assertThat(events.get(0).payload().properties())
                .extracting(Map.Entry::getKey)
                .containsExactlyInAnyOrder("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type");
        assertThat(events.get(0).type()).isEmpty();
    }

    @Test
    void multilineSnsMessageIsAccepted() throws Exception {
        String content = "Message\none\ntwo\nMessageId\nm-1\nTimestamp\n" + time + "\nTopicArn\n" + TOPIC
                + "\nType\nNotification\n";

        assertThat(Signatures.sns(connection, List.of(origin), TOPIC)
                        .verify(
                                post(with(notification("2", ""), "Message", "one\ntwo")
                                        .put("Signature", sign("SHA256withRSA", content))),
                                Instant.now()))
                .hasToString("accepted");
    }

    @Test
    void genuineMessageOfAnotherTopicIsRejected() throws Exception {
        Verifier other = Signatures.sns(connection, List.of(origin), TOPIC + "2");

        assertThat(other.verify(post(notification("2", "")), Instant.now()).reason())
                .isEqualTo(RejectionReason.MISMATCH);
    }

    @Test
    void oldSnsMessageIsRejected() throws Exception {
        Verifier verifier = Signatures.sns(connection, List.of(origin), TOPIC);

        assertThat(verifier.verify(post(notification("2", "")), Instant.now().plus(Duration.ofHours(25)))
                        .reason())
                .isEqualTo(RejectionReason.TIMESTAMP_EXPIRED);
        assertThat(verifier.verify(post(notification("2", "")), Instant.now().plus(Duration.ofHours(23)))
                        .reason())
                .isNull();
    }

    /** Strangers who name other certificates do not prevent the fetch of a genuine one. */
    @Test
    void unknownCertificatesOfStrangersDoNotDelayGenuineRequests() throws Exception {
        Verifier verifier = Signatures.sns(connection, List.of(origin), TOPIC);
        RejectionReason reason = RejectionReason.NO_KEY;
        long end = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        for (int i = 0; reason != null && System.nanoTime() < end; i++) {
            verifier.verify(
                    post(notification("2", "").put("SigningCertURL", origin + i + "/missing.pem")), Instant.now());
            if (i % 3 == 0) {
                reason = verifier.verify(post(notification("2", "")), Instant.now())
                        .reason();
            }
        }

        assertThat(reason).isNull();
        assertThat(fetched.get()).isLessThan(80);
    }

    @Test
    void attackersCannotCauseManyCertificateFetches() throws Exception {
        Verifier verifier = Signatures.sns(connection, List.of(origin), TOPIC);
        for (int i = 0; i < 50; i++) {
            verifier.verify(
                    post(notification("2", "").put("SigningCertURL", origin + i + "/missing.pem")), Instant.now());
        }

        assertThat(fetched.get()).isLessThan(20);
    }

    @Test
    void snsSubscriptionIsConfirmedOnlyAtItsOrigin() throws Exception {
        WebhookReceiver receiver = WebhookReceiver.named("sns")
                .verify(Signatures.sns(connection, List.of(origin), TOPIC))
                .handshake(Handshakes.snsAt(connection, origin))
                .handler(events::add)
                .build();

        assertThat(receiver.receive(post(confirmation(origin + "?Action=ConfirmSubscription")))
                        .status())
                .isEqualTo(200);
        assertThat(receiver.receive(post(confirmation("https://evil.example/?x")))
                        .status())
                .isEqualTo(400);
        assertThat(receiver.receive(post(notification("2", ""))).status()).isEqualTo(200);
        assertThat(receiver.receive(post(notification("2", ""))).status()).isEqualTo(200);

        assertThat(confirmed).containsExactly("/?Action=ConfirmSubscription");
        assertThat(events).hasSize(1);
        assertThat(events.get(0).id()).isEqualTo("m-1");
        assertThat(events.get(0).type()).isEqualTo("Notification");
    }

    private ObjectNode confirmation(String url) throws Exception {
        String content = "Message\nconfirm\nMessageId\nm-0\nSubscribeURL\n" + url
                + "\nTimestamp\n" + time + "\nToken\nt0k\nTopicArn\n" + TOPIC
                + "\nType\nSubscriptionConfirmation\n";
        return JsonNodeFactory.instance
                .objectNode()
                .put("Type", "SubscriptionConfirmation")
                .put("MessageId", "m-0")
                .put("Token", "t0k")
                .put("TopicArn", TOPIC)
                .put("Message", "confirm")
                .put("SubscribeURL", url)
                .put("Timestamp", time)
                .put("SignatureVersion", "2")
                .put("Signature", sign("SHA256withRSA", content))
                .put("SigningCertURL", origin + "cert.pem");
    }

    @Test
    void payPalIsVerifiedByATrustedCertificate() throws Exception {
        byte[] body = "{\"id\":\"WH-1\",\"event_type\":\"PAYMENT\"}".getBytes(UTF_8);
        CRC32 crc = new CRC32();
        crc.update(body);
        String time = Instant.now().toString();
        WebhookRequest request = WebhookRequest.of("POST", "/", "", Map.of(), body)
                .header("PAYPAL-TRANSMISSION-ID", "t-1")
                .header("PAYPAL-TRANSMISSION-time", time)
                .header("PAYPAL-TRANSMISSION-SIG", sign("SHA256withRSA", "t-1|" + time + "|WEBHOOK|" + crc.getValue()))
                .header("PAYPAL-CERT-URL", origin + "cert.pem");
        Verifier trusting = Signatures.paypal(
                new CertificateChecker(connection, List.of(origin), new Trusting(), TimeSource.SYSTEM), "WEBHOOK");
        Verifier strict = Signatures.paypal(
                new CertificateChecker(connection, List.of(origin), PublicKeyReader.trust(), TimeSource.SYSTEM),
                "WEBHOOK");
        Verifier other = Signatures.paypal(
                new CertificateChecker(connection, List.of(origin), new Trusting(), TimeSource.SYSTEM), "OTHER");

        assertThat(trusting.verify(request, Instant.now())).hasToString("accepted");
        assertThat(strict.verify(request, Instant.now()).isAccepted()).isFalse();
        assertThat(other.verify(request, Instant.now()).reason()).isEqualTo(RejectionReason.MISMATCH);
        assertThat(trusting.verify(request.body("{}".getBytes(UTF_8)), Instant.now())
                        .reason())
                .isEqualTo(RejectionReason.MISMATCH);
        assertThat(Signatures.paypal(connection, "WEBHOOK")
                        .verify(request, Instant.now())
                        .isAccepted())
                .isFalse();
    }

    /** Both bodies have the same CRC32. */
    @Test
    void payPalEventsAreDistinguishedByTransmissionId() throws Exception {
        byte[] genuine = "{\"id\":\"WH-1\",\"event_type\":\"PAYMENT.CAPTURE.REFUNDED\",\"n\":1}".getBytes(UTF_8);
        byte[] forged = ("{\"id\":\"WH-2\",\"event_type\":\"PAYMENT.CAPTURE.COMPLETED\",\"pad\":"
                        + "\"accacccacaaaaaaacacaaacacccacaccaaaaaaaa\"}")
                .getBytes(UTF_8);
        CRC32 crc = new CRC32();
        crc.update(genuine);
        Instant now = Instant.now();
        WebhookReceiver receiver = WebhookReceiver.named("paypal")
                .verify(Signatures.paypal(
                        new CertificateChecker(connection, List.of(origin), new Trusting(), TimeSource.SYSTEM),
                        "WEBHOOK"))
                .handler(events::add)
                .build();
        List<WebhookRequest> transmissions = new ArrayList<>();
        for (String id : List.of("t-1", "t-2")) {
            transmissions.add(WebhookRequest.of("POST", "/", "", Map.of(), genuine)
                    .header("PAYPAL-TRANSMISSION-ID", id)
                    .header("PAYPAL-TRANSMISSION-time", now.toString())
                    .header(
                            "PAYPAL-TRANSMISSION-SIG",
                            sign("SHA256withRSA", id + "|" + now + "|WEBHOOK|" + crc.getValue()))
                    .header("PAYPAL-CERT-URL", origin + "cert.pem"));
        }

        assertThat(receiver.receive(transmissions.get(0)).status()).isEqualTo(200);
        assertThat(receiver.receive(transmissions.get(0).body(forged)).status()).isEqualTo(200);
        assertThat(receiver.receive(transmissions.get(0).body(forged).header("Content-Type", "text/plain"))
                        .status())
                .isEqualTo(200);
        assertThat(receiver.receive(transmissions.get(1)).status()).isEqualTo(200);

        assertThat(events).extracting(WebhookEvent::id).containsExactly("t-1", "t-2");
        assertThat(events.get(0).payload().path("id").asText()).isEqualTo("WH-1");
    }

    private static final class Trusting implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Test
    void regionAndTopicsAreRequired() {
        assertThatThrownBy(() -> Signatures.sns(connection, "evil.example/", TOPIC))
                .isInstanceOf(InvalidDefinitionException.class);
        assertThatThrownBy(() -> Signatures.sns(connection, "eu-central-1"))
                .isInstanceOf(InvalidDefinitionException.class);
        assertThat(SnsVerifier.origin("cn-north-1")).isEqualTo("https://sns.cn-north-1.amazonaws.com.cn/");
        assertThat(SnsVerifier.origin("us-gov-west-1")).isEqualTo("https://sns.us-gov-west-1.amazonaws.com/");
    }

    @Test
    void certificateIsFetchedOnlyFromAPlainUrl() throws Exception {
        for (String path : List.of(
                "../cert.pem",
                "a/../cert.pem",
                "./cert.pem",
                "a//cert.pem",
                "%2e%2e/cert.pem",
                "cert%2Epem",
                "cert.pem?a=b",
                "cert.pem#a",
                "cert.pem;a",
                "cert.pem\\x",
                "cert.pem\n",
                "@evil.example/cert.pem",
                "",
                "caf\u00e9.pem",
                "a/",
                "..")) {
            assertThat(sns(notification("2", "").put("SigningCertURL", origin + path)))
                    .as(path)
                    .isEqualTo(RejectionReason.NO_KEY);
        }
        String host = origin.substring("http://".length());
        for (String url : List.of(
                "http://user@" + host,
                "http://user:pw@" + host,
                origin.substring(0, origin.length() - 1) + ":80/",
                origin.substring(0, origin.length() - 1) + "0/",
                "HTTP://" + host,
                " " + origin,
                "//" + host,
                "file:///etc/")) {
            assertThat(sns(notification("2", "").put("SigningCertURL", url + "cert.pem")))
                    .as(url)
                    .isEqualTo(RejectionReason.NO_KEY);
        }
        assertThat(fetched).hasValue(0);
    }

    @Test
    void rejectionNamesTheFailedCertificateCheck() throws Exception {
        for (Map.Entry<String, String> one : Map.of(
                        "expired.pem", "it has expired",
                        "missing.pem", "it cannot be fetched",
                        "moved.pem", "it was redirected to another origin",
                        "../cert.pem", "not a plain URL")
                .entrySet()) {
            assertThat(Signatures.sns(connection, List.of(origin), TOPIC)
                            .verify(
                                    post(notification("2", "").put("SigningCertURL", origin + one.getKey())),
                                    Instant.now())
                            .detail())
                    .as(one.getKey())
                    .contains(one.getValue());
        }
    }
}
