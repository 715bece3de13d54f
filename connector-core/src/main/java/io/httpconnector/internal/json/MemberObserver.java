package io.httpconnector.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Receives what a {@link JsonObjectReader} asks for while it reads an object: the members, their types and their rules. The
 * model of the documents is derived from it, so that documentation and schemas state what the readers do. The default methods
 * ignore everything.
 */
public interface MemberObserver {

    /** An observer that ignores everything. */
    MemberObserver NONE = new MemberObserver() {};

    /** The type of a simple value. */
    enum ValueType {
        /** A string. */
        TEXT,
        /** An integer. */
        INTEGER,
        /** True or false. */
        FLAG,
        /** Only true. */
        MARKER,
        /** An ISO 8601 instant. */
        INSTANT,
        /** An ISO 8601 duration. */
        DURATION,
        /** The id of a time zone. */
        ZONE,
        /** A string, a number, a Boolean or null. */
        SCALAR,
        /** An object with any members. */
        FREE_OBJECT,
        /** Any JSON value. */
        ANY
    }

    /** The arrangement of the values of a member. */
    enum Arrangement {
        /** One value. */
        SINGLE,
        /** A list of values. */
        LIST,
        /** An object whose members are the values; their names are free. */
        MAP
    }

    /**
     * A member is looked up; its type may follow.
     *
     * @param name the member
     */
    default void lookedUp(String name) {}

    /**
     * A member has a simple value.
     *
     * @param name the member
     * @param type the type of the value, or of each of them
     * @param arrangement one value, or several
     */
    default void value(String name, ValueType type, Arrangement arrangement) {}

    /**
     * A member is one of several strings.
     *
     * @param name the member
     * @param permitted the strings
     * @param anyCase whether upper and lower case are equal
     */
    default void choice(String name, List<String> permitted, boolean anyCase) {}

    /**
     * A member has an object, or several.
     *
     * @param name the member
     * @param reading reads the members of an object
     * @param arrangement one object, or several
     */
    default void object(String name, Function<JsonObjectReader, ?> reading, Arrangement arrangement) {}

    /**
     * A member is read by a function that may read it as a document.
     *
     * @param name the member
     * @param reading reads the object
     */
    default void document(String name, Function<JsonNode, ?> reading) {}

    /**
     * A member is a list whose elements are read by a function that may read them as documents.
     *
     * @param name the member
     * @param reading reads an element, given its JSON Pointer
     */
    default void elements(String name, BiFunction<JsonNode, String, ?> reading) {}

    /**
     * A list needs an element if it is present.
     *
     * @param name the member
     */
    default void notEmpty(String name) {}

    /**
     * The elements of a list have to be different.
     *
     * @param name the member
     */
    default void distinct(String name) {}

    /**
     * A member is required.
     *
     * @param name the member
     */
    default void required(String name) {}

    /**
     * A member of other objects of the kind is not permitted in this one.
     *
     * @param name the member
     */
    default void excluded(String name) {}

    /**
     * Some members exclude each other.
     *
     * @param names the members
     * @param isRequired whether one of them is required
     */
    default void exclusive(List<String> names, boolean isRequired) {}
}
