/** File utilities, shared by all modules. Not part of the public API: may change in any release. */
@NullMarked
package io.httpconnector.internal.io;

import org.jspecify.annotations.NullMarked;
