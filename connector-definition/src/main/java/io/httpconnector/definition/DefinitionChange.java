package io.httpconnector.definition;

import java.util.Set;

/**
 * A difference between two versions of a connector document, and its consequence for running instances.
 *
 * @param kind what has changed
 * @param impact who or what is affected
 * @param pointer the JSON Pointer of the member in the newer document, or in the older one if it was removed
 * @param consequence the consequence for running instances
 * @param strategies the ways to authenticate whose instances are affected; empty for all
 */
public record DefinitionChange(
        ChangeKind kind, Impact impact, String pointer, String consequence, Set<String> strategies) {

    /** The kind of member that has changed. */
    public enum ChangeKind {
        /** The base URL. */
        BASE_URL,
        /** Another option of the connection. */
        CONNECTION,
        /** An input that customers must fill in was added, or has become mandatory or secret. */
        REQUIRED_INPUT,
        /** An optional input was added, or the rules of an input have changed. */
        INPUT,
        /** An input was removed. */
        REMOVED_INPUT,
        /** A way to authenticate was added. */
        ADDED_STRATEGY,
        /** A way to authenticate was removed. */
        REMOVED_STRATEGY,
        /** A way to authenticate has other scopes. */
        SCOPES,
        /** A way to authenticate has another type, authorization server or client. */
        AUTHORIZATION,
        /** Another option of a way to authenticate. */
        STRATEGY,
        /** A request was added. */
        ADDED_REQUEST,
        /** A request was removed. */
        REMOVED_REQUEST,
        /** A request needs other values. */
        REQUEST_VALUES,
        /** Another member of a request. */
        REQUEST,
        /** A polling trigger was added. */
        ADDED_TRIGGER,
        /** A polling trigger was removed. */
        REMOVED_TRIGGER,
        /** The key of the records of a trigger. */
        KEY,
        /** The version of the records of a trigger. */
        RECORD_VERSION,
        /** The cursor of a trigger. */
        CURSOR,
        /** The request of a trigger, or the location of its records. */
        QUERY,
        /** Another option of a trigger. */
        TRIGGER,
        /** A webhook was added. */
        ADDED_WEBHOOK,
        /** A webhook was removed. */
        REMOVED_WEBHOOK,
        /** A webhook verifies its requests by another secret. */
        WEBHOOK_SECRET,
        /** A webhook verifies its requests in another way. */
        WEBHOOK_VERIFICATION,
        /** The ID or the key of the events of a webhook. */
        WEBHOOK_EVENTS,
        /** The subscription by which the library registers a webhook at the service. */
        SUBSCRIPTION,
        /** Another option of a webhook. */
        WEBHOOK
    }

    /** The people or parts that a change affects, in the order of severity. */
    public enum Impact {
        /** Running instances continue as before. */
        NONE,
        /** The state of a trigger is used differently: events may be repeated, or changes missed. */
        STATE,
        /** The code of the application, or the settings at the service, must be changed too. */
        APPLICATION,
        /** Each customer must enter values or authorize the connection again. */
        CUSTOMER
    }

    /**
     * Copies the set.
     *
     * @param kind what has changed
     * @param impact who or what is affected
     * @param pointer the JSON Pointer of the member in the newer document, or in the older one if it was removed
     * @param consequence the consequence for running instances
     * @param strategies the ways to authenticate whose instances are affected; empty for all
     */
    public DefinitionChange {
        strategies = Set.copyOf(strategies);
    }

    /**
     * Returns whether instances with a way to authenticate are affected.
     *
     * @param strategy the name of the strategy
     * @return whether they are
     */
    public boolean concerns(String strategy) {
        return strategies.isEmpty() || strategies.contains(strategy);
    }

    /** Returns impact, place and consequence in one line. */
    @Override
    public String toString() {
        return impact + " " + pointer + ": " + consequence;
    }
}
