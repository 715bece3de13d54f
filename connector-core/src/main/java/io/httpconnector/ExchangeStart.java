package io.httpconnector;

import java.net.URI;

/** A call that is about to be sent. Belongs to the thread that sends. */
public final class ExchangeStart {

    private final String connection;
    private Request request;

    ExchangeStart(String connection, Request request) {
        this.connection = connection;
        this.request = request;
    }

    /**
     * The connection.
     *
     * @return its name
     */
    public String connection() {
        return connection;
    }

    /**
     * What the request is called.
     *
     * @return the name of the request, such as that of its template; empty when it has none
     */
    public String name() {
        return request.name();
    }

    /**
     * The method.
     *
     * @return such as {@code GET}
     */
    public String method() {
        return request.method();
    }

    /**
     * The URL that is asked for, before redirects.
     *
     * @return an absolute URL; a secret in it is {@code ***}
     */
    public URI uri() {
        return URI.create(request.shownUrl());
    }

    /**
     * Adds a header field to what is sent, such as {@code traceparent}.
     *
     * @param name the field name
     * @param value the value
     * @throws InvalidDefinitionException as {@link Request#header(String, String)}
     */
    public void header(String name, String value) {
        request = request.header(name, value);
    }

    Request request() {
        return request;
    }
}
