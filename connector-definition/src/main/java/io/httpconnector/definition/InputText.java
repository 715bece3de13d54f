package io.httpconnector.definition;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.template.PillText;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A text of a connector document with pills for inputs, such as {@code {{auth.shop}}}. Immutable. */
record InputText(PillText pills) {

    /** The step of the pills that refer to inputs. */
    static final String STEP = "auth";

    private static final String PREFIX = STEP + ".";

    /**
     * Compiles a text.
     *
     * @throws InvalidDefinitionException if a pill is malformed, or refers to something other than an input
     */
    static InputText of(String text) {
        InputText compiled = new InputText(PillText.compile(text));
        for (String name : compiled.pills.names()) {
            if (!name.startsWith(PREFIX)) {
                throw new InvalidDefinitionException(
                        "text", "{{" + name + "}} is not an input: write {{" + PREFIX + "NAME}}");
            }
        }
        return compiled;
    }

    Set<String> names() {
        return pills.names();
    }

    /** Returns the name of the input that a pill refers to. */
    static String input(String pill) {
        return pill.substring(PREFIX.length());
    }

    /** Whether the value contains a secret. */
    boolean isSecret(InputValues values) {
        return pills.names().stream().map(InputText::input).anyMatch(values::isSecret);
    }

    /** Returns the text with the values; null if it is omitted because an optional value is missing. */
    @Nullable String render(InputValues values) {
        return render(name -> values.revealed(input(name)));
    }

    /** Returns the text with the values by the names of their pills; null if it is omitted because one is missing. */
    @Nullable String render(Function<String, @Nullable Object> values) {
        try {
            return pills.render(values);
        } catch (InvalidDefinitionException e) {
            if (pills.names().stream().allMatch(name -> values.apply(name) != null)) {
                throw e;
            }
            return null;
        }
    }

    /**
     * Returns the text with the values.
     *
     * @throws InvalidDefinitionException if it is omitted because an optional value is missing
     */
    String required(InputValues values) {
        String text = render(values);
        if (text == null) {
            throw new InvalidDefinitionException(
                    "text", "\"" + pills + "\" is required here, but its value is missing");
        }
        return text;
    }

    /** Returns the text as a secret, whose parts are looked up each time it is used. */
    Secret secret(InputValues values) {
        return Secret.from(() -> required(values));
    }
}
