package io.httpconnector.auth.oauth2;

/**
 * A callback that is not the answer to an authorization request of this session: its state is unknown, used, expired or another
 * session's, it comes from another authorization server, or it can't be read. Answer it with status 400; when it was the user
 * who waited too long, let them start again.
 */
public final class InvalidCallbackException extends OAuth2Exception {

    private static final long serialVersionUID = 1L;

    InvalidCallbackException(String message) {
        super(message, null, null);
    }
}
