/** Where triggers keep what they must not forget. */
@NullMarked
package io.httpconnector.state;

import org.jspecify.annotations.NullMarked;
