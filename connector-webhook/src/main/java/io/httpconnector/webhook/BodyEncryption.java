package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.json.JsonObjectReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The encryption of bodies by a service: AES in CBC mode, in base64, as a text in the body. Immutable: each method returns a new
 * object.
 *
 * <pre>{@code
 * BodyEncryption.aes(ValueSelector.body("/encrypt"), "{{secret | sha256 | bytes}}")             // Lark
 * BodyEncryption.aes(ValueSelector.body("/Encrypt"), "{{secret.aesKey | decodeBase64 | bytes}}")
 *         .wecom("ww1436e0e65a779aee")                                                         // WeCom
 * }</pre>
 */
public final class BodyEncryption {

    private static final Set<Integer> KEY_LENGTHS = Set.of(16, 24, 32);
    private static final int WECOM_KEY_LENGTH = 32;
    private static final List<String> FORMATS = List.of("iv-first", "wecom");

    private final ValueSelector location;
    private final String key;
    private final boolean isWecom;
    private final @Nullable String receiver;
    private final @Nullable String response;

    private BodyEncryption(
            ValueSelector location, String key, boolean isWecom, @Nullable String receiver, @Nullable String response) {
        this.location = location;
        this.key = key;
        this.isWecom = isWecom;
        this.receiver = receiver;
        this.response = response;
    }

    /**
     * Creates an encryption whose text starts with the initialization vector; the padding is PKCS #7.
     *
     * @param location the location of the encrypted text, such as {@code ValueSelector.body("/encrypt")}
     * @param key the template of the key, which has 16, 24 or 32 bytes, such as <code>{{secret | sha256 | bytes}}</code>, with the
     *     placeholders <code>{{secret}}</code> and <code>{{secret.NAME}}</code> (see {@link SignatureBuilder#namedSecret}) and the filters of
     *     {@link SignatureBuilder#key}
     * @return the encryption
     */
    public static BodyEncryption aes(ValueSelector location, String key) {
        return new BodyEncryption(
                Arguments.notNull(location, "location of the encrypted text"),
                Arguments.notNull(key, "template of the key of the encryption"),
                false,
                null,
                null);
    }

    /**
     * Uses the format of WeCom, WeChat and DingTalk: the initialization vector is the start of the key, which has 32 bytes; the
     * plain text consists of 16 random bytes, the length of the message, the message, and the ID of the receiver, padded to blocks
     * of 32 bytes.
     *
     * @param receiverId the ID that must follow the message, such as the corporation ID, or the key of the app; a message for
     *     another receiver is rejected. Null to accept any
     * @return a new encryption
     */
    public BodyEncryption wecom(@Nullable String receiverId) {
        return new BodyEncryption(location, key, true, receiverId, response);
    }

    /**
     * Encrypts and signs the response to accepted events, as DingTalk requires: a JSON object with {@code msg_signature}, {@code
     * timeStamp}, {@code nonce} and {@code encrypt}. Requires {@link #wecom} with a receiver. If there are several secrets, the
     * first one signs.
     *
     * @param text the plain text, such as {@code success}
     * @return a new encryption
     */
    public BodyEncryption response(String text) {
        return new BodyEncryption(location, key, isWecom, receiver, Arguments.notNull(text, "text of the response"));
    }

    ValueSelector location() {
        return location;
    }

    /** The plain text of responses; null if they are not encrypted. */
    @Nullable String response() {
        return response;
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("location", location.toJson());
        json.put("key", key);
        if (isWecom) {
            json.put("format", "wecom");
        }
        if (receiver != null) {
            json.put("receiver", receiver);
        }
        return response == null ? json : json.put("response", response);
    }

    static @Nullable BodyEncryption read(JsonObjectReader reader) {
        // "location": The location of the encrypted text.
        ValueSelector location = reader.requiredObject("location", ValueSelector::read);
        // "key": The template of the key, such as `{{secret | sha256 | bytes}}`.
        String key = reader.requiredText("key");
        // "format": The format of the encrypted bytes: `iv-first`, the initialization vector before the text, or
        // `wecom`, that of
        // WeCom and DingTalk. Default: `iv-first`.
        String format = reader.oneOf("format", FORMATS);
        // "receiver": The ID of the receiver in a text in the format `wecom`; others are rejected. Default: any.
        String receiver = reader.text("receiver");
        // "response": The plain text of the response to accepted events, which is encrypted and signed, such as
        // `success`.
        // Default: responses are not encrypted.
        String response = reader.text("response");
        boolean isWecom = "wecom".equals(format);
        if (receiver != null && !isWecom) {
            reader.problem("receiver", "only a text in the format wecom has a receiver: set format, or omit it");
        }
        return location == null ? null : new BodyEncryption(location, key, isWecom, receiver, response);
    }

    /** Reports invalid settings; {@code secretNames} are the named secrets. */
    void check(Set<String> secretNames, List<String> problems) {
        if (location.type != ValueSelector.SelectorType.BODY) {
            problems.add("encrypted: " + location + " is not in the body, use body(...)");
        }
        checkKey(secretNames, problems);
    }

    /** Reports invalid settings that do not concern the location. */
    void checkKey(Set<String> secretNames, List<String> problems) {
        KeyTemplate.check(key, "encrypted, key", secretNames, problems);
        if (response != null && (!isWecom || receiver == null)) {
            problems.add("encrypted, response: only the format wecom with a receiver has encrypted responses");
        }
    }

    /**
     * Creates the key.
     *
     * @param secrets returns the bytes of a secret by the name of its placeholder
     * @throws InvalidDefinitionException if its length is invalid
     */
    byte[] keyBytes(Function<String, byte[]> secrets) {
        byte[] bytes = KeyTemplate.apply(key, secrets);
        if (isWecom ? bytes.length != WECOM_KEY_LENGTH : !KEY_LENGTHS.contains(bytes.length)) {
            throw new InvalidDefinitionException(
                    "encryption",
                    List.of("encrypted: the key has " + bytes.length + " bytes instead of "
                            + (isWecom
                                    ? "32; check its template, such as {{secret | decodeBase64 | bytes}}"
                                    : "16, 24 or 32; check its template, such as {{secret | sha256 | bytes}}")
                            + ", and the encoding of the secret"));
        }
        return bytes;
    }

    /** Whether a request has an encrypted text at the location. */
    boolean isEncrypted(WebhookRequest request) {
        return !BodyParser.unverifiedValues(location, request).isEmpty();
    }

    /** Returns the request with its decrypted body; the request itself if it has no encrypted text, null if that is invalid. */
    @Nullable WebhookRequest decrypted(WebhookRequest request, byte[] keyBytes) {
        List<String> texts = BodyParser.unverifiedValues(location, request);
        if (texts.isEmpty()) {
            return request;
        }
        byte[] plain = texts.size() == 1 ? decrypted(texts.get(0), keyBytes) : null;
        return plain == null ? null : request.body(plain);
    }

    /** Decrypts a text; null if it is invalid, whatever the reason. */
    byte @Nullable [] decrypted(String text, byte[] keyBytes) {
        byte[] bytes = BinaryEncoding.BASE64.decode(text);
        if (bytes == null) {
            return null;
        }
        if (!isWecom) {
            return AesCbc.decryptAfterVector(bytes, keyBytes);
        }
        return WecomMessage.decrypt(bytes, keyBytes, receiver == null ? null : utf8(receiver));
    }

    /** Encrypts a body, with random bytes. */
    String encrypted(byte[] body, byte[] keyBytes) throws GeneralSecurityException {
        return BinaryEncoding.BASE64.encode(
                isWecom
                        ? WecomMessage.encrypt(body, keyBytes, utf8(receiver == null ? "" : receiver))
                        : AesCbc.encryptAfterVector(body, keyBytes));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Returns the location.
     *
     * @return the location of the encrypted text
     */
    @Override
    public String toString() {
        return "encrypted " + location;
    }
}
