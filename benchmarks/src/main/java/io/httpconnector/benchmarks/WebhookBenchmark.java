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
import io.httpconnector.webhook.VerificationResult;
import io.httpconnector.webhook.Verifier;
import io.httpconnector.webhook.WebhookEndpoint;
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
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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

/**
 * Measures webhooks of some kilobytes of JSON, each with different leads. Each peer receives the requests from memory; peers
 * that expect text receive text.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class WebhookBenchmark {

    private static final String KEY = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final Secret SECRET = Secret.of(KEY);
    private static final SecretKeySpec SPEC = new SecretKeySpec(KEY.getBytes(StandardCharsets.UTF_8), "HmacSHA256");

    private static final List<String> NAMES =
            List.of("Ada Lovelace", "Alan Turing", "Grace Hopper", "Edsger Dijkstra", "Barbara Liskov", "Al Khwarizmi");

    @Param({"1", "4", "100"})
    private int kilobytes;

    private final ObjectMapper mapper = new ObjectMapper();
    private final Verifier verifier = Signatures.github(SECRET);
    private final Verifier timed = Signatures.stripe(SECRET);
    private final Webhook standard;
    private final com.svix.Webhook svix;

    private volatile JsonNode handled = MissingNode.getInstance();
    private final Mac reused = mac();
    private List<Sample> samples = List.of();
    private WebhookEndpoint receiver = request -> WebhookResponse.of(503);
    private int next;

    private record Sample(
            String text,
            WebhookRequest signed,
            String signature,
            WebhookRequest forged,
            WebhookRequest signedTimed,
            String stripeHeader,
            HttpHeaders standardHeaders,
            Map<String, List<String>> svixHeaders) {}

    /**
     * Prepares each peer once.
     */
    public WebhookBenchmark() {
        try {
            standard = new Webhook(KEY);
            svix = new com.svix.Webhook(KEY);
        } catch (EmptyWebhookSecretException | com.svix.exceptions.EmptyWebhookSecretException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Signs the requests for each peer. */
    @Setup
    public void sign() {
        Random random = new Random(1);
        samples = Stream.generate(() -> sample(json(kilobytes * 1024, random)))
                .limit(kilobytes == 100 ? 10 : 100)
                .toList();
        receiver = WebhookReceiver.named("leads")
                .verify(verifier)
                // Repeated events have been evicted, so they are handled as new ones.
                .remember(Duration.ofDays(1), samples.size() / 2)
                .handler(event -> handled = event.payload())
                .build();
    }

    private static Sample sample(String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
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
        WebhookRequest signed = WebhookSigner.preset("github", SECRET).sign(request);
        String signature = signed.header("X-Hub-Signature-256").orElseThrow();
        WebhookRequest signedTimed = WebhookSigner.preset("stripe", SECRET).sign(request);
        WebhookRequest byStandard =
                WebhookSigner.preset("standard-webhooks", SECRET).sign(request);
        return new Sample(
                text,
                signed,
                signature,
                request.header(
                        "X-Hub-Signature-256", signature.substring(0, 70) + (signature.endsWith("0") ? "1" : "0")),
                signedTimed,
                signedTimed.header("Stripe-Signature").orElseThrow(),
                HttpHeaders.of(byStandard.headers(), (name, value) -> true),
                WebhookSigner.preset("svix", SECRET).sign(request).headers());
    }

    private static String json(int size, Random random) {
        StringBuilder json = new StringBuilder(String.format(
                Locale.ROOT, "{\"id\":\"evt_%d\",\"type\":\"lead.created\",\"leads\":[", random.nextInt(100_000)));
        while (json.length() < size - 150) {
            String name = NAMES.get(random.nextInt(NAMES.size()));
            json.append(json.charAt(json.length() - 1) == '[' ? "" : ",")
                    .append(String.format(
                            Locale.ROOT,
                            "{\"email\":\"%s@example.com\",\"name\":\"%s\",\"age\":%d,\"score\":%.2f,\"tags\":%s,\"ok\":%b}",
                            name.toLowerCase(Locale.ROOT).replace(' ', '.'),
                            name,
                            random.nextInt(18, 100),
                            random.nextDouble(),
                            random.nextBoolean() ? "[\"a\",\"b\"]" : "[\"newsletter\"]",
                            random.nextBoolean()));
        }
        return json.append("]}").toString();
    }

    private Sample next() {
        next = next + 1 == samples.size() ? 0 : next + 1;
        return samples.get(next);
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
     * Hand-written, with a reused Mac instance.
     *
     * @return whether the signature is valid
     */
    @Benchmark
    public boolean hmac() {
        Sample sample = next();
        return check(reused, sample.signed.body(), sample.signature);
    }

    /**
     * Hand-written, as usual: with a new Mac instance per request.
     *
     * @return whether the signature is valid
     */
    @Benchmark
    public boolean fresh() {
        Sample sample = next();
        return check(mac(), sample.signed.body(), sample.signature);
    }

    /**
     * Hand-written, with a timestamp in a list, as sent by Stripe.
     *
     * @return whether the signature is valid
     */
    @Benchmark
    public boolean hmacTimed() {
        Sample sample = next();
        String timestamp = "";
        String code = "";
        for (String item : sample.stripeHeader.split(",", -1)) {
            if (item.startsWith("t=")) {
                timestamp = item.substring(2);
            } else if (item.startsWith("v1=")) {
                code = item.substring(3);
            }
        }
        if (Math.abs(Instant.now().getEpochSecond() - Long.parseLong(timestamp)) > 300) {
            return false;
        }
        reused.update(timestamp.getBytes(StandardCharsets.UTF_8));
        reused.update((byte) '.');
        return MessageDigest.isEqual(
                reused.doFinal(sample.signed.body()), HexFormat.of().parseHex(code));
    }

    /** This library.
     *
     * @return the result
     */
    @Benchmark
    public VerificationResult connector() {
        return verifier.verify(next().signed, Instant.now());
    }

    /** This library, with a timestamp in a list.
     *
     * @return the result
     */
    @Benchmark
    public VerificationResult connectorTimed() {
        return timed.verify(next().signedTimed, Instant.now());
    }

    /** This library, with an invalid signature.
     *
     * @return the result
     */
    @Benchmark
    public VerificationResult connectorRefused() {
        return verifier.verify(next().forged, Instant.now());
    }

    /**
     * The library of Standard Webhooks.
     *
     * @return the text
     * @throws WebhookVerificationException if the signature is invalid
     */
    @Benchmark
    public String standardWebhooks() throws WebhookVerificationException {
        Sample sample = next();
        standard.verify(sample.text, sample.standardHeaders);
        return sample.text;
    }

    /**
     * The library of Svix.
     *
     * @return the text
     * @throws com.svix.exceptions.WebhookVerificationException if the signature is invalid
     */
    @Benchmark
    public String svix() throws com.svix.exceptions.WebhookVerificationException {
        Sample sample = next();
        svix.verify(sample.text, sample.svixHeaders);
        return sample.text;
    }

    /**
     * The library of Stripe.
     *
     * @return whether the signature is valid
     * @throws SignatureVerificationException if the signature is invalid
     */
    @Benchmark
    public boolean stripe() throws SignatureVerificationException {
        Sample sample = next();
        return com.stripe.net.Webhook.Signature.verifyHeader(sample.text, sample.stripeHeader, KEY, 300);
    }

    /**
     * Hand-written: the HMAC, and then Jackson.
     *
     * @return the tree
     * @throws IOException if it is not valid JSON
     */
    @Benchmark
    public JsonNode hmacAndJackson() throws IOException {
        Sample sample = next();
        if (!check(reused, sample.signed.body(), sample.signature)) {
            throw new IllegalStateException("it holds");
        }
        handled = mapper.readTree(sample.signed.body());
        return handled;
    }

    /**
     * This library, end to end: verified, parsed, dispatched and responded to.
     *
     * @return the response
     */
    @Benchmark
    public WebhookResponse receive() {
        WebhookResponse response = receiver.receive(next().signed);
        if (!response.isAccepted()) {
            throw new IllegalStateException(response.toString());
        }
        return response;
    }
}
