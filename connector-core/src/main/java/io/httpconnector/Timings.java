package io.httpconnector;

import java.time.Duration;

/**
 * How long the parts of a call took. The parts of a connection are those of the last attempt, zero when it used a socket that
 * was open already.
 *
 * @param queue waiting for a free connection, for the rate limit, and between attempts, of all attempts together
 * @param dns resolving the name of the host
 * @param connect opening the socket
 * @param tls the TLS handshake
 * @param firstByte from when the request was about to be written until the head of the response arrived
 * @param total the whole call
 */
public record Timings(
        Duration queue, Duration dns, Duration connect, Duration tls, Duration firstByte, Duration total) {}
