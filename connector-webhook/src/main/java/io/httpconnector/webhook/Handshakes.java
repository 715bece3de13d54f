package io.httpconnector.webhook;

import static io.httpconnector.webhook.ValueSelector.body;
import static io.httpconnector.webhook.ValueSelector.header;
import static io.httpconnector.webhook.ValueSelector.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.Hashing;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Handshakes by which services check that the owner of a URL wants their events. */
public final class Handshakes {

    private static final Set<String> PROBES = Set.of("GET", "HEAD");

    private Handshakes() {}

    /**
     * The handshake of a well-known service, selected by name at run time.
     *
     * @param name one of {@link Signatures#presets()} whose service performs a handshake, or a service that only performs a
     *     handshake: {@code adobe-sign}, {@code event-grid}, {@code miro}, {@code strava}
     * @param secrets the secret of the handshake (meta and strava: the verify token, zoom: the secret token, x: the consumer
     *     secret, adobe-sign: the client id, lark: the encrypt key); none for other services
     * @return the handshake
     * @throws InvalidDefinitionException if there is no such preset, its service performs no handshake, the secret is missing,
     *     or the handshake can be created only by its own method, such as {@link #asana}
     */
    public static Handshake preset(String name, Secret... secrets) {
        return Presets.handshake(name).create(Arguments.all(secrets, "secrets of a handshake"));
    }

    /**
     * Returns the names of the secrets that the handshakes of a definition deliver, see {@link DeliveredSecrets}.
     *
     * @param definition the definition of a receiver, as for {@link WebhookReceiverBuilder#definition}
     * @return the names, in alphabetical order; empty if there are none
     */
    public static Set<String> deliveredSecrets(JsonNode definition) {
        return Collections.unmodifiableSet(DeliveredSecretNames.of(Arguments.notNull(definition, "definition")));
    }

    /**
     * A challenge in the query of a GET request, returned as text: Dropbox, Nylas.
     *
     * @param parameter the name of the query parameter, such as {@code challenge}
     * @return the handshake
     */
    public static Handshake echo(String parameter) {
        Arguments.notNull(parameter, "handshake: the name of the parameter");
        return new Handshake() {
            @Override
            public Optional<WebhookResponse> beforeVerification(WebhookRequest request) {
                return request.method().equals("GET")
                        ? one(request, parameter).map(ChallengeText::response)
                        : Optional.empty();
            }
        };
    }

    /**
     * Meta (Facebook, Instagram and WhatsApp): returns the challenge if the verify token matches, and status 403 otherwise.
     *
     * @param verifyToken the token that was configured at Meta
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
                return Optional.of(right ? ChallengeText.response(challenge.get()) : WebhookResponse.of(403));
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
     * Microsoft Graph: returns the validation token as text.
     *
     * @return the handshake
     */
    public static Handshake microsoftGraph() {
        return new Handshake() {
            @Override
            public Optional<WebhookResponse> beforeVerification(WebhookRequest request) {
                return request.body().length == 0
                        ? one(request, "validationToken").map(ChallengeText::response)
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
                ? ChallengeText.bounded(payload.path("challenge").asText()).map(ChallengeText::response)
                : Optional.empty());
    }

    /**
     * Zoom: {@code endpoint.url_validation}, which is signed; the response contains the plain token and its HMAC.
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
            return ChallengeText.bounded(payload.at("/payload/plainToken").asText())
                    .map(token -> {
                        String encrypted = BinaryEncoding.HEX.encode(
                                Hashing.hmac("HmacSHA256", utf8(secret.reveal()), utf8(token)));
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
     * A challenge in any part of a request, returned as text, JSON or a header field, as it is or as an HMAC: for services that
     * are not listed here.
     *
     * @param location the location of the challenge, such as {@code ValueSelector.body("/challenge")}
     * @return a builder for the remaining settings
     */
    public static ChallengeBuilder challenge(ValueSelector location) {
        return new ChallengeBuilder(Arguments.notNull(location, "handshake: the location of the challenge"));
    }

    static Handshake twitch() {
        return challenge(body("/challenge")).verified().build();
    }

    /** A challenge that is not signed, and encrypted if the application has an encrypt key. */
    static Handshake lark(Secret encryptKey) {
        return challenge(body("/challenge"))
                .method("POST")
                .encrypted(body("/encrypt"), encryptKey, "{{secret | sha256 | bytes}}")
                .when(body("/type"), "url_verification")
                .responseJson("{\"challenge\":\"{{challenge}}\"}")
                .build();
    }

    /** A challenge in the body, returned as JSON with the same member: Monday, Miro. */
    static Handshake echoedJson() {
        return challenge(body("/challenge"))
                .method("POST")
                .responseJson("{\"challenge\":\"{{challenge}}\"}")
                .build();
    }

    static Handshake okta() {
        return challenge(header("X-Okta-Verification-Challenge"))
                .method("GET")
                .responseJson("{\"verification\":\"{{challenge}}\"}")
                .build();
    }

    static Handshake strava(Secret verifyToken) {
        return challenge(query("hub.challenge"))
                .method("GET")
                .when(query("hub.mode"), "subscribe")
                .token(query("hub.verify_token"), verifyToken)
                .responseJson("{\"hub.challenge\":\"{{challenge}}\"}")
                .build();
    }

    /** The challenge-response check of X. */
    static Handshake x(Secret consumerSecret) {
        return challenge(query("crc_token"))
                .method("GET")
                .hmac("HmacSHA256", consumerSecret, "base64")
                .responseJson("{\"response_token\":\"sha256={{hmac}}\"}")
                .build();
    }

    static Handshake smartsheet() {
        return challenge(header("Smartsheet-Hook-Challenge"))
                .method("POST")
                .responseHeader("Smartsheet-Hook-Response")
                .build();
    }

    static Handshake adobeSign(Secret clientId) {
        return challenge(header("X-AdobeSign-ClientId"))
                .method("GET")
                .token(header("X-AdobeSign-ClientId"), clientId)
                .responseHeader("X-AdobeSign-ClientId")
                .build();
    }

    static Handshake eventGrid() {
        return challenge(body("/0/data/validationCode"))
                .method("POST")
                .when(body("/0/eventType"), "Microsoft.EventGrid.SubscriptionValidationEvent")
                .responseJson("{\"validationResponse\":\"{{challenge}}\"}")
                .build();
    }

    /**
     * Notion: receives the verification token, once. The request is not signed: accept a token only while you are creating a
     * subscription, and never replace an existing one. Enter the token at Notion; it is the secret of the signatures.
     *
     * @param tokens receives the token and must store it before it returns; throws an exception to reject it
     * @return the handshake
     */
    public static Handshake notion(Consumer<Secret> tokens) {
        Arguments.notNull(tokens, "handshake: the consumer of the token");
        return DeliveredSecretHandshakes.notion(token -> {
            tokens.accept(token);
            return true;
        });
    }

    /**
     * Asana: receives the secret in {@code X-Hook-Secret}, once, and returns it in the response. The request is not signed:
     * accept a secret only while you are creating a webhook, and never replace an existing secret.
     *
     * @param secrets receives the secret and must store it before it returns; throws an exception to reject it
     * @return the handshake
     */
    public static Handshake asana(Consumer<Secret> secrets) {
        Arguments.notNull(secrets, "handshake: the consumer of the secret");
        return DeliveredSecretHandshakes.asana(secret -> {
            secrets.accept(secret);
            return true;
        });
    }

    /**
     * CloudEvents: {@code OPTIONS} with the origin that wants to send (HTTP 1.1 Web Hooks for Event Delivery, section 4).
     *
     * @param origins the allowed origins, such as {@code eventemitter.example.com}; {@code *} allows any
     * @return the handshake
     */
    public static Handshake cloudEvents(String... origins) {
        Set<String> all = Set.copyOf(Arguments.all(origins, "origins of CloudEvents"));
        return new Handshake() {
            @Override
            public Optional<WebhookResponse> beforeVerification(WebhookRequest request) {
                Optional<String> origin =
                        request.header("WebHook-Request-Origin").flatMap(ChallengeText::ascii);
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
     * Amazon SNS: confirms the subscription by a request to the configured region only. The confirmation is signed, see {@link
     * Signatures#sns}.
     *
     * @param connection sends the request
     * @param region the region of the topics, such as {@code eu-central-1}
     * @return the handshake; if the request fails, the response is 500, and SNS retries
     */
    public static Handshake sns(HttpConnection connection, String region) {
        Arguments.notNull(connection, "handshake: the connection");
        return snsAt(connection, SnsVerifier.origin(region));
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
     * Responds 200 to GET and HEAD, for services that probe the URL.
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

    /** Responds to a handshake in a verified request. */
    @FunctionalInterface
    interface SignedHandshake {
        Optional<WebhookResponse> respond(WebhookRequest request, JsonNode payload);
    }

    static Handshake signed(SignedHandshake signed) {
        return new Handshake() {
            @Override
            public Optional<WebhookResponse> afterVerification(WebhookRequest request, JsonNode payload) {
                return signed.respond(request, payload);
            }
        };
    }

    private static Optional<String> one(WebhookRequest request, String parameter) {
        List<String> values = BodyParser.parameters(request).getOrDefault(parameter, List.of());
        return values.size() == 1 ? ChallengeText.bounded(values.get(0)) : Optional.empty();
    }
}
