/** For the tests of auth strategies of your own. */
@NullMarked
package io.httpconnector.auth.testing;

import org.jspecify.annotations.NullMarked;
