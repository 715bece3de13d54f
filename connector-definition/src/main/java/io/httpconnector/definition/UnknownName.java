package io.httpconnector.definition;

import io.httpconnector.internal.json.Suggestions;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Describes a name that a document does not define, with a suggestion. */
final class UnknownName {

    private UnknownName() {}

    /**
     * Returns the message.
     *
     * @param what the kind of the name, such as {@code webhook}
     * @param names the known names
     */
    static String message(String what, @Nullable String name, Collection<String> names) {
        String nearest = name == null ? null : Suggestions.of(name, names);
        return "there is no " + what + " \"" + name + "\""
                + (nearest == null ? ": use one of " + names : ": did you mean \"" + nearest + "\"?");
    }
}
