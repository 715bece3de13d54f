package io.httpconnector.auth.internal;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The grants that use each member of an OAuth 2 definition; a member that is not listed is used by all. */
public final class GrantMembers {

    private static final String CODE = "authorization-code";
    private static final Set<String> WITH_BROWSER = Set.of(CODE);
    private static final Set<String> REFRESHING = Set.of(CODE, "device-code", "password", "refresh-token");

    private static final Map<String, Set<String>> GRANTS = Map.ofEntries(
            Map.entry("authorizationUrl", WITH_BROWSER),
            Map.entry("pkce", WITH_BROWSER),
            Map.entry("nonce", WITH_BROWSER),
            Map.entry("callbackFields", WITH_BROWSER),
            Map.entry("revocationUrl", WITH_BROWSER),
            Map.entry("authorizationParameters", Set.of(CODE, "device-code")),
            Map.entry("deviceAuthorizationUrl", Set.of("device-code")),
            Map.entry("refreshUrl", REFRESHING),
            Map.entry("refreshParameters", REFRESHING),
            Map.entry("refreshTokenPath", REFRESHING),
            Map.entry("refusals", REFRESHING));

    private GrantMembers() {}

    /**
     * Returns the members that some grants do not use.
     *
     * @return their names in a definition
     */
    public static Set<String> names() {
        return GRANTS.keySet();
    }

    /**
     * Checks whether a grant uses a member.
     *
     * @param grant the grant, such as {@code client-credentials}
     * @param member the member
     * @return the reason why the member can't be set; null if it can
     */
    public static @Nullable String problem(String grant, String member) {
        Set<String> users = GRANTS.get(member);
        return users == null || users.contains(grant)
                ? null
                : "the grant " + grant + " does not use it: omit it, or use one of the grants "
                        + String.join(", ", users.stream().sorted().toList());
    }
}
