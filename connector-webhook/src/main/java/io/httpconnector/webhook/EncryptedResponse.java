package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.Hashing;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A response that is encrypted and signed like the events of DingTalk. */
final class EncryptedResponse {

    private static final int NONCE_BYTES = 8;

    private EncryptedResponse() {}

    /**
     * Returns the factory of the responses to accepted events.
     *
     * @param plain the factory of responses that are not encrypted
     * @param isChosen whether the application has chosen the plain response
     */
    static ResponseFactory factory(
            List<Verifier> verifiers, ResponseFactory plain, boolean isChosen, TimeSource time, List<String> problems) {
        List<ResponseFactory> found = new ArrayList<>();
        verifiers.stream().flatMap(EncryptedResponse::each).forEach(verifier -> {
            ResponseFactory responses = verifier.responses(time);
            if (responses != null) {
                found.add(responses);
            }
        });
        if (isChosen && !found.isEmpty()) {
            problems.add("response: it contradicts the encrypted response of the verifier, use one of them");
        }
        return found.isEmpty() ? plain : found.get(0);
    }

    private static Stream<DecryptingVerifier> each(Verifier verifier) {
        if (verifier instanceof AnyOfVerifier any) {
            return any.all().stream().flatMap(EncryptedResponse::each);
        }
        return verifier instanceof DecryptingVerifier decrypting ? Stream.of(decrypting) : Stream.empty();
    }

    static WebhookResponse of(String text, BodyEncryption encryption, byte[] key, Secret token, TimeSource time) {
        String encrypted;
        try {
            encrypted = encryption.encrypted(text.getBytes(StandardCharsets.UTF_8), key);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The response could not be encrypted", e);
        }
        String timestamp = Long.toString(time.now().toEpochMilli());
        String nonce = BinaryEncoding.HEX.encode(AesCbc.random(NONCE_BYTES));
        String content =
                Stream.of(token.reveal(), timestamp, nonce, encrypted).sorted().collect(Collectors.joining());
        byte[] signature = Hashing.digest("SHA-1").digest(content.getBytes(StandardCharsets.UTF_8));
        return WebhookResponse.json(
                200,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("msg_signature", BinaryEncoding.HEX.encode(signature))
                        .put("timeStamp", timestamp)
                        .put("nonce", nonce)
                        .put("encrypt", encrypted)
                        .toString());
    }
}
