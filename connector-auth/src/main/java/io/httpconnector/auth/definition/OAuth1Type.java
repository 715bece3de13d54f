package io.httpconnector.auth.definition;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.OAuth1Auth;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.List;

/** The type {@code oauth1}: OAuth 1.0a, RFC 5849. The required members depend on the signature method. */
final class OAuth1Type {

    static final AuthType TYPE = AuthType.reading("oauth1", OAuth1Type::read);

    private OAuth1Type() {}

    private static Recipe read(Members members) {
        JsonObjectReader reader = members.reader();
        // "consumerKey": The consumer key.
        FieldText consumerKey = members.requiredText("consumerKey");
        // "signature": The method of the signature. Default: `HMAC-SHA1`.
        String signature = reader.oneOf("signature", List.of("HMAC-SHA1", "HMAC-SHA256", "RSA-SHA1", "PLAINTEXT"));
        boolean isRsa = "RSA-SHA1".equals(signature);
        // "consumerSecret": The consumer secret.
        // "privateKey": The RSA key in PEM.
        FieldText secret = isRsa ? members.requiredSecret("privateKey") : members.requiredSecret("consumerSecret");
        // "token": The access token, if the user entered one.
        FieldText token = members.text("token");
        // "tokenSecret": The secret of the access token.
        FieldText tokenSecret = token == null ? members.secret("tokenSecret") : members.requiredSecret("tokenSecret");
        if (token == null && tokenSecret != null && !reader.has("token")) {
            reader.problem("token", "it is missing, but there is a tokenSecret");
        }
        // "realm": The realm of the `Authorization` header field.
        FieldText realm = members.text("realm", text -> {
            if (text.contains("\"")) {
                throw new InvalidDefinitionException("realm", List.of("it has a quotation mark"));
            }
        });
        OAuth1Members flow = OAuth1Members.read(members);
        Additions additions = Additions.common(members, "Authorization");
        return (values, application) -> {
            String key = values.requiredText(consumerKey);
            Secret shared = values.requiredSecret(secret);
            OAuth1Auth auth = isRsa ? OAuth1Auth.rsaSha1(key, shared) : OAuth1Auth.of(key, shared);
            auth = auth.timeSource(values.timeSource());
            auth = "HMAC-SHA256".equals(signature) ? auth.hmacSha256() : auth;
            auth = "PLAINTEXT".equals(signature) ? auth.plaintext() : auth;
            String user = values.text(token);
            if (user != null && tokenSecret != null) {
                auth = auth.token(user, values.requiredSecret(tokenSecret));
            }
            String named = values.text(realm);
            OAuth1Auth client = named == null ? auth : auth.realm(named);
            return additions.combine(
                    flow == null ? client : flow.build(client, values, application), values, application);
        };
    }
}
