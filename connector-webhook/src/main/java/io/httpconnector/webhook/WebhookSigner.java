package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.text.HttpDate;
import io.httpconnector.internal.text.PercentEncoding;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Signs requests like a service, for tests.
 *
 * <pre>{@code
 * WebhookRequest genuine = WebhookSigner.preset("stripe", secret).sign(request);
 * assertThat(receiver.receive(genuine).status()).isEqualTo(200);
 * }</pre>
 *
 * <p>Immutable.
 */
public final class WebhookSigner {

    private final JsonNode definition;
    private final @Nullable Secret secret;
    private final @Nullable PrivateKey privateKey;
    private final TimeSource time;
    private final Map<String, Secret> namedSecrets;

    private WebhookSigner(
            JsonNode definition,
            @Nullable Secret secret,
            @Nullable PrivateKey privateKey,
            TimeSource time,
            Map<String, Secret> namedSecrets) {
        this.definition = definition;
        this.secret = secret;
        this.privateKey = privateKey;
        this.time = time;
        this.namedSecrets = namedSecrets;
    }

    /**
     * Creates a signer for a well-known service with a shared secret.
     *
     * @param name one of {@link Signatures#presets()}
     * @param secret the secret
     * @return the signer
     * @throws InvalidDefinitionException if there is no such preset, or it uses a private key
     */
    public static WebhookSigner preset(String name, Secret secret) {
        SignaturePreset preset = Presets.get(name);
        if (secret == null || preset.isAsymmetric()) {
            throw invalid(name + " uses a private key, or the secret is null");
        }
        return new WebhookSigner(preset.definition(), secret, null, TimeSource.SYSTEM, Map.of());
    }

    /**
     * Creates a signer for a well-known service with a private key.
     *
     * @param name one of {@link Signatures#presets()}
     * @param privateKey the key
     * @return the signer
     * @throws InvalidDefinitionException if there is no such preset, or it uses a shared secret
     */
    public static WebhookSigner preset(String name, PrivateKey privateKey) {
        SignaturePreset preset = Presets.get(name);
        if (privateKey == null || !preset.isAsymmetric()) {
            throw invalid(name + " uses a shared secret, or the private key is null");
        }
        return new WebhookSigner(preset.definition(), null, privateKey, TimeSource.SYSTEM, Map.of());
    }

    /**
     * Creates a signer for a signature scheme with a shared secret.
     *
     * @param description the signature scheme
     * @param secret the secret
     * @return the signer
     */
    public static WebhookSigner of(SignatureBuilder description, Secret secret) {
        return new WebhookSigner(
                Arguments.notNull(description, "description of a signature").toJson(),
                Arguments.notNull(secret, "secret"),
                null,
                TimeSource.SYSTEM,
                Map.copyOf(description.namedSecrets));
    }

    /**
     * Creates a signer for a signature scheme with a private key.
     *
     * @param description the signature scheme
     * @param privateKey the key
     * @return the signer
     */
    public static WebhookSigner of(SignatureBuilder description, PrivateKey privateKey) {
        return new WebhookSigner(
                Arguments.notNull(description, "description of a signature").toJson(),
                null,
                Arguments.notNull(privateKey, "private key"),
                TimeSource.SYSTEM,
                Map.of());
    }

    /**
     * Returns a signer that uses another time source, for tests.
     *
     * @param source provides the time of day of signatures; {@link TimeSource#SYSTEM} by default
     * @return a new signer
     */
    public WebhookSigner timeSource(TimeSource source) {
        return new WebhookSigner(
                definition, secret, privateKey, Arguments.notNull(source, "time source"), namedSecrets);
    }

    /**
     * Signs a request.
     *
     * @param request the request to be sent; if its URL is signed, with its {@link WebhookRequest#publicUrl(String)}. An id that
     *     is already present in its header field is kept
     * @return the request with the data that the service would add
     * @throws InvalidDefinitionException if the service puts its signature into the body, and the body is not a JSON object
     */
    public WebhookRequest sign(WebhookRequest request) {
        Arguments.notNull(request, "webhook request");
        if (definition.has("token") && secret != null) {
            Draft tokenDraft = new Draft(request);
            tokenDraft.put(
                    ValueSelector.fromJson(definition.get("token")),
                    definition.has("jwt") ? JwtSigner.token(secret, time.now()) : secret.reveal());
            return tokenDraft.request();
        }
        SignatureBuilder scheme = SignatureDefinitionCodec.read(definition, List.of(), null);
        scheme.namedSecrets.putAll(namedSecrets);
        Draft draft = new Draft(encrypted(scheme, request));
        String timestamp = timestamp(scheme.timeUnit);
        String id = "";
        if (scheme.timestamp != null) {
            draft.put(scheme.timestamp, timestamp);
        }
        if (scheme.id != null) {
            List<String> given = BodyParser.unverifiedValues(scheme.id, request);
            id = given.isEmpty() ? "msg_" + UUID.randomUUID() : given.get(0);
            if (given.isEmpty()) {
                draft.put(scheme.id, id);
            }
        }
        List<String> problems = new ArrayList<>();
        SignedContent content = SignatureCompiler.content(scheme, problems);
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("webhook signer", problems);
        }
        if (scheme.signedHeaders != null
                && BodyParser.unverifiedValues(scheme.signedHeaders.list(), request)
                        .isEmpty()) {
            draft.put(scheme.signedHeaders.list(), listed(scheme, request));
        }
        boolean form = content.uses("form") && isForm(request);
        if (scheme.bodyHash != null && !form) {
            byte[] hash = Hashing.digest(scheme.bodyHashAlgorithm)
                    .digest(draft.request().body());
            draft.put(scheme.bodyHash, encoding(scheme.bodyHashEncoding).encode(hash));
        }
        SignedContent.RequestValues known = new SignedContent.RequestValues(
                draft.request(),
                timestamp,
                id,
                form ? form(request) : Collections.emptySortedMap(),
                named(content, scheme, draft.request()));
        byte[] signature = signature(scheme, content, known);
        draft.put(scheme.signatures.get(0), encoding(scheme.encoding).encode(signature));
        return draft.request();
    }

    /**
     * Removes what {@link #sign} adds: the signature or token, its timestamp, and hashes of the body. Ids are kept. Such a request
     * contains no secret, so it can be stored as test data and be signed again with another secret.
     *
     * @param request a request of the service
     * @return the request without a signature
     */
    public WebhookRequest unsigned(WebhookRequest request) {
        Draft draft = new Draft(Arguments.notNull(request, "webhook request"));
        if (definition.has("token")) {
            draft.remove(ValueSelector.fromJson(definition.get("token")));
            return draft.request();
        }
        SignatureBuilder scheme = SignatureDefinitionCodec.read(definition, List.of(), null);
        scheme.signatures.forEach(draft::remove);
        draft.remove(scheme.timestamp);
        draft.remove(scheme.bodyHash);
        return draft.request();
    }

    /** The request with its body in an encrypted text, if the service encrypts bodies. */
    private WebhookRequest encrypted(SignatureBuilder scheme, WebhookRequest request) {
        BodyEncryption encryption = scheme.encryption;
        if (encryption == null || secret == null) {
            return request;
        }
        try {
            SignatureCompiler compiler = new SignatureCompiler(scheme);
            byte[] key = encryption.keyBytes(
                    name -> name.equals("secret") ? compiler.decoded(secret) : NamedSecrets.bytes(name, namedSecrets));
            Draft draft = new Draft(request.body("{}".getBytes(StandardCharsets.UTF_8)));
            draft.put(encryption.location(), encryption.encrypted(request.body(), key));
            return draft.request();
        } catch (GeneralSecurityException e) {
            throw invalid("the body cannot be encrypted");
        }
    }

    /** The header fields that must be listed as signed, or the media type. */
    private static String listed(SignatureBuilder scheme, WebhookRequest request) {
        List<String> names = Stream.of(scheme.timestamp, scheme.id, scheme.bodyHash)
                .filter(selector ->
                        selector != null && selector.type == ValueSelector.SelectorType.HEADER && selector.isWhole())
                .map(selector -> Objects.requireNonNull(selector).name.toLowerCase(Locale.ROOT))
                .toList();
        return names.isEmpty() && request.header("Content-Type").isPresent() ? "content-type" : String.join(" ", names);
    }

    private static BinaryEncoding encoding(String name) {
        return BinaryEncoding.valueOf(name.toUpperCase(Locale.ROOT));
    }

    private static SignedValues named(SignedContent content, SignatureBuilder scheme, WebhookRequest request) {
        try {
            return SignedValues.of(content, scheme.signedHeaders, request);
        } catch (IOException e) {
            throw invalid("the service signs values that the request does not have: " + e.getMessage());
        }
    }

    private static boolean isForm(WebhookRequest request) {
        try {
            return MediaType.parse(request.header("Content-Type").orElse("")).isForm();
        } catch (IOException e) {
            return false;
        }
    }

    private static SortedMap<String, SortedSet<String>> form(WebhookRequest request) {
        try {
            return ContentValues.form(request.body());
        } catch (IOException e) {
            throw invalid("the service signs the fields of a form, but the body is not a form: " + e.getMessage());
        }
    }

    private String timestamp(String unit) {
        Instant now = time.now();
        return switch (unit) {
            case "millis" -> Long.toString(now.toEpochMilli());
            case "iso" -> now.toString();
            case "http-date" -> HttpDate.format(now);
            default -> Long.toString(now.getEpochSecond());
        };
    }

    private byte[] signature(SignatureBuilder scheme, SignedContent content, SignedContent.RequestValues known) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        content.feed(bytes::write, known, secret);
        try {
            if (privateKey != null) {
                Signature signature = PublicKeyChecker.signature(scheme.algorithm);
                signature.initSign(privateKey);
                signature.update(bytes.toByteArray());
                return signature.sign();
            }
            if (!SignatureAlgorithms.isMac(scheme.algorithm)) {
                return Hashing.digest(scheme.algorithm).digest(bytes.toByteArray());
            }
            byte[] key = new SignatureCompiler(scheme).keyBytes(Objects.requireNonNull(secret));
            return Hashing.hmac(scheme.algorithm, key, bytes.toByteArray());
        } catch (GeneralSecurityException e) {
            throw invalid("the key is not valid for " + scheme.algorithm);
        }
    }

    /** A request that is being signed. */
    private static final class Draft {

        private final Map<String, List<String>> headers = new LinkedHashMap<>();
        private final WebhookRequest given;
        private String query;
        private byte[] body;

        Draft(WebhookRequest given) {
            this.given = given;
            this.headers.putAll(given.headers());
            this.query = given.query();
            this.body = given.body();
        }

        void put(ValueSelector location, String value) {
            String item = location.prefix + value + location.suffix;
            ValueSelector.Part part = location.part;
            boolean isNext = part != null
                    && location.type == ValueSelector.SelectorType.HEADER
                    && follows(header(location.name), part);
            String text = part == null ? item : part.separator().repeat(isNext ? 1 : part.index()) + item;
            switch (location.type) {
                case HEADER ->
                    headers.merge(
                            location.name.toLowerCase(Locale.ROOT),
                            List.of(text),
                            (old, fresh) -> location.separator.isEmpty()
                                    ? fresh
                                    : List.of(old.get(0) + (isNext ? "" : location.separator) + fresh.get(0)));
                case QUERY -> query = (query.isEmpty() ? "" : query + "&") + location.name + "=" + text;
                case BODY -> body = changed(location, text);
            }
        }

        void remove(@Nullable ValueSelector location) {
            if (location == null) {
                return;
            }
            switch (location.type) {
                case HEADER -> headers.remove(location.name.toLowerCase(Locale.ROOT));
                case QUERY -> query = without(query, location.name);
                case BODY -> body = withoutMember(location);
            }
            remove(location.alternative);
        }

        private static String without(String pairs, String name) {
            return Stream.of(pairs.split("&", -1))
                    .filter(pair -> !pair.equals(name) && !pair.startsWith(name + "="))
                    .collect(Collectors.joining("&"));
        }

        private byte[] withoutMember(ValueSelector location) {
            if (FormParser.isForm(body) && location.name.lastIndexOf('/') == 0) {
                return without(new String(body, StandardCharsets.UTF_8), location.name.substring(1))
                        .getBytes(StandardCharsets.UTF_8);
            }
            try {
                if (location.pointer != null
                        && BodyParser.json(body) instanceof ObjectNode tree
                        && tree.at(location.pointer.head()) instanceof ObjectNode parent
                        && parent.remove(location.pointer.last().getMatchingProperty()) != null) {
                    return tree.toString().getBytes(StandardCharsets.UTF_8);
                }
            } catch (IOException e) {
                // A body that is no JSON object contains no signature.
            }
            return body;
        }

        private String header(String name) {
            List<String> values = headers.get(name.toLowerCase(Locale.ROOT));
            return values == null || values.isEmpty() ? "" : values.get(0);
        }

        /** Whether a text has all parts before the given one, which belongs to the same item. */
        private static boolean follows(String text, ValueSelector.Part part) {
            return !text.isEmpty()
                    && part.index() > 0
                    && text.split(Pattern.quote(part.separator()), -1).length == part.index();
        }

        private byte[] changed(ValueSelector location, String value) {
            if (FormParser.isForm(body) && location.name.lastIndexOf('/') == 0) {
                String field = location.name.substring(1) + "=" + PercentEncoding.encode(value);
                return (new String(body, StandardCharsets.UTF_8) + "&" + field).getBytes(StandardCharsets.UTF_8);
            }
            try {
                if (BodyParser.json(body) instanceof ObjectNode tree && location.pointer != null) {
                    String last = location.pointer.last().getMatchingProperty();
                    ObjectNode parent = tree.withObject(location.pointer.head());
                    if (value.matches("[0-9]{1,18}")) {
                        parent.put(last, Long.parseLong(value));
                    } else {
                        parent.put(last, value);
                    }
                    return tree.toString().getBytes(StandardCharsets.UTF_8);
                }
            } catch (IOException e) {
                // Rejected below.
            }
            throw invalid("the service puts its signature into a JSON object, but the body is not a JSON object");
        }

        WebhookRequest request() {
            return WebhookRequest.of(given.method(), given.path(), query, headers, body)
                    .from(given.peer().orElse(null))
                    .certificateSubject(given.certificateSubject().orElse(null))
                    .publicUrl(given.publicUrlOrNull());
        }
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("webhook signer", List.of(problem));
    }
}
