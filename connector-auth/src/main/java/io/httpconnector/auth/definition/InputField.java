package io.httpconnector.auth.definition;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A value that a user enters: enough to draw a field of a form. Immutable. */
@JsonAutoDetect(getterVisibility = Visibility.NONE, isGetterVisibility = Visibility.NONE)
public final class InputField {

    private final String name;
    private final @Nullable String label;

    @JsonProperty("hint")
    private final @Nullable String hint;

    private final boolean secret;
    private final boolean optional;

    @JsonProperty("default")
    private final @Nullable String defaultValue;

    InputField(
            String name,
            @Nullable String label,
            @Nullable String hint,
            boolean secret,
            boolean optional,
            @Nullable String defaultValue) {
        this.name = name;
        this.label = label;
        this.hint = hint;
        this.secret = secret;
        this.optional = optional;
        this.defaultValue = defaultValue;
    }

    static InputField of(String name, String label, boolean secret) {
        return new InputField(name, label, null, secret, false, null);
    }

    static InputField read(JsonObjectReader reader) {
        String name = reader.requiredText("name");
        if (reader.has("name") && name.isBlank()) {
            reader.problem("name", "it is empty");
        }
        return new InputField(
                name,
                reader.text("label"),
                reader.text("hint"),
                reader.isSet("secret"),
                reader.isSet("optional"),
                reader.text("default"));
    }

    /**
     * The name, by which pills know it: {@code {{auth.name}}}.
     *
     * @return the name
     */
    @JsonProperty("name")
    public String name() {
        return name;
    }

    /**
     * What people call it.
     *
     * @return the label, or else the name
     */
    @JsonProperty("label")
    public String label() {
        return label == null ? name : label;
    }

    /**
     * What to enter, and where to find it.
     *
     * @return the hint; empty when there is none
     */
    public Optional<String> hint() {
        return Optional.ofNullable(hint);
    }

    /**
     * Whether it must not be seen.
     *
     * @return true for a secret
     */
    @JsonProperty("secret")
    public boolean isSecret() {
        return secret;
    }

    /**
     * The value when nothing is entered.
     *
     * @return the value; empty when something must be entered
     */
    public Optional<String> defaultValue() {
        return Optional.ofNullable(defaultValue);
    }

    /**
     * Whether it may be left empty; what it stands in, such as a header field, is left out then. So is one whose default is empty.
     *
     * @return true if nothing needs to be entered
     */
    @JsonProperty("optional")
    public boolean isOptional() {
        return optional || "".equals(defaultValue);
    }

    @Override
    public String toString() {
        return label() + (secret ? " (secret)" : "");
    }
}
