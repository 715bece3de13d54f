/**
 * Connections to other people's HTTP APIs. Every failure is a {@link io.httpconnector.ConnectorException} that carries
 * what was sent and what came back, without its secrets.
 */
@NullMarked
package io.httpconnector;

import org.jspecify.annotations.NullMarked;
