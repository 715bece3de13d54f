package io.httpconnector.auth.oauth2;

import io.httpconnector.HttpConnection;

/** The store key of the tokens of a connection. */
final class Keys {

    private Keys() {}

    static String of(HttpConnection connection) {
        return ((TokenManager) connection.auth()).key();
    }
}
