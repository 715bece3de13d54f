/** Connections as beans of Micronaut, and handlers with {@link io.httpconnector.micronaut.ConnectorTrigger}. */
@NullMarked
package io.httpconnector.micronaut;

import org.jspecify.annotations.NullMarked;
