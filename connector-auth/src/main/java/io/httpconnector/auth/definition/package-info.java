/** Ways to authenticate as data: what a service offers, which values it needs from a user, and the strategy that comes of both. */
@NullMarked
package io.httpconnector.auth.definition;

import org.jspecify.annotations.NullMarked;
