package io.httpconnector.examples;

import com.sun.net.httpserver.HttpExchange;
import io.httpconnector.AuthStrategy;
import io.httpconnector.Body;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.TimeSource;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** An example of a custom authentication scheme as one small class: each request is signed with HMAC-SHA256. */
public final class OwnAuthStrategy {

    private static final String KEY = "the-signing-key";

    /** Signs method, target, time and body, so that none of them can be changed in transit. */
    record SignedRequests(Secret key, TimeSource timeSource) implements AuthStrategy {

        @Override
        public Request apply(Request request) {
            String time = String.valueOf(timeSource.now().getEpochSecond());
            byte[] body = request.body().map(Body::toBytes).orElse(new byte[0]);
            String target = request.uri().getRawPath()
                    + (request.uri().getRawQuery() == null
                            ? ""
                            : "?" + request.uri().getRawQuery());
            String signature = sign(key.reveal(), request.method() + "\n" + target + "\n" + time + "\n", body);
            return request.header("X-Time", time).header("X-Signature", signature);
        }
    }

    private final PrintStream out;

    OwnAuthStrategy(PrintStream out) {
        this.out = out;
    }

    /**
     * Sends one request with a valid signature and one with an invalid signature.
     *
     * @param args none
     */
    public static void main(String[] args) {
        System.exit(new OwnAuthStrategy(System.out).run() ? 0 : 1);
    }

    boolean run() {
        try (SigningStandIn service = new SigningStandIn()) {
            boolean accepted = send(service, Secret.of(KEY));
            boolean refused = !send(service, Secret.of("another-key"));
            return accepted && refused;
        }
    }

    private boolean send(StandIn service, Secret key) {
        try (HttpConnection connection = HttpConnection.named("Orders")
                .baseUrl(service.baseUrl())
                .auth(new SignedRequests(key, TimeSource.SYSTEM))
                .build()) {
            Request order = Request.post("/orders").query("dry run", "yes & no").json(Map.of("sku", "A-1"));
            out.println("The service responds: " + connection.send(order).text());
            return true;
        } catch (StatusException e) {
            out.println("The service rejects: " + e.json().at("/error").asText());
            out.println("The redacted exchange: " + e.exchange().orElseThrow().requestHeaders());
            return false;
        }
    }

    static String sign(String key, String head, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update(head.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The service, which verifies the signature of received requests. */
    private static final class SigningStandIn extends StandIn {

        @Override
        Answer answer(HttpExchange exchange) throws IOException {
            String time = Objects.toString(exchange.getRequestHeaders().getFirst("X-Time"), "");
            String head = exchange.getRequestMethod() + "\n" + exchange.getRequestURI() + "\n" + time + "\n";
            String expected = sign(KEY, head, exchange.getRequestBody().readAllBytes());
            String given = Objects.toString(exchange.getRequestHeaders().getFirst("X-Signature"), "");
            boolean right = MessageDigest.isEqual(
                    expected.getBytes(StandardCharsets.US_ASCII), given.getBytes(StandardCharsets.US_ASCII));
            return right
                    ? new Answer(200, Map.of("order", "accepted"))
                    : new Answer(403, Map.of("error", "The signature is invalid."));
        }
    }
}
