/** Keeps what must not be lost in a database, on one machine or many. */
@NullMarked
package io.httpconnector.jdbc;

import org.jspecify.annotations.NullMarked;
