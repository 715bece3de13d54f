/** Triggers that receive webhooks and poll: start at {@link io.httpconnector.webhook.hybrid.HybridTrigger}. */
@NullMarked
package io.httpconnector.webhook.hybrid;

import org.jspecify.annotations.NullMarked;
