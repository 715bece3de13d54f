/**
 * Connections as beans of CDI, for Quarkus and other containers: {@link io.httpconnector.cdi.ConnectionName} and
 * {@link io.httpconnector.cdi.ConnectorTrigger}.
 */
@NullMarked
package io.httpconnector.cdi;

import org.jspecify.annotations.NullMarked;
