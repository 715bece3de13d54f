/** A private HTTP cache (RFC 9111) for the responses of connections. */
@NullMarked
package io.httpconnector.cache;

import org.jspecify.annotations.NullMarked;
