/**
 * Connections to third-party HTTP APIs: {@link io.httpconnector.HttpConnection} sends a
 * {@link io.httpconnector.Request} and gives back a {@link io.httpconnector.Response}. How a connection authenticates is
 * an {@link io.httpconnector.AuthStrategy}, one of ours or one of yours. Every failure is a
 * {@link io.httpconnector.ConnectorException} that carries what was sent and what came back, without its secrets.
 */
@NullMarked
package io.httpconnector;

import org.jspecify.annotations.NullMarked;
