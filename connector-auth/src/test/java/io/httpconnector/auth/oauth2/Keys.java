package io.httpconnector.auth.oauth2;

import io.httpconnector.HttpConnection;

/** Where a connection keeps its tokens. */
final class Keys {

    private Keys() {}

    static String of(HttpConnection connection) {
        return ((TokenManager) connection.auth()).key();
    }
}
