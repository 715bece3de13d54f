package io.httpconnector;

import java.net.URI;

/** A call that is about to be sent. Belongs to the thread that sends. */
public final class ExchangeStarted {

    private final String connection;
    private Request own;
    private Request request;

    ExchangeStarted(String connection, Request own, Request request) {
        this.connection = connection;
        this.own = own;
        this.request = request;
    }

    /**
     * Returns the connection.
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
     * Returns the method.
     *
     * @return such as {@code GET}
     */
    public String method() {
        return request.method();
    }

    /**
     * Returns the URL that is asked for, before redirects.
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
        own = own.header(name, value);
    }

    /** Returns the request of the caller with what listeners added, before defaults and credentials. */
    Request own() {
        return own;
    }

    Request request() {
        return request;
    }
}
