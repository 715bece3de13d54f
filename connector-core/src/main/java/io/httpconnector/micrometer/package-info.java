/**
 * Micrometer observations, and through them OpenTelemetry metrics and traces. Requires the library
 * {@code io.micrometer:micrometer-observation}, which applications with Micrometer have. Depends on the root package only.
 */
@NullMarked
package io.httpconnector.micrometer;

import org.jspecify.annotations.NullMarked;
