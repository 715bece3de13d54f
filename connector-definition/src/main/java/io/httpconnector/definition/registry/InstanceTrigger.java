package io.httpconnector.definition.registry;

import java.time.Instant;
import java.util.Optional;

/**
 * A trigger or webhook of an instance that has a handler.
 *
 * @param name the name in the document
 * @param isWebhook whether it is a webhook; otherwise it polls, or receives a stream
 * @param isStream whether it receives a stream of server-sent events
 * @param isPaused whether it is paused by {@link ConnectorInstance#pause}: polls by this node, a stream by any node
 * @param nextPoll when this node polls next; empty if it does not, for a webhook or stream, and in a cluster
 */
public record InstanceTrigger(
        String name, boolean isWebhook, boolean isStream, boolean isPaused, Optional<Instant> nextPoll) {}
