package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.webhook.CertificateChecker.NoKeyException;
import io.httpconnector.webhook.SignedData.Places;
import io.httpconnector.webhook.VerificationResult.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Amazon SNS: the signature is in the body, and covers the fields of its type. Only these are the payload of an event. */
final class SnsVerifier implements Verifier {

    private static final List<String> CONFIRMATION =
            List.of("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type");

    /** The fields that are signed, in the order in which they are; all but the subject are needed. */
    private static final Map<String, List<String>> FIELDS = Map.of(
            "Notification", List.of("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
            "SubscriptionConfirmation", CONFIRMATION,
            "UnsubscribeConfirmation", CONFIRMATION);

    private static final Places PLACES =
            new Places(List.of(MediaType.JSON), ValueSelector.body("/MessageId"), ValueSelector.body("/Type"), null);

    private final CertificateChecker certificates;
    private final Set<String> topics;

    SnsVerifier(CertificateChecker certificates, Set<String> topics) {
        this.certificates = certificates;
        this.topics = topics;
    }

    @Override
    public VerificationResult verify(WebhookRequest request, Instant now) {
        JsonNode body;
        try {
            body = BodyParser.json(request.body());
        } catch (IOException e) {
            return VerificationResult.refused(Reason.MALFORMED, "it is no message of SNS");
        }
        if (!body.path("Signature").isTextual()) {
            return VerificationResult.refused(Reason.MISSING, "there is no signature in the body");
        }
        ObjectNode signed = signed(body);
        if (signed == null) {
            return VerificationResult.refused(
                    Reason.MALFORMED,
                    "its type is unknown, or a signed field is missing, no text, or has a line break");
        }
        if (!topics.contains(signed.path("TopicArn").asText())) {
            return VerificationResult.refused(Reason.MISMATCH, "it is of a topic that is not listed");
        }
        String algorithm = switch (body.path("SignatureVersion").asText()) {
            case "1" -> "SHA1withRSA";
            case "2" -> "SHA256withRSA";
            default -> "";
        };
        if (algorithm.isEmpty()) {
            return VerificationResult.refused(Reason.MALFORMED, "its version of signatures is unknown");
        }
        PublicKey key;
        try {
            key = certificates.at(body.path("SigningCertURL").asText());
        } catch (NoKeyException e) {
            return VerificationResult.refused(Reason.NO_KEY, e.detail());
        }
        byte[] content = content(signed);
        return holds(content, body.get("Signature").asText(), algorithm, key)
                ? VerificationResult.signed(SignedData.of(
                        request,
                        part -> isSigned(part, signed),
                        () -> Digests.fingerprint(content),
                        null,
                        signed,
                        PLACES))
                : VerificationResult.refused(Reason.MISMATCH, "the signature does not match");
    }

    private static boolean isSigned(ValueSelector part, ObjectNode signed) {
        return part.kind == ValueSelector.SelectorType.BODY
                && part.pointer != null
                && !part.name.isEmpty()
                && !signed.at(part.pointer).isMissingNode();
    }

    /**
     * The message without what is not signed; null when it has not the fields that its type needs. A line break would let a value pass
     * for several fields: only the message itself, which comes first, may have some.
     */
    private static @Nullable ObjectNode signed(JsonNode body) {
        ObjectNode signed = JsonNodeFactory.instance.objectNode();
        for (String field : FIELDS.getOrDefault(body.path("Type").asText(), List.of())) {
            JsonNode value = body.path(field);
            boolean absent = value.isMissingNode() && field.equals("Subject");
            boolean good = value.isTextual() && (field.equals("Message") || isOneLine(value.asText()));
            if (!absent && !good) {
                return null;
            }
            if (good) {
                signed.set(field, value);
            }
        }
        return signed.isEmpty() ? null : signed;
    }

    private static boolean isOneLine(String text) {
        return !text.isEmpty() && text.chars().noneMatch(Character::isISOControl);
    }

    private static byte[] content(ObjectNode signed) {
        StringBuilder content = new StringBuilder();
        signed.properties()
                .forEach(field -> content.append(field.getKey())
                        .append('\n')
                        .append(field.getValue().asText())
                        .append('\n'));
        return content.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static boolean holds(byte[] content, String encoded, String algorithm, PublicKey key) {
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initVerify(key);
            signature.update(content);
            return signature.verify(Base64.getDecoder().decode(encoded));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    @Override
    public Optional<ValueSelector> eventId() {
        return Optional.ofNullable(PLACES.eventId());
    }

    @Override
    public Optional<ValueSelector> eventType() {
        return Optional.ofNullable(PLACES.eventType());
    }

    /** It says that they are plain text. */
    @Override
    public Optional<String> mediaType() {
        return Optional.of("application/json");
    }
}
