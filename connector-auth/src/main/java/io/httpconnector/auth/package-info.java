/**
 * The {@link io.httpconnector.AuthStrategy} implementations of the library. Start with
 * {@link io.httpconnector.auth.BasicAuth} or {@link io.httpconnector.auth.CustomAuth}. They use only the public API of the core,
 * as custom strategies do.
 */
@NullMarked
package io.httpconnector.auth;

import org.jspecify.annotations.NullMarked;
