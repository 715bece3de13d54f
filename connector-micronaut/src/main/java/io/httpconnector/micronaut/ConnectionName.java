package io.httpconnector.micronaut;

import io.micronaut.context.annotation.EachProperty;
import io.micronaut.context.annotation.Parameter;

/**
 * The name of a connection, which is also the qualifier of its beans.
 *
 * @param name the name in {@code connectors.connections}
 */
@EachProperty("connectors.connections")
record ConnectionName(@Parameter String name) {}
