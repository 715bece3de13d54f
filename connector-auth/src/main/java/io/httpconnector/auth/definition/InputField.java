package io.httpconnector.auth.definition;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
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

    private final FieldRules rules;

    private InputField(
            String name,
            @Nullable String label,
            @Nullable String hint,
            boolean secret,
            boolean optional,
            @Nullable String defaultValue,
            FieldRules rules) {
        this.name = name;
        this.label = label;
        this.hint = hint;
        this.secret = secret;
        this.optional = optional;
        this.defaultValue = defaultValue;
        this.rules = rules;
    }

    static InputField of(String name, String label, boolean secret) {
        return new InputField(name, label, null, secret, false, null, FieldRules.NONE);
    }

    static InputField read(JsonObjectReader reader) {
        InputField field = new InputField(
                // "name": The name of the field: `{{auth.name}}` stands for its value.
                reader.requiredText("name"),
                // "label": The label that the form shows. Default: the name.
                reader.text("label"),
                // "hint": An explanation for the user.
                reader.text("hint"),
                // "secret": Whether the value is a secret: hidden in forms, logs and exceptions. Default: false.
                reader.isSet("secret"),
                // "optional": Whether the field may be left empty; a header field, parameter, claim or JSON member that
                // needs it is then omitted. Default: false.
                reader.isSet("optional"),
                // "default": The value if the user leaves the field empty.
                reader.text("default"),
                FieldRules.read(reader));
        rejectBlank(reader, "name", "label", "hint");
        field.rules.checkChoices(reader);
        field.rules.check(reader, "default", field.defaultValue);
        field.rules.check(reader, "example", field.rules.example());
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

    /**
     * Returns the type of the value, for the control that the form shows.
     *
     * @return the type
     */
    public InputType type() {
        return rules.type();
    }

    /**
     * Returns why a value is not valid by the type, the choices and the pattern of this field. The prefix and suffix are removed from the
     * value first.
     *
     * @param value a value that is not empty
     * @return the reason for the user, without the value; empty if the value is valid
     */
    public Optional<String> problem(String value) {
        return Optional.ofNullable(rules.problem(rules.stripped(value)));
    }

    /**
     * Returns the permitted values, for a selection list.
     *
     * @return the values; empty if any value is permitted
     */
    @JsonProperty("choices")
    public List<String> choices() {
        return rules.choices();
    }

    /**
     * Returns the pattern that the whole value must match.
     *
     * @return a regular expression; empty if any value is permitted
     */
    public Optional<String> pattern() {
        return Optional.ofNullable(rules.pattern()).map(Pattern::pattern);
    }

    /**
     * Returns an example of a value, for a placeholder in the form.
     *
     * @return the example; empty if there is none
     */
    public Optional<String> example() {
        return Optional.ofNullable(rules.example());
    }

    /**
     * Returns the text before the value, such as {@code https://}. The form shows it before the input; it is removed from a value
     * that begins with it.
     *
     * @return the text; empty if there is none
     */
    public Optional<String> prefix() {
        return Optional.ofNullable(rules.prefix());
    }

    /**
     * Returns the text after the value, such as {@code .example.com}. The form shows it after the input; it is removed from a value
     * that ends with it.
     *
     * @return the text; empty if there is none
     */
    public Optional<String> suffix() {
        return Optional.ofNullable(rules.suffix());
    }

    /**
     * Returns the condition of the field. If it is not met, the form does not show the field, and the field has no value.
     *
     * @return the condition; empty if the field is always shown
     */
    public Optional<FieldCondition> condition() {
        return Optional.ofNullable(rules.condition());
    }

    /**
     * A condition of a field: another field has one of some values.
     *
     * @param field the name of the other field
     * @param values the values
     */
    public record FieldCondition(String field, List<String> values) {

        /**
         * Creates a condition.
         *
         * @param field the name of the other field
         * @param values the values
         */
        public FieldCondition {
            values = List.copyOf(values);
        }
    }

    /** Returns the rules for values. */
    FieldRules rules() {
        return rules;
    }

    @JsonProperty("type")
    private String typeName() {
        return rules.type().toString();
    }

    @JsonProperty("pattern")
    private @Nullable String patternText() {
        return pattern().orElse(null);
    }

    @JsonProperty("example")
    private @Nullable String exampleText() {
        return rules.example();
    }

    @JsonProperty("prefix")
    private @Nullable String prefixText() {
        return rules.prefix();
    }

    @JsonProperty("suffix")
    private @Nullable String suffixText() {
        return rules.suffix();
    }

    @JsonProperty("when")
    private @Nullable FieldCondition conditionOrNull() {
        return rules.condition();
    }

    @Override
    public String toString() {
        return label() + (secret ? " (secret)" : "");
    }
}
