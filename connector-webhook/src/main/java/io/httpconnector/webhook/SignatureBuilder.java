package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.Arguments;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builder for verifiers of signatures, configured to the signature scheme of a service.
 *
 * <pre>{@code
 * Signatures.hmac("HmacSHA256", secret)
 *         .signature(ValueSelector.header("X-Acme-Signature").items(",").after("v1="))
 *         .timestamp(ValueSelector.header("X-Acme-Signature").items(",").after("t="))
 *         .content("{{timestamp}}.{{body}}")
 *         .build()
 * }</pre>
 *
 * <p>Not thread-safe; the verifiers it builds are.
 */
public final class SignatureBuilder {

    final String algorithm;
    final List<Secret> secrets;
    final @Nullable PublicKeys publicKeys;
    List<String> alternativeAlgorithms = List.of();
    String secretEncoding = "utf8";
    String secretPrefix = "";
    String key = "{{secret}}";
    List<ValueSelector> signatures = List.of();
    String encoding = "hex";
    String content = "{{body}}";
    List<String> sortedContent = List.of();
    List<String> contentFilters = List.of();
    final Map<String, Secret> namedSecrets = new LinkedHashMap<>();

    @Nullable SignedFields fields;

    @Nullable SignedHeaders signedHeaders;

    @Nullable BodyEncryption encryption;

    boolean urlVariants;
    boolean decompressed;

    @Nullable ValueSelector timestamp;

    String timeUnit = "seconds";
    Duration tolerance = Duration.ofMinutes(5);

    @Nullable ValueSelector id;

    @Nullable ValueSelector bodyHash;

    String bodyHashAlgorithm = "SHA-256";
    String bodyHashEncoding = "hex";
    boolean bodiesRepeat;
    boolean bodiesAreUnique;

    @Nullable ValueSelector eventId;

    @Nullable ValueSelector eventType;

    SignatureBuilder(String algorithm, List<Secret> secrets, @Nullable PublicKeys publicKeys) {
        this.algorithm = algorithm;
        this.secrets = secrets;
        this.publicKeys = publicKeys;
    }

    /**
     * Returns the configuration as JSON, to be stored: everything except the secrets and keys.
     *
     * @return JSON that {@link Signatures#definition} reads
     */
    public ObjectNode toJson() {
        return SignatureDefinitionCodec.toJson(this);
    }

    /**
     * Sets the location of the signature. If there are several signatures, one valid signature is sufficient.
     *
     * @param locations such as {@code ValueSelector.header("X-Signature")}; if there are several, all are searched
     * @return this builder
     */
    public SignatureBuilder signature(ValueSelector... locations) {
        this.signatures = Arguments.all(locations, "locations of a signature");
        return this;
    }

    /**
     * Sets the encoding of the signature.
     *
     * @param encoding {@code hex} (the default), {@code base64} or {@code base64url}
     * @return this builder
     */
    public SignatureBuilder encoding(String encoding) {
        this.encoding = encoding;
        return this;
    }

    /**
     * Sets further HMACs by which the service may sign, depending on its settings.
     *
     * @param algorithms such as {@code HmacSHA256}
     * @return this builder
     */
    public SignatureBuilder alternativeAlgorithms(String... algorithms) {
        this.alternativeAlgorithms = Arguments.all(algorithms, "alternative algorithms");
        return this;
    }

    /**
     * Sets the encoding of the secrets.
     *
     * @param encoding {@code utf8} (the default), {@code hex}, {@code base64} (in either alphabet), {@code base64url}, or {@code
     *     base64-or-utf8} for services whose secrets may have either form
     * @return this builder
     */
    public SignatureBuilder secretEncoding(String encoding) {
        this.secretEncoding = encoding;
        return this;
    }

    /**
     * Sets a prefix of the secrets that is not part of the key. A secret without this prefix is used as a whole.
     *
     * @param prefix such as {@code whsec_}; empty by default
     * @return this builder
     */
    public SignatureBuilder secretPrefix(String prefix) {
        this.secretPrefix = Arguments.notNull(prefix, "prefix of the secrets");
        return this;
    }

    /**
     * Sets the template of the key. Its placeholder is {@code secret}, the decoded secret, with the filters of {@link #content}.
     *
     * @param template <code>{{secret}}</code> by default; such as <code>{{secret}}&amp;</code> or <code>{{secret | sha1 |
     *     bytes}}</code>
     * @return this builder
     */
    public SignatureBuilder key(String template) {
        this.key = Arguments.notNull(template, "template of the key");
        return this;
    }

    /**
     * Sets the template of the signed content. Its placeholders are {@code body}, {@code timestamp} and {@code id}, each exactly
     * as received; {@code method}; {@code url}, the public URL with its query; {@code path}, {@code query}, and {@code target}
     * for both; {@code header.NAME}, {@code query.NAME}, {@code form.NAME} and {@code body./POINTER}, a value by its name or JSON
     * Pointer, empty if it is missing; {@code form}, the fields of a form sorted by name, each name followed by its value; {@code
     * signedHeaders} and {@code signedHeaderNames}, see {@link #signedHeaders}; {@code bodySha256}, in hexadecimal; {@code bodyCrc32}, a decimal number; and
     * {@code secret}.
     *
     * <p>If the content has fields of the body instead of the body, the payload of an event consists of these fields, as texts.
     *
     * <p>Filters follow a vertical bar, as in <code>{{body | sha512 | base64}}</code>: {@code md5}, {@code sha1}, {@code sha256},
     * {@code sha384}, {@code sha512}, each in hexadecimal or followed by {@code base64}, {@code base64url} or {@code bytes};
     * {@code lower} and {@code upper}; {@code sorted} for a query, by name; {@code decodeReserved} for a URL, whose
     * percent-encoded {@code :/?@!$'()*,;} are decoded; {@code escaped} for a target, which is percent-encoded again, its path
     * once and its query twice.
     *
     * @param template <code>{{body}}</code> by default
     * @return this builder
     */
    public SignatureBuilder content(String template) {
        this.content = template;
        return this;
    }

    /**
     * Sets the parts of the signed content, which are sorted by their values and then joined, instead of {@link #content}.
     *
     * @param templates the templates of the parts, such as <code>{{secret}}</code> and <code>{{query.nonce}}</code>
     * @return this builder
     */
    public SignatureBuilder sortedContent(String... templates) {
        this.sortedContent = Arguments.all(templates, "templates of the sorted content");
        return this;
    }

    /**
     * Sets filters of the whole content, such as those of ECPay: {@code dotNetEncoded}, which escapes like {@code
     * HttpUtility.UrlEncode} of .NET, and {@code lower}. A signature of converted content does not protect the case of letters: a
     * warning is logged.
     *
     * @param filters the filters of {@link #content}, applied in this order
     * @return this builder
     */
    public SignatureBuilder contentFilters(String... filters) {
        this.contentFilters = Arguments.all(filters, "filters of the content");
        return this;
    }

    /**
     * Adds a secret beside those that sign, for services with several: the placeholder <code>{{secret.NAME}}</code> of {@link #content}
     * and of the key of {@link #encrypted(BodyEncryption)}.
     *
     * @param name the name, of letters, digits, hyphens and underscores
     * @param secret the secret, in UTF-8
     * @return this builder
     */
    public SignatureBuilder namedSecret(String name, Secret secret) {
        namedSecrets.put(
                Arguments.notNull(name, "name of a secret"), Arguments.notNull(secret, "secret of a signature"));
        return this;
    }

    /**
     * Sets the list of all fields of a form, for the placeholders {@code fields} and {@code fieldCount} of the content. The payload
     * of an event consists of these fields.
     *
     * @param list the list
     * @return this builder
     */
    public SignatureBuilder fields(SignedFields list) {
        this.fields = Arguments.notNull(list, "list of the signed fields");
        return this;
    }

    /**
     * Sets the header fields that each request lists and signs: the placeholders {@code signedHeaders} of the content, names in
     * lower case in the order of the list, and {@code signedHeaderNames}, the list as received. The fields of timestamp, id and hash of the body must be in the list.
     *
     * @param list the location of the names, separated by spaces, commas or semicolons
     * @param nameEnd the text between a name and its value, such as {@code :}; if it is empty, only the values are signed
     * @param separator the text between two fields, such as a line feed
     * @return this builder
     */
    public SignatureBuilder signedHeaders(ValueSelector list, String nameEnd, String separator) {
        this.signedHeaders = new SignedHeaders(
                Arguments.notNull(list, "list of the signed header fields"),
                Arguments.notNull(nameEnd, "end of the name of a signed header field"),
                Arguments.notNull(separator, "separator of the signed header fields"));
        return this;
    }

    /**
     * Declares that the service may sign the URL with or without its default port, and with an apostrophe of the query as {@code
     * '} or {@code %27}.
     *
     * @return this builder
     */
    public SignatureBuilder urlVariants() {
        this.urlVariants = true;
        return this;
    }

    /**
     * Declares that the service compresses bodies by gzip after it has signed them.
     *
     * @return this builder
     */
    public SignatureBuilder decompressed() {
        this.decompressed = true;
        return this;
    }

    /**
     * Declares that the service encrypts bodies by AES in CBC mode, after their initialization vector and in base64. The payload
     * of an event, its id, type and key are those of the decrypted body. A body without a text at this location is not encrypted;
     * it is accepted only if the signature covers the whole body.
     *
     * @param location the location of the encrypted text in the body, such as {@code ValueSelector.body("/encrypt")}, which must
     *     be signed
     * @param key the template of the key, such as <code>{{secret | sha256 | bytes}}</code>, with the placeholder and the filters
     *     of {@link #key}; the key has 16, 24 or 32 bytes
     * @return this builder
     */
    public SignatureBuilder encrypted(ValueSelector location, String key) {
        return encrypted(BodyEncryption.aes(location, key));
    }

    /**
     * Declares that the service encrypts bodies. The payload of an event, its id, type and key are those of the decrypted body. A
     * body without a text at the location is not encrypted; it is accepted only if the signature covers the whole body.
     *
     * @param bodies such as {@code BodyEncryption.aes(ValueSelector.body("/Encrypt"), "{{secret.aesKey | decodeBase64 |
     *     bytes}}").wecom(corporationId)}; the encrypted text must be signed
     * @return this builder
     */
    public SignatureBuilder encrypted(BodyEncryption bodies) {
        this.encryption = Arguments.notNull(bodies, "encryption of bodies");
        return this;
    }

    /**
     * Sets the location of the time at which the request was signed. A timestamp that is too old, or in the future, is rejected.
     * It must be signed, either by its placeholder in the content or as part of the body.
     *
     * @param location such as {@code ValueSelector.header("X-Timestamp")}
     * @return this builder
     */
    public SignatureBuilder timestamp(ValueSelector location) {
        this.timestamp = location;
        return this;
    }

    /**
     * Sets the format of the timestamp.
     *
     * @param unit {@code seconds} since 1970 (the default), {@code millis} since 1970, {@code seconds-or-millis}, {@code iso} (ISO
     *     8601 with offset), or {@code http-date} (RFC 9110, section 5.6.7)
     * @return this builder
     */
    public SignatureBuilder timestampUnit(String unit) {
        this.timeUnit = unit;
        return this;
    }

    /**
     * Sets the maximum difference between the timestamp and the time of arrival, in both directions.
     *
     * @param tolerance 1 second to 7 days; 5 minutes by default
     * @return this builder
     */
    public SignatureBuilder tolerance(Duration tolerance) {
        this.tolerance = tolerance;
        return this;
    }

    /**
     * Sets the location of the id that is signed as well.
     *
     * @param location such as {@code ValueSelector.header("webhook-id")}
     * @return this builder
     */
    public SignatureBuilder id(ValueSelector location) {
        this.id = location;
        return this;
    }

    /**
     * Sets the location of the hash of the body, for services that sign this hash instead of the body: SHA-256 in hexadecimal, or
     * see {@link #bodyHashFormat}. If the content includes the fields of a form, the body is a form if the hash is missing.
     *
     * @param location such as {@code ValueSelector.query("bodySHA256")}, which must be signed
     * @return this builder
     */
    public SignatureBuilder bodyHash(ValueSelector location) {
        this.bodyHash = location;
        return this;
    }

    /**
     * Sets the format of the hash of the body.
     *
     * @param algorithm {@code SHA-256} (the default), {@code SHA-384}, {@code SHA-512}, {@code SHA-1} or {@code MD5}
     * @param encoding {@code hex} (the default), {@code base64} or {@code base64url}
     * @return this builder
     */
    public SignatureBuilder bodyHashFormat(String algorithm, String encoding) {
        this.bodyHashAlgorithm = Arguments.notNull(algorithm, "algorithm of the hash of the body");
        this.bodyHashEncoding = Arguments.notNull(encoding, "encoding of the hash of the body");
        return this;
    }

    /**
     * Declares that the service may send the same body for different events, such as "something has changed". Without an id, each
     * request then counts as a new event, even if it is a repetition.
     *
     * @return this builder
     */
    public SignatureBuilder bodiesRepeat() {
        this.bodiesRepeat = true;
        return this;
    }

    /**
     * Declares that two events never have the same body, apart from the signature and its time: a retry that is signed again, at
     * another time, is then recognised without an id.
     *
     * @return this builder
     */
    public SignatureBuilder bodiesAreUnique() {
        this.bodiesAreUnique = true;
        return this;
    }

    /**
     * Sets the location of the event id, unless the receiver sets one. It is used only if it is signed.
     *
     * @param location such as {@code ValueSelector.body("/id")}
     * @return this builder
     */
    public SignatureBuilder eventId(ValueSelector location) {
        this.eventId = location;
        return this;
    }

    /**
     * Sets the location of the event type, unless the receiver sets one. It is used only if it is signed.
     *
     * @param location such as {@code ValueSelector.body("/type")}
     * @return this builder
     */
    public SignatureBuilder eventType(ValueSelector location) {
        this.eventType = location;
        return this;
    }

    /**
     * Builds the verifier.
     *
     * @return the verifier
     * @throws InvalidDefinitionException if a setting is missing or invalid; reports all problems
     */
    public Verifier build() {
        return new SignatureCompiler(this).build();
    }

    /** Builds the verifier of the signatures alone, without warnings. */
    SignatureVerifier buildVerifier() {
        return new SignatureCompiler(this).verifier();
    }
}
