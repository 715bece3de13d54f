package io.httpconnector.auth.oauth2;

import io.httpconnector.AuthContext;
import io.httpconnector.CannotConnectException;
import io.httpconnector.ConnectorException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.auth.internal.ErrorText;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The auth context of a connection whose authorization server is named by the service: requests to configured endpoints are sent
 * as usual, all others only to hosts that a service may name.
 */
final class DiscoveryContext implements AuthContext {

    private final AuthContext all;
    private final AuthContext discovered;
    private final Set<String> configuredOrigins;

    DiscoveryContext(AuthContext all, Set<String> configuredOrigins) {
        this.all = all;
        this.discovered = all.forDiscoveredHosts();
        this.configuredOrigins = configuredOrigins;
    }

    @Override
    public String connection() {
        return all.connection();
    }

    @Override
    public Response send(Request request) {
        if (request.uri().isAbsolute()
                && configuredOrigins.contains(EndpointUrl.origin(request.uri().toString()))) {
            return all.send(request);
        }
        try {
            return discovered.send(request);
        } catch (CannotConnectException e) {
            if (e.reason() != CannotConnectException.Reason.NOT_ALLOWED || discovered == all) {
                throw e;
            }
            throw new OAuth2Exception(
                    "The service of \"" + connection() + "\" names "
                            + ErrorText.singleLine(
                                    EndpointUrl.origin(request.uri().toString()))
                            + ", which is not permitted: unless destinations(...) permits it, it must be on the public"
                            + " Internet; if it is the right authorization server, set it by discover(issuer)",
                    null,
                    e);
        }
    }

    @Override
    public AuthContext forDiscoveredHosts() {
        return discovered;
    }

    @Override
    public ConnectorException failure(Response response) {
        return all.failure(response);
    }

    @Override
    public String mask(Response response, String text) {
        return all.mask(response, text);
    }

    @Override
    public <T> Function<Request, T> singleFlight(Supplier<T> work) {
        return all.singleFlight(work);
    }

    @Override
    public <T> T requestCredentials(Supplier<T> request, Function<T, Optional<Instant>> expiry) {
        return all.requestCredentials(request, expiry);
    }
}
