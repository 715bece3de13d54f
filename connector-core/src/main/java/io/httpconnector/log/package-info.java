/**
 * The exchange log: who has sent which request when, and what the response was, without secrets. Depends on the root package and
 * on triggers.
 */
@NullMarked
package io.httpconnector.log;

import org.jspecify.annotations.NullMarked;
