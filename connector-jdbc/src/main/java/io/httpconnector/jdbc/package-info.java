/** Stores state, tokens and events in a database, for one or more nodes. */
@NullMarked
package io.httpconnector.jdbc;

import org.jspecify.annotations.NullMarked;
