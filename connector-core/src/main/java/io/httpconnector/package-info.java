/**
 * Connections to third-party HTTP APIs: {@link io.httpconnector.HttpConnection} sends a {@link io.httpconnector.Request} and
 * returns a {@link io.httpconnector.Response}. An {@link io.httpconnector.AuthStrategy}, provided by the library or by the
 * application, authenticates the requests. Every failure is a {@link io.httpconnector.ConnectorException} that contains the
 * recorded request and response, without secrets.
 */
@NullMarked
package io.httpconnector;

import org.jspecify.annotations.NullMarked;
