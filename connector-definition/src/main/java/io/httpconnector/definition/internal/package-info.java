/** Internal classes that the readers of several formats share. Not part of the public API: they may change in any release. */
@NullMarked
package io.httpconnector.definition.internal;

import org.jspecify.annotations.NullMarked;
