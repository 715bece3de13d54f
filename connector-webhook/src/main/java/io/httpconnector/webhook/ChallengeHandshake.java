package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.Hashing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A handshake as configured by a {@link ChallengeBuilder}. */
final class ChallengeHandshake implements Handshake {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._~+/=-]+");

    private final ValueSelector location;
    private final @Nullable String method;
    private final List<ChallengeCondition> conditions;
    private final @Nullable Token token;
    private final @Nullable ChallengeCode code;
    private final @Nullable ChallengeEncryption encryption;
    private final boolean verified;
    private final @Nullable ObjectNode responseJson;
    private final @Nullable String responseHeader;
    private final @Nullable Verifier verifier;
    private final ChallengeGuard guard;
    private final TimeSource time;

    /** A value by which a challenge differs from an event. */
    record ChallengeCondition(ValueSelector selector, String value) {}

    /** A token that was configured at the service. */
    record Token(ValueSelector selector, Secret secret) {}

    /** The HMAC of the challenge. */
    record ChallengeCode(String algorithm, Secret secret, BinaryEncoding encoding) {

        String of(String challenge) {
            byte[] key = secret.reveal().getBytes(StandardCharsets.UTF_8);
            return encoding.encode(Hashing.hmac(algorithm, key, challenge.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** The encryption of challenges. */
    record ChallengeEncryption(BodyEncryption body, Secret secret) {

        /** Reports invalid settings; {@code challenge} is the location of the challenge. */
        void check(ValueSelector challenge, List<String> problems) {
            int before = problems.size();
            if (isChallenge(challenge)) {
                body.checkKey(Set.of(), problems);
            } else {
                body.check(Set.of(), problems);
            }
            if (body.response() != null) {
                problems.add("encrypted, response: a challenge has a response of its own, omit it");
            }
            if (problems.size() == before) {
                try {
                    var unused = key();
                } catch (InvalidDefinitionException e) {
                    problems.addAll(e.problems());
                }
            }
        }

        /** The request with its decrypted body; without a body if it cannot be decrypted. */
        WebhookRequest decrypted(WebhookRequest request) {
            WebhookRequest decrypted = body.decrypted(request, key());
            return decrypted == null ? request.body(new byte[0]) : decrypted;
        }

        /** Whether the challenge itself is the encrypted text. */
        boolean isChallenge(ValueSelector challenge) {
            return body.location().equals(challenge);
        }

        /** The decrypted challenge; empty if it cannot be decrypted, or has characters that no service uses. */
        Optional<String> decrypted(String challenge) {
            byte[] plain = body.decrypted(challenge, key());
            return Optional.ofNullable(plain)
                    .map(bytes -> new String(bytes, StandardCharsets.ISO_8859_1))
                    .filter(ChallengeHandshake::isPlain);
        }

        private byte[] key() {
            return body.keyBytes(name -> secret.reveal().getBytes(StandardCharsets.UTF_8));
        }
    }

    ChallengeHandshake(
            ValueSelector location,
            @Nullable String method,
            List<ChallengeCondition> conditions,
            @Nullable Token token,
            @Nullable ChallengeCode code,
            @Nullable ChallengeEncryption encryption,
            boolean verified,
            @Nullable Verifier verifier,
            @Nullable ObjectNode responseJson,
            @Nullable String responseHeader,
            ChallengeGuard guard,
            TimeSource time) {
        this.location = location;
        this.method = method;
        this.conditions = conditions;
        this.token = token;
        this.code = code;
        this.encryption = encryption;
        this.verified = verified;
        this.responseJson = responseJson;
        this.responseHeader = responseHeader;
        this.verifier = verifier;
        this.guard = guard;
        this.time = time;
    }

    /** A copy that computes no HMAC that could be the signature of an event, with the time source of a receiver. */
    ChallengeHandshake guardedBy(ChallengeGuard other, TimeSource clock) {
        return new ChallengeHandshake(
                location,
                method,
                conditions,
                token,
                code,
                encryption,
                verified,
                verifier,
                responseJson,
                responseHeader,
                other,
                clock);
    }

    /** The key of HMACs of challenges that anyone may send; null if there are none. */
    @Nullable Secret keyOfUnverified() {
        return code == null || verified ? null : code.secret;
    }

    @Override
    public Optional<WebhookResponse> beforeVerification(WebhookRequest request) {
        return verified ? Optional.empty() : respond(request);
    }

    @Override
    public Optional<WebhookResponse> afterVerification(WebhookRequest request, JsonNode payload) {
        return verified ? respond(request) : Optional.empty();
    }

    private Optional<WebhookResponse> respond(WebhookRequest given) {
        if (method != null && !given.method().equals(method)) {
            return Optional.empty();
        }
        ChallengeEncryption encrypted = encryption;
        boolean isText = encrypted != null && encrypted.isChallenge(location);
        WebhookRequest request = encrypted == null || isText ? given : encrypted.decrypted(given);
        Optional<String> challenge = one(location, request).flatMap(ChallengeText::bounded);
        boolean matches = challenge.isPresent()
                && conditions.stream()
                        .allMatch(condition -> one(condition.selector, request)
                                .filter(condition.value::equals)
                                .isPresent());
        if (!matches) {
            return Optional.empty();
        }
        if (verifier != null && !verifier.verify(given, time.now()).isAccepted()) {
            return Optional.of(StandardResponses.UNAUTHORIZED);
        }
        if (encrypted != null && isText) {
            challenge = encrypted.decrypted(challenge.get()).flatMap(ChallengeText::bounded);
            if (challenge.isEmpty()) {
                return Optional.of(StandardResponses.UNAUTHORIZED);
            }
        }
        Token expected = token;
        boolean trusted = expected == null
                || one(expected.selector, request)
                        .filter(value -> isSame(value, expected.secret))
                        .isPresent();
        return Optional.of(trusted ? response(challenge.get()) : WebhookResponse.of(403));
    }

    private static boolean isSame(String given, Secret secret) {
        return MessageDigest.isEqual(
                given.getBytes(StandardCharsets.UTF_8), secret.reveal().getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<String> one(ValueSelector selector, WebhookRequest request) {
        List<String> values = BodyParser.unverifiedValues(selector, request);
        return values.size() == 1 ? Optional.of(values.get(0)) : Optional.empty();
    }

    private WebhookResponse response(String challenge) {
        ChallengeCode hmac = code;
        if (hmac != null && !verified && !(isHarmless(challenge) && guard.allows(challenge, hmac.secret))) {
            return StandardResponses.BAD_REQUEST;
        }
        if (responseHeader != null) {
            return ChallengeText.ascii(challenge)
                    .map(value -> WebhookResponse.of(200).header(responseHeader, value))
                    .orElse(StandardResponses.BAD_REQUEST);
        }
        if (responseJson != null) {
            String computed = hmac == null ? "" : hmac.of(challenge);
            return WebhookResponse.json(
                    200, filled(responseJson, challenge, computed).toString());
        }
        return ChallengeText.response(challenge);
    }

    /** Whether the challenge cannot be the body of an event: otherwise anyone could have a body signed. */
    private static boolean isHarmless(String challenge) {
        if (!isPlain(challenge)) {
            return false;
        }
        try {
            var unused = BodyParser.json(challenge.getBytes(StandardCharsets.UTF_8));
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** Whether a text has only characters that are allowed in a challenge whose HMAC is computed. */
    static boolean isPlain(String text) {
        return PLAIN.matcher(text).matches();
    }

    /** Replaces the placeholders in all strings. */
    private static JsonNode filled(JsonNode template, String challenge, String hmac) {
        if (template.isTextual()) {
            // One after the other by position, so that a placeholder in the challenge remains.
            StringBuilder text = new StringBuilder();
            Placeholder.compile(
                    template.textValue(),
                    "response",
                    List.of(),
                    text::append,
                    placeholder -> text.append(
                            switch (placeholder.name()) {
                                case "challenge" -> challenge;
                                case "hmac" -> hmac;
                                default -> "";
                            }));
            return JsonNodeFactory.instance.textNode(text.toString());
        }
        if (template.isArray()) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            template.forEach(element -> array.add(filled(element, challenge, hmac)));
            return array;
        }
        if (!template.isObject()) {
            return template;
        }
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        template.properties().forEach(field -> object.set(field.getKey(), filled(field.getValue(), challenge, hmac)));
        return object;
    }
}
