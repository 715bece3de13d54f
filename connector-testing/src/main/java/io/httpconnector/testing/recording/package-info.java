/**
 * Recordings of the exchanges with a service as HTTP Archives (HAR 1.2) without secrets, and tests that replay them without a
 * network, in virtual time.
 */
@NullMarked
package io.httpconnector.testing.recording;

import org.jspecify.annotations.NullMarked;
