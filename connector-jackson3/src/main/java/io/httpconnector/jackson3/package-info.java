/** Objects and trees of Jackson 3, whose packages begin with {@code tools.jackson}: {@link Jackson3Mapping}. */
@NullMarked
package io.httpconnector.jackson3;

import org.jspecify.annotations.NullMarked;
