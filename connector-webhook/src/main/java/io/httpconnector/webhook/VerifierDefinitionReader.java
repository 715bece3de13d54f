package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonObjectReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads verifiers and handshakes from JSON. Reading checks all members and returns a {@link Recipe}; the receiver creates the
 * object when it is built, because its secrets and its connection are known then. Immutable.
 *
 * @param secrets the secrets by the names used in documents, including the delivered ones
 * @param delivered the secrets that the service delivers
 * @param connection fetches keys and certificates
 */
record VerifierDefinitionReader(
        SecretNames secrets,
        DeliveredSecretNames delivered,
        @Nullable HttpConnection connection) {

    private static final List<String> VERIFIERS = List.of(
            "preset",
            "signature",
            "message-signature",
            "jwt",
            "sns",
            "paypal",
            "plaid",
            "basic",
            "token",
            "addresses",
            "certificate",
            "any-of");
    private static final List<String> HANDSHAKES = handshakes();

    /**
     * Creates the object that a document describes. Problems have a JSON Pointer relative to the object that was read.
     *
     * @param <T> the type of the result
     */
    @FunctionalInterface
    interface Recipe<T> {
        T create(VerifierDefinitionReader context);
    }

    static @Nullable Recipe<Verifier> verifier(JsonObjectReader reader) {
        String type = type(reader, VERIFIERS);
        if (type == null) {
            return null;
        }
        return switch (type) {
            case "preset" -> {
                reader.require("name");
                // "name": The name of the service.
                String name = reader.oneOf("name", Signatures.presets());
                // "secrets": The names of the secrets; with several, each may sign.
                List<String> secrets = reader.requiredTexts("secrets");
                yield name == null ? null : at -> Signatures.preset(name, at.secrets("secrets", secrets));
            }
            case "signature" -> signature(reader);
            case "message-signature" -> messageSignature(reader);
            case "jwt" -> jwt(reader);
            case "sns" -> {
                // "region": The AWS region.
                String region = reader.requiredText("region");
                // "topics": The ARNs of the accepted topics.
                String[] topics = reader.requiredTexts("topics").toArray(String[]::new);
                yield at -> Signatures.sns(at.requireConnection(""), region, topics);
            }
            case "paypal" -> {
                // "webhookId": The ID of the webhook at PayPal.
                String webhookId = reader.requiredText("webhookId");
                yield at -> Signatures.paypal(at.requireConnection(""), webhookId);
            }
            case "plaid" -> at -> Signatures.plaid(at.requireConnection(""));
            case "basic" -> {
                // "user": The user name.
                String user = reader.requiredText("user");
                // "passwords": The names of the secrets that are accepted as password.
                List<String> passwords = reader.requiredTexts("passwords");
                yield at -> Verifiers.basic(user, at.secrets("passwords", passwords));
            }
            case "token" -> {
                // "location": The location of the token.
                ValueSelector location = reader.requiredObject("location", ValueSelector::read);
                // "tokens": The names of the secrets that are accepted as token.
                List<String> tokens = reader.requiredTexts("tokens");
                yield location == null ? null : at -> Verifiers.token(location, at.secrets("tokens", tokens));
            }
            case "addresses" -> {
                // "ranges": The accepted addresses, such as `192.0.2.0/24`.
                String[] ranges = reader.requiredTexts("ranges").toArray(String[]::new);
                yield at -> Verifiers.addresses(ranges);
            }
            case "certificate" -> {
                // "subjects": The accepted subjects of client certificates.
                String[] subjects = reader.requiredTexts("subjects").toArray(String[]::new);
                yield at -> Verifiers.certificate(subjects);
            }
            default -> {
                reader.require("verifiers");
                // "verifiers": Verifiers of which one must accept the request.
                List<Recipe<Verifier>> alternatives = reader.objects("verifiers", VerifierDefinitionReader::verifier);
                yield at -> {
                    List<Verifier> made = new ArrayList<>();
                    for (int i = 0; i < alternatives.size(); i++) {
                        Recipe<Verifier> alternative = alternatives.get(i);
                        made.add(withPointer("/verifiers/" + i, () -> alternative.create(at)));
                    }
                    return Verifiers.anyOf(made.toArray(Verifier[]::new));
                };
            }
        };
    }

    private static @Nullable Recipe<Verifier> signature(JsonObjectReader reader) {
        reader.require("definition");
        // "definition": The description of the signature.
        JsonNode definition = reader.object("definition");
        reader.object("definition", inner -> SignatureDefinitionCodec.read(inner, List.of(), null));
        KeySource keys = KeySource.read(reader);
        // "namedSecrets": The names of further secrets, by their names in the placeholders `{{secret.NAME}}` of the
        // description.
        Map<String, String> named = reader.textMap("namedSecrets");
        return definition == null || keys == null
                ? null
                : at -> {
                    SignatureBuilder builder = keys.isShared()
                            ? Signatures.definition(definition, keys.secrets(at))
                            : Signatures.definition(definition, keys.publicKeys(at));
                    named.forEach(
                            (name, secret) -> builder.namedSecret(name, at.secret("/namedSecrets/" + name, secret)));
                    return withPointer("/definition", builder::build);
                };
    }

    private static @Nullable Recipe<Verifier> messageSignature(JsonObjectReader reader) {
        // "algorithm": The algorithm, by its name in RFC 9421, such as `ed25519`.
        String algorithm = reader.requiredText("algorithm");
        KeySource keys = KeySource.read(reader);
        String secretEncoding = reader.text("secretEncoding");
        String[] components = reader.distinctTexts("components").toArray(String[]::new);
        Duration tolerance = reader.duration("tolerance");
        boolean bodiesAreUnique = reader.isSet("bodiesAreUnique");
        ValueSelector eventId = reader.object("eventId", ValueSelector::read);
        ValueSelector eventType = reader.object("eventType", ValueSelector::read);
        if (keys == null) {
            return null;
        }
        return at -> {
            MessageSignatureBuilder signature = keys.isShared()
                    ? Signatures.message(algorithm, keys.secrets(at))
                    : Signatures.message(algorithm, keys.publicKeys(at));
            if (secretEncoding != null) {
                signature.secretEncoding(secretEncoding);
            }
            if (components.length > 0) {
                signature.components(components);
            }
            if (tolerance != null) {
                signature.tolerance(tolerance);
            }
            if (bodiesAreUnique) {
                signature.bodiesAreUnique();
            }
            if (eventId != null) {
                signature.eventId(eventId);
            }
            if (eventType != null) {
                signature.eventType(eventType);
            }
            return signature.build();
        };
    }

    private static @Nullable Recipe<Verifier> jwt(JsonObjectReader reader) {
        // "location": The location of the token. Default: the header field `Authorization` after `Bearer`.
        KeySource keys = KeySource.read(reader);
        ValueSelector location = reader.object("location", ValueSelector::read);
        List<String> algorithms = reader.has("algorithms") ? reader.requiredTexts("algorithms") : List.of();
        String issuer = reader.text("issuer");
        String audience = reader.text("audience");
        // "claims": The required texts of claims by name.
        Map<String, String> claims = reader.textMap("claims");
        if (issuer != null && claims.containsKey("iss")) {
            reader.problem("issuer", "contradicts the claim iss: use only one of them");
        }
        String bodyHash = reader.text("bodyHash");
        String urlHash = reader.text("urlHash");
        String payload = reader.text("payload");
        boolean inBody = reader.isSet("inBody");
        Duration tolerance = reader.duration("tolerance");
        boolean withoutTime = reader.isSet("withoutTime");
        boolean detached = reader.isSet("detached");
        if (keys == null) {
            return null;
        }
        return at -> {
            JwtVerifierBuilder jwt =
                    keys.isShared() ? Verifiers.jwt(keys.secrets(at)) : Verifiers.jwt(keys.publicKeys(at));
            if (location != null) {
                jwt.location(location);
            }
            if (!algorithms.isEmpty()) {
                jwt.algorithms(algorithms.toArray(String[]::new));
            }
            if (issuer != null) {
                jwt.issuer(issuer);
            }
            if (audience != null) {
                jwt.audience(audience);
            }
            claims.forEach(jwt::claim);
            if (bodyHash != null) {
                jwt.bodyHash(bodyHash);
            }
            if (urlHash != null) {
                jwt.urlHash(urlHash);
            }
            if (payload != null) {
                jwt.payload(payload);
            }
            if (inBody) {
                jwt.inBody();
            }
            if (tolerance != null) {
                jwt.tolerance(tolerance);
            }
            if (withoutTime) {
                jwt.withoutTime();
            }
            if (detached) {
                jwt.detached();
            }
            return jwt.build();
        };
    }

    /**
     * The keys of a signature: exactly one of the members {@code secrets}, {@code keys} and {@code jwks}.
     *
     * @param names the names of the secrets
     * @param fixed the public keys
     * @param jwks the path from which public keys are fetched
     */
    private record KeySource(
            List<String> names,
            List<String> fixed,
            @Nullable String jwks) {

        static @Nullable KeySource read(JsonObjectReader reader) {
            // "secrets": The names of the shared secrets.
            List<String> names = reader.has("secrets") ? reader.requiredTexts("secrets") : List.of();
            // "keys": The public keys: PEM, JWK, or base64.
            List<String> fixed = reader.has("keys") ? reader.requiredTexts("keys") : List.of();
            // "jwks": The path at the connection from which public keys are fetched.
            String jwks = reader.text("jwks");
            return reader.exactlyOneOf("secrets", "keys", "jwks") == null ? null : new KeySource(names, fixed, jwks);
        }

        boolean isShared() {
            return fixed.isEmpty() && jwks == null;
        }

        Secret[] secrets(VerifierDefinitionReader context) {
            return context.secrets("secrets", names);
        }

        PublicKeys publicKeys(VerifierDefinitionReader context) {
            return jwks == null
                    ? withPointer("/keys", () -> PublicKeys.fixed(fixed.toArray(String[]::new)))
                    : PublicKeys.jwks(context.requireConnection("/jwks"), jwks);
        }
    }

    static @Nullable Recipe<Handshake> handshake(JsonObjectReader reader) {
        String type = type(reader, HANDSHAKES);
        if (type == null) {
            return null;
        }
        return switch (type) {
            case "echo" -> {
                // "parameter": The query parameter that is echoed.
                String parameter = reader.requiredText("parameter");
                yield at -> Handshakes.echo(parameter);
            }
            case "challenge" -> ChallengeDefinition.read(reader);
            case "microsoft-graph" -> at -> Handshakes.microsoftGraph();
            case "cloud-events" -> {
                // "origins": The accepted origins. Default: any.
                String[] origins = reader.distinctTexts("origins").toArray(String[]::new);
                yield at -> Handshakes.cloudEvents(origins);
            }
            case "sns" -> {
                // "region": The AWS region.
                String region = reader.requiredText("region");
                yield at -> Handshakes.sns(at.requireConnection(""), region);
            }
            case "probes" -> at -> Handshakes.probes();
            default -> presetHandshake(Presets.handshake(type), reader);
        };
    }

    private static @Nullable Recipe<Handshake> presetHandshake(PresetHandshake handshake, JsonObjectReader reader) {
        String member = handshake.secretName();
        if (member.isEmpty()) {
            return at -> handshake.create(List.of());
        }
        // "clientId": The client ID, which is not a secret, by the name of a secret.
        // "encryptKey", "verifyToken", "consumerSecret", "secret": The name of the secret of the handshake.
        String secret = reader.requiredText(member);
        Function<Predicate<Secret>, Handshake> receiving = handshake.receiving();
        if (receiving != null) {
            return at -> receiving.apply(withPointer("/" + member, () -> at.delivered.saver(secret)));
        }
        return at -> handshake.create(List.of(at.secret("/" + member, secret)));
    }

    /** The types of handshakes: those of the presets, and those that several services share. */
    private static List<String> handshakes() {
        List<String> types =
                new ArrayList<>(List.of("echo", "challenge", "microsoft-graph", "cloud-events", "sns", "probes"));
        types.addAll(Presets.handshakes());
        return List.copyOf(types);
    }

    /** The type; without it, the other members cannot be checked. */
    private static @Nullable String type(JsonObjectReader reader, List<String> types) {
        reader.require("type");
        // "type": The type, which determines the other members.
        String type = reader.oneOf("type", types);
        if (type == null) {
            reader.acceptUnreadMembers();
        }
        return type;
    }

    /** A recipe whose problems are prefixed with the JSON Pointer of its object. */
    static <T> @Nullable Recipe<T> at(String pointer, @Nullable Recipe<T> recipe) {
        return recipe == null ? null : context -> withPointer(pointer, () -> recipe.create(context));
    }

    /** Creates an object described at a JSON Pointer; its problems are prefixed with the pointer. */
    static <T> T withPointer(String pointer, Supplier<T> making) {
        try {
            return making.get();
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException(
                    "definition",
                    e.problems().stream()
                            .map(problem -> pointer + (problem.startsWith("/") ? "" : ": ") + problem)
                            .toList());
        }
    }

    private Secret[] secrets(String member, List<String> names) {
        List<String> problems = new ArrayList<>();
        List<Secret> found = new ArrayList<>();
        List<String> distinct = names.stream().distinct().toList();
        for (String name : distinct) {
            Secret secret = secrets.find(name);
            if (secret == null) {
                problems.add("/" + member + "/" + names.indexOf(name) + ": " + secrets.unknown(name));
            } else {
                found.add(secret);
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("definition", problems);
        }
        return found.toArray(Secret[]::new);
    }

    Secret secret(String pointer, String name) {
        Secret secret = secrets.find(name);
        if (secret == null) {
            throw invalid(pointer + ": " + secrets.unknown(name));
        }
        return secret;
    }

    private HttpConnection requireConnection(String pointer) {
        if (connection == null) {
            throw invalid((pointer.isEmpty() ? "" : pointer + ": ")
                    + "a connection is required to fetch keys or certificates: use connection(...)");
        }
        return connection;
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("definition", List.of(problem));
    }
}
