package io.httpconnector;

import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.time.Duration;

/**
 * The durations of the phases of a call. The phases that open a connection are those of the last attempt; they are zero if the
 * attempt reused an open socket.
 *
 * @param queue waiting for a free connection, for the rate limit, and between attempts; the total of all attempts
 * @param dns resolving the name of the host
 * @param connect opening the socket
 * @param tls the TLS handshake
 * @param firstByte from the start of sending the request until the head of the response was received
 * @param total the whole call
 */
public record Timings(
        @JsonSerialize(using = ToStringSerializer.class) Duration queue,
        @JsonSerialize(using = ToStringSerializer.class) Duration dns,
        @JsonSerialize(using = ToStringSerializer.class) Duration connect,
        @JsonSerialize(using = ToStringSerializer.class) Duration tls,
        @JsonSerialize(using = ToStringSerializer.class) Duration firstByte,
        @JsonSerialize(using = ToStringSerializer.class) Duration total) {}
