package io.httpconnector.auth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The fields that the texts of a strategy use, and the values that it receives with the tokens. Shared by all readers of the
 * strategy. Not thread-safe.
 *
 * @param entered the names of the used fields whose values a user enters
 * @param received the names of the values that are received with the tokens, so that the base URL can use them
 * @param additional the fields whose values nobody enters, such as the token
 */
record FieldUse(Set<String> entered, Set<String> received, Set<String> additional) {

    FieldUse() {
        this(new TreeSet<>(), new TreeSet<>(), Set.of());
    }

    /** Returns the same uses for a part of the strategy in which an additional field replaces any that a user enters. */
    FieldUse withAdditional(String field) {
        return new FieldUse(entered, received, Set.of(field));
    }

    /**
     * Returns the names of the values that a strategy receives, before its members are read.
     *
     * @param members the members that can name such values
     */
    static Set<String> received(JsonObjectReader strategy, Set<String> members) {
        Set<String> names = new TreeSet<>();
        for (String member : new TreeSet<>(members)) {
            JsonNode value = strategy.any(member);
            if (member.equals("steps") && value != null) {
                value.forEach(step -> addNames(step.get("tokenFields"), names));
            } else {
                addNames(value, names);
            }
        }
        return names;
    }

    private static void addNames(@Nullable JsonNode fields, Set<String> names) {
        if (fields != null && fields.isArray()) {
            fields.forEach(name -> names.add(name.asText()));
        } else if (fields != null) {
            fields.fieldNames().forEachRemaining(names::add);
        }
    }

    /** Marks a field as used. */
    void use(String field) {
        if (!additional.contains(field)) {
            entered.add(field);
        }
    }

    /** Marks values as received with the tokens. */
    void receive(Collection<String> names) {
        received.addAll(names);
    }
}
