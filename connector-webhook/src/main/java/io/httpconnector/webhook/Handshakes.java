package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** How services find out that a URL belongs to somebody who wants their events. */
public final class Handshakes {

    /** Longer ones are no challenges. */
    private static final int LONGEST = 1000;

    private static final Set<String> PROBES = Set.of("GET", "HEAD");

    private Handshakes() {}

    /**
     * A challenge in the query of a GET, which is answered as text: Dropbox, Nylas.
     *
     * @param parameter its name, such as {@code challenge}
     * @return the handshake
     */
    public static Handshake echo(String parameter) {
        Arguments.notNull(parameter, "handshake: the name of the parameter");
        return new Handshake() {
            @Override
            public Optional<WebhookResponse> beforeVerification(WebhookRequest request) {
                return request.method().equals("GET")
                        ? one(request, parameter).map(Handshakes::text)
                        : Optional.empty();
            }
        };
    }

    /**
     * Meta, for Facebook, Instagram and WhatsApp: the challenge is answered when the verify token is right, and otherwise 403.
     *
     * @param verifyToken the token that was entered there
     * @return the handshake
     */
    public static Handshake meta(Secret verifyToken) {
        Arguments.notNull(verifyToken, "handshake: the verify token");
        return new Handshake() {
            @Override
            public Optional<WebhookResponse> beforeVerification(WebhookRequest request) {
                Optional<String> challenge = one(request, "hub.challenge");
                if (!request.method().equals("GET") || challenge.isEmpty()) {
                    return Optional.empty();
                }
                boolean right = one(request, "hub.mode").equals(Optional.of("subscribe"))
                        && one(request, "hub.verify_token")
                                .filter(token -> same(token, verifyToken))
                                .isPresent();
                return Optional.of(right ? text(challenge.get()) : WebhookResponse.of(403));
            }
        };
    }

    private static boolean same(String token, Secret secret) {
        return MessageDigest.isEqual(utf8(token), utf8(secret.reveal()));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Microsoft Graph: the validation token is answered as text.
     *
     * @return the handshake
     */
    public static Handshake microsoftGraph() {
        return new Handshake() {
            @Override
            public Optional<WebhookResponse> beforeVerification(WebhookRequest request) {
                return request.body().length == 0
                        ? one(request, "validationToken").map(Handshakes::text)
                        : Optional.empty();
            }
        };
    }

    /**
     * Slack: {@code url_verification}, which is signed.
     *
     * @return the handshake
     */
    public static Handshake slack() {
        return signed((request, payload) -> payload.path("type").asText().equals("url_verification")
                ? bounded(payload.path("challenge").asText()).map(Handshakes::text)
                : Optional.empty());
    }

    /**
     * Zoom: {@code endpoint.url_validation}, which is signed; the plain token is answered with its HMAC.
     *
     * @param secret the secret token
     * @return the handshake
     */
    public static Handshake zoom(Secret secret) {
        Arguments.notNull(secret, "handshake: the secret token");
        return signed((request, payload) -> {
            if (!payload.path("event").asText().equals("endpoint.url_validation")) {
                return Optional.empty();
            }
            return bounded(payload.at("/payload/plainToken").asText()).map(token -> {
                String encrypted =
                        BinaryEncoding.HEX.encode(HmacChecker.sign("HmacSHA256", utf8(secret.reveal()), utf8(token)));
                return WebhookResponse.json(
                        200,
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("plainToken", token)
                                .put("encryptedToken", encrypted)
                                .toString());
            });
        });
    }

    /**
     * Discord: {@code PING}, which is signed.
     *
     * @return the handshake
     */
    public static Handshake discord() {
        return signed((request, payload) -> {
            if (payload.path("type").asInt() == 1) {
                return Optional.of(WebhookResponse.json(200, "{\"type\":1}"));
            }
            return payload.path("type").isInt() && payload.path("type").asInt() == 0
                    ? Optional.of(WebhookResponse.of(204))
                    : Optional.empty();
        });
    }

    /**
     * Asana: the secret comes in {@code X-Hook-Secret}, once, and is sent back. Nobody has signed it: take it only while you have
     * asked for a webhook, and don't replace one that you have.
     *
     * @param secrets is given the secret, to be kept before it returns; it throws to refuse it
     * @return the handshake
     */
    public static Handshake asana(Consumer<Secret> secrets) {
        Arguments.notNull(secrets, "handshake: what takes the secret");
        return new Handshake() {
            @Override
            public Optional<WebhookResponse> beforeVerification(WebhookRequest request) {
                Optional<String> secret = request.header("X-Hook-Secret").flatMap(Handshakes::ascii);
                if (secret.isEmpty() || !request.method().equals("POST")) {
                    return Optional.empty();
                }
                secrets.accept(Secret.of(secret.get()));
                return Optional.of(WebhookResponse.of(200).header("X-Hook-Secret", secret.get()));
            }
        };
    }

    /**
     * CloudEvents: {@code OPTIONS} with the origin that wants to send (HTTP 1.1 Web Hooks for Event Delivery, section 4).
     *
     * @param origins which origins may, such as {@code eventemitter.example.com}; {@code *} for any
     * @return the handshake
     */
    public static Handshake cloudEvents(String... origins) {
        Set<String> all = Set.copyOf(Arguments.all(origins, "origins of CloudEvents"));
        return new Handshake() {
            @Override
            public Optional<WebhookResponse> beforeVerification(WebhookRequest request) {
                Optional<String> origin =
                        request.header("WebHook-Request-Origin").flatMap(Handshakes::ascii);
                if (!request.method().equals("OPTIONS") || origin.isEmpty()) {
                    return Optional.empty();
                }
                WebhookResponse response = WebhookResponse.of(200).header("Allow", "POST");
                boolean allowed = all.contains("*") || all.contains(origin.get());
                return Optional.of(
                        allowed
                                ? response.header("WebHook-Allowed-Origin", origin.get())
                                        .header("WebHook-Allowed-Rate", "*")
                                : response);
            }
        };
    }

    /**
     * Amazon SNS: the subscription is confirmed by a request to the region, and to nowhere else. The confirmation is signed, see
     * {@link Signatures#sns}.
     *
     * @param connection sends the request
     * @param region the region of the topics, such as {@code eu-central-1}
     * @return the handshake; a request that fails is answered 500, and SNS asks again
     */
    public static Handshake sns(HttpConnection connection, String region) {
        Arguments.notNull(connection, "handshake: the connection");
        return snsAt(connection, Signatures.snsOrigin(region));
    }

    static Handshake snsAt(HttpConnection connection, String origin) {
        return signed((request, payload) -> {
            if (!payload.path("Type").asText().equals("SubscriptionConfirmation")) {
                return Optional.empty();
            }
            String url = payload.path("SubscribeURL").asText();
            if (!url.startsWith(origin)) {
                return Optional.of(StandardResponses.BAD_REQUEST);
            }
            var unused = connection.send(Request.get(url));
            return Optional.of(WebhookResponse.of(200));
        });
    }

    /**
     * GET and HEAD are answered 200, for services that look whether there is something.
     *
     * @return the handshake
     */
    public static Handshake probes() {
        return new Handshake() {
            @Override
            public Optional<WebhookResponse> beforeVerification(WebhookRequest request) {
                return PROBES.contains(request.method()) ? Optional.of(WebhookResponse.of(200)) : Optional.empty();
            }
        };
    }

    @FunctionalInterface
    private interface SignedHandshake {
        Optional<WebhookResponse> respond(WebhookRequest request, JsonNode payload);
    }

    private static Handshake signed(SignedHandshake signed) {
        return new Handshake() {
            @Override
            public Optional<WebhookResponse> afterVerification(WebhookRequest request, JsonNode payload) {
                return signed.respond(request, payload);
            }
        };
    }

    private static Optional<String> one(WebhookRequest request, String parameter) {
        List<String> values = BodyParser.parameters(request).getOrDefault(parameter, List.of());
        return values.size() == 1 ? bounded(values.get(0)) : Optional.empty();
    }

    /** What is sent back must not be long, nor able to break out of a header field. */
    private static Optional<String> bounded(String text) {
        boolean good =
                !text.isEmpty() && text.length() <= LONGEST && text.chars().noneMatch(Character::isISOControl);
        return good ? Optional.of(text) : Optional.empty();
    }

    /** What is sent back in a header field. */
    private static Optional<String> ascii(String text) {
        return bounded(text).filter(good -> good.chars().allMatch(c -> c < 0x7F));
    }

    /** As plain text, whatever it looks like to a browser. */
    private static WebhookResponse text(String challenge) {
        return WebhookResponse.text(200, challenge).header("X-Content-Type-Options", "nosniff");
    }
}
