package io.httpconnector.webhook;

import java.util.function.Predicate;

/**
 * The values of a request that a verifier covers. Knows the result for the header fields that every request is asked for, because
 * it is the same for all requests of a verifier. Immutable.
 */
final class Coverage implements Predicate<ValueSelector> {

    static final ValueSelector CONTENT_TYPE = ValueSelector.header("Content-Type");
    static final ValueSelector CONTENT_ENCODING = ValueSelector.header("Content-Encoding");
    static final ValueSelector CLOUD_EVENT = ValueSelector.header("ce-specversion");

    /** Covers the whole request. */
    static final Coverage ALL = new Coverage(selector -> true);

    private final Predicate<ValueSelector> covered;
    private final boolean hasContentHeaders;
    private final boolean hasCloudEvent;

    private Coverage(Predicate<ValueSelector> covered) {
        this.covered = covered;
        this.hasContentHeaders = covered.test(CONTENT_TYPE) || covered.test(CONTENT_ENCODING);
        this.hasCloudEvent = covered.test(CLOUD_EVENT);
    }

    /** Returns the values that a predicate accepts. */
    static Coverage of(Predicate<ValueSelector> covered) {
        return covered instanceof Coverage known ? known : new Coverage(covered);
    }

    @Override
    public boolean test(ValueSelector selector) {
        return covered.test(selector);
    }

    /** Whether any of the content header fields is covered. */
    boolean hasContentHeaders() {
        return hasContentHeaders;
    }

    /** Whether the attributes of a CloudEvent are covered. */
    boolean hasCloudEvent() {
        return hasCloudEvent;
    }
}
