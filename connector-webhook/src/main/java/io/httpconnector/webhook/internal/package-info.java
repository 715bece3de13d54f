/** What the packages of this module share; not for use elsewhere, and changed without notice. */
@NullMarked
package io.httpconnector.webhook.internal;

import org.jspecify.annotations.NullMarked;
