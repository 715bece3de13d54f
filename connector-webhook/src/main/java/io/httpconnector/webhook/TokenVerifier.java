package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.webhook.SignedData.DefaultSelectors;
import io.httpconnector.webhook.VerificationResult.RejectionReason;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A verifier that accepts requests containing one of the secrets. */
final class TokenVerifier implements Verifier {

    private final ValueSelector location;
    private final List<Secret> secrets;
    private final DefaultSelectors selectors;
    private final boolean bodiesAreUnique;

    /** Creates a verifier for a service of which only the location of the token is known. */
    TokenVerifier(ValueSelector location, List<Secret> secrets) {
        this(location, secrets, DefaultSelectors.NONE, false);
    }

    /**
     * Creates a verifier.
     *
     * @param bodiesAreUnique whether equal bodies are the same event, if it has no id
     */
    TokenVerifier(ValueSelector location, List<Secret> secrets, DefaultSelectors selectors, boolean bodiesAreUnique) {
        if (secrets.isEmpty() || secrets.stream().anyMatch(Objects::isNull)) {
            throw new InvalidDefinitionException("token", List.of("secrets: one is missing or null"));
        }
        this.location = location;
        this.secrets = List.copyOf(secrets);
        this.selectors = selectors;
        this.bodiesAreUnique = bodiesAreUnique;
    }

    @Override
    public VerificationResult verify(WebhookRequest request, Instant now) {
        List<String> given = BodyParser.unverifiedValues(location, request);
        if (given.size() != 1) {
            return VerificationResult.rejected(
                    RejectionReason.MISSING,
                    "there are " + given.size() + " tokens in " + location + " instead of one");
        }
        byte[] token = given.get(0).getBytes(StandardCharsets.UTF_8);
        boolean right = false;
        for (Secret secret : secrets) {
            right |= MessageDigest.isEqual(secret.reveal().getBytes(StandardCharsets.UTF_8), token);
        }
        return right
                ? VerificationResult.trusted(request, selectors, bodiesAreUnique)
                : VerificationResult.rejected(RejectionReason.MISMATCH, "the token in " + location + " does not match");
    }

    @Override
    public Optional<ValueSelector> eventId() {
        return Optional.ofNullable(selectors.eventId());
    }

    @Override
    public Optional<ValueSelector> eventType() {
        return Optional.ofNullable(selectors.eventType());
    }

    @Override
    public Optional<String> mediaType() {
        return selectors.mediaTypes().stream().findFirst().map(MediaType::name);
    }

    @Override
    public List<ValueSelector> secrets() {
        return List.of(location);
    }
}
