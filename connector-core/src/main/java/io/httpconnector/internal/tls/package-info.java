/** Checks of certificates beyond those of the JVM. Not part of the public API: it may change in any release. */
@NullMarked
package io.httpconnector.internal.tls;

import org.jspecify.annotations.NullMarked;
