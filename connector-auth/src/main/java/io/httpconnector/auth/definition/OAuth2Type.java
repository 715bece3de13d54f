package io.httpconnector.auth.definition;

import io.httpconnector.auth.JwtKey;
import io.httpconnector.auth.oauth2.OAuth2;
import io.httpconnector.auth.oauth2.OAuth2Builder;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A grant of OAuth 2 as a strategy type: {@code oauth2-} and its name.
 *
 * @param grant the name of the grant
 * @param requiresClient whether a client is required unless one is registered
 * @param requiredEndpoints the members with the URLs that are required unless they are discovered
 * @param ownMembers the optional members that not all grants use; its required endpoints are among them
 * @param reader reads the other members of the grant, and returns a function that starts its builder
 */
record OAuth2Type(
        String grant,
        boolean requiresClient,
        Set<String> requiredEndpoints,
        Set<String> ownMembers,
        Function<Members, Function<FieldValues, OAuth2Builder>> reader) {

    static final String CLIENT_ID = "clientId";
    static final String CLIENT_SECRET = "clientSecret";

    /** The members that name values of the callback and of token responses. */
    static final Set<String> RECEIVING = Set.of("tokenFields", "callbackFields");

    private static final List<InputField> CLIENT_FIELDS =
            List.of(InputField.of(CLIENT_ID, "Client ID", false), InputField.of(CLIENT_SECRET, "Client secret", true));

    private static final Set<String> REFRESHING =
            Set.of("refreshUrl", "refreshParameters", "refreshTokenPath", "refusals");
    private static final Set<String> BROWSER = Set.of(
            "pkce",
            "nonce",
            "callbackFields",
            "revocationUrl",
            "pushedAuthorizationRequestUrl",
            "authorizationParameterNames",
            "omittedAuthorizationParameters",
            "additionalTokens",
            "useToken",
            "codeParameter");
    private static final Set<String> CONSENT = Set.of("authorizationParameters", "requireScopes", "registrationUrl");

    private static final List<OAuth2Type> GRANTS = List.of(
            new OAuth2Type(
                    "authorization-code",
                    true,
                    Set.of("authorizationUrl", "tokenUrl"),
                    union(BROWSER, CONSENT, REFRESHING),
                    members -> values -> OAuth2.authorizationCode()),
            new OAuth2Type(
                    "client-credentials",
                    true,
                    Set.of("tokenUrl"),
                    Set.of(),
                    members -> values -> OAuth2.clientCredentials()),
            new OAuth2Type(
                    "device-code",
                    true,
                    Set.of("deviceAuthorizationUrl", "tokenUrl"),
                    union(CONSENT, REFRESHING),
                    members -> values -> OAuth2.deviceCode()),
            new OAuth2Type("password", true, Set.of("tokenUrl"), REFRESHING, OAuth2Type::password),
            new OAuth2Type("refresh-token", true, Set.of("tokenUrl"), REFRESHING, OAuth2Type::refreshToken),
            new OAuth2Type("saml-bearer", false, Set.of("tokenUrl"), Set.of(), SamlMembers::read),
            new OAuth2Type("jwt-bearer", false, Set.of("tokenUrl"), Set.of(), OAuth2Type::jwtBearer));

    /** The types of all grants. */
    static final List<AuthType> ALL = GRANTS.stream().map(OAuth2Type::type).toList();

    private AuthType type() {
        return AuthType.reading(
                "oauth2-" + grant,
                CLIENT_FIELDS,
                RECEIVING,
                members -> OAuth2Members.read(this, members, reader.apply(members)));
    }

    private static Function<FieldValues, OAuth2Builder> password(Members members) {
        // "user": The user name.
        FieldText user = members.requiredText("user");
        // "password": The password.
        FieldText password = members.requiredSecret("password");
        return values -> OAuth2.password(values.requiredText(user), values.requiredSecret(password));
    }

    private static Function<FieldValues, OAuth2Builder> refreshToken(Members members) {
        // "refreshToken": The refresh token.
        FieldText token = members.requiredSecret("refreshToken");
        return values -> OAuth2.refreshToken(values.requiredSecret(token));
    }

    private static Function<FieldValues, OAuth2Builder> jwtBearer(Members members) {
        KeyMembers key = KeyMembers.read(members);
        // "claims": The claims of the assertion by name; numbers, lists and objects keep their type. Texts may contain
        // `{{auth.keyFingerprint}}`, the SHA-256 of the public key of an RSA key in Base64.
        var claims = JwtMembers.claims(members);
        return values -> {
            JwtKey signing = key.build(values);
            return OAuth2.jwtBearer(signing, JwtMembers.claims(claims, signing, values));
        };
    }

    boolean requires(String endpoint) {
        return requiredEndpoints.contains(endpoint);
    }

    private boolean uses(String member) {
        return ownMembers.contains(member) || requires(member);
    }

    /** Rejects the members that only other grants use. */
    void checkMembers(JsonObjectReader reader) {
        GRANTS.stream()
                .flatMap(other -> Stream.of(other.ownMembers, other.requiredEndpoints))
                .flatMap(Set::stream)
                .distinct()
                .filter(member -> !uses(member))
                .sorted()
                .forEach(member -> reader.exclude(
                        member,
                        "the grant " + grant + " does not use it: omit it, or use one of the grants "
                                + GRANTS.stream()
                                        .filter(other -> other.uses(member))
                                        .map(OAuth2Type::grant)
                                        .sorted()
                                        .collect(Collectors.joining(", "))));
    }

    @SafeVarargs
    private static Set<String> union(Set<String>... sets) {
        Set<String> all = new TreeSet<>();
        for (Set<String> set : sets) {
            all.addAll(set);
        }
        return all;
    }
}
