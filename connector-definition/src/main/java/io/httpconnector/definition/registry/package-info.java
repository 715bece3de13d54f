/**
 * The instances of connector documents for all customers of an application: stored, started, changed and upgraded. Start with {@link
 * io.httpconnector.definition.registry.ConnectorRegistry}.
 */
@NullMarked
package io.httpconnector.definition.registry;

import org.jspecify.annotations.NullMarked;
