package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.webhook.VerifierDefinitionReader.Recipe;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the JSON of a {@link ChallengeBuilder}: one member for each of its methods. */
final class ChallengeDefinition {

    private ChallengeDefinition() {}

    /** The member {@code token}. */
    private record TokenMember(ValueSelector location, String secret) {

        static @Nullable TokenMember read(JsonObjectReader reader) {
            // "location": The location of the token.
            ValueSelector location = reader.requiredObject("location", ValueSelector::read);
            // "secret": The name of the secret that it must equal.
            String secret = reader.requiredText("secret");
            return location == null ? null : new TokenMember(location, secret);
        }
    }

    /** The member {@code hmac}. */
    private record HmacMember(String algorithm, String secret, String encoding) {

        static HmacMember read(JsonObjectReader reader) {
            return new HmacMember(
                    // "algorithm": The algorithm, such as `HmacSHA256`.
                    // "secret": The name of the secret.
                    // "encoding": The encoding: `hex`, `base64` or `base64url`.
                    reader.requiredText("algorithm"), reader.requiredText("secret"), reader.requiredText("encoding"));
        }
    }

    /** The member {@code encrypted}. */
    private record EncryptionMember(BodyEncryption encryption, String secret) {

        static @Nullable EncryptionMember read(JsonObjectReader reader) {
            // "secret": The name of the secret.
            String secret = reader.requiredText("secret");
            BodyEncryption encryption = BodyEncryption.read(reader);
            return encryption == null ? null : new EncryptionMember(encryption, secret);
        }
    }

    /** An element of the member {@code when}. */
    private record ConditionMember(ValueSelector location, String value) {

        static @Nullable ConditionMember read(JsonObjectReader reader) {
            // "location": The location of a value.
            ValueSelector location = reader.requiredObject("location", ValueSelector::read);
            // "value": The value that it must have.
            String value = reader.requiredText("value");
            return location == null ? null : new ConditionMember(location, value);
        }
    }

    static @Nullable Recipe<Handshake> read(JsonObjectReader reader) {
        // "location": The location of the challenge.
        ValueSelector location = reader.requiredObject("location", ValueSelector::read);
        String method = reader.text("method");
        List<ConditionMember> conditions = reader.objects("when", ConditionMember::read);
        TokenMember token = reader.object("token", TokenMember::read);
        HmacMember hmac = reader.object("hmac", HmacMember::read);
        EncryptionMember encrypted = reader.object("encrypted", EncryptionMember::read);
        boolean verified = reader.isSet("verified");
        Recipe<Verifier> verifiedBy = VerifierDefinitionReader.at(
                "/verifiedBy", reader.object("verifiedBy", VerifierDefinitionReader::verifier));
        JsonNode responseJson = reader.object("responseJson");
        String responseHeader = reader.text("responseHeader");
        if (location == null) {
            return null;
        }
        return at -> {
            ChallengeBuilder builder = Handshakes.challenge(location);
            if (method != null) {
                builder.method(method);
            }
            conditions.forEach(condition -> builder.when(condition.location, condition.value));
            if (token != null) {
                builder.token(token.location, at.secret("/token/secret", token.secret));
            }
            if (hmac != null) {
                builder.hmac(hmac.algorithm, at.secret("/hmac/secret", hmac.secret), hmac.encoding);
            }
            if (encrypted != null) {
                builder.encrypted(encrypted.encryption, at.secret("/encrypted/secret", encrypted.secret));
            }
            if (verified) {
                builder.verified();
            }
            if (verifiedBy != null) {
                builder.verifiedBy(verifiedBy.create(at));
            }
            if (responseJson != null) {
                builder.responseJson(responseJson);
            }
            if (responseHeader != null) {
                builder.responseHeader(responseHeader);
            }
            return builder.build();
        };
    }
}
