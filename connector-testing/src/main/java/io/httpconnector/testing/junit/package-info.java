/** JUnit support: tests whose exchanges are recorded and replayed. Requires JUnit Jupiter 5.10 or later. */
@NullMarked
package io.httpconnector.testing.junit;

import org.jspecify.annotations.NullMarked;
