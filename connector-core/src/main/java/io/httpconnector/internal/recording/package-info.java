/** Exchanges as they are recorded, before their secrets are removed. Not part of the public API: may change in any release. */
@NullMarked
package io.httpconnector.internal.recording;

import org.jspecify.annotations.NullMarked;
