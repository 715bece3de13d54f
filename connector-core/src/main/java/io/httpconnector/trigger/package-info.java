/** Events and their delivery to handlers, common to all triggers. */
@NullMarked
package io.httpconnector.trigger;

import org.jspecify.annotations.NullMarked;
