package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.webhook.SignatureVerifier.Scheme;
import io.httpconnector.webhook.SignatureVerifier.TimeUnit;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Describes how a service signs its webhooks.
 *
 * <pre>{@code
 * Signatures.hmac("HmacSHA256", secret)
 *         .signature(Part.header("X-Acme-Signature").items(",").after("v1="))
 *         .timestamp(Part.header("X-Acme-Signature").items(",").after("t="))
 *         .content("{{timestamp}}.{{body}}")
 *         .build()
 * }</pre>
 *
 * <p>For one thread; what it builds is for many.
 */
public final class SignatureBuilder {

    private static final Set<String> HMACS = Set.of("HmacSHA1", "HmacSHA256", "HmacSHA384", "HmacSHA512");
    private static final Duration LONGEST_TOLERANCE = Duration.ofDays(1);

    private final String algorithm;
    private final List<Secret> secrets;
    private String secretEncoding = "utf8";
    private @Nullable Part signature;
    private String encoding = "hex";
    private String content = "{{body}}";
    private @Nullable Part timestamp;
    private String timeUnit = "seconds";
    private Duration tolerance = Duration.ofMinutes(5);
    private @Nullable Part id;

    SignatureBuilder(String algorithm, List<Secret> secrets) {
        this.algorithm = algorithm;
        this.secrets = secrets;
    }

    /**
     * Sets where the signature stands. When there are several, one that holds is enough.
     *
     * @param place such as {@code Part.header("X-Signature")}
     * @return this builder
     */
    public SignatureBuilder signature(Part place) {
        this.signature = place;
        return this;
    }

    /**
     * Sets how the signature is written.
     *
     * @param encoding {@code hex} (the default), {@code base64} or {@code base64url}
     * @return this builder
     */
    public SignatureBuilder encoding(String encoding) {
        this.encoding = encoding;
        return this;
    }

    /**
     * Sets how the text of the secrets stands for their bytes.
     *
     * @param encoding {@code utf8} (the default), {@code hex}, {@code base64} or {@code base64url}
     * @return this builder
     */
    public SignatureBuilder secretEncoding(String encoding) {
        this.secretEncoding = encoding;
        return this;
    }

    /**
     * Sets what is signed. The pills are {@code body}, as it came; {@code timestamp} and {@code id}, as they came;
     * {@code method}; {@code url}, the public URL with its query; {@code path} and {@code query}; {@code header.NAME}; {@code form},
     * the fields of a form sorted by their names, each name followed by its value; and {@code secret}.
     *
     * @param template {@code {{body}}} by default
     * @return this builder
     */
    public SignatureBuilder content(String template) {
        this.content = template;
        return this;
    }

    /**
     * Sets where the time stands at which it was signed: what is too old, or from the future, is refused. It protects only when the
     * content has it.
     *
     * @param place such as {@code Part.header("X-Timestamp")}
     * @return this builder
     */
    public SignatureBuilder timestamp(Part place) {
        this.timestamp = place;
        return this;
    }

    /**
     * Sets how the timestamp is written.
     *
     * @param unit {@code seconds} since 1970 (the default), {@code millis} since 1970 or {@code iso} (ISO 8601, with its offset)
     * @return this builder
     */
    public SignatureBuilder timestampUnit(String unit) {
        this.timeUnit = unit;
        return this;
    }

    /**
     * Sets how far the timestamp may be from the time at which the request comes, in both directions.
     *
     * @param tolerance 1 second to 24 hours; 5 minutes by default
     * @return this builder
     */
    public SignatureBuilder tolerance(Duration tolerance) {
        this.tolerance = tolerance;
        return this;
    }

    /**
     * Sets where the id stands that is signed too.
     *
     * @param place such as {@code Part.header("webhook-id")}
     * @return this builder
     */
    public SignatureBuilder id(Part place) {
        this.id = place;
        return this;
    }

    /**
     * Builds it.
     *
     * @return checks the signatures
     * @throws InvalidDefinitionException when something is missing or wrong: lists every problem
     */
    public Verifier build() {
        List<String> problems = new ArrayList<>();
        if (!HMACS.contains(algorithm)) {
            problems.add("algorithm: " + algorithm + " is unknown, use one of " + new TreeSet<>(HMACS));
        }
        if (secrets.isEmpty() || secrets.contains(null)) {
            problems.add("secrets: one is missing or null");
        }
        if (signature == null) {
            problems.add("signature: it is not said where it stands");
        }
        if (tolerance == null
                || tolerance.compareTo(Duration.ofSeconds(1)) < 0
                || tolerance.compareTo(LONGEST_TOLERANCE) > 0) {
            problems.add("tolerance: " + tolerance + " is out of range, use 1 second to 24 hours");
        }
        Encoding written = choice(Encoding.class, "encoding", encoding, problems);
        TimeUnit unit = choice(TimeUnit.class, "timestampUnit", timeUnit, problems);
        Encoding secretWritten = "utf8".equals(secretEncoding)
                ? null
                : choice(Encoding.class, "secretEncoding", secretEncoding, problems);
        SignedContent signed = SignedContent.of(content, problems);
        if (signed.uses("timestamp") && timestamp == null) {
            problems.add("content: {{timestamp}} is signed, but timestamp(...) does not say where it stands");
        }
        if (signed.uses("id") && id == null) {
            problems.add("content: {{id}} is signed, but id(...) does not say where it stands");
        }
        if (!problems.isEmpty() || signature == null || written == null || unit == null) {
            throw new InvalidDefinitionException("signature", problems);
        }
        Keys keys = new HmacKeys(algorithm, secrets, secret -> bytes(secret, secretWritten));
        return new SignatureVerifier(new Scheme(keys, signature, written, signed, timestamp, unit, tolerance, id));
    }

    private static <E extends Enum<E>> @Nullable E choice(
            Class<E> type, String what, String name, List<String> problems) {
        for (E value : type.getEnumConstants()) {
            if (value.name().toLowerCase(Locale.ROOT).equals(name)) {
                return value;
            }
        }
        List<String> names = new ArrayList<>();
        for (E value : type.getEnumConstants()) {
            names.add(value.name().toLowerCase(Locale.ROOT));
        }
        problems.add(what + ": " + name + " is unknown, use one of " + names);
        return null;
    }

    private static byte[] bytes(Secret secret, @Nullable Encoding encoding) {
        String text = secret.reveal();
        byte[] bytes = encoding == null ? text.getBytes(StandardCharsets.UTF_8) : encoding.decode(text);
        if (bytes == null || bytes.length == 0) {
            throw new InvalidDefinitionException("signature", List.of("secrets: one is not written as " + encoding));
        }
        return bytes;
    }
}
