/** Files. For the modules of this project only. */
@NullMarked
package io.httpconnector.internal.io;

import org.jspecify.annotations.NullMarked;
