package io.httpconnector.auth;

import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.internal.AttemptValues;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.text.PillToken;
import io.httpconnector.template.PillText;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
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
 * {@code target} (path, and query with its question mark), as they are sent; {@code type}, the media type; {@code body}, and its
 * digests {@code bodySha256Hex}, {@code bodySha256Base64}, {@code bodyMd5Base64}; {@code time} (seconds since 1970),
 * {@code timeMillis}, {@code timeIso}, {@code timeHttp}; and {@code nonce}, unique for each attempt. Header fields and query
 * parameters can also use {@code signature} (hexadecimal) and {@code signatureBase64}.
 */
public final class HmacAuth implements AuthStrategy {

    private static final Set<String> ALGORITHMS =
            Set.of("HmacSHA256", "HmacSHA512", "HmacSHA384", "HmacSHA1", "HmacMD5");
    private static final Set<String> SIGNATURES = Set.of("signature", "signatureBase64");

    private final String algorithm;
    private final Secret key;
    private final Function<String, byte[]> keyBytes;
    private final PillText template;
    private final Map<String, ?> values;
    /** Texts by the name of the value that they compute. */
    private final Map<String, PillText> computed;

    private final Map<String, PillText> headers;
    private final Map<String, PillText> queries;
    private final TimeSource timeSource;

    private HmacAuth(
            String algorithm,
            Secret key,
            Function<String, byte[]> keyBytes,
            PillText template,
            Map<String, ?> values,
            Map<String, PillText> computed,
            Map<String, PillText> headers,
            Map<String, PillText> queries,
            TimeSource timeSource) {
        this.algorithm = algorithm;
        this.key = key;
        this.keyBytes = keyBytes;
        this.template = template;
        this.values = values;
        this.computed = computed;
        this.headers = headers;
        this.queries = queries;
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
        if (algorithm == null || !ALGORITHMS.contains(algorithm)) {
            throw invalid("algorithm: it must be one of " + new TreeSet<>(ALGORITHMS));
        }
        if (key == null) {
            throw invalid("key: it is null");
        }
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
        PillText compiled = compiled("template", template, names);
        return new HmacAuth(
                algorithm,
                key,
                text -> text.getBytes(StandardCharsets.UTF_8),
                compiled,
                Map.copyOf(values),
                Map.of(),
                Map.of(),
                Map.of(),
                TimeSource.SYSTEM);
    }

    /**
     * Decodes the key from Base64.
     *
     * @return a new strategy
     */
    public HmacAuth keyIsBase64() {
        return withKey(text -> Base64.getDecoder().decode(text));
    }

    /**
     * Decodes the key from hexadecimal.
     *
     * @return a new strategy
     */
    public HmacAuth keyIsHex() {
        return withKey(text -> HexFormat.of().parseHex(text));
    }

    private HmacAuth withKey(Function<String, byte[]> decoder) {
        return new HmacAuth(algorithm, key, decoder, template, values, computed, headers, queries, timeSource);
    }

    /**
     * Computes a value from others, also from the signature, for the header fields and query parameters that are added
     * afterwards: {@code computed("pair", "{{user}}:{{signature}}").header("Authorization", "Basic {{pair | base64}}")}.
     *
     * @param name the name of the pill
     * @param text its value, with pills
     * @return a new strategy
     * @throws InvalidDefinitionException if a pill is unknown, or the name is reserved
     */
    public HmacAuth computed(String name, String text) {
        if (name == null || names().contains(name)) {
            throw invalid("computed value " + name + ": this name is reserved: use another one");
        }
        return new HmacAuth(
                algorithm, key, keyBytes, template, values, with(computed, name, text), headers, queries, timeSource);
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
        return new HmacAuth(
                algorithm, key, keyBytes, template, values, computed, with(headers, name, text), queries, timeSource);
    }

    /**
     * Sends a query parameter. It is not part of the signed text.
     *
     * @param name the parameter name
     * @param text its value, with pills
     * @return a new strategy
     * @throws InvalidDefinitionException if a pill is unknown
     */
    public HmacAuth query(String name, String text) {
        return new HmacAuth(
                algorithm, key, keyBytes, template, values, computed, headers, with(queries, name, text), timeSource);
    }

    /**
     * Sets the time source by which requests are signed, for tests. Default: the system time.
     *
     * @param timeSource the time source
     * @return a new strategy
     */
    public HmacAuth timeSource(TimeSource timeSource) {
        return new HmacAuth(algorithm, key, keyBytes, template, values, computed, headers, queries, timeSource);
    }

    private Map<String, PillText> with(Map<String, PillText> known, String name, String text) {
        Map<String, PillText> all = new LinkedHashMap<>(known);
        all.put(name, compiled(name, text, names()));
        return all;
    }

    /** Returns the names of the pills in header fields and query parameters. */
    private Set<String> names() {
        Set<String> names = new TreeSet<>(AttemptValues.NAMES);
        names.addAll(SIGNATURES);
        names.addAll(values.keySet());
        names.addAll(computed.keySet());
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

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("HMAC signature", List.of(problem));
    }

    @Override
    public Request apply(Request request) {
        AttemptValues attempt = AttemptValues.of(request, timeSource.now());
        byte[] toSign = toSign(request, attempt);
        Secret signature = key.map(text -> HexFormat.of().formatHex(Hashing.hmac(algorithm, decoded(text), toSign)));
        Request signed = request;
        for (Map.Entry<String, PillText> header : headers.entrySet()) {
            Secret value = sent(header.getValue(), attempt, signature);
            signed = value == null ? signed : signed.header(header.getKey(), value);
        }
        for (Map.Entry<String, PillText> query : queries.entrySet()) {
            Secret value = sent(query.getValue(), attempt, signature);
            signed = value == null ? signed : signed.query(query.getKey(), value);
        }
        return signed;
    }

    /** Renders the template; the body byte by byte, as it need not be text. */
    private byte[] toSign(Request request, AttemptValues attempt) {
        return template.bytes(name -> name.equals("body") ? AttemptValues.body(request) : value(name, attempt));
    }

    private byte[] decoded(String text) {
        try {
            return keyBytes.apply(text);
        } catch (IllegalArgumentException e) {
            // The cause would quote the key.
            throw invalid("key: it is not valid Base64 or hexadecimal, as declared");
        }
    }

    /** Returns the value to send, or null if it is omitted. Masking it also masks the secrets in it. */
    private @Nullable Secret sent(PillText text, AttemptValues attempt, Secret signature) {
        Secret all = signature;
        for (Secret secret : secrets(text).toList()) {
            all = all.combine(secret, (hex, unused) -> hex);
        }
        boolean isEmpty = "".equals(Objects.requireNonNullElse(rendered(text, attempt, "00"), ""));
        return isEmpty ? null : all.map(hex -> Objects.requireNonNullElse(rendered(text, attempt, hex), ""));
    }

    private Stream<Secret> secrets(PillText text) {
        return text.names().stream().flatMap(name -> {
            PillText inner = computed.get(name);
            if (inner != null) {
                return secrets(inner);
            }
            return values.get(name) instanceof Secret secret ? Stream.of(secret) : Stream.of();
        });
    }

    private @Nullable String rendered(PillText text, AttemptValues attempt, String hex) {
        return text.render(name -> switch (name) {
            case "signature" -> hex;
            case "signatureBase64" ->
                Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex));
            default -> computed.containsKey(name) ? rendered(computed.get(name), attempt, hex) : value(name, attempt);
        });
    }

    private @Nullable Object value(String name, AttemptValues attempt) {
        if (AttemptValues.NAMES.contains(name)) {
            return attempt.value(name);
        }
        return values.get(name) instanceof Secret secret ? secret.reveal() : values.get(name);
    }

    @Override
    public String toString() {
        return "HmacAuth";
    }
}
