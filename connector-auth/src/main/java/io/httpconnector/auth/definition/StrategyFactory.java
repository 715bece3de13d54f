package io.httpconnector.auth.definition;

import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.auth.AwsAuth;
import io.httpconnector.auth.CombinedAuth;
import io.httpconnector.auth.CustomAuth;
import io.httpconnector.auth.DigestAuth;
import io.httpconnector.auth.HmacAuth;
import io.httpconnector.auth.JwtAuth;
import io.httpconnector.auth.OAuth1Auth;
import io.httpconnector.internal.json.JsonObjectReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The strategy types of a definition. Each reads all of its members and returns a recipe that builds the strategy. */
final class StrategyFactory {

    /** Builds a strategy from the entered values. */
    interface Recipe {
        AuthStrategy build(FieldValues values, AuthMethod choice);
    }

    private static final Map<String, Function<Members, Recipe>> TYPES = new TreeMap<>(Map.ofEntries(
            Map.entry("none", members -> recipe(Additions.common(members), values -> AuthStrategy.none())),
            Map.entry("basic", StrategyFactory::basic),
            Map.entry("custom", members -> recipe(Additions.all(members), values -> AuthStrategy.none())),
            Map.entry("digest", StrategyFactory::digest),
            Map.entry("aws", StrategyFactory::aws),
            Map.entry("hmac", StrategyFactory::hmac),
            Map.entry("oauth1", StrategyFactory::oauth1),
            Map.entry("jwt", StrategyFactory::jwt),
            Map.entry("login", LoginStrategyFactory::read),
            Map.entry("oauth2-authorization-code", OAuth2StrategyFactory::authorizationCode),
            Map.entry("oauth2-client-credentials", OAuth2StrategyFactory::clientCredentials),
            Map.entry("oauth2-jwt-bearer", OAuth2StrategyFactory::jwtBearer),
            Map.entry("oauth2-device-code", OAuth2StrategyFactory::deviceCode),
            Map.entry("oauth2-password", OAuth2StrategyFactory::password),
            Map.entry("oauth2-refresh-token", OAuth2StrategyFactory::refreshToken)));

    private static final Set<String> HMAC_NAMES = Set.of(
            "method",
            "url",
            "host",
            "path",
            "query",
            "target",
            "type",
            "body",
            "bodySha256Hex",
            "bodySha256Base64",
            "bodyMd5Base64",
            "time",
            "timeMillis",
            "timeIso",
            "timeHttp",
            "nonce");
    private static final Set<String> HMAC_SENT = Set.of("signature", "signatureBase64");

    private StrategyFactory() {}

    static Set<String> names() {
        return TYPES.keySet();
    }

    /** Reads the members of a strategy; null if its type is unknown, which is reported. */
    static @Nullable Recipe read(@Nullable String type, Members members) {
        Function<Members, Recipe> known = type == null ? null : TYPES.get(type);
        return known == null ? null : known.apply(members);
    }

    static Recipe recipe(Additions additions, Function<FieldValues, AuthStrategy> build) {
        return (values, choice) -> combined(additions, values, build.apply(values), choice);
    }

    static AuthStrategy combined(Additions additions, FieldValues values, AuthStrategy strategy, AuthMethod choice) {
        CustomAuth added = additions.build(values);
        for (Map.Entry<String, String> field : choice.fieldsOfBaseUrl(values).entrySet()) {
            added = added.andField(field.getKey(), field.getValue());
        }
        return CombinedAuth.of(added, strategy);
    }

    private static Recipe basic(Members members) {
        FieldText user = members.requiredSecret("user", text -> {});
        FieldText password = members.requiredSecret("password", text -> {});
        if (members.reader().has("user")
                && members.reader().has("password")
                && Stream.of(user, password)
                        .allMatch(text -> text.isFixed() && text.fixed().isEmpty())) {
            members.reader().problem("password", "password and user are empty: set one of them");
        }
        if (user.isFixed() && user.fixed().indexOf(':') >= 0) {
            members.reader().problem("user", "it has a colon, which can't be sent");
        }
        Additions additions = Additions.common(members, "Authorization");
        return recipe(additions, values -> {
            Secret name = values.secret(user);
            Secret word = values.secret(password);
            Secret pair = name == null
                    ? word == null ? Secret.of(":") : word.map(text -> ":" + text)
                    : word == null ? name.map(text -> text + ":") : name.combine(word, (a, b) -> a + ":" + b);
            return CustomAuth.header("Authorization", pair.map(StrategyFactory::basic));
        });
    }

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private static Recipe digest(Members members) {
        FieldText user = members.requiredText("user");
        FieldText password = members.requiredSecret("password");
        return recipe(
                Additions.common(members, "Authorization"),
                values -> DigestAuth.of(values.requiredText(user), values.requiredSecret(password)));
    }

    private static Recipe aws(Members members) {
        FieldText id = members.requiredText("accessKeyId", text -> checkAws(text, "x", "x"));
        FieldText key = members.requiredSecret("secretAccessKey");
        FieldText token = members.secret("sessionToken");
        FieldText region = members.requiredText("region", text -> checkAws("x", text, "x"));
        FieldText service = members.requiredText("service", text -> checkAws("x", "x", text));
        Additions additions = Additions.common(members, "Authorization", "X-Amz-Date", "X-Amz-Security-Token");
        return recipe(additions, values -> {
            AwsAuth aws = AwsAuth.of(
                    values.requiredText(id),
                    values.requiredSecret(key),
                    values.requiredText(region),
                    values.requiredText(service));
            Secret session = values.secret(token);
            return session == null ? aws : aws.sessionToken(session);
        });
    }

    private static void checkAws(String id, String region, String service) {
        var unused = AwsAuth.of(id, Secret.of("x"), region, service);
    }

    private static Recipe hmac(Members members) {
        JsonObjectReader reader = members.reader();
        String algorithm =
                required(reader, "algorithm", List.of("HmacSHA256", "HmacSHA384", "HmacSHA512", "HmacSHA1", "HmacMD5"));
        FieldText key = members.requiredSecret("key");
        String encoding = reader.oneOf("keyEncoding", List.of("base64", "hex"));
        FieldText template =
                Objects.requireNonNull(members.with(HMAC_NAMES).requiredSecret("template"), "a placeholder at least");
        Set<String> sent = new TreeSet<>(HMAC_NAMES);
        sent.addAll(HMAC_SENT);
        Map<String, FieldText> headers = members.with(sent).headers("headers");
        Map<String, FieldText> query = members.with(sent).texts("query", true);
        if (Stream.of(headers, query)
                        .flatMap(texts -> texts.values().stream())
                        .noneMatch(text -> text.pills().names().stream().anyMatch(HMAC_SENT::contains))
                && !reader.isUnreliable("headers")
                && !reader.isUnreliable("query")) {
            reader.problem(
                    "headers",
                    "nothing sends the signature: use {{signature}} or {{signatureBase64}} in a value of headers or"
                            + " query");
        }
        return recipe(Additions.NONE, values -> {
            HmacAuth hmac = HmacAuth.of(
                    algorithm, values.requiredSecret(key), template(template, values), values.byPlaceholder());
            hmac = "base64".equals(encoding) ? hmac.keyIsBase64() : "hex".equals(encoding) ? hmac.keyIsHex() : hmac;
            for (Map.Entry<String, FieldText> header : headers.entrySet()) {
                hmac = values.canBeSent(header.getValue())
                        ? hmac.header(header.getKey(), header.getValue().pills().toString())
                        : hmac;
            }
            for (Map.Entry<String, FieldText> parameter : query.entrySet()) {
                hmac = values.canBeSent(parameter.getValue())
                        ? hmac.query(
                                parameter.getKey(), parameter.getValue().pills().toString())
                        : hmac;
            }
            return hmac;
        });
    }

    private static String template(FieldText template, FieldValues values) {
        if (!values.canBeSent(template)) {
            values.problem(template.pointer(), "a field is empty: add | default('') to its placeholder");
        }
        return template.pills().toString();
    }

    private static Recipe oauth1(Members members) {
        JsonObjectReader reader = members.reader();
        FieldText consumerKey = members.requiredText("consumerKey");
        String signature = reader.oneOf("signature", List.of("HMAC-SHA1", "HMAC-SHA256", "RSA-SHA1"));
        boolean isRsa = "RSA-SHA1".equals(signature);
        FieldText secret = isRsa ? members.requiredSecret("privateKey") : members.requiredSecret("consumerSecret");
        FieldText token = members.text("token");
        FieldText tokenSecret = token == null ? members.secret("tokenSecret") : members.requiredSecret("tokenSecret");
        if (token == null && tokenSecret != null && !reader.has("token")) {
            reader.problem("token", "it is missing, but there is a tokenSecret");
        }
        FieldText realm = members.text("realm", text -> {
            if (text.contains("\"")) {
                throw new InvalidDefinitionException("realm", List.of("it has a quotation mark"));
            }
        });
        return recipe(Additions.common(members, "Authorization"), values -> {
            String key = values.requiredText(consumerKey);
            Secret shared = values.requiredSecret(secret);
            OAuth1Auth auth = isRsa ? OAuth1Auth.rsaSha1(key, shared) : OAuth1Auth.of(key, shared);
            auth = "HMAC-SHA256".equals(signature) ? auth.hmacSha256() : auth;
            String user = values.text(token);
            if (user != null && tokenSecret != null) {
                auth = auth.token(user, values.requiredSecret(tokenSecret));
            }
            String named = values.text(realm);
            return named == null ? auth : auth.realm(named);
        });
    }

    private static Recipe jwt(Members members) {
        KeyMembers key = KeyMembers.read(members);
        var claims = members.object("claims", false);
        FieldText prefix = members.text("prefix", StrategyFactory::checkPrefix);
        Duration lifetime = members.reader().duration("lifetime");
        if (lifetime != null && lifetime.toSeconds() < 2) {
            members.reader().problem("lifetime", "it must be at least two seconds");
        }
        return recipe(Additions.common(members, "Authorization"), values -> {
            JwtAuth jwt = JwtAuth.of(key.build(values), values.claims(claims));
            jwt = prefix == null ? jwt : jwt.prefix(Objects.requireNonNullElse(values.text(prefix), ""));
            return lifetime == null ? jwt : jwt.lifetime(lifetime);
        });
    }

    /** Reads a required member with one of the given values. */
    static String required(JsonObjectReader reader, String name, List<String> names) {
        String one = reader.has(name) ? reader.oneOf(name, names) : null;
        if (!reader.has(name)) {
            reader.problem(name, "missing: use one of " + String.join(", ", names));
        }
        return one == null ? names.get(0) : one;
    }

    /** Checks the prefix of a token in a header field. */
    static void checkPrefix(String prefix) {
        var unused = Request.get("/").header("Authorization", prefix + "x");
    }

    /** Checks an HTTP method. */
    static void checkMethod(String method) {
        var unused = Request.of(method, "/");
    }

    static Map<String, Boolean> byName(List<InputField> fields) {
        Map<String, Boolean> names = new LinkedHashMap<>();
        fields.forEach(field -> names.put(field.name(), field.isSecret()));
        return names;
    }
}
