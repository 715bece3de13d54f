package io.httpconnector.auth.oauth2;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The authorization server that tokens, codes and registered clients belong to; stored with them.
 *
 * @param id the issuer identifier, RFC 8414, section 2; null if all endpoints are configured
 * @param origins the origins of its endpoints that receive credentials, at the time when the credentials were issued
 */
record Issuer(@Nullable String id, List<String> origins) {

    Issuer {
        origins = origins == null ? List.of() : List.copyOf(origins);
    }

    static Issuer of(@Nullable String id, ProviderConfig definition) {
        List<String> origins = Stream.of(
                        definition.tokenUrl(),
                        definition.refreshUrl(),
                        definition.revocationUrl(),
                        definition.pushedAuthorizationRequestUrl(),
                        definition.deviceAuthorizationUrl())
                .filter(Objects::nonNull)
                .map(EndpointUrl::origin)
                .distinct()
                .toList();
        return new Issuer(id, origins);
    }

    boolean contradicts(Issuer other) {
        return id != null && other.id != null && !id.equals(other.id);
    }

    boolean hasEndpointAt(String url) {
        return origins.contains(EndpointUrl.origin(url));
    }

    @Override
    public String toString() {
        return id == null ? String.join(", ", origins) : id;
    }
}
