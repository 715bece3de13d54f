package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.webhook.ChallengeHandshake.ChallengeCode;
import io.httpconnector.webhook.ChallengeHandshake.ChallengeCondition;
import io.httpconnector.webhook.ChallengeHandshake.ChallengeEncryption;
import io.httpconnector.webhook.ChallengeHandshake.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Builder for handshakes in which a service sends a challenge and expects it in the response, as it is or as an HMAC.
 *
 * <pre>{@code
 * Handshakes.challenge(ValueSelector.body("/challenge"))
 *         .when(ValueSelector.body("/type"), "verification")
 *         .responseJson("{\"challenge\": \"{{challenge}}\"}")
 *         .build()
 * }</pre>
 *
 * <p>Not thread-safe; the handshakes it builds are.
 */
public final class ChallengeBuilder {

    private static final List<String> ALGORITHMS = List.of("HmacSHA1", "HmacSHA256", "HmacSHA384", "HmacSHA512");

    private final ValueSelector location;
    private @Nullable String method;
    private final List<ChallengeCondition> conditions = new ArrayList<>();
    private @Nullable Token token;
    private @Nullable ChallengeCode code;
    private @Nullable ChallengeEncryption encryption;
    private boolean verified;
    private @Nullable Verifier verifier;
    private @Nullable ObjectNode responseJson;
    private @Nullable String responseHeader;
    private final List<String> problems = new ArrayList<>();

    ChallengeBuilder(ValueSelector location) {
        this.location = location;
    }

    /**
     * Sets the method of the request.
     *
     * @param method such as {@code GET}; any method by default
     * @return this builder
     */
    public ChallengeBuilder method(String method) {
        this.method = Arguments.notNull(method, "method of a challenge");
        return this;
    }

    /**
     * Adds a condition: another value of the request by which a challenge differs from an event.
     *
     * @param selector the location, such as {@code ValueSelector.body("/type")}
     * @param value the required value
     * @return this builder
     */
    public ChallengeBuilder when(ValueSelector selector, String value) {
        conditions.add(new ChallengeCondition(
                Arguments.notNull(selector, "location of a condition"),
                Arguments.notNull(value, "value of a condition")));
        return this;
    }

    /**
     * Requires a token that was configured at the service; the response to another one is 403.
     *
     * @param selector the location, such as {@code ValueSelector.query("hub.verify_token")}
     * @param secret the token
     * @return this builder
     */
    public ChallengeBuilder token(ValueSelector selector, Secret secret) {
        this.token = new Token(
                Arguments.notNull(selector, "location of the token"),
                Arguments.notNull(secret, "token of a challenge"));
        return this;
    }

    /**
     * Computes an HMAC of the challenge, for the placeholder {@code hmac} of the response. Unless the challenge is {@link
     * #verified}, it must consist of letters, digits and {@code -._~+/=}, and be no JSON: otherwise anyone could have bodies
     * signed. For the same reason, the receiver then rejects a secret of its verifiers, unless these sign the whole body and it
     * is JSON.
     *
     * @param algorithm {@code HmacSHA256}, {@code HmacSHA1}, {@code HmacSHA384} or {@code HmacSHA512}
     * @param secret the key
     * @param encoding {@code hex}, {@code base64} or {@code base64url}
     * @return this builder
     */
    public ChallengeBuilder hmac(String algorithm, Secret secret, String encoding) {
        if (!ALGORITHMS.contains(algorithm)) {
            problems.add("hmac: the algorithm " + algorithm + " is unknown, use one of " + ALGORITHMS);
        }
        BinaryEncoding chosen = null;
        for (BinaryEncoding one : BinaryEncoding.values()) {
            chosen = one.name().toLowerCase(Locale.ROOT).equals(encoding) ? one : chosen;
        }
        if (chosen == null) {
            problems.add("hmac: the encoding " + encoding + " is unknown, use hex, base64 or base64url");
        } else {
            this.code = new ChallengeCode(algorithm, Arguments.notNull(secret, "key of an HMAC"), chosen);
        }
        return this;
    }

    /**
     * Declares that the service encrypts challenges like events, see {@link SignatureBuilder#encrypted}: the locations of the
     * challenge, of the token and of conditions refer to the decrypted body.
     *
     * @param selector the location of the encrypted text in the body, such as {@code ValueSelector.body("/encrypt")}; a body
     *     without it is not encrypted
     * @param secret the secret from which the key is made
     * @param key the template of the key, such as <code>{{secret | sha256 | bytes}}</code>
     * @return this builder
     */
    public ChallengeBuilder encrypted(ValueSelector selector, Secret secret, String key) {
        return encrypted(BodyEncryption.aes(selector, key), secret);
    }

    /**
     * Declares that the service encrypts challenges. If the location of the encrypted text is that of the challenge, such as a
     * query parameter of WeCom, the challenge is the decrypted text: at most 1000 letters, digits and {@code -._~+/=}; it must be
     * signed, see {@link #verifiedBy} and {@link #verified}. Otherwise the
     * locations of the challenge, of the token and of conditions refer to the decrypted body.
     *
     * @param challenges such as {@code BodyEncryption.aes(ValueSelector.query("echostr"), "{{secret | decodeBase64 |
     *     bytes}}").wecom(corporationId)}
     * @param secret the secret from which the key is made
     * @return this builder
     */
    public ChallengeBuilder encrypted(BodyEncryption challenges, Secret secret) {
        this.encryption = new ChallengeEncryption(
                Arguments.notNull(challenges, "encryption of challenges"),
                Arguments.notNull(secret, "secret of the encryption"));
        return this;
    }

    /**
     * Requires a signature that differs from those of events, such as that of an encrypted challenge in the query of a GET request
     * (WeCom): the response to a challenge that the verifier rejects is 401.
     *
     * @param signature verifies the challenge
     * @return this builder
     */
    public ChallengeBuilder verifiedBy(Verifier signature) {
        this.verifier = Arguments.notNull(signature, "verifier of a challenge");
        return this;
    }

    /**
     * Responds only to challenges that the verifiers of the receiver accept, for services that sign them like events.
     *
     * @return this builder
     */
    public ChallengeBuilder verified() {
        this.verified = true;
        return this;
    }

    /**
     * Sets a JSON response instead of the challenge as text.
     *
     * @param json a JSON object whose strings may contain <code>{{challenge}}</code> and <code>{{hmac}}</code>
     * @return this builder
     */
    public ChallengeBuilder responseJson(String json) {
        try {
            return responseJson(JsonSupport.parse(Arguments.notNull(json, "response to a challenge")));
        } catch (InvalidDefinitionException e) {
            problems.add("responseJson: it is not valid JSON");
            return this;
        }
    }

    ChallengeBuilder responseJson(JsonNode json) {
        if (json instanceof ObjectNode object) {
            this.responseJson = object.deepCopy();
            checkPlaceholders(object);
        } else {
            problems.add("responseJson: it is not a JSON object");
        }
        return this;
    }

    private void checkPlaceholders(JsonNode template) {
        if (template.isTextual()) {
            Placeholder.compile(template.textValue(), "responseJson", problems, text -> {}, placeholder -> {
                boolean known = placeholder.name().equals("challenge")
                        || placeholder.name().equals("hmac");
                if (!known || !placeholder.filters().isEmpty()) {
                    problems.add("responseJson: {{" + Texts.visible(placeholder.name())
                            + "}} is unknown or has a filter, use {{challenge}} or {{hmac}}");
                }
            });
        }
        template.forEach(this::checkPlaceholders);
    }

    /**
     * Returns the challenge in a header field of an empty response.
     *
     * @param name the name of the header field
     * @return this builder
     */
    public ChallengeBuilder responseHeader(String name) {
        this.responseHeader = name;
        return this;
    }

    /**
     * Builds the handshake.
     *
     * @return the handshake
     * @throws InvalidDefinitionException if a setting is invalid; reports all problems
     */
    public Handshake build() {
        List<String> all = new ArrayList<>(problems);
        if (encryption != null) {
            encryption.check(location, all);
        }
        if (encryption != null && encryption.isChallenge(location) && !verified && verifier == null) {
            all.add(
                    "encrypted: anyone could have texts decrypted; use verifiedBy(...), or verified() if the service signs its"
                            + " challenges like events");
        }
        if (verified && verifier != null) {
            all.add("verifiedBy: it contradicts verified(), use one of them");
        }
        if (responseJson != null && responseHeader != null) {
            all.add("responseHeader: it contradicts responseJson(...)");
        }
        if (responseHeader != null) {
            try {
                var unused = ValueSelector.header(responseHeader);
            } catch (InvalidDefinitionException e) {
                e.problems().forEach(problem -> all.add("responseHeader: " + problem));
            }
        }
        boolean usesHmac = responseJson != null && responseJson.toString().contains("{{hmac}}");
        if (code != null && !usesHmac && problems.isEmpty()) {
            all.add("hmac: the response does not contain {{hmac}}, use responseJson(...)");
        }
        if (code == null && usesHmac && problems.isEmpty()) {
            all.add("responseJson: {{hmac}} requires hmac(...)");
        }
        if (!all.isEmpty()) {
            throw new InvalidDefinitionException("handshake", all);
        }
        return new ChallengeHandshake(
                location,
                method,
                List.copyOf(conditions),
                token,
                code,
                encryption,
                verified,
                verifier,
                responseJson,
                responseHeader,
                ChallengeGuard.NONE,
                TimeSource.SYSTEM);
    }
}
