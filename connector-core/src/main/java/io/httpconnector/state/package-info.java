/** Stores for the durable state of triggers. */
@NullMarked
package io.httpconnector.state;

import org.jspecify.annotations.NullMarked;
