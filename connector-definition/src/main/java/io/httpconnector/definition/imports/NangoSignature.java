package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Converts the signatures of a provider of Nango: JSON Web Tokens, HMAC, Ed25519, WSSE, OAuth 1 and AWS. Not thread-safe. */
final class NangoSignature {

    /** A key that consists of its ID and the secret, as that of Ghost. */
    private static final Pattern PART_OF_KEY = Pattern.compile("\\$\\{credentials\\.(\\w+)\\.(id|secret)}");

    /** The HMAC of a text by a field. */
    private static final Pattern HMAC = Pattern.compile(
            "(.*)\\$\\{hmacSha(1|256|512)(Hex|Base64)\\((.*?),\\s*(\\$\\{credentials\\.\\w+})\\s*\\)}(.*)",
            Pattern.DOTALL);

    /** The Ed25519 signature of a text by a private key in a field. */
    private static final Pattern ED_25519 =
            Pattern.compile("(.*)\\$\\{ed25519Sign\\((.*),\\s*(\\$\\{credentials\\.\\w+})\\s*\\)}(.*)", Pattern.DOTALL);

    private static final Pattern TOKEN = Pattern.compile("(.*)\\$\\{accessToken}", Pattern.DOTALL);

    private final NangoProvider provider;
    private final NangoParameters parameters;
    private final CatalogueItem item;
    private final NangoScope scope;
    private final ObjectNode strategy = JsonNodeFactory.instance.objectNode();

    NangoSignature(NangoProvider provider) {
        this.provider = provider;
        this.parameters = new NangoParameters(provider);
        this.item = provider.item;
        this.scope = NangoScope.of(provider.fields);
    }

    /** Converts a token that is signed for each request. */
    ObjectNode jwt() {
        strategy.put("type", "jwt");
        CatalogueItem signature = item.at("signature");
        describe(item.at("token"), strategy, strategy);
        if (strategy.path("algorithm").asText().equals("HS256")
                && !"utf8".equals(signature.text("hmac_secret_encoding"))) {
            strategy.put("keyEncoding", "hex");
        }
        for (Map.Entry<String, CatalogueItem> header :
                item.at("proxy").at("headers").members().entrySet()) {
            Matcher token = TOKEN.matcher(header.getValue().node().asText());
            if (header.getKey().equalsIgnoreCase("authorization")
                    && token.matches()
                    && !token.group(1).equals("Bearer ")) {
                strategy.put("prefix", token.group(1));
            }
        }
        parameters.add(strategy, strategy, null, Set.of("authorization"));
        return strategy;
    }

    /**
     * Describes a token.
     *
     * @param token the token or the assertion in the catalogue
     * @param target receives key and claims
     * @param computed the strategy, which receives computed values
     */
    void describe(CatalogueItem token, ObjectNode target, ObjectNode computed) {
        NangoText text = scope.text(NangoParameters.computed(computed));
        CatalogueItem header = token.at("header");
        target.put("algorithm", header.text("alg", "RS256"));
        header.ignore("it is always JWT", "typ");
        key(token.has("signing_key") ? token.at("signing_key") : token.at("key"), "key", target, text);
        if (header.has("kid")) {
            key(header.at("kid"), "keyId", target, text);
        }
        if (header.has("x5t#S256")) {
            String thumbprint = text.translate(header.at("x5t#S256"));
            if (thumbprint != null) {
                target.putObject("jwtHeader").put("x5t#S256", thumbprint);
            }
        }
        header.reportUnread();
        JsonNode claims = claims(token.at("payload"), text);
        if (claims != null) {
            target.set("claims", claims);
        }
        String millis = token.text("expires_in_ms");
        String seconds = token.text("lifetimeInSeconds");
        if (millis != null && millis.matches("[1-9]\\d{3,14}")) {
            target.put("lifetime", Duration.ofMillis(Long.parseLong(millis)).toString());
        } else if (seconds != null && seconds.matches("[1-9]\\d{0,11}")) {
            target.put("lifetime", Duration.ofSeconds(Long.parseLong(seconds)).toString());
        }
        token.at("type");
        token.reportUnread();
        NangoParameters.removeEmpty(computed);
    }

    private JsonNode claims(CatalogueItem payload, NangoText text) {
        ObjectNode claims = JsonNodeFactory.instance.objectNode();
        payload.members().forEach((name, value) -> {
            if (name.equals("jti") && "${random}".equals(value.text())) {
                // A signed token has a random ID anyway.
                return;
            }
            JsonNode claim = text.translateTree(value);
            if (claim != null) {
                claims.set(name, claim);
            }
        });
        return claims;
    }

    private void key(CatalogueItem key, String member, ObjectNode target, NangoText text) {
        Matcher part = PART_OF_KEY.matcher(key.text() == null ? "" : key.node().asText());
        if (part.matches()) {
            boolean isId = part.group(2).equals("id");
            String field = part.group(1) + (isId ? "Id" : "Secret");
            provider.fields.add(
                    field,
                    NangoFields.label(field),
                    "The part of the key " + (isId ? "before" : "after") + " the colon",
                    false);
            if (!isId) {
                provider.fields.setSecret(field);
            }
            target.put(member, "{{auth." + field + "}}");
            return;
        }
        String translated = text.translate(key);
        if (translated != null) {
            target.put(member, translated);
        }
    }

    /** Converts a header field with an HMAC of the request; null if it has none. */
    @Nullable ObjectNode hmac(CatalogueItem header) {
        Matcher signed = HMAC.matcher(header.text() == null ? "" : header.node().asText());
        if (!signed.matches()) {
            return null;
        }
        strategy.put("type", "hmac").put("algorithm", "HmacSHA" + signed.group(2));
        String pill = signed.group(3).equals("Hex") ? "signature" : "signatureBase64";
        return signed(
                header, "Authorization", pill, signed.group(5), signed.group(4), signed.group(1), signed.group(6));
    }

    /** Converts a header field with an Ed25519 signature; null if it has none. */
    @Nullable ObjectNode ed25519(CatalogueItem header, String name) {
        Matcher signed =
                ED_25519.matcher(header.text() == null ? "" : header.node().asText());
        if (!signed.matches()) {
            return null;
        }
        strategy.put("type", "signature").put("algorithm", "Ed25519");
        return signed(
                header, name, "signatureBase64", signed.group(3), signed.group(2), signed.group(1), signed.group(4));
    }

    private ObjectNode signed(
            CatalogueItem header, String name, String pill, String ofKey, String signed, String before, String after) {
        NangoScope ofRequest = scope.withRequest();
        ObjectNode computed = NangoParameters.computed(strategy);
        NangoText sent = new NangoText(
                expression -> expression.equals("signature") ? pill : ofRequest.pill(expression),
                computed,
                provider.fields::makeOptional);
        String key = ofRequest.text(computed).translate(header, ofKey);
        String template = ofRequest.text(computed).translate(header, signed);
        String value = sent.translate(header, before + "${signature}" + after);
        if (key != null && template != null && value != null) {
            strategy.put("key", key).put("template", template);
            strategy.withObject("/headers").put(name, value);
        }
        parameters.add(strategy, strategy, null, Set.of(name.toLowerCase(Locale.ROOT)));
        return strategy;
    }

    /** Converts WSSE, whose digest is the Base64 of a hexadecimal SHA-1. */
    ObjectNode wsse() {
        strategy.put("type", "custom");
        if (!"WSSE".equals(item.at("signature").text("protocol"))) {
            item.at("signature").note("the only signature with a counterpart is WSSE");
        }
        item.ignore("a signature is created for each request", "token");
        String user = provider.fields.use(NangoFields.CREDENTIALS, "username");
        String password = provider.fields.use(NangoFields.CREDENTIALS, "password");
        ObjectNode computed = strategy.putObject("computed");
        computed.put("digest", "{{nonce}}{{timeIso}}{{auth." + password + "}}");
        String token = "UsernameToken Username=\"{{auth." + user + "}}\", PasswordDigest=\"{{auth.digest | sha1 | hex"
                + " | base64}}\", Nonce=\"{{nonce}}\", Created=\"{{timeIso}}\"";
        Set<String> sent = new TreeSet<>();
        ObjectNode headers = strategy.putObject("headers").put("Authorization", "Bearer " + token);
        item.at("proxy").at("headers").members().forEach((name, header) -> {
            if (header.node().asText().equals("${accessToken}")) {
                headers.put(name, token);
                sent.add(name.toLowerCase(Locale.ROOT));
            }
        });
        parameters.add(strategy, strategy, null, sent);
        return strategy;
    }

    /** Converts OAuth 1 with the consent of a user. */
    ObjectNode oauth1() {
        client(strategy.put("type", "oauth1"));
        strategy.put("signature", item.text("signature_method", "HMAC-SHA1"));
        urls("request_url", "requestTokenUrl");
        urls("authorization_url", "authorizationUrl");
        urls("token_url", "accessTokenUrl");
        NangoText text = scope.text(NangoParameters.computed(strategy));
        item.at("request_params").members().forEach((name, value) -> put("requestParameters", name, value, text));
        item.at("authorization_params")
                .members()
                .forEach((name, value) -> put("authorizationParameters", name, value, text));
        item.ignore("OAuth 1 has no scopes", "scope_separator");
        for (String method : Set.of("request_http_method", "token_http_method")) {
            if (!"POST".equals(item.text(method, "POST"))) {
                item.at(method).note("tokens are requested by POST");
            }
        }
        parameters.add(strategy, strategy, null, Set.of());
        return strategy;
    }

    private void client(ObjectNode target) {
        provider.fields.add("consumerKey", "Consumer key", "The key of the application", false);
        provider.fields.add("consumerSecret", "Consumer secret", "The secret of the application", false);
        provider.fields.setSecret("consumerSecret");
        target.put("consumerKey", "{{auth.consumerKey}}").put("consumerSecret", "{{auth.consumerSecret}}");
    }

    private void urls(String member, String target) {
        JsonNode url = provider.url(item.at(member), scope);
        if (url != null) {
            strategy.set(target, url);
        }
    }

    private void put(String target, String name, CatalogueItem value, NangoText text) {
        String translated = text.translate(value);
        if (translated != null) {
            strategy.withObject("/" + target).put(name, translated);
        }
    }

    /** Converts the tokens of NetSuite: OAuth 1 with a token that exists already. */
    ObjectNode tokenBased() {
        client(strategy.put("type", "oauth1"));
        strategy.put("signature", "HMAC-SHA256");
        strategy.put("token", "{{auth." + provider.fields.use(NangoFields.CREDENTIALS, "token_id") + "}}");
        String secret = provider.fields.use(NangoFields.CREDENTIALS, "token_secret");
        strategy.put("tokenSecret", "{{auth." + secret + "}}");
        provider.fields.add("realm", "Realm", "The ID of the account, such as 4711_SB1", false);
        strategy.put("realm", "{{auth.realm}}");
        item.ignore(
                "OAuth 1 with a token does not have it",
                "authorization_url",
                "token_url",
                "authorization_params",
                "token_params",
                "refresh_params",
                "scope_separator",
                "default_scopes",
                "disable_pkce",
                "token_request_auth_method",
                "authorization_method");
        parameters.add(strategy, strategy, null, Set.of());
        return strategy;
    }

    /** Converts AWS Signature Version 4 with a role. */
    ObjectNode aws() {
        NangoFields fields = provider.fields;
        strategy.put("type", "aws");
        String id = fields.use(NangoFields.INTEGRATION, "awsAccessKeyId");
        // The ID of an access key is sent in each request, and is no secret.
        fields.setPublic(id);
        strategy.put("accessKeyId", "{{auth." + id + "}}");
        String secret = fields.use(NangoFields.INTEGRATION, "awsSecretAccessKey");
        strategy.put("secretAccessKey", "{{auth." + secret + "}}");
        strategy.put("region", "{{auth." + fields.use(NangoFields.CONNECTION, "region") + "}}");
        strategy.put("service", "{{auth." + fields.use(NangoFields.CONNECTION, "service") + "}}");
        strategy.put("roleArn", "{{auth." + fields.use(NangoFields.CREDENTIALS, "role_arn") + "}}");
        fields.add("externalId", "External ID", "The ID that the trust policy of the role requires", true);
        strategy.put("externalId", "{{auth.externalId}}");
        item.note("temporary credentials are requested from the STS of AWS only, and the region is always entered");
        parameters.add(strategy, strategy, null, Set.of());
        return strategy;
    }
}
