package io.httpconnector.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.stripe.exception.SignatureVerificationException;
import io.httpconnector.Secret;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.Verdict;
import io.httpconnector.webhook.Verifier;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.WebhookSigner;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A webhook of some kilobytes of JSON. Each peer has the request in memory; those that want text get the text. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class WebhookBenchmark {

    private static final String KEY = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final Secret SECRET = Secret.of(KEY);
    private static final SecretKeySpec SPEC = new SecretKeySpec(KEY.getBytes(StandardCharsets.UTF_8), "HmacSHA256");

    private static final WebhookRequest NONE = WebhookRequest.of("POST", "/", "", Map.of(), null);

    @Param({"1", "100"})
    private int kilobytes;

    private final ObjectMapper mapper = new ObjectMapper();
    private final Verifier verifier = Signatures.github(SECRET);
    private final Verifier timed = Signatures.stripe(SECRET);
    private final Webhook standard;

    /** Each request must be handled as if it were new. */
    private final WebhookReceiver receiver = WebhookReceiver.named("leads")
            .verify(verifier)
            .remember(Duration.ZERO, 1)
            .handler(event -> handled = event.payload())
            .build();

    private volatile JsonNode handled = MissingNode.getInstance();
    private byte[] body = new byte[0];
    private String text = "";
    private WebhookRequest signed = NONE;
    private WebhookRequest signedTimed = NONE;
    private WebhookRequest forged = NONE;
    private String signature = "";
    private String stripeHeader = "";
    private HttpHeaders standardHeaders = HttpHeaders.of(Map.of(), (name, value) -> true);
    private Mac reused = mac();

    /**
     * Prepares each peer once.
     */
    public WebhookBenchmark() {
        try {
            standard = new Webhook(KEY);
        } catch (EmptyWebhookSecretException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Signs for each. */
    @Setup
    public void sign() {
        text = json(kilobytes * 1024);
        body = text.getBytes(StandardCharsets.UTF_8);
        WebhookRequest request = WebhookRequest.of(
                "POST",
                "/hooks/leads",
                "",
                Map.of(
                        "Host", List.of("app.example.com"),
                        "User-Agent", List.of("Sender/1.0"),
                        "Accept", List.of("*/*"),
                        "Content-Type", List.of("application/json"),
                        "Content-Length", List.of(String.valueOf(body.length)),
                        "X-Request-Id", List.of("0b7a1b52")),
                body);
        signed = WebhookSigner.preset("github", SECRET).sign(request);
        signedTimed = WebhookSigner.preset("stripe", SECRET).sign(request);
        signature = signed.header("X-Hub-Signature-256").orElseThrow();
        forged = request.header(
                "X-Hub-Signature-256", signature.substring(0, 70) + (signature.endsWith("0") ? "1" : "0"));
        stripeHeader = signedTimed.header("Stripe-Signature").orElseThrow();
        WebhookRequest byStandard =
                WebhookSigner.preset("standard-webhooks", SECRET).sign(request);
        standardHeaders = HttpHeaders.of(byStandard.headers(), (name, value) -> true);
    }

    private static String json(int size) {
        StringBuilder json = new StringBuilder("{\"id\":\"evt_1\",\"type\":\"lead.created\",\"leads\":[");
        while (json.length() < size - 150) {
            json.append(json.charAt(json.length() - 1) == '[' ? "" : ",")
                    .append(
                            "{\"email\":\"ada@example.com\",\"name\":\"Ada Lovelace\",\"age\":36,\"score\":0.75,\"tags\":[\"a\",\"b\"],\"ok\":true}");
        }
        return json.append("]}").toString();
    }

    private static Mac mac() {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(SPEC);
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean check(Mac mac, byte[] body, String header) {
        return MessageDigest.isEqual(mac.doFinal(body), HexFormat.of().parseHex(header, 7, header.length()));
    }

    /**
     * By hand, with a code that is used again.
     *
     * @return whether it holds
     */
    @Benchmark
    public boolean hmac() {
        return check(reused, body, signature);
    }

    /**
     * By hand, as most write it: with a new code for each request.
     *
     * @return whether it holds
     */
    @Benchmark
    public boolean fresh() {
        return check(mac(), body, signature);
    }

    /**
     * Ours.
     *
     * @return the verdict
     */
    @Benchmark
    public Verdict connector() {
        return verifier.verify(signed, Instant.now());
    }

    /**
     * Ours, with a timestamp in a list.
     *
     * @return the verdict
     */
    @Benchmark
    public Verdict connectorTimed() {
        return timed.verify(signedTimed, Instant.now());
    }

    /**
     * Ours, for a signature that does not hold.
     *
     * @return the verdict
     */
    @Benchmark
    public Verdict connectorRefused() {
        return verifier.verify(forged, Instant.now());
    }

    /**
     * The library of Standard Webhooks.
     *
     * @return the text
     * @throws WebhookVerificationException when it does not hold
     */
    @Benchmark
    public String standardWebhooks() throws WebhookVerificationException {
        standard.verify(text, standardHeaders);
        return text;
    }

    /**
     * The library of Stripe.
     *
     * @return whether it holds
     * @throws SignatureVerificationException when it does not hold
     */
    @Benchmark
    public boolean stripe() throws SignatureVerificationException {
        return com.stripe.net.Webhook.Signature.verifyHeader(text, stripeHeader, KEY, 300);
    }

    /**
     * By hand: the code, and then Jackson.
     *
     * @return the tree
     * @throws IOException when it is no JSON
     */
    @Benchmark
    public JsonNode hmacAndJackson() throws IOException {
        if (!check(reused, body, signature)) {
            throw new IllegalStateException("it holds");
        }
        handled = mapper.readTree(body);
        return handled;
    }

    /**
     * Ours, whole: verified, read, handed over and answered.
     *
     * @return the answer
     */
    @Benchmark
    public WebhookResponse receive() {
        WebhookResponse answer = receiver.receive(signed);
        if (!answer.isAccepted()) {
            throw new IllegalStateException(answer.toString());
        }
        return answer;
    }
}
