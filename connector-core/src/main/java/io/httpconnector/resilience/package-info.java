/** Protection of the application and of services that fail: a circuit breaker. */
@NullMarked
package io.httpconnector.resilience;

import org.jspecify.annotations.NullMarked;
