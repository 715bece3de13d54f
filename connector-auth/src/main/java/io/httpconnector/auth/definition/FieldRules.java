package io.httpconnector.auth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * The rules for the value of an input field. Immutable.
 *
 * @param type the type of the value
 * @param choices the permitted values; empty for any
 * @param pattern the pattern of the whole value
 * @param example a value that the form shows
 * @param prefix a text that the form shows before the value
 * @param suffix a text that the form shows after the value
 * @param condition when the field has a value
 */
record FieldRules(
        InputType type,
        List<String> choices,
        @Nullable Pattern pattern,
        @Nullable String example,
        @Nullable String prefix,
        @Nullable String suffix,
        InputField.@Nullable FieldCondition condition) {

    static final FieldRules NONE = new FieldRules(InputType.TEXT, List.of(), null, null, null, null, null);

    /** A longer value is rejected before it is matched, so that a pattern can't take long. */
    private static final int MAX_MATCHED = 10_000;

    static FieldRules read(JsonObjectReader reader) {
        // "type": The type of the value, by which the form chooses a control and values are checked. Default: text.
        InputType type = InputType.of(reader.oneOf("type", InputType.names()));
        // "choices": The permitted values.
        List<String> choices = reader.distinctTexts("choices");
        reader.requireElement("choices");
        return new FieldRules(
                type,
                List.copyOf(choices),
                // "pattern": A regular expression for the whole value.
                pattern(reader),
                // "example": A value that the form shows as an example.
                notEmpty(reader, "example"),
                // "prefix": A text that the form shows before the value, and that is removed from a value with it.
                notEmpty(reader, "prefix"),
                // "suffix": A text that the form shows after the value, and that is removed from a value with it.
                notEmpty(reader, "suffix"),
                // "when": The condition under which the form shows the field.
                reader.object("when", FieldRules::readCondition));
    }

    private static InputField.FieldCondition readCondition(JsonObjectReader reader) {
        // "field": The name of another field.
        String field = reader.requiredText("field");
        // "values": The values of that field for which the form shows this one.
        return new InputField.FieldCondition(field, reader.requiredTexts("values"));
    }

    private static @Nullable Pattern pattern(JsonObjectReader reader) {
        String text = notEmpty(reader, "pattern");
        try {
            return text == null ? null : Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            reader.problem("pattern", e.getDescription() + " at character " + (e.getIndex() + 1));
            return null;
        }
    }

    private static @Nullable String notEmpty(JsonObjectReader reader, String member) {
        String text = reader.text(member);
        if (text != null && text.isEmpty()) {
            reader.problem(member, "it is empty");
            return null;
        }
        return text;
    }

    /** Reports choices that the type rejects. */
    void checkChoices(JsonObjectReader reader) {
        for (String choice : choices) {
            String problem = type.problem(choice, complete(choice));
            if (problem != null) {
                reader.problem("choices", "\"" + choice + "\": " + problem);
            }
        }
    }

    private String complete(String value) {
        return (prefix == null ? "" : prefix) + value + (suffix == null ? "" : suffix);
    }

    /** Reports a fixed value that the rules reject. */
    void check(JsonObjectReader reader, String member, @Nullable String value) {
        String problem = value == null || value.isEmpty() ? null : problem(value);
        if (problem != null) {
            reader.problem(member, problem);
        }
    }

    /** Reports a condition that refers to no other field. */
    static void checkConditions(JsonObjectReader reader, List<InputField> fields, Set<String> names) {
        JsonNode given = reader.any("fields");
        for (int i = 0; given != null && i < fields.size(); i++) {
            InputField.FieldCondition condition = fields.get(i).rules().condition();
            if (condition != null
                    && (!names.contains(condition.field())
                            || condition.field().equals(fields.get(i).name()))) {
                reader.problem(
                        "fields",
                        "the condition of \"" + fields.get(i).name() + "\" refers to \"" + condition.field()
                                + "\", which is no other field");
            }
        }
    }

    /** Returns why a value is not permitted, without the value; null if it is. */
    @Nullable String problem(String value) {
        if (!choices.isEmpty() && !choices.contains(value)) {
            return "it is not one of its choices " + choices;
        }
        if (pattern != null
                && (value.length() > MAX_MATCHED || !pattern.matcher(value).matches())) {
            return "it does not match the pattern " + pattern + (example == null ? "" : ", such as " + example);
        }
        return type.problem(value, complete(value));
    }

    /** Returns the value without the texts that the form shows around it. */
    String stripped(String value) {
        String stripped = prefix != null && value.startsWith(prefix) ? value.substring(prefix.length()) : value;
        return suffix != null && stripped.endsWith(suffix)
                ? stripped.substring(0, stripped.length() - suffix.length())
                : stripped;
    }

    /** Returns whether the condition is met. */
    boolean applies(Map<String, String> values) {
        return condition == null || condition.values().contains(values.getOrDefault(condition.field(), ""));
    }
}
