/** The command {@code connector}, which checks, tests and runs connector documents. */
@NullMarked
package io.httpconnector.cli;

import org.jspecify.annotations.NullMarked;
