/**
 * Programs that show the library at work, one story each, against servers that they start themselves. Start with
 * {@link io.httpconnector.examples.VenueSync}.
 */
@NullMarked
package io.httpconnector.examples;

import org.jspecify.annotations.NullMarked;
