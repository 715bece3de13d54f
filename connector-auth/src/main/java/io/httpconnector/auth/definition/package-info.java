/** Authentication methods as data: the methods of a service, the values that a user enters, and the strategies built from both. */
@NullMarked
package io.httpconnector.auth.definition;

import org.jspecify.annotations.NullMarked;
