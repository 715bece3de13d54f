package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.Hashing;
import io.httpconnector.webhook.CertificateChecker.NoKeyException;
import io.httpconnector.webhook.SignedData.DefaultSelectors;
import io.httpconnector.webhook.VerificationResult.RejectionReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Verifies messages of Amazon SNS: the signature is in the body and covers fields that depend on the message type. Only these
 * fields become the payload of an event.
 */
final class SnsVerifier implements Verifier {

    /** SNS retries for at most an hour, with the timestamp of the first attempt. */
    private static final Duration TOLERANCE = Duration.ofDays(1);

    private static final List<String> CONFIRMATION =
            List.of("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type");

    /** The signed fields in the order in which they are signed; all except the subject are required. */
    private static final Map<String, List<String>> FIELDS = Map.of(
            "Notification", List.of("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
            "SubscriptionConfirmation", CONFIRMATION,
            "UnsubscribeConfirmation", CONFIRMATION);

    private static final DefaultSelectors SELECTORS = new DefaultSelectors(
            List.of(MediaType.JSON), ValueSelector.body("/MessageId"), ValueSelector.body("/Type"), null);

    private final CertificateChecker certificates;
    private final Set<String> topics;

    SnsVerifier(CertificateChecker certificates, Set<String> topics) {
        this.certificates = certificates;
        this.topics = topics;
    }

    /** The origin of the certificates and confirmations of a region. */
    static String origin(String region) {
        if (region == null || !region.matches("[a-z]{2}(-[a-z]+)+-[0-9]")) {
            throw new InvalidDefinitionException(
                    "signature", List.of("sns: the region must be one such as eu-central-1"));
        }
        return "https://sns." + region + ".amazonaws.com" + (region.startsWith("cn-") ? ".cn/" : "/");
    }

    @Override
    public VerificationResult verify(WebhookRequest request, Instant now) {
        JsonNode body;
        try {
            body = BodyParser.json(request.body());
        } catch (IOException e) {
            return VerificationResult.rejected(RejectionReason.MALFORMED, "the body is not an SNS message");
        }
        if (!body.path("Signature").isTextual()) {
            return VerificationResult.rejected(RejectionReason.MISSING, "there is no signature in the body");
        }
        ObjectNode signed = signedFields(body);
        if (signed == null) {
            return VerificationResult.rejected(
                    RejectionReason.MALFORMED,
                    "its type is unknown, or a signed field is missing, is not a string, or contains a line break");
        }
        if (!topics.contains(signed.path("TopicArn").asText())) {
            return VerificationResult.rejected(RejectionReason.MISMATCH, "its topic is not listed");
        }
        if (!isRecent(signed.path("Timestamp").asText(), now)) {
            return VerificationResult.rejected(
                    RejectionReason.TIMESTAMP_EXPIRED,
                    "its timestamp is missing, or more than " + TOLERANCE + " from now");
        }
        String algorithm = switch (body.path("SignatureVersion").asText()) {
            case "1" -> "SHA1withRSA";
            case "2" -> "SHA256withRSA";
            default -> "";
        };
        if (algorithm.isEmpty()) {
            return VerificationResult.rejected(RejectionReason.MALFORMED, "its signature version is unknown");
        }
        PublicKey key;
        try {
            key = certificates.at(body.path("SigningCertURL").asText());
        } catch (NoKeyException e) {
            return VerificationResult.rejected(RejectionReason.NO_KEY, e.detail());
        }
        byte[] content = content(signed);
        return isValid(content, body.get("Signature").asText(), algorithm, key)
                ? VerificationResult.signed(SignedData.of(
                        request,
                        selector -> isSigned(selector, signed),
                        () -> Hashing.fingerprint(content),
                        null,
                        signed,
                        SELECTORS))
                : VerificationResult.rejected(RejectionReason.MISMATCH, "the signature does not match");
    }

    private static boolean isRecent(String timestamp, Instant now) {
        try {
            return Duration.between(Instant.parse(timestamp), now).abs().compareTo(TOLERANCE) <= 0;
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static boolean isSigned(ValueSelector selector, ObjectNode signed) {
        return selector.type == ValueSelector.SelectorType.BODY
                && selector.pointer != null
                && !selector.name.isEmpty()
                && !signed.at(selector.pointer).isMissingNode();
    }

    /**
     * The signed fields of the message; null if a required field is missing. A line break would let one value pass for several
     * fields: only the message itself, which comes first, may contain line breaks.
     */
    private static @Nullable ObjectNode signedFields(JsonNode body) {
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

    private static boolean isValid(byte[] content, String encoded, String algorithm, PublicKey key) {
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
        return Optional.ofNullable(SELECTORS.eventId());
    }

    @Override
    public Optional<ValueSelector> eventType() {
        return Optional.ofNullable(SELECTORS.eventType());
    }

    /** SNS declares its messages as plain text. */
    @Override
    public Optional<String> mediaType() {
        return Optional.of("application/json");
    }
}
