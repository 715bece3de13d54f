/** Internals shared by the packages of this module; not for use elsewhere, and changed without notice. */
@NullMarked
package io.httpconnector.webhook.internal;

import org.jspecify.annotations.NullMarked;
