package io.httpconnector.webhook;

import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.internal.http.Url;

/** The endpoint of a service that publishes public keys. Thread-safe. */
final class KeyEndpoint {

    private final HttpConnection connection;

    /** The origin of the keys; empty if it is known only later, because the base URL has pills. */
    private final String origin;

    KeyEndpoint(HttpConnection connection, String path) {
        this.connection = connection;
        String first = path.contains("://") ? path : connection.baseUrl();
        this.origin = first.contains("{{") ? "" : originOf(first);
    }

    /** Returns the response. A redirect to another origin is rejected: that origin could name keys of its own. */
    String fetch(Request request) {
        Response response = connection.send(request);
        String actual = originOf(response.resolve("/").toString());
        if (!origin.isEmpty() && !actual.equals(origin)) {
            throw new ConnectorException("The keys at " + request + " are not used: the request was redirected from "
                    + origin + " to " + actual);
        }
        return response.text();
    }

    private static String originOf(String url) {
        return Url.parseAbsolute(url).origin().toString();
    }
}
