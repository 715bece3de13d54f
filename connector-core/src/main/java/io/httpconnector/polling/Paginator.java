package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rule by which the next page of a query is found and requested. Each rule is one class, which also has a {@link
 * PaginatorType}: how the rule is written in a definition, and how it is detected. Immutable.
 */
interface Paginator {

    /**
     * A parameter of the request that changes from page to page.
     *
     * @param pill the pill with its value, such as {@code page.number}; the sequence adds it unless it is a number or offset
     * @param location where the pill is sent
     */
    record PageParameter(String pill, ParameterLocation location) {}

    /** Starts a query: returns the state of this rule at the first page. */
    PageSequence start();

    /**
     * Adds the members of this rule to the definition of the pagination.
     *
     * @throws io.httpconnector.InvalidDefinitionException when the rule contains code
     */
    void writeTo(ObjectNode definition);

    /** The parameter that requests a page; null when the complete URL of the page is known, or there is one page. */
    default @Nullable PageParameter parameter() {
        return null;
    }

    /** The default of {@code first}: the number of the first page, or the first offset. */
    default int firstNumber() {
        return 1;
    }

    /** Adds the problems of an incomplete rule. */
    default void check(List<String> problems) {}

    /** Whether pages are positional, so that records move between pages when others are created or deleted. */
    default boolean isPositional() {
        return false;
    }

    /** Whether a page returns the complete URL of the next one, if there is one. */
    default boolean isByUrl() {
        return false;
    }

    /** Whether the parameter may be the location of the cursor: the service continues by either of them. */
    default boolean continuesCursor() {
        return false;
    }
}
