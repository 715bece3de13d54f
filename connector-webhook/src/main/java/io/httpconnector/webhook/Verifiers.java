package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.webhook.VerificationResult.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * Ways to know a sender that are no signatures: whoever has seen a request can send others. Use HTTPS, and signatures where a
 * service has them.
 */
public final class Verifiers {

    private Verifiers() {}

    /**
     * A user name and a password by HTTP Basic, RFC 7617.
     *
     * @param user the user name, without a colon
     * @param passwords the password; while it is changed, the old and the new one
     * @return checks them
     * @throws InvalidDefinitionException when something is missing, or the name has a colon
     */
    public static Verifier basic(String user, Secret... passwords) {
        if (user == null || user.isEmpty() || user.indexOf(':') >= 0) {
            throw invalid("basic: the user name is missing, or has a colon");
        }
        List<Secret> encoded = Arguments.all(passwords, "passwords").stream()
                .map(password -> password.map(text -> base64(user + ":" + text)))
                .toList();
        return new TokenVerifier(ValueSelector.header("Authorization").after("Basic "), encoded, null, null, null);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A token that the sender puts somewhere.
     *
     * @param place where, such as {@code ValueSelector.header("X-Token")} or {@code ValueSelector.query("token")}
     * @param tokens the token; while it is changed, the old and the new one
     * @return checks it
     * @throws InvalidDefinitionException when something is missing
     */
    public static Verifier token(ValueSelector place, Secret... tokens) {
        if (place == null) {
            throw invalid("token: it is not said where it stands");
        }
        return new TokenVerifier(place, Arguments.all(tokens, "tokens"), null, null, null);
    }

    /**
     * The addresses that a service sends from. Behind a proxy it needs {@link WebhookReceiverBuilder#trustedHops}.
     *
     * @param ranges addresses and ranges of IPv4 and IPv6, such as {@code 192.0.2.7} and {@code 2001:db8::/32}
     * @return checks where a request comes from
     * @throws InvalidDefinitionException when one is no address or range
     */
    public static Verifier addresses(String... ranges) {
        List<AddressRange> all = Arguments.all(ranges, "addresses").stream()
                .map(AddressRange::of)
                .toList();
        if (all.isEmpty()) {
            throw invalid("addresses: there is none");
        }
        return (request, now) -> {
            boolean known = request.peer()
                    .map(peer -> all.stream().anyMatch(range -> range.contains(peer)))
                    .orElse(false);
            return known
                    ? VerificationResult.accepted()
                    : VerificationResult.refused(
                            request.peer().isEmpty() ? Reason.MISSING : Reason.MISMATCH,
                            "it comes from an address that is not listed");
        };
    }

    /**
     * A client certificate that the web server has verified, by its subject.
     *
     * @param subjects distinguished names (RFC 2253), each as the server says it
     * @return checks the subject
     * @throws InvalidDefinitionException when there is none
     */
    public static Verifier certificate(String... subjects) {
        Set<String> all = Set.copyOf(Arguments.all(subjects, "subjects of certificates"));
        if (all.isEmpty()) {
            throw invalid("certificate: there is no subject");
        }
        return (request, now) -> {
            if (request.certificateSubject().isEmpty()) {
                return VerificationResult.refused(Reason.MISSING, "it comes without a client certificate");
            }
            return request.certificateSubject().filter(all::contains).isPresent()
                    ? VerificationResult.accepted()
                    : VerificationResult.refused(Reason.MISMATCH, "its client certificate is of somebody else");
        };
    }

    /**
     * A JSON Web Token that the sender has signed by a private key.
     *
     * @param keys the public keys
     * @return describes the rest
     */
    public static JwtVerifierBuilder jwt(PublicKeys keys) {
        if (keys == null) {
            throw invalid("jwt: the keys are null");
        }
        return new JwtVerifierBuilder(keys, List.of());
    }

    /**
     * A JSON Web Token that the sender has signed by a shared secret.
     *
     * @param secrets the secret, of at least 32 bytes; while it is changed, the old and the new one
     * @return describes the rest
     */
    public static JwtVerifierBuilder jwt(Secret... secrets) {
        return new JwtVerifierBuilder(null, Arguments.all(secrets, "secrets of a JWT"));
    }

    /**
     * One of several ways is enough: while a service is moved from one to another.
     *
     * @param verifiers the ways
     * @return accepts what one of them accepts
     * @throws InvalidDefinitionException when there is none, or one is null
     */
    public static Verifier anyOf(Verifier... verifiers) {
        List<Verifier> all = Arguments.all(verifiers, "anyOf");
        if (all.isEmpty()) {
            throw invalid("anyOf: there is none");
        }
        return new AnyOfVerifier(all);
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("verifier", List.of(problem));
    }
}
