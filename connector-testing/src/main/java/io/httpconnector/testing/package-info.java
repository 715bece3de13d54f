/**
 * Support for tests of integrations: {@link io.httpconnector.testing.VirtualTime} instead of waiting,
 * {@link io.httpconnector.testing.MockService} or a {@linkplain io.httpconnector.testing.recording.Recording recording} instead of
 * a third-party service,
 * {@link io.httpconnector.testing.FailingStateStore} for failures of the storage, and
 * {@link io.httpconnector.testing.Await} for what other threads do.
 */
@NullMarked
package io.httpconnector.testing;

import org.jspecify.annotations.NullMarked;
