package io.httpconnector;

import java.net.URI;

/** A call that is about to be sent. Not thread-safe; used on the sending thread only. */
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
     * Returns the name of the connection.
     *
     * @return the name
     */
    public String connection() {
        return connection;
    }

    /**
     * Returns the name of the request.
     *
     * @return the name, such as that of a template; empty if it has none
     */
    public String name() {
        return request.name();
    }

    /**
     * Returns the request method.
     *
     * @return the method, such as {@code GET}
     */
    public String method() {
        return request.method();
    }

    /**
     * Returns the requested URL, before redirects.
     *
     * @return an absolute URL, in which {@code ***} replaces secrets
     */
    public URI uri() {
        return URI.create(request.shownUrl());
    }

    /**
     * Adds a header field to the request, such as {@code traceparent}.
     *
     * @param name the field name
     * @param value the value
     * @throws InvalidDefinitionException as for {@link Request#header(String, String)}
     */
    public void header(String name, String value) {
        request = request.header(name, value);
        own = own.header(name, value);
    }

    /** Returns the request of the caller with the additions of listeners, before defaults and credentials are added. */
    Request own() {
        return own;
    }

    Request request() {
        return request;
    }
}
