/**
 * Metrics and traces with Micrometer, and through it OpenTelemetry and Prometheus. {@link ConnectorMetrics} measures connections,
 * triggers and webhook receivers; {@link ObservationListener} traces the calls of a connection only.
 */
@NullMarked
package io.httpconnector.micrometer;

import org.jspecify.annotations.NullMarked;
