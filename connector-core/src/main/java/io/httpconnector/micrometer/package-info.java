/**
 * Observations of Micrometer, and by them metrics and traces of OpenTelemetry. It needs the library
 * {@code io.micrometer:micrometer-observation}, which an application with Micrometer has. It uses the root package only.
 */
@NullMarked
package io.httpconnector.micrometer;

import org.jspecify.annotations.NullMarked;
