package io.httpconnector.auth.oauth2;

import io.httpconnector.Secret;
import java.util.Map;

/**
 * The secret parameters and header fields of requests to the authorization server. Immutable.
 *
 * @param authorization parameters of the authorization request, by name
 * @param refresh parameters of the refresh request, by name
 * @param headers header fields of each token request, by name
 */
record RequestSecrets(Map<String, Secret> authorization, Map<String, Secret> refresh, Map<String, Secret> headers) {

    RequestSecrets {
        authorization = Map.copyOf(authorization);
        refresh = Map.copyOf(refresh);
        headers = Map.copyOf(headers);
    }
}
