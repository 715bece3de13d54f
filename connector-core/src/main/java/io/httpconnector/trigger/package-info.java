/** Events, and how they are delivered to your code: the same for all triggers. */
@NullMarked
package io.httpconnector.trigger;

import org.jspecify.annotations.NullMarked;
