package io.httpconnector.auth.definition;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A value that a user must give: enough to draw a field of a form. */
@JsonAutoDetect(getterVisibility = Visibility.NONE, isGetterVisibility = Visibility.NONE)
public final class InputField {

    private final String name;
    private final @Nullable String label;
    @JsonProperty("hint")
    private final @Nullable String hint;

    private final boolean secret;

    @JsonProperty("default")
    private final @Nullable String defaultValue;

    InputField(
            @JsonProperty(value = "name", required = true) String name,
            @JsonProperty("label") @Nullable String label,
            @JsonProperty("hint") @Nullable String hint,
            @JsonProperty("secret") boolean secret,
            @JsonProperty("default") @Nullable String defaultValue) {
        this.name = name;
        this.label = label;
        this.hint = hint;
        this.secret = secret;
        this.defaultValue = defaultValue;
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

    @Override
    public String toString() {
        return label() + (secret ? " (secret)" : "");
    }
}
