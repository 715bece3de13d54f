package io.httpconnector.auth;

import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.HmacTexts.Location;
import io.httpconnector.auth.internal.AttemptValues;
import io.httpconnector.internal.text.PillToken;
import io.httpconnector.template.PillText;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * HMAC signatures, RFC 2104: signs each attempt with a shared key. A template defines the signed text. Immutable: each method
 * returns a new strategy.
 *
 * <pre>{@code
 * .auth(HmacAuth.of("HmacSHA256", key, "{{method}}\n{{path}}\n{{time}}\n{{body}}")
 *         .header("X-Time", "{{time}}")
 *         .header("X-Signature", "v1={{signature}}"))
 * }</pre>
 *
 * <p>The pills are {@code method}; {@code url}, {@code host}, {@code path}, {@code query} (empty if there is none) and
 * {@code target} (path, and query with its question mark), as they are sent, with the parameters of this strategy that do not
 * have the signature; {@code queryCanonical}, the parameters sorted and percent-encoded, and {@code queryConcatenated}, their
 * names and values sorted, without separators; {@code type}, the media type; {@code body}, and its digests
 * {@code bodySha256Hex}, {@code bodySha256Base64}, {@code bodyMd5Base64}; {@code time} (seconds since 1970),
 * {@code timeMillis}, {@code timeIso}, {@code timeHttp}; and {@code nonce}, unique for each attempt. Header fields, query
 * parameters and body fields can also use {@code signature} (hexadecimal) and {@code signatureBase64}.
 */
public final class HmacAuth implements AuthStrategy {

    private static final Set<String> SIGNATURES = Set.of(HmacTexts.SIGNATURE, HmacTexts.SIGNATURE + HmacTexts.BASE64);
    private static final byte[] NOTHING = {};

    private final HmacKey key;
    private final PillText template;
    private final Map<String, ?> values;
    private final HmacTexts texts;
    private final TimeSource timeSource;

    private HmacAuth(HmacKey key, PillText template, Map<String, ?> values, HmacTexts texts, TimeSource timeSource) {
        this.key = key;
        this.template = template;
        this.values = values;
        this.texts = texts;
        this.timeSource = timeSource;
    }

    /**
     * Creates a strategy.
     *
     * @param algorithm {@code HmacSHA256}, {@code HmacSHA384}, {@code HmacSHA512}, {@code HmacSHA1} or {@code HmacMD5}
     * @param key the shared key, its text as UTF-8; one by {@link Secret#from} is looked up for each request
     * @param template the template of the signed text
     * @return the strategy, which sends no header field or parameter yet
     * @throws InvalidDefinitionException if a pill or the algorithm is unknown, or a value is missing
     */
    public static HmacAuth of(String algorithm, Secret key, String template) {
        return of(algorithm, key, template, Map.of());
    }

    /**
     * Creates a strategy with additional pills.
     *
     * @param algorithm {@code HmacSHA256}, {@code HmacSHA384}, {@code HmacSHA512}, {@code HmacSHA1} or {@code HmacMD5}
     * @param key the shared key, its text as UTF-8; one by {@link Secret#from} is looked up for each request
     * @param template the template of the signed text
     * @param values further pills by name, such as {@code account}: a {@link Secret}, or what Jackson can write as a scalar
     *     value. They are data, and never parsed as a template
     * @return the strategy, which sends no header field or parameter yet
     * @throws InvalidDefinitionException if a pill or the algorithm is unknown, or a value is missing
     */
    public static HmacAuth of(String algorithm, Secret key, String template, Map<String, ?> values) {
        HmacKey signing = HmacKey.of(algorithm, key);
        if (values == null) {
            throw invalid("values: they are null");
        }
        Set<String> names = new TreeSet<>(AttemptValues.NAMES);
        for (Map.Entry<String, ?> value : values.entrySet()) {
            if (value.getKey() == null || value.getValue() == null) {
                throw invalid("value " + value.getKey() + ": it is null");
            }
            if (!names.add(value.getKey()) || SIGNATURES.contains(value.getKey())) {
                throw invalid("value " + value.getKey() + ": this name is reserved: use another one");
            }
        }
        return new HmacAuth(
                signing, compiled("template", template, names), Map.copyOf(values), HmacTexts.NONE, TimeSource.SYSTEM);
    }

    /**
     * Decodes the key from Base64 or Base64url.
     *
     * @return a new strategy
     */
    public HmacAuth keyIsBase64() {
        return with(key.decoding(HmacKey::base64));
    }

    /**
     * Decodes the key from hexadecimal.
     *
     * @return a new strategy
     */
    public HmacAuth keyIsHex() {
        return with(key.decoding(text -> HexFormat.of().parseHex(text)));
    }

    /**
     * Derives the signing key: the first text is signed by the key, and each result is the key of the next text. The last result
     * signs the template: {@code deriveKey("{{timeIso | date('yyyyMMdd', 'UTC')}}", "orders", "request")}.
     *
     * @param texts the texts, with pills of the time and additional values
     * @return a new strategy
     * @throws InvalidDefinitionException if a pill is unknown
     */
    public HmacAuth deriveKey(String... texts) {
        List<PillText> derivation = new ArrayList<>();
        Set<String> names = new TreeSet<>(AttemptValues.NAMES_OF_TIME);
        names.addAll(values.keySet());
        for (String text : texts) {
            derivation.add(compiled("key derivation", text, names));
        }
        return with(key.deriving(derivation));
    }

    private HmacAuth with(HmacKey other) {
        return new HmacAuth(other, template, values, texts, timeSource);
    }

    /**
     * Replaces the template. It can also use computed values and signatures that were added before:
     * {@code computed("sent", "{{timeMillis}}{{body}}").template("{{path}}{{sent | sha256 | bytes}}")}.
     *
     * @param text the template of the signed text
     * @return a new strategy
     * @throws InvalidDefinitionException if a pill is unknown, or is computed from the signature
     */
    public HmacAuth template(String text) {
        PillText compiled = compiled("template", text, names());
        if (texts.usesSignature(compiled)) {
            throw invalid("template: it uses the signature, which is computed from it");
        }
        return new HmacAuth(key, compiled, values, texts, timeSource);
    }

    /**
     * Computes a value from others, also from the signature, for the texts that are added
     * afterwards: {@code computed("pair", "{{user}}:{{signature}}").header("Authorization", "Basic {{pair | base64}}")}.
     *
     * @param name the name of the pill
     * @param text its value, with pills
     * @return a new strategy
     * @throws InvalidDefinitionException if a pill is unknown, or the name is reserved
     */
    public HmacAuth computed(String name, String text) {
        checkNew("computed value", name);
        return with(texts.withComputed(name, compiled(name, text, names())));
    }

    /**
     * Signs another text with the same key, for the texts that are added afterwards: {@code signature("proof", "{{passphrase}}")}
     * has the pills {@code proof} (hexadecimal) and {@code proofBase64}.
     *
     * @param name the name of the pill
     * @param text the signed text, with pills
     * @return a new strategy
     * @throws InvalidDefinitionException if a pill is unknown, or the name is reserved
     */
    public HmacAuth signature(String name, String text) {
        checkNew("signature", name);
        checkNew("signature", name + HmacTexts.BASE64);
        return with(texts.withSignature(name, compiled(name, text, names())));
    }

    private void checkNew(String what, String name) {
        if (name == null || names().contains(name)) {
            throw invalid(what + " " + name + ": this name is reserved: use another one");
        }
    }

    /**
     * Sends a header field.
     *
     * @param name the field name
     * @param text its value, with pills
     * @return a new strategy
     * @throws InvalidDefinitionException if a pill is unknown, or the name can't be sent
     */
    public HmacAuth header(String name, String text) {
        Request.get("/").header(name == null ? "" : name, "");
        return with(texts.withSent(Location.HEADER, name, compiled(name, text, names())));
    }

    /**
     * Sends a query parameter. It is part of the pills {@code query}, {@code target} and {@code url}, unless it has the signature.
     *
     * @param name the parameter name
     * @param text its value, with pills
     * @return a new strategy
     * @throws InvalidDefinitionException if a pill is unknown
     */
    public HmacAuth query(String name, String text) {
        return with(texts.withSent(Location.QUERY, name, compiled(name, text, names())));
    }

    /**
     * Adds a field to the JSON object or the form of the body; a request without a body gets a form, except for GET and HEAD
     * requests, which are sent without it, or fail if the signature is in no other place. The field is part of the pill {@code
     * body}, unless it has the signature.
     *
     * @param name the name of the field
     * @param text its value, with pills
     * @return a new strategy
     * @throws InvalidDefinitionException if a pill is unknown
     */
    public HmacAuth bodyField(String name, String text) {
        return with(texts.withSent(Location.BODY, name, compiled(name, text, names())));
    }

    /**
     * Sets the time source by which requests are signed, for tests. Default: the system time.
     *
     * @param timeSource the time source
     * @return a new strategy
     */
    public HmacAuth timeSource(TimeSource timeSource) {
        return new HmacAuth(key, template, values, texts, timeSource);
    }

    private HmacAuth with(HmacTexts other) {
        return new HmacAuth(key, template, values, other, timeSource);
    }

    /** Returns the names of the pills in the texts that are sent. */
    private Set<String> names() {
        Set<String> names = new TreeSet<>(AttemptValues.NAMES);
        names.addAll(SIGNATURES);
        names.addAll(values.keySet());
        names.addAll(texts.names());
        return names;
    }

    private static PillText compiled(String what, String text, Set<String> names) {
        if (text == null) {
            throw invalid(what + ": it is null");
        }
        try {
            PillText compiled = PillText.compile(text);
            for (String name : compiled.names()) {
                if (!names.contains(name)) {
                    throw invalid(what + position(text, name) + ": {{" + name + "}} is unknown: use one of "
                            + new TreeSet<>(names));
                }
            }
            return compiled;
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException(
                    "HMAC signature",
                    e.problems().stream()
                            .map(problem -> problem.startsWith(what) ? problem : what + ": " + problem)
                            .toList());
        }
    }

    /** Returns the position of a pill for a message; empty if it is not found. */
    private static String position(String text, String name) {
        return PillToken.all(text, "{{", "}}").stream()
                .filter(pill -> pill.inside().split("\\|", -1)[0].strip().equals(name))
                .findFirst()
                .map(pill -> ", character " + (pill.start() + 1))
                .orElse("");
    }

    static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("HMAC signature", List.of(problem));
    }

    /** Adds first what does not have the signature, as the signature can cover it. All have the same time and nonce. */
    @Override
    public Request apply(Request request) {
        AttemptValues attempt = AttemptValues.of(request, timeSource.now());
        Request prepared = request;
        for (Location location : Location.values()) {
            for (Map.Entry<String, PillText> text : texts.at(location).entrySet()) {
                if (!texts.usesSignature(text.getValue())) {
                    Signing signing = new Signing(attempt.with(prepared), NOTHING);
                    prepared = add(prepared, location, text.getKey(), text.getValue(), signing);
                }
            }
        }
        Signing signing = new Signing(attempt.with(prepared), toSign(prepared, attempt.with(prepared)));
        Request signed = prepared;
        for (Location location : Location.values()) {
            for (Map.Entry<String, PillText> text : texts.at(location).entrySet()) {
                if (texts.usesSignature(text.getValue())) {
                    signed = add(signed, location, text.getKey(), text.getValue(), signing);
                }
            }
        }
        if (signed.body().isEmpty() && texts.signsInBodyOnly()) {
            throw invalid(
                    "bodyField: a " + request.method() + " request without a body can't have the signature in a body"
                            + " field: send it in a header field or a query parameter");
        }
        return signed;
    }

    /** The values of an attempt, and the signed bytes. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared, and never changed.
    private record Signing(AttemptValues attempt, byte[] toSign) {}

    /** Renders the template; the body byte by byte, as it need not be text. */
    private byte[] toSign(Request request, AttemptValues attempt) {
        Signing signing = new Signing(attempt, NOTHING);
        String text = key.secret().reveal();
        return template.bytes(name -> name.equals("body") ? AttemptValues.body(request) : value(name, signing, text));
    }

    /** Adds a text to a request, unless it is empty. Masking a secret also masks the secrets in it. */
    private Request add(Request request, Location location, String name, PillText text, Signing signing) {
        String sample = rendered(text, signing, null);
        if (sample == null || sample.isEmpty()) {
            return request;
        }
        List<Secret> secrets = secrets(text).toList();
        if (secrets.isEmpty()) {
            return switch (location) {
                case BODY -> CustomAuth.nothing().andBodyField(name, sample).apply(request);
                case QUERY -> request.query(name, sample);
                case HEADER -> request.header(name, sample);
            };
        }
        Secret all = key.secret();
        for (Secret secret : secrets) {
            all = all == secret ? all : all.combine(secret, (first, unused) -> first);
        }
        Secret value = all.map(known -> Objects.requireNonNullElse(rendered(text, signing, known), ""));
        return switch (location) {
            case BODY -> CustomAuth.bodyField(name, value).apply(request);
            case QUERY -> request.query(name, value);
            case HEADER -> request.header(name, value);
        };
    }

    /** Returns the secrets that a text has, including the key if it has a signature. */
    private Stream<Secret> secrets(PillText text) {
        return text.names().stream().flatMap(name -> {
            String signature = HmacTexts.ofHex(name);
            if (texts.computed().containsKey(name)) {
                return secrets(texts.computed().get(name));
            }
            if (texts.signatures().containsKey(signature)) {
                return Stream.concat(
                        Stream.of(key.secret()), secrets(texts.signatures().get(signature)));
            }
            return HmacTexts.isSignature(name)
                    ? Stream.of(key.secret())
                    : values.get(name) instanceof Secret secret ? Stream.of(secret) : Stream.of();
        });
    }

    /** Renders a text with the given text of the key; null for a sample of the signatures. */
    private @Nullable String rendered(PillText text, Signing signing, @Nullable String known) {
        return text.render(name -> value(name, signing, known));
    }

    private @Nullable Object value(String name, Signing signing, @Nullable String known) {
        if (AttemptValues.NAMES.contains(name)) {
            return signing.attempt.value(name);
        }
        if (texts.computed().containsKey(name)) {
            return rendered(texts.computed().get(name), signing, known);
        }
        String signature = HmacTexts.ofHex(name);
        PillText further = texts.signatures().get(signature);
        if (further != null || HmacTexts.isSignature(name)) {
            byte[] bytes = known == null
                    ? NOTHING
                    : key.sign(
                            known,
                            further == null ? signing.toSign : further.bytes(inner -> value(inner, signing, known)),
                            inner -> value(inner, signing, known));
            return known == null
                    ? "00"
                    : signature.equals(name) ? HexFormat.of().formatHex(bytes) : base64(bytes);
        }
        return values.get(name) instanceof Secret secret ? secret.reveal() : values.get(name);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Override
    public String toString() {
        return "HmacAuth";
    }
}
