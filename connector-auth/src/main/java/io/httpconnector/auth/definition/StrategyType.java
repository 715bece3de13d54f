package io.httpconnector.auth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.AwsAuth;
import io.httpconnector.auth.CustomAuth;
import io.httpconnector.auth.DigestAuth;
import io.httpconnector.auth.HmacAuth;
import io.httpconnector.auth.JwtAuth;
import io.httpconnector.auth.JwtKey;
import io.httpconnector.auth.OAuth1Auth;
import io.httpconnector.auth.oauth2.OAuth2;
import io.httpconnector.auth.oauth2.OAuth2Builder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** What {@code type} of a definition may say, and how each becomes a strategy. */
final class StrategyType {

    static final Map<String, Function<Input, AuthStrategy>> KNOWN = Map.ofEntries(
            Map.entry("none", input -> input.withFields(AuthStrategy.none())),
            Map.entry("basic", StrategyType::basic),
            Map.entry("custom", StrategyType::custom),
            Map.entry("digest", StrategyType::digest),
            Map.entry("aws", StrategyType::aws),
            Map.entry("hmac", StrategyType::hmac),
            Map.entry("oauth1", StrategyType::oauth1),
            Map.entry("jwt", StrategyType::jwt),
            Map.entry("login", input -> input.withFields(LoginType.login(input))),
            Map.entry("oauth2-authorization-code", input -> oauth2(input, OAuth2.authorizationCode())),
            Map.entry("oauth2-client-credentials", input -> oauth2(input, OAuth2.clientCredentials())),
            Map.entry("oauth2-jwt-bearer", StrategyType::jwtBearer),
            Map.entry("oauth2-device-code", input -> oauth2(input, OAuth2.deviceCode())),
            Map.entry("oauth2-password", StrategyType::password),
            Map.entry("oauth2-refresh-token", StrategyType::refreshToken));

    private StrategyType() {}

    /** What a strategy is made of; {@code json} loses what was read, so that what remains is unknown. */
    record Input(
            AuthChoice choice,
            ObjectNode json,
            Values values,
            List<String> problems,
            Map<String, String> fieldsOfBaseUrl) {

        AuthStrategy withFields(AuthStrategy strategy) {
            json.remove("type");
            json.fieldNames().forEachRemaining(name -> problems.add(name + ": there is no such key here"));
            return new WithFields(strategy, fieldsOfBaseUrl);
        }

        String take(String name) {
            JsonNode value = json.remove(name);
            if (value == null || !value.isTextual()) {
                problems.add(name + ": it is missing");
                return "missing";
            }
            return value.asText();
        }

        String takeText(String name) {
            return values.text(name, take(name));
        }

        Secret takeSecret(String name) {
            return values.secret(name, take(name));
        }

        /** What is under a key, name by name. */
        void takeEach(String key, BiConsumer<String, String> action) {
            JsonNode map = json.remove(key);
            if (map != null) {
                map.properties()
                        .forEach(entry ->
                                action.accept(entry.getKey(), entry.getValue().asText()));
            }
        }
    }

    static Function<Input, AuthStrategy> of(String type) {
        Function<Input, AuthStrategy> known = KNOWN.get(type);
        if (known == null) {
            throw new InvalidDefinitionException(
                    "auth definition", List.of("type: it must be one of " + new TreeSet<>(KNOWN.keySet())));
        }
        return known;
    }

    /** What every definition of a type needs, and so need not say. */
    static List<InputField> usualFields(String type) {
        return type.startsWith("oauth2-")
                ? List.of(
                        new InputField("clientId", "Client ID", null, false, null),
                        new InputField("clientSecret", "Client secret", null, true, null))
                : List.of();
    }

    private static AuthStrategy basic(Input input) {
        Secret pair = input.values().secret("user and password", input.take("user") + ":" + input.take("password"));
        return input.withFields(CustomAuth.header(
                "Authorization",
                pair.map(
                        text -> "Basic " + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)))));
    }

    private static AuthStrategy custom(Input input) {
        return input.withFields(additions(input, input.values()));
    }

    /** Headers, query parameters, cookies and body fields. */
    static CustomAuth additions(Input input, Values values) {
        CustomAuth[] all = {CustomAuth.nothing()};
        input.takeEach(
                "headers",
                (name, text) -> all[0] = values.isSecret(text)
                        ? all[0].andHeader(name, values.secret(name, text))
                        : all[0].andHeader(name, values.text(name, text)));
        input.takeEach(
                "query",
                (name, text) -> all[0] = values.isSecret(text)
                        ? all[0].andQuery(name, values.secret(name, text))
                        : all[0].andQuery(name, values.text(name, text)));
        input.takeEach(
                "bodyFields",
                (name, text) -> all[0] = values.isSecret(text)
                        ? all[0].andBodyField(name, values.secret(name, text))
                        : all[0].andBodyField(name, values.text(name, text)));
        input.takeEach("cookies", (name, text) -> all[0] = all[0].andCookie(name, values.secret(name, text)));
        return all[0];
    }

    private static AuthStrategy digest(Input input) {
        return input.withFields(DigestAuth.of(input.takeText("user"), input.takeSecret("password")));
    }

    private static AuthStrategy aws(Input input) {
        AwsAuth aws = AwsAuth.of(
                input.takeText("accessKeyId"),
                input.takeSecret("secretAccessKey"),
                input.takeText("region"),
                input.takeText("service"));
        return input.withFields(aws);
    }

    private static AuthStrategy hmac(Input input) {
        HmacAuth[] hmac = {HmacAuth.of(input.takeText("algorithm"), input.takeSecret("key"), input.takeText("template"))
        };
        JsonNode encoding = input.json().remove("keyEncoding");
        if (encoding != null) {
            hmac[0] = switch (encoding.asText()) {
                case "base64" -> hmac[0].keyIsBase64();
                case "hex" -> hmac[0].keyIsHex();
                default -> throw AuthDefinition.invalid(List.of("keyEncoding: it must be base64 or hex"));
            };
        }
        input.takeEach(
                "headers",
                (name, text) -> hmac[0] = hmac[0].header(name, input.values().text(name, text)));
        input.takeEach(
                "query",
                (name, text) -> hmac[0] = hmac[0].query(name, input.values().text(name, text)));
        return input.withFields(hmac[0]);
    }

    private static AuthStrategy oauth1(Input input) {
        OAuth1Auth auth = OAuth1Auth.of(input.takeText("consumerKey"), input.takeSecret("consumerSecret"));
        if (input.json().has("token")) {
            auth = auth.token(input.takeText("token"), input.takeSecret("tokenSecret"));
        }
        if (input.json().has("realm")) {
            auth = auth.realm(input.takeText("realm"));
        }
        if (input.json().has("signature") && input.takeText("signature").equals("HMAC-SHA256")) {
            auth = auth.hmacSha256();
        }
        return input.withFields(auth);
    }

    private static AuthStrategy jwt(Input input) {
        JwtKey key = key(input);
        JwtAuth jwt = JwtAuth.of(key, claims(input));
        if (input.json().has("prefix")) {
            jwt = jwt.prefix(input.takeText("prefix"));
        }
        if (input.json().has("lifetime")) {
            try {
                jwt = jwt.lifetime(Duration.parse(input.takeText("lifetime")));
            } catch (DateTimeParseException e) {
                input.problems().add("lifetime: it is no duration by ISO 8601, such as PT5M");
            }
        }
        return input.withFields(jwt);
    }

    private static AuthStrategy jwtBearer(Input input) {
        JwtKey key = key(input);
        return oauth2(input, OAuth2.jwtBearer(key, claims(input)));
    }

    private static JwtKey key(Input input) {
        Secret secret = input.takeSecret("key");
        JwtKey key = switch (input.take("algorithm")) {
            case "RS256" -> JwtKey.rs256(secret);
            case "ES256" -> JwtKey.es256(secret);
            case "HS256" -> JwtKey.hs256(secret);
            default -> throw AuthDefinition.invalid(List.of("algorithm: it must be RS256, ES256 or HS256"));
        };
        return input.json().has("keyId") ? key.id(input.takeText("keyId")) : key;
    }

    private static Map<String, String> claims(Input input) {
        Map<String, String> claims = new LinkedHashMap<>();
        input.takeEach("claims", (name, text) -> claims.put(name, input.values().text(name, text)));
        return claims;
    }

    private static AuthStrategy password(Input input) {
        return oauth2(input, OAuth2.password(input.takeText("user"), input.takeSecret("password")));
    }

    private static AuthStrategy refreshToken(Input input) {
        return oauth2(input, OAuth2.refreshToken(input.takeSecret("refreshToken")));
    }

    private static AuthStrategy oauth2(Input input, OAuth2Builder auth) {
        ObjectNode json = input.json();
        boolean needsClient = !json.remove("type").asText().equals("oauth2-jwt-bearer");
        JsonNode discover = json.remove("discover");
        if (discover != null && discover.isTextual()) {
            auth.discover(input.values().url("discover", discover.asText()));
        } else if (discover != null && discover.asBoolean()) {
            // A server that is asked for all else may be asked for a client too.
            auth.discover();
            needsClient = false;
        }
        if (needsClient || input.values().has("clientId")) {
            client(input, auth);
        }
        JsonNode scopes = json.remove("scopes");
        if (scopes != null) {
            scopes.forEach(scope -> auth.scopes(input.values().text("scopes", scope.asText())));
        }
        secretParameters(input, auth);
        fill(json, input.values());
        AuthChoice choice = input.choice();
        if (choice.redirectUri() != null) {
            auth.redirectUri(choice.redirectUri());
        }
        if (choice.tokens() != null && choice.account() != null) {
            auth.tokens(choice.tokens(), choice.account());
        }
        input.fieldsOfBaseUrl().forEach(auth::field);
        return auth.definition(json).build();
    }

    private static void client(Input input, OAuth2Builder auth) {
        Values values = input.values();
        if (!values.has("clientId")) {
            input.problems().add("clientId: it is missing: set it by value(\"clientId\", ...)");
            return;
        }
        String id = values.text("clientId", "{{auth.clientId}}");
        if (values.has("clientSecret")) {
            auth.client(id, values.secret("clientSecret", "{{auth.clientSecret}}"));
        } else {
            auth.publicClient(id);
        }
    }

    private static void secretParameters(Input input, OAuth2Builder auth) {
        if (input.json().get("tokenParameters") instanceof ObjectNode parameters) {
            for (String name : Set.copyOf(names(parameters))) {
                String text = parameters.path(name).asText();
                if (input.values().isSecret(text)) {
                    auth.tokenParameter(name, input.values().secret(name, text));
                    parameters.remove(name);
                }
            }
        }
    }

    private static List<String> names(ObjectNode json) {
        List<String> names = new ArrayList<>();
        json.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** Puts the values in, each where it stands. */
    static void fill(JsonNode json, Values values) {
        if (json instanceof ObjectNode object) {
            for (String name : names(object)) {
                JsonNode child = object.get(name);
                if (child.isTextual()) {
                    String text = child.asText();
                    object.put(name, name.endsWith("Url") ? values.url(name, text) : values.text(name, text));
                } else {
                    fill(child, values);
                }
            }
        } else if (json instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                if (array.get(i).isTextual()) {
                    array.set(i, values.text("[" + i + "]", array.get(i).asText()));
                } else {
                    fill(array.get(i), values);
                }
            }
        }
    }
}
