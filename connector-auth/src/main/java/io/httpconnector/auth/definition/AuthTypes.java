package io.httpconnector.auth.definition;

import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The registry of strategy types. A type is added here by one line; names, suggestions, tests and tables are derived from it. */
final class AuthTypes {

    private static final List<AuthType> BUILT_IN = Stream.concat(
                    Stream.of(
                            AuthType.of("none", values -> AuthStrategy.none()),
                            AuthType.reading(
                                    "custom",
                                    members -> Recipe.of(Additions.all(members), values -> AuthStrategy.none())),
                            DigestType.TYPE,
                            BasicType.TYPE,
                            AwsType.TYPE,
                            HmacType.TYPE,
                            SignatureType.TYPE,
                            OAuth1Type.TYPE,
                            JwtType.TYPE,
                            LoginType.TYPE),
                    OAuth2Type.ALL.stream())
            .toList();

    private AuthTypes() {}

    /**
     * Returns the built-in types and those of an application, by name and in alphabetical order.
     *
     * @throws InvalidDefinitionException if two of them have the same name
     */
    static Map<String, AuthType> with(AuthType... own) {
        Map<String, AuthType> types = new TreeMap<>();
        Stream.concat(BUILT_IN.stream(), Stream.of(own)).forEach(type -> {
            if (types.putIfAbsent(type.name(), type) != null) {
                throw new InvalidDefinitionException(
                        "auth type", List.of("there is another type \"" + type.name() + "\": use another name"));
            }
        });
        return types;
    }
}
