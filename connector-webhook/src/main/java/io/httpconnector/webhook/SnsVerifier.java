package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.webhook.Verdict.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Amazon SNS: the signature stands in the body, and covers the fields that its type says. */
final class SnsVerifier implements Verifier {

    private static final List<String> NOTIFICATION =
            List.of("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type");
    private static final List<String> CONFIRMATION =
            List.of("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type");
    private static final Set<String> SIGNED =
            Set.of("/Message", "/MessageId", "/Subject", "/SubscribeURL", "/Timestamp", "/Token", "/TopicArn", "/Type");

    private final CertificateKeys certificates;
    private final Set<String> topics;

    SnsVerifier(CertificateKeys certificates, Set<String> topics) {
        this.certificates = certificates;
        this.topics = topics;
    }

    @Override
    public Verdict verify(WebhookRequest request, Instant now) {
        JsonNode body;
        try {
            body = Payloads.json(request.body());
        } catch (IOException e) {
            return Verdict.refused(Reason.MALFORMED, "it is no message of SNS");
        }
        if (!body.path("Signature").isTextual()) {
            return Verdict.refused(Reason.MISSING, "there is no signature in the body");
        }
        if (!topics.contains(body.path("TopicArn").asText())) {
            return Verdict.refused(Reason.MISMATCH, "it is of a topic that is not listed");
        }
        String algorithm = switch (body.path("SignatureVersion").asText()) {
            case "1" -> "SHA1withRSA";
            case "2" -> "SHA256withRSA";
            default -> "";
        };
        if (algorithm.isEmpty()) {
            return Verdict.refused(Reason.MALFORMED, "its version of signatures is unknown");
        }
        PublicKey key = certificates.at(body.path("SigningCertURL").asText());
        if (key == null) {
            return Verdict.refused(Reason.NO_KEY, "its certificate can't be had, or is none of SNS");
        }
        return holds(body, algorithm, key)
                ? Verdict.signed(() -> body.path("MessageId").asText(), part -> SIGNED.contains(part.name))
                : Verdict.refused(Reason.MISMATCH, "the signature does not match");
    }

    private static boolean holds(JsonNode body, String algorithm, PublicKey key) {
        boolean notification = body.path("Type").asText().equals("Notification");
        StringBuilder content = new StringBuilder();
        for (String field : notification ? NOTIFICATION : CONFIRMATION) {
            if (body.has(field)) {
                content.append(field)
                        .append('\n')
                        .append(body.get(field).asText())
                        .append('\n');
            }
        }
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initVerify(key);
            signature.update(content.toString().getBytes(StandardCharsets.UTF_8));
            return signature.verify(
                    Base64.getDecoder().decode(body.get("Signature").asText()));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    @Override
    public Optional<Part> eventId() {
        return Optional.of(Part.body("/MessageId"));
    }

    @Override
    public Optional<Part> eventType() {
        return Optional.of(Part.body("/Type"));
    }

    /** It says that they are plain text. */
    @Override
    public Optional<String> mediaType() {
        return Optional.of("application/json");
    }
}
