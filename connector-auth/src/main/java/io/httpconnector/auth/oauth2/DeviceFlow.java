package io.httpconnector.auth.oauth2;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.CannotConnectException;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.StatusException;
import io.httpconnector.TimeSource;
import io.httpconnector.TimedOutException;
import io.httpconnector.TransferException;
import io.httpconnector.auth.CombinedAuth;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets a user consent on another device than this one, which has no browser: RFC 8628.
 *
 * <pre>{@code
 * TokenSet tokens = DeviceFlow.of(connection)
 *         .authorize(prompt -> out.println("Go to " + prompt.verificationUri() + " and enter " + prompt.userCode()));
 * }</pre>
 */
public final class DeviceFlow {

    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Duration MIN_INTERVAL = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(30);

    private final TokenManager session;

    private DeviceFlow(TokenManager session) {
        this.session = session;
    }

    /**
     * What to show to the user: RFC 8628, section 3.3.
     *
     * @param userCode what the user enters
     * @param verificationUri where
     * @param verificationUriComplete where, with the code in it, such as for a QR code; empty when the server has no such
     * @param lifetime how long the code is good
     */
    public record Prompt(
            String userCode, String verificationUri, Optional<String> verificationUriComplete, Duration lifetime) {}

    /**
     * The flow that brings the tokens of a connection.
     *
     * @param connection a connection with {@link OAuth2#deviceCode()}; stays the caller's
     * @return the flow
     * @throws InvalidDefinitionException when it has another strategy
     */
    public static DeviceFlow of(HttpConnection connection) {
        if (CombinedAuth.withoutAdditions(connection.auth()) instanceof TokenManager session
                && session.settings().grant() instanceof GrantType.DeviceCode) {
            return new DeviceFlow(session);
        }
        throw new InvalidDefinitionException(
                "device flow",
                List.of("the auth strategy of the connection must be an OAuth2.deviceCode(), it is "
                        + connection.auth()));
    }

    /**
     * Asks for a code, shows it and waits until the user has consented, refused, or let the code expire; half an hour at most.
     *
     * @param show shows the code, and returns
     * @return the tokens, which are in the store too
     * @throws AuthorizationRequiredException when the user did not consent
     * @throws OAuth2Exception when the authorization server refuses
     * @throws ConnectorException when it can't be reached, or the thread is interrupted
     */
    public TokenSet authorize(Consumer<Prompt> show) {
        Started started =
                session.exchange(null, null, endpoint -> new Started(endpoint, endpoint.deviceAuthorization()));
        TokenEndpoint endpoint = started.endpoint;
        JsonNode response = started.response;
        String code = response.path("device_code").asText();
        Prompt prompt = prompt(response);
        if (code.isEmpty() || prompt.userCode.isEmpty()) {
            throw new OAuth2Exception("The device authorization endpoint answered without a code", null, null);
        }
        show.accept(prompt);
        Duration interval = seconds(response.path("interval"), INTERVAL);
        return new TokenSet(poll(endpoint, code, interval, prompt.lifetime));
    }

    /** Where a device was begun, and the response. */
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
                seconds(response.path("expires_in"), LONGEST));
    }

    private static Duration seconds(JsonNode value, Duration otherwise) {
        return shorter(Duration.ofSeconds(Math.max(value.asLong(otherwise.toSeconds()), 0)), LONGEST);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** As section 3.5 says, of which a server may be asked less often and no more. */
    private StoredTokens poll(TokenEndpoint endpoint, String code, Duration asked, Duration lifetime) {
        TimeSource timeSource = session.settings().timeSource();
        Instant end = timeSource.now().plus(lifetime);
        Duration interval = asked.compareTo(MIN_INTERVAL) < 0 ? MIN_INTERVAL : asked;
        for (Instant now = timeSource.now(); now.isBefore(end); now = timeSource.now()) {
            PollingDelay.await(timeSource, shorter(interval, Duration.between(now, end)), "the user");
            try {
                StoredTokens tokens = endpoint.deviceCode(code);
                return session.consented(() -> tokens);
            } catch (OAuth2Exception e) {
                switch (e.error().orElse("")) {
                    case "authorization_pending" -> {}
                    case "slow_down" -> interval = interval.plus(INTERVAL);
                    case "access_denied" -> throw required("the user did not consent", e);
                    case "expired_token" -> throw required("the code has expired", e);
                    default -> throw e;
                }
            } catch (TimedOutException | TransferException | CannotConnectException e) {
                interval = shorter(interval.multipliedBy(2), LONGEST);
            } catch (StatusException e) {
                if (e.status() < 500) {
                    throw e;
                }
                interval = shorter(interval.multipliedBy(2), LONGEST);
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
