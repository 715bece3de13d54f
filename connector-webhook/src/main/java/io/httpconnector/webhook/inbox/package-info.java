/**
 * Keeps events from the answer to their sender until they are handled: start at {@link io.httpconnector.webhook.inbox.Inbox}. Knows
 * events and how they are delivered, but neither receivers nor requests.
 */
@NullMarked
package io.httpconnector.webhook.inbox;

import org.jspecify.annotations.NullMarked;
