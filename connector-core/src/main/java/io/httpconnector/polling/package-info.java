/** Triggers that ask a service again and again, and tell what is new. */
@NullMarked
package io.httpconnector.polling;

import org.jspecify.annotations.NullMarked;
