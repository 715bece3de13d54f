package io.httpconnector.auth.definition;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A form field whose value a user enters. Immutable. */
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
        InputField field = new InputField(
                reader.requiredText("name"),
                reader.text("label"),
                reader.text("hint"),
                reader.isSet("secret"),
                reader.isSet("optional"),
                reader.text("default"));
        rejectBlank(reader, "name", "label", "hint");
        return field;
    }

    /** Reports texts for users that are present, but blank. */
    static void rejectBlank(JsonObjectReader reader, String... members) {
        for (String member : members) {
            JsonNode text = reader.any(member);
            if (text != null && text.isTextual() && text.textValue().isBlank()) {
                reader.problem(member, "it is empty");
            }
        }
    }

    /**
     * Returns the name, which pills refer to: {@code {{auth.name}}}.
     *
     * @return the name
     */
    @JsonProperty("name")
    public String name() {
        return name;
    }

    /**
     * Returns the label for users.
     *
     * @return the label; the name if there is no label
     */
    @JsonProperty("label")
    public String label() {
        return label == null ? name : label;
    }

    /**
     * Returns a hint about the value, and where the user finds it.
     *
     * @return the hint; empty if there is none
     */
    public Optional<String> hint() {
        return Optional.ofNullable(hint);
    }

    /**
     * Returns whether the value is a secret.
     *
     * @return true for a secret
     */
    @JsonProperty("secret")
    public boolean isSecret() {
        return secret;
    }

    /**
     * Returns the default value.
     *
     * @return the value that is used if none is entered; empty if there is none
     */
    public Optional<String> defaultValue() {
        return Optional.ofNullable(defaultValue);
    }

    /**
     * Returns whether the field may be left empty; the text that uses it, such as a header field, is then omitted. A field whose
     * default value is empty is optional, too.
     *
     * @return true if no value is required
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
