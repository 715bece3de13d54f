/**
 * Connector documents: one file that describes the connection, authentication, requests, polling triggers and webhooks of a
 * service. Start with {@link io.httpconnector.definition.ConnectorDefinition}.
 */
@NullMarked
package io.httpconnector.definition;

import org.jspecify.annotations.NullMarked;
