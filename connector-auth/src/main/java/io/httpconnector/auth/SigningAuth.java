package io.httpconnector.auth;

import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.HmacTexts.Location;

/**
 * A strategy that signs each attempt: a template defines the signed text, and further texts send the signature. Immutable: each
 * method returns a new strategy.
 *
 * <p>The pills of the texts are {@code method}; {@code url}, {@code scheme}, {@code host}, {@code path}, {@code query} (empty if
 * there is none) and {@code target} (path, and query with its question mark), as they are sent, with the parameters of this
 * strategy that do not have the signature; {@code queryCanonical}, the parameters sorted and percent-encoded, and {@code
 * queryConcatenated}, their names and values sorted, without separators; {@code parameters}, {@code queryParameters} and {@code
 * bodyParameters}, sorted lists of the parameters of query and body (a form, or the members of a JSON object) for the filters
 * {@code pairs}, {@code without} and {@code withoutEmpty}; {@code header.Name}, a header field, also one of this strategy without
 * the signature; {@code type}, the media type; {@code body}, and its digests {@code bodySha256Hex}, {@code bodySha256Base64},
 * {@code bodyMd5Base64}; {@code time} (seconds since 1970), {@code timeMillis}, {@code timeIso}, {@code timeHttp}; and {@code
 * nonce}, unique for each attempt. Header fields, query parameters and body fields can also use {@code signature} (hexadecimal)
 * and {@code signatureBase64}.
 *
 * @param <S> the strategy
 */
public abstract sealed class SigningAuth<S extends SigningAuth<S>> implements AuthStrategy
        permits HmacAuth, SignatureAuth {

    private final RequestSigner signer;

    SigningAuth(RequestSigner signer) {
        this.signer = signer;
    }

    /** Returns a strategy with another signer. */
    abstract S with(RequestSigner other);

    final RequestSigner signer() {
        return signer;
    }

    /**
     * Replaces the template. It can also use computed values and signatures that were added before:
     * {@code computed("sent", "{{timeMillis}}{{body}}").template("{{path}}{{sent | sha256 | bytes}}")}.
     *
     * @param text the template of the signed text
     * @return a new strategy
     * @throws InvalidDefinitionException if a pill is unknown, or is computed from the signature
     */
    public final S template(String text) {
        return with(signer.template(text));
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
    public final S computed(String name, String text) {
        return with(signer.computed(name, text));
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
    public final S signature(String name, String text) {
        return with(signer.signature(name, text));
    }

    /**
     * Sends a header field.
     *
     * @param name the field name
     * @param text its value, with pills
     * @return a new strategy
     * @throws InvalidDefinitionException if a pill is unknown, or the name can't be sent
     */
    public final S header(String name, String text) {
        Request.get("/").header(name == null ? "" : name, "");
        return with(signer.sending(Location.HEADER, name, text));
    }

    /**
     * Sends a query parameter. It is part of the pills {@code query}, {@code target} and {@code url}, unless it has the signature.
     *
     * @param name the parameter name
     * @param text its value, with pills
     * @return a new strategy
     * @throws InvalidDefinitionException if a pill is unknown
     */
    public final S query(String name, String text) {
        return with(signer.sending(Location.QUERY, name, text));
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
    public final S bodyField(String name, String text) {
        return with(signer.sending(Location.BODY, name, text));
    }

    /**
     * Sets the time source by which requests are signed, for tests. Default: the system time.
     *
     * @param timeSource the time source
     * @return a new strategy
     */
    public final S timeSource(TimeSource timeSource) {
        return with(signer.timeSource(timeSource));
    }

    /** Adds first what does not have the signature, as the signature can cover it. All have the same time and nonce. */
    @Override
    public final Request apply(Request request) {
        return signer.sign(request);
    }

    @Override
    public String toString() {
        return getClass().getSimpleName();
    }
}
