package io.httpconnector.definition.registry;

import java.time.Instant;
import java.util.Optional;

/**
 * A trigger or webhook of an instance that has a handler.
 *
 * @param name the name in the document
 * @param isWebhook whether it receives events; otherwise it polls
 * @param isPaused whether this node has paused its polls by {@link ConnectorInstance#pause}
 * @param nextPoll when this node polls next; empty if it does not, for a webhook, and in a cluster
 */
public record InstanceTrigger(String name, boolean isWebhook, boolean isPaused, Optional<Instant> nextPoll) {}
