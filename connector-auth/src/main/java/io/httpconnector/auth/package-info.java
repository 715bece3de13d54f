/**
 * Every {@link io.httpconnector.AuthStrategy} that comes with the library. Start with
 * {@link io.httpconnector.auth.BasicAuth} or {@link io.httpconnector.auth.CustomAuth}. Uses the core's public API only, so
 * that each of them could be yours.
 */
@NullMarked
package io.httpconnector.auth;

import org.jspecify.annotations.NullMarked;
