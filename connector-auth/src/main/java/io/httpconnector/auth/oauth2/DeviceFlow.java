package io.httpconnector.auth.oauth2;

import static io.httpconnector.internal.Arguments.notNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.CannotConnectException;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.RateLimitedException;
import io.httpconnector.StatusException;
import io.httpconnector.TimeSource;
import io.httpconnector.TimedOutException;
import io.httpconnector.TransferException;
import io.httpconnector.auth.CombinedAuth;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The device authorization flow, RFC 8628: the user consents on another device, as this one has no browser. Thread-safe.
 *
 * <pre>{@code
 * TokenSet tokens = DeviceFlow.of(connection)
 *         .authorize(prompt -> out.println("Go to " + prompt.verificationUri() + " and enter " + prompt.userCode()));
 * }</pre>
 */
public final class DeviceFlow {

    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Duration MIN_INTERVAL = Duration.ofSeconds(1);
    /** The longest interval without {@code Retry-After} and {@code slow_down}: the user waits for it. */
    private static final Duration MAX_BACKOFF = Duration.ofMinutes(1);

    private static final Duration MAX_LIFETIME = Duration.ofMinutes(30);

    private final TokenManager session;

    private DeviceFlow(TokenManager session) {
        this.session = session;
    }

    /**
     * The information to show to the user: RFC 8628, section 3.3.
     *
     * @param userCode the code that the user enters
     * @param verificationUri the page where the user enters it
     * @param verificationUriComplete the page, with the code in its URL, for a QR code; empty if the server does not support it
     * @param lifetime the lifetime of the code
     */
    public record Prompt(
            String userCode, String verificationUri, Optional<String> verificationUriComplete, Duration lifetime) {}

    /**
     * Creates the flow for the tokens of a connection.
     *
     * @param connection a connection with {@link OAuth2#deviceCode()}; the caller closes it
     * @return the flow
     * @throws InvalidDefinitionException if the connection has another strategy
     */
    public static DeviceFlow of(HttpConnection connection) {
        if (CombinedAuth.withoutAdditions(notNull(connection, "connection").auth()) instanceof TokenManager session
                && session.settings().grant() instanceof DeviceCodeGrant) {
            return new DeviceFlow(session);
        }
        throw new InvalidDefinitionException(
                "device flow",
                List.of("the auth strategy of the connection must be OAuth2.deviceCode(), but is "
                        + connection.auth()));
    }

    /**
     * Requests a code, shows it and waits until the user has consented or denied, or the code has expired; at most half an hour.
     *
     * @param show shows the code, and returns
     * @return the tokens, which are also stored
     * @throws AuthorizationRequiredException if the user did not consent
     * @throws OAuth2Exception if the authorization server responds with an error
     * @throws ConnectorException if it can't be reached, or the thread is interrupted
     */
    public TokenSet authorize(Consumer<Prompt> show) {
        StepUpChallenge challenge = session.stepUp().orElse(null);
        Started started = session.server()
                .exchange(null, null, Map.of(), endpoint -> new Started(endpoint, endpoint.authorizeDevice(challenge)));
        TokenEndpoint endpoint = started.endpoint;
        JsonNode response = started.response;
        String code = response.path("device_code").asText();
        Prompt prompt = prompt(response);
        if (code.isEmpty() || prompt.userCode.isEmpty()) {
            throw new OAuth2Exception("The response of the device authorization endpoint has no code", null, null);
        }
        show.accept(prompt);
        Duration interval = seconds(response.path("interval"), INTERVAL);
        List<String> scopes = session.settings().scopes();
        List<String> requested = challenge == null ? null : challenge.scopes(scopes);
        return new TokenSet(
                poll(endpoint, code, interval, prompt.lifetime, requested), requested == null ? scopes : requested);
    }

    /** A started device authorization: the endpoint that is polled, and the response. */
    private record Started(TokenEndpoint endpoint, JsonNode response) {}

    private static Prompt prompt(JsonNode response) {
        String complete = response.path("verification_uri_complete").asText();
        String uri = response.path("verification_uri")
                .asText(response.path("verification_url").asText());
        String userCode = response.path("user_code").asText();
        if (userCode.chars().anyMatch(Character::isISOControl)) {
            throw new OAuth2Exception("The user code has control characters", null, null);
        }
        if (!userCode.isEmpty()) {
            EndpointUrl.require("The verification_uri of the device authorization endpoint", uri);
        }
        if (!complete.isEmpty()) {
            EndpointUrl.require("The verification_uri_complete of the device authorization endpoint", complete);
        }
        return new Prompt(
                userCode,
                uri,
                complete.isEmpty() ? Optional.empty() : Optional.of(complete),
                seconds(response.path("expires_in"), MAX_LIFETIME));
    }

    private static Duration seconds(JsonNode value, Duration defaultValue) {
        return shorter(Duration.ofSeconds(Math.max(value.asLong(defaultValue.toSeconds()), 0)), MAX_LIFETIME);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** Returns the interval after a temporary failure: twice as long, and at least what the server requests. */
    private static Duration longer(Duration interval, ConnectorException failure) {
        Duration requested = failure.retryAfter().orElse(Duration.ZERO);
        Duration doubled = shorter(interval.multipliedBy(2), MAX_BACKOFF);
        return shorter(Collections.max(List.of(interval, doubled, requested)), MAX_LIFETIME);
    }

    /** Polls the token endpoint: RFC 8628, section 3.5. The interval only grows. */
    private StoredTokens poll(
            TokenEndpoint endpoint, String code, Duration requested, Duration lifetime, @Nullable List<String> scopes) {
        TimeSource timeSource = session.settings().timeSource();
        long start = timeSource.nanos();
        Duration interval = requested.compareTo(MIN_INTERVAL) < 0 ? MIN_INTERVAL : requested;
        for (Duration left = lifetime;
                left.compareTo(Duration.ZERO) > 0;
                left = lifetime.minusNanos(timeSource.nanos() - start)) {
            PollingDelay.await(timeSource, shorter(interval, left), "the user");
            try {
                StoredTokens tokens = endpoint.deviceCode(code);
                return session.storeConsent(() -> Consent.of(tokens).with(Map.of(), scopes));
            } catch (OAuth2Exception e) {
                switch (e.error().orElse("")) {
                    case "authorization_pending" -> {}
                    case "slow_down" -> interval = interval.plus(INTERVAL);
                    case "access_denied" -> throw required("the user did not consent", e);
                    case "expired_token" -> throw required("the code has expired", e);
                    case "server_error", "temporarily_unavailable" -> interval = longer(interval, e);
                    default -> throw e;
                }
            } catch (TimedOutException | TransferException | CannotConnectException | RateLimitedException e) {
                interval = longer(interval, e);
            } catch (StatusException e) {
                if (e.status() < 500 && e.status() != 408) {
                    throw e;
                }
                interval = longer(interval, e);
            }
        }
        throw required("the code has expired", null);
    }

    private static AuthorizationRequiredException required(String why, @Nullable OAuth2Exception cause) {
        return new AuthorizationRequiredException(
                "Device authorization: " + why,
                cause == null ? null : cause.error().orElse(null),
                cause);
    }

    @Override
    public String toString() {
        return "Device flow of " + session;
    }
}
