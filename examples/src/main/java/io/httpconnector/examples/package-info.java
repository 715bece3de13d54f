/**
 * Runnable examples of the library, one use case each, against servers that they start. Start with
 * {@link io.httpconnector.examples.VenueSync}.
 */
@NullMarked
package io.httpconnector.examples;

import org.jspecify.annotations.NullMarked;
