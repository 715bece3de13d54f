/**
 * The transport of a connection, which sends requests over the network, and the transport of the JDK for HTTP/2. Applications can
 * implement {@link io.httpconnector.transport.HttpTransport} with another HTTP client.
 */
@NullMarked
package io.httpconnector.transport;

import org.jspecify.annotations.NullMarked;
