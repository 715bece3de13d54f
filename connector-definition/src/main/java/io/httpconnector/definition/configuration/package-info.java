/**
 * Connections, triggers and webhooks by properties, for applications without Spring Boot. Start with
 * {@link io.httpconnector.definition.configuration.ConfiguredConnectors}.
 */
@NullMarked
package io.httpconnector.definition.configuration;

import org.jspecify.annotations.NullMarked;
