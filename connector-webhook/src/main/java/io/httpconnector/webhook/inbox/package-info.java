/**
 * Stores events from the response to their sender until they are handled: start at
 * {@link io.httpconnector.webhook.inbox.Inbox}. Depends on events and their delivery, but not on receivers or requests.
 */
@NullMarked
package io.httpconnector.webhook.inbox;

import org.jspecify.annotations.NullMarked;
