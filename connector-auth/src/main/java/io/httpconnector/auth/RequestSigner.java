package io.httpconnector.auth;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.HmacTexts.Location;
import io.httpconnector.auth.internal.AttemptValues;
import io.httpconnector.internal.text.PillToken;
import io.httpconnector.template.PillText;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Signs requests: renders the template and the texts that are sent, for each attempt. Immutable: each method returns a new
 * signer.
 */
final class RequestSigner {

    private static final Set<String> SIGNATURES = Set.of(HmacTexts.SIGNATURE, HmacTexts.SIGNATURE + HmacTexts.BASE64);

    private final SigningKey key;
    private final PillText template;
    private final Map<String, ?> values;
    private final HmacTexts texts;
    private final TimeSource timeSource;

    private RequestSigner(
            SigningKey key, PillText template, Map<String, ?> values, HmacTexts texts, TimeSource timeSource) {
        this.key = key;
        this.template = template;
        this.values = values;
        this.texts = texts;
        this.timeSource = timeSource;
    }

    static RequestSigner of(SigningKey key, String template, Map<String, ?> values) {
        if (values == null) {
            throw key.invalid("values: they are null");
        }
        Set<String> names = new TreeSet<>(AttemptValues.NAMES);
        for (Map.Entry<String, ?> value : values.entrySet()) {
            if (value.getKey() == null || value.getValue() == null) {
                throw key.invalid("value " + value.getKey() + ": it is null");
            }
            if (!names.add(value.getKey())
                    || value.getKey().startsWith(AttemptValues.HEADER)
                    || SIGNATURES.contains(value.getKey())) {
                throw key.invalid("value " + value.getKey() + ": this name is reserved: use another one");
            }
        }
        PillText compiled = compiled(key, "template", template, names);
        return new RequestSigner(key, compiled, Map.copyOf(values), HmacTexts.NONE, TimeSource.SYSTEM);
    }

    SigningKey key() {
        return key;
    }

    RequestSigner with(SigningKey other) {
        return new RequestSigner(other, template, values, texts, timeSource);
    }

    private RequestSigner with(HmacTexts other) {
        return new RequestSigner(key, template, values, other, timeSource);
    }

    RequestSigner timeSource(TimeSource other) {
        return new RequestSigner(key, template, values, texts, other);
    }

    RequestSigner template(String text) {
        PillText compiled = compiled(key, "template", text, names());
        if (texts.usesSignature(compiled)) {
            throw key.invalid("template: it uses the signature, which is computed from it");
        }
        return new RequestSigner(key, compiled, values, texts, timeSource);
    }

    RequestSigner computed(String name, String text) {
        checkNew("computed value", name);
        return with(texts.withComputed(name, compiled(key, name, text, names())));
    }

    RequestSigner signature(String name, String text) {
        checkNew("signature", name);
        checkNew("signature", name + HmacTexts.BASE64);
        return with(texts.withSignature(name, compiled(key, name, text, names())));
    }

    private void checkNew(String what, String name) {
        if (name == null || AttemptValues.isIn(names(), name)) {
            throw key.invalid(what + " " + name + ": this name is reserved: use another one");
        }
    }

    RequestSigner sending(Location location, String name, String text) {
        return with(texts.withSent(location, name, compiled(key, name, text, names())));
    }

    /** Compiles a text that has no request, only the time and the additional values. */
    PillText ofTime(String what, String text) {
        Set<String> names = new TreeSet<>(AttemptValues.NAMES_OF_TIME);
        names.addAll(values.keySet());
        return compiled(key, what, text, names);
    }

    /** Returns the names of the pills in the texts that are sent. */
    private Set<String> names() {
        Set<String> names = new TreeSet<>(AttemptValues.NAMES);
        names.addAll(SIGNATURES);
        names.addAll(values.keySet());
        names.addAll(texts.names());
        return names;
    }

    private static PillText compiled(SigningKey key, String what, String text, Set<String> names) {
        if (text == null) {
            throw key.invalid(what + ": it is null");
        }
        try {
            PillText compiled = PillText.compile(text);
            for (String name : compiled.names()) {
                if (AttemptValues.isUnknownBeforeSending(name)) {
                    throw key.invalid(what + position(text, name) + ": {{" + name
                            + "}} can't be signed: the connection sets this header field when it sends the request");
                }
                if (!AttemptValues.isIn(names, name)) {
                    throw key.invalid(what + position(text, name) + ": {{" + name + "}} is unknown: use one of "
                            + new TreeSet<>(names));
                }
            }
            return compiled;
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException(
                    key.subject(),
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

    /** Adds first what does not have the signature, as the signature can cover it. All have the same time and nonce. */
    Request sign(Request request) {
        AttemptValues attempt = AttemptValues.of(request, timeSource.now());
        Request prepared = withoutSignatures(request);
        for (Location location : Location.values()) {
            for (Map.Entry<String, PillText> text : texts.at(location).entrySet()) {
                if (!texts.usesSignature(text.getValue())) {
                    Signing signing = Signing.unsigned(attempt.with(prepared));
                    prepared = add(prepared, location, text.getKey(), text.getValue(), signing);
                }
            }
        }
        Signing signing = signing(prepared, attempt.with(prepared));
        Request signed = prepared;
        for (Location location : Location.values()) {
            for (Map.Entry<String, PillText> text : texts.at(location).entrySet()) {
                if (texts.usesSignature(text.getValue())) {
                    signed = add(signed, location, text.getKey(), text.getValue(), signing);
                }
            }
        }
        if (signed.body().isEmpty() && texts.signsInBodyOnly()) {
            throw key.invalid(
                    "bodyField: a " + request.method() + " request without a body can't have the signature in a body"
                            + " field: send it in a header field or a query parameter");
        }
        if (signed.body().isPresent()
                && texts.at(Location.BODY).values().stream().anyMatch(texts::usesSignature)) {
            checkLength();
        }
        return signed;
    }

    /** Rejects a signed length of a body that becomes longer by its signature. */
    private void checkLength() {
        if (Stream.concat(Stream.of(template), texts.signatures().values().stream())
                .anyMatch(text -> text.names().stream().anyMatch(AttemptValues::isContentLength))) {
            throw key.invalid("{{header.Content-Length}} can't be signed: the signature is in the body, and changes its"
                    + " length. Send it in a header field or a query parameter");
        }
    }

    /**
     * Returns a request without the parameters and fields that get a signature: a next link or a redirect of the service may
     * repeat an earlier one, which must not be signed.
     */
    private Request withoutSignatures(Request request) {
        Request others = request;
        for (Location location : Location.values()) {
            for (Map.Entry<String, PillText> text : texts.at(location).entrySet()) {
                String field = AttemptValues.HEADER + text.getKey();
                boolean extendsField = text.getValue().names().stream().anyMatch(field::equalsIgnoreCase);
                if (texts.usesAnySignature(text.getValue()) && !extendsField) {
                    others = without(others, location, text.getKey());
                }
            }
        }
        return others;
    }

    private static Request without(Request request, Location location, String name) {
        return switch (location) {
            case BODY -> request.withoutBodyField(name);
            case QUERY -> request.withoutQuery(name);
            case HEADER -> request.withoutHeader(name);
        };
    }

    /**
     * The values of an attempt, and the signed bytes.
     *
     * @param signatures the signatures so far, as a signature by an EC key differs each time
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared, and never changed.
    private record Signing(AttemptValues attempt, byte[] toSign, Map<List<String>, byte[]> signatures) {

        static Signing unsigned(AttemptValues attempt) {
            return new Signing(attempt, new byte[0], new HashMap<>());
        }
    }

    /** Renders the template; the body byte by byte, as it need not be text. */
    private Signing signing(Request request, AttemptValues attempt) {
        Signing unsigned = Signing.unsigned(attempt);
        Secret secret = key.secret();
        String text = secret == null ? "" : secret.reveal();
        byte[] toSign =
                template.bytes(name -> name.equals("body") ? AttemptValues.body(request) : value(name, unsigned, text));
        return new Signing(attempt, toSign, new HashMap<>());
    }

    /** Adds a text to a request in place of others of its name, unless it is empty. Masking a secret also masks the secrets in it. */
    private Request add(Request request, Location location, String name, PillText text, Signing signing) {
        String sample = rendered(text, signing, null);
        if (sample == null || sample.isEmpty()) {
            return request;
        }
        Request others = location == Location.HEADER ? request : without(request, location, name);
        List<Secret> secrets = secrets(text).toList();
        if (secrets.isEmpty()) {
            String plain = Objects.requireNonNullElse(rendered(text, signing, ""), "");
            return switch (location) {
                case BODY -> CustomAuth.nothing().andBodyField(name, plain).apply(others);
                case QUERY -> others.query(name, plain);
                case HEADER -> others.header(name, plain);
            };
        }
        // The first one is the key: the signatures are those of its current text.
        Secret all = Objects.requireNonNullElse(key.secret(), secrets.get(0));
        for (Secret secret : secrets) {
            all = all == secret ? all : all.combine(secret, (first, unused) -> first);
        }
        Secret value = all.map(known -> Objects.requireNonNullElse(rendered(text, signing, known), ""));
        return switch (location) {
            case BODY -> CustomAuth.bodyField(name, value).apply(others);
            case QUERY -> others.query(name, value);
            case HEADER -> others.header(name, value);
        };
    }

    /** Returns the secrets that a text has, including the key if it has a signature. */
    private Stream<Secret> secrets(PillText text) {
        return text.names().stream().flatMap(name -> {
            String signature = HmacTexts.ofHex(name);
            PillText further = texts.signatures().get(signature);
            if (texts.computed().containsKey(name)) {
                return secrets(texts.computed().get(name));
            }
            if (further != null || HmacTexts.isSignature(name)) {
                Secret secret = key.secret();
                return secret != null && further == null
                        ? Stream.of(secret)
                        : Stream.concat(Stream.ofNullable(secret), secrets(further == null ? template : further));
            }
            return values.get(name) instanceof Secret secret ? Stream.of(secret) : Stream.of();
        });
    }

    /** Renders a text with the given text of the key; null for a sample of the signatures. */
    private @Nullable String rendered(PillText text, Signing signing, @Nullable String known) {
        return text.render(name -> value(name, signing, known));
    }

    private @Nullable Object value(String name, Signing signing, @Nullable String known) {
        if (AttemptValues.isIn(AttemptValues.NAMES, name)) {
            return signing.attempt.value(name);
        }
        if (texts.computed().containsKey(name)) {
            return rendered(texts.computed().get(name), signing, known);
        }
        String signature = HmacTexts.ofHex(name);
        PillText further = texts.signatures().get(signature);
        if (further != null || HmacTexts.isSignature(name)) {
            if (known == null) {
                return "00";
            }
            byte[] bytes = signed(signature, further, signing, known);
            return signature.equals(name) ? HexFormat.of().formatHex(bytes) : base64(bytes);
        }
        return values.get(name) instanceof Secret secret ? secret.reveal() : values.get(name);
    }

    /** Signs a text, or the template, once per attempt and key. */
    private byte[] signed(String name, @Nullable PillText further, Signing signing, String known) {
        synchronized (signing.signatures) {
            byte[] bytes = signing.signatures.get(List.of(name, known));
            if (bytes == null) {
                byte[] toSign = further == null ? signing.toSign : further.bytes(inner -> value(inner, signing, known));
                bytes = key.sign(known, toSign, inner -> value(inner, signing, known));
                signing.signatures.put(List.of(name, known), bytes);
            }
            return bytes;
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** Omits the key and the values. */
    @Override
    public String toString() {
        return key.subject();
    }
}
