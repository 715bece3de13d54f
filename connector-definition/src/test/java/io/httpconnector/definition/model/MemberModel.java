package io.httpconnector.definition.model;

import java.util.List;
import java.util.Set;

/**
 * A member of an object. Immutable.
 *
 * @param name the name
 * @param values the kinds of values, at least one
 * @param isRequired whether the object must have it
 * @param unless the members that replace a required one
 * @param with the members of which the object must have one to have this member; empty for none
 * @param requiredWith the members that require this one
 * @param isNotEmpty whether a list must have an element
 * @param isDistinct whether the elements of a list must be different
 * @param readers the methods that read it, the innermost first, each as the name of its class, a colon and the line
 */
record MemberModel(
        String name,
        List<ValueModel> values,
        boolean isRequired,
        Set<String> unless,
        Set<String> with,
        Set<String> requiredWith,
        boolean isNotEmpty,
        boolean isDistinct,
        List<String> readers) {}
