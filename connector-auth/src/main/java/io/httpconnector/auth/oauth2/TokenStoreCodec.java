package io.httpconnector.auth.oauth2;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.httpconnector.ConnectorException;
import io.httpconnector.Secret;
import io.httpconnector.internal.Hashing;

/** Serializes the entries of a {@link TokenStore} as JSON, and creates fingerprints of values that must not be stored. */
final class TokenStoreCodec {

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .build();

    private TokenStoreCodec() {}

    static <T> T read(Secret text, Class<T> type) {
        try {
            return MAPPER.readValue(text.reveal(), type);
        } catch (JsonProcessingException e) {
            // The cause would quote the tokens.
            throw new ConnectorException("The entry in the token store can't be read by this version");
        }
    }

    static Secret write(Record value) {
        try {
            return Secret.of(MAPPER.writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of strings and numbers can be written as JSON", e);
        }
    }

    /** Returns the fingerprint of several texts, delimited by their lengths, so that different lists never have the same input. */
    static String fingerprint(String first, String... more) {
        StringBuilder text = new StringBuilder(first);
        for (String one : more) {
            text.append('\n').append(one.length()).append(' ').append(one);
        }
        return Hashing.sha256Hex(text.toString());
    }
}
