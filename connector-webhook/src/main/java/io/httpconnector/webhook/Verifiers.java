package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.Arguments;
import io.httpconnector.webhook.VerificationResult.RejectionReason;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * Verifiers that identify the sender without a signature. An attacker who has seen a request can forge others: use HTTPS, and
 * signatures where the service supports them.
 */
public final class Verifiers {

    private Verifiers() {}

    /**
     * Verifies a user name and a password by HTTP Basic authentication, RFC 7617.
     *
     * @param user the user name, without a colon
     * @param passwords the password; during a rotation, both the old and the new one
     * @return the verifier
     * @throws InvalidDefinitionException if an argument is missing
     */
    public static Verifier basic(String user, Secret... passwords) {
        if (user == null || user.isEmpty() || user.indexOf(':') >= 0) {
            throw invalid("basic: the user name is missing or contains a colon");
        }
        List<Secret> encoded = Arguments.all(passwords, "passwords").stream()
                .map(password -> password.map(text -> base64(user + ":" + text)))
                .toList();
        return new TokenVerifier(ValueSelector.header("Authorization").after("Basic "), encoded);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Verifies a token that the sender includes in the request.
     *
     * @param location the location, such as {@code ValueSelector.header("X-Token")} or {@code ValueSelector.query("token")}
     * @param tokens the token; during a rotation, both the old and the new one
     * @return the verifier
     * @throws InvalidDefinitionException if an argument is missing
     */
    public static Verifier token(ValueSelector location, Secret... tokens) {
        if (location == null) {
            throw invalid("token: its location is missing");
        }
        return new TokenVerifier(location, Arguments.all(tokens, "tokens"));
    }

    /**
     * Verifies the IP address of the sender. Behind a proxy, this requires {@link WebhookReceiverBuilder#trustedHops}.
     *
     * @param ranges addresses and CIDR ranges of IPv4 and IPv6, such as {@code 192.0.2.7} and {@code 2001:db8::/32}
     * @return the verifier
     * @throws InvalidDefinitionException if a range is invalid
     */
    public static Verifier addresses(String... ranges) {
        List<AddressRange> all = Arguments.all(ranges, "addresses").stream()
                .map(AddressRange::of)
                .toList();
        if (all.isEmpty()) {
            throw invalid("addresses: no range is given");
        }
        return (request, now) -> {
            boolean known = request.peer()
                    .map(peer -> all.stream().anyMatch(range -> range.contains(peer)))
                    .orElse(false);
            return known
                    ? VerificationResult.accepted()
                    : VerificationResult.rejected(
                            request.peer().isEmpty() ? RejectionReason.MISSING : RejectionReason.MISMATCH,
                            "the address of the sender is not listed");
        };
    }

    /**
     * Verifies the subject of a client certificate that the web server has validated.
     *
     * @param subjects distinguished names (RFC 2253), in the format of the web server
     * @return the verifier
     * @throws InvalidDefinitionException if no argument is given
     */
    public static Verifier certificate(String... subjects) {
        Set<String> all = Set.copyOf(Arguments.all(subjects, "subjects of certificates"));
        if (all.isEmpty()) {
            throw invalid("certificate: no subject is given");
        }
        return (request, now) -> {
            if (request.certificateSubject().isEmpty()) {
                return VerificationResult.rejected(RejectionReason.MISSING, "the request has no client certificate");
            }
            return request.certificateSubject().filter(all::contains).isPresent()
                    ? VerificationResult.accepted()
                    : VerificationResult.rejected(
                            RejectionReason.MISMATCH, "the subject of the client certificate is not listed");
        };
    }

    /**
     * Verifies a JSON Web Token that is signed by a private key.
     *
     * @param keys the public keys
     * @return a builder for the remaining settings
     */
    public static JwtVerifierBuilder jwt(PublicKeys keys) {
        if (keys == null) {
            throw invalid("jwt: the keys are null");
        }
        return new JwtVerifierBuilder(keys, List.of());
    }

    /**
     * Verifies a JSON Web Token that is signed by a shared secret.
     *
     * @param secrets the secret, at least 32 bytes; during a rotation, both the old and the new one
     * @return a builder for the remaining settings
     */
    public static JwtVerifierBuilder jwt(Secret... secrets) {
        return new JwtVerifierBuilder(null, Arguments.all(secrets, "secrets of a JWT"));
    }

    /**
     * Accepts a request if at least one of several verifiers accepts it, for example during a migration from one to another.
     *
     * @param verifiers the alternatives
     * @return the combined verifier
     * @throws InvalidDefinitionException if no argument is given
     */
    public static Verifier anyOf(Verifier... verifiers) {
        List<Verifier> all = Arguments.all(verifiers, "anyOf");
        if (all.isEmpty()) {
            throw invalid("anyOf: no verifier is given");
        }
        return new AnyOfVerifier(all);
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("verifier", List.of(problem));
    }
}
