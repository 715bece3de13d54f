package io.httpconnector.definition.registry;

/** The state of a {@link ConnectorInstance}. */
public enum InstanceState {
    /** The instance polls and receives webhooks. A service that fails is tried again, with increasing delays. */
    ACTIVE,
    /**
     * The service has rejected the credentials, or there are none: the instance does not poll until the customer has authorized
     * the connection again. Then it becomes active by itself, if new tokens are stored, or by {@link ConnectorInstance#start()} or {@link
     * ConnectorInstance#change}. It continues to receive webhooks.
     */
    NEEDS_AUTHORIZATION,
    /**
     * The instance cannot run: a value or a secret is missing or invalid, or its version is not defined. See the reason. It
     * becomes active by itself if a missing secret is added, or by {@link ConnectorInstance#start()}, {@link ConnectorInstance#change} or an upgrade.
     */
    FAILED,
    /** The instance was stopped. */
    DISABLED,
    /**
     * The instance was removed, but its subscription at the service could not be deleted yet: this is tried again until it succeeds,
     * also after a restart. Then it does not exist any more. {@link ConnectorInstance#removeKeepingState()} gives up.
     */
    REMOVING
}
