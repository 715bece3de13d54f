package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Secret;
import io.httpconnector.webhook.JwtVerifier.EventSettings;
import io.httpconnector.webhook.SignatureVerifier.Service;
import io.httpconnector.webhook.SignedData.DefaultSelectors;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the library knows about the webhooks of one service: its name in definitions, its signature scheme, the
 * locations of id and type, its media types and its handshake. Only {@link Presets} configures presets; they are effectively
 * immutable afterwards.
 */
final class SignaturePreset {

    private final String name;
    private final String title;
    private final String documentation;
    private String algorithm = "";
    private UnaryOperator<SignatureBuilder> scheme = UnaryOperator.identity();
    private @Nullable TokenScheme token;
    private boolean bodiesAreUnique;
    private List<MediaType> mediaTypes = List.of(MediaType.JSON);
    private @Nullable Function<JsonNode, String> typeOf;
    private @Nullable PresetHandshake handshake;

    /**
     * The scheme of a service that sends a token instead of a signature.
     *
     * @param isJwt whether the token is a JSON Web Token that is signed by the secret
     */
    private record TokenScheme(
            ValueSelector location,
            @Nullable ValueSelector eventId,
            @Nullable ValueSelector eventType,
            boolean isJwt) {}

    private SignaturePreset(String name, String title, String documentation) {
        this.name = name;
        this.title = title;
        this.documentation = documentation;
    }

    /**
     * Starts a preset.
     *
     * @param name the name in code and definitions, in lower case
     * @param title the name of the service as users know it
     * @param documentation the page of the service that specifies its signatures
     */
    static SignaturePreset service(String name, String title, String documentation) {
        return new SignaturePreset(name, title, documentation);
    }

    /** Sets the signature scheme, with an algorithm as in {@link Signatures#hmac} or {@link Signatures#publicKey}. */
    SignaturePreset signature(String signedBy, UnaryOperator<SignatureBuilder> settings) {
        this.algorithm = signedBy;
        this.scheme = settings;
        return this;
    }

    /** Sets the location of a token that the service sends instead of a signature. */
    SignaturePreset token(ValueSelector location, @Nullable ValueSelector eventId, @Nullable ValueSelector eventType) {
        this.token = new TokenScheme(location, eventId, eventType, false);
        return this;
    }

    /** Sets the location of a JSON Web Token (HS256) that the service sends instead of a signature of the body. */
    SignaturePreset jwt(ValueSelector location, ValueSelector eventId, ValueSelector eventType) {
        this.token = new TokenScheme(location, eventId, eventType, true);
        return this;
    }

    /** Declares that equal bodies with a token are the same event, if it has no id. */
    SignaturePreset bodiesAreUnique() {
        this.bodiesAreUnique = true;
        return this;
    }

    /**
     * Sets the media types of the bodies, because {@code Content-Type} is not signed: JSON by default. If there are several, no
     * two of them may start with the same character.
     */
    SignaturePreset mediaTypes(MediaType... all) {
        this.mediaTypes = List.of(all);
        return this;
    }

    /** Sets a function that derives the event type from the payload, if no single location contains it. */
    SignaturePreset typeOf(Function<JsonNode, String> function) {
        this.typeOf = function;
        return this;
    }

    /** Sets a handshake without settings. */
    SignaturePreset handshake(Supplier<Handshake> factory) {
        this.handshake = new PresetHandshake("", none -> factory.get(), null);
        return this;
    }

    /** Sets a handshake with a secret, which a definition names by the given member. */
    SignaturePreset handshake(String secretName, Function<Secret, Handshake> factory) {
        this.handshake = new PresetHandshake(secretName, secrets -> factory.apply(secrets.get(0)), null);
        return this;
    }

    /** Sets a handshake in which the service delivers its secret, from what saves it; says how to create it in Java. */
    SignaturePreset receivedSecret(String advice, Function<Predicate<Secret>, Handshake> factory) {
        this.handshake = PresetHandshake.receiving(advice, factory);
        return this;
    }

    String name() {
        return name;
    }

    String title() {
        return title;
    }

    String documentation() {
        return documentation;
    }

    @Nullable PresetHandshake handshake() {
        return handshake;
    }

    /** Whether the service sends a token instead of a signature. */
    boolean isToken() {
        return token != null;
    }

    /** Whether the service signs by a private key. */
    boolean isAsymmetric() {
        return PublicKeyChecker.isKnown(algorithm);
    }

    /**
     * The signature scheme as JSON, see {@link SignatureBuilder#toJson}; only the member {@code token} if there is a token, and
     * {@code jwt} if it is a JSON Web Token.
     */
    ObjectNode definition() {
        if (token == null) {
            return builder(List.of(), null).toJson();
        }
        ObjectNode definition = JsonNodeFactory.instance.objectNode();
        definition.set("token", token.location.toJson());
        return token.isJwt ? definition.put("jwt", "HS256") : definition;
    }

    /** Creates a verifier with the secrets of the service, or with its public keys as text. */
    Verifier verifier(List<Secret> secrets) {
        if (token != null) {
            DefaultSelectors selectors = new DefaultSelectors(mediaTypes, token.eventId, token.eventType, typeOf);
            return token.isJwt
                    ? new JwtVerifierBuilder(null, secrets)
                            .location(token.location)
                            .events(new EventSettings(selectors, bodiesAreUnique, false))
                            .build()
                    : new TokenVerifier(token.location, secrets, selectors, bodiesAreUnique);
        }
        SignatureBuilder builder = isAsymmetric() ? builder(List.of(), keys(secrets)) : builder(secrets, null);
        Service service = new Service(mediaTypes, typeOf);
        Verifier verifier = builder.build();
        return verifier instanceof DecryptingVerifier decrypting
                ? decrypting.withService(service)
                : ((SignatureVerifier) verifier).withService(service);
    }

    private SignatureBuilder builder(List<Secret> secrets, @Nullable PublicKeys keys) {
        return scheme.apply(new SignatureBuilder(algorithm, secrets, keys));
    }

    private PublicKeys keys(List<Secret> secrets) {
        String prefix = definition().path("secretPrefix").asText();
        return PublicKeys.fixed(secrets.stream()
                .map(secret -> secret == null ? "" : secret.reveal())
                .map(text -> text.startsWith(prefix) ? text.substring(prefix.length()) : text)
                .toArray(String[]::new));
    }
}
