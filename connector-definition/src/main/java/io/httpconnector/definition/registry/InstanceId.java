package io.httpconnector.definition.registry;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.definition.SecretSource.SecretReference;
import io.httpconnector.internal.Arguments;

/**
 * The identity of an instance. A tenant has one instance of a connector.
 *
 * @param tenant the ID of the customer
 * @param connector the ID of the connector document
 */
public record InstanceId(String tenant, String connector) {

    /**
     * Checks the identity.
     *
     * @param tenant the ID of the customer
     * @param connector the ID of the connector document
     * @throws InvalidDefinitionException if the tenant or the connector is missing, or the tenant is that of the application
     */
    public InstanceId {
        check(tenant, "tenant");
        check(connector, "connector");
        if (tenant.equals(SecretReference.APPLICATION)) {
            throw new InvalidDefinitionException("instance", "tenant: \"" + tenant + "\" is reserved, use another ID");
        }
    }

    private static void check(String text, String what) {
        if (text == null || text.isBlank()) {
            throw new InvalidDefinitionException("instance", what + ": it is missing");
        }
        Arguments.encodable(what, text);
    }

    /** Returns the tenant and the connector. */
    @Override
    public String toString() {
        return connector + " of tenant \"" + tenant + "\"";
    }
}
