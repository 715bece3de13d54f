package io.httpconnector.auth.oauth2;

/**
 * Thrown if a callback does not belong to an authorization request of this session: its state is unknown, used, expired or that of
 * another session, it comes from another authorization server, or it can't be parsed. Respond with status 400; if the user
 * took too long, let them start again.
 */
public final class InvalidCallbackException extends OAuth2Exception {

    private static final long serialVersionUID = 1L;

    InvalidCallbackException(String message) {
        super(message, null, null);
    }
}
