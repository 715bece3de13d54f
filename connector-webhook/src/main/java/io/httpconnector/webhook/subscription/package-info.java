/**
 * Managed subscriptions: register the URL of a receiver at a service, renew, check, rotate and delete the registration, so that a
 * crash, a lost response or a second node leaves neither orphans nor duplicates.
 */
@NullMarked
package io.httpconnector.webhook.subscription;

import org.jspecify.annotations.NullMarked;
