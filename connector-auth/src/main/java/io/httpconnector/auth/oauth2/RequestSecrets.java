package io.httpconnector.auth.oauth2;

import io.httpconnector.Secret;
import java.util.Map;

/**
 * Secrets of certain requests to the authorization server. Immutable.
 *
 * @param authorization parameters of the authorization request, by name
 * @param refresh parameters of the request that refreshes, by name
 * @param headers header fields of each token request, by name
 */
record RequestSecrets(Map<String, Secret> authorization, Map<String, Secret> refresh, Map<String, Secret> headers) {

    RequestSecrets {
        authorization = Map.copyOf(authorization);
        refresh = Map.copyOf(refresh);
        headers = Map.copyOf(headers);
    }
}
