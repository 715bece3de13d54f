package io.httpconnector.webhook.subscription;

import java.util.Set;

/** The reasons for which the library replaces a subscription by another one, without those that a service announces. */
final class ReplacementReasons {

    static final String EXPIRED = "expired";
    static final String URL_CHANGED = "the URL has changed";
    static final String DEFINITION_CHANGED = "the definition has changed";
    static final String ROTATION = "rotation of the secret";
    static final String RENEWAL = "renewal by a new subscription";

    /** The reasons for a replacement during which the previous subscription sends events. */
    static final Set<String> PLANNED = Set.of(URL_CHANGED, DEFINITION_CHANGED, ROTATION, RENEWAL);

    /** All reasons. */
    static final Set<String> ALL = Set.of(EXPIRED, URL_CHANGED, DEFINITION_CHANGED, ROTATION, RENEWAL);

    private ReplacementReasons() {}
}
